//! The packs of the made-up city: a fine, points, and a bill of an account.

use std::{collections::BTreeMap, sync::Arc};

use kernel::Calendar;
use manifest::{Catalogue, CityPack, Service, binding::Bindings};
use serde_json::json;

pub(super) fn text(zh_cn: &str, en: &str) -> serde_json::Value {
    json!({ "zh-CN": zh_cn, "en": en })
}

fn field(key: &str, label: (&str, &str), kind: &str, place: &str) -> serde_json::Value {
    json!({ "key": key, "label": text(label.0, label.1), "kind": kind, "place": place })
}

pub(super) fn guide() -> serde_json::Value {
    json!({
        "time_limit": text("马上就能看到", "At once"), "fee": text("免费", "Free"),
        "contact": { "name": text("湖滨市骑行管理处", "Lakeside Cycling Office"), "phone": "0000-1234567" },
        "steps": [text("登录，并通过实名核验", "Sign in"), text("添加自己的车", "Add your bicycle"), text("点开就能看到", "Open it")],
        "materials": [text("车牌号", "Plate"), text("车架号后 6 位", "Last 6 of the frame number")],
        "legal_basis": [text("《湖滨市非机动车管理办法》第九条", "Lakeside bicycle rules, article 9")],
        "if_wrong": text("觉得不对，先别缴款。带上行驶证到窗口，5 个工作日内复核。", "Do not pay yet; object at the counter."),
        "offline": text("带身份证到湖滨路 1 号一楼窗口。", "Lakeside Road 1, ground floor."),
    })
}

fn services() -> Vec<Service> {
    let mut state = field("state", ("进展", "Status"), "choice", "list");
    state["choices"] = json!([
        { "value": "open", "label": text("待处理", "Open"), "tone": "warn" },
        { "value": "paid", "label": text("已办结", "Closed"), "tone": "ok" },
    ]);
    let mut rule = field("rule_fine", ("法定罚款幅度", "Range by law"), "text", "detail");
    rule["derive"] = json!({ "with": "rule-fine", "from": ["code", "at"] });
    rule["hint"] = text("按违法当天、违法地点的规定。", "By the rules of that day and place.");
    let mut licence_no = field("licence_no", ("证号", "Number"), "resident-id", "detail");
    licence_no["required"] = json!(true);
    let fine = json!({
        "id": "bicycle-fine", "capability": "record", "category": "traffic", "icon": "bike",
        "name": text("非机动车违法查询", "Bicycle fines"), "short_name": text("骑车罚单", "My fines"),
        "summary": text("看看自己的车有没有罚单：在哪里、什么时候、罚多少。", "See where, when and how much."),
        "words": ["罚单", "fine"], "subject": "vehicle", "guide": guide(),
        "answer": {
            "fresh_s": 600, "shape": "list", "some": text("{count} 条待处理", "{count} to deal with"),
            "none": text("太好了，没有记录", "Nothing on record"), "none_detail": text("{subject} 没有记录。", "{subject}: none."),
            "open_when": { "field": "state", "equals": ["open"] }, "evidence": "photo",
            "home": { "label": text("待处理罚单", "Fines"), "unit": text("条", "open") },
            "fields": [
                field("text", ("行为", "What"), "text", "title"), field("at", ("时间", "When"), "date-time", "list"),
                field("place", ("地点", "Where"), "text", "list"), state, field("fine", ("罚款", "Fine"), "money", "list"),
                field("points", ("记分", "Points"), "number", "list"), field("plate", ("车牌号", "Plate"), "plate", "detail"),
                field("law", ("违反条款", "Rule"), "text", "detail"), field("office", ("采集单位", "Office"), "text", "detail"),
                rule, field("code", ("代码", "Code"), "text", "hidden"), field("photo", ("照片", "Photo"), "text", "hidden"),
                field("id", ("编号", "Number"), "text", "detail"),
            ],
        },
    });
    let points = json!({
        "id": "rider-points", "capability": "record", "category": "traffic", "icon": "gauge",
        "name": text("骑行证记分查询", "Rider points"), "short_name": text("剩余分", "Points"),
        "summary": text("一眼看清还剩几分。", "See how many points are left."), "words": ["扣分"], "subject": "licence", "guide": guide(),
        "answer": {
            "fresh_s": 600, "shape": "card", "some": text("您的记分", "Your points"), "none": text("没有记录", "None"),
            "none_detail": text("过两天再来看看。", "Look again later."),
            "home": { "label": text("剩余分", "Points left"), "field": "points_left", "unit": text("分", "points") },
            "fields": [
                field("points_left", ("还剩", "Left"), "points", "title"), field("points_taken", ("已记", "Taken"), "number", "list"),
                field("cycle_end", ("周期结束", "Cycle ends"), "date", "list"), licence_no,
            ],
        },
    });
    let mut state = field("state", ("状态", "Status"), "choice", "list");
    state["choices"] = json!([
        { "value": "open", "label": text("待缴", "To pay"), "tone": "warn" },
        { "value": "paid", "label": text("已缴", "Paid"), "tone": "ok" },
    ]);
    let required = |mut field: serde_json::Value| {
        field["required"] = json!(true);
        field
    };
    let lamps = json!({
        "id": "lamp-bill", "capability": "bill", "category": "home", "icon": "lightbulb",
        "name": text("路灯费查询缴费", "Lamp bills"), "short_name": text("路灯费", "Lamps"),
        "summary": text("看看路灯费欠不欠，一次缴清。", "See what you owe for the lamps, and pay it."),
        "words": ["路灯"], "subject": "customer", "guide": guide(),
        "answer": {
            "fresh_s": 300, "shape": "list", "some": text("{count} 期待缴", "{count} to pay"),
            "none": text("没有账单", "No bills"), "none_detail": text("{subject} 还没有账单。", "{subject}: none."),
            "open_when": { "field": "state", "equals": ["open"] },
            "home": { "label": text("路灯待缴", "Lamps"), "unit": text("期", "to pay") },
            "fields": [
                required(field("period", ("账期", "Month"), "month", "title")), state,
                required(field("due", ("应缴", "To pay"), "money", "list")),
                field("late_fee", ("违约金", "Late fee"), "money", "list"), field("due_on", ("最晚缴费日", "Pay by"), "date", "list"),
                required(field("id", ("账单编号", "Bill number"), "text", "detail")),
            ],
        },
        "pay": {
            "purpose": "bill", "payee": "merchant", "id": "id", "amount": "due", "surcharge": "late_fee", "title": "period",
            "period": "period", "when": { "field": "state", "equals": ["open"] },
            "note": text("款项付给路灯公司，不收手续费。", "The money goes to the lamp company, without any charge."),
        },
    });
    [fine, points, lamps].into_iter().map(|one| serde_json::from_value(one).expect("a sample service")).collect()
}

fn binding(path: &str) -> serde_json::Value {
    json!({ "department": "cycling-office", "method": "POST", "path": path, "outcome": { "path": "/code", "found": ["0"] },
        "rows": "/rows", "row": {} })
}

fn city(id: &str, name: (&str, &str), state: &str, hue: u16, services: &[&str]) -> CityPack {
    let city = json!({
        "id": id, "name": text(name.0, name.1), "province": text("东湖省", "Donghu"), "code": "990100", "plates": ["晋A"],
        "state": state, "hue": hue, "motif": "lattice", "hotline": "12345", "services": services,
        "offline": text("到湖滨路 1 号政务大厅办。", "Visit the hall at Lakeside Road 1."),
    });
    let bindings: Bindings = serde_json::from_value(json!({ "department": {
        "cycling-office": { "name": text("湖滨市骑行管理处", "Lakeside Cycling Office"), "phone": "0000-1234567",
            "address": text("湖滨路 1 号", "Lakeside Road 1"), "base_url": "sandbox:/990100/cycling-office" },
        "rider-register": { "name": text("湖滨市骑行证登记所", "Lakeside Rider Register"), "phone": "0000-1234567",
            "address": text("湖滨路 1 号", "Lakeside Road 1"), "base_url": "sandbox:/990100/rider-register" },
        },
        "check": { "real-name": binding("/name"), "vehicle-owner": binding("/owner"), "sms": binding("/sms") },
        "service": { "bicycle-fine": binding("/fines"), "rider-points": binding("/points"), "lamp-bill": binding("/lamps") },
        "act": { "lamp-bill": { "bind": binding("/customer") } },
        "biller": { "lamp-bill": { "oldest_first": true, "customer_no": { "pattern": "L[0-9]{6}", "example": "L000000",
            "hint": text("账单左上角 L 开头的编号", "The number beginning with L, top left of the bill") } } },
    }))
    .expect("sample bindings");
    let city: manifest::City = serde_json::from_value(city).expect("a sample city");
    let offers = super::book::offer::offers().into_iter().filter(|offer| city.services.contains(&offer.service));
    let offers = offers.map(|offer| (offer.service.clone(), Arc::new(offer))).collect();
    CityPack { city, bindings, offers }
}

pub(crate) fn catalogue() -> Catalogue {
    let services = services()
        .into_iter()
        .chain(super::book::offer::services())
        .map(|service| (service.id.clone(), Arc::new(service)))
        .collect();
    let cities: BTreeMap<_, _> = [
        city(
            "lakeside",
            ("湖滨市", "Lakeside"),
            "open",
            202,
            &[
                "bicycle-fine",
                "rider-points",
                "lamp-bill",
                "clinic-number",
                "garden-ticket",
                "boat-seat",
                "pair-booking",
            ],
        ),
        city("hilltop", ("山顶市", "Hilltop"), "open", 120, &["rider-points"]),
        city("rivermouth", ("河口市", "Rivermouth"), "soon", 20, &[]),
    ]
    .into_iter()
    .map(|pack| (pack.city.id.clone(), Arc::new(pack)))
    .collect();
    let platform = cities.values().next().map(|pack| Arc::new(pack.bindings.clone())).unwrap_or_default();
    Catalogue::new(services, cities, platform, Arc::new(super::book::offer::rules()), Arc::new(Calendar::default()))
}

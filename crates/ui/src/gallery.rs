//! Every component on one page, with made-up contents: to look at, to test, and to copy from.

mod booking;

use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use crate::component::*;
use crate::page::{Size, Theme, route};
use crate::text;

/// 2026-03-02T10:00:00+08:00
const NOW: Timestamp = Timestamp(1_772_416_800_000);
const MINUTE_MS: i64 = 60_000;

#[must_use]
pub fn gallery(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    html! {
        (columns(html! { (figures(lang)) (lists(lang)) }, side(lang)))
        (answers(lang))
        (forms(lang))
        (mine(lang))
        (booking::booking(lang))
        (heading(t("图表", "Charts"), t("图旁边总有数字", "Numbers always stand beside a drawing")))
        (card(t("驾驶证记分", "Licence points"), None, html! { (points_gauge(lang, 3)) (points_gauge(lang, 8)) (points_gauge(lang, 12)) }))
        (card(t("渠道", "Channels"), None, bars(t("渠道", "Channels"), &[
            (t("手机网页", "Phone"), 61, "61%"), (t("支付宝", "Alipay"), 22, "22%"), (t("微博", "Weibo"), 11, "11%"), (t("电脑", "PC"), 6, "6%"),
        ])))
        (card("", None, sparkline(lang, t("每日查询（千次）", "Questions a day (thousands)"), &[("11-18", 120), ("11-19", 150), ("11-20", 132), ("11-21", 178), ("11-22", 160), ("11-23", 201)])))
        (pagination(lang, 2, 5, |page| format!("?page={page}")))
        (card(t("二维码", "QR code"), None, qr("https://shimin.example/v/8f3a", t("验证这张凭证", "Verify this voucher"))))
    }
}

fn figures(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    stats(&[
        Stat {
            label: t("待处理违法", "Open violations"),
            value: "2",
            unit: t("条", ""),
            href: Some("#"),
            tone: Tone::Warn,
            ..Stat::default()
        },
        Stat {
            label: t("驾驶证剩余", "Points left"),
            value: "9",
            unit: t("分", ""),
            href: Some("#"),
            ..Stat::default()
        },
        Stat {
            label: t("体检还有", "Exam due in"),
            value: "86",
            unit: t("天", "days"),
            href: Some("#"),
            ..Stat::default()
        },
    ])
}

fn lists(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    html! {
        (card(t("待办提醒", "Reminders"), Some((&text::all_count(lang, 3), "#")), rows(&[
            Row { title: t("湖A·0** 年检将于 12 天后到期", "Inspection due in 12 days"), detail: t("省公安厅交管局 · 12 月 5 日前办理", "Traffic bureau · by 5 Dec"), href: Some("#"), icon: Some("car"), tag: Some((Tone::Warn, t("即将到期", "Due soon"))), value: "" },
            Row { title: t("户政预约：周四 09:30", "Appointment: Thu 09:30"), detail: t("政务大厅 3 号窗口 · 带身份证", "Service hall, counter 3 · bring your ID"), href: Some("#"), icon: Some("calendar"), tag: Some((Tone::Info, t("已预约", "Booked"))), value: "" },
        ])))
        (card(text::common_services(lang), Some((&text::all_count(lang, 11), "#")), tiles(&[
            Tile { label: t("车辆违法", "Vehicle violations"), href: "#", icon: "car" },
            Tile { label: t("挂号就诊", "See a doctor"), href: "#", icon: "stethoscope" },
            Tile { label: t("水电燃气", "Utilities"), href: "#", icon: "zap" },
            Tile { label: t("公安预约", "Police booking"), href: "#", icon: "calendar-check" },
            Tile { label: t("驾驶证记分", "Licence points"), href: "#", icon: "id-card" },
            Tile { label: t("违法提醒", "Reminders"), href: "#", icon: "bell-ring" },
            Tile { label: t("景点门票", "Tickets"), href: "#", icon: "ticket" },
            Tile { label: t("汽车票", "Coaches"), href: "#", icon: "bus" },
        ])))
    }
}

fn side(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    html! {
        (card("", None, rows(&[
            Row { title: text::sign_in_row_title(lang), detail: text::sign_in_row_detail(lang), href: Some("#"), icon: Some("user"), ..Row::default() },
            Row { title: text::home_who_looked_title(lang), detail: text::home_who_looked_detail(lang), href: Some("#"), icon: Some("eye"), ..Row::default() },
        ])))
        (card(t("办理进度", "Progress"), None, timeline(&[
            Moment { title: t("提交申请", "Submitted"), detail: t("2 月 26 日 21:07 · 您", "26 Feb 21:07 · you"), state: MomentState::Done },
            Moment { title: t("审核通过", "Approved"), detail: t("2 月 28 日 16:30", "28 Feb 16:30"), state: MomentState::Done },
            Moment { title: t("制证中", "Being made"), detail: t("今天 08:00 起", "since today 08:00"), state: MomentState::Now },
            Moment { title: t("领取或邮寄", "Collect or by post"), detail: "", state: MomentState::Ahead },
        ])))
    }
}

fn answers(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    let department = t("湖滨市交警支队", "Lakeside traffic police");
    let provenance = Provenance {
        department,
        fetched_at: NOW.plus_ms(-19 * MINUTE_MS),
        now: NOW,
        refresh_href: Some("#"),
        stale: false,
    };
    html! {
        (heading(t("湖A·0**00 有 2 条未处理", "2 open records"), ""))
        (provenance.html(lang))
        (Provenance { stale: true, fetched_at: NOW.plus_ms(-180 * MINUTE_MS), ..provenance }.html(lang))
        (card(t("违反禁令标志指示", "Prohibition sign ignored"), None, html! {
            p { (tag(Tone::Warn, t("未缴款", "Unpaid"))) " " (tag(Tone::Ok, t("已缴款", "Paid"))) " " (tag(Tone::Bad, t("已逾期", "Overdue"))) " " (tag(Tone::Info, t("已预约", "Booked"))) " " (tag(Tone::Plain, t("已结束", "Ended"))) }
            (summary([
                Summary::text(t("时间", "Time"), &crate::format::date_time(lang, NOW)),
                Summary::text(t("地点", "Place"), t("滨河大街与青年路口", "Riverside Street and Youth Road")),
                Summary::markup(t("身份证号", "ID number"), masked("440***********0136")).action(text::change(lang), "#"),
                Summary::text(t("罚款", "Fine"), "¥100.00").hint(t("按规定 20–200 元", "20–200 yuan by the rules")),
            ]))
            (evidence(route::ICON, &text::evidence_alt(lang, "08:12", t("滨河大街", "Riverside Street")), &text::evidence_caption(lang, department), 640, 240))
            div.actions { (Button::primary(t("缴款 100.00 元", "Pay 100.00")).href("#")) (Button::secondary(t("提出异议", "Object")).href("#")) }
        }))
        (good_news(t("没有未处理违法", "No open violations"), &text::as_of(lang, &crate::format::moment(lang, NOW, NOW)), html! { (Button::secondary(t("有新违法时提醒我", "Tell me of new ones")).icon("bell").href("#")) }))
        (empty("car", text::cards_none_title(lang), text::cards_none_detail(lang), html! { (Button::primary(text::card_add_vehicle(lang)).href("#")) }))
        @for tone in [Tone::Info, Tone::Ok, Tone::Warn, Tone::Bad] {
            (notice(tone, &text::unavailable_title(lang, department), html! { p { (text::unavailable_detail(lang)) } }))
        }
        (section(text::privacy_who_title(lang), html! { p { (text::privacy_who(lang)) } }))
        (card(text::help_questions(lang), None, html! {
            (disclosure(text::help_q_code(lang), html! { p { (text::help_a_code(lang)) } }))
            (disclosure(text::help_q_source(lang), html! { p { (text::help_a_source(lang)) } }))
        }))
        (card(text::start_steps(lang), None, steps(&[
            Step { text: t("登录并实名", "Sign in and confirm who you are"), state: StepState::Done },
            Step { text: t("添加车辆", "Add your vehicle"), state: StepState::Now },
            Step { text: t("查看结果", "See the answer"), state: StepState::Plain },
        ])))
    }
}

fn forms(lang: Lang) -> Markup {
    let id_wrong = lang.pick("身份证号是 18 位，现在少 1 位", "An ID number has 18 characters; one is missing");
    html! {
        (error_summary(lang, [("id_no", id_wrong)]))
        (form(lang, "#", "", html! {
            (Field { name: "person_name", label: text::name_label(lang), hint: text::name_hint(lang), value: "张三", input: Input::PersonName, ..Field::default() }.html(lang))
            (Field { name: "id_no", label: text::resident_id_label(lang), hint: text::resident_id_hint(lang), value: "44010020101231013", error: Some(id_wrong), input: Input::ResidentId, ..Field::default() }.html(lang))
            (Field { name: "phone", label: text::phone_label(lang), hint: text::phone_hint(lang), input: Input::Phone, optional: true, ..Field::default() }.html(lang))
            (Field { name: "code", label: text::code_label(lang), hint: text::code_hint(lang), value: "482913", input: Input::Code, ..Field::default() }.html(lang))
            (Field { name: "plate", label: text::plate_label(lang), input: Input::Plate, ..Field::default() }.html(lang))
            (select(lang, &Field { name: "plate_kind", label: text::plate_kind_label(lang), value: "02", ..Field::default() }, &[("01", lang.pick("大型汽车", "Large car")), ("02", lang.pick("小型汽车", "Small car"))]))
            (radios(lang, &Field { name: "who", label: text::family_who(lang), value: "adult", ..Field::default() }, &[
                Radio { value: "adult", label: text::family_adult(lang), detail: text::family_adult_detail(lang), disabled: false },
                Radio { value: "child", label: text::family_child(lang), detail: text::family_child_detail(lang), disabled: false },
                Radio { value: "other", label: lang.pick("其他人", "Somebody else"), detail: "", disabled: true },
            ]))
            (checkbox(lang, &Field { name: "sure", label: text::delete_confirm_label(lang), ..Field::default() }))
            (Button::primary(text::save(lang)).wide())
            div.actions { (Button::secondary(text::code_resend(lang)).after_s(59)) (Button::danger(text::delete_button(lang))) (Button::link(text::cancel(lang)).href("#")) }
        }))
        (display_form(lang, Size::Standard, Theme::Auto, "/gallery"))
    }
}

fn mine(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    let look = Access {
        who: text::access_self(lang),
        what: t("车辆违法 · 湖A***00", "Violations · 湖A***00"),
        why: "",
        at: NOW.plus_ms(-4 * MINUTE_MS),
        now: NOW,
        own: true,
        refused: false,
    };
    html! {
        (card(text::access_title(lang), Some((text::all(lang), "#")), html! {
            ul.rows {
                (look.html(lang))
                (Access { who: t("湖滨市交警支队", "Lakeside traffic police"), why: t("核对异议", "checking an objection"), own: false, ..look }.html(lang))
                (Access { who: t("王*", "Wang *"), own: false, refused: true, ..look }.html(lang))
            }
        }))
        (Consent { who: t("张*（家人）", "Zhang * (family)"), what: t("想看您的驾驶证记分", "would like to see your points"), when: t("今天 09:12 发出", "asked today 09:12"), grant: Some("#"), withdraw: Some("#") }.html(lang))
        (Consent { who: t("李*（家人）", "Li * (family)"), what: t("可以看您的车辆违法", "may see your violations"), when: &text::consent_since(lang, t("2 月 26 日", "26 Feb")), grant: None, withdraw: Some("#") }.html(lang))
        (card(text::sessions_title(lang), None, html! {
            ul.rows {
                (Session { device: t("手机 · 浏览器", "Phone · browser"), phone: true, last_seen_at: NOW, now: NOW, current: true, end: "#" }.html(lang))
                (Session { device: t("电脑 · 浏览器", "Computer · browser"), phone: false, last_seen_at: NOW.plus_ms(-3000 * MINUTE_MS), now: NOW, current: false, end: "#" }.html(lang))
            }
        }))
    }
}

//! Made-up things to book: a clinic, a garden, a boat, and an office that two must agree to.

use manifest::{
    Rules, Service,
    booking::{
        BookingRules, Offer,
        rules::{CoachesFile, ProfilesFile, TicketsFile},
    },
};
use serde_json::json;

use crate::tests::pack::{guide, text};

fn service(id: &str, name: (&str, &str), icon: &str, booking: serde_json::Value) -> Service {
    let service = json!({
        "id": id, "capability": "booking", "category": "life", "icon": icon,
        "name": text(name.0, name.1), "short_name": text(name.0, name.1), "summary": text("选好时间，到点就去。", "Choose a time and go."),
        "words": [name.0], "subject": "person", "guide": guide(), "booking": booking,
    });
    serde_json::from_value(service).expect("a sample service")
}

pub(crate) fn services() -> Vec<Service> {
    let words = |place: (&str, &str), section: (&str, &str), resource: (&str, &str), unit: (&str, &str)| {
        json!({ "place": text(place.0, place.1), "section": text(section.0, section.1), "resource": text(resource.0, resource.1),
            "unit": text(unit.0, unit.1) })
    };
    let clinic = words(("诊所", "Clinic"), ("科室", "Department"), ("医生", "Doctor"), ("号", "number"));
    let garden = words(("园子", "Garden"), ("入口", "Gate"), ("票种", "Ticket"), ("票", "ticket"));
    let boat = words(("码头", "Pier"), ("方向", "Direction"), ("船", "Boat"), ("座位", "seat"));
    vec![
        service(
            "clinic-number",
            ("湖滨挂号", "See a doctor"),
            "stethoscope",
            json!({ "kind": "appointment", "for_others": true, "words": clinic }),
        ),
        service(
            "garden-ticket",
            ("园子门票", "Garden tickets"),
            "ticket",
            json!({ "kind": "ticket", "for_others": true, "persons_max": 5, "words": garden }),
        ),
        service(
            "boat-seat",
            ("船票", "Boat seats"),
            "bus",
            json!({ "kind": "coach", "for_others": true, "persons_max": 4, "words": boat }),
        ),
        service(
            "pair-booking",
            ("双人登记预约", "For two"),
            "heart",
            json!({ "kind": "appointment", "parties": 2, "words": clinic }),
        ),
    ]
}

fn place(id: &str, name: (&str, &str), more: serde_json::Value) -> serde_json::Value {
    let mut place = json!({ "id": id, "name": text(name.0, name.1), "address": text("湖滨大街 1 号", "1 Riverside Street"),
        "phone": "0000-7654321", "way": text("地铁 2 号线湖滨站 C 口，向东 200 米。", "Metro 2, Riverside, exit C, 200 m east.") });
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        place[key] = value;
    }
    place
}

pub(crate) fn offers() -> Vec<Offer> {
    let doctor = json!({ "id": "wang", "name": text("王医生", "Dr Wang"), "class": "expert", "class_name": text("专家号", "expert"), "price_fen": 2500 });
    let section = |id: &str, name: (&str, &str), resource: serde_json::Value| json!([{ "id": id, "name": text(name.0, name.1), "resource": [resource] }]);
    let line = json!({ "stop": [
        { "id": "west", "name": text("西码头", "West Pier"), "minutes": 0 }, { "id": "isle", "name": text("湖心岛", "Isle"), "minutes": 20 },
        { "id": "east", "name": text("东码头", "East Pier"), "minutes": 45 },
    ], "fares_fen": [[1000, 2000], [1200]] });
    let boat = json!({ "id": "swan", "name": text("天鹅号", "The Swan"), "line": line, "seats": { "rows": 3, "columns": "AB CD" } });
    let offers = json!([
        { "service": "clinic-number", "source": text("样例", "sample"), "profile": "later", "place": [
            place("first", ("湖滨市第一医院", "First Hospital"), json!({ "section": section("heart", ("心内科", "Cardiology"), doctor.clone()) })) ] },
        { "service": "garden-ticket", "source": text("样例", "sample"), "profile": "ladder", "place": [
            place("garden", ("湖心园", "Lake Garden"), json!({ "ticket": "garden" })) ] },
        { "service": "boat-seat", "source": text("样例", "sample"), "profile": "ladder", "place": [
            place("pier", ("西码头", "West Pier"), json!({ "coach": "boat", "section": section("across", ("过湖", "Across"), boat) })) ] },
        { "service": "pair-booking", "source": text("样例", "sample"), "profile": "never", "place": [
            place("office", ("湖滨登记处", "Lakeside Office"), json!({ "section": section("room", ("大厅", "Hall"), doctor) })) ] },
    ]);
    serde_json::from_value(offers).expect("sample offers")
}

pub(crate) fn rules() -> Rules {
    let profile = |more: serde_json::Value| {
        let mut profile = json!({ "effective_on": "2015-01-01", "source": text("湖滨市预约须知（样例）", "Lakeside notice (sample)"),
            "hold_s": 900, "extend_s": 300, "release": { "at": "06:30", "days_from": 0, "days_to": 14 }, "moves_max": 2,
            "block": [{ "fault": "no-show", "count": 3, "within": { "months": 12 }, "lasts": { "months": 1 } }] });
        for (key, value) in more.as_object().cloned().unwrap_or_default() {
            profile[key] = value;
        }
        json!([profile])
    };
    let profiles = json!({ "profile": {
        "later": profile(json!({ "pay": "upfront", "cancel": [{ "until": { "minutes_before": 30 } }] })),
        "ladder": profile(json!({ "pay": "upfront", "refund": [
            { "until": { "minutes_before": 120 }, "keep_percent": 10, "keep_min_fen": 30 }, { "until": { "minutes_before": 0 }, "keep_percent": 20, "keep_min_fen": 50 } ] })),
        "never": profile(json!({})),
    } });
    let concessions = json!([
        { "id": "child", "name": text("1.2 米以下儿童免费", "Children up to 1.2 m, free"), "pay_percent": 0, "height_cm_max": 120 },
        { "id": "student", "name": text("在校学生半价", "Students, half price"), "pay_percent": 50, "proofs": ["student-card"] },
    ]);
    let tickets = json!({ "ticket": { "garden": [{ "effective_on": "2015-01-01", "source": text("样例", "sample"), "price_fen": 5000,
        "opens": "08:00", "closes": "18:00", "daily": 5000, "instant": 1500, "stay_minutes": 120, "concession": concessions }] } });
    let coaches = json!({ "coach": { "boat": [{ "effective_on": "2015-01-01", "source": text("样例", "sample"),
        "child": { "free_age_to": 6, "free_height_cm_to": 120, "half_age_to": 14, "half_height_cm_to": 150, "free_per_adult": 1 } }] } });
    let booking = BookingRules::new(
        vec![serde_json::from_value::<ProfilesFile>(profiles).expect("sample profiles")],
        vec![serde_json::from_value::<TicketsFile>(tickets).expect("sample tickets")],
        vec![serde_json::from_value::<CoachesFile>(coaches).expect("sample coaches")],
        Vec::new(),
    );
    Rules::default().with_booking(booking)
}

//! A pack in which something is booked: sound as it stands, and every way to break it is told with its place and the fix.

use jiff::civil::date;
use manifest::{
    Files,
    booking::{
        story::{BookingState, Deed},
        {BookingKind, OpenDays, service::Eligibility},
    },
};

use crate::lakeside::{self, CITY, check, expect};

const LESSON: &str = "services/boat-lesson.toml";
const STORY: &str = "services/boat-lesson.story.toml";
const BOATS: &str = "cities/lakeside/offers/boat-lesson.toml";
const FERRY: &str = "cities/lakeside/offers/ferry-seat.toml";
const TOWER: &str = "cities/lakeside/offers/lighthouse.toml";
const PROFILES: &str = "rules/old/booking-profiles.toml";
const TICKETS: &str = "rules/old/tickets.toml";
const COACHES: &str = "rules/old/coaches.toml";
const MARRIAGES: &str = "rules/old/marriages.toml";

pub fn files() -> Files {
    let mut files = lakeside::files();
    for (id, kind, persons) in
        [("boat-lesson", "appointment", "1"), ("ferry-seat", "coach", "5"), ("lighthouse", "ticket", "5")]
    {
        let text = include_str!("lakeside/booked.toml");
        let text = text.replace("$id", id).replace("$kind", kind).replace("$persons", persons);
        files.insert(format!("services/{id}.toml"), text);
        let story = include_str!("lakeside/boat-lesson.story.toml").replace("boat-lesson", id);
        files.insert(format!("services/{id}.story.toml"), story);
    }
    for (path, text) in [
        (BOATS, include_str!("lakeside/boat-lesson.toml")),
        (FERRY, include_str!("lakeside/ferry-seat.toml")),
        (TOWER, include_str!("lakeside/lighthouse.toml")),
        (PROFILES, include_str!("lakeside/booking-profiles.toml")),
        (TICKETS, include_str!("lakeside/tickets.toml")),
        (COACHES, include_str!("lakeside/coaches.toml")),
        (MARRIAGES, include_str!("lakeside/marriages.toml")),
    ] {
        files.insert(path.to_owned(), text.to_owned());
    }
    if let Some(city) = files.get_mut(CITY) {
        *city = city.replace("services = [", "services = [\"boat-lesson\", \"ferry-seat\", \"lighthouse\", ");
    }
    files
}

fn with(path: &str, from: &str, to: &str) -> Files {
    let mut files = files();
    let text = files.get_mut(path).expect("the file is there");
    assert!(text.contains(from), "{path} has no {from:?}");
    *text = text.replacen(from, to, 1);
    files
}

#[test]
fn what_is_booked_has_no_findings() {
    let files = files();
    let loaded = check(&files);
    let report: String = loaded.findings.iter().map(|finding| finding.render(&files)).collect();
    assert!(report.is_empty(), "\n{report}");
    let city = loaded.catalogue.city("lakeside").expect("the city");
    assert_eq!(city.offers.len(), 3);
    let service = loaded.catalogue.service(city, "boat-lesson").expect("the service");
    assert!(service.answer.is_none() && service.fields().is_empty());
    assert_eq!(service.booking.as_ref().map(|booking| booking.kind), Some(BookingKind::Appointment));
    let offer = &city.offers[&service.id];
    let (section, wave) = offer.place("east-pier").expect("a pier").resource("old-wave").expect("a teacher");
    assert_eq!((section.id.as_str(), wave.takes("rowing"), wave.takes("sailing")), ("beginners", true, false));
    let story = loaded.stories.iter().find(|file| file.service == service.id).expect("its story");
    assert_eq!(story.booking[0].step[1].does, Deed::Confirm);
    assert_eq!(story.booking[0].step[1].becomes.map(BookingState::word), Some("booked"));
    assert_eq!((story.booking[0].step[2].wants.persons, story.booking[0].step[3].wants.day), (1, 1));
}

#[test]
fn the_rule_of_the_day_is_found_by_its_id() {
    let catalogue = check(&files()).catalogue;
    let rules = &catalogue.rules.booking;
    let held = |year: i16, id: &str| rules.profile_on(date(year, 6, 1), id).map(|profile| profile.hold_s);
    assert_eq!([held(2013, "teachers"), held(2015, "teachers"), held(2026, "teachers")], [None, Some(600), Some(900)]);
    assert_eq!(held(2026, "nobody"), None);
    assert_eq!(rules.profile_on(date(2026, 6, 1), "teachers").map(|profile| profile.days), Some(OpenDays::Working));
    assert_eq!(rules.ticket_on(date(2026, 6, 1), "tower").map(|rule| rule.daily), Some(60));
    assert!(rules.coach_on(date(2013, 6, 1), "water").is_none() && rules.coach_on(date(2026, 6, 1), "water").is_some());
    assert!(rules.marriage_on(date(2013, 12, 31)).is_none() && rules.marriage_on(date(2014, 1, 1)).is_some());
}

/// (file, what is replaced, by what, code, where: the first `marked` after `after`)
type Break = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const BREAKS: &[Break] = &[
    // The service says whole how it is booked.
    (LESSON, "subject = \"person\"", "subject = \"vehicle\"", "wrong-subject", "subject = ", "\"vehicle\""),
    (LESSON, "capability = \"booking\"", "capability = \"record\"", "misplaced-booking", "capability = ", "\"record\""),
    (LESSON, "kind = \"appointment\"", "kind = \"appointement\"", "unknown-word", "kind = ", "\"appointement\""),
    (LESSON, "persons_max = 1", "persons_max = 3", "impossible-booking", "persons_max = ", "3"),
    (LESSON, "persons_max = 1", "parties = 2\npersons_max = 2", "impossible-booking", "for_others = ", "true"),
    (LESSON, "persons_max = 1", "persons_max = 1\ncheck = \"marriage\"", "impossible-booking", "", "[booking]"),
    (LESSON, "resource = { zh-CN = \"教练\", en = \"Teacher\" }\n", "", "impossible-booking", "", "[booking.words]"),
    // Ids of an offer lead somewhere.
    (BOATS, "service = \"boat-lesson\"", "service = \"boat-lessons\"", "id-differs", "service = ", "\"boat-lessons\""),
    (BOATS, "profile = \"teachers\"", "profile = \"teacher\"", "unknown-rule", "profile = ", "\"teacher\""),
    (BOATS, "area = \"149901\"", "area = \"149901\"\nprofile = \"tutors\"", "unknown-rule", "area = ", "\"tutors\""),
    (BOATS, "matters = [\"rowing\"]", "matters = [\"rowin\"]", "unknown-matter", "matters = ", "\"rowin\""),
    (BOATS, "matters = [\"sailing\"]", "matters = [\"rowing\"]", "unreachable-matter", "fee_fen = 500", "\"sailing\""),
    (BOATS, "id = \"sailing\"", "id = \"rowing\"", "duplicate-id", "fee_fen = 500", "\"rowing\""),
    (BOATS, "id = \"young-wave\"", "id = \"old-wave\"", "duplicate-id", "id = \"others\"", "\"old-wave\""),
    (BOATS, "id = \"others\"", "id = \"beginners\"", "duplicate-id", "sitting = ", "\"beginners\""),
    (BOATS, "id = \"others\"", "id = \"Others\"", "bad-pattern", "sitting = ", "\"Others\""),
    (BOATS, "area = \"149901\"", "area = \"150001\"", "other-city", "area = ", "\"150001\""),
    (BOATS, "phone = \"0000-1234567\"", "phone = \"shout\"", "bad-phone", "phone = ", "\"shout\""),
    (BOATS, "class = \"expert\"", "class = \"exprt\"", "unknown-class", "[[place]]", "\"east-pier\""),
    (BOATS, "class = \"expert\"", "class = \"Expert\"", "bad-pattern", "class = ", "\"Expert\""),
    (BOATS, "area = \"149901\"", "coach = \"water\"", "misplaced-key", "coach = ", "\"water\""),
    // Sittings.
    (BOATS, "to = \"12:00\"", "to = \"07:00\"", "bad-times", "to = ", "\"07:00\""),
    (BOATS, "to = \"12:00\"", "to = \"24:00\"", "bad-pattern", "to = ", "\"24:00\""),
    (BOATS, "to = \"12:00\"", "to = \"15:00\"", "overlapping-sittings", "from = \"14", "\"14:00\""),
    (BOATS, "on_site = 2, phone = 1", "on_site = 6, phone = 3", "out-of-range", "on_site = ", "6"),
    (BOATS, "units = 8", "units = 0", "out-of-range", "units = ", "0"),
    (BOATS, "until_on = \"2026-09-30\"", "until_on = \"2026-04-30\"", "bad-times", "until_on = ", "\"2026-04-30\""),
    (BOATS, "until_on = \"2026-09-30\"", "until_on = \"2026-09-31\"", "bad-date", "until_on = ", "\"2026-09-31\""),
    (
        BOATS,
        "weekdays = [\"mon\"]",
        "weekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
        "make-up-days",
        "weekdays = ",
        "[",
    ),
    (BOATS, "weekdays = [\"mon\"]", "weekdays = [\"monday\"]", "unknown-word", "weekdays = [", "\"monday\""),
    (
        BOATS,
        "sitting = [{ from = \"09:00\", to = \"10:00\", units = 3, from_on = \"2026-05-01\", until_on = \"2026-09-30\" }]\n",
        "",
        "empty",
        "id = \"others\"",
        "[[place.section.resource]]",
    ),
    // Lines, trips, seats.
    (FERRY, "coach = \"water\"", "coach = \"watr\"", "unknown-rule", "coach = ", "\"watr\""),
    (FERRY, "coach = \"water\"\n", "", "missing-key", "", "[[place]]"),
    (FERRY, "fares_fen = [[500, 900], [500]]", "fares_fen = [[500], [500]]", "unsound", "fares_fen = ", "[["),
    (FERRY, "fares_fen = [[500, 900], [500]]", "fares_fen = [[500, 0], [500]]", "unsound", "fares_fen = ", "[["),
    (FERRY, "minutes = 10", "minutes = 30", "unsound", "stop = ", "["),
    (FERRY, "missing = [\"2B\"]", "missing = [\"3B\"]", "unsound", "missing = ", "[\"3B\"]"),
    (FERRY, "ride_max = 4", "ride_max = 2", "out-of-range", "ride_max = ", "2"),
    (
        FERRY,
        "seats = { rows = 2, columns = \"AB\", missing = [\"2B\"] }\nride_max = 4\n",
        "",
        "missing-key",
        "",
        "[[place.section.resource]]",
    ),
    (FERRY, "id = \"second\"", "id = \"first\"", "duplicate-id", "\"08:00\" }, ", "\"first\""),
    (FERRY, "departs = \"10:00\"", "departs = \"08:00\"", "overlapping-trips", "second\", departs = ", "\"08:00\""),
    (
        FERRY,
        "trip = [",
        "sitting = [{ from = \"08:00\", to = \"09:00\", units = 1 }]\ntrip = [",
        "misplaced-key",
        "sitting = ",
        "[",
    ),
    // Tickets.
    (TOWER, "ticket = \"tower\"", "ticket = \"towr\"", "unknown-rule", "ticket = ", "\"towr\""),
    (TOWER, "ticket = \"tower\"\n", "", "missing-key", "", "[[place]]"),
    // Rules.
    (PROFILES, "days_from = 1, days_to = 7", "days_from = 8, days_to = 7", "unsound", "release = ", "{"),
    (
        PROFILES,
        "returns = { from_s = 60, to_s = 600 }",
        "returns = { from_s = 700, to_s = 600 }",
        "unsound",
        "returns = ",
        "{",
    ),
    (PROFILES, "keep_percent = 10", "keep_percent = 30", "unsound", "refund = ", "["),
    (
        PROFILES,
        "effective_on = \"2020-01-01\"",
        "effective_on = \"2013-01-01\"",
        "unsorted-rules",
        "hold_s = 600",
        "\"2013-01-01\"",
    ),
    (
        PROFILES,
        "effective_on = \"2020-01-01\"",
        "effective_on = \"2014-01-01\"",
        "overlapping-rules",
        "hold_s = 600",
        "\"2014-01-01\"",
    ),
    (PROFILES, "hold_s = 600", "hold_s = 5", "out-of-range", "hold_s = ", "5"),
    (PROFILES, "[[profile.ferries]]", "[[profile.Ferries]]", "bad-id", "profile.", "Ferries"),
    (TICKETS, "units = 20 }", "units = 61 }", "unsound", "band = ", "["),
    (TICKETS, ", age_from = 60", "", "unsound", "concession = ", "["),
    (COACHES, "free_height_cm_to = 120", "free_height_cm_to = 160", "unsound", "child = ", "{"),
    (MARRIAGES, "registry = \"any\"", "registry = \"each\"", "unknown-word", "registry = ", "\"each\""),
    // Stories.
    (STORY, "given = \"adult\"", "given = \"couple\"", "wrong-role", "given = ", "\"couple\""),
    (STORY, "does = \"hold-again\"", "does = \"hold\"", "impossible-step", "\"booked\" },\n  { does = ", "\"hold\""),
    (STORY, ", refused = \"over_quota\"", "", "impossible-step", "\"booked\" },\n", "{"),
    (STORY, "refused = \"over_quota\"", "refused = \"over_quotas\"", "unknown-word", "refused = ", "\"over_quotas\""),
    (
        STORY,
        "does = \"cancel\"",
        "does = \"consent\"",
        "impossible-step",
        "\"over_quota\" },\n  { does = ",
        "\"consent\"",
    ),
    (STORY, "profile = \"teachers\"", "profile = \"teacher\"", "unknown-rule", "profile = ", "\"teacher\""),
    (STORY, "matter = \"rowing\"", "matter = \"rowing\", persons = 2", "out-of-range", "persons = ", "2"),
];

#[test]
fn every_break_is_told_with_its_place_and_its_fix() {
    let last = check(&files()).catalogue;
    for (path, from, to, code, after, marked) in BREAKS {
        let files = with(path, from, to);
        let loaded = check(&files);
        let finding = expect(&loaded, &files, code, path, after, marked);
        assert!(!finding.fix.is_empty() && !finding.what.is_empty(), "{finding:?}");
        assert!(finding.render(&files).contains(&format!("{path}:{}:{}", finding.line, finding.column)));
        if finding.is_error() {
            let now = loaded.or_last_good(&last);
            let city = now.city("lakeside").expect("the city stays");
            assert_eq!(now.services_of(city).count(), 5, "{path}: {from} -> {to}");
            assert_eq!(city.offers.len(), 3, "{path}: {from} -> {to}");
            assert!(now.rules.booking.profile_on(date(2026, 6, 1), "ferries").is_some(), "{path}: {from} -> {to}");
        }
    }
}

#[test]
fn what_the_words_say_and_how_to_mend_it() {
    let said = |path: &str, from: &str, to: &str, code: &str| {
        let loaded = check(&with(path, from, to));
        let found = loaded.findings.iter().find(|one| one.code == code).unwrap_or_else(|| panic!("{code}"));
        format!("{}; {}", found.what, found.fix)
    };
    assert_eq!(
        said(BOATS, "on_site = 2, phone = 1", "on_site = 6, phone = 3", "out-of-range"),
        "9 units are kept back, and there are 8; let `on_site` and `phone` together be at most `units`"
    );
    assert_eq!(
        said(BOATS, "to = \"12:00\"", "to = \"07:00\"", "bad-times"),
        "the sitting begins at 08:00 and ends at 07:00; let `to` be after `from`"
    );
    assert_eq!(
        said(BOATS, "profile = \"teachers\"", "profile = \"teacher\"", "unknown-rule"),
        "there is no profile rule `teacher`; did you mean `teachers`?"
    );
    assert_eq!(
        said(FERRY, "[[500, 900], [500]]", "[[500], [500]]", "unsound"),
        "a fare is missing, or one is too many; one row per stop but the last, with one fare per stop after it"
    );
    assert_eq!(
        said(CITY, "\"boat-lesson\", ", "", "unlisted-service"),
        "`boat-lesson` is offered, and the city does not list it; one of bicycle-fine, ferry-seat, lighthouse, rider-points"
    );
}

#[test]
fn a_listed_service_that_nobody_offers_is_refused_in_the_city() {
    let mut files = files();
    files.remove(BOATS);
    let loaded = check(&files);
    let finding = expect(&loaded, &files, "no-offer", CITY, "services = ", "\"boat-lesson\"");
    assert_eq!(finding.fix, "add cities/lakeside/offers/boat-lesson.toml, or take it off the list");
    assert!(loaded.catalogue.city("lakeside").is_none());
}

#[test]
fn what_asks_a_department_and_what_is_booked_are_not_mixed() {
    let mut files = files();
    // A service that is not booked has nothing to offer, and a booked one has no rows.
    files.insert("cities/lakeside/offers/bicycle-fine.toml".into(), files[TOWER].replace("lighthouse", "bicycle-fine"));
    let bindings = files.get_mut(lakeside::BINDINGS).expect("bindings");
    bindings.push_str(
        "\n[service.lighthouse]\ndepartment = \"bureau\"\nmethod = \"POST\"\npath = \"/x\"\noutcome = { path = \"/code\", found = [\"0\"] }\nrows = \"\"\n[service.lighthouse.row]\nx = { path = \"/x\" }\n",
    );
    let story = files.get_mut("services/rider-points.story.toml").expect("a story");
    story.push_str("\n[[booking]]\nname = { zh-CN = \"约\", en = \"Book\" }\ngiven = \"adult\"\nstep = [{ does = \"hold\", becomes = \"held\" }]\n");
    let loaded = check(&files);
    expect(
        &loaded,
        &files,
        "misplaced-offer",
        "cities/lakeside/offers/bicycle-fine.toml",
        "service = ",
        "\"bicycle-fine\"",
    );
    expect(&loaded, &files, "misplaced-service", lakeside::BINDINGS, "[service.lighthouse", "lighthouse");
    expect(&loaded, &files, "misplaced-booking", "services/rider-points.story.toml", "", "[[booking]]");
}

#[test]
fn offers_without_a_city_beside_them_are_told() {
    let mut files = files();
    files.insert("cities/seaside/offers/lighthouse.toml".into(), files[TOWER].clone());
    let loaded = check(&files);
    let found = loaded.findings.iter().find(|one| one.code == "no-city").expect("told");
    assert_eq!(found.what, "the offers of `seaside` have no city beside them");
}

#[test]
fn a_registry_is_of_its_own_kind() {
    let service = files()[LESSON]
        .replace("persons_max = 1\nfor_others = true", "parties = 2\npersons_max = 2\ncheck = \"marriage\"");
    let service: manifest::Service = toml::from_str(&service).expect("a service");
    let booking = service.booking.expect("booked");
    assert_eq!((booking.parties, booking.check), (2, Some(Eligibility::Marriage)));
}

#[test]
fn a_new_city_takes_the_model_s_offers_along_and_is_told_whose_they_are() {
    let mut all = files();
    let new = manifest::scaffold::NewCity {
        code: Some("149800".into()),
        ..manifest::scaffold::NewCity::named(kernel::CityId::parse("hillside").expect("an id"))
    };
    let made = manifest::scaffold(&all, &new, &kernel::CityId::parse("lakeside").expect("an id")).expect("made");
    assert_eq!(made.keys().filter(|path| path.starts_with("cities/hillside/offers/")).count(), 3);
    all.extend(made);
    let loaded = check(&all);
    let shared: Vec<&str> =
        loaded.findings.iter().filter(|one| one.code == "shared-place").map(|one| one.path.as_str()).collect();
    let cities = ["hillside", "lakeside"];
    let wanted = cities
        .map(|city| ["boat-lesson", "ferry-seat", "lighthouse"].map(|id| format!("cities/{city}/offers/{id}.toml")));
    assert_eq!(shared, wanted.concat());
    let other = loaded.findings.iter().find(|one| one.code == "other-city" && one.path.contains("hillside/offers"));
    assert_eq!(other.map(|one| one.what.as_str()), Some("149901 is no area of 149800"));
}

#[test]
fn a_changed_offer_is_told_by_the_names_of_its_places() {
    let (old, new) = (files(), with(BOATS, "price_fen = 2000", "price_fen = 2500"));
    let changes = manifest::diff(&old, &new);
    let told: Vec<_> = changes.iter().map(|one| (one.place.as_str(), one.old.as_deref(), one.new.as_deref())).collect();
    let place = "place[east-pier].section[beginners].resource[old-wave].price_fen";
    assert_eq!(told, [(place, Some("2000"), Some("2500"))]);
}

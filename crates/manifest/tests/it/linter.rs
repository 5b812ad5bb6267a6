//! Every way to break a pack is told with its place and the fix.

use manifest::Severity;
use proptest::prelude::*;

use crate::lakeside::{BINDINGS, CITY, POINTS, SERVICE, STORY, check, expect, files, with};

#[test]
fn a_sound_pack_has_no_findings() {
    let files = files();
    let loaded = check(&files);
    let report: String = loaded.findings.iter().map(|finding| finding.render(&files)).collect();
    assert!(report.is_empty(), "\n{report}");
    assert_eq!((loaded.catalogue.services.len(), loaded.catalogue.cities.len(), loaded.stories.len()), (2, 1, 2));
}

/// (file, what is replaced, by what, code, where: the first `marked` after `after`)
type Break = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const BREAKS: &[Break] = &[
    // What every citizen must be told before starting.
    (SERVICE, "time_limit = { zh-CN = \"即时\", en = \"At once\" }\n", "", "missing-key", "", "[guide]"),
    (SERVICE, "fee = { zh-CN = \"免费\", en = \"Free\" }\n", "", "missing-key", "", "[guide]"),
    (SERVICE, "steps = [{ zh-CN = \"登录\", en = \"Sign in\" }]\n", "", "missing-key", "", "[guide]"),
    (SERVICE, "materials = [{ zh-CN = \"车牌\", en = \"The plate\" }]\n", "", "missing-key", "", "[guide]"),
    (SERVICE, ", phone = \"12345\"", "", "missing-key", "contact = ", "{"),
    (
        SERVICE,
        "contact = { name = { zh-CN = \"湖滨热线\", en = \"Lakeside helpline\" }, phone = \"12345\" }\n",
        "",
        "missing-key",
        "",
        "[guide]",
    ),
    (SERVICE, "[{ zh-CN = \"登录\", en = \"Sign in\" }]", "[]", "empty", "steps = ", "[]"),
    (SERVICE, "[{ zh-CN = \"车牌\", en = \"The plate\" }]", "[]", "empty", "materials = ", "[]"),
    (SERVICE, "zh-CN = \"免费\"", "zh-CN = \"  \"", "empty", "fee = ", "\"  \""),
    (SERVICE, "phone = \"12345\"", "phone = \"ask me\"", "bad-phone", "phone = ", "\"ask me\""),
    // Texts.
    (SERVICE, "zh-CN = \"免费\", en = \"Free\"", "zh-CN = \"免费\"", "missing-language", "fee = ", "{"),
    (
        SERVICE,
        "zh-CN = \"免费\", en = \"Free\"",
        "zh-CN = \"免费\", en = \"免费\"",
        "wrong-language",
        "en = \"免",
        "\"免费\"",
    ),
    (SERVICE, "{count} to deal with", "{number} to deal with", "unknown-placeholder", "some = ", "\"{number}"),
    (SERVICE, "en = \"Free\"", "en = \"{free}\"", "unknown-placeholder", "fee = ", "\"{free}\""),
    // Keys, words and types.
    (SERVICE, "summary = ", "sumary = ", "unknown-key", "", "sumary"),
    (SERVICE, "shape = \"list\"", "shape = \"lst\"", "unknown-word", "shape = ", "\"lst\""),
    (SERVICE, "fresh_s = 600", "fresh_s = \"600\"", "wrong-type", "fresh_s = ", "\"600\""),
    (SERVICE, "fresh_s = 600", "fresh_s = 0", "out-of-range", "fresh_s = ", "0"),
    (SERVICE, "required = true", "required = ", "syntax", "required = ", "\n"),
    (SERVICE, "icon = \"bicycle\"", "icon = \"bycicle\"", "unknown-icon", "icon = ", "\"bycicle\""),
    (SERVICE, "id = \"bicycle-fine\"", "id = \"bike-fine\"", "id-differs", "id = ", "\"bike-fine\""),
    (SERVICE, "id = \"bicycle-fine\"", "id = \"Bicycle_Fine\"", "bad-pattern", "id = ", "\"Bicycle_Fine\""),
    (
        SERVICE,
        "zh-CN = \"自行车罚单\"",
        "zh-CN = \"自行车罚单查询页\"",
        "too-long",
        "short_name",
        "\"自行车罚单查询页\"",
    ),
    // Fields.
    (SERVICE, "field = \"state\"", "field = \"stat\"", "unknown-field", "open_when", "\"stat\""),
    (SERVICE, "equals = [\"open\"]", "equals = [\"opn\"]", "unknown-choice", "equals", "\"opn\""),
    (SERVICE, "from = [\"code\", \"at\"]", "from = [\"code\"]", "wrong-arguments", "from = ", "[\"code\"]"),
    (SERVICE, "from = [\"code\", \"at\"]", "from = [\"code\", \"when\"]", "unknown-field", "from = ", "\"when\""),
    (SERVICE, "key = \"amount\"", "key = \"at\"", "duplicate-field", "kind = \"date-time\"", "\"at\""),
    (SERVICE, "key = \"amount\"", "key = \"Amount\"", "bad-field-key", "key = \"A", "\"Amount\""),
    (SERVICE, "place = \"title\"", "place = \"list\"", "no-title", "shape = ", "\"list\""),
    (SERVICE, "evidence = \"photo\"", "evidence = \"picture\"", "unknown-field", "evidence = ", "\"picture\""),
    (POINTS, "field = \"left\"", "field = \"rest\"", "unknown-field", "[answer.home]", "\"rest\""),
    (POINTS, "kind = \"points\"", "kind = \"text\"", "wrong-kind", "key = \"left\"", "\"text\""),
    // Fields that nobody fills.
    (BINDINGS, "id = { path = \"/no\" }\n", "", "missing-mapping", "", "[service.bicycle-fine.row]"),
    (
        BINDINGS,
        "amount = { path = \"/yuan\", money = \"yuan\" }\n",
        "",
        "unfilled-field",
        "",
        "[service.bicycle-fine.row]",
    ),
    // The city.
    (CITY, "code = \"149900\"", "code = \"999900\"", "bad-city-code", "code = ", "\"999900\""),
    (CITY, "code = \"149900\"", "code = \"14990\"", "bad-pattern", "code = ", "\"14990\""),
    (CITY, "hue = 202", "hue = 60", "low-contrast", "hue = ", "60"),
    (CITY, "hue = 202", "hue = 400", "out-of-range", "hue = ", "400"),
    (CITY, "\"晋Z\"", "\"晋I\"", "bad-plate", "plates = ", "\"晋I\""),
    (CITY, "\"rider-points\"", "\"rider-point\"", "unknown-service", "services = ", "\"rider-point\""),
    (CITY, "\"bicycle-fine\", \"rider-points\"", "", "no-services", "state = ", "\"open\""),
    (CITY, "\"149901\"", "\"150001\"", "bad-district", "", "\"150001\""),
    (CITY, "motif = \"waves\"", "motif = \"wave\"", "unknown-word", "motif = ", "\"wave\""),
    // Bindings.
    (
        BINDINGS,
        "[service.bicycle-fine]\ndepartment = \"bureau\"",
        "[service.bicycle-fine]\ndepartment = \"buro\"",
        "unknown-department",
        "",
        "\"buro\"",
    ),
    (BINDINGS, "/fines/{plate}", "/fines/{number}", "unknown-placeholder", "path = \"/fines", "\"/fines/{number}\""),
    (
        BINDINGS,
        "send = { id = \"{licence_no}\" }",
        "send = { id = \"{plate}\" }",
        "unknown-placeholder",
        "path = \"/points\"",
        "\"{plate}\"",
    ),
    (BINDINGS, "/photo/{id}.png", "/photo/{no}.png", "unknown-placeholder", "evidence_path = ", "\"/photo/{no}.png\""),
    (BINDINGS, "evidence_path = \"/photo/{id}.png\"\n", "", "missing-evidence", "", "[service.bicycle-fine]"),
    (BINDINGS, "sandbox:/149900/bureau", "http://bureau.example/", "bad-url", "base_url = ", "\"http:"),
    (BINDINGS, "sandbox:/149900/bureau", "sandbox:/140100/bureau", "other-city", "base_url = ", "\"sandbox"),
    (BINDINGS, "deadline_ms = 2000", "deadline_ms = 60000", "out-of-range", "deadline_ms = ", "60000"),
    (BINDINGS, "\"1\" = \"paid\"", "\"1\" = \"payed\"", "uncovered-choice", "\"1\" = \"pa", "\"payed\""),
    (BINDINGS, ", money = \"yuan\"", "", "wrong-mapping", "amount = ", "{"),
    (BINDINGS, ", date = \"%Y-%m-%d %H:%M\"", "", "wrong-mapping", "at = {", "{"),
    (BINDINGS, "%Y-%m-%d %H:%M", "yyyy-MM-dd", "bad-date-pattern", "date = ", "\"yyyy"),
    (BINDINGS, "id = { path = \"/no\" }", "id = { table = {} }", "no-source", "row]\nid = ", "{"),
    (BINDINGS, "id = { path = \"/no\" }", "id = { path = \"no\" }", "bad-pointer", "row]\nid = ", "\"no\""),
    (BINDINGS, "photo = { path", "foto = { path", "unknown-field", "foto", "foto"),
    (
        BINDINGS,
        "taken = { path = \"/taken\" }",
        "taken = { path = \"/taken\" }\nleft = { path = \"/left\" }",
        "derived-field",
        "left = ",
        "left",
    ),
    (BINDINGS, "echo = [{ path = \"/id\", question = \"licence_no\" }]\n", "", "no-echo", "", "[service.rider-points]"),
    (BINDINGS, "none = [\"1\"], busy = [\"9\"]", "none = [\"0\"]", "ambiguous-outcome", "none = ", "\"0\""),
    (BINDINGS, "[check.vehicle-owner]", "[check.vehicle-ower]", "unknown-key", "", "vehicle-ower"),
    (
        BINDINGS,
        "row = { match = { path = \"/match\"",
        "row = { same = { path = \"/match\"",
        "missing-mapping",
        "row = ",
        "{",
    ),
    (BINDINGS, "\"1\" = \"yes\"", "\"1\" = \"true\"", "uncovered-choice", "match = ", "{"),
    // Rules.
    (
        "rules/old/points.toml",
        "effective_on = \"2010-01-01\"",
        "effective_on = \"2000-01-01\"",
        "unsorted-rules",
        "effective_on = \"2000",
        "\"2000",
    ),
    (
        "rules/old/points.toml",
        "effective_on = \"2010-01-01\"",
        "effective_on = \"2001-01-01\"",
        "overlapping-rules",
        "[[rule]]\neffective_on = \"2001-01-01\"\nsource = { zh-CN = \"新",
        "\"2001",
    ),
    (
        "rules/old/points.toml",
        "effective_on = \"2010-01-01\"",
        "effective_on = \"2010-02-30\"",
        "bad-date",
        "effective_on = \"2010",
        "\"2010",
    ),
    ("rules/old/points.toml", "{ 1001 =", "{ 10 =", "bad-violation-code", "{ 10 =", "10"),
    ("rules/old/fines.toml", "from_yuan = 20", "from_yuan = 2000", "out-of-range", "1001 = ", "{"),
    // Stories.
    (STORY, "owner-with-open-violations", "driver-with-points", "wrong-role", "given = ", "\"driver"),
    (STORY, "owner-with-open-violations", "owner-with-open-violation", "unknown-word", "given = ", "\"owner"),
    (STORY, "outcome = \"some\"", "outcome = \"stale\"", "impossible-outcome", "outcome = ", "\"stale\""),
    (STORY, "rows_min = 1", "rows_min = 1\nrows_max = 0", "impossible-rows", "", "[story.expect]"),
    (STORY, "key = \"state\"", "key = \"stat\"", "unknown-field", "key = ", "\"stat\""),
    (STORY, "one_of = [\"open\"]", "one_of = [\"opn\"]", "unknown-choice", "one_of = ", "\"opn\""),
];

#[test]
fn every_break_is_told_with_its_place_and_its_fix() {
    for (path, from, to, code, after, marked) in BREAKS {
        let files = with(path, from, to);
        let loaded = check(&files);
        let finding = expect(&loaded, &files, code, path, after, marked);
        assert!(!finding.fix.is_empty() && !finding.what.is_empty(), "{finding:?}");
        assert!(finding.render(&files).contains(&format!("{path}:{}:{}", finding.line, finding.column)));
    }
}

#[test]
fn a_listed_service_without_a_binding_is_refused_in_the_city() {
    let mut files = files();
    let text = files.get_mut(BINDINGS).expect("bindings");
    text.truncate(text.find("[service.rider-points]").expect("the last service"));
    let loaded = check(&files);
    expect(&loaded, &files, "unbound-service", CITY, "services = ", "\"rider-points\"");
    assert!(loaded.catalogue.cities.is_empty());
    assert!(loaded.refused_cities.iter().any(|id| id.as_str() == "lakeside"));
}

#[test]
fn a_broken_service_takes_its_cities_out_and_nothing_else() {
    let mut files = with(SERVICE, "fee = ", "fe = ");
    files.insert(
        "cities/hillside/city.toml".into(),
        files[CITY]
            .replace("lakeside", "hillside")
            .replace("湖滨市", "山滨市")
            .replace("149900", "149800")
            .replace("149901", "149801")
            .replace("晋Z", "晋Y")
            .replace("\"bicycle-fine\", ", ""),
    );
    let bindings = &files[BINDINGS];
    let (start, end) = (
        bindings.find("[service.bicycle-fine]").expect("start"),
        bindings.find("[service.rider-points]").expect("end"),
    );
    let kept = format!("{}{}", &bindings[..start], &bindings[end..]).replace("149900", "149800");
    files.insert("cities/hillside/bindings.toml".into(), kept);
    let loaded = check(&files);
    expect(&loaded, &files, "broken-service", CITY, "services = ", "\"bicycle-fine\"");
    assert_eq!(loaded.catalogue.services.keys().map(|id| id.as_str()).collect::<Vec<_>>(), ["rider-points"]);
    assert_eq!(loaded.catalogue.cities.keys().map(|id| id.as_str()).collect::<Vec<_>>(), ["hillside"]);

    // A platform that runs keeps what it had, and takes the new city.
    let last = check(&crate::lakeside::files()).catalogue;
    let kept = loaded.or_last_good(&last);
    assert_eq!(kept.cities.len(), 2);
    assert_eq!(kept.services.len(), 2);
    let lakeside = kept.city("lakeside").expect("kept").clone();
    assert_eq!(kept.search(&lakeside, "罚单", kernel::Lang::ZhCn).len(), 1);
}

#[test]
fn a_broken_file_of_any_kind_leaves_the_last_good_state() {
    let last = check(&files()).catalogue;
    for (path, from, to, ..) in BREAKS {
        let loaded = check(&with(path, from, to));
        let now = loaded.or_last_good(&last);
        assert_eq!(now.cities.len(), 1, "{path}: {from} -> {to}");
        let city = now.city("lakeside").expect("the city stays");
        assert_eq!(now.services_of(city).count(), 2, "{path}: {from} -> {to}");
        assert!(now.rules.points_on(jiff::civil::date(2020, 1, 1)).is_some(), "{path}: {from} -> {to}");
    }
}

#[test]
fn an_old_city_that_does_not_fit_a_new_service_keeps_everything_old() {
    let last = check(&files()).catalogue;
    // The service now requires a field; the city's bindings break at the same time.
    let mut files = with(BINDINGS, "deadline_ms = 2000", "deadline_ms = 1");
    let service = files.get_mut(SERVICE).expect("service");
    service.push_str("\n[[answer.fields]]\nkey = \"lane\"\nlabel = { zh-CN = \"车道\", en = \"Lane\" }\nkind = \"text\"\nplace = \"detail\"\nrequired = true\n");
    let loaded = check(&files);
    assert!(loaded.catalogue.services["bicycle-fine"].fields().iter().any(|field| field.key == "lane"));
    let now = loaded.or_last_good(&last);
    assert!(!now.services["bicycle-fine"].fields().iter().any(|field| field.key == "lane"));
}

#[test]
fn two_cities_share_neither_code_nor_plate_nor_name() {
    let mut files = files();
    files.insert("cities/twin/city.toml".into(), files[CITY].replace("\"lakeside\"", "\"twin\"").replace("晋Z", "晋*"));
    files.insert("cities/twin/bindings.toml".into(), files[BINDINGS].clone());
    let loaded = check(&files);
    for (code, after, marked) in [
        ("duplicate-code", "code = ", "\"149900\""),
        ("duplicate-plate", "plates = ", "\"晋*\""),
        ("duplicate-name", "name = ", "\"湖滨市\""),
    ] {
        expect(&loaded, &files, code, "cities/twin/city.toml", after, marked);
    }
    assert_eq!(loaded.catalogue.cities.len(), 1, "the first one stays");
}

#[test]
fn a_platform_needs_its_three_checks() {
    let mut files = files();
    files.insert("platform/bindings.toml".into(), "[check.vehicle-owner]\ndepartment = \"x\"\n".into());
    let loaded = check(&files);
    assert!(loaded.refused_platform && !loaded.is_clean());
    files.insert("platform/bindings.toml".into(), "[department.x]\nname = { zh-CN = \"局\", en = \"X\" }\nphone = \"110\"\naddress = { zh-CN = \"无\", en = \"None\" }\nbase_url = \"https://x.example\"\n".into());
    let loaded = check(&files);
    assert_eq!(loaded.findings.iter().filter(|finding| finding.code == "missing-check").count(), 3);
}

#[test]
fn files_that_nobody_reads_are_told() {
    let mut files = files();
    files.insert("services/deep/x.toml".into(), String::new());
    files.insert("cities/lakeside/citty.toml".into(), String::new());
    files.insert("calendars/2026.json".into(), "{\n  \"year\": 2026,\n  \"days\": [{]\n}\n".into());
    let loaded = check(&files);
    assert_eq!(
        loaded.findings.iter().filter(|one| one.code == "unread-file" && one.severity == Severity::Warning).count(),
        2
    );
    let calendar = loaded.findings.iter().find(|one| one.code == "bad-calendar").expect("told");
    assert_eq!((calendar.line, loaded.refused_calendars), (3, true));
}

#[test]
fn no_city_takes_an_address_of_the_house() {
    for id in manifest::lint::city::RESERVED {
        let mut files = with(CITY, "id = \"lakeside\"", &format!("id = \"{id}\""));
        for file in ["city.toml", "bindings.toml"] {
            let text = files.remove(&format!("cities/lakeside/{file}")).expect("the file");
            files.insert(format!("cities/{id}/{file}"), text);
        }
        let loaded = check(&files);
        let path = format!("cities/{id}/city.toml");
        expect(&loaded, &files, "reserved-id", &path, "id = ", &format!("\"{id}\""));
        assert!(loaded.catalogue.cities.is_empty(), "{id}");
    }
}

#[test]
fn findings_are_data_too() {
    let loaded = check(&with(CITY, "hue = 202", "hue = 60"));
    let json = serde_json::to_value(&loaded.findings).expect("json");
    assert_eq!(json[0]["code"], "low-contrast");
    assert_eq!(json[0]["severity"], "error");
    assert_eq!((json[0]["line"].as_u64(), json[0]["column"].as_u64()), (Some(7), Some(7)));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let mut files = with(SERVICE, "summary = ", "sumary = ");
    let text = files.get_mut(SERVICE).expect("service");
    *text = text.replacen("fee = ", "feee = ", 1).replacen("fresh_s = 600", "fresh_s = -1", 1);
    let codes: Vec<_> =
        check(&files).findings.into_iter().filter(|one| one.path == SERVICE).map(|one| one.code).collect();
    assert_eq!(codes, ["missing-key", "unknown-key", "missing-key", "unknown-key", "out-of-range"]);
}

proptest! {
    /// Whatever somebody's editor leaves behind, the linter says something about it, at a place that exists, and what is
    /// not clean does not run.
    #[test]
    fn mutilated_files_are_told_and_never_half_load(
        file in prop::sample::select(vec![SERVICE, POINTS, STORY, CITY, BINDINGS, "rules/old/points.toml"]),
        at in any::<prop::sample::Index>(),
        gone in 0usize..40,
        put in prop::sample::select(vec!["", "\"", "[", "{", "=", "\n", "湖", "[[answer.fields]]\n", "x = 1\n", "\u{0}", "#"]),
    ) {
        let mut files = files();
        let text = files.get_mut(file).expect("the file");
        let chars: Vec<char> = text.chars().collect();
        let start = at.index(chars.len());
        let rest = chars.iter().skip(start + gone);
        *text = chars[..start].iter().copied().chain(put.chars()).chain(rest.copied()).collect();
        let loaded = check(&files);
        for finding in &loaded.findings {
            let lines = files[&finding.path].matches('\n').count() + 1;
            prop_assert!((1..=lines).contains(&finding.line), "{finding:?} of {lines} lines");
            prop_assert!(finding.column >= 1 && finding.length >= 1);
            prop_assert!(finding.render(&files).contains(finding.code));
        }
        if loaded.findings.iter().any(|finding| finding.is_error() && (finding.path == CITY || finding.path == BINDINGS)) {
            prop_assert!(loaded.catalogue.cities.is_empty());
        }
        let kept = loaded.or_last_good(&check(&crate::lakeside::files()).catalogue);
        prop_assert!(kept.cities.values().all(|pack| kept.services_of(pack).count() == pack.city.services.len()));
    }
}

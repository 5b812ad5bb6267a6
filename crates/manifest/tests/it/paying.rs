//! A pack in which something is paid: sound as it stands, and every way to break it is told with its place and the fix.

use kernel::Money;
use manifest::{Act, Files, act::CustomerNo, service::Subject};

use crate::lakeside::{self, BINDINGS, CITY, check, expect};

const BILL: &str = "services/lamp-bill.toml";
const STORY: &str = "services/lamp-bill.story.toml";
const FEES: &str = "rules/old/late-fees.toml";
const TARIFFS: &str = "rules/old/tariffs.toml";

fn files() -> Files {
    let mut files = lakeside::files();
    files.insert(BILL.into(), include_str!("lakeside/lamp-bill.toml").into());
    files.insert(STORY.into(), include_str!("lakeside/lamp-bill.story.toml").into());
    files.insert(FEES.into(), include_str!("lakeside/late-fees.toml").into());
    files.insert(TARIFFS.into(), include_str!("lakeside/tariffs.toml").into());
    if let Some(bindings) = files.get_mut(BINDINGS) {
        bindings.push_str(include_str!("lakeside/lamps.toml"));
    }
    if let Some(city) = files.get_mut(CITY) {
        *city = city.replace("services = [", "services = [\"lamp-bill\", ");
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
fn a_sound_bill_has_no_findings() {
    let files = files();
    let loaded = check(&files);
    let report: String = loaded.findings.iter().map(|finding| finding.render(&files)).collect();
    assert!(report.is_empty(), "\n{report}");
    let city = loaded.catalogue.city("lakeside").expect("the city");
    let service = loaded.catalogue.service(city, "lamp-bill").expect("the service");
    assert_eq!(service.pay.as_ref().map(|pay| pay.purpose.word()), Some("bill"));
    let acts = &city.bindings.act[&service.id];
    assert_eq!(acts.keys().copied().collect::<Vec<_>>(), [Act::Bind, Act::Pay, Act::Balance, Act::Withdraw, Act::List]);
    let biller = &city.bindings.biller[&service.id];
    assert!(biller.partial && biller.oldest_first && biller.customer_no.accepts("L123456"));
}

/// (file, what is replaced, by what, code, where: the first `marked` after `after`)
type Break = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const BREAKS: &[Break] = &[
    // The section's fields are there, and hold what they must.
    (BILL, "id = \"id\"\n", "id = \"no\"\n", "unknown-field", "[pay]", "\"no\""),
    (BILL, "amount = \"owed\"", "amount = \"owing\"", "unknown-field", "[pay]", "\"owing\""),
    (BILL, "amount = \"owed\"", "amount = \"month\"", "wrong-kind", "[pay]", "\"month\"\nsur"),
    (BILL, "surcharge = \"late_fee\"", "surcharge = \"due_on\"", "wrong-kind", "[pay]", "\"due_on\"\nleast"),
    (BILL, "period = \"month\"", "period = \"owed\"", "wrong-kind", "title = \"month\"", "\"owed\""),
    (BILL, "title = \"month\"", "title = \"days\"", "derived-field", "[pay]", "\"days\""),
    (BILL, "title = \"month\"\nper", "per", "missing-key", "", "[pay]"),
    (BILL, "when = { field = \"state\", equals = [\"open\"] }\nlate", "late", "missing-key", "", "[pay]"),
    (
        BILL,
        "field = \"state\", equals = [\"open\"] }\nlate",
        "field = \"stat\", equals = [\"open\"] }\nlate",
        "unknown-field",
        "[pay]",
        "\"stat\"",
    ),
    (BILL, "equals = [\"open\"] }\nlate", "equals = [\"opn\"] }\nlate", "unknown-choice", "[pay]", "\"opn\""),
    (
        BILL,
        "kind = \"text\"\nplace = \"detail\"\nrequired = true",
        "kind = \"text\"\nplace = \"detail\"",
        "optional-field",
        "key = ",
        "\"id\"",
    ),
    (BILL, "purpose = \"bill\"", "purpose = \"bil\"", "unknown-word", "purpose = ", "\"bil\""),
    (BILL, "capability = \"bill\"", "capability = \"record\"", "wrong-capability", "capability = ", "\"record\""),
    (BILL, "note = { zh-CN", "not = { zh-CN", "missing-key", "", "[pay]"),
    // What a top-up is not.
    (BILL, "purpose = \"bill\"", "purpose = \"top-up\"", "misplaced-key", "[pay]", "\"owed\""),
    (BILL, "purpose = \"bill\"", "purpose = \"top-up\"", "missing-key", "", "[pay]"),
    (BILL, "purpose = \"bill\"", "purpose = \"top-up\"", "misplaced-key", "late = ", "{"),
    // Whose money it becomes.
    (BILL, "payee = \"merchant\"", "payee = \"treasury\"", "missing-key", "payee = ", "\"treasury\""),
    (BILL, "payee = \"merchant\"", "payee = \"treasury\"\nitem = \"103\"", "merchant-only", "[pay]", "\"least\""),
    (BILL, "payee = \"merchant\"", "payee = \"treasury\"\nitem = \"A1\"", "bad-item", "item = ", "\"A1\""),
    (BILL, "payee = \"merchant\"", "payee = \"merchant\"\nitem = \"103\"", "misplaced-key", "item = ", "\"103\""),
    (BILL, "purpose = \"bill\"", "purpose = \"fine\"", "treasury-only", "payee = ", "\"merchant\""),
    (BILL, "purpose = \"bill\"", "purpose = \"fine\"", "missing-key", "", "[pay]"),
    (BINDINGS, "partial = true", "partial = 1", "wrong-type", "partial = ", "1"),
    // Accepting.
    (
        BILL,
        "when = { field = \"state\", equals = [\"open\"] }\nlate",
        "when = { field = \"state\", equals = [\"open\"] }\naccept = { field = \"state\", equals = [\"new\"] }\nlate",
        "misplaced-key",
        "accept = ",
        "{",
    ),
    (
        BILL,
        "when = { field = \"state\", equals = [\"open\"] }\nlate",
        "when = { field = \"state\", equals = [\"open\"] }\naccept = { field = \"state\", equals = [\"open\"] }\nlate",
        "ambiguous-rows",
        "accept = ",
        "\"open\"",
    ),
    (
        BILL,
        "when = { field = \"state\", equals = [\"open\"] }\nlate",
        "when = { field = \"state\", equals = [\"open\"] }\naccept = { field = \"state\", equals = [\"nw\"] }\nlate",
        "unknown-choice",
        "accept = ",
        "\"nw\"",
    ),
    (BINDINGS, "[act.lamp-bill.withdraw]", "[act.lamp-bill.accept]", "missing-act", "", "[service.lamp-bill]"),
    (BINDINGS, "[act.lamp-bill.withdraw]", "[act.lamp-bill.accept]", "needless-act", "[act.lamp-bill.accept", "accept"),
    // Stories.
    (STORY, "rows_min = 1", "open_min = 2, open_max = 1", "impossible-rows", "open_min = ", "2"),
    (STORY, "rows_min = 1", "open_min = 2, rows_max = 1", "impossible-rows", "open_min = ", "2"),
    (STORY, "customer-with-arrears", "owner-with-open-violations", "wrong-role", "given = ", "\"owner"),
    // Being late.
    (BILL, "rule = \"lamps\"", "rule = \"lanterns\"", "unknown-late-fee", "late = ", "\"lanterns\""),
    (BILL, "from = \"due_on\" }\nnote", "from = \"month\" }\nnote", "wrong-kind", "late = ", "\"month\""),
    (
        BILL,
        "from = \"due_on\" }\nnote",
        "from = \"due_on\", paused_from = \"due_on\" }\nnote",
        "missing-key",
        "late = ",
        "{",
    ),
    (FEES, "per_mille_a_day = 1", "per_mille_a_day = 500", "out-of-range", "per_mille_a_day = ", "500"),
    (FEES, "lamps =", "Lamps =", "bad-id", "", "Lamps"),
    (TARIFFS, "up_to = 100, unit", "unit", "bad-step", "step = ", "{"),
    (TARIFFS, "up_to = 200", "up_to = 100", "bad-step", "unit_milliyuan = 500", "{"),
    (
        TARIFFS,
        "{ unit_milliyuan = 900 }",
        "{ up_to = 300, unit_milliyuan = 900 }",
        "bad-step",
        "unit_milliyuan = 700",
        "{",
    ),
    (TARIFFS, "place = \"14\"", "place = \"1\"", "bad-pattern", "place = ", "\"1\""),
    // Acts that are not there.
    (BINDINGS, "[act.lamp-bill.pay]", "[act.lamp-bill.pai]", "unknown-key", "[act.lamp-bill.pai]", "pai"),
    (BINDINGS, "[act.lamp-bill.bind]", "[act.lamp-bill.accept]", "missing-act", "", "[service.lamp-bill]"),
    (BINDINGS, "[biller.lamp-bill]", "[biller.lamp-bil]", "missing-biller", "", "[service.lamp-bill]"),
    (BINDINGS, "[biller.lamp-bill]", "[biller.lamp-bil]", "unbound-act", "[biller.", "lamp-bil"),
    (BINDINGS, "[biller.lamp-bill]", "[biller.bicycle-fine]", "misplaced-biller", "[biller.", "bicycle-fine"),
    // Numbers of customers.
    (BINDINGS, "L[0-9]{6}", "L[0-9", "bad-regex", "pattern = ", "\"L[0-9\""),
    (BINDINGS, "L[0-9]{6}", "L*", "bad-regex", "pattern = ", "\"L*\""),
    (BINDINGS, "L[0-9]{6}", "(((L{900}){900}){900}){900}", "bad-regex", "pattern = ", "\"((("),
    (BINDINGS, "example = \"L000000\"", "example = \"M000000\"", "bad-example", "example = ", "\"M000000\""),
    (BINDINGS, "example = \"L000000\"", "example = \"L000-000\"", "bad-example", "example = ", "\"L000-000\""),
    (BINDINGS, "min_fen = 1_000", "min_fen = 100_000", "out-of-range", "prepaid = ", "{"),
    (BINDINGS, "min_fen = 1_000", "min_fen = 0", "out-of-range", "min_fen = ", "0"),
    (BILL, "period = \"month\"\n", "", "missing-period", "", ""),
    // Told once, told what, told safely.
    (
        BINDINGS,
        "send = { key = \"{key}\", no = \"{customer_no}\", bills",
        "send = { no = \"{customer_no}\", bills",
        "no-key",
        "path = \"/pay\"",
        "{ no",
    ),
    (BINDINGS, "yuan = \"{total_yuan}\", ", "", "no-amount", "path = \"/pay\"", "{ key"),
    (BINDINGS, "bills = \"{ids}\", ", "", "no-bill", "path = \"/pay\"", "{ key"),
    (BINDINGS, ", name = \"{holder_tail}\"", "", "no-second-factor", "path = \"/customer\"", "{ no"),
    (BINDINGS, "/list/{day}", "/list", "no-day", "", "[act.lamp-bill.list]"),
    (
        BINDINGS,
        "method = \"POST\"\npath = \"/pay\"",
        "method = \"GET\"\npath = \"/pay\"",
        "unsafe-method",
        "[act.lamp-bill.pay]",
        "\"GET\"",
    ),
    (BINDINGS, "bills = \"{ids}\"", "bills = \"{id}\"", "unknown-placeholder", "path = \"/pay\"", "\"{id}\""),
    (BINDINGS, "echo = [{ path = \"/day\", question = \"day\" }]\n", "", "no-echo", "", "[act.lamp-bill.list]"),
    (
        BINDINGS,
        "path = \"/pay\"",
        "path = \"/pay\"\nevidence_path = \"/x\"",
        "misplaced-evidence",
        "evidence_path = \"/x",
        "\"/x\"",
    ),
    // Bodies that are nested.
    (
        BINDINGS,
        "send = { key = \"{key}\", no",
        "send = { key = \"{key}\", \"/key/no\" = \"{at}\", no",
        "nested-value",
        "/key/no\" = ",
        "\"{at}\"",
    ),
    (
        BINDINGS,
        "path = \"/list/{day}\"",
        "path = \"/list/{day}\"\nsend = { \"/a/day\" = \"{day}\" }",
        "nested-query",
        "/a/day\" = ",
        "\"{day}\"",
    ),
    (BINDINGS, "path = \"/pay\"", "path = \"/pay\"\nas_text = [\"/more\"]", "nested-value", "as_text = [", "\"/more\""),
    // Rows of acts.
    (
        BINDINGS,
        "done = { path = \"/code\", table = { \"0\" = \"yes\", \"3\" = \"no\" } }\nreason",
        "reason",
        "missing-mapping",
        "",
        "[act.lamp-bill.pay.row]",
    ),
    (BINDINGS, "biller_ref = {", "reference = {", "unknown-field", "", "reference"),
    (BINDINGS, "\"+\" = \"in\"", "\"+\" = \"into\"", "uncovered-choice", "kind = ", "{"),
    (
        BINDINGS,
        "amount = { path = \"/yuan\", money = \"yuan\" }\nat",
        "amount = { path = \"/yuan\" }\nat",
        "wrong-mapping",
        "amount = { path = \"/yuan\" }\nat",
        "{",
    ),
    (
        BINDINGS,
        "reason = { path = \"/why\" }",
        "reason = { path = \"/why\", money = \"yuan\" }",
        "wrong-mapping",
        "\"/why\"",
        "\"yuan\"",
    ),
    (
        BINDINGS,
        "done = { path = \"/code\", table = { \"0\" = \"yes\", \"3\" = \"no\" } }\nreason",
        "done = { path = \"/code\" }\nreason",
        "no-table",
        "[act.lamp-bill.pay.row]\ndone = ",
        "{",
    ),
];

#[test]
fn every_break_is_told_with_its_place_and_its_fix() {
    let last = check(&files()).catalogue;
    for (path, from, to, code, after, marked) in BREAKS {
        let files = with(path, from, to);
        let loaded = check(&files);
        // A mistake in the service that only the city's rules bring out is told in the city.
        let path = if *code == "missing-period" { BINDINGS } else { path };
        let (after, marked) = if *code == "missing-period" { ("oldest_first = ", "true") } else { (*after, *marked) };
        let finding = expect(&loaded, &files, code, path, after, marked);
        assert!(!finding.fix.is_empty() && !finding.what.is_empty(), "{finding:?}");
        assert!(finding.render(&files).contains(&format!("{path}:{}:{}", finding.line, finding.column)));
        if finding.is_error() {
            let now = loaded.or_last_good(&last);
            let city = now.city("lakeside").expect("the city stays");
            assert_eq!(now.services_of(city).count(), 3, "{path}: {from} -> {to}");
        }
    }
}

#[test]
fn a_fine_that_can_be_accepted_needs_the_act() {
    let mut files = lakeside::files();
    let service = files.get_mut(lakeside::SERVICE).expect("service");
    service.push_str("\n[[answer.fields]]\nkey = \"order_no\"\nlabel = { zh-CN = \"决定书\", en = \"Order\" }\nkind = \"text\"\nplace = \"detail\"\n\n[pay]\npurpose = \"fine\"\npayee = \"treasury\"\nitem = \"103050101\"\nid = \"id\"\namount = \"amount\"\ntitle = \"id\"\ndecision = \"order_no\"\nwhen = { field = \"state\", equals = [\"paid\"] }\naccept = { field = \"state\", equals = [\"open\"] }\nnote = { zh-CN = \"进国库\", en = \"To the treasury\" }\n");
    let loaded = check(&files);
    expect(&loaded, &files, "optional-field", lakeside::SERVICE, "key = \"amount\"", "\"amount\"");
    let service = files.get_mut(lakeside::SERVICE).expect("service");
    *service = service.replace("key = \"amount\"", "required = true\nkey = \"amount\"");
    let loaded = check(&files);
    let missing: Vec<&str> =
        loaded.findings.iter().filter(|one| one.code == "missing-act").map(|one| one.fix.as_str()).collect();
    let wanted = ["accept", "pay", "list"].map(|act| format!("add [act.bicycle-fine.{act}]"));
    assert_eq!(missing, wanted, "{:#?}", loaded.findings);
}

#[test]
fn the_country_has_no_billers() {
    let mut files = files();
    let lamps = include_str!("lakeside/lamps.toml");
    files.insert("platform/bindings.toml".into(), lamps[lamps.find("[biller").expect("a biller")..].to_owned());
    let loaded = check(&files);
    assert!(loaded.refused_platform);
    assert_eq!(
        loaded.findings.iter().filter(|one| one.code == "misplaced-service").count(),
        2,
        "{:#?}",
        loaded.findings
    );
}

#[test]
fn patterns_hold_for_the_whole_number() {
    let number = |pattern: &str| CustomerNo {
        pattern: pattern.into(),
        example: String::new(),
        hint: kernel::Text { zh_cn: "单".into(), en: "bill".into() },
    };
    assert!(number("[0-9]{10}").accepts("1400000001"));
    assert!(number("[0-9]{10}|[0-9]{13}").accepts("1400000000001"), "the alternatives are anchored together");
    for wrong in ["140000000", "14000000011", "x1400000001", "1400000001\n", ""] {
        assert!(!number("[0-9]{10}").accepts(wrong), "{wrong:?}");
    }
    assert!(!number("[0-9]+").accepts(&"1".repeat(33)), "longer than any number");
    assert!(!number("(").accepts("("), "a pattern that is none accepts nothing");
}

#[test]
fn every_act_asks_with_the_card_and_its_own_values() {
    assert!(Act::Pay.question_values(Subject::Vehicle).contains(&"plate"));
    assert!(Act::Pay.question_values(Subject::Customer).contains(&"total_yuan"));
    assert_eq!(Act::Bind.question_values(Subject::Customer), ["customer_no", "holder_tail"]);
    assert_eq!(Act::List.question_values(Subject::Customer), ["day"]);
    assert!(!Act::Book.question_values(Subject::Vehicle).contains(&"plate"), "a booking is about no card");
    assert!(!Act::Book.question_values(Subject::Vehicle).contains(&"ref"), "nobody has named it yet");
    assert!(Act::Unbook.question_values(Subject::Vehicle).contains(&"back_fen"));
    for act in Act::OF_BOOKINGS {
        assert!(act.changes() && act.question_values(Subject::Licence).contains(&"starts_at"));
    }
    for act in Act::ALL {
        assert_eq!(Act::parse(act.word()), Some(act));
        assert!(act.required_fields().iter().all(|field| act.row_fields().iter().any(|(known, _)| known == field)));
    }
}

#[test]
fn the_fee_of_the_day_and_the_place_is_found() {
    let rules = check(&files()).catalogue.rules;
    let day = |text: &str| text.parse().expect("a date");
    let fee = |on: &str, place| rules.late_fee_on(day(on), place, "lamps").map(|(fee, _)| fee.per_mille_a_day);
    assert_eq!(fee("2000-12-31", "149900"), None, "before the first rule");
    assert_eq!(fee("2001-01-01", "149900"), Some(1));
    assert_eq!(fee("2010-01-01", "149900"), Some(2));
    assert_eq!(fee("2010-01-01", "110000"), Some(1), "the younger rule is another province's");
    assert_eq!(rules.late_fee_on(day("2010-01-01"), "149900", "lanterns").map(|(fee, _)| *fee), None);
    let (tariff, rule) = rules.tariff_on(day("2012-01-01"), "149900", "lamps").expect("a tariff");
    assert_eq!((tariff.step.len(), rule.place.as_str()), (3, "14"));
    assert_eq!(Money::from_fen(i64::from(tariff.step[0].unit_milliyuan) / 10).yuan(), "0.50");
}

#[test]
fn stories_of_a_balance_have_nobody_who_owes() {
    let mut files = with(BILL, "purpose = \"bill\"", "purpose = \"top-up\"");
    let service = files.get_mut(BILL).expect("service");
    let cut = service.find("id = \"id\"\namount").expect("the rows' keys");
    service.truncate(cut);
    service.push_str("balance = \"owed\"\nnote = { zh-CN = \"付\", en = \"paid\" }\n");
    let loaded = check(&files);
    expect(&loaded, &files, "wrong-role", STORY, "given = ", "\"customer-with-arrears\"");
}

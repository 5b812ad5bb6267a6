//! One row of a department made into one of ours. Pure. A field that the department leaves out or leaves blank is left
//! out here too: which fields a service cannot do without is the engine's to know (`connector::missing`). A value that
//! is there but cannot be read makes the whole answer garbage, because half a truth shown as a whole one misleads.

use std::collections::BTreeMap;

use connector::Failure;
use jiff::fmt::strtime::BrokenDownTime;
use kernel::Money;
use manifest::{
    Mapping, Value,
    binding::{MoneyUnit, Row},
};
use serde_json::Value as Json;

/// Beyond this a float no longer tells neighbouring integers apart.
const FLOAT_EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// Reads the mapped fields of one row.
pub fn row(fields: &BTreeMap<String, Mapping>, row: &Json) -> Result<Row, Failure> {
    if !row.is_object() {
        return Err(Failure::Garbage);
    }
    let mut out = Row::new();
    for (key, mapping) in fields {
        if let Some(value) = field(mapping, row)? {
            out.insert(key.clone(), value);
        }
    }
    Ok(out)
}

fn field(mapping: &Mapping, row: &Json) -> Result<Option<Value>, Failure> {
    if let Some(constant) = &mapping.constant {
        return Ok(Some(Value::Text(constant.clone())));
    }
    let found = match mapping.path.as_deref().and_then(|path| row.pointer(path)) {
        Some(json) => scalar(json)?,
        None => None,
    };
    let Some(found) = found else {
        return mapping.default.as_deref().map(|text| default(mapping, text)).transpose();
    };
    let found = if mapping.table.is_empty() {
        found
    } else {
        match (mapping.table.get(&found.text()), &mapping.default) {
            (Some(ours), _) => Value::Text(ours.clone()),
            (None, Some(text)) => return default(mapping, text).map(Some),
            (None, None) => found,
        }
    };
    let read = match (&mapping.date, mapping.money) {
        (Some(pattern), _) => date(pattern, &found.text()).map(Value::Text),
        (None, Some(unit)) => money(unit, &found).map(Value::Number),
        (None, None) => Some(found),
    };
    read.map(Some).ok_or(Failure::Garbage)
}

/// A default is written by the pack's author in our words, except that money keeps the department's unit.
fn default(mapping: &Mapping, text: &str) -> Result<Value, Failure> {
    let value = Value::Text(text.to_owned());
    match mapping.money {
        Some(unit) => money(unit, &value).map(Value::Number).ok_or(Failure::Garbage),
        None => Ok(value),
    }
}

/// A single JSON value as one of ours; `None` if it is null or blank.
pub fn scalar(json: &Json) -> Result<Option<Value>, Failure> {
    let value = match json {
        Json::Null => return Ok(None),
        Json::Bool(value) => Value::Text(value.to_string()),
        Json::String(text) => {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            if text.chars().any(is_treacherous) {
                return Err(Failure::Garbage);
            }
            Value::Text(text.to_owned())
        }
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(n), ..) => Value::Number(n),
            (None, Some(n), _) => Value::Text(n.to_string()),
            (None, None, Some(x)) if x.abs() <= FLOAT_EXACT_MAX => Value::Text(x.to_string()),
            _ => return Err(Failure::Garbage),
        },
        Json::Array(_) | Json::Object(_) => return Err(Failure::Garbage),
    };
    Ok(Some(value))
}

/// Control characters that no record holds, and those that make text read differently from what it says.
const fn is_treacherous(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// ISO date, ISO date and time if the pattern has hours, or year and month if it has no day.
fn date(pattern: &str, text: &str) -> Option<String> {
    let read = BrokenDownTime::parse(pattern, text).ok()?;
    if read.hour().is_some() || read.timestamp().is_some() {
        read.to_datetime().ok().map(|at| at.to_string())
    } else if let (Some(year), Some(month), None) = (read.year(), read.month(), read.day()) {
        Some(format!("{year:04}-{month:02}"))
    } else {
        read.to_date().ok().map(|on| on.to_string())
    }
}

fn money(unit: MoneyUnit, value: &Value) -> Option<i64> {
    match unit {
        MoneyUnit::Yuan => Money::parse_yuan(&value.text()).map(Money::fen),
        MoneyUnit::Fen => value.number(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(path: &str) -> Mapping {
        Mapping {
            path: Some(path.into()),
            constant: None,
            date: None,
            money: None,
            table: BTreeMap::new(),
            default: None,
        }
    }

    fn read(mapping: &Mapping, row: &Json) -> Result<Option<Value>, Failure> {
        field(mapping, row)
    }

    fn text(text: &str) -> Result<Option<Value>, Failure> {
        Ok(Some(Value::Text(text.into())))
    }

    #[test]
    fn paths_and_constants() {
        let row = json!({"a": " 湖滨市 ", "b": {"c/d": 7}, "n": null, "e": "", "t": true, "l": [1, 2], "big": 18446744073709551615u64, "x": 1.5});
        assert_eq!(read(&at("/a"), &row), text("湖滨市"));
        assert_eq!(read(&at("/b/c~1d"), &row), Ok(Some(Value::Number(7))));
        assert_eq!(read(&at("/l/1"), &row), Ok(Some(Value::Number(2))));
        assert_eq!(read(&at("/t"), &row), text("true"));
        assert_eq!(read(&at("/big"), &row), text("18446744073709551615"));
        assert_eq!(read(&at("/x"), &row), text("1.5"));
        for absent in ["/n", "/e", "/zz", "/a/b"] {
            assert_eq!(read(&at(absent), &row), Ok(None), "{absent}");
            let with_default = Mapping { default: Some("none".into()), ..at(absent) };
            assert_eq!(read(&with_default, &row), text("none"), "{absent}");
        }
        let constant = Mapping { path: None, constant: Some("02".into()), ..at("") };
        assert_eq!(read(&constant, &row), text("02"));
    }

    #[test]
    fn what_is_no_single_readable_value_is_garbage() {
        let row = json!({"o": {}, "l": [], "huge": 1e300, "nul": "a\u{0}b", "bidi": "\u{202e}yad"});
        for path in ["/o", "/l", "/huge", "/nul", "/bidi", ""] {
            assert_eq!(read(&at(path), &row), Err(Failure::Garbage), "{path}");
        }
        assert_eq!(super::row(&BTreeMap::new(), &json!(null)), Err(Failure::Garbage));
        assert_eq!(super::row(&BTreeMap::new(), &json!("x")), Err(Failure::Garbage));
    }

    #[test]
    fn dates_become_iso() {
        let with = |pattern: &str, value: Json| {
            read(&Mapping { date: Some(pattern.into()), ..at("/d") }, &json!({ "d": value }))
        };
        assert_eq!(with("%Y-%m-%d", json!("2026-03-02")), text("2026-03-02"));
        assert_eq!(with("%Y%m%d", json!("20260302")), text("2026-03-02"));
        assert_eq!(with("%Y%m%d", json!(20260302)), text("2026-03-02"));
        assert_eq!(with("%Y年%m月%d日", json!("2026年3月2日")), text("2026-03-02"));
        assert_eq!(with("%Y-%m-%d %H:%M", json!("2026-03-02 08:12")), text("2026-03-02T08:12:00"));
        assert_eq!(with("%Y-%m-%d %H:%M:%S", json!("2026-03-02 08:12:33")), text("2026-03-02T08:12:33"));
        assert_eq!(with("%Y%m", json!("202610")), text("2026-10"));
        assert_eq!(with("%Y-%m", json!("2026-03")), text("2026-03"));
        assert_eq!(with("%Y-%m-%d", json!(null)), Ok(None));
        for (pattern, value) in [
            ("%Y-%m-%d", "2026-02-30"),
            ("%Y-%m-%d", "0000-00-00"),
            ("%Y-%m-%d", "2026-03-02 08:12"),
            ("%Y-%m-%d", "yesterday"),
            ("%Y-%m", "2026-13"),
            ("%Y%m", "2026-2027"),
            ("%m-%d", "03-02"),
            ("%Q", "x"),
        ] {
            assert_eq!(with(pattern, json!(value)), Err(Failure::Garbage), "{pattern} {value}");
        }
    }

    #[test]
    fn money_becomes_fen() {
        let with = |unit, value: Json| read(&Mapping { money: Some(unit), ..at("/m") }, &json!({ "m": value }));
        let fen = |n| Ok(Some(Value::Number(n)));
        assert_eq!(with(MoneyUnit::Yuan, json!("100")), fen(10_000));
        assert_eq!(with(MoneyUnit::Yuan, json!("0.05")), fen(5));
        assert_eq!(with(MoneyUnit::Yuan, json!(200)), fen(20_000));
        assert_eq!(with(MoneyUnit::Yuan, json!(100.5)), fen(10_050));
        assert_eq!(with(MoneyUnit::Fen, json!("150")), fen(150));
        assert_eq!(with(MoneyUnit::Fen, json!(150)), fen(150));
        for (unit, value) in [
            (MoneyUnit::Yuan, json!("1.005")),
            (MoneyUnit::Yuan, json!("¥100")),
            (MoneyUnit::Yuan, json!("1e3")),
            (MoneyUnit::Yuan, json!("99999999999999999999")),
            (MoneyUnit::Fen, json!("1.5")),
            (MoneyUnit::Fen, json!(1.5)),
        ] {
            assert_eq!(with(unit, value.clone()), Err(Failure::Garbage), "{value}");
        }
        let free = Mapping { money: Some(MoneyUnit::Yuan), default: Some("0".into()), ..at("/m") };
        assert_eq!(read(&free, &json!({})), fen(0));
    }

    #[test]
    fn tables_translate() {
        let table: BTreeMap<String, String> = [("已缴款".into(), "paid".into()), ("1".into(), "yes".into())].into();
        let plain = Mapping { table: table.clone(), ..at("/s") };
        assert_eq!(read(&plain, &json!({"s": "已缴款"})), text("paid"));
        assert_eq!(read(&plain, &json!({"s": 1})), text("yes"));
        assert_eq!(read(&plain, &json!({"s": "other"})), text("other"));
        let closed = Mapping { table, default: Some("open".into()), ..at("/s") };
        assert_eq!(read(&closed, &json!({"s": "other"})), text("open"));
        assert_eq!(read(&closed, &json!({})), text("open"));
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            any::<String>().prop_map(Json::from),
            "[0-9]{1,4}[-/年. ]?[0-9]{0,2}[-/月. ]?[0-9]{0,2}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
                prop::collection::btree_map("[a-d]", inner, 0..6)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn arbitrary_json_never_panics_and_never_yields_an_unmapped_key(json in any_json(), pattern in "(%[A-Za-z%]|[-: ]){0,6}") {
            let fields: BTreeMap<String, Mapping> = [
                ("plain".to_owned(), at("/a")),
                ("deep".to_owned(), at("/b/0/c")),
                ("date".to_owned(), Mapping { date: Some(pattern), ..at("/c") }),
                ("ymd".to_owned(), Mapping { date: Some("%Y-%m-%d".into()), ..at("/d") }),
                ("yuan".to_owned(), Mapping { money: Some(MoneyUnit::Yuan), ..at("/a") }),
                ("fen".to_owned(), Mapping { money: Some(MoneyUnit::Fen), ..at("/b") }),
                ("table".to_owned(), Mapping { table: [("1".into(), "x".into())].into(), default: Some("y".into()), ..at("/d") }),
            ]
            .into();
            match super::row(&fields, &json) {
                Ok(row) => prop_assert!(row.keys().all(|key| fields.contains_key(key)) && row.contains_key("table")),
                Err(failure) => prop_assert_eq!(failure, Failure::Garbage),
            }
        }
    }
}

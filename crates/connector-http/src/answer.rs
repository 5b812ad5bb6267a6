//! From the JSON of an answer to rows: what the result code means, whether the answer is about what was asked, whether
//! it is whole. Pure; single fields are read in `mapping`.

use std::collections::BTreeMap;

use connector::Failure;
use kernel::identifier::normalise;
use manifest::{
    Binding,
    binding::{OutcomeRule, Row},
};
use serde_json::Value as Json;

use crate::mapping;

/// No citizen has more rows than this in one register.
pub const ROWS_MAX: usize = 10_000;
/// A department that books more on a day needs a list in parts.
pub const DAY_ROWS_MAX: usize = 200_000;

/// Reads an answer by its binding. "Nothing on record" is an empty list.
pub fn read(
    binding: &Binding,
    asked: &BTreeMap<String, String>,
    answer: &Json,
    rows_max: usize,
) -> Result<Vec<Row>, Failure> {
    let outcome = outcome(&binding.outcome, answer)?;
    let echoes = |of_row: bool| {
        binding.echo.iter().filter_map(move |echo| match (echo.path.strip_prefix("row:"), of_row) {
            (Some(path), true) => Some((path, echo.question.as_str())),
            (None, false) => Some((echo.path.as_str(), echo.question.as_str())),
            _ => None,
        })
    };
    for (path, question) in echoes(false) {
        same_subject(answer, path, asked.get(question), outcome)?;
    }
    if outcome == Outcome::None {
        return nothing(binding, answer).map(|()| Vec::new());
    }
    let total = binding.total.as_deref().map(|path| total(answer, path)).transpose()?;
    let rows = match answer.pointer(&binding.rows) {
        Some(Json::Array(rows)) => rows.as_slice(),
        Some(row @ Json::Object(_)) => std::slice::from_ref(row),
        // Some departments write an empty list as null, or leave it out, and say so in the total.
        None | Some(Json::Null) if total == Some(0) => &[],
        None | Some(Json::Null) => return Err(Failure::Half),
        Some(_) => return Err(Failure::Garbage),
    };
    if rows.len() > rows_max {
        return Err(Failure::TooLarge);
    }
    match total {
        Some(total) if rows.len() < total => return Err(Failure::Half),
        // It contradicts itself; neither number can be shown as the truth.
        Some(total) if rows.len() > total => return Err(Failure::Garbage),
        _ => {}
    }
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        if !row.is_object() {
            return Err(Failure::Garbage);
        }
        for (path, question) in echoes(true) {
            same_subject(row, path, asked.get(question), outcome)?;
        }
        out.push(mapping::row(&binding.row, row)?);
    }
    Ok(out)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Found,
    None,
}

fn outcome(rule: &OutcomeRule, answer: &Json) -> Result<Outcome, Failure> {
    let code = answer.pointer(&rule.path).map(mapping::scalar).transpose()?.flatten().ok_or(Failure::Garbage)?.text();
    if rule.found.contains(&code) {
        Ok(Outcome::Found)
    } else if rule.none.contains(&code) {
        Ok(Outcome::None)
    } else if rule.unmatched.contains(&code) {
        Err(Failure::Unmatched)
    } else if rule.busy.contains(&code) {
        Err(Failure::Busy)
    } else {
        Err(Failure::Garbage)
    }
}

/// Whoever asked about one person must not be shown another's record.
fn same_subject(json: &Json, path: &str, asked: Option<&String>, outcome: Outcome) -> Result<(), Failure> {
    let told = json.pointer(path).map(mapping::scalar).transpose()?.flatten();
    match (told, asked) {
        (Some(told), Some(asked)) if normalise(&told.text()) == normalise(asked) => Ok(()),
        // Where there is no record there may be nothing to repeat the subject in.
        (None, Some(_)) if outcome == Outcome::None => Ok(()),
        (None, Some(_)) => Err(Failure::Half),
        _ => Err(Failure::WrongSubject),
    }
}

/// "Nothing on record" must not stand beside a number of rows, or beside rows: good news has to be true.
fn nothing(binding: &Binding, answer: &Json) -> Result<(), Failure> {
    if matches!(answer.pointer(&binding.rows), Some(Json::Array(rows)) if !rows.is_empty()) {
        return Err(Failure::Garbage);
    }
    let stated = binding.total.as_deref().filter(|path| answer.pointer(path).is_some_and(|total| !total.is_null()));
    match stated.map(|path| total(answer, path)).transpose()? {
        None | Some(0) => Ok(()),
        Some(_) => Err(Failure::Half),
    }
}

fn total(answer: &Json, path: &str) -> Result<usize, Failure> {
    let value = answer.pointer(path).map(mapping::scalar).transpose()?.flatten().ok_or(Failure::Half)?;
    value.number().and_then(|n| usize::try_from(n).ok()).ok_or(Failure::Garbage)
}

#[cfg(test)]
mod tests {
    use manifest::{
        Mapping,
        binding::{Echo, Method},
    };
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn binding() -> Binding {
        let at = |path: &str| Mapping {
            path: Some(path.into()),
            constant: None,
            date: None,
            money: None,
            table: BTreeMap::new(),
            default: None,
        };
        Binding {
            department: kernel::DepartmentId::parse("bicycle-police").expect("slug"),
            method: Method::Post,
            path: "/fines".into(),
            send: BTreeMap::new(),
            as_text: Vec::new(),
            outcome: OutcomeRule {
                path: "/code".into(),
                found: vec!["0000".into(), "0".into()],
                none: vec!["0001".into()],
                unmatched: vec!["0002".into()],
                busy: vec!["9001".into()],
            },
            rows: "/list".into(),
            total: Some("/total".into()),
            echo: vec![
                Echo { path: "/owner".into(), question: "owner".into() },
                Echo { path: "row:/frame".into(), question: "frame".into() },
            ],
            row: [("id".to_owned(), at("/id")), ("place".to_owned(), at("/place"))].into(),
            evidence_path: None,
        }
    }

    fn ask(answer: &Json) -> Result<Vec<Row>, Failure> {
        let asked = [("owner".to_owned(), "ab-1".to_owned()), ("frame".to_owned(), "F７".to_owned())].into();
        read(&binding(), &asked, answer, ROWS_MAX)
    }

    fn row(id: i64) -> Json {
        json!({"id": id, "frame": "f7", "place": "湖滨路"})
    }

    #[test]
    fn rows_are_read_and_nothing_is_an_empty_list() {
        let rows =
            ask(&json!({"code": "0000", "owner": "AB 1", "total": "2", "list": [row(1), row(2)]})).expect("rows");
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1]["id"].number(), rows[1]["place"].text()), (Some(2), "湖滨路".to_owned()));
        for nothing in [
            json!({"code": "0001"}),
            json!({"code": "0001", "owner": "AB1", "list": null}),
            json!({"code": "0001", "owner": "AB1", "total": "0", "list": []}),
            json!({"code": "0000", "owner": "AB1", "total": 0, "list": []}),
            json!({"code": 0, "owner": "AB1", "total": 0, "list": null}),
            json!({"code": "0000", "owner": "AB1", "total": 0}),
        ] {
            assert_eq!(ask(&nothing), Ok(Vec::new()), "{nothing}");
        }
    }

    #[test]
    fn one_row_may_stand_alone() {
        let mut binding = binding();
        binding.rows = String::new();
        (binding.total, binding.echo) = (None, Vec::new());
        let rows = read(&binding, &BTreeMap::new(), &json!({"code": "0", "id": 5}), ROWS_MAX).expect("row");
        assert_eq!(rows[0]["id"].number(), Some(5));
    }

    #[test]
    fn a_busy_day_is_longer_than_what_one_person_can_have() {
        let rows: Vec<Json> = (0..10_001).map(row).collect();
        let answer = json!({"code": "0", "owner": "AB1", "total": rows.len(), "list": rows});
        let asked = [("owner".to_owned(), "ab-1".to_owned()), ("frame".to_owned(), "F7".to_owned())].into();
        assert_eq!(read(&binding(), &asked, &answer, ROWS_MAX), Err(Failure::TooLarge));
        assert_eq!(read(&binding(), &asked, &answer, DAY_ROWS_MAX).map(|rows| rows.len()), Ok(10_001));
    }

    #[test]
    fn each_misbehaviour_has_its_name() {
        let found = |total: Json, list: Json| json!({"code": "0000", "owner": "AB1", "total": total, "list": list});
        for (answer, failure) in [
            (json!({"code": "9001"}), Failure::Busy),
            (json!({"code": "0002", "owner": "AB1"}), Failure::Unmatched),
            (json!({"code": "7777"}), Failure::Garbage),
            (json!({"code": null}), Failure::Garbage),
            (json!({"code": {}}), Failure::Garbage),
            (json!({}), Failure::Garbage),
            (json!(null), Failure::Garbage),
            (json!([]), Failure::Garbage),
            (json!({"code": "0000", "owner": "AB2", "total": 1, "list": [row(1)]}), Failure::WrongSubject),
            (json!({"code": "0001", "owner": "AB2"}), Failure::WrongSubject),
            (json!({"code": "0001", "owner": "AB1", "total": 1, "list": []}), Failure::Half),
            (json!({"code": "0001", "owner": "AB1", "total": 1, "list": [row(1)]}), Failure::Garbage),
            (json!({"code": "0000", "total": 1, "list": [row(1)]}), Failure::Half),
            (found(json!(2), json!([row(1)])), Failure::Half),
            (found(json!(1), json!(null)), Failure::Half),
            (found(json!(null), json!([row(1)])), Failure::Half),
            (found(json!(1), json!([row(1), row(2)])), Failure::Garbage),
            (found(json!(-1), json!([])), Failure::Garbage),
            (found(json!("many"), json!([])), Failure::Garbage),
            (found(json!(1), json!([null])), Failure::Garbage),
            (found(json!(1), json!("rows")), Failure::Garbage),
            (found(json!(1), json!([{"id": 1, "frame": "F8"}])), Failure::WrongSubject),
            (found(json!(2), json!([row(1), {"id": 2, "frame": "F8"}])), Failure::WrongSubject),
            (found(json!(1), json!([{"id": 1}])), Failure::Half),
            (found(json!(1), json!([{"id": [1], "frame": "F7"}])), Failure::Garbage),
            (found(json!(10_001), json!(vec![row(1); 10_001])), Failure::TooLarge),
        ] {
            let told: String = answer.to_string().chars().take(120).collect();
            assert_eq!(ask(&answer), Err(failure), "{told}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_members_hold_it_is_read_or_refused(code in 0..3usize, total in any::<i64>(), owner in any::<String>(), lists in prop::collection::vec(any::<Option<u8>>(), 0..9)) {
            let code = ["0000", "0001", "x"][code];
            let list: Vec<Json> = lists.iter().map(|n| n.map_or(Json::Null, |n| row(n.into()))).collect();
            let answer = json!({"code": code, "owner": owner, "total": total, "list": list});
            if let Ok(rows) = ask(&answer) {
                prop_assert_eq!(i64::try_from(rows.len()), Ok(total));
            }
        }
    }
}

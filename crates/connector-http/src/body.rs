//! The JSON that is sent: flat names, or JSON Pointers for departments whose fields lie deeper. No loops and no
//! conditions: every value is a text, and where a department wants JSON inside a text, it is written by the same hand, so
//! that no value can end the text early.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The body, or `None` for names that contradict each other: a value where another name needs an object.
pub fn of(sent: &BTreeMap<&str, String>, as_text: &[String]) -> Option<Value> {
    let mut body = Value::Object(Map::new());
    for (name, text) in sent {
        let parts = parts(name);
        *at(&mut body, &parts)? = Value::String(text.clone());
    }
    let mut deepest_first: Vec<&String> = as_text.iter().collect();
    deepest_first.sort_unstable_by_key(|pointer| std::cmp::Reverse(pointer.len()));
    for pointer in deepest_first {
        let part = body.pointer_mut(pointer).filter(|part| part.is_object())?;
        *part = Value::String(part.to_string());
    }
    Some(body)
}

fn parts(name: &str) -> Vec<String> {
    match name.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect(),
        None => vec![name.to_owned()],
    }
}

/// The empty place of a name; the objects on the way are made.
fn at<'b>(body: &'b mut Value, parts: &[String]) -> Option<&'b mut Value> {
    let (last, way) = parts.split_last()?;
    let mut place = body;
    for part in way {
        place = place.as_object_mut()?.entry(part.as_str()).or_insert_with(|| Value::Object(Map::new()));
    }
    match place.as_object_mut()?.entry(last.as_str()) {
        serde_json::map::Entry::Vacant(free) => Some(free.insert(Value::Null)),
        serde_json::map::Entry::Occupied(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(sent: &[(&'static str, &str)], as_text: &[&str]) -> Option<Value> {
        let sent = sent.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        of(&sent, &as_text.iter().map(|&pointer| pointer.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn flat_names_stay_flat_and_pointers_nest() {
        let sent = [("no", "7"), ("/dept/code", "d1"), ("/dept/name", "内科"), ("/a~1b/c~0", "x")];
        assert_eq!(
            body(&sent, &[]),
            Some(json!({ "no": "7", "dept": { "code": "d1", "name": "内科" }, "a/b": { "c~": "x" } }))
        );
        assert_eq!(body(&[], &[]), Some(json!({})));
    }

    #[test]
    fn json_inside_a_text_holds_whatever_the_value_holds() {
        let text = body(&[("/more/name", "\"},{\"role\":\"admin"), ("/more/deep/x", "1")], &["/more", "/more/deep"]);
        let text = text.expect("a body");
        let inner: Value = serde_json::from_str(text["more"].as_str().expect("a text")).expect("JSON");
        assert_eq!(inner["name"], "\"},{\"role\":\"admin");
        assert!(inner.get("role").is_none());
        assert_eq!(inner["deep"], "{\"x\":\"1\"}");
    }

    #[test]
    fn names_that_contradict_each_other_send_nothing() {
        assert_eq!(body(&[("/a", "1"), ("/a/b", "2")], &[]), None);
        assert_eq!(body(&[("a", "1"), ("/a", "2")], &[]), None);
        assert_eq!(body(&[("/a", "1")], &["/a"]), None, "a value is a text already");
        assert_eq!(body(&[], &["/a"]), None);
    }
}

//! Reading JSON that nobody vouches for. Stricter than the format: no name twice in one object, because two readers
//! would see two different answers, and no deeper nesting than a department has reason for.
//!
//! The number of bytes is capped where they arrive, in `exchange`.

use std::{cell::Cell, fmt};

use connector::Failure;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, error::Category};

/// Arrays and objects inside one another.
pub const DEPTH_MAX: u32 = 32;

/// Reads one JSON text.
pub fn parse(text: &str) -> Result<Value, Failure> {
    if text.trim().is_empty() {
        return Err(Failure::Garbage);
    }
    let too_deep = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Strict { depth: 0, too_deep: &too_deep }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| match error.classify() {
        _ if too_deep.get() => Failure::TooLarge,
        // The text stops in the middle: the rest got lost.
        Category::Eof => Failure::Half,
        Category::Io | Category::Syntax | Category::Data => Failure::Garbage,
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: u32,
    too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            self.too_deep.set(true);
            return Err(E::custom("too deep"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ordinary_json_is_read() {
        let text = r#" {"code":"0000","n":3,"x":-1.5,"list":[null,true,{"a":"\u6e56"}]} "#;
        assert_eq!(parse(text), Ok(json!({"code":"0000","n":3,"x":-1.5,"list":[null,true,{"a":"湖"}]})));
    }

    #[test]
    fn strange_json_is_refused_for_what_it_is() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&nested(32)).is_ok());
        for (text, failure) in [
            (String::new(), Failure::Garbage),
            (" \n".into(), Failure::Garbage),
            ("<html>".into(), Failure::Garbage),
            ("{} {}".into(), Failure::Garbage),
            ("{\"a\":1,}".into(), Failure::Garbage),
            ("{\"a\":1e999}".into(), Failure::Garbage),
            ("{\"a\":NaN}".into(), Failure::Garbage),
            ("{\"a\":1,\"a\":2}".into(), Failure::Garbage),
            ("[{\"a\":{\"b\":1,\"b\":1}}]".into(), Failure::Garbage),
            ("\"\\ud800\"".into(), Failure::Garbage),
            ("{\"a\":[1,2".into(), Failure::Half),
            ("{\"a\":\"湖".into(), Failure::Half),
            (nested(33), Failure::TooLarge),
            ("[".repeat(100_000), Failure::TooLarge),
            ("{\"a\":".repeat(100_000), Failure::TooLarge),
        ] {
            assert_eq!(parse(&text), Err(failure), "{}", &text.chars().take(40).collect::<String>());
        }
    }
}

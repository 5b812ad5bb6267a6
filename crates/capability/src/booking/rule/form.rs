//! How the kernel's types are written in a pack: the kernel knows nothing of schemas, so they are mirrored here.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

macro_rules! form {
    ($name:ident, $title:literal, $schema:tt) => {
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $title.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

form!(TextForm, "Text", {
    "description": "A text in every language.",
    "type": "object",
    "properties": { "zh-CN": { "type": "string", "minLength": 1 }, "en": { "type": "string", "minLength": 1 } },
    "required": ["zh-CN", "en"],
    "additionalProperties": false
});
form!(DateForm, "Date", {
    "description": "A civil date, for example \"2022-04-01\".",
    "type": "string",
    "format": "date"
});
form!(TimeForm, "Time", {
    "description": "A time of day, for example \"06:30\".",
    "type": "string",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"
});

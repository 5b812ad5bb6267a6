//! JSON Schemas of every kind of pack file: for editors, and for the linter's own first pass, so that the two can never
//! disagree. The files under `packs/schema` are generated from here; a test keeps them current.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};

use crate::binding::{Binding, Check};

/// What a file of a pack is, told by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Service,
    Story,
    City,
    Bindings,
    Points,
    Exam,
    Fines,
    LateFees,
    Tariffs,
    Offer,
    Profiles,
    Tickets,
    Coaches,
    Marriages,
}

impl Kind {
    pub const ALL: [Self; 14] = [
        Self::Service,
        Self::Story,
        Self::City,
        Self::Bindings,
        Self::Points,
        Self::Exam,
        Self::Fines,
        Self::LateFees,
        Self::Tariffs,
        Self::Offer,
        Self::Profiles,
        Self::Tickets,
        Self::Coaches,
        Self::Marriages,
    ];

    /// The name of its schema: `packs/schema/<word>.schema.json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Story => "story",
            Self::City => "city",
            Self::Bindings => "bindings",
            Self::Points => "points",
            Self::Exam => "exam",
            Self::Fines => "fines",
            Self::LateFees => "late-fees",
            Self::Tariffs => "tariffs",
            Self::Offer => "offer",
            Self::Profiles => "booking-profiles",
            Self::Tickets => "tickets",
            Self::Coaches => "coaches",
            Self::Marriages => "marriages",
        }
    }

    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["services", file] if file.ends_with(".story.toml") => Some(Self::Story),
            ["services", file] if file.ends_with(".toml") => Some(Self::Service),
            ["cities", _, "city.toml"] => Some(Self::City),
            ["cities", _, "bindings.toml"] | ["platform", "bindings.toml"] => Some(Self::Bindings),
            ["rules", _, "points.toml"] => Some(Self::Points),
            ["rules", _, "exam.toml"] => Some(Self::Exam),
            ["rules", _, "fines.toml"] => Some(Self::Fines),
            ["rules", _, "late-fees.toml"] => Some(Self::LateFees),
            ["rules", _, "tariffs.toml"] => Some(Self::Tariffs),
            ["cities", _, "offers", file] if file.ends_with(".toml") => Some(Self::Offer),
            ["rules", _, "booking-profiles.toml"] => Some(Self::Profiles),
            ["rules", _, "tickets.toml"] => Some(Self::Tickets),
            ["rules", _, "coaches.toml"] => Some(Self::Coaches),
            ["rules", _, "marriages.toml"] => Some(Self::Marriages),
            _ => None,
        }
    }

    #[must_use]
    pub fn schema(self) -> Schema {
        let generator = SchemaSettings::draft2020_12().into_generator();
        match self {
            Self::Service => generator.into_root_schema_for::<crate::Service>(),
            Self::Story => generator.into_root_schema_for::<crate::story::StoryFile>(),
            Self::City => generator.into_root_schema_for::<crate::City>(),
            Self::Bindings => generator.into_root_schema_for::<crate::binding::Bindings>(),
            Self::Points => generator.into_root_schema_for::<crate::rule::PointsFile>(),
            Self::Exam => generator.into_root_schema_for::<crate::rule::ExamFile>(),
            Self::Fines => generator.into_root_schema_for::<crate::rule::FinesFile>(),
            Self::LateFees => generator.into_root_schema_for::<crate::fee::LateFeesFile>(),
            Self::Tariffs => generator.into_root_schema_for::<crate::fee::TariffsFile>(),
            Self::Offer => generator.into_root_schema_for::<crate::Offer>(),
            Self::Profiles => generator.into_root_schema_for::<crate::booking::rules::ProfilesFile>(),
            Self::Tickets => generator.into_root_schema_for::<crate::booking::rules::TicketsFile>(),
            Self::Coaches => generator.into_root_schema_for::<crate::booking::rules::CoachesFile>(),
            Self::Marriages => generator.into_root_schema_for::<crate::booking::rules::MarriagesFile>(),
        }
    }

    /// The text of `packs/schema/<word>.schema.json`.
    #[must_use]
    pub fn schema_json(self) -> String {
        let mut json = serde_json::to_string_pretty(&self.schema()).unwrap_or_default();
        json.push('\n');
        json
    }
}

macro_rules! form {
    ($(#[$doc:meta])* $name:ident, $title:literal, $schema:tt) => {
        $(#[$doc])*
        pub(crate) struct $name;

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

/// A table with one optional binding per check, so that a misspelt check is an unknown key.
pub(crate) fn checks(generator: &mut SchemaGenerator) -> Schema {
    let binding = generator.subschema_for::<Binding>();
    let properties: serde_json::Map<String, serde_json::Value> =
        Check::ALL.iter().map(|check| (check.word().to_owned(), binding.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

form!(
    /// `kernel::Text` as packs write it. The kernel knows nothing of schemas, so its types are mirrored here.
    TextForm,
    "Text",
    {
        "description": "A text in every language.",
        "type": "object",
        "properties": {
            "zh-CN": { "type": "string", "minLength": 1 },
            "en": { "type": "string", "minLength": 1 }
        },
        "required": ["zh-CN", "en"],
        "additionalProperties": false
    }
);

form!(
    /// The ids of `kernel::id`.
    SlugForm,
    "Slug",
    {
        "description": "Lower-case letters, digits and single hyphens, starting with a letter.",
        "type": "string",
        "minLength": 1,
        "maxLength": 48,
        "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
    }
);

form!(
    /// `kernel::Date`.
    DateForm,
    "Date",
    {
        "description": "A civil date, for example \"2022-04-01\".",
        "type": "string",
        "format": "date"
    }
);

form!(
    /// `jiff::civil::Time`, to the minute.
    TimeForm,
    "Time",
    {
        "description": "A time of day, for example \"06:30\".",
        "type": "string",
        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"
    }
);

//! A service: one file under `packs/services`, the same in every city that lists it.

use kernel::{ServiceId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    booking::Booking,
    pay::Pay,
    schema::{SlugForm, TextForm},
};

/// A service as validated data. The file form is the same, field by field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    #[schemars(with = "SlugForm")]
    pub id: ServiceId,
    pub capability: Capability,
    #[schemars(length(min = 1))]
    pub category: String,
    /// Name of an icon that `ui` knows.
    #[schemars(length(min = 1))]
    pub icon: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    /// A shorter name for tiles, at most six Han characters.
    #[schemars(with = "TextForm")]
    pub short_name: Text,
    /// What the citizen gets, in one sentence.
    #[schemars(with = "TextForm")]
    pub summary: Text,
    /// Everyday words that find it: 罚单, 违章, fine.
    #[serde(default)]
    pub words: Vec<String>,
    /// Which card the question is about.
    pub subject: Subject,
    pub guide: Guide,
    /// How the department's rows are shown. What is booked has none: its stock is ours.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// What can be paid here; nothing if absent.
    #[serde(default)]
    pub pay: Option<Pay>,
    /// What is booked here; nothing if absent.
    #[serde(default)]
    pub booking: Option<Booking>,
}

impl Service {
    /// For how long an answer counts as fresh. What is booked has none.
    #[must_use]
    pub fn fresh_s(&self) -> u32 {
        self.answer.as_ref().map_or(0, |answer| answer.fresh_s)
    }

    /// The fields of the department's rows; none of what is booked.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        self.answer.as_ref().map_or(&[], |answer| &answer.fields)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    Record,
    /// What is owed, to be paid; or a balance, to be topped up.
    Bill,
    /// A unit of something finite, to be had once.
    Booking,
}

/// Whose record: of a bound vehicle, of a bound driver's licence, or of an account at a biller. What is booked is a
/// person's, and needs no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    Vehicle,
    Licence,
    /// A customer number. Unlike the others it belongs to one service: a water number says nothing about gas.
    Customer,
    /// Nobody's record: whoever has proven their name may ask.
    Person,
}

impl Subject {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vehicle => "vehicle",
            Self::Licence => "licence",
            Self::Customer => "customer",
            Self::Person => "person",
        }
    }

    /// True for what somebody else can consent to be looked at. Whoever knows the number and the holder of an account at
    /// a biller needs no consent.
    #[must_use]
    pub const fn is_lent(self) -> bool {
        matches!(self, Self::Vehicle | Self::Licence)
    }

    /// Names of the values that a question about this card can fill into a binding.
    #[must_use]
    pub const fn question_values(self) -> &'static [&'static str] {
        match self {
            Self::Vehicle => &["plate", "plate_kind", "vin_tail"],
            Self::Licence => &["licence_no", "file_no"],
            Self::Customer => &["customer_no", "holder_tail"],
            Self::Person => &[],
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Vehicle, Self::Licence, Self::Customer, Self::Person].into_iter().find(|s| s.word() == word)
    }
}

/// What a citizen must know before starting. The linter refuses a service without any of these.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// How long it takes: 即时, 5 个工作日.
    #[schemars(with = "TextForm")]
    pub time_limit: Text,
    /// What it costs, with 免费 written out.
    #[schemars(with = "TextForm")]
    pub fee: Text,
    pub contact: Contact,
    #[schemars(with = "Vec<TextForm>", length(min = 1))]
    pub steps: Vec<Text>,
    #[schemars(with = "Vec<TextForm>", length(min = 1))]
    pub materials: Vec<Text>,
    #[schemars(with = "Vec<TextForm>", length(min = 1))]
    pub legal_basis: Vec<Text>,
    /// What to do when the answer looks wrong.
    #[schemars(with = "TextForm")]
    pub if_wrong: Text,
    /// Where to go when online does not work.
    #[schemars(with = "TextForm")]
    pub offline: Text,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[schemars(length(min = 1))]
    pub phone: String,
}

/// How the department's rows are shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// For how long an answer counts as fresh, in seconds.
    #[schemars(range(min = 1, max = 604_800))]
    pub fresh_s: u32,
    /// `list`: many rows, each with a detail page. `card`: one row, shown whole.
    pub shape: Shape,
    /// Headline for rows found. `{count}` and `{subject}` are filled in.
    #[schemars(with = "TextForm")]
    pub some: Text,
    /// Good news for no rows.
    #[schemars(with = "TextForm")]
    pub none: Text,
    #[schemars(with = "TextForm")]
    pub none_detail: Text,
    /// Which rows the headline counts; all if absent.
    #[serde(default)]
    pub open_when: Option<Match>,
    /// What the home page's strip shows: a count of open rows, or one field.
    pub home: Home,
    #[schemars(length(min = 1))]
    pub fields: Vec<Field>,
    /// A field whose value is the URL path of an evidence image at the department.
    #[serde(default)]
    pub evidence: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    List,
    Card,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Match {
    #[schemars(length(min = 1))]
    pub field: String,
    #[schemars(length(min = 1))]
    pub equals: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Home {
    #[schemars(with = "TextForm")]
    pub label: Text,
    /// A field to show; if absent, the count of open rows.
    #[serde(default)]
    pub field: Option<String>,
    #[schemars(with = "TextForm")]
    pub unit: Text,
}

/// One field of a row: its name in the normalised answer, how to read it and where to show it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    #[schemars(length(min = 1))]
    pub key: String,
    #[schemars(with = "TextForm")]
    pub label: Text,
    pub kind: FieldKind,
    /// `title`, `list` (also in the list), `detail` (only in detail), `hidden`.
    pub place: Place,
    /// For `kind = "choice"`: value -> words and tone.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Computed by a named function from other fields and dated rules, instead of coming from the department.
    #[serde(default)]
    pub derive: Option<Derive>,
    /// Shown below the value, to explain it.
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub hint: Option<Text>,
    /// A department that leaves it out gave half an answer.
    #[serde(default)]
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    Text,
    /// `2026-03-02`
    Date,
    /// `2026-03`
    Month,
    /// `2026-03-02T08:12:00`, civil time of Asia/Shanghai.
    DateTime,
    /// Integer fen.
    Money,
    Number,
    /// Points of a licence: a number with a drawn gauge out of twelve.
    Points,
    Choice,
    Plate,
    ResidentId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Title,
    List,
    Detail,
    Hidden,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    #[schemars(length(min = 1))]
    pub value: String,
    #[schemars(with = "TextForm")]
    pub label: Text,
    pub tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    Plain,
    Ok,
    Warn,
    Bad,
}

/// A computed field. The functions live in `capability::record`; this names one and its arguments.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derive {
    pub with: Derivation,
    /// Keys of the argument fields, in the order that the function states.
    #[schemars(length(min = 1))]
    pub from: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Derivation {
    /// first issue date -> first day of the 12-month cycle that holds today
    CycleStart,
    /// first issue date -> last day of that cycle
    CycleEnd,
    /// points taken in this cycle -> points left of the full 12
    PointsLeft,
    /// violation code, violation date -> points by the rule set in force on that day
    RulePoints,
    /// violation code, violation date -> the statutory range of the fine, as text
    RuleFine,
    /// birth date, first issue date, licence class, last exam date -> day by which the next exam must be handed in; empty if none is due
    ExamDue,
    /// the same arguments -> `not-needed`, `ok`, `soon`, `overdue`
    ExamState,
    /// a date -> whole days from today, negative if past
    DaysLeft,
    /// units used, first day of the period, name of the tariff -> what the tariff of that day makes of them
    TariffCost,
}

impl Derivation {
    /// How many argument fields the function takes.
    #[must_use]
    pub const fn arity(self) -> usize {
        match self {
            Self::CycleStart | Self::CycleEnd | Self::PointsLeft | Self::DaysLeft => 1,
            Self::RulePoints | Self::RuleFine => 2,
            Self::TariffCost => 3,
            Self::ExamDue | Self::ExamState => 4,
        }
    }

    /// The words that the function can return, for those that return a choice.
    #[must_use]
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::ExamState => &["not-needed", "ok", "soon", "overdue"],
            _ => &[],
        }
    }

    /// The kinds of field that can show what the function returns.
    #[must_use]
    pub const fn kinds(self) -> &'static [FieldKind] {
        match self {
            Self::CycleStart | Self::CycleEnd | Self::ExamDue => &[FieldKind::Date],
            Self::PointsLeft | Self::RulePoints => &[FieldKind::Points, FieldKind::Number],
            Self::RuleFine => &[FieldKind::Text],
            Self::ExamState => &[FieldKind::Choice],
            Self::DaysLeft => &[FieldKind::Number],
            Self::TariffCost => &[FieldKind::Money],
        }
    }
}

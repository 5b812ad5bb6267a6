//! Acts: what a department is told to do, beside answering. Each is bound like a question, with values to fill in and a
//! row to read; whether it was done stands in the row's `done`. And what a biller asks of its customers.

use std::collections::BTreeMap;

use kernel::Text;
use regex_lite::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{binding::Binding, schema::TextForm, service::Subject};

/// The acts of one service.
pub type Acts = BTreeMap<Act, Binding>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Is this customer number one whose holder's name ends like this?
    Bind,
    /// The citizen accepts a record; the department makes its decision.
    Accept,
    /// Money has arrived for these bills, or for this balance.
    Pay,
    /// What is on the account: for a biller that also sends bills.
    Balance,
    /// The rest of a balance is to go back.
    Withdraw,
    /// Everything posted on one day, or everybody who comes on it, to compare with.
    List,
    /// Somebody has a unit: an hour, a number, a seat. Told when it is theirs, and not while it is held.
    Book,
    /// They do not have it any more: given up, exchanged, called off. Told only after the department knew of it.
    Unbook,
    /// They are here.
    Arrive,
}

impl Act {
    pub const ALL: [Self; 9] = [
        Self::Bind,
        Self::Accept,
        Self::Pay,
        Self::Balance,
        Self::Withdraw,
        Self::List,
        Self::Book,
        Self::Unbook,
        Self::Arrive,
    ];
    /// What a department is told of a booking.
    pub const OF_BOOKINGS: [Self; 3] = [Self::Book, Self::Unbook, Self::Arrive];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Accept => "accept",
            Self::Pay => "pay",
            Self::Balance => "balance",
            Self::Withdraw => "withdraw",
            Self::List => "list",
            Self::Book => "book",
            Self::Unbook => "unbook",
            Self::Arrive => "arrive",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    /// True if the department changes something, so that it must be told by POST and with a key that it does once.
    #[must_use]
    pub const fn changes(self) -> bool {
        matches!(self, Self::Accept | Self::Pay | Self::Withdraw) || self.is_of_bookings()
    }

    /// True for what is told of a booking: it is about persons and a unit, and about no card.
    #[must_use]
    pub const fn is_of_bookings(self) -> bool {
        matches!(self, Self::Book | Self::Unbook | Self::Arrive)
    }

    /// Names of the values that this act can fill into a binding, beside those of the card.
    const fn own_values(self) -> &'static [&'static str] {
        match self {
            Self::Bind | Self::Balance => &[],
            // `id` is the row's; `at` civil time as 2026-03-02 08:12:00.
            // The department makes one decision for a record, however often it is told.
            Self::Accept => &["id", "name", "resident_id", "at", "key"],
            // `ids` and `decision_nos` are joined by commas. The amount is without the surcharge, the total with it. `at` is
            // when the provider took the money; `key` is the same at every try, and comes back in the day's list.
            Self::Pay => &[
                "ids",
                "decision_nos",
                "amount_fen",
                "amount_yuan",
                "surcharge_fen",
                "surcharge_yuan",
                "total_fen",
                "total_yuan",
                "at",
                "provider",
                "trade_no",
                "key",
            ],
            // `biller_ref` is what the biller called the top-up.
            Self::Withdraw => &["amount_fen", "amount_yuan", "biller_ref", "at", "key"],
            // 2026-03-02
            Self::List => &["day"],
            // Beside what every booking has. `ref` is what the department called it when it was told first.
            Self::Book => &[],
            Self::Unbook => &["ref", "reason", "back_fen", "back_yuan"],
            Self::Arrive => &["ref"],
        }
    }

    /// Names of all values that this act can fill into a binding of a service about such a card, or about bookings.
    #[must_use]
    pub fn question_values(self, subject: Subject) -> Vec<&'static str> {
        let card = match self {
            Self::List => &[],
            Self::Book | Self::Unbook | Self::Arrive => BOOKING_VALUES,
            _ => subject.question_values(),
        };
        card.iter().chain(self.own_values()).copied().collect()
    }

    /// Fields that the platform understands in the answer, and what they hold.
    #[must_use]
    pub const fn row_fields(self) -> &'static [(&'static str, Holds)] {
        match self {
            Self::Bind => &[("match", Holds::YesNo), ("holder", Holds::Text), ("address", Holds::Text)],
            Self::Accept => &[
                ("done", Holds::YesNo),
                ("reason", Holds::Text),
                ("decision_no", Holds::Text),
                ("decided_at", Holds::Date),
                ("decided_by", Holds::Text),
            ],
            Self::Pay => &[
                ("done", Holds::YesNo),
                ("reason", Holds::Text),
                ("biller_ref", Holds::Text),
                ("posted_at", Holds::Date),
            ],
            Self::Withdraw => &[
                ("done", Holds::YesNo),
                ("reason", Holds::Text),
                ("biller_ref", Holds::Text),
                ("amount", Holds::Money),
            ],
            Self::Balance => &[("balance", Holds::Money), ("withdrawable", Holds::Money)],
            // `id` is the `key` of the posting, `amount` the total of it. Of a booking: its `number`, what was paid, and when it is.
            Self::List => &[
                ("id", Holds::Text),
                ("amount", Holds::Money),
                ("at", Holds::Date),
                ("kind", Holds::Way),
                ("biller_ref", Holds::Text),
            ],
            // `ref` is what the department calls the booking: a visit number. `unit_gone` says of a refusal that the unit
            // cannot be had by anybody, rather than not by this person.
            Self::Book => {
                &[("done", Holds::YesNo), ("reason", Holds::Text), ("ref", Holds::Text), ("unit_gone", Holds::YesNo)]
            }
            Self::Unbook | Self::Arrive => &[("done", Holds::YesNo), ("reason", Holds::Text), ("ref", Holds::Text)],
        }
    }

    /// Fields without which the answer is half of one.
    #[must_use]
    pub const fn required_fields(self) -> &'static [&'static str] {
        match self {
            Self::Bind => &["match"],
            Self::Accept | Self::Pay | Self::Withdraw | Self::Book | Self::Unbook | Self::Arrive => &["done"],
            Self::Balance => &["balance"],
            Self::List => &["id", "amount", "at"],
        }
    }
}

/// What a department can be told of a booking. Empty where there is none: an appointment has no stops, a free one no payment.
const BOOKING_VALUES: &[&str] = &[
    // The number on the voucher; and `key`, which is the same at every try of one message.
    "number",
    "key",
    // The word of what happened: booked, paid, cancelled, moved, expired, stopped, checked_in.
    "event",
    // 2026-03-02 08:12:00, when it happened.
    "at",
    // Ids as in the city's offer, and their Chinese names.
    "place",
    "place_name",
    "section",
    "section_name",
    "resource",
    "resource_name",
    "matter",
    "matter_name",
    "class",
    // The number of the unit as it is printed on the voucher, or the label of the seat; several are joined by commas.
    "unit",
    // 2026-03-02, 2026-03-02 08:00:00, and 08:00-08:30.
    "on",
    "starts_at",
    "ends_at",
    "period",
    // The first person, and how to reach the citizen who booked.
    "name",
    "resident_id",
    "phone",
    // How many, and all of them joined by commas: parties first. `kinds` says for each what they travel or enter as.
    "persons",
    "names",
    "ids",
    "kinds",
    // Stops of a journey.
    "from",
    "to",
    "price_fen",
    "price_yuan",
    "paid_fen",
    "paid_yuan",
    // Our payment, the provider and its number.
    "order_no",
    "provider",
    "trade_no",
    // online, on-site, phone.
    "door",
];

/// What a field of an act's answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    /// `yes` or `no`.
    YesNo,
    Money,
    /// `in` for what was posted, `out` for what was given back.
    Way,
    /// A date, with or without a time.
    Date,
}

/// What a biller asks of its customers. `[biller.<service>]` of a city's bindings.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Biller {
    pub customer_no: CustomerNo,
    /// A part of a bill may be paid.
    #[serde(default)]
    pub partial: bool,
    /// A younger bill is taken only together with every older one.
    #[serde(default)]
    pub oldest_first: bool,
    /// Money may be put on the account in advance.
    #[serde(default)]
    pub prepaid: Option<Prepaid>,
}

/// How the numbers of a biller's customers look.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerNo {
    /// A regular expression for the whole number, after spaces and hyphens have gone and letters are upper case.
    #[schemars(length(min = 1, max = 64))]
    pub pattern: String,
    /// A number that no customer has.
    #[schemars(length(min = 1, max = 32))]
    pub example: String,
    /// Where the number stands: on the paper bill, on the card.
    #[schemars(with = "TextForm")]
    pub hint: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepaid {
    #[schemars(range(min = 1, max = 10_000_000))]
    pub min_fen: i64,
    #[schemars(range(min = 1, max = 10_000_000))]
    pub max_fen: i64,
}

/// Longest number that is looked at.
pub const CUSTOMER_NO_MAX: usize = 32;

impl CustomerNo {
    /// The pattern as something that can be matched; bounded, because packs are written by many hands.
    pub fn regex(&self) -> Result<Regex, regex_lite::Error> {
        RegexBuilder::new(&format!("^(?:{})$", self.pattern)).size_limit(64 * 1_024).nest_limit(8).build()
    }

    /// True if a normalised number can be one of this biller's.
    #[must_use]
    pub fn accepts(&self, number: &str) -> bool {
        number.len() <= CUSTOMER_NO_MAX && self.regex().is_ok_and(|regex| regex.is_match(number))
    }
}

/// A table of services, each with one optional binding per act, so that a misspelt act is an unknown key.
pub(crate) fn acts(generator: &mut SchemaGenerator) -> Schema {
    let binding = generator.subschema_for::<Binding>();
    let properties: serde_json::Map<String, serde_json::Value> =
        Act::ALL.iter().map(|act| (act.word().to_owned(), binding.clone().to_value())).collect();
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "object", "properties": properties, "additionalProperties": false }
    })
}

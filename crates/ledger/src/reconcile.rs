//! Three lists of a day, and where they disagree: what we have booked, what a payment provider's bill says, and what a
//! department's list says. A disagreement is a break: a work item for a person, never mended by itself.
//!
//! Days have edges, and clocks differ by seconds. An order that one list lacks on its day but has on the neighbouring day
//! is `Late`: nothing is wrong with the money, only with the day. So each side comes with its neighbours' lines.

use std::collections::BTreeMap;

use kernel::{Date, Money};

/// Whom we compare ourselves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Provider,
    Department,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// They have it and we have not (长款).
    Long,
    /// We have it and they have not (短款).
    Short,
    /// Both have it, with different amounts.
    Amount,
    /// Both have it, on neighbouring days.
    Late,
}

impl Side {
    pub const ALL: [Self; 2] = [Self::Provider, Self::Department];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Department => "department",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.word() == word)
    }
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Long, Self::Short, Self::Amount, Self::Late];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
            Self::Amount => "amount",
            Self::Late => "late",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One thing that a list says. Money that went back is negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What both sides know it by: the order's number, for refunds the refund's, for departments the posting's.
    pub order: String,
    pub amount: Money,
    pub on: Date,
}

/// One disagreement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    pub kind: Kind,
    pub side: Side,
    pub order: String,
    /// The sum of our lines; `None`: we have no line.
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
}

/// What a list says of one order: its sum on the day and its sum on the neighbouring days. The same order twice is money
/// twice, so it is added up, and the sums differ.
#[derive(Clone, Copy, Default)]
struct Said {
    today: Option<i64>,
    beside: Option<i64>,
}

/// Our lines of a day against another side's, both with the lines of the days before and after.
///
/// An order is judged on the day on which we have it; one that we do not have, on the other side's day. So comparing
/// every day of a stretch reports each disagreement once.
#[must_use]
pub fn compare(side: Side, day: Date, ours: &[Line], theirs: &[Line]) -> Vec<Break> {
    let mut orders: BTreeMap<&str, (Said, Said)> = BTreeMap::new();
    for line in ours {
        note(&mut orders.entry(&line.order).or_default().0, line, day);
    }
    for line in theirs {
        note(&mut orders.entry(&line.order).or_default().1, line, day);
    }
    orders.into_iter().filter_map(|(order, (ours, theirs))| judge(side, order, ours, theirs)).collect()
}

fn note(said: &mut Said, line: &Line, day: Date) {
    let sum = if line.on == day { &mut said.today } else { &mut said.beside };
    *sum = Some(sum.unwrap_or(0).saturating_add(line.amount.fen()));
}

fn judge(side: Side, order: &str, ours: Said, theirs: Said) -> Option<Break> {
    let found = |kind, ours: Option<i64>, theirs: Option<i64>| {
        let money = |fen: Option<i64>| fen.map(Money::from_fen);
        Some(Break { kind, side, order: order.to_owned(), ours: money(ours), theirs: money(theirs) })
    };
    match (ours, theirs) {
        (Said { today: Some(we), .. }, Said { today: Some(they), .. }) if we == they => None,
        (Said { today: Some(we), .. }, Said { today: Some(they), .. }) => found(Kind::Amount, Some(we), Some(they)),
        (Said { today: Some(we), .. }, Said { beside: Some(they), .. }) => {
            found(if we == they { Kind::Late } else { Kind::Amount }, Some(we), Some(they))
        }
        (Said { today: Some(we), .. }, _) => found(Kind::Short, Some(we), None),
        // Ours of another day: it is that day's to judge.
        (Said { beside: Some(_), .. }, _) => None,
        (_, Said { today: Some(they), .. }) => found(Kind::Long, None, Some(they)),
        _ => None,
    }
}

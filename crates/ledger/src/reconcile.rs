//! Lists of a day, and where they disagree: what we have posted, what a payment provider's bill says, and what a
//! department's list says; and of bookings, who comes to whom. A disagreement is a break: a work item for a person, never mended by itself.
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
    /// The register of bookings of a department.
    Register,
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
    pub const ALL: [Self; 3] = [Self::Provider, Self::Department, Self::Register];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Department => "department",
            Self::Register => "register",
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

/// What a break came from, as the person who resolved it found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Booked around midnight: each side has it, on its own day.
    Timing,
    /// The other side's list left it out, or came too early.
    Omitted,
    /// Paid twice, and given back or to be given back.
    PaidTwice,
    /// A wrong amount on one side, since put right.
    Amount,
    /// Ours: a message was lost or booked wrongly, since put right.
    Ours,
    Other,
}

impl Cause {
    pub const ALL: [Self; 6] = [Self::Timing, Self::Omitted, Self::PaidTwice, Self::Amount, Self::Ours, Self::Other];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Timing => "timing",
            Self::Omitted => "omitted",
            Self::PaidTwice => "paid-twice",
            Self::Amount => "wrong-amount",
            Self::Ours => "ours",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
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

/// What we have booked, as each side can know it: a provider knows orders and refunds by our numbers, a department knows
/// postings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ours<'a> {
    pub with_provider: &'a [Line],
    pub with_department: &'a [Line],
}

/// All breaks of a day. Where both sides agree with us they agree with each other.
#[must_use]
pub fn three_way(day: Date, ours: Ours<'_>, provider: &[Line], department: &[Line]) -> Vec<Break> {
    let mut breaks = compare(Side::Provider, day, ours.with_provider, provider);
    breaks.extend(compare(Side::Department, day, ours.with_department, department));
    breaks
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
    match (ours.today, theirs.today) {
        (Some(we), Some(they)) if we == they => None,
        (Some(we), Some(they)) => found(Kind::Amount, Some(we), Some(they)),
        (Some(we), None) => match theirs.beside {
            // Their line of the neighbouring day is ours of today, unless ours of that day already has it.
            Some(they) if ours.beside.is_none() => {
                found(if we == they { Kind::Late } else { Kind::Amount }, Some(we), Some(they))
            }
            _ => found(Kind::Short, Some(we), None),
        },
        // The same the other way round; a pair on two days is judged on our day, so not here.
        (None, Some(_)) if ours.beside.is_some() && theirs.beside.is_none() => None,
        (None, Some(they)) => found(Kind::Long, None, Some(they)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn day(n: i8) -> Date {
        date(2026, 3, n)
    }

    fn line(order: &str, fen: i64, on: i8) -> Line {
        Line { order: order.to_owned(), amount: Money::from_fen(fen), on: day(on) }
    }

    /// The breaks of every day of a stretch, each day seen with its neighbours.
    fn stretch(ours: &[Line], theirs: &[Line]) -> Vec<(Kind, String)> {
        let near = |lines: &[Line], n: i8| -> Vec<Line> {
            lines.iter().filter(|line| (day(n - 1)..=day(n + 1)).contains(&line.on)).cloned().collect()
        };
        let breaks = (2..=9).flat_map(|n| compare(Side::Provider, day(n), &near(ours, n), &near(theirs, n)));
        breaks.map(|found| (found.kind, found.order)).collect()
    }

    #[test]
    fn each_kind_is_found() {
        let ours = [line("agreed", 100, 5), line("short", 200, 5), line("amount", 300, 5), line("late", 400, 5)];
        let theirs = [line("agreed", 100, 5), line("amount", 301, 5), line("late", 400, 6), line("long", 500, 5)];
        let breaks = compare(Side::Department, day(5), &ours, &theirs);
        let money = |fen| Some(Money::from_fen(fen));
        let expected = [
            (Kind::Amount, "amount", money(300), money(301)),
            (Kind::Late, "late", money(400), money(400)),
            (Kind::Long, "long", None, money(500)),
            (Kind::Short, "short", money(200), None),
        ]
        .map(|(kind, order, ours, theirs)| Break {
            kind,
            side: Side::Department,
            order: order.to_owned(),
            ours,
            theirs,
        });
        assert_eq!(breaks, expected);
        assert!(compare(Side::Department, day(6), &ours, &theirs).is_empty(), "late is reported on our day alone");
    }

    #[test]
    fn wherever_two_lines_stand_each_disagreement_is_reported_once() {
        let days = [None, Some(4), Some(5), Some(6), Some(7)];
        for ours_on in days {
            for theirs_on in days {
                for their_fen in [100, 101] {
                    let ours: Vec<Line> = ours_on.map(|on| line("x", 100, on)).into_iter().collect();
                    let theirs: Vec<Line> = theirs_on.map(|on| line("x", their_fen, on)).into_iter().collect();
                    let expected = match (ours_on, theirs_on) {
                        (None, None) => vec![],
                        (Some(_), None) => vec![Kind::Short],
                        (None, Some(_)) => vec![Kind::Long],
                        (Some(a), Some(b)) if a.abs_diff(b) > 1 => vec![Kind::Long, Kind::Short],
                        (Some(_), Some(_)) if their_fen != 100 => vec![Kind::Amount],
                        (Some(a), Some(b)) if a == b => vec![],
                        _ => vec![Kind::Late],
                    };
                    let mut kinds: Vec<Kind> = stretch(&ours, &theirs).into_iter().map(|(kind, _)| kind).collect();
                    kinds.sort_unstable();
                    assert_eq!(kinds, expected, "ours {ours_on:?}, theirs {theirs_on:?}, {their_fen}");
                }
            }
        }
    }

    #[test]
    fn a_line_that_comes_twice_is_money_twice() {
        let one = [line("x", 100, 5)];
        let kinds = |ours: &[Line], theirs: &[Line]| {
            stretch(ours, theirs).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&one, &[line("x", 100, 5), line("x", 100, 5)]), [Kind::Amount]);
        assert_eq!(kinds(&one, &[line("x", 100, 5), line("x", 100, 6)]), [Kind::Long], "again on the next day");
        assert_eq!(kinds(&[line("x", 100, 5), line("x", 100, 6)], &one), [Kind::Short]);
    }

    #[test]
    fn both_sides_are_compared_by_what_they_know() {
        let (orders, postings) = ([line("order", 100, 5)], [line("posting", 100, 5)]);
        let ours = Ours { with_provider: &orders, with_department: &postings };
        assert!(three_way(day(5), ours, &orders, &postings).is_empty());
        let breaks = three_way(day(5), ours, &[], &postings);
        assert_eq!(
            breaks.iter().map(|found| (found.side, found.kind)).collect::<Vec<_>>(),
            [(Side::Provider, Kind::Short)]
        );
        let breaks = three_way(day(5), ours, &orders, &[]);
        assert_eq!(
            breaks.iter().map(|found| (found.side, found.kind)).collect::<Vec<_>>(),
            [(Side::Department, Kind::Short)]
        );
    }

    #[test]
    fn words_are_read_back() {
        assert!(Side::ALL.iter().all(|side| Side::parse(side.word()) == Some(*side)));
        assert!(Kind::ALL.iter().all(|kind| Kind::parse(kind.word()) == Some(*kind)));
        assert_eq!((Side::parse("x"), Kind::parse("x")), (None, None));
    }

    proptest! {
        /// A day is clean if and only if both sides say the same of every order, refunds being negative lines.
        #[test]
        fn a_day_without_breaks_is_a_day_on_which_both_agree(
            ours in prop::collection::vec((0u8..6, -3i64..4), 0..8),
            theirs in prop::collection::vec((0u8..6, -3i64..4), 0..8),
        ) {
            let lines = |list: &[(u8, i64)]| list.iter().map(|(n, fen)| line(&n.to_string(), *fen, 5)).collect::<Vec<_>>();
            let sums = |list: &[(u8, i64)]| {
                let mut sums = BTreeMap::new();
                list.iter().for_each(|(n, fen)| *sums.entry(*n).or_insert(0) += fen);
                sums
            };
            let breaks = compare(Side::Provider, day(5), &lines(&ours), &lines(&theirs));
            prop_assert_eq!(breaks.is_empty(), sums(&ours) == sums(&theirs));
            prop_assert_eq!(breaks.len(), {
                let (we, they) = (sums(&ours), sums(&theirs));
                (0u8..6).filter(|n| we.get(n) != they.get(n)).count()
            });
            prop_assert!(compare(Side::Provider, day(5), &lines(&ours), &lines(&ours)).is_empty());
        }
    }
}

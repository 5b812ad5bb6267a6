//! Tickets of an attraction: what a visitor pays and why, what the gate still has to see, and how full the place may be.
//!
//! A free ticket is a ticket: it takes a place in the day and in its band like any other. What follows from age is
//! settled when the ticket is bought, by the real name; height and papers are claimed then and checked at the gate.

use std::collections::BTreeSet;

use kernel::{Date, Money, Timestamp};

use super::{
    decide::percent,
    limit,
    refusal::Refusal,
    rule::ticket::{Concession, TicketRule},
};

pub use super::rule::ticket::{Crowded, check_bands};

/// Of a visitor, what prices depend on. It is about a person, so it cannot be printed.
#[derive(Clone)]
pub struct Visitor {
    pub age: i16,
    pub height_cm: Option<u16>,
    pub proofs: BTreeSet<String>,
}

/// What a visitor pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub price: Money,
    pub concession: Option<String>,
    pub at_gate: AtGate,
}

/// What the gate has to see. Nothing, for most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtGate {
    pub height_cm_max: Option<u16>,
    /// One of these.
    pub proofs: Vec<String>,
}

impl AtGate {
    fn checks(&self) -> usize {
        usize::from(self.height_cm_max.is_some()) + usize::from(!self.proofs.is_empty())
    }
}

fn applies(concession: &Concession, visitor: &Visitor) -> bool {
    concession.age_from.is_none_or(|from| visitor.age >= from)
        && concession.age_to.is_none_or(|to| visitor.age <= to)
        && concession.height_cm_max.is_none_or(|max| visitor.height_cm.is_some_and(|height| height <= max))
        && (concession.proofs.is_empty() || concession.proofs.iter().any(|proof| visitor.proofs.contains(proof)))
}

/// The lowest price that a visitor has a right to; of equal ones, that which asks least at the gate.
#[must_use]
pub fn quote(full: Money, concessions: &[Concession], visitor: &Visitor) -> Quote {
    let none = Quote { price: full, concession: None, at_gate: AtGate::default() };
    let offers = concessions.iter().filter(|one| applies(one, visitor)).map(|one| Quote {
        price: percent(full, one.pay_percent),
        concession: Some(one.id.clone()),
        at_gate: AtGate { height_cm_max: one.height_cm_max, proofs: one.proofs.clone() },
    });
    offers.chain([none]).min_by_key(|quote| (quote.price, quote.at_gate.checks())).unwrap_or(Quote {
        price: full,
        concession: None,
        at_gate: AtGate::default(),
    })
}

/// Lets somebody in at the price that they paid, or says what they owe.
pub fn check_proof(quote: &Quote, full: Money, shown: &Visitor) -> Result<(), Refusal> {
    let owed = Money::from_fen(full.fen() - quote.price.fen());
    if let Some(height_cm_max) = quote.at_gate.height_cm_max
        && shown.height_cm.is_none_or(|height| height > height_cm_max)
    {
        return Err(Refusal::TooTall { height_cm_max, owed });
    }
    let proofs = &quote.at_gate.proofs;
    if !proofs.is_empty() && !proofs.iter().any(|proof| shown.proofs.contains(proof)) {
        return Err(Refusal::ProofMissing { concession: quote.concession.clone().unwrap_or_default(), owed });
    }
    Ok(())
}

/// Whether so many more may go in just now.
pub const fn check_room(inside: u32, entering: u32, instant: u32) -> Result<(), Refusal> {
    if inside.saturating_add(entering) > instant { Err(Refusal::Full { inside, max: instant }) } else { Ok(()) }
}

/// The time of a ticket: its band, or the whole day. `None` for a band that the rule does not have.
#[must_use]
pub fn times(rule: &TicketRule, day: Date, band: Option<&str>) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = match band {
        None => (rule.opens, rule.closes),
        Some(id) => rule.band.iter().find(|band| band.id == id).map(|band| (band.from, band.to))?,
    };
    Some((limit::at(day, from), limit::at(day, to)))
}

//! The one way in which a booking changes: read what is known, decide, write everything in one commit; and if something
//! changed meanwhile, begin again.

use std::sync::Arc;

use capability::booking::{
    self, Command, Decision, Effect, Event, Refusal, State, hold::Rules, returns, rule::Profile,
};
use kernel::{AccountId, Calendar, CityId, Error, Id, Kind, Money, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AdvanceBooking, BookingFacts, Message, NewMark, Payload};

use crate::{Platform, callback::id_of};

/// Message kinds of a city's outbox.
pub(crate) const TELL: &str = "book.tell";
pub(crate) const SAY: &str = "book.say";
pub(crate) const BACK: &str = "book.back";

/// A decision taken this often without standing means that something is wrong with us.
const TRIES_MAX: usize = 16;

/// What is written beside a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct With {
    /// The outbox message whose delivery caused it.
    pub(crate) delivered: Option<Id>,
    pub(crate) payment: Option<Option<Id>>,
    pub(crate) department_ref: Option<String>,
    pub(crate) agreed: Option<(u16, AccountId)>,
    /// When it happened, for what is reported late: rules are those of that moment.
    pub(crate) happened_at: Option<Timestamp>,
}

/// A message about a booking. No personal data: whom it is for is looked up when it leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BookingErrand {
    pub(crate) booking: Id,
    /// What happened, in the words of [`Event`].
    #[serde(default)]
    pub(crate) event: String,
    #[serde(default)]
    pub(crate) amount: Money,
    #[serde(default)]
    pub(crate) at: i64,
}

/// The rules that a booking keeps: those of the day on which it was made.
pub(crate) struct Kept {
    pub(crate) profile: Arc<Profile>,
    pub(crate) calendar: Arc<Calendar>,
}

impl Kept {
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules { profile: &self.profile, calendar: &self.calendar }
    }
}

impl Platform {
    pub(crate) fn kept_rules(&self, facts: &BookingFacts) -> Result<Kept> {
        let catalogue = self.catalogue();
        let profile = catalogue.rules.booking.profile_on(facts.made_on, &facts.fault_scope).cloned();
        let profile = profile.ok_or_else(|| Error::internal("a booking whose rules are gone"))?;
        Ok(Kept { profile, calendar: Arc::clone(&catalogue.calendar) })
    }

    /// Decides and writes. A refusal has changed nothing, and what caused it is left to the caller.
    pub(crate) async fn drive_booking(
        &self,
        city: &CityId,
        cell: &store::City,
        id: Id,
        command: Command,
        with: With,
    ) -> Result<Result<State, Refusal>> {
        for _ in 0..TRIES_MAX {
            let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
            let kept = self.kept_rules(&facts)?;
            let now = self.now();
            let happened_at = with.happened_at.unwrap_or(now);
            let decision = match booking::decide(&facts.facts, &command, kept.rules(), happened_at) {
                Ok(decision) => decision,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let state = decision.facts.state;
            let advance = self.advance_of_booking(&facts, decision, &with, now)?;
            let rings = !advance.messages.is_empty();
            let released = advance.release.is_some();
            if cell.advance_booking(advance).await? {
                if released {
                    self.look_again(city, &facts.service);
                }
                if rings {
                    self.inner.bells.ring(Some(city));
                }
                return Ok(Ok(state));
            }
        }
        Err(Error::internal("a booking changes faster than it can be decided"))
    }

    /// What is written of a decision.
    pub(crate) fn advance_of_booking(
        &self,
        facts: &BookingFacts,
        decision: Decision,
        with: &With,
        now: Timestamp,
    ) -> Result<AdvanceBooking> {
        let Decision { facts: after, effects } = decision;
        let extended = after.held_until_at != facts.facts.held_until_at;
        let mut advance = AdvanceBooking::to(facts.id, facts.version, after, now);
        advance.payment_expires_at = extended.then_some(advance.facts.held_until_at);
        advance.delivered = with.delivered;
        advance.payment = with.payment;
        advance.department_ref.clone_from(&with.department_ref);
        advance.agreed = with.agreed;
        let tells = self.tells_department(facts);
        for effect in effects {
            match effect {
                Effect::Release { after } => {
                    let closes_at = facts.facts.starts_at.max(now);
                    advance.release = Some(returns::back_at(after, now, closes_at, &*self.inner.rng));
                }
                Effect::Withdraw => advance.withdraw = true,
                // The amount is what is owed of the price: its page asks for it.
                Effect::Bill { .. } | Effect::Carry { .. } => {}
                Effect::Refund { .. } => {
                    let total = advance.facts.refunded;
                    advance.messages.push(message(facts, BACK, None, total, now)?);
                }
                Effect::Mark { fault, on } => advance.marks.push(NewMark { fault, on }),
                Effect::Forgive { fault } => advance.forgive = Some(fault),
                Effect::TellDepartment { event } if tells => {
                    let total = advance.facts.refunded;
                    advance.messages.push(message(facts, TELL, Some(event), total, now)?);
                }
                Effect::TellDepartment { .. } => {}
                // Putting back what nobody confirmed needs no message, and its page says so.
                Effect::Tell { event: Event::Expired } => {}
                Effect::Tell { event } => {
                    advance.messages.push(message(facts, SAY, Some(event), Money::ZERO, now)?);
                    if matches!(event, Event::Confirmed | Event::Paid) {
                        advance.messages.extend(reminder(facts, now)?);
                    }
                }
            }
        }
        Ok(advance)
    }

    fn tells_department(&self, facts: &BookingFacts) -> bool {
        let catalogue = self.catalogue();
        let service = catalogue.services.get(&facts.service);
        service.and_then(|service| service.booking.as_ref()).is_some_and(|booking| booking.tell)
    }
}

/// The word on the evening before.
pub(crate) const REMINDER: &str = "reminder";
const REMINDED_HOUR: i8 = 18;

/// A word on the evening before, for what is not so near that it says nothing new. One, however often it is confirmed.
fn reminder(facts: &BookingFacts, now: Timestamp) -> Result<Option<Message>> {
    const NEWS_MS: i64 = 6 * 3_600_000;
    let day = capability::booking::limit::plus_days(facts.facts.starts_at.date(), -1);
    let due_at = Timestamp::from_civil(day.at(REMINDED_HOUR, 0, 0, 0));
    if due_at.since_ms(now) < NEWS_MS {
        return Ok(None);
    }
    let errand = BookingErrand { booking: facts.id, event: REMINDER.to_owned(), amount: Money::ZERO, at: now.0 };
    let payload = Payload::Plain(serde_json::to_vec(&errand).map_err(Error::internal)?);
    let key = id_of(&[SAY.as_bytes(), &facts.id.0, REMINDER.as_bytes()]);
    Ok(Some(Message { key, kind: SAY, payload, due_at }))
}

/// The word of an offer: a hold that nobody sees, because it was not made on a page.
pub(crate) const OFFERED: &str = "offered";

/// Tells whoever waited, or was drawn, that it is held for them.
pub(crate) fn offered_message(id: Id, now: Timestamp) -> Result<Message> {
    let errand = BookingErrand { booking: id, event: OFFERED.to_owned(), amount: Money::ZERO, at: now.0 };
    let payload = Payload::Plain(serde_json::to_vec(&errand).map_err(Error::internal)?);
    Ok(Message { key: id_of(&[SAY.as_bytes(), &id.0, OFFERED.as_bytes()]), kind: SAY, payload, due_at: now })
}

/// The word of the end that a booking came to, once more, for a department that heard of it too late.
pub(crate) fn withdrawal(facts: &BookingFacts, now: Timestamp) -> Result<Message> {
    // States that end something have the word of the event that leads to them.
    let event = Event::parse(facts.facts.state.word());
    message(facts, TELL, Some(event.unwrap_or(Event::Cancelled)), facts.facts.refunded, now)
}

/// What must happen outside, under a key that the same event of the same booking has again.
fn message(
    facts: &BookingFacts,
    kind: &'static str,
    event: Option<Event>,
    amount: Money,
    now: Timestamp,
) -> Result<Message> {
    let word = event.map_or("", Event::word);
    let errand = BookingErrand { booking: facts.id, event: word.to_owned(), amount, at: now.0 };
    let key = id_of(&[kind.as_bytes(), &facts.id.0, word.as_bytes(), &facts.version.to_be_bytes()]);
    let payload = Payload::Plain(serde_json::to_vec(&errand).map_err(Error::internal)?);
    Ok(Message { key, kind, payload, due_at: now })
}

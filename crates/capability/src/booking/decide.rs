//! What follows when something happens to a booking. One function, no clock, no store.
//!
//! It answers with the facts as they are from then on and with what must be done about it. The caller keeps both in one
//! commit, on the condition that the booking is still as it was read; otherwise it reads and decides again.

use kernel::{Date, Money, Timestamp};

use super::{
    Event, Facts, State,
    hold::Rules,
    limit::{self, MINUTE_MS},
    next,
    refusal::Refusal,
    rule::{Delay, Fault, Pay, Profile},
};

/// What happens to a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The deadline of the hold moves, once.
    Extend,
    /// One of those who have to agree agrees, by their own login.
    Consent {
        party: u16,
    },
    /// One of those who have to agree does not, by their own login.
    Decline {
        party: u16,
    },
    Confirm,
    /// Money has arrived, at the provider's time.
    Paid {
        amount: Money,
        paid_at: Timestamp,
    },
    Cancel,
    /// The deadline has passed.
    Expire,
    CheckIn,
    Finish,
    /// They did not come.
    Miss,
    /// They did come: staff take the no-show back.
    Correct,
    /// Whoever offers it calls it off.
    Stop,
    /// The department would not have it. Its unit may be gone for everybody, or only for this person.
    Refuse {
        unit_gone: bool,
    },
    /// It was exchanged for another one with this price: one that is held in the same commit, or one that costs more and is
    /// paid by itself.
    Move {
        to_price: Money,
    },
}

/// What must be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The unit goes back into its pools: at once, or after a random time between these.
    Release { after: Option<Delay> },
    /// The unit does not exist after all: it stays out of its pools, as nobody's.
    Withdraw,
    /// This much is owed from now on.
    Bill { amount: Money },
    /// This much of what was paid goes back.
    Refund { amount: Money },
    /// This much of what was paid is the other booking's from now on.
    Carry { amount: Money },
    /// A fault is put on record: a missed appointment under its own day, a cancellation under that of its cancelling.
    Mark { fault: Fault, on: Date },
    /// The fault of this booking is taken off the record.
    Forgive { fault: Fault },
    /// The department is told, until it has answered.
    TellDepartment { event: Event },
    /// The citizens whose booking it is are told.
    Tell { event: Event },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// As it is from now on.
    pub facts: Facts,
    pub effects: Vec<Effect>,
}

pub fn decide(facts: &Facts, command: &Command, rules: Rules<'_>, now: Timestamp) -> Result<Decision, Refusal> {
    let mut after = facts.clone();
    let effects = match command {
        Command::Extend => extend(&mut after, rules.profile, now)?,
        Command::Consent { party } => consent(&mut after, *party, now)?,
        Command::Decline { party } => decline(&mut after, *party, rules.profile, now)?,
        Command::Confirm => confirm(&mut after, rules.profile, now)?,
        Command::Paid { amount, paid_at } => paid(&mut after, *amount, *paid_at)?,
        Command::Cancel => cancel(&mut after, rules, now)?,
        Command::Expire => expire(&mut after, rules.profile, now)?,
        Command::CheckIn => check_in(&mut after, rules.profile, now)?,
        Command::Finish => {
            step(&mut after, Event::Finished)?;
            Vec::new()
        }
        Command::Miss => miss(&mut after, rules.profile, now)?,
        Command::Correct => {
            step(&mut after, Event::Corrected)?;
            vec![Effect::Forgive { fault: Fault::NoShow }, Effect::Tell { event: Event::Corrected }]
        }
        Command::Stop => stop(&mut after)?,
        Command::Refuse { unit_gone } => {
            step(&mut after, Event::Refused)?;
            let mut effects = vec![if *unit_gone { Effect::Withdraw } else { Effect::Release { after: None } }];
            effects.extend(give_back(&mut after, Money::ZERO));
            effects.push(Effect::Tell { event: Event::Refused });
            effects
        }
        Command::Move { to_price } => exchange(&mut after, *to_price, rules.profile, now)?,
    };
    Ok(Decision { facts: after, effects })
}

/// The one place where a state changes.
fn step(facts: &mut Facts, event: Event) -> Result<(), Refusal> {
    facts.state = next(facts.state, event).ok_or(match facts.state {
        State::Expired => Refusal::HoldExpired { expired_at: facts.held_until_at },
        State::Stopped => Refusal::Stopped,
        state => Refusal::WrongState { state },
    })?;
    Ok(())
}

/// A hold whose deadline has passed is nobody's, whether or not it has been swept up.
fn still_held(facts: &Facts, at: Timestamp) -> Result<(), Refusal> {
    match facts.state {
        State::Held if at < facts.held_until_at => Ok(()),
        State::Held | State::Expired => Err(Refusal::HoldExpired { expired_at: facts.held_until_at }),
        State::Stopped => Err(Refusal::Stopped),
        state => Err(Refusal::WrongState { state }),
    }
}

fn all_agree(facts: &Facts) -> Result<(), Refusal> {
    match facts.consents.iter().filter(|agreed| !**agreed).count() {
        0 => Ok(()),
        missing => Err(Refusal::ConsentMissing { missing: u16::try_from(missing).unwrap_or(u16::MAX) }),
    }
}

fn owed(facts: &Facts) -> Money {
    Money::from_fen(facts.price.fen() - facts.paid.fen())
}

fn extend(facts: &mut Facts, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    still_held(facts, now)?;
    if facts.extended || profile.extend_s == 0 {
        return Err(Refusal::AlreadyExtended);
    }
    facts.extended = true;
    facts.held_until_at = facts.held_until_at.plus_s(i64::from(profile.extend_s)).min(facts.ends_at);
    Ok(Vec::new())
}

fn consent(facts: &mut Facts, party: u16, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    still_held(facts, now)?;
    match facts.consents.get_mut(usize::from(party)) {
        None => Err(Refusal::NoSuchParty { party }),
        Some(agreed) => {
            *agreed = true;
            Ok(Vec::new())
        }
    }
}

/// Whoever asked gives it up; whoever was asked says no. Nobody is blamed, and the unit goes back as any that is given up.
fn decline(facts: &mut Facts, party: u16, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    still_held(facts, now)?;
    if party == 0 || usize::from(party) >= facts.consents.len() {
        return Err(Refusal::NoSuchParty { party });
    }
    step(facts, Event::Declined)?;
    Ok(vec![Effect::Release { after: profile.returns }, Effect::Tell { event: Event::Declined }])
}

fn confirm(facts: &mut Facts, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    still_held(facts, now)?;
    all_agree(facts)?;
    let owed = owed(facts);
    if profile.pay == Pay::Upfront && owed > Money::ZERO {
        return Err(Refusal::PaymentNeeded { amount: owed });
    }
    step(facts, Event::Confirmed)?;
    let mut effects = vec![Effect::TellDepartment { event: Event::Confirmed }];
    if profile.pay == Pay::Later && owed > Money::ZERO {
        effects.push(Effect::Bill { amount: owed });
    }
    effects.push(Effect::Tell { event: Event::Confirmed });
    Ok(effects)
}

/// What counts is when the money arrived, not when we heard of it: a hold that is not swept up yet is still theirs.
fn paid(facts: &mut Facts, amount: Money, paid_at: Timestamp) -> Result<Vec<Effect>, Refusal> {
    if facts.state == State::Held || facts.state == State::Expired {
        still_held(facts, paid_at)?;
        all_agree(facts)?;
    }
    let expected = owed(facts);
    // A repeat of what is paid already is the state's refusal, not the amount's.
    if next(facts.state, Event::Paid).is_some() && (amount != expected || amount <= Money::ZERO) {
        return Err(Refusal::WrongAmount { expected });
    }
    let before = facts.state;
    step(facts, Event::Paid)?;
    facts.paid = facts.price;
    let event = if before == State::Held { Event::Confirmed } else { Event::Paid };
    Ok(vec![Effect::TellDepartment { event }, Effect::Tell { event: Event::Paid }])
}

/// Until when a booking can be cancelled: the first instant at which it is too late.
#[must_use]
pub fn cancel_ends_at(facts: &Facts, rules: Rules<'_>) -> Timestamp {
    let fits = |classes: &[String]| classes.is_empty() || classes.contains(&facts.class);
    let rule = rules.profile.cancel.iter().find(|cancel| fits(&cancel.classes));
    rule.map_or(facts.starts_at, |cancel| limit::ends_at(&cancel.until, facts.starts_at, rules.calendar))
}

/// What is kept of the price when it is cancelled at a moment. `None`: it is too late for any of it to come back.
#[must_use]
pub fn kept(facts: &Facts, rules: Rules<'_>, now: Timestamp) -> Option<Money> {
    let ladder = &rules.profile.refund;
    if ladder.is_empty() {
        return Some(Money::ZERO);
    }
    let step = ladder.iter().find(|step| now < limit::ends_at(&step.until, facts.starts_at, rules.calendar))?;
    let paid = facts.paid.fen();
    let part = percent(facts.paid, step.keep_percent).fen();
    Some(Money::from_fen(part.max(step.keep_min_fen).min(paid)))
}

/// A part of an amount, rounded half up to the fen.
#[must_use]
pub const fn percent(amount: Money, percent: u8) -> Money {
    Money::from_fen((amount.fen() * percent as i64 + 50).div_euclid(100))
}

fn give_back(facts: &mut Facts, kept: Money) -> Option<Effect> {
    let amount = Money::from_fen(facts.paid.fen() - facts.refunded.fen() - kept.fen());
    (amount > Money::ZERO).then(|| {
        facts.refunded = Money::from_fen(facts.refunded.fen() + amount.fen());
        Effect::Refund { amount }
    })
}

fn cancel(facts: &mut Facts, rules: Rules<'_>, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    let before = facts.state;
    step(facts, Event::Cancelled)?;
    let release = Effect::Release { after: rules.profile.returns };
    // Putting back what one only looked at is no fault.
    if before == State::Held {
        return Ok(vec![release]);
    }
    let ends_at = cancel_ends_at(facts, rules);
    if now >= ends_at {
        return Err(Refusal::TooLate { closed_at: ends_at });
    }
    let kept = kept(facts, rules, now).unwrap_or(facts.paid);
    let mut effects = vec![release, Effect::Mark { fault: Fault::Cancel, on: now.date() }];
    effects.extend(give_back(facts, kept));
    effects.push(Effect::TellDepartment { event: Event::Cancelled });
    effects.push(Effect::Tell { event: Event::Cancelled });
    Ok(effects)
}

/// A department hears of a hold only when it is confirmed, and of its end only if it heard of it.
fn stop(facts: &mut Facts) -> Result<Vec<Effect>, Refusal> {
    let was_told = facts.state != State::Held;
    step(facts, Event::Stopped)?;
    let mut effects = vec![Effect::Release { after: None }];
    effects.extend(give_back(facts, Money::ZERO));
    effects.extend(was_told.then_some(Effect::TellDepartment { event: Event::Stopped }));
    effects.push(Effect::Tell { event: Event::Stopped });
    Ok(effects)
}

fn expire(facts: &mut Facts, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    if facts.state == State::Held && now < facts.held_until_at {
        return Err(Refusal::NotYet { from_at: facts.held_until_at });
    }
    step(facts, Event::Expired)?;
    // The moment at which a hold runs out is known to whoever held it: it must not be the moment of the next claim.
    Ok(vec![Effect::Release { after: profile.returns }, Effect::Tell { event: Event::Expired }])
}

/// The first instant at which it is too late to come.
#[must_use]
pub fn missed_at(facts: &Facts, profile: &Profile) -> Timestamp {
    let start = facts.starts_at.civil();
    let until = if start.hour() < 12 { profile.check_in.morning_until } else { profile.check_in.afternoon_until };
    until.map_or(facts.ends_at, |time| limit::at(start.date(), time).plus_ms(1))
}

fn check_in(facts: &mut Facts, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    if matches!(facts.state, State::CheckedIn | State::Done) {
        return Err(Refusal::AlreadyUsed);
    }
    let owed = owed(facts);
    if facts.state == State::Booked && profile.pay != Pay::Never && owed > Money::ZERO {
        return Err(Refusal::PaymentNeeded { amount: owed });
    }
    step(facts, Event::CheckedIn)?;
    let from_at = match profile.check_in.minutes_before {
        Some(minutes) => facts.starts_at.plus_ms(-i64::from(minutes) * MINUTE_MS),
        None => limit::midnight(facts.starts_at.date()),
    };
    let missed_at = missed_at(facts, profile);
    match () {
        () if now < from_at => Err(Refusal::NotYet { from_at }),
        () if now >= missed_at => Err(Refusal::TooLate { closed_at: missed_at }),
        () => Ok(vec![Effect::TellDepartment { event: Event::CheckedIn }]),
    }
}

fn miss(facts: &mut Facts, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    step(facts, Event::Missed)?;
    let from_at = missed_at(facts, profile);
    if now < from_at {
        return Err(Refusal::NotYet { from_at });
    }
    Ok(vec![Effect::Mark { fault: Fault::NoShow, on: facts.starts_at.date() }, Effect::Tell { event: Event::Missed }])
}

/// What was paid goes along to what costs no more, and what is left of it comes back. What costs more is paid for anew,
/// and then all of it comes back: one payment is one booking's.
fn exchange(facts: &mut Facts, to_price: Money, profile: &Profile, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    step(facts, Event::Moved)?;
    if facts.moves >= profile.moves_max {
        return Err(Refusal::NoMoreMoves { max: profile.moves_max });
    }
    if now >= facts.starts_at {
        return Err(Refusal::TooLate { closed_at: facts.starts_at });
    }
    let carried = if to_price > facts.paid { Money::ZERO } else { to_price };
    let mut effects = vec![Effect::Release { after: profile.returns }];
    effects.extend(give_back(facts, carried));
    effects.extend((carried > Money::ZERO).then_some(Effect::Carry { amount: carried }));
    effects.push(Effect::TellDepartment { event: Event::Moved });
    Ok(effects)
}

//! Exchanging a booking for another one of the same service.
//!
//! What costs no more is exchanged at once: the old one goes and the new one is there, in one commit, with what was paid
//! for the old one; what is left of it comes back. What costs more is held beside the old one until it is paid for, in
//! full, and its money makes the exchange: the old one goes in the commit in which the new one is paid, and all that was
//! paid for it comes back. So a payment is one booking's, and a refund never has to be split. If no money comes, the hold
//! runs out and nothing has changed.

use capability::booking::{Command, Refusal, State};
use kernel::{CityId, Error, Id, Kind, Money, Result};
use store::{BookingFacts, Carried, HoldRefused, MoveBooking};

use super::{
    claim::{Coming, Wanted},
    drive::With,
    hold::{HoldForm, HoldOutcome},
    view::InsteadView,
};
use crate::{Citizen, OnceKey, Platform};

/// A booking is written by more than its citizen: so often it is read again.
const TRIES_MAX: usize = 8;

impl Platform {
    /// Exchanges a booking for another one, or holds what costs more beside it.
    pub async fn move_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        id: Id,
        form: &HoldForm<'_>,
        key: OnceKey,
    ) -> Result<HoldOutcome> {
        let new = self.booking_id(citizen, &key);
        // Its department may be writing its number into the old one at this moment: then it is read and decided again.
        for _ in 0..TRIES_MAX {
            if let Some(outcome) = self.exchange(citizen, city, id, form, new).await? {
                return Ok(outcome);
            }
        }
        Err(Kind::Conflict("booking_changed").into())
    }

    /// `None` if somebody changed the old one meanwhile, or the new one's number is another's.
    async fn exchange(
        &self,
        citizen: &Citizen,
        city: &CityId,
        id: Id,
        form: &HoldForm<'_>,
        new: Id,
    ) -> Result<Option<HoldOutcome>> {
        let (cell, facts) = self.own_booking(citizen, city, id).await?;
        if cell.booking_facts(new).await?.is_some() {
            return Ok(Some(HoldOutcome::Booking(new)));
        }
        let mut wanted = self.wanted(city, &facts.service, form, facts.door).await?;
        let persons = self.persons(citizen, &wanted).await?;
        let priced = self.priced(&wanted, &persons)?;
        let coming = Coming { persons, priced };
        let total = coming.total();
        if form.quoted.is_some_and(|quoted| quoted != total) {
            return Ok(Some(HoldOutcome::Changed { total }));
        }
        let kept = self.kept_rules(&facts)?;
        let command = Command::Move { to_price: total };
        let decision = match capability::booking::decide(&facts.facts, &command, kept.rules(), self.now()) {
            Ok(decision) => decision,
            Err(refusal) => return self.refused(&cell, &wanted, refusal).await.map(Some),
        };
        if facts.facts.paid > Money::ZERO && total > facts.facts.paid {
            wanted.instead_of = Some(id);
            return self.hold_beside(citizen, &cell, &wanted, &coming, new).await;
        }
        let carried = Carried {
            paid: facts.facts.paid.min(total),
            payment: facts.payment,
            moves: facts.facts.moves.saturating_add(1),
        };
        let from = self.advance_of_booking(&facts, decision, &With::default(), self.now())?;
        let to = match self.claim(&cell, new, Some(citizen.account), &wanted, &coming).await? {
            Ok(to) => to,
            Err(refusal) => return self.refused(&cell, &wanted, refusal).await.map(Some),
        };
        match cell.move_booking(MoveBooking { from, to, carried }).await? {
            Ok(held) => {
                self.look_again(city, &facts.service);
                self.inner.bells.ring(Some(city));
                // The new one stands where the old one stood.
                self.confirm_if_ready(city, &cell, held.id).await?;
                Ok(Some(HoldOutcome::Booking(held.id)))
            }
            Err(HoldRefused::Refused(refusal)) => self.refused(&cell, &wanted, refusal).await.map(Some),
            Err(HoldRefused::Stale) => Ok(None),
            Err(_) => Err(Kind::Conflict("booking_changed").into()),
        }
    }

    /// A hold like any other, which knows what it is to replace.
    async fn hold_beside(
        &self,
        citizen: &Citizen,
        cell: &store::City,
        wanted: &Wanted<'_>,
        coming: &Coming,
        new: Id,
    ) -> Result<Option<HoldOutcome>> {
        let hold = match self.claim(cell, new, Some(citizen.account), wanted, coming).await? {
            Ok(hold) => hold,
            Err(refusal) => return self.refused(cell, wanted, refusal).await.map(Some),
        };
        match cell.hold(hold).await? {
            Ok(held) => {
                self.look_again(&wanted.offered.pack.city.id, &wanted.offered.service.id);
                Ok(Some(HoldOutcome::Booking(held.id)))
            }
            Err(HoldRefused::Refused(Refusal::Taken { .. })) if wanted.form.seats.is_empty() => Ok(None),
            Err(HoldRefused::Refused(refusal)) => self.refused(cell, wanted, refusal).await.map(Some),
            Err(HoldRefused::Stale) => Ok(None),
            Err(HoldRefused::KeyReused | HoldRefused::NoSuchPool) => Err(Kind::NotFound.into()),
        }
    }

    /// What a hold is to replace, once it is paid. Of one whose detail is gone with its account, nothing.
    pub(crate) async fn instead_of(&self, cell: &store::City, id: Id) -> Result<Option<Id>> {
        match cell.booking_detail(id).await? {
            Some(_) => Ok(self.booking_detail(cell, id).await?.instead_of),
            None => Ok(None),
        }
    }

    /// The money for a booking has come. If it was held beside another one, that one goes in the same commit.
    pub(crate) async fn booking_paid(
        &self,
        city: &CityId,
        cell: &store::City,
        id: Id,
        paid: Command,
        with: With,
    ) -> Result<std::result::Result<State, Refusal>> {
        let Some(old) = self.instead_of(cell, id).await? else {
            return self.drive_booking(city, cell, id, paid, with).await;
        };
        for _ in 0..TRIES_MAX {
            let from = cell.booking_facts(old).await?.ok_or(Kind::NotFound)?;
            let to = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
            // The old one came to an end by itself, and so did its money: the new one stands alone.
            if matches!(from.facts.state, State::Cancelled | State::Stopped | State::Refused) {
                return self.drive_booking(city, cell, id, paid, with).await;
            }
            match self.replace(city, cell, (&from, &to), &paid, &with).await? {
                Ok(None) => {}
                Ok(Some(state)) => return Ok(Ok(state)),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        Err(Error::internal("a booking changes faster than it can be exchanged"))
    }

    /// `None` if one of the two changed meanwhile. The rules of both are those of the moment at which the money came.
    async fn replace(
        &self,
        city: &CityId,
        cell: &store::City,
        (from, to): (&BookingFacts, &BookingFacts),
        paid: &Command,
        with: &With,
    ) -> Result<std::result::Result<Option<State>, Refusal>> {
        let now = self.now();
        let at = if let Command::Paid { paid_at, .. } = paid { *paid_at } else { now };
        let goes = Command::Move { to_price: to.facts.price };
        let (old_rules, new_rules) = (self.kept_rules(from)?, self.kept_rules(to)?);
        let mut stands = match capability::booking::decide(&to.facts, paid, new_rules.rules(), at) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let goes = match capability::booking::decide(&from.facts, &goes, old_rules.rules(), at) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        stands.facts.moves = from.facts.moves.saturating_add(1);
        let state = stands.facts.state;
        let goes = self.advance_of_booking(from, goes, &With::default(), now)?;
        let stands = self.advance_of_booking(to, stands, with, now)?;
        if !cell.replace_booking(goes, stands).await? {
            return Ok(Ok(None));
        }
        self.look_again(city, &from.service);
        self.inner.bells.ring(Some(city));
        Ok(Ok(Some(state)))
    }

    /// The booking that a hold is to replace, as its page names it.
    pub(crate) async fn instead_view(&self, cell: &store::City, old: Id) -> Result<Option<InsteadView>> {
        let Some(facts) = cell.booking_facts(old).await? else { return Ok(None) };
        let back = Money::from_fen(facts.facts.paid.fen() - facts.facts.refunded.fen());
        Ok(facts.facts.state.is_live().then(|| InsteadView { id: old, number: facts.number.clone(), back }))
    }

    /// What a payment is to have given back in all, when this booking's part of it is so much: what earlier bookings of
    /// the same payment left over went back before.
    pub(crate) async fn back_in_all(&self, cell: &store::City, facts: &BookingFacts, own: Money) -> Result<Money> {
        let (mut total, mut before) = (own, facts.moved_from);
        while let Some(id) = before {
            let Some(old) = cell.booking_facts(id).await?.filter(|old| old.payment == facts.payment) else { break };
            total = Money::from_fen(total.fen() + old.facts.refunded.fen());
            before = old.moved_from;
        }
        Ok(total)
    }
}

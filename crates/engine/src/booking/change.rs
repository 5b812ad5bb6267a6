//! What a citizen does with a booking of theirs: confirm it, ask for more time, agree to it, pay it, give it up. Exchanging
//! it is `exchange`.

use capability::booking::{Command, Refusal, State, rule::Pay};
use kernel::{CityId, Error, Id, Kind, Money, Result, access::Purpose};
use manifest::{act::Act, pay::Purpose as PayPurpose};
use store::{BillLine, BookingFacts, OpenPayment, OpenRefused};

use super::drive::With;
use crate::{
    Citizen, OnceKey, Platform,
    payment::{DETAIL, Detail, DetailLine},
    platform::{key_reused, need_real_name, once},
    real_name::PERSON,
};

/// The index of a bill: here, of a booking.
const BILL: &str = "payment.bill";

/// What comes of a wish about a booking.
pub type Wished<T> = std::result::Result<T, Refusal>;

impl Platform {
    pub async fn confirm_booking(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<Wished<State>> {
        let (cell, facts) = self.own_booking(citizen, city, id).await?;
        // Confirming twice is confirming once.
        if matches!(facts.facts.state, State::Booked | State::Paid) {
            return Ok(Ok(facts.facts.state));
        }
        self.drive_booking(city, &cell, id, Command::Confirm, With::default()).await
    }

    /// More time, once.
    pub async fn extend_hold(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<Wished<State>> {
        let (cell, _) = self.own_booking(citizen, city, id).await?;
        self.drive_booking(city, &cell, id, Command::Extend, With::default()).await
    }

    pub async fn cancel_booking(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<Wished<State>> {
        let (cell, facts) = self.own_booking(citizen, city, id).await?;
        if facts.facts.state == State::Cancelled {
            return Ok(Ok(State::Cancelled));
        }
        self.drive_booking(city, &cell, id, Command::Cancel, With::default()).await
    }

    /// Gives up all that can be given up, for somebody who leaves: nothing is kept from others by an account that is gone.
    /// What is too late to cancel stays, and the counter sees its number.
    pub(crate) async fn give_up_bookings(&self, citizen: &Citizen, city: &CityId, cell: &store::City) -> Result<()> {
        const MANY: u32 = 1_000;
        for id in cell.live_bookings(citizen.account, MANY).await? {
            if let Err(refusal) = self.drive_booking(city, cell, id, Command::Cancel, With::default()).await? {
                tracing::info!(booking = %id, code = refusal.code(), "a booking stays when its account goes");
            }
        }
        Ok(())
    }

    /// The other party agrees, by their own login: they are who the booking names. When all have agreed and nothing is to
    /// be paid, it is confirmed.
    pub async fn consent_booking(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<Wished<State>> {
        need_real_name(citizen)?;
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        let party = self.party_of(citizen, &facts).await?.ok_or(Kind::NotFound)?;
        if let Some(refusal) = self.all_may_come(city, &cell, &facts).await? {
            return Ok(Err(refusal));
        }
        let with = With { agreed: Some((party, citizen.account)), ..With::default() };
        let agreed = self.drive_booking(city, &cell, id, Command::Consent { party }, with).await?;
        match agreed {
            Ok(_) => self.confirm_if_ready(city, &cell, id).await.map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// The other party does not agree, by their own login. Whoever asked is told, and nothing is held any more.
    pub async fn decline_booking(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<Wished<State>> {
        need_real_name(citizen)?;
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        // Whoever asked gives it up instead.
        let party = self.party_of(citizen, &facts).await?.filter(|party| *party > 0).ok_or(Kind::NotFound)?;
        // Saying no twice is saying no once.
        if facts.facts.state == State::Declined {
            return Ok(Ok(State::Declined));
        }
        self.drive_booking(city, &cell, id, Command::Decline { party }, With::default()).await
    }

    /// The rules once more, with what the register says of everybody: they agree by asking and by consenting.
    async fn all_may_come(&self, city: &CityId, cell: &store::City, facts: &BookingFacts) -> Result<Option<Refusal>> {
        let offered = self.offered(city, &facts.service)?;
        let detail = self.booking_detail(cell, facts.id).await?;
        let persons: Vec<_> = detail.persons.iter().map(|one| &one.who).collect();
        let place = offered.place(&facts.names.place)?;
        self.may_marry(&offered, place, facts.facts.starts_at.date(), &persons, persons.len()).await
    }

    /// Which of the parties the citizen is, by their real name and not by what anybody typed.
    pub(crate) async fn party_of(&self, citizen: &Citizen, facts: &BookingFacts) -> Result<Option<u16>> {
        let (_, resident_id) = self.real_name_of(citizen, citizen.account, Purpose::Booking).await?;
        let person = self.inner.vault.index(PERSON, &resident_id);
        let place = facts.parties.iter().take(facts.facts.consents.len()).position(|party| party.person == person);
        Ok(place.and_then(|place| u16::try_from(place).ok()))
    }

    /// Confirms a hold for which nothing else is needed; any other stays as it is.
    pub(crate) async fn confirm_if_ready(&self, city: &CityId, cell: &store::City, id: Id) -> Result<State> {
        match self.drive_booking(city, cell, id, Command::Confirm, With::default()).await? {
            Ok(state) => Ok(state),
            Err(_) => {
                let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
                Ok(facts.facts.state)
            }
        }
    }

    /// The facts of a booking that the citizen made; for everybody else there is none.
    pub(crate) async fn own_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        id: Id,
    ) -> Result<(store::City, BookingFacts)> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.filter(|facts| facts.account == Some(citizen.account));
        Ok((cell, facts.ok_or(Kind::NotFound)?))
    }

    /// Opens the payment of what is owed for a booking, and answers with it. One is open at a time.
    pub async fn pay_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        id: Id,
        provider: &str,
        key: OnceKey,
    ) -> Result<Wished<Id>> {
        let (cell, facts) = self.own_booking(citizen, city, id).await?;
        self.provider(provider)?;
        let kept = self.kept_rules(&facts)?;
        let (now, owed) = (self.now(), owed(&facts));
        let payable = match (facts.facts.state, kept.profile.pay) {
            (State::Held, Pay::Upfront) if now >= facts.facts.held_until_at => {
                return Ok(Err(Refusal::HoldExpired { expired_at: facts.facts.held_until_at }));
            }
            (State::Held, Pay::Upfront) | (State::Booked, Pay::Later) => owed > Money::ZERO,
            _ => false,
        };
        if !payable {
            return match facts.payment {
                Some(payment) => Ok(Ok(payment)),
                None => Ok(Err(Refusal::WrongState { state: facts.facts.state })),
            };
        }
        if facts.facts.consents.iter().any(|agreed| !agreed) {
            let missing = facts.facts.consents.iter().filter(|agreed| !**agreed).count();
            return Ok(Err(Refusal::ConsentMissing { missing: u16::try_from(missing).unwrap_or(u16::MAX) }));
        }
        let opened = cell.open_payment(self.payment_of_booking(citizen, city, &facts, owed, provider, &key)?).await?;
        let payment = match opened {
            Ok(payment) | Err(OpenRefused::AlreadyOpen(payment) | OpenRefused::AlreadyPaid(Some(payment))) => payment,
            Err(OpenRefused::AlreadyOpenElsewhere) => return Err(Kind::Conflict("bill_open_elsewhere").into()),
            Err(OpenRefused::AlreadyPaid(None)) => return Err(Kind::Conflict("bill_paid").into()),
            Err(OpenRefused::KeyReused) => return Err(key_reused()),
        };
        self.note_payment(&cell, id, payment).await?;
        Ok(Ok(payment))
    }

    /// The booking knows its payment, so that a hold whose money is on its way is not swept up.
    async fn note_payment(&self, cell: &store::City, id: Id, payment: Id) -> Result<()> {
        for _ in 0..4 {
            let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
            if facts.payment == Some(payment) {
                return Ok(());
            }
            let mut advance = store::AdvanceBooking::to(id, facts.version, facts.facts, self.now());
            advance.payment = Some(Some(payment));
            if cell.advance_booking(advance).await? {
                return Ok(());
            }
        }
        Err(Error::internal("a booking changes faster than its payment can be noted"))
    }

    fn payment_of_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        facts: &BookingFacts,
        owed: Money,
        provider: &str,
        key: &OnceKey,
    ) -> Result<OpenPayment> {
        let (inner, now) = (&self.inner, self.now());
        let offered = self.offered(city, &facts.service)?;
        let department = offered.pack.bindings.act.get(&facts.service).and_then(|acts| acts.get(&Act::Book));
        let department = department.ok_or(Kind::Unavailable("department"))?.department.clone();
        let title = offered.offer.place(&facts.names.place).map(|place| place.name.zh_cn.clone()).unwrap_or_default();
        let line =
            DetailLine { bill: facts.id.to_string(), title, amount: owed, surcharge: Money::ZERO, decision: None };
        let detail = Detail {
            lines: vec![line],
            customer: facts.number.clone(),
            values: std::collections::BTreeMap::new(),
            answer_key: [0; 32],
        };
        let detail = serde_json::to_vec(&detail).map_err(Error::internal)?;
        let last = match facts.facts.state {
            State::Held => facts.facts.held_until_at,
            _ => now.plus_s(inner.limits.payment_s.into()).min(facts.facts.starts_at),
        };
        let (booking, amount) = (facts.id.to_string(), owed.fen().to_string());
        Ok(OpenPayment {
            id: self.payment_id(citizen, key),
            account: citizen.account,
            subject: Some(citizen.account),
            card: None,
            service: facts.service.clone(),
            payee: ledger::Account::merchant(&department).as_str().to_owned(),
            department,
            purpose: PayPurpose::Booking.word().to_owned(),
            bills: vec![BillLine { key: inner.vault.index(BILL, &booking), amount: owed, surcharge: Money::ZERO }],
            again: false,
            amount: owed,
            detail: inner.vault.seal(&*inner.rng, DETAIL, &detail),
            at: now,
            expires_at: last,
            attempt: self.new_order(&offered.pack, provider, owed)?,
            once: Some(once(citizen, key, "pay", &[city.as_str(), facts.service.as_str(), &booking, &amount])),
        })
    }
}

pub(crate) fn owed(facts: &BookingFacts) -> Money {
    Money::from_fen(facts.facts.price.fen() - facts.facts.paid.fen())
}

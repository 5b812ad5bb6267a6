//! Errands of a booking: telling the department, a word to the citizens, and what was paid on its way back. Each is a
//! message of the outbox with a key that never changes, repeated until the other side has answered.

use capability::{
    booking::{Command, Event, Refusal, coach, pool::Taken},
    payment,
};
use kernel::{CityId, Error, Id, Kind, Money, Result, Timestamp, access::Purpose};
use manifest::{Act, binding::Row, booking::BookingKind};
use store::{BookingFacts, OutboxRow, PaymentFacts};

use super::{
    claim::{DETAIL, Detail, DetailPerson},
    drive::{BACK, BookingErrand, OFFERED, REMINDER, SAY, TELL, With, withdrawal},
    offer::Offered,
};
use crate::{
    Platform,
    act::{Said, Values, civil, put_money},
    outbox::Delivery,
    payment::{Beside, Detail as PaymentDetail},
    sign_in::PHONE,
};

/// Seconds until a payment that is just being posted is looked at again.
const POSTING_LOOK_S: i64 = 2;

pub(crate) fn is_errand(kind: &str) -> bool {
    matches!(kind, TELL | SAY | BACK)
}

impl Platform {
    pub(crate) async fn run_booking_errand(
        &self,
        city: &CityId,
        cell: &store::City,
        row: &OutboxRow,
        payload: &[u8],
    ) -> Result<Delivery> {
        let broken = |_| Error::internal("a message that this binary does not know");
        let errand: BookingErrand = serde_json::from_slice(payload).map_err(broken)?;
        let Some(facts) = cell.booking_facts(errand.booking).await? else { return Ok(Delivery::Done) };
        match row.kind.as_str() {
            TELL => self.tell_department(city, cell, row, &errand, &facts).await,
            SAY => self.say_of_booking(city, row.key, &errand, &facts).await,
            _ => self.give_back_of(city, cell, row, &errand, &facts).await,
        }
    }

    /// Tells the department what happened. Its no to a new booking makes the citizen whole; its no to the end of one
    /// changes nothing here.
    async fn tell_department(
        &self,
        city: &CityId,
        cell: &store::City,
        row: &OutboxRow,
        errand: &BookingErrand,
        facts: &BookingFacts,
    ) -> Result<Delivery> {
        let event = Event::parse(&errand.event).ok_or_else(|| Error::internal("an event that nobody knows"))?;
        let act = match event {
            Event::Confirmed | Event::Paid => Act::Book,
            Event::CheckedIn => Act::Arrive,
            _ => Act::Unbook,
        };
        // It was given up before the department heard of it: then it need not hear of either.
        if act == Act::Book && !facts.facts.state.takes_stock() {
            return Ok(Delivery::Done);
        }
        let offered = self.offered(city, &facts.service)?;
        let values = self.values_of(&offered, cell, facts, (act, errand), row.key).await?;
        let said = self.told(&offered.pack, &offered.service, act, values).await;
        let said = said.map_err(|failure| Error::new(Kind::Unavailable("department")).because(failure))?;
        match said {
            Said::Yes(said) => {
                self.department_knows(cell, facts, act, text(&said, "ref"), row.key).await?;
                Ok(Delivery::Settled)
            }
            Said::No { reason, row: said } if act == Act::Book => {
                tracing::warn!(booking = %facts.id, service = %facts.service, reason, "a department refuses a booking");
                let command = Command::Refuse { unit_gone: text(&said, "unit_gone") == "yes" };
                let with = With { delivered: Some(row.key), ..With::default() };
                match self.drive_booking(city, cell, facts.id, command, with).await? {
                    Ok(_) => Ok(Delivery::Settled),
                    // It came to an end meanwhile.
                    Err(_) => Ok(Delivery::Done),
                }
            }
            Said::No { reason, .. } => {
                tracing::warn!(booking = %facts.id, service = %facts.service, act = act.word(), reason, "a department says no");
                Ok(Delivery::Done)
            }
        }
    }

    /// Keeps what the department calls it, and takes the message away in the same commit. What came to an end while the
    /// department was being told of it is taken back from it: the word of that end may have been the quicker one.
    async fn department_knows(
        &self,
        cell: &store::City,
        facts: &BookingFacts,
        act: Act,
        called: String,
        key: Id,
    ) -> Result<()> {
        let mut facts = facts.clone();
        for _ in 0..8 {
            let mut advance = store::AdvanceBooking::to(facts.id, facts.version, facts.facts.clone(), self.now());
            advance.department_ref = (!called.is_empty()).then(|| called.clone());
            advance.delivered = Some(key);
            if act == Act::Book && !facts.facts.state.takes_stock() {
                advance.messages.push(withdrawal(&facts, self.now())?);
            }
            if cell.advance_booking(advance).await? {
                return Ok(());
            }
            facts = cell.booking_facts(facts.id).await?.ok_or(Kind::NotFound)?;
        }
        Err(Error::internal("a booking changes faster than it can be noted"))
    }

    /// Sealed and opened by the machine that tells the department: nobody looks at it there.
    pub(crate) async fn booking_detail(&self, cell: &store::City, id: Id) -> Result<Detail> {
        let sealed = cell.booking_detail(id).await?.ok_or_else(|| Error::internal("a booking without its detail"))?;
        let read = self.inner.vault.process(DETAIL, &sealed, |bytes| serde_json::from_slice(bytes))?;
        read.map_err(|_| Error::internal("a booking's detail cannot be read"))
    }

    async fn values_of(
        &self,
        offered: &Offered,
        cell: &store::City,
        facts: &BookingFacts,
        (act, errand): (Act, &BookingErrand),
        key: Id,
    ) -> Result<Values> {
        let detail = match cell.booking_detail(facts.id).await? {
            // Whoever deleted their account is nobody's any more. A withdrawal needs the number and no name.
            None if act == Act::Unbook => Detail::default(),
            _ => self.booking_detail(cell, facts.id).await?,
        };
        let phone = match facts.account {
            Some(account) => self.phone_of(account).await?,
            None => String::new(),
        };
        let payment = match facts.payment {
            Some(id) => cell.payment_facts(id).await?,
            None => None,
        };
        let mut values = told(offered, facts, &detail, payment.as_ref());
        let own = [
            ("key", key.to_string()),
            ("event", said_event(&errand.event, facts).to_owned()),
            ("at", civil(Timestamp(errand.at))),
            ("phone", phone),
            ("ref", facts.department_ref.clone().unwrap_or_default()),
            ("reason", errand.event.clone()),
        ];
        values.extend(own.map(|(name, value)| (name.to_owned(), value)));
        put_money(&mut values, "back", errand.amount);
        Ok(values)
    }

    async fn phone_of(&self, account: kernel::AccountId) -> Result<String> {
        let (at, purpose) = (self.now(), Purpose::Booking);
        let access = kernel::Access {
            at,
            actor: kernel::Actor::Platform,
            subject: account,
            purpose,
            service: None,
            door: "job",
        };
        let Some((profile, receipt)) = self.inner.stores.platform().open_profile(access).await? else {
            return Ok(String::new());
        };
        self.open_text(PHONE, &profile.phone, &receipt)
    }

    /// A word to everybody whose login the booking knows.
    async fn say_of_booking(
        &self,
        city: &CityId,
        key: Id,
        errand: &BookingErrand,
        facts: &BookingFacts,
    ) -> Result<Delivery> {
        let Ok(offered) = self.offered(city, &facts.service) else { return Ok(Delivery::Done) };
        let text = match Event::parse(&errand.event) {
            Some(event) => super::say::text(&offered, facts, event),
            None if errand.event == REMINDER && facts.facts.state.is_live() => {
                Some(super::say::reminder(&offered, facts))
            }
            None if errand.event == OFFERED => Some(super::say::offer(&offered, facts)),
            None => None,
        };
        let Some(text) = text else { return Ok(Delivery::Done) };
        let mut accounts: Vec<_> = facts.account.into_iter().collect();
        accounts.extend(facts.parties.iter().filter_map(|party| party.account));
        accounts.sort_unstable();
        accounts.dedup();
        for account in accounts {
            let each = crate::callback::id_of(&[&key.0, &account.0]);
            self.text_to(account, each, &text).await?;
        }
        Ok(Delivery::Done)
    }

    /// What was paid goes back by the payment's own machine, as soon as it stands there.
    async fn give_back_of(
        &self,
        city: &CityId,
        cell: &store::City,
        _row: &OutboxRow,
        errand: &BookingErrand,
        facts: &BookingFacts,
    ) -> Result<Delivery> {
        let Some(payment) = facts.payment else {
            tracing::error!(booking = %facts.id, "money is to go back that no payment explains");
            return Ok(Delivery::Done);
        };
        let total = self.back_in_all(cell, facts, errand.amount).await?;
        let command = payment::Command::GiveBack { total };
        match self.drive(city, cell, payment, command, Beside::default()).await? {
            Ok(_) => Ok(Delivery::Done),
            Err(payment::Refusal::NotNow(payment::State::Paid | payment::State::Posting)) => {
                Ok(Delivery::Later(POSTING_LOOK_S))
            }
            Err(refusal) => {
                tracing::error!(booking = %facts.id, %payment, code = refusal.code(), "money that is owed does not go back");
                Ok(Delivery::Done)
            }
        }
    }

    /// The posting of a payment whose biller is a booking: whether the booking takes it.
    pub(crate) async fn post_to_booking(
        &self,
        city: &CityId,
        cell: &store::City,
        payment: &PaymentFacts,
        detail: &PaymentDetail,
    ) -> Result<payment::Command> {
        let named = detail.lines.first().and_then(|line| Id::parse(&line.bill));
        let id = named.ok_or_else(|| Error::internal("a payment of a booking that names none"))?;
        let (amount, paid_at) = (payment.amount, payment.paid_at.unwrap_or_else(|| self.now()));
        let with = With { payment: Some(Some(payment.id)), ..With::default() };
        let taken = self.booking_paid(city, cell, id, Command::Paid { amount, paid_at }, with).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        let again = facts.payment == Some(payment.id) && facts.facts.paid >= amount;
        match taken {
            Ok(_) => Ok(payment::Command::BillerAccepted { biller_ref: facts.number }),
            // It was told before, and the answer was lost.
            Err(Refusal::WrongState { .. }) if again => {
                Ok(payment::Command::BillerAccepted { biller_ref: facts.number })
            }
            Err(refusal) => {
                tracing::info!(booking = %id, payment = %payment.id, code = refusal.code(), "a booking does not take what was paid");
                Ok(payment::Command::BillerRefused)
            }
        }
    }
}

fn text(said: &Row, field: &str) -> String {
    said.get(field).map(manifest::Value::text).unwrap_or_default()
}

/// What a department is told of a booking, beside what happened.
fn told(offered: &Offered, facts: &BookingFacts, detail: &Detail, payment: Option<&PaymentFacts>) -> Values {
    let names = &facts.names;
    let place = offered.offer.place(&names.place);
    let found = place.and_then(|place| place.resource(&names.resource));
    let first = detail.persons.first();
    let join = |of: &dyn Fn(&DetailPerson) -> String| detail.persons.iter().map(of).collect::<Vec<_>>().join(",");
    let matter = offered.offer.matter(&names.matter);
    let paid = payment.and_then(|payment| payment.attempts.iter().find(|attempt| attempt.paid_at.is_some()));
    let mut values = Values::new();
    let own = [
        ("number", facts.number.clone()),
        ("place", names.place.clone()),
        ("place_name", place.map(|place| place.name.zh_cn.clone()).unwrap_or_default()),
        ("section", names.section.clone()),
        ("section_name", found.map(|(section, _)| section.name.zh_cn.clone()).unwrap_or_default()),
        ("resource", names.resource.clone()),
        ("resource_name", found.map(|(_, resource)| resource.name.zh_cn.clone()).unwrap_or_default()),
        ("matter", matter.map(|matter| matter.id.clone()).unwrap_or_default()),
        ("matter_name", matter.map(|matter| matter.name.zh_cn.clone()).unwrap_or_default()),
        ("class", facts.facts.class.clone()),
        ("unit", unit_labels(offered, facts).join(",")),
        ("on", facts.facts.starts_at.date().to_string()),
        ("starts_at", civil(facts.facts.starts_at)),
        ("ends_at", civil(facts.facts.ends_at)),
        ("period", period(facts)),
        ("name", first.map(|one| one.who.name.clone()).unwrap_or_default()),
        ("resident_id", first.map(|one| one.who.resident_id.clone()).unwrap_or_default()),
        ("persons", detail.persons.len().to_string()),
        ("names", join(&|one| one.who.name.clone())),
        ("ids", join(&|one| one.who.resident_id.clone())),
        ("kinds", join(&|one| one.concession.clone().unwrap_or_else(|| "full".to_owned()))),
        ("from", detail.from.clone().unwrap_or_default()),
        ("to", detail.to.clone().unwrap_or_default()),
        ("order_no", payment.map(|payment| payment.id.to_string()).unwrap_or_default()),
        ("provider", paid.map(|attempt| attempt.provider.to_string()).unwrap_or_default()),
        ("trade_no", paid.and_then(|attempt| attempt.trade_no.clone()).unwrap_or_default()),
        ("door", facts.door.word().to_owned()),
    ];
    values.extend(own.map(|(name, value)| (name.to_owned(), value)));
    put_money(&mut values, "price", facts.facts.price);
    put_money(&mut values, "paid", facts.facts.paid);
    values
}

/// The half-hour as it is printed: 08:00-08:30.
fn period(facts: &BookingFacts) -> String {
    let (from, to) = (facts.facts.starts_at.civil(), facts.facts.ends_at.civil());
    format!("{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), to.hour(), to.minute())
}

/// The word of what happened as departments know it.
fn said_event(event: &str, facts: &BookingFacts) -> &'static str {
    match Event::parse(event) {
        Some(Event::Confirmed) if facts.facts.paid > Money::ZERO => "paid",
        Some(Event::Confirmed) | None => "booked",
        Some(event) => event.word(),
    }
}

/// What the units are called: the number of an appointment, the label of a seat. Nothing where units have no names.
pub(crate) fn unit_labels(offered: &Offered, facts: &BookingFacts) -> Vec<String> {
    let Some(taken) = facts.parts.iter().map(|(_, taken)| taken).find(|taken| !taken.units.is_empty()) else {
        return Vec::new();
    };
    let kind = offered.service.booking.as_ref().map(|booking| booking.kind);
    match kind {
        Some(BookingKind::Coach) => seat_labels(offered, facts, taken),
        _ => taken.units.iter().map(u32::to_string).collect(),
    }
}

fn seat_labels(offered: &Offered, facts: &BookingFacts, taken: &Taken) -> Vec<String> {
    let place = offered.offer.place(&facts.names.place);
    let seats = place
        .and_then(|place| place.resource(&facts.names.resource))
        .and_then(|(_, resource)| resource.seats.as_ref())
        .map(coach::seats)
        .unwrap_or_default();
    let label = |unit: &u32| {
        seats.iter().find(|seat| seat.unit == *unit).map_or_else(|| unit.to_string(), |seat| seat.label.clone())
    };
    taken.units.iter().map(label).collect()
}

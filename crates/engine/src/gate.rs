//! The gate: a voucher lets in once, whether there is a line or not.
//!
//! What the signature can say is said without asking anybody; that a booking was given up or used, only the city knows.
//! A gate that was offline sends what it let in when the line is back, each entry under a key of its own, so that a repeat
//! is a repeat and somebody else's second entry is not.

pub mod view;

use capability::booking::{
    Command, Refusal, State,
    ticket::check_room,
    voucher::{PlaceKey, Presented, Show},
};
use kernel::{CityId, Date, Error, Kind, Result, Timestamp, identifier::normalise};
use store::{BookingFacts, TallyOf};

use crate::{
    Deed, OnceKey, Platform, Staff, Verb,
    booking::{drive::With, price::concessions, show},
    counter::{Desk, DeskAt, lets_in},
};

pub use view::{Entered, Entry, GateRefused, GateView};

/// What a device is told at once; it asks again for what comes later.
const GONE_MAX: u32 = 20_000;
/// An entry of a gate that was away is believed so far back. Longer than any outage, shorter than a forger's patience.
const AWAY_S: i64 = 24 * 3600;

type Outcome = std::result::Result<Entered, GateRefused>;

/// What a scan led to, before anything is changed.
struct Scanned {
    facts: BookingFacts,
    at_gate: Vec<Show>,
}

impl Platform {
    /// Everything that a gate needs to work on its own today. `since`: numbers that went out of use from then on.
    pub async fn gate(&self, staff: &Staff, city: &CityId, at: &DeskAt, since: Timestamp) -> Result<GateView> {
        let desk = self.desk_at(staff, Verb::LetIn, city, at)?;
        let place = desk.offered.place(&at.place)?;
        let cell = self.inner.stores.city(city).await?;
        let (now, signer) = (self.now(), self.signer(city)?);
        let on = now.date();
        let (entered, inside) = self.inside(&cell, at, on).await?;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let profile = desk.offered.profile(place, on)?;
        let concessions = concessions(&desk.offered, place, on);
        Ok(GateView {
            at: at.clone(),
            place: place.name.clone(),
            on,
            key: hex(signer.public().bytes()),
            key_hash: hex(&signer.public().hash()),
            city_code: desk.offered.pack.city.code.parse().map_err(Error::internal)?,
            place_key: hex(&PlaceKey::of(at.service.as_str(), &at.place).0),
            early_minutes: profile.check_in.minutes_before,
            concessions: concessions.into_iter().map(|one| (one.id, one.name)).collect(),
            gone: cell.gone_of(&at.service, &at.place, on, since, GONE_MAX).await?,
            as_of: now,
            entered,
            inside,
            instant: self.instant(&desk, at, on),
        })
    }

    fn instant(&self, desk: &Desk, at: &DeskAt, on: Date) -> Option<u32> {
        let id = desk.offered.offer.place(&at.place)?.ticket.as_deref()?;
        desk.offered.catalogue.rules.booking.ticket_on(on, id).map(|rule| rule.instant)
    }

    /// How many came today, and how many of them have not left.
    async fn inside(&self, cell: &store::City, at: &DeskAt, on: Date) -> Result<(u32, u32)> {
        let of = TallyOf { service: at.service.clone(), place: Some(at.place.clone()), from_on: on, to_on: on };
        let tallies = cell.tallies(of).await?;
        let counts = tallies.iter().flat_map(|tally| &tally.counts);
        let entered: u64 =
            counts.filter(|(state, _)| matches!(state, State::CheckedIn | State::Done)).map(|(_, units)| units).sum();
        let left = cell.left_of(&at.service, &at.place, on).await?;
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok((small(entered), small(entered.saturating_sub(left))))
    }

    /// Lets somebody in, once. What is refused is on record with its reason, forged vouchers included.
    pub async fn let_in(&self, staff: &Staff, city: &CityId, at: &DeskAt, entry: &Entry) -> Result<Outcome> {
        let desk = self.desk_at(staff, Verb::LetIn, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let scanned = match self.scanned(city, &cell, at, &entry.text).await? {
            Ok(scanned) => scanned,
            Err(refused) => {
                self.note_in(staff, city, "gate", &format!("gate {at}"), refused.code()).await?;
                return Ok(Err(refused));
            }
        };
        let number = scanned.facts.number.clone();
        // Asking for what has to be seen is no deed yet.
        if !scanned.at_gate.is_empty() && !entry.seen && lets_in(scanned.facts.facts.state) {
            let persons = scanned.facts.units();
            return Ok(Err(GateRefused::Show { number, persons, at_gate: scanned.at_gate }));
        }
        let deed = Deed {
            verb: Verb::LetIn,
            city,
            department: Some(&desk.department),
            place: &at.place,
            object: format!("booking {}", scanned.facts.id),
            reason: "",
        };
        let mut refused = None;
        let work = async {
            match self.go_in(city, &cell, &desk, at, &scanned.facts, entry).await? {
                Ok(entered) => Ok(entered),
                Err(why) => {
                    let code = why.code();
                    refused = Some(why);
                    Err(Error::new(Kind::Conflict(code)))
                }
            }
        };
        let outcome = self.deed(staff, deed, work).await;
        match (outcome, refused) {
            (_, Some(why)) => Ok(Err(why)),
            (Ok(entered), None) => Ok(Ok(entered)),
            (Err(error), None) => Err(error),
        }
    }

    /// The booking behind a voucher or a number, if it is one of this place.
    async fn scanned(
        &self,
        city: &CityId,
        cell: &store::City,
        at: &DeskAt,
        text: &str,
    ) -> Result<std::result::Result<Scanned, GateRefused>> {
        let (number, at_gate) = match Presented::read(&normalise(text)) {
            None => return Ok(Err(GateRefused::Unreadable)),
            Some(Presented::Number(number)) => (number, None),
            Some(Presented::Voucher(text)) => match self.read_voucher(city, &text)? {
                Err(_) => return Ok(Err(GateRefused::Forged)),
                Ok(voucher) if voucher.place != PlaceKey::of(at.service.as_str(), &at.place) => {
                    return Ok(Err(GateRefused::OtherPlace));
                }
                Ok(voucher) => (voucher.number, Some(voucher.at_gate)),
            },
        };
        let Some(id) = cell.booking_by_number(&number).await? else { return Ok(Err(GateRefused::Unknown)) };
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        if facts.service != at.service || facts.names.place != at.place {
            return Ok(Err(GateRefused::OtherPlace));
        }
        // Whoever says a number shows the same as whoever shows the voucher.
        let at_gate = match at_gate {
            Some(at_gate) => at_gate,
            None => show::shows(&self.booking_detail(cell, id).await?),
        };
        Ok(Ok(Scanned { facts, at_gate }))
    }

    async fn go_in(
        &self,
        city: &CityId,
        cell: &store::City,
        desk: &Desk,
        at: &DeskAt,
        facts: &BookingFacts,
        entry: &Entry,
    ) -> Result<Outcome> {
        // A key that a gate made is like that of any form; without one, every scan is a new entry.
        let key = OnceKey::parse(&entry.key).unwrap_or_else(|_| OnceKey::random(&*self.inner.rng));
        let now = self.now();
        let entered_at = entry.at.filter(|at| *at <= now && now.since_ms(*at) <= AWAY_S * 1000).unwrap_or(now);
        let on = facts.facts.starts_at.date();
        let (_, inside) = self.inside(cell, at, on).await?;
        let instant = self.instant(desk, at, on);
        // Who went in while there was no line is inside already: counting them again helps nobody.
        if let (Some(instant), None, true) = (instant, entry.at, lets_in(facts.facts.state))
            && let Err(Refusal::Full { inside, max }) = check_room(inside, facts.units(), instant)
        {
            return Ok(Err(GateRefused::Full { inside, max }));
        }
        let written = cell.gate_entry(facts.id, key.as_str(), entered_at).await?;
        let own = written.key == key.as_str();
        let entered = |inside| Entered { number: facts.number.clone(), persons: facts.units(), inside, instant };
        let with = With { happened_at: Some(entered_at), ..With::default() };
        match self.drive_booking(city, cell, facts.id, Command::CheckIn, with).await? {
            Ok(_) => {
                if !own {
                    cell.set_gate_entry(facts.id, key.as_str(), entered_at).await?;
                }
                Ok(Ok(entered(inside.saturating_add(facts.units()))))
            }
            // The answer to the first report was lost.
            Err(Refusal::AlreadyUsed) if own && !written.new => Ok(Ok(entered(inside))),
            Err(refusal) => {
                if own && written.new {
                    cell.drop_gate_entry(facts.id, key.as_str()).await?;
                }
                Ok(Err(gate_refusal(&refusal, (!written.new).then_some(written.at))))
            }
        }
    }

    /// So many people have left.
    pub async fn left(&self, staff: &Staff, city: &CityId, at: &DeskAt, people: u32) -> Result<()> {
        let desk = self.desk_at(staff, Verb::LetIn, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let object = format!("gate {at} left {people}");
        let (department, place) = (Some(&desk.department), at.place.as_str());
        let deed = Deed { verb: Verb::LetIn, city, department, place, object, reason: "" };
        let on = self.now().date();
        let work = async { Ok(cell.gate_left(&at.service, &at.place, on, people).await?) };
        self.deed(staff, deed, work).await
    }
}

/// A refusal of the rules in the words of a gate.
fn gate_refusal(refusal: &Refusal, used_at: Option<Timestamp>) -> GateRefused {
    match refusal {
        Refusal::AlreadyUsed => GateRefused::Used { at: used_at },
        Refusal::NotYet { from_at } => GateRefused::NotYet { from_at: *from_at },
        Refusal::TooLate { closed_at } => GateRefused::TooLate { closed_at: *closed_at },
        Refusal::PaymentNeeded { .. } => GateRefused::Unpaid,
        Refusal::WrongState { state } => GateRefused::Gone { state: *state },
        Refusal::Stopped => GateRefused::Gone { state: State::Stopped },
        Refusal::HoldExpired { .. } => GateRefused::Gone { state: State::Expired },
        _ => GateRefused::Gone { state: State::Cancelled },
    }
}

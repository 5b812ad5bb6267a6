//! A claim as the store takes it: which pools, which of their units, for whom, sealed and counted.

use std::sync::Arc;

use capability::booking::{
    Refusal,
    hold::Rules,
    plan,
    pool::{Door, Legs, Take},
    ticket,
};
use kernel::{
    AccountId, CityId, Error, Id, Index, Kind, Money, Result, Rng, ServiceId, Timestamp, identifier::Mistake,
};
use manifest::booking::{
    BookingKind, Profile,
    offer::{Place, Resource},
};
use serde::{Deserialize, Serialize};
use store::{BookingNames, Hold, HoldParty};

use super::{
    companion::{Kin, Who},
    hold::HoldForm,
    offer::{Offered, SITTING, journey},
    price::{Priced, Said},
    unit::slots,
};
use crate::{Platform, real_name::PERSON};

/// The field of the sealed detail, and the index by number and tail.
pub(crate) const DETAIL: &str = "booking.detail";
const LOOKUP: &str = "booking.lookup";

/// What the pages of a booking, the counter and the department need, sealed with it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) persons: Vec<DetailPerson>,
    #[serde(default)]
    pub(crate) from: Option<String>,
    #[serde(default)]
    pub(crate) to: Option<String>,
    #[serde(default)]
    pub(crate) band: String,
    /// How the page that made it can be filled in again.
    #[serde(default)]
    pub(crate) period: Option<(u32, u32)>,
    /// The booking whose place it takes when it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instead_of: Option<Id>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DetailPerson {
    pub(crate) who: Who,
    pub(crate) price: Money,
    #[serde(default)]
    pub(crate) concession: Option<String>,
    #[serde(default)]
    pub(crate) height_cm_max: Option<u16>,
    #[serde(default)]
    pub(crate) proofs: Vec<String>,
    pub(crate) seat: bool,
}

impl DetailPerson {
    fn of(who: &Who, priced: &Priced) -> Self {
        Self {
            who: who.clone(),
            price: priced.price,
            concession: priced.concession.clone(),
            height_cm_max: priced.at_gate.height_cm_max,
            proofs: priced.at_gate.proofs.clone(),
            seat: priced.ride.seat,
        }
    }
}

/// Everybody for whom a claim is, and what each pays.
pub(crate) struct Coming {
    pub(crate) persons: Vec<(Who, Said)>,
    pub(crate) priced: Vec<Priced>,
}

impl Coming {
    pub(crate) fn total(&self) -> Money {
        Money::from_fen(self.priced.iter().map(|one| one.price.fen()).sum())
    }
}

/// What a claim is about, before anything is known of the persons.
pub(crate) struct Wanted<'a> {
    pub(crate) offered: Offered,
    pub(crate) profile: Arc<Profile>,
    pub(crate) place_id: String,
    pub(crate) resource_id: Option<String>,
    pub(crate) names: BookingNames,
    pub(crate) class: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) legs: Legs,
    /// The pools, in the order in which they are taken: for a journey people before seats.
    pub(crate) pools: Vec<store::PoolInfo>,
    pub(crate) form: &'a HoldForm<'a>,
    pub(crate) door: Door,
    pub(crate) drawn: bool,
    /// The booking whose place it takes when it is paid.
    pub(crate) instead_of: Option<Id>,
}

impl Wanted<'_> {
    pub(crate) fn place(&self) -> Result<&Place> {
        self.offered.place(&self.place_id)
    }

    pub(crate) fn resource(&self) -> Option<&Resource> {
        let id = self.resource_id.as_deref()?;
        self.place().ok()?.resource(id).map(|(_, resource)| resource)
    }

    pub(crate) fn kind(&self) -> Result<BookingKind> {
        Ok(self.offered.booking()?.kind)
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        self.offered.rules(&self.profile)
    }
}

impl Platform {
    /// What is asked for, found among what is offered. `NotFound` for what is not offered at all.
    pub(crate) async fn wanted<'a>(
        &self,
        city: &CityId,
        service: &ServiceId,
        form: &'a HoldForm<'a>,
        door: Door,
    ) -> Result<Wanted<'a>> {
        let offered = self.priced_offer(city, service).await?;
        let place = offered.place(form.at.place)?;
        let kind = offered.booking()?.kind;
        let profile = offered.profile(place, self.now().date())?;
        let found = form.at.resource.and_then(|id| place.resource(id));
        if kind != BookingKind::Ticket && found.is_none() {
            return Err(Kind::NotFound.into());
        }
        let matter = form.at.matter.unwrap_or_default();
        let takes = found.is_none_or(|(_, resource)| resource.takes(matter));
        if !offered.offer.matter.is_empty() && (offered.offer.matter(matter).is_none() || !takes) {
            return Err(Error::field("matter", Mistake::Empty("办理事项 / matter")));
        }
        let pools = self.pools_known(city, service).await?;
        let Picked { pools, legs, starts_at, ends_at } = picked(&offered, place, form, &pools)?;
        let names = BookingNames {
            place: place.id.clone(),
            section: found.map(|(section, _)| section.id.clone()).unwrap_or_default(),
            resource: found.map(|(_, resource)| resource.id.clone()).unwrap_or_default(),
            matter: if matter.is_empty() { offered.service.id.to_string() } else { matter.to_owned() },
        };
        let (place_id, resource_id) = (place.id.clone(), found.map(|(_, resource)| resource.id.clone()));
        let class = found.map(|(_, resource)| resource.class.clone()).unwrap_or_default();
        Ok(Wanted {
            profile,
            place_id,
            resource_id,
            names,
            class,
            starts_at,
            ends_at,
            legs,
            pools,
            form,
            door,
            offered,
            drawn: false,
            instead_of: None,
        })
    }

    /// The claim as the store takes it.
    pub(crate) async fn claim(
        &self,
        cell: &store::City,
        id: Id,
        account: Option<AccountId>,
        wanted: &Wanted<'_>,
        coming: &Coming,
    ) -> Result<std::result::Result<Hold, Refusal>> {
        let (inner, now) = (&self.inner, self.now());
        let Coming { persons, priced } = coming;
        let pools = match self.takes(cell, wanted, priced).await? {
            Ok(pools) => pools,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (starts_at, ends_at) = match (wanted.kind()?, pools.first()) {
            (BookingKind::Appointment, Some((_, take))) => {
                unit_times(&wanted.pools[0], &take.chosen).unwrap_or((wanted.starts_at, wanted.ends_at))
            }
            _ => (wanted.starts_at, wanted.ends_at),
        };
        let party_count = u16::from(wanted.offered.booking()?.parties.max(1));
        let mut parties = Vec::with_capacity(persons.len());
        for (place, (who, _)) in persons.iter().enumerate() {
            let resident = who.resident(now.date())?;
            let own = account.filter(|_| place == 0 && who.kin == Kin::Own);
            let person = inner.vault.index(PERSON, resident.expose());
            parties.push(HoldParty { account: own, person, born_on: resident.birth() });
        }
        let detail = Detail {
            persons: persons.iter().zip(priced).map(|((who, _), priced)| DetailPerson::of(who, priced)).collect(),
            from: wanted.form.at.from.map(str::to_owned),
            to: wanted.form.at.to.map(str::to_owned),
            band: wanted.form.band.to_owned(),
            period: wanted.form.period,
            instead_of: wanted.instead_of,
        };
        let detail = serde_json::to_vec(&detail).map_err(Error::internal)?;
        let tail = persons.first().map(|(who, _)| id_tail(&who.resident_id)).unwrap_or_default();
        Ok(Ok(Hold {
            id,
            request: request(wanted, coming.total()),
            lookup: Some(self.lookup(id, &tail)),
            account,
            service: wanted.offered.service.id.clone(),
            pools,
            door: wanted.door,
            class: wanted.class.clone(),
            names: wanted.names.clone(),
            fault_scope: wanted.offered.offer.profile_of(wanted.place()?).to_owned(),
            starts_at,
            ends_at,
            parties,
            party_count,
            price: coming.total(),
            drawn: wanted.drawn,
            waiting: None,
            profile: Arc::clone(&wanted.profile),
            calendar: Arc::clone(&wanted.offered.catalogue.calendar),
            detail: inner.vault.seal(&*inner.rng, DETAIL, &detail),
            messages: Vec::new(),
            at: now,
        }))
    }

    /// What only those who have the number of a booking and know its first person can say.
    pub(crate) fn lookup(&self, id: Id, tail: &str) -> Index {
        self.inner.vault.index(LOOKUP, &format!("{id}|{tail}"))
    }

    /// What is taken of which pool.
    pub(crate) async fn takes(
        &self,
        cell: &store::City,
        wanted: &Wanted<'_>,
        priced: &[Priced],
    ) -> Result<std::result::Result<Vec<(i64, Take)>, Refusal>> {
        let count = u32::try_from(priced.len()).unwrap_or(u32::MAX);
        let numbers: Vec<i64> = wanted.pools.iter().map(|info| info.number).collect();
        let takes: Vec<Take> = match wanted.kind()? {
            BookingKind::Appointment => {
                let pool =
                    cell.stock(&numbers, self.now()).await?.into_iter().next().flatten().ok_or(Kind::NotFound)?;
                let (first, last) = wanted.form.period.unwrap_or((1, u32::MAX));
                let ahead: Vec<u32> = slots(&wanted.pools[0].pool)
                    .into_iter()
                    .filter(|slot| slot.starts_at > self.now() || wanted.door == Door::OnSite)
                    .map(|slot| u32::from(slot.number))
                    .collect();
                let free =
                    pool.free_units(Legs::ONE).filter(|unit| (first..=last).contains(unit) && ahead.contains(unit));
                let free: Vec<u32> = free.collect();
                let Some(unit) = pick(&free, &*self.inner.rng) else {
                    return Ok(Err(Refusal::SoldOut { free: pool.free(wanted.door, Legs::ONE) }));
                };
                vec![Take { chosen: vec![unit], ..Take::any(wanted.door, 1) }]
            }
            BookingKind::Ticket => numbers.iter().map(|_| Take::any(wanted.door, count)).collect(),
            BookingKind::Coach => {
                let rides: Vec<_> = priced.iter().map(|one| one.ride).collect();
                let takes =
                    capability::booking::coach::takes(wanted.door, &rides, wanted.legs, wanted.form.seats.to_vec());
                // Nobody may travel without a seat but a carried child, and a carried child not alone.
                takes.into_iter().take(numbers.len()).filter(|take| take.count > 0).collect()
            }
        };
        Ok(Ok(numbers.into_iter().zip(takes).collect()))
    }
}

/// What a claim takes from, and when it is.
struct Picked {
    pools: Vec<store::PoolInfo>,
    legs: Legs,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// The pools of a claim among those that there are, in the order in which they are taken.
fn picked(offered: &Offered, place: &Place, form: &HoldForm<'_>, pools: &[store::PoolInfo]) -> Result<Picked> {
    let kind = offered.booking()?.kind;
    let day = form.starts_at.date();
    let of = |part: &str| {
        let fits = |info: &&store::PoolInfo| {
            let pool = &info.pool;
            let when = match kind {
                BookingKind::Ticket => pool.on == day,
                _ => pool.starts_at == form.starts_at && Some(pool.resource.as_str()) == form.at.resource,
            };
            pool.place == place.id && pool.part == part && when
        };
        pools.iter().find(fits).cloned().ok_or_else(|| Error::from(Kind::NotFound))
    };
    match kind {
        BookingKind::Appointment => {
            let info = of(SITTING)?;
            let (starts_at, ends_at) = sitting_times(&info, form.period);
            Ok(Picked { pools: vec![info], legs: Legs::ONE, starts_at, ends_at })
        }
        BookingKind::Ticket => {
            let rule = place.ticket.as_deref().and_then(|id| offered.catalogue.rules.booking.ticket_on(day, id));
            let band = (!form.band.is_empty()).then_some(form.band);
            let times = rule
                .filter(|rule| band.is_some() || rule.band.is_empty())
                .and_then(|rule| ticket::times(rule, day, band));
            let (starts_at, ends_at) = times.ok_or(Kind::NotFound)?;
            let pools = std::iter::once(plan::DAY).chain(band).map(of).collect::<Result<_>>()?;
            Ok(Picked { pools, legs: Legs::ONE, starts_at, ends_at })
        }
        BookingKind::Coach => {
            let resource = form.at.resource.and_then(|id| place.resource(id)).map(|(_, resource)| resource);
            let resource = resource.ok_or(Kind::NotFound)?;
            let (line, legs) = journey(resource, form.at).ok_or(Kind::NotFound)?;
            let seat = resource.seats.is_some().then_some(plan::SEAT);
            let pools: Vec<_> = std::iter::once(plan::RIDE).chain(seat).map(of).collect::<Result<_>>()?;
            let departs_at = pools.first().map_or(form.starts_at, |info| info.pool.starts_at);
            let starts_at = capability::booking::coach::boards_at(line, departs_at, legs).ok_or(Kind::NotFound)?;
            let stop = line.stop.get(usize::from(legs.to)).ok_or(Kind::NotFound)?;
            let ends_at = departs_at.plus_s(i64::from(stop.minutes) * 60);
            Ok(Picked { pools, legs, starts_at, ends_at })
        }
    }
}

/// The end of a resident ID, by which whoever holds a number shows that it is theirs.
pub(crate) fn id_tail(resident_id: &str) -> String {
    resident_id.get(resident_id.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// From the first to the last of some numbers of a sitting; the whole sitting where none are named.
fn sitting_times(info: &store::PoolInfo, period: Option<(u32, u32)>) -> (Timestamp, Timestamp) {
    let whole = (info.pool.starts_at, info.pool.ends_at);
    let Some((first, last)) = period else { return whole };
    let within = |slot: &capability::booking::grid::Slot| (first..=last).contains(&u32::from(slot.number));
    let slots: Vec<_> = slots(&info.pool).into_iter().filter(within).collect();
    match (slots.first(), slots.last()) {
        (Some(from), Some(to)) => (from.starts_at, to.ends_at),
        _ => whole,
    }
}

fn unit_times(info: &store::PoolInfo, chosen: &[u32]) -> Option<(Timestamp, Timestamp)> {
    let number = chosen.first()?;
    let slot = slots(&info.pool).into_iter().find(|slot| u32::from(slot.number) == *number)?;
    Some((slot.starts_at, slot.ends_at))
}

/// Any of them, so that a crowd does not ask for the same one.
fn pick(free: &[u32], rng: &dyn Rng) -> Option<u32> {
    let at = rng.below(u64::try_from(free.len()).ok().filter(|count| *count > 0)?);
    free.get(usize::try_from(at).ok()?).copied()
}

/// A hash of everything in a claim that matters: the same form sent twice is the same request.
fn request(wanted: &Wanted<'_>, total: Money) -> [u8; 32] {
    let BookingNames { place, resource, matter, .. } = &wanted.names;
    let form = wanted.form;
    let own = |one: &super::hold::PersonForm| one.who.map_or_else(|| "own".to_owned(), |id| id.to_string());
    let persons: Vec<String> = form.persons.iter().map(own).collect();
    let seats: Vec<String> = form.seats.iter().map(u32::to_string).collect();
    let (start, total) = (form.starts_at.0.to_string(), total.fen().to_string());
    let (service, persons, seats) = (wanted.offered.service.id.as_str(), persons.join(","), seats.join(","));
    let parts = [service, place, resource, matter, &start, form.band, &persons, &seats, &total];
    identity::digest(&parts.map(str::as_bytes))
}

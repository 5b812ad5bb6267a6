//! The last look before the deed: what, when, for whom, what it costs and what follows; and one button that names the act
//! and the amount. A refusal comes back to this page, with everything in it and the nearest that are free.

use axum::response::Response;
use capability::booking::Refusal;
use engine::{
    BookingQuote, CompanionView, HoldForm, HoldOutcome, Joined, NearView, PartnerForm, Pass, PeriodView, PersonForm,
    PlaceView, ResourceView, SeatView, TripView, UnitsView,
};
use kernel::{Id, Kind, Lang, Money, Timestamp};
use manifest::{
    CityPack,
    booking::{BookingKind, Profile, ticket::Concession},
};
use ui::text;

use self::page::page;
use super::{Chosen, booking_path, browse::Steps, minute, person, queue, refused::Near, rules, when};
use crate::{form::Pairs, mishap::Mishap, route::Outcome, trouble::Trouble, visit::Visit};

pub(crate) mod page;

/// The unit that is checked, as a page shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    pub resource: String,
    pub class: String,
    /// When the sitting, the band or the trip begins that it is of.
    pub of_at: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Numbers of a sitting.
    pub period: Option<(u32, u32)>,
    /// From where to where.
    pub way: String,
    pub price: Money,
    pub seats: Vec<SeatView>,
}

/// All that the page is made of.
pub(crate) struct Check<'a> {
    pub steps: &'a Steps<'a>,
    pub place: &'a PlaceView,
    pub unit: &'a Unit,
    pub companions: &'a [CompanionView],
    pub concessions: &'a [Concession],
    pub profile: &'a Profile,
    /// What it costs, person by person; none while that cannot be said.
    pub quote: Option<&'a BookingQuote>,
    /// What was paid for the booking that is exchanged.
    pub paid_before: Option<Money>,
}

/// Why the page is shown again.
#[derive(Default)]
pub(crate) struct Again {
    pub mishap: Option<Mishap>,
    pub refused: Option<(Refusal, Vec<Near>)>,
    /// The amount that was shown a moment ago, if it is another one by now.
    pub before: Option<Money>,
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    if let Some(page) = queued(visit)? {
        return Ok(page);
    }
    looked(visit, Again::default()).await
}

/// Whose turn has not come is told so before anything else is looked at: thousands ask.
fn queued(visit: &mut Visit) -> Result<Option<Response>, Trouble> {
    let turn = person::source(visit).get("turn").to_owned();
    if turn.is_empty() {
        return Ok(None);
    }
    let pack = visit.city()?;
    let waits = visit.platform().place_in_queue(visit.citizen()?, &pack.city.id, &turn);
    let service = visit.service(&pack)?;
    Ok(waits.map(|waits| queue::page(visit, &pack, &service, &waits)))
}

/// Everything afresh: what there is may have changed since.
async fn looked(visit: &mut Visit, again: Again) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let service = visit.service(&pack)?;
    let (city, id) = (&pack.city.id, &service.id);
    let citizen = visit.citizen()?;
    let offer = visit.platform().booking_places(city, id).await?;
    let steps = Steps::new(&pack, &service, &offer, Chosen::of(person::source(visit)));
    // Whoever comes without having chosen, by hand or by half an address, chooses first.
    let (Some(place), Some(on), Some(at)) = (steps.place(), steps.chosen.on(), steps.chosen.at()) else {
        return Ok(visit.see_other(&steps.chosen.href(&steps.path())));
    };
    let units = visit.platform().booking_units(city, id, steps.at(), on).await?;
    let Some(unit) = unit(&steps, visit, &units, at) else { return Ok(visit.see_other(&other_unit(&steps))) };
    let companions = if offer.for_others { visit.platform().companions(citizen).await? } else { Vec::new() };
    let concessions = concessions(visit, &steps);
    let profile = rules::profile(visit, &steps).ok_or(Kind::NotFound)?;
    let persons = person::read(person::source(visit), visit.lang);
    let quote = match (&persons, offer.parties) {
        // Before the other one is named, nobody can say what it costs two.
        (Ok(persons), 1) => {
            let form = hold_form(&steps, &unit, persons, &[], None);
            visit.platform().quote_booking(citizen, city, id, &form).await.ok()
        }
        _ => None,
    };
    let moved = Id::parse(steps.chosen.get("move"));
    let paid_before = match moved {
        Some(old) => Some(visit.platform().booking(citizen, city, old).await?.paid),
        None => None,
    };
    let check = Check {
        steps: &steps,
        place,
        unit: &unit,
        companions: &companions,
        concessions: &concessions,
        profile,
        quote: quote.as_ref(),
        paid_before,
    };
    Ok(page(visit, &check, &again))
}

/// The same day, for somebody whose unit is no more.
fn other_unit(steps: &Steps<'_>) -> String {
    steps.chosen.without(&["resource", "at", "period", "band"]).href(&steps.path())
}

fn hold_form<'a>(
    steps: &'a Steps<'_>,
    unit: &Unit,
    persons: &'a [PersonForm],
    seats: &'a [u32],
    partner: Option<PartnerForm<'a>>,
) -> HoldForm<'a> {
    HoldForm {
        at: steps.at(),
        starts_at: unit.of_at,
        band: steps.chosen.get("band"),
        period: unit.period,
        seats,
        persons,
        partner,
        quoted: None,
        confirm: true,
        pass: Pass::default(),
    }
}

/// The chosen unit among what there is.
fn unit(steps: &Steps<'_>, visit: &Visit, units: &UnitsView, at: Timestamp) -> Option<Unit> {
    let l = visit.lang;
    let resource = steps.chosen.get("resource");
    match steps.offer.kind {
        BookingKind::Appointment => {
            let found = units.resources.iter().find(|one| one.id == resource)?;
            sitting(steps, found, at, l)
        }
        BookingKind::Ticket => {
            let band = units.bands.iter().find(|band| band.id == steps.chosen.get("band"))?;
            let (starts_at, ends_at) = (band.starts_at, band.ends_at);
            Some(Unit { of_at: starts_at, starts_at, ends_at, price: band.price, ..Unit::default() })
        }
        BookingKind::Coach => {
            // By the start of the trip, or by when one boards.
            let of = |trip: &&TripView| trip.resource == resource && (trip.starts_at == at || trip.departs_at == at);
            let trip = units.trips.iter().find(of)?;
            let ride = ride(trip, l);
            // Whoever waits gets whichever seat comes back.
            let waits = !steps.chosen.get("wait").is_empty();
            Some(if waits { Unit { seats: Vec::new(), ..ride } } else { ride })
        }
    }
}

fn sitting(steps: &Steps<'_>, found: &ResourceView, at: Timestamp, l: Lang) -> Option<Unit> {
    let sitting = found.sittings.iter().find(|sitting| (sitting.starts_at..sitting.ends_at).contains(&at))?;
    // Whoever comes back names a time and no numbers.
    let fits = |one: &&PeriodView| match steps.chosen.period() {
        // Whoever waits waits for any number of it.
        _ if !steps.chosen.get("wait").is_empty() => true,
        Some((first, last)) => one.first <= last && one.last >= first,
        None => (one.starts_at..one.ends_at).contains(&at),
    };
    let within: Vec<&PeriodView> = sitting.periods.iter().filter(fits).collect();
    let (first, last) = (within.first()?, within.last()?);
    let title = found.title.as_ref().map_or("", |title| title.get(l));
    let name = [found.name.get(l), title].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Some(Unit {
        resource: name,
        class: found.class.clone(),
        of_at: sitting.starts_at,
        starts_at: first.starts_at,
        ends_at: last.ends_at,
        period: match steps.chosen.get("wait") {
            "" => Some(steps.chosen.period().unwrap_or((first.first, last.last))),
            _ => None,
        },
        price: found.price,
        ..Unit::default()
    })
}

fn ride(trip: &TripView, l: Lang) -> Unit {
    Unit {
        resource: trip.name.get(l).to_owned(),
        of_at: trip.starts_at,
        starts_at: trip.departs_at,
        ends_at: trip.arrives_at,
        way: format!("{} – {}", trip.from.name.get(l), trip.to.name.get(l)),
        price: trip.fare,
        seats: trip.seats.clone(),
        ..Unit::default()
    }
}

/// Who pays less here, for the form to ask about.
fn concessions(visit: &Visit, steps: &Steps<'_>) -> Vec<Concession> {
    let rules = &visit.catalogue.rules.booking;
    let offer = steps.pack.offers.get(&steps.service.id);
    let (Some(place), Some(on)) = (offer.and_then(|offer| offer.place(steps.chosen.get("place"))), steps.chosen.on())
    else {
        return Vec::new();
    };
    let ticket = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id)).map(|rule| rule.concession.clone());
    let coach = || place.coach.as_deref().and_then(|id| rules.coach_on(on, id)).map(|rule| rule.concession.clone());
    ticket.or_else(coach).unwrap_or_default()
}

/// The button.
pub(crate) async fn hold(visit: &mut Visit) -> Outcome {
    if let Some(page) = queued(visit)? {
        return Ok(page);
    }
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let (city, id) = (&pack.city.id, &service.id);
    let offer = visit.platform().booking_places(city, id).await?;
    let steps = Steps::new(&pack, &service, &offer, Chosen::of(&visit.form));
    // Another unit is to be looked at first, with everything that was typed for this one.
    if visit.form.has("look") {
        return looked(visit, Again::default()).await;
    }
    let (Some(on_day), Some(at)) = (steps.chosen.on(), steps.chosen.at()) else {
        return Ok(visit.see_other(&steps.chosen.href(&steps.path())));
    };
    let units = visit.platform().booking_units(city, id, steps.at(), on_day).await?;
    let Some(unit) = unit(&steps, visit, &units, at) else { return Ok(visit.see_other(&other_unit(&steps))) };
    let persons = match person::read(&visit.form, visit.lang) {
        Ok(persons) => persons,
        Err(mishap) => return looked(visit, Again { mishap: Some(mishap), ..Again::default() }).await,
    };
    let seats: Vec<u32> = visit.form.all("seat").filter_map(|seat| seat.parse().ok()).collect();
    let partner = (offer.parties > 1)
        .then(|| PartnerForm { name: visit.form.get("partner_name"), resident_id: visit.form.get("partner_id") });
    let quoted = visit.form.get("total_fen").parse().ok().map(Money::from_fen);
    let pass = pass(&visit.form);
    let form = HoldForm { quoted, pass, ..hold_form(&steps, &unit, &persons, &seats, partner) };
    let (citizen, once) = (visit.citizen()?, visit.once()?);
    if !steps.chosen.get("wait").is_empty() {
        let joined = visit.platform().join_waiting(citizen, city, id, &form).await;
        return waiting(visit, &steps, joined).await;
    }
    if !steps.chosen.get("draw").is_empty() {
        return match visit.platform().enter_draw(citizen, city, id, &form).await {
            Ok(Ok(_)) => Ok(visit.see_other(&format!("/{city}/bookings?entered=1"))),
            Ok(Err(refusal)) => looked(visit, Again { refused: Some((refusal, Vec::new())), ..Again::default() }).await,
            Err(error) => mishap(visit, error).await,
        };
    }
    let moved = Id::parse(steps.chosen.get("move"));
    let outcome = match moved {
        Some(old) => visit.platform().move_booking(citizen, city, old, &form, once).await,
        None => visit.platform().hold_booking(citizen, city, id, &form, once).await,
    };
    match outcome {
        Ok(HoldOutcome::Booking(id)) => on(visit, &pack, id).await,
        Ok(HoldOutcome::Waits(waits)) => Ok(queue::page(visit, &pack, &service, &waits)),
        Ok(HoldOutcome::Changed { .. }) => looked(visit, Again { before: quoted, ..Again::default() }).await,
        Ok(HoldOutcome::Refused { refusal, nearest }) => {
            let near = nearest.iter().map(|near| near_line(visit, &steps, near)).collect();
            looked(visit, Again { refused: Some((refusal, near)), ..Again::default() }).await
        }
        Err(error) => mishap(visit, error).await,
    }
}

async fn mishap(visit: &mut Visit, error: kernel::Error) -> Outcome {
    let mishap = Mishap::of_error(error, visit.lang)?;
    looked(visit, Again { mishap: Some(mishap), ..Again::default() }).await
}

/// Onto the waiting list; or straight to what is free by now.
async fn waiting(visit: &mut Visit, steps: &Steps<'_>, joined: kernel::Result<Joined>) -> Outcome {
    match joined {
        Ok(Joined::Waits(_)) => Ok(visit.see_other(&format!("/{}/bookings?joined=1", steps.pack.city.id))),
        Ok(Joined::Free) => {
            let free = steps.chosen.without(&["wait", "resource", "at", "band"]);
            Ok(visit.see_other(&free.href(&steps.path())))
        }
        Ok(Joined::Refused(refusal)) => {
            looked(visit, Again { refused: Some((refusal, Vec::new())), ..Again::default() }).await
        }
        Err(error) => mishap(visit, error).await,
    }
}

/// What an earlier answer asked to be brought along.
fn pass(form: &Pairs) -> Pass<'_> {
    let given = |name: &str| Some(form.get(name)).filter(|value| !value.is_empty());
    Pass { turn: given("turn"), solution: given("solution").and_then(|number| number.parse().ok()) }
}

/// Straight on to the cashier, where the button named an amount; the booking's page, where nothing is left to do or
/// where the cashier cannot be reached.
async fn on(visit: &Visit, pack: &CityPack, id: Id) -> Outcome {
    let provider = visit.form.get("provider");
    if !provider.is_empty()
        && let Ok(key) = engine::OnceKey::parse(visit.form.get("pay_key"))
    {
        let paid = visit.platform().pay_booking(visit.citizen()?, &pack.city.id, id, provider, key).await;
        if let Ok(Ok(payment)) = paid {
            return Ok(visit.see_other(&format!("/{}/payments/{payment}?go=1", pack.city.id)));
        }
    }
    Ok(visit.see_other(&booking_path(pack, id)))
}

/// Something that is free nearby: its time, its name, and the form as it would be about it.
fn near_line(visit: &Visit, steps: &Steps<'_>, near: &NearView) -> Near {
    let l = visit.lang;
    let period = near.unit.map(|unit| format!("{unit}-{unit}")).unwrap_or_default();
    let newer = [
        ("resource", near.resource.clone()),
        ("band", near.band.clone()),
        ("on", near.pool_starts_at.date().to_string()),
        ("at", minute(near.pool_starts_at)),
        ("period", period),
    ];
    let chosen = newer.iter().fold(steps.chosen.clone(), |chosen, (name, value)| chosen.with(name, value));
    let typed = visit.form.iter().filter(|(name, value)| !value.is_empty() && person::is_typed(name));
    let form = chosen.pairs().chain(typed).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let offer = steps.pack.offers.get(&steps.service.id);
    let place = offer.and_then(|offer| offer.place(steps.chosen.get("place")));
    let name = place.and_then(|place| place.resource(&near.resource)).map_or("", |(_, one)| one.name.get(l));
    let free = text::booking_free(l, u64::from(near.free));
    let words = if name.is_empty() { free } else { format!("{name} · {free}") };
    Near { label: when(l, near.starts_at, near.ends_at, visit.now), words, form }
}

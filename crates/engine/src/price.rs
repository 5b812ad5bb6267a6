//! Prices at the desk: what everything costs and by what right, what was asked for, and who decided.
//!
//! The plan and the published rules say what things cost; a desk sets another price from a day on, with a reason and two
//! pairs of eyes. What is held or sold keeps its price, because a booking carries its own.

use capability::booking::{
    limit,
    pool::Legs,
    price::{self, State, Wrong},
};
use kernel::{CityId, Date, Error, Id, Kind, Money, Result, Text, Timestamp, identifier::Mistake};
use manifest::booking::{
    BookingKind,
    offer::{Place, Resource},
};
use store::{NewPrice, PriceChange, PriceOf};

use crate::{
    Deed, Platform, Staff, Verb,
    booking::set_price::fare_key,
    counter::{Desk, DeskAt},
};

/// Requests shown.
const LIST_MAX: u32 = 50;
/// A later day is a slip of the finger.
const AHEAD_MAX_DAYS: i32 = 366;

/// The prices of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesView {
    pub at: DeskAt,
    pub place: Text,
    pub prices: Vec<PriceView>,
    /// Newest first.
    pub changes: Vec<PriceChangeView>,
}

/// What one thing costs today, why, and what it will cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceView {
    pub what: String,
    /// Empty for the ticket of the place.
    pub name: Text,
    pub price: Money,
    /// The day from which on the desk has set it; `None`: as published.
    pub set_on: Option<Date>,
    pub source: Text,
    pub ahead: Vec<(Date, Money)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChangeView {
    pub id: Id,
    pub at: DeskAt,
    pub place: Text,
    pub name: Text,
    pub from_on: Date,
    pub price: Money,
    pub before: Money,
    pub reason: String,
    pub asked_by: String,
    pub asked_at: Timestamp,
    pub state: State,
    pub decided_by: String,
    pub note: String,
    /// This member of staff asked for it, so somebody else decides.
    pub own: bool,
}

/// A price as typed.
#[derive(Clone, Copy, Debug)]
pub struct PriceForm<'a> {
    pub what: &'a str,
    pub price: &'a str,
    pub from_on: &'a str,
    pub reason: &'a str,
}

/// A thing with a price, and what the plan says of it.
struct Item {
    what: String,
    name: Text,
    published: Money,
    source: Text,
}

fn wrong(wrong: Wrong) -> Error {
    match wrong {
        Wrong::Price => Error::field("price", Mistake::Amount),
        Wrong::Same => Error::new(Kind::Conflict("price_same")),
        Wrong::Day => Error::new(Kind::Conflict("price_day")),
        Wrong::Own => Error::new(Kind::Conflict("price_four_eyes")),
        Wrong::Decided => Error::new(Kind::Conflict("price_decided")),
    }
}

fn fares(resource: &Resource, source: &Text) -> Vec<Item> {
    let Some(line) = &resource.line else { return Vec::new() };
    let stops = u8::try_from(line.stop.len()).unwrap_or(u8::MAX);
    let pairs = (0..stops).flat_map(|from| (from + 1..stops).map(move |to| Legs { from, to }));
    let item = |legs: Legs| {
        let (from, to) = (&line.stop[usize::from(legs.from)].name, &line.stop[usize::from(legs.to)].name);
        let name = |one: &str, from: &str, to: &str| format!("{one} · {from} – {to}");
        let of = &resource.name;
        Some(Item {
            what: fare_key(resource, line, legs),
            name: Text::new(name(&of.zh_cn, &from.zh_cn, &to.zh_cn), name(&of.en, &from.en, &to.en)),
            published: capability::booking::coach::fare(line, legs)?,
            source: source.clone(),
        })
    };
    pairs.filter_map(item).collect()
}

impl Desk {
    /// Everything at a place that has a price, as the plan and the rules of a day say it.
    fn items(&self, place: &Place, on: Date) -> Vec<Item> {
        let source = &self.offered.offer.source;
        match self.kind {
            BookingKind::Ticket => {
                let rules = &self.offered.catalogue.rules.booking;
                let rule = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id));
                let item = |rule: &std::sync::Arc<manifest::booking::ticket::TicketRule>| Item {
                    what: String::new(),
                    name: Text::default(),
                    published: Money::from_fen(rule.price_fen),
                    source: rule.source.clone(),
                };
                rule.iter().map(|rule| item(rule)).collect()
            }
            BookingKind::Appointment => {
                let priced = place.resources().filter(|(_, resource)| resource.price_fen > 0);
                let item = |resource: &Resource| Item {
                    what: resource.id.clone(),
                    name: resource.name.clone(),
                    published: Money::from_fen(resource.price_fen),
                    source: source.clone(),
                };
                priced.map(|(_, resource)| item(resource)).collect()
            }
            BookingKind::Coach => place.resources().flat_map(|(_, resource)| fares(resource, source)).collect(),
        }
    }

    fn price_on(&self, place: &Place, item: &Item, on: Date) -> Money {
        self.offered.set_price(place, &item.what, on).map_or(item.published, |set| set.price)
    }
}

impl Platform {
    /// The same desk, with what it has set.
    pub(crate) async fn with_prices(&self, city: &CityId, mut desk: Desk) -> Result<Desk> {
        desk.offered.prices = self.prices_of(city).await?;
        Ok(desk)
    }

    /// What everything costs at a place, and what was asked for.
    pub async fn desk_prices(&self, staff: &Staff, city: &CityId, at: &DeskAt) -> Result<PricesView> {
        let desk = self.with_prices(city, self.desk_at(staff, Verb::SeePrices, city, at)?).await?;
        let (place, today) = (desk.offered.place(&at.place)?, self.now().date());
        let items = desk.items(place, today);
        let view = |item: &Item| {
            let ahead = desk.offered.set_prices(place, &item.what).iter().filter(|set| set.from_on > today);
            let mut days: Vec<Date> = ahead.map(|set| set.from_on).collect();
            days.sort_unstable();
            days.dedup();
            PriceView {
                what: item.what.clone(),
                name: item.name.clone(),
                price: desk.price_on(place, item, today),
                set_on: desk.offered.set_price(place, &item.what, today).map(|set| set.from_on),
                source: item.source.clone(),
                ahead: days.into_iter().map(|on| (on, desk.price_on(place, item, on))).collect(),
            }
        };
        let prices = items.iter().map(view).collect();
        let cell = self.inner.stores.city(city).await?;
        let mut changes = Vec::new();
        for change in cell.price_changes(&at.service, &at.place, LIST_MAX).await? {
            changes.push(self.price_change_view(staff, &desk, change).await?);
        }
        Ok(PricesView { at: at.clone(), place: place.name.clone(), prices, changes })
    }

    async fn price_change_view(&self, staff: &Staff, desk: &Desk, change: PriceChange) -> Result<PriceChangeView> {
        let PriceChange { asked, state, decided_by, note, .. } = change;
        let place = desk.offered.offer.place(&asked.of.place);
        let items = place.map(|place| desk.items(place, asked.from_on)).unwrap_or_default();
        let name = items.into_iter().find(|item| item.what == asked.of.what).map(|item| item.name);
        Ok(PriceChangeView {
            id: asked.id,
            at: DeskAt {
                service: asked.of.service.clone(),
                place: asked.of.place.clone(),
                section: String::new(),
                resource: String::new(),
            },
            place: desk.place_name(&asked.of.place),
            name: name.unwrap_or_else(|| Text::new(asked.of.what.clone(), asked.of.what.clone())),
            from_on: asked.from_on,
            price: asked.price,
            before: asked.before,
            reason: asked.reason,
            asked_by: self.staff_name(Some(asked.by)).await?,
            asked_at: asked.at,
            state,
            decided_by: self.staff_name(decided_by).await?,
            note,
            own: asked.by == staff.id,
        })
    }

    /// Asks for another price from a day on. Nothing changes until somebody else has agreed.
    pub async fn ask_price(&self, staff: &Staff, city: &CityId, at: &DeskAt, form: PriceForm<'_>) -> Result<Id> {
        let desk = self.with_prices(city, self.desk_at(staff, Verb::AskPrice, city, at)?).await?;
        let (place, today) = (desk.offered.place(&at.place)?, self.now().date());
        let near = |on: &Date| *on <= limit::plus_days(today, AHEAD_MAX_DAYS);
        let from_on = form.from_on.trim().parse::<Date>().ok().filter(near).ok_or_else(|| wrong(Wrong::Day))?;
        let price = Money::parse_yuan(form.price.trim()).ok_or_else(|| Error::field("price", Mistake::Amount))?;
        let reason = form.reason.trim();
        if reason.is_empty() {
            return Err(Error::field("reason", Mistake::Empty("原因 / reason")));
        }
        let items = desk.items(place, from_on);
        let item = items.iter().find(|item| item.what == form.what);
        let item = item.ok_or_else(|| Error::field("what", Mistake::Choice))?;
        let before = desk.price_on(place, item, from_on);
        price::ask(before, price, from_on, today).map_err(wrong)?;
        let id = Id::random(&*self.inner.rng);
        let deed = Deed {
            verb: Verb::AskPrice,
            city,
            department: Some(&desk.department),
            place: &at.place,
            object: format!("price {id} {at} {} {} to {} from {from_on}", item.what, before.yuan(), price.yuan()),
            reason,
        };
        let new = NewPrice {
            id,
            of: PriceOf { service: at.service.clone(), place: at.place.clone(), what: item.what.clone() },
            from_on,
            price,
            before,
            reason: reason.chars().take(500).collect(),
            by: staff.id,
            at: self.now(),
        };
        let cell = self.inner.stores.city(city).await?;
        self.deed(staff, deed, async { Ok(cell.ask_price(new).await?) }).await?;
        Ok(id)
    }

    async fn price_asked(&self, staff: &Staff, city: &CityId, id: Id) -> Result<(Desk, PriceChange)> {
        let cell = self.inner.stores.city(city).await?;
        let change = cell.price_change(id).await?.ok_or(Kind::NotFound)?;
        let of = &change.asked.of;
        let desk = self.desk(staff, Verb::DecidePrice, city, &of.service, &of.place)?;
        Ok((desk, change))
    }

    /// One request, for whoever decides.
    pub async fn desk_price(&self, staff: &Staff, city: &CityId, id: Id) -> Result<PriceChangeView> {
        let (desk, change) = self.price_asked(staff, city, id).await?;
        self.price_change_view(staff, &desk, change).await
    }

    /// Approves or declines a request of somebody else's.
    pub async fn decide_price(&self, staff: &Staff, city: &CityId, id: Id, approves: bool, note: &str) -> Result<()> {
        let (desk, change) = self.price_asked(staff, city, id).await?;
        let (asked, now) = (&change.asked, self.now());
        let deed = Deed {
            verb: Verb::DecidePrice,
            city,
            department: Some(&desk.department),
            place: &asked.of.place,
            object: format!("price {id} {}", if approves { "approve" } else { "decline" }),
            reason: note,
        };
        let cell = self.inner.stores.city(city).await?;
        let work = async {
            let pair = (asked.by, staff.id);
            let state = price::decide(change.state, pair, approves, asked.from_on, now.date()).map_err(wrong)?;
            let note: String = note.trim().chars().take(500).collect();
            if cell.decide_price(id, state, staff.id, now, &note).await? { Ok(()) } else { Err(wrong(Wrong::Decided)) }
        };
        self.deed(staff, deed, work).await?;
        self.prices_changed(city);
        Ok(())
    }
}

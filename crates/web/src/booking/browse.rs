//! What can be had: matter, place, section, day, unit, each a link. Whatever has only one choice is chosen already, and
//! whatever was chosen can be changed by one tap. Nobody need sign in to look.

use axum::response::Response;
use engine::{BookingDay, DayState, MatterView, PlaceView, PlacesView, SectionView, UnitsView, Where};
use kernel::{Date, Lang};
use manifest::{CityPack, Service, booking::BookingKind};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Day, Field, Place, Row, days, empty, heading, notice, places, rows, select},
    format, text,
};

use super::{Chosen, book_path, check_path, draw, rules, units};
use crate::{
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

/// Everything that hangs on the place.
const OF_PLACE: [&str; 11] =
    ["place", "section", "resource", "from", "to", "on", "at", "period", "band", "wait", "draw"];
/// Everything that hangs on the day.
const OF_DAY: [&str; 7] = ["resource", "on", "at", "period", "band", "wait", "draw"];

/// What the steps of this service are about, and what of it is chosen.
pub(crate) struct Steps<'a> {
    pub pack: &'a CityPack,
    pub service: &'a Service,
    pub offer: &'a PlacesView,
    pub chosen: Chosen,
}

/// The strip of a place, and what there is on the day that is looked at.
pub(crate) struct Looked<'a> {
    pub strip: &'a [BookingDay],
    pub on: Option<Date>,
    pub units: Option<&'a UnitsView>,
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let service = visit.service(&pack)?;
    let (city, id) = (&pack.city.id, &service.id);
    let offer = visit.platform().booking_places(city, id).await?;
    let steps = Steps::new(&pack, &service, &offer, Chosen::of(&visit.query));
    if steps.matter().is_none() && !offer.matters.is_empty() {
        return Ok(matters_page(visit, &steps));
    }
    let Some(place) = steps.place() else { return Ok(places_page(visit, &steps)) };
    if steps.section(place).is_none() && steps.asks_section(place) {
        return Ok(sections_page(visit, &steps, place));
    }
    let strip = visit.platform().booking_days(city, id, steps.at()).await?;
    let on = steps.chosen.on().or_else(|| first_of(&strip));
    let units = match on.and_then(|on| strip.iter().find(|day| day.on == on)) {
        Some(day) if matches!(day.state, DayState::Open { .. } | DayState::Full | DayState::Drawn { .. }) => {
            Some(visit.platform().booking_units(city, id, steps.at(), day.on).await?)
        }
        _ => None,
    };
    let looked = Looked { strip: &strip, on, units: units.as_ref() };
    Ok(units_page(visit, &steps, place, &looked))
}

/// The first day on which something is free, or else the first of which more can be said than that it is closed.
fn first_of(strip: &[BookingDay]) -> Option<Date> {
    let free = strip.iter().find(|day| matches!(day.state, DayState::Open { free } if free > 0));
    free.or_else(|| strip.iter().find(|day| day.state != DayState::Closed)).map(|day| day.on)
}

impl<'a> Steps<'a> {
    /// A choice of one is no choice.
    pub(crate) fn new(pack: &'a CityPack, service: &'a Service, offer: &'a PlacesView, chosen: Chosen) -> Self {
        let mut steps = Self { pack, service, offer, chosen };
        if let [only] = offer.matters.as_slice() {
            steps.chosen = steps.chosen.with("matter", &only.id);
        }
        if let [only] = offer.places.as_slice() {
            steps.chosen = steps.chosen.with("place", &only.id);
        }
        if let Some([only]) = steps.place().map(|place| place.sections.as_slice()) {
            steps.chosen = steps.chosen.with("section", &only.id);
        }
        steps
    }

    pub(crate) fn matter(&self) -> Option<&'a MatterView> {
        self.offer.matters.iter().find(|matter| matter.id == self.chosen.get("matter"))
    }

    pub(crate) fn place(&self) -> Option<&'a PlaceView> {
        self.offer.places.iter().find(|place| place.id == self.chosen.get("place"))
    }

    pub(crate) fn section(&self, place: &'a PlaceView) -> Option<&'a SectionView> {
        place.sections.iter().find(|section| section.id == self.chosen.get("section"))
    }

    /// Whoever comes for a matter need not know which windows are for it, and a ticket is for the whole place.
    fn asks_section(&self, place: &PlaceView) -> bool {
        place.sections.len() > 1 && self.offer.matters.is_empty() && self.offer.kind != BookingKind::Ticket
    }

    pub(crate) fn path(&self) -> String {
        book_path(self.pack, self.service)
    }

    /// Where a day's units are looked for.
    pub(crate) fn at(&self) -> Where<'_> {
        let some = |name| Some(self.chosen.get(name)).filter(|value| !value.is_empty());
        Where {
            place: self.chosen.get("place"),
            section: some("section"),
            resource: some("resource"),
            matter: some("matter"),
            from: some("from"),
            to: some("to"),
        }
    }

    /// To where the last choice was made that was one.
    fn back(&self) -> String {
        let chosen = |name: &str| !self.chosen.get(name).is_empty();
        match self.place() {
            Some(place) if chosen("section") && self.asks_section(place) => {
                self.chosen.without(&OF_PLACE[1..]).href(&self.path())
            }
            Some(_) if self.offer.places.len() > 1 => self.chosen.without(&OF_PLACE).href(&self.path()),
            _ if chosen("matter") && self.offer.matters.len() > 1 => {
                self.chosen.without(&OF_PLACE).without(&["matter"]).href(&self.path())
            }
            _ => format!("/{}", self.pack.city.id),
        }
    }
}

/// What was chosen so far, below the title; and what one is told who comes from a booking of before.
fn head(visit: &Visit, title: &str, so_far: &[&str]) -> Markup {
    let l = visit.lang;
    let lead = so_far.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    html! {
        (heading(title, &lead))
        @if visit.query.has("move") { (notice(Tone::Info, text::move_title(l), html! { p { (text::booking_move_note(l)) } })) }
    }
}

fn sheet(visit: &Visit, steps: &Steps<'_>, title: &str, body: Markup) -> Response {
    visit.show(Sheet { title, back: &steps.back(), body, ..Sheet::default() })
}

pub(crate) fn matters_page(visit: &Visit, steps: &Steps<'_>) -> Response {
    let l = visit.lang;
    let lines: Vec<(String, String)> = steps
        .offer
        .matters
        .iter()
        .map(|matter| {
            let fee = match matter.fee.fen() {
                0 => String::new(),
                _ => text::booking_price(l, &matter.fee.yuan()),
            };
            let note = matter.note.as_ref().map_or("", |note| note.get(l));
            let detail = [note, &fee].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            (detail, steps.chosen.with("matter", &matter.id).href(&steps.path()))
        })
        .collect();
    let list: Vec<Row<'_>> = steps
        .offer
        .matters
        .iter()
        .zip(&lines)
        .map(|(matter, (detail, href))| Row { title: matter.name.get(l), detail, href: Some(href), ..Row::default() })
        .collect();
    let body = html! {
        (head(visit, steps.service.name.get(l), &[text::booking_matter_title(l)]))
        section.card { (rows(&list)) }
        (query_link(steps, l))
    };
    sheet(visit, steps, steps.service.short_name.get(l), body)
}

/// Whoever has booked already looks for it here as well.
fn query_link(steps: &Steps<'_>, lang: Lang) -> Markup {
    let id = &steps.pack.city.id;
    html! {
        p.actions {
            (Button::link(text::booking_query_link(lang)).href(&format!("/{id}/s/{}/query", steps.service.id)))
            (Button::link(text::booking_about(lang)).href(&format!("/{id}/s/{}", steps.service.id)))
        }
    }
}

fn soonest(visit: &Visit, soonest_on: Option<Date>, free: u32) -> (Tone, String) {
    let l = visit.lang;
    match soonest_on {
        Some(on) if free > 0 => {
            (Tone::Ok, text::booking_soonest(l, &format::day_and_weekday(l, on, visit.now.date()), u64::from(free)))
        }
        _ => (Tone::Plain, text::booking_none_free(l).to_owned()),
    }
}

pub(crate) fn places_page(visit: &Visit, steps: &Steps<'_>) -> Response {
    let l = visit.lang;
    let lines: Vec<((Tone, String), String)> = steps
        .offer
        .places
        .iter()
        .map(|place| {
            let href = steps.chosen.without(&OF_PLACE).with("place", &place.id).href(&steps.path());
            (soonest(visit, place.soonest_on, place.free), href)
        })
        .collect();
    let list: Vec<Place<'_>> = steps
        .offer
        .places
        .iter()
        .zip(&lines)
        .map(|(place, ((tone, state), href))| Place {
            name: place.name.get(l),
            address: place.address.get(l),
            way: place.way.get(l),
            state: (*tone, state),
            href,
        })
        .collect();
    let body = html! {
        (head(visit, steps.service.name.get(l), &[steps.matter().map_or("", |matter| matter.name.get(l)), &text::booking_choose(l, steps.offer.words.place.get(l))]))
        @if list.is_empty() {
            (empty("calendar", text::booking_none_title(l), text::booking_none_detail(l), html! { p { (telephone(&steps.service.guide.contact.phone)) } }))
        } @else {
            section.card { (places(&list)) }
        }
        (query_link(steps, l))
    };
    sheet(visit, steps, steps.service.short_name.get(l), body)
}

pub(crate) fn sections_page(visit: &Visit, steps: &Steps<'_>, place: &PlaceView) -> Response {
    let l = visit.lang;
    let lines: Vec<((Tone, String), String)> = place
        .sections
        .iter()
        .map(|section| {
            let href = steps.chosen.without(&OF_PLACE[1..]).with("section", &section.id).href(&steps.path());
            (soonest(visit, section.soonest_on, section.free), href)
        })
        .collect();
    let list: Vec<Place<'_>> = place
        .sections
        .iter()
        .zip(&lines)
        .map(|(section, ((tone, state), href))| Place {
            name: section.name.get(l),
            address: "",
            way: "",
            state: (*tone, state),
            href,
        })
        .collect();
    let word = steps.offer.words.section.as_ref().map_or("", |word| word.get(l));
    let body = html! {
        (head(visit, place.name.get(l), &[&text::booking_choose(l, word)]))
        section.card { (places(&list)) }
    };
    sheet(visit, steps, steps.service.short_name.get(l), body)
}

/// A day in words.
fn state_words(visit: &Visit, day: &BookingDay) -> String {
    let l = visit.lang;
    match day.state {
        DayState::Open { free } => text::booking_free(l, u64::from(free)),
        DayState::Full => text::booking_full(l).to_owned(),
        DayState::Closed => text::booking_closed(l).to_owned(),
        DayState::Ahead { opens_at } => text::booking_opens(l, &format::moment(l, opens_at, visit.now)),
        DayState::Drawn { .. } => text::booking_drawn(l).to_owned(),
    }
}

/// The days and what there is on one of them.
pub(crate) fn units_page(visit: &Visit, steps: &Steps<'_>, place: &PlaceView, looked: &Looked<'_>) -> Response {
    let l = visit.lang;
    let words: Vec<(String, String)> = looked
        .strip
        .iter()
        .map(|day| {
            (state_words(visit, day), steps.chosen.without(&OF_DAY).with("on", &day.on.to_string()).href(&steps.path()))
        })
        .collect();
    let strip: Vec<Day<'_>> = looked
        .strip
        .iter()
        .zip(&words)
        .map(|(day, (words, href))| Day {
            on: day.on,
            words,
            href: (day.state != DayState::Closed).then_some(href),
            chosen: looked.on == Some(day.on),
        })
        .collect();
    let chosen = looked.on.and_then(|on| looked.strip.iter().find(|day| day.on == on));
    let section = steps.section(place).filter(|_| place.sections.len() > 1).map_or("", |section| section.name.get(l));
    let matter = steps.matter().map_or("", |matter| matter.name.get(l));
    let body = html! {
        (head(visit, place.name.get(l), &[section, matter]))
        @if steps.offer.kind == BookingKind::Coach && place.stops.len() > 2 { (stops(visit, steps, place)) }
        section.card {
            (days(l, visit.now.date(), &strip, "units"))
            h2 #units { (looked.on.map_or_else(|| text::booking_times(l).to_owned(), |on| format::day_and_weekday(l, on, visit.now.date()))) }
            @match chosen.map(|day| day.state) {
                Some(DayState::Open { .. } | DayState::Full) => {
                    @if let (Some(units), Some(on)) = (looked.units, looked.on) { (units::on_a_day(visit, steps, units, on)) }
                }
                Some(DayState::Drawn { from_at, until_at }) => {
                    p { (text::draw_lead(l, &format::moment(l, from_at, visit.now), &format::moment(l, until_at, visit.now))) }
                    @if let Some(on) = looked.on { p { a href=(draw::href(steps, on)) { (text::draw_public_title(l)) } } }
                    @if let (Some(units), Some(on), true) = (looked.units, looked.on, visit.now >= from_at) { (units::drawn(visit, steps, units, on)) }
                }
                Some(DayState::Ahead { opens_at }) => (notice(Tone::Info, &text::booking_day_ahead_title(l, &format::moment(l, opens_at, visit.now)), html! { p { (text::booking_day_ahead_detail(l)) } })),
                Some(DayState::Closed) => p { (text::booking_closed(l)) },
                None => (notice(Tone::Info, text::booking_none_title(l), html! { p { (text::booking_none_detail(l)) } })),
            }
        }
        @if let (Some(day), Some(on)) = (chosen, looked.on) && day.state == DayState::Full {
            (next_free(visit, steps, looked, on))
        }
        (rules::browsing(visit, steps))
        p.hint { (place.address.get(l)) br; (place.way.get(l)) br; (telephone(&place.phone)) }
    };
    sheet(visit, steps, steps.service.short_name.get(l), body)
}

/// From a full day to the next that is not.
fn next_free(visit: &Visit, steps: &Steps<'_>, looked: &Looked<'_>, on: Date) -> Markup {
    let l = visit.lang;
    let is_free = |day: &&BookingDay| matches!(day.state, DayState::Open { free } if free > 0);
    let next =
        looked.strip.iter().filter(|day| day.on > on).find(is_free).or_else(|| looked.strip.iter().find(is_free));
    html! {
        @if let Some(day) = next {
            p.actions {
                (Button::primary(&text::booking_go_day(l, &format::day_and_weekday(l, day.on, visit.now.date())))
                    .href(&steps.chosen.without(&OF_DAY).with("on", &day.on.to_string()).href(&steps.path())).wide())
            }
        }
    }
}

/// Where one boards and where one leaves. A form that asks for a page, so that the address holds both.
fn stops(visit: &Visit, steps: &Steps<'_>, place: &PlaceView) -> Markup {
    let l = visit.lang;
    let any = std::iter::once(("", text::booking_any_stop(l)));
    let options: Vec<(&str, &str)> =
        any.chain(place.stops.iter().map(|stop| (stop.id.as_str(), stop.name.get(l)))).collect();
    let (from, to) = (steps.chosen.get("from"), steps.chosen.get("to"));
    html! {
        form.card.form method="get" action=(steps.path()) {
            @for (name, value) in steps.chosen.without(&OF_DAY).without(&["from", "to"]).pairs() { input type="hidden" name=(name) value=(value); }
            (select(l, &Field { name: "from", label: text::booking_from_stop(l), value: from, ..Field::default() }, &options))
            (select(l, &Field { name: "to", label: text::booking_to_stop(l), value: to, ..Field::default() }, &options))
            (Button::secondary(text::booking_show_trips(l)).wide())
        }
    }
}

/// The address of the check of one unit.
pub(crate) fn check_href(steps: &Steps<'_>, unit: &[(&'static str, &str)]) -> String {
    // Whether it is a draw goes with the day and not with the unit.
    let before = steps.chosen.without(&OF_DAY[..6]);
    let chosen = unit.iter().fold(before, |chosen, (name, value)| chosen.with(name, value));
    chosen.href(&check_path(steps.pack, steps.service))
}

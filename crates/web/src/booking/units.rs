//! The units of a day: doctors and windows with their periods, times of entry, trips. Each free one is a link to the check.

use engine::{BandView, ResourceView, SittingView, TripView, UnitsView};
use kernel::{Date, Money};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Slot, slots},
    format, text,
};

use super::{
    browse::{Steps, check_href},
    minute,
};
use crate::visit::Visit;

/// The same on a day that is drawn: each leads to the draw.
pub(crate) fn drawn(visit: &Visit, steps: &Steps<'_>, units: &UnitsView, on: Date) -> Markup {
    let chosen = steps.chosen.with("draw", "1");
    on_a_day(visit, &Steps { chosen, ..*steps }, units, on)
}

pub(crate) fn on_a_day(visit: &Visit, steps: &Steps<'_>, units: &UnitsView, on: Date) -> Markup {
    html! {
        @for resource in units.resources.iter().filter(|resource| !resource.sittings.is_empty()) {
            (one_resource(visit, steps, resource, on))
        }
        @if !units.bands.is_empty() { (bands(visit, steps, &units.bands, on)) }
        @if !units.trips.is_empty() { (trips(visit, steps, &units.trips, on)) }
        @if units.resources.iter().all(|one| one.sittings.is_empty()) && units.bands.is_empty() && units.trips.is_empty() {
            p { (text::booking_full(visit.lang)) }
        }
    }
}

fn price(visit: &Visit, amount: Money) -> String {
    match amount.fen() {
        0 => text::booking_free_of_charge(visit.lang).to_owned(),
        _ => format::money(amount),
    }
}

fn free(visit: &Visit, stopped: bool, free: u32) -> String {
    match (stopped, free) {
        (true, _) => text::booking_stopped(visit.lang).to_owned(),
        (false, 0) => text::booking_full(visit.lang).to_owned(),
        (false, free) => text::booking_free(visit.lang, u64::from(free)),
    }
}

/// A doctor or a group of windows, and below it each half-day with its periods.
fn one_resource(visit: &Visit, steps: &Steps<'_>, resource: &ResourceView, on: Date) -> Markup {
    let l = visit.lang;
    let of = |text: &Option<kernel::Text>| text.as_ref().map_or(String::new(), |text| text.get(l).to_owned());
    let what = [of(&resource.title), of(&resource.class_name)].into_iter().filter(|part| !part.is_empty());
    let what = what.collect::<Vec<_>>().join(" · ");
    html! {
        div.resource {
            div.card-head {
                h3 { (resource.name.get(l)) @if !what.is_empty() { " " small { (what) } } }
                @if steps.offer.matters.is_empty() { span.row-value { (price(visit, resource.price)) } }
            }
            @if let Some(about) = &resource.about { p.hint { (about.get(l)) } }
            @for sitting in &resource.sittings {
                @if resource.sittings.len() > 1 {
                    p.hint { (if sitting.starts_at.civil().hour() < 12 { text::booking_sitting_morning(l) } else { text::booking_sitting_afternoon(l) }) }
                }
                (periods(visit, steps, &resource.id, sitting, on))
            }
        }
    }
}

fn periods(visit: &Visit, steps: &Steps<'_>, resource: &str, sitting: &SittingView, on: Date) -> Markup {
    let l = visit.lang;
    if sitting.stopped {
        let label = format::clocks(sitting.starts_at, sitting.ends_at);
        return slots(&[Slot { label: &label, words: text::booking_stopped(l), ..Slot::default() }]);
    }
    // What has begun is not shown as full: it is over.
    let ahead = sitting.periods.iter().filter(|period| period.free > 0 || period.starts_at > visit.now);
    let lines: Vec<(String, String, Option<String>)> = ahead
        .map(|period| {
            let (on, at) = (on.to_string(), minute(sitting.starts_at));
            let of = format!("{}-{}", period.first, period.last);
            let href = check_href(steps, &[("resource", resource), ("on", &on), ("at", &at), ("period", &of)]);
            (
                format::clocks(period.starts_at, period.ends_at),
                free(visit, false, period.free),
                (period.free > 0).then_some(href),
            )
        })
        .collect();
    html! {
        (grid(&lines))
        @if sitting.free == 0 && sitting.starts_at > visit.now {
            @let (on, at) = (on.to_string(), minute(sitting.starts_at));
            (wait(visit, &check_href(steps, &[("resource", resource), ("on", &on), ("at", &at), ("wait", "1")])))
        }
    }
}

/// The way onto the waiting list of what is full.
fn wait(visit: &Visit, href: &str) -> Markup {
    html! { p { (Button::link(text::waiting_join(visit.lang)).href(href)) } }
}

fn grid(lines: &[(String, String, Option<String>)]) -> Markup {
    let list: Vec<Slot<'_>> =
        lines.iter().map(|(label, words, href)| Slot { label, words, href: href.as_deref(), chosen: false }).collect();
    slots(&list)
}

/// Times of entry; a ticket for the whole day is one of them.
fn bands(visit: &Visit, steps: &Steps<'_>, bands: &[BandView], on: Date) -> Markup {
    let l = visit.lang;
    let lines: Vec<(String, String, Option<String>)> = bands
        .iter()
        .map(|band| {
            let (on, at) = (on.to_string(), minute(band.starts_at));
            let href = check_href(steps, &[("on", &on), ("at", &at), ("band", &band.id)]);
            let words = format!("{} · {}", free(visit, band.stopped, band.free), price(visit, band.price));
            (format::clocks(band.starts_at, band.ends_at), words, (band.free > 0 && !band.stopped).then_some(href))
        })
        .collect();
    html! {
        @if bands.iter().all(|band| band.id.is_empty()) { p.hint { (text::booking_any_time(l)) } }
        (grid(&lines))
        @for band in bands.iter().filter(|band| band.free == 0 && !band.stopped && band.ends_at > visit.now) {
            @let (on, at) = (on.to_string(), minute(band.starts_at));
            (wait(visit, &check_href(steps, &[("on", &on), ("at", &at), ("band", &band.id), ("wait", "1")])))
        }
    }
}

/// Departures of a day, each a wide row: when, where to, how long, what it costs.
fn trips(visit: &Visit, steps: &Steps<'_>, trips: &[TripView], on: Date) -> Markup {
    let l = visit.lang;
    html! {
        ul.rows {
            @for trip in trips {
                @let can = trip.free > 0 && !trip.stopped && trip.departs_at > visit.now;
                @let class = trip.class_name.as_ref().map_or("", |name| name.get(l));
                @let arrives = text::booking_arrives(l, &format::clock(trip.arrives_at));
                @let way = format!("{} – {}", trip.from.name.get(l), trip.to.name.get(l));
                @let detail = [way.as_str(), &arrives, trip.name.get(l), class].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
                @let inside = html! {
                    span.row-text {
                        span.row-title { (format::clock(trip.departs_at)) }
                        span.row-detail { (detail) }
                        span.tag.(if can { "t-ok" } else { "t-plain" }) { (free(visit, trip.stopped, if can { trip.free } else { 0 })) }
                    }
                    span.row-value { (price(visit, trip.fare)) }
                };
                li {
                    @if can {
                        @let (on, at) = (on.to_string(), minute(trip.starts_at));
                        a.row.go href=(check_href(steps, &[("resource", &trip.resource), ("on", &on), ("at", &at), ("from", &trip.from.id), ("to", &trip.to.id)])) { (inside) }
                    } @else {
                        div.row { (inside) }
                        @if trip.free == 0 && !trip.stopped && trip.departs_at > visit.now {
                            @let (on, at) = (on.to_string(), minute(trip.starts_at));
                            (wait(visit, &check_href(steps, &[("resource", &trip.resource), ("on", &on), ("at", &at), ("from", &trip.from.id), ("to", &trip.to.id), ("wait", "1")])))
                        }
                    }
                }
            }
        }
    }
}

//! Where one waits, and the draws that one is in: both on the page of one's bookings, each with the way out.

use engine::{DrawEntry, WaitingView};
use kernel::Kind;
use manifest::CityPack;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{card, notice, tag},
    format, text,
};

use super::{booking_path, draw};
use crate::{route::Outcome, trouble::Trouble, visit::Visit};

#[derive(Default)]
pub(crate) struct Lists {
    pub waiting: Vec<WaitingView>,
    pub draws: Vec<DrawEntry>,
}

impl Lists {
    pub(crate) async fn of(visit: &Visit, pack: &CityPack) -> Result<Self, Trouble> {
        let (platform, citizen) = (visit.platform(), visit.citizen()?);
        Ok(Self {
            waiting: platform.waiting(citizen, &pack.city.id).await?,
            draws: platform.draw_entries(citizen, &pack.city.id).await?,
        })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.draws.is_empty()
    }
}

/// What came of a form a moment ago.
pub(crate) fn said(visit: &Visit) -> Markup {
    let l = visit.lang;
    html! {
        @if visit.query.has("joined") { (notice(Tone::Ok, text::waiting_joined(l), html! {})) }
        @if visit.query.has("entered") { (notice(Tone::Ok, text::draw_entered(l), html! {})) }
    }
}

pub(crate) fn cards(visit: &Visit, pack: &CityPack, lists: &Lists) -> Markup {
    let l = visit.lang;
    html! {
        @if !lists.waiting.is_empty() {
            (card(text::waiting_yours(l), None, html! { ul.rows { @for one in &lists.waiting { li { (waits(visit, pack, one)) } } } }))
        }
        @if !lists.draws.is_empty() {
            (card(text::draw_title(l), None, html! { ul.rows { @for one in &lists.draws { li { (entered(visit, pack, one)) } } } }))
        }
    }
}

fn leaves(action: &str, label: &str, whose: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            button.btn.btn-link type="submit" aria-label={ (label) " · " (whose) } { span { (label) } }
        }
    }
}

fn waits(visit: &Visit, pack: &CityPack, one: &WaitingView) -> Markup {
    let l = visit.lang;
    let time = super::when(l, one.starts_at, one.starts_at, visit.now);
    let place = [one.place.get(l), one.resource.as_ref().map_or("", |resource| resource.get(l))];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    html! {
        div.row {
            span.row-text {
                span.row-title { (time) }
                span.row-detail { (place) }
                span.row-detail { (text::waiting_place(l, one.ahead as u64)) }
            }
            (leaves(&format!("/{}/waiting/{}/leave", pack.city.id, one.id), text::waiting_leave(l), &time))
        }
    }
}

fn entered(visit: &Visit, pack: &CityPack, one: &DrawEntry) -> Markup {
    let l = visit.lang;
    let day = format::day_and_weekday(l, one.on, visit.now.date());
    let place = pack.offers.get(&one.service).and_then(|offer| offer.place(&one.place));
    html! {
        div.row {
            span.row-text {
                span.row-title { (day) " · " (place.map_or("", |place| place.name.get(l))) }
                @match (one.lot, one.booking) {
                    (None, _) => span.row-detail { (text::draw_entered(l)) },
                    (Some(_), Some(_)) => (tag(Tone::Ok, text::draw_lot_won(l))),
                    (Some(_), None) => span.row-detail { (text::draw_lost(l)) },
                }
                @if let Some(lot) = one.lot { span.row-detail { (text::draw_lot(l, lot as u64, one.of as u64)) } }
            }
            @if one.lot.is_none() && visit.now < one.closes_at {
                (leaves(&format!("/{}/draws/{}/leave", pack.city.id, one.id), text::draw_leave(l), &day))
            }
        }
        div.actions {
            @if let Some(booking) = one.booking { (Button::secondary(text::draw_won(l)).href(&booking_path(pack, booking))) }
            (Button::link(text::draw_public_title(l)).href(&draw::path(pack, &one.service, &one.place, one.on)))
        }
    }
}

pub(crate) async fn leave(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("id")?);
    visit.platform().leave_waiting(visit.citizen()?, &pack.city.id, id).await?;
    Ok(visit.see_other(&format!("/{}/bookings", pack.city.id)))
}

pub(crate) async fn leave_draw(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("id")?);
    match visit.platform().leave_draw(visit.citizen()?, &pack.city.id, id).await {
        // Too late: the list says how it went.
        Err(error) if !matches!(error.kind, Kind::Conflict(_)) => Err(error.into()),
        _ => Ok(visit.see_other(&format!("/{}/bookings", pack.city.id))),
    }
}

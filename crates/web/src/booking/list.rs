//! My bookings: what is still to come, the next first, then what was.

use axum::response::Response;
use engine::{BookingLine, BookingPage};
use manifest::CityPack;
use maud::html;
use ui::{
    Button, Tone,
    component::{Row, card, empty, heading, rows},
    text,
};

use super::{
    booking_path,
    show::{tone, word},
    waiting, when,
};
use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let before = visit.query.get("before").parse().ok();
    let page = visit.platform().bookings(visit.citizen()?, &pack.city.id, before).await?;
    let lists = waiting::Lists::of(visit, &pack).await?;
    Ok(list_page(visit, &pack, &page, &lists))
}

pub(crate) fn list_page(visit: &Visit, pack: &CityPack, page: &BookingPage, lists: &waiting::Lists) -> Response {
    let l = visit.lang;
    let id = &pack.city.id;
    let (mut live, past): (Vec<&BookingLine>, Vec<&BookingLine>) =
        page.items.iter().partition(|line| line.state.is_live());
    live.sort_by_key(|line| line.starts_at);
    let title = text::bookings_title(l);
    let body = html! {
        (heading(title, ""))
        (waiting::said(visit))
        @if page.items.is_empty() && lists.is_empty() {
            (empty("calendar-check", text::bookings_none_title(l), text::bookings_none_detail(l), html! {
                (Button::secondary(text::services_title(l)).href(&format!("/{id}/services")))
            }))
        }
        @if !live.is_empty() { (card(text::bookings_live(l), None, lines(visit, pack, &live))) }
        (waiting::cards(visit, pack, lists))
        @if !past.is_empty() { (card(text::bookings_past(l), None, lines(visit, pack, &past))) }
        @if let Some(next) = page.next {
            p.actions { (Button::secondary(text::bookings_older(l)).href(&format!("/{id}/bookings?before={next}"))) }
        }
        p.actions { (Button::link(text::companions_link(l)).href("/me/companions")) }
    };
    visit.show(Sheet { title, back: &format!("/{id}"), body, ..Sheet::default() })
}

/// A booking in two lines and a word: where and what, when, how it stands.
pub(crate) struct Line {
    title: String,
    detail: String,
    href: String,
    tag: (Tone, &'static str),
}

impl Line {
    pub(crate) fn new(visit: &Visit, pack: &CityPack, line: &BookingLine) -> Self {
        let l = visit.lang;
        let service = visit.catalogue.services.get(&line.service).map_or("", |service| service.short_name.get(l));
        let time = when(l, line.starts_at, line.ends_at, visit.now);
        let resource = line.resource.as_ref().map_or("", |resource| resource.get(l));
        let detail = [line.place.get(l), resource].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        Self {
            title: format!("{service} · {time}"),
            detail: detail.join(" · "),
            href: booking_path(pack, line.id),
            tag: (tone(line.state), word(l, line.state)),
        }
    }

    pub(crate) fn row(&self, icon: Option<&'static str>) -> Row<'_> {
        Row { title: &self.title, detail: &self.detail, href: Some(&self.href), icon, tag: Some(self.tag), value: "" }
    }
}

fn lines(visit: &Visit, pack: &CityPack, list: &[&BookingLine]) -> maud::Markup {
    let lines: Vec<Line> = list.iter().map(|line| Line::new(visit, pack, line)).collect();
    rows(&lines.iter().map(|line| line.row(None)).collect::<Vec<_>>())
}

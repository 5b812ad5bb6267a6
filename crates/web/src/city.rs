//! Choosing a city: the one of last time, those lately visited, and all from A to Z.

use std::sync::Arc;

use manifest::{CityPack, city::CityState};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Row, card, heading, rows},
    icon, text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

/// `/`: the city of last time, or the choice.
pub(crate) async fn landing(visit: &mut Visit) -> Outcome {
    if let Some(pack) = &visit.look {
        return Ok(visit.see_other(&format!("/{}", pack.city.id)));
    }
    picker(visit).await
}

pub(crate) async fn picker(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let query = visit.query.get("q").trim();
    let mut found: Vec<Arc<CityPack>> = if query.is_empty() {
        visit.catalogue.cities.values().cloned().collect()
    } else {
        visit.catalogue.search_cities(query, l)
    };
    if query.is_empty() {
        // A to Z by pinyin, which is what the English name of a Chinese city is.
        found.sort_by(|a, b| a.city.name.en.cmp(&b.city.name.en));
    }
    let recent: Vec<Arc<CityPack>> =
        visit.recent_cities().skip(1).filter_map(|id| visit.catalogue.city(id).cloned()).collect();
    let (open, soon): (Vec<_>, Vec<_>) = found.into_iter().partition(|pack| pack.city.state == CityState::Open);
    let body = html! {
        (heading(text::cities_title(l), ""))
        form.search role="search" method="get" action="/cities" data-live="results" {
            label.sr for="q" { (l.pick("搜索城市", "Search cities")) }
            (icon("search"))
            input type="search" id="q" name="q" value=(query) placeholder=(l.pick("城市名或拼音", "Name of a city")) autocomplete="off" maxlength="30";
            button type="submit" { (text::search_button(l)) }
        }
        div #results aria-live="polite" {
            @if query.is_empty() {
                @if let Some(pack) = &visit.look { (list(visit, text::city_current(l), std::slice::from_ref(pack))) }
                (list(visit, text::city_recent(l), &recent))
            }
            (list(visit, text::cities_open(l), &open))
            (list(visit, text::cities_soon(l), &soon))
            @if open.is_empty() && soon.is_empty() {
                section.card { p { (text::search_none_title(l, query)) } p.actions { (Button::link(text::cities_title(l)).href("/cities")) } }
            }
        }
    };
    Ok(visit.show(Sheet { title: text::cities_title(l), body, ..Sheet::default() }))
}

fn list(visit: &Visit, title: &str, packs: &[Arc<CityPack>]) -> Markup {
    let l = visit.lang;
    let words: Vec<(String, String)> = packs
        .iter()
        .map(|pack| {
            let count = visit.catalogue.services_of(pack).count() as u64;
            let detail = match pack.city.state {
                CityState::Open => format!("{} · {}", pack.city.province.get(l), text::city_service_count(l, count)),
                CityState::Soon => pack.city.province.get(l).to_owned(),
            };
            (format!("/{}", pack.city.id), detail)
        })
        .collect();
    let list: Vec<Row<'_>> = packs
        .iter()
        .zip(&words)
        .map(|(pack, (href, detail))| Row {
            title: pack.city.name.get(l),
            detail,
            href: Some(href),
            icon: Some("map-pin"),
            tag: (pack.city.state == CityState::Soon).then(|| (Tone::Plain, text::city_in_preparation(l))),
            ..Row::default()
        })
        .collect();
    html! { @if !list.is_empty() { (card(title, None, rows(&list))) } }
}

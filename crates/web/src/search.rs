//! Search among a city's services and the places at which they are booked: Chinese, pinyin, initials, everyday words.
//! Nothing found is not a dead end.

use manifest::{CityPack, Service, search::PlaceHit};
use maud::{Markup, html};
use ui::{
    component::{Row, heading, rows},
    text,
};

use crate::{
    booking,
    route::Outcome,
    service::list,
    visit::{Sheet, Visit},
};

const QUERY_CHARS_MAX: usize = 60;

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let l = visit.lang;
    let city = &pack.city;
    let query: String = visit.query.get("q").trim().chars().take(QUERY_CHARS_MAX).collect();
    let hits = visit.catalogue.search(&pack, &query, l);
    let places = visit.catalogue.search_places(&pack, &query, l);
    let found: Vec<&Service> = hits.iter().map(|hit| &*hit.service).collect();
    let all: Vec<&Service> = visit.catalogue.services_of(&pack).map(|service| &**service).collect();
    // A place by its name is an answer; below it, what else the word could mean.
    let places_first = places.first().map(|hit| hit.score) > hits.first().map(|hit| hit.score);
    let title = match (query.is_empty(), found.len() + places.len()) {
        (true, _) => text::search_title(l).to_owned(),
        (false, 0) => text::search_none_title(l, &query),
        (false, count) => text::search_results(l, count as u64, &query),
    };
    let body = html! {
        (ui::component::band::search(l, &format!("/{}/search", city.id), &query))
        div #results aria-live="polite" {
            @if query.is_empty() {
                (heading(&title, text::search_hint(l)))
                (list(visit, city.id.as_str(), &all))
            } @else if found.is_empty() && places.is_empty() {
                (heading(&title, text::search_none_detail(l)))
                section.card { (rows(&[Row { title: &text::help_call(l, &city.hotline), detail: text::help_call_detail(l),
                    href: Some(&format!("tel:{}", city.hotline)), icon: Some("phone"), ..Row::default() }])) }
                h2 { (text::search_closest(l)) }
                (list(visit, city.id.as_str(), &all))
            } @else {
                (heading(&title, ""))
                @if places_first { (place_list(visit, &pack, &places)) }
                @if !found.is_empty() { (list(visit, city.id.as_str(), &found)) }
                @if !places_first { (place_list(visit, &pack, &places)) }
            }
        }
    };
    Ok(visit.show(Sheet { title: &title, back: &format!("/{}", city.id), body, ..Sheet::default() }))
}

/// Places, each a link straight to what can be booked there.
fn place_list(visit: &Visit, pack: &CityPack, places: &[PlaceHit]) -> Markup {
    let l = visit.lang;
    let links: Vec<String> = places
        .iter()
        .map(|hit| {
            let pairs = [("place", Some(hit.place.as_str())), ("to", hit.stop.as_deref())];
            let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
            booking::href(&booking::book_path(pack, &hit.service), pairs)
        })
        .collect();
    let rows_of: Vec<Row<'_>> = places
        .iter()
        .zip(&links)
        .map(|(hit, href)| Row {
            title: hit.name.get(l),
            detail: hit.service.short_name.get(l),
            href: Some(href),
            icon: Some("map-pin"),
            ..Row::default()
        })
        .collect();
    html! {
        @if !rows_of.is_empty() { section.card aria-label=(text::search_places(l)) { (rows(&rows_of)) } }
    }
}

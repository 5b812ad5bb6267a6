//! Search among a city's services: Chinese, pinyin, initials, everyday words. Nothing found is not a dead end.

use manifest::Service;
use maud::html;
use ui::{
    component::{Row, heading, rows},
    text,
};

use crate::{
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
    let found: Vec<&Service> = hits.iter().map(|hit| &*hit.service).collect();
    let all: Vec<&Service> = visit.catalogue.services_of(&pack).map(|service| &**service).collect();
    let title = match (query.is_empty(), found.len()) {
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
            } @else if found.is_empty() {
                (heading(&title, text::search_none_detail(l)))
                section.card { (rows(&[Row { title: &text::help_call(l, &city.hotline), detail: text::help_call_detail(l),
                    href: Some(&format!("tel:{}", city.hotline)), icon: Some("phone"), ..Row::default() }])) }
                h2 { (text::search_closest(l)) }
                (list(visit, city.id.as_str(), &all))
            } @else {
                (heading(&title, ""))
                (list(visit, city.id.as_str(), &found))
            }
        }
    };
    Ok(visit.show(Sheet { title: &title, back: &format!("/{}", city.id), body, ..Sheet::default() }))
}

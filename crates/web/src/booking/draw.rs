//! A draw as everybody may see it: the fingerprint of the seed before the first claim, everything else after the last, and
//! a file from which anybody can compute it again.

use axum::response::Response;
use engine::DrawView;
use kernel::{Date, Error, Kind, ServiceId};
use manifest::{CityPack, Service};
use maud::html;
use ui::{
    Button,
    component::{Draw, card, heading},
    format, text,
};

use super::{browse::Steps, href as with_query};
use crate::{
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

pub(crate) fn path(pack: &CityPack, service: &ServiceId, place: &str, on: Date) -> String {
    let on = on.to_string();
    with_query(&format!("/{}/s/{service}/draw", pack.city.id), [("place", place), ("on", on.as_str())].into_iter())
}

pub(crate) fn href(steps: &Steps<'_>, on: Date) -> String {
    path(steps.pack, &steps.service.id, steps.chosen.get("place"), on)
}

async fn asked(visit: &mut Visit) -> Result<(std::sync::Arc<CityPack>, std::sync::Arc<Service>, DrawView), Trouble> {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let on: Date = visit.query.get("on").parse().map_err(|_| Kind::NotFound)?;
    let draw = visit.platform().draw(&pack.city.id, &service.id, visit.query.get("place"), on).await?;
    Ok((pack, service, draw))
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let (pack, service, draw) = asked(visit).await?;
    Ok(page(visit, &pack, &service, &draw))
}

pub(crate) fn page(visit: &Visit, pack: &CityPack, service: &Service, draw: &DrawView) -> Response {
    let l = visit.lang;
    let at = |at| format::moment(l, at, visit.now);
    let place = pack.offers.get(&service.id).and_then(|offer| offer.place(&draw.place));
    let place = place.map_or("", |place| place.name.get(l));
    let day = format::day_and_weekday(l, draw.on, visit.now.date());
    let on = draw.on.to_string();
    let chosen = [("place", draw.place.as_str()), ("on", on.as_str())];
    let file = with_query(&format!("/{}/s/{}/draw.json", pack.city.id, service.id), chosen.into_iter());
    let back = with_query(&super::book_path(pack, service), chosen.into_iter());
    let stage = match &draw.drawn {
        Some(drawn) => text::draw_done(l, &at(drawn.at)),
        None if visit.now < draw.opens_at => text::draw_not_yet(l, &at(draw.opens_at)),
        None if visit.now >= draw.closes_at => text::draw_closed(l, &at(draw.closes_at)),
        None => text::draw_lead(l, &at(draw.opens_at), &at(draw.closes_at)),
    };
    let open = draw.drawn.is_none() && (draw.opens_at..draw.closes_at).contains(&visit.now);
    let drawn = draw.drawn.as_ref().map(|drawn| (&*drawn.seed, &*drawn.beacon, drawn.claims.len() as u64));
    let title = text::draw_title(l);
    let body = html! {
        (heading(title, &format!("{} · {place} · {day}", service.name.get(l))))
        p { (stage) }
        @if open { p.actions { (Button::primary(text::draw_enter(l)).href(&back).wide()) } }
        (card(text::draw_public_title(l), None, html! {
            p { (text::draw_public_detail(l)) }
            (Draw { commitment: &draw.commitment, drawn, file_href: drawn.is_some().then_some(file.as_str()) }.html(l))
        }))
    };
    visit.show(Sheet { title, back: &back, body, ..Sheet::default() })
}

/// All that is needed to compute it again, for machines.
pub(crate) async fn file(visit: &mut Visit) -> Outcome {
    let (_, _, draw) = asked(visit).await?;
    let Some(drawn) = &draw.drawn else { return Err(Kind::NotFound.into()) };
    let hex = |ids: &[kernel::Id]| -> Vec<String> {
        ids.iter().map(|id| id.0.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
    };
    let file = serde_json::json!({
        "commitment": draw.commitment, "seed": drawn.seed, "beacon": drawn.beacon,
        "claims": hex(&drawn.claims), "order": hex(&drawn.order),
    });
    let text = serde_json::to_string_pretty(&file).map_err(Error::internal)?;
    Ok(visit.file("application/json; charset=utf-8", Some("draw.json"), text))
}

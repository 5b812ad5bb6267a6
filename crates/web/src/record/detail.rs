//! One record in full, with its evidence, what the rules say about it, and the way to pay it.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use engine::Answer;
use kernel::{Kind, Lang};
use manifest::{
    CityPack, Service,
    binding::Row,
    service::{FieldKind, Place},
};
use maud::html;
use ui::{
    component::{Summary, card, disclosure, evidence as picture, heading, summary},
    text,
};

use super::{
    Paths, if_wrong, payable, source, subject_line,
    value::{fields, line, title_of, words},
};
use crate::{
    bill, headers,
    return_path::encode,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let key = visit.param("row").to_owned();
    let found = visit.platform().ask_row(visit.citizen()?, &pack.city.id, &service.id, card, &key).await;
    let (answer, row) = match found {
        // The page of the card says what that means and what to do.
        Err(error) if error.kind == Kind::Conflict("card_unmatched") => {
            return Ok(visit.see_other(&format!("{}?card={card}", Paths::new(&pack, &service).ask)));
        }
        found => found?,
    };
    Ok(page(visit, &pack, &service, &answer, &row, &key))
}

pub(crate) fn page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    answer: &Answer,
    row: &Row,
    key: &str,
) -> Response {
    let l = visit.lang;
    let paths = Paths::new(pack, service);
    let title = title_of(l, service, row);
    let all = || service.fields().iter().filter(|field| matches!(field.place, Place::List | Place::Detail));
    let said = all().filter(|field| field.derive.is_none()).filter_map(|field| line(l, field, row, true));
    let by_rules: Vec<Summary<'_>> =
        all().filter(|field| field.derive.is_some()).filter_map(|field| line(l, field, row, true)).collect();
    let evidence = service.answer.as_ref().and_then(|shown| shown.evidence.as_ref());
    let photo = evidence.map(|field| row.get(field).is_some_and(|path| !path.text().is_empty()));
    let src = format!("{}/evidence/{}/{}", paths.service, answer.card.id, encode(key));
    let back = paths.of_card(&answer.card);
    let payable = payable(visit, pack, service, answer);
    let pay = payable.as_ref().and_then(|payable| payable.row(key));
    let body = html! {
        (heading(&title, &subject_line(l, &answer.card)))
        (source(visit, answer, None))
        @if let Some(pay) = pay { (bill::beside(visit, pack, service, answer, pay)) }
        @if let Some(given) = photo {
            (card(text::evidence_title(l), None, html! {
                @if given {
                    (picture(&src, &photo_alt(l, service, row), &text::evidence_caption(l, answer.department.get(l)), EVIDENCE_PX.0, EVIDENCE_PX.1))
                } @else { p.hint { (text::evidence_none(l)) } }
            }))
        }
        (card(text::detail_title(l), None, summary(said)))
        @if !by_rules.is_empty() { (card(text::explained_by_rules(l), None, summary(by_rules))) }
        (if_wrong(visit, service, answer))
        section.card {
            (disclosure(&text::fingerprint(l, &answer.evidence_sha256.chars().take(12).collect::<String>()), html! {
                p { (text::fingerprint_hint(l)) }
                p { code { (answer.evidence_sha256) } }
            }))
        }
    };
    visit.show(Sheet {
        title: text::detail_title(l),
        back: &back,
        picture: photo == Some(true),
        body,
        ..Sheet::default()
    })
}

/// The shape of an evidence sheet: the place kept free for it until it arrives.
const EVIDENCE_PX: (u32, u32) = (640, 360);

/// What the photograph shows, from the record itself: when and where.
fn photo_alt(lang: Lang, service: &Service, row: &Row) -> String {
    let of = |kind: FieldKind| {
        let field = fields(service, Place::List).find(|field| field.kind == kind)?;
        row.get(&field.key).map(|value| words(lang, field, value))
    };
    match (of(FieldKind::DateTime), of(FieldKind::Text)) {
        (Some(at), Some(place)) => text::evidence_alt(lang, &at, &place),
        _ => text::evidence_title(lang).to_owned(),
    }
}

pub(crate) async fn evidence(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let key = visit.param("row");
    let (content_type, bytes) =
        visit.platform().evidence(visit.citizen()?, &pack.city.id, &service.id, card, key).await?;
    let mut response = Response::new(Body::from(bytes));
    headers::put_on(response.headers_mut(), None, true);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}

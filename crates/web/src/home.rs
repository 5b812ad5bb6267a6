//! A city's home page: my figures, the services, one tap each. It waits for no department, and shows nothing dead.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use capability::payment::State;
use engine::{BookingLine, Home, HomeStat};
use kernel::Lang;
use manifest::{
    CityPack, Service,
    service::{Subject, Tone},
};
use maud::{Markup, html};
use ui::{
    component::{Row, Stat, Tile, card, rows, stats, tiles},
    format, text,
};

use crate::{
    booking::list::Line,
    frame::{self, Frame},
    headers::Text,
    return_path::with_return,
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Tiles on the home page; the rest is one tap further.
const TILES_MAX: usize = 8;

/// More bookings than these are one tap further.
const BOOKINGS_MAX: usize = 3;

/// More figures than fit a thumb's width are a table, which is one tap away.
const FIGURES_MAX: usize = 4;

/// A figure older than this says how old it is.
const FIGURE_AGE_SHOWN_MS: i64 = 10 * 60_000;

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let city = &pack.city;
    visit.remember_city(&city.id);
    let home = match visit.citizen.as_ref().filter(|citizen| citizen.verified) {
        Some(citizen) => Some(visit.platform().home(citizen, &city.id).await?),
        None => None,
    };
    Ok(page(visit, &pack, home.as_ref()))
}

/// The page is what concerns the person in a frame that many people share.
pub(crate) fn page(visit: &Visit, pack: &Arc<CityPack>, home: Option<&Home>) -> Response {
    let services = || visit.catalogue.services_of(pack).map(|service| &**service);
    let cards = with_card(services(), home);
    // Whoever has nothing here yet is shown a way on that is the same for all of them, so it belongs to the frame.
    let plain = home.is_none_or(|home| {
        home.cards.is_empty() && home.bookings.is_empty() && home.asked_consents == 0 && home.unfinished.is_none()
    });
    let mine = || mine(visit, pack, home);
    let inside = || if plain { mine() } else { frame::hole() };
    let frame = || Frame::new(&around(visit, pack, &services().collect::<Vec<_>>(), cards, inside()));
    // An address with a query of its own returns to itself from the size buttons, so its frame is not everybody's.
    let frame = if visit.here().strip_prefix('/') == Some(pack.city.id.as_str()) {
        let key = frame::Key {
            city: frame::city(pack),
            lang: visit.lang,
            size: visit.size,
            theme: visit.theme,
            channel: visit.channel,
            styled: visit.style().1,
            signed_in: visit.citizen.is_some(),
            verified: home.is_some(),
            plain,
            cards,
        };
        visit.site.frames.of(&visit.catalogue, key, frame)
    } else {
        Arc::new(frame())
    };
    let mine = if plain { String::new() } else { mine().into_string() };
    visit.answer(StatusCode::OK, Text::Framed(&frame, &mine))
}

/// Everything that is the same for all who have cards for the same services.
fn around(visit: &Visit, pack: &CityPack, services: &[&Service], cards: u16, inside: Markup) -> String {
    let city = &pack.city;
    let l = visit.lang;
    let hotline = text::help_call(l, &city.hotline);
    let path = |page: &str| format!("/{}/{page}", city.id);
    let (bills, payments, bookings) = (path("bills"), path("payments"), path("bookings"));
    let billed = services.iter().any(|service| service.subject == Subject::Customer);
    let paid = services.iter().any(|service| service.pay.is_some());
    let row = |title, detail, href, icon| Row { title, detail, href: Some(href), icon: Some(icon), ..Row::default() };
    let money = [
        (!pack.offers.is_empty())
            .then(|| row(text::bookings_title(l), text::bookings_row_detail(l), &*bookings, "calendar-check")),
        billed.then(|| row(text::bills_title(l), text::bills_row_detail(l), &*bills, "receipt")),
        paid.then(|| row(text::payments_title(l), text::payments_row_detail(l), &*payments, "wallet")),
    ];
    let money: Vec<Row<'_>> = money.into_iter().flatten().collect();
    let below = [
        Row {
            title: text::home_who_looked_title(l),
            detail: text::home_who_looked_detail(l),
            href: Some("/me/access"),
            icon: Some("eye"),
            ..Row::default()
        },
        Row {
            title: &hotline,
            detail: text::help_call_detail(l),
            href: Some("/help"),
            icon: Some("phone"),
            ..Row::default()
        },
    ];
    let body = html! {
        div.cols {
            div { (inside) (common(visit, pack, services, cards)) }
            div {
                @if visit.citizen.is_some() && !money.is_empty() { (rows_card(&money)) }
                (rows_card(if visit.citizen.is_some() { &below } else { &below[1..] }))
            }
        }
    };
    let title = text::home_title(l, city.name.get(l));
    visit.document(Sheet { title: &title, back: "/cities", home: true, body, ..Sheet::default() })
}

fn rows_card(list: &[Row<'_>]) -> Markup {
    html! { section.card { (rows(list)) } }
}

/// What concerns the person: the way in, the way on, or the figures.
fn mine(visit: &Visit, pack: &CityPack, home: Option<&Home>) -> Markup {
    let l = visit.lang;
    let id = &pack.city.id;
    let here = format!("/{id}");
    match (&visit.citizen, home) {
        (None, _) => rows_card(&[Row {
            title: text::sign_in_row_title(l),
            detail: text::sign_in_row_detail(l),
            href: Some(&with_return("/sign-in", Some(&here))),
            icon: Some("log-in"),
            ..Row::default()
        }]),
        (Some(_), None) => rows_card(&[Row {
            title: text::real_name_needed(l),
            detail: text::real_name_lead(l),
            href: Some(&with_return("/real-name", Some(&here))),
            icon: Some("user-check"),
            ..Row::default()
        }]),
        (Some(_), Some(home)) => html! {
            @if home.asked_consents > 0 {
                (rows_card(&[Row { title: &waiting(l, home.asked_consents), href: Some("/me/consents"), icon: Some("handshake"), ..Row::default() }]))
            }
            @if let Some((payment, state)) = home.unfinished { (rows_card(&[unfinished(l, state, &format!("/{id}/payments/{payment}"))])) }
            @if !home.bookings.is_empty() { (ahead(visit, pack, &home.bookings)) }
            @if home.cards.is_empty() {
                (rows_card(&[Row { title: text::add_card_row_title(l), detail: text::add_card_row_detail(l),
                    href: Some(&format!("/{id}/cards")), icon: Some("plus"), ..Row::default() }]))
            } @else {
                (figures(visit, pack, home))
            }
        },
    }
}

/// Bookings that something is still to come of, the next first.
fn ahead(visit: &Visit, pack: &CityPack, bookings: &[BookingLine]) -> Markup {
    let l = visit.lang;
    let lines: Vec<Line> = bookings.iter().take(BOOKINGS_MAX).map(|line| Line::new(visit, pack, line)).collect();
    let list: Vec<Row<'_>> = lines.iter().map(|line| line.row(Some("calendar-check"))).collect();
    card(text::bookings_title(l), Some((text::all(l), &format!("/{}/bookings", pack.city.id))), rows(&list))
}

/// A payment that was begun: on, or out; or paid, and only to be looked at.
fn unfinished<'a>(lang: Lang, state: State, href: &'a str) -> Row<'a> {
    let (title, detail) = match state {
        State::Pending => (text::payment_open_row(lang), text::payment_open_row_detail(lang)),
        _ => (text::payment_processing_row(lang), text::payment_processing_row_detail(lang)),
    };
    Row { title, detail, href: Some(href), icon: Some("wallet"), ..Row::default() }
}

fn waiting(lang: Lang, count: u64) -> String {
    match lang {
        Lang::ZhCn => format!("有 {count} 位家人等您同意"),
        Lang::En => format!("Waiting for your consent: {count}"),
    }
}

fn figures(visit: &Visit, pack: &CityPack, home: &Home) -> Markup {
    let l = visit.lang;
    let services: Vec<&Service> = visit.catalogue.services_of(pack).map(|service| &**service).collect();
    let shown = foremost(home);
    let drawn: Vec<(String, String, Option<&str>)> = shown
        .iter()
        .map(|figure| {
            let old = figure.fetched_at.filter(|at| visit.now.since_ms(*at) > FIGURE_AGE_SHOWN_MS);
            let note = old.map(|at| format::age(l, at, visit.now)).unwrap_or_default();
            let service = services.iter().find(|service| service.id == figure.service);
            (
                ask_href(pack, &figure.service),
                note,
                service.and_then(|service| chosen(l, service, figure.value.as_deref()?)),
            )
        })
        .collect();
    let strip: Vec<Stat<'_>> = shown
        .iter()
        .zip(&drawn)
        .filter(|(figure, _)| services.iter().any(|service| service.id == figure.service))
        .map(|(figure, (href, note, words))| Stat {
            label: figure.label.get(l),
            value: words.or(figure.value.as_deref()).unwrap_or("—"),
            unit: if figure.value.is_some() && words.is_none() { figure.unit.get(l) } else { "" },
            words: words.is_some(),
            href: Some(href),
            tone: figure.tone.into(),
            note,
        })
        .collect();
    html! { @if !strip.is_empty() { (stats(&strip)) } }
}

/// The figures worth a place: those that ask for something before those that reassure, and none for what was never asked.
fn foremost(home: &Home) -> Vec<&HomeStat> {
    let mut shown: Vec<&HomeStat> = home.strip.iter().filter(|figure| figure.value.is_some()).collect();
    shown.sort_by_key(|figure| !matches!(figure.tone, Tone::Warn | Tone::Bad));
    shown.truncate(FIGURES_MAX);
    shown
}

/// The words of a figure that is one of several choices; numbers speak for themselves.
fn chosen<'a>(lang: Lang, service: &'a Service, value: &str) -> Option<&'a str> {
    let key = service.answer.as_ref()?.home.field.as_deref()?;
    let field = service.fields().iter().find(|field| field.key == key)?;
    field.choices.iter().find(|choice| choice.value == value).map(|choice| choice.label.get(lang))
}

fn ask_href(pack: &CityPack, service: &kernel::ServiceId) -> String {
    format!("/{}/s/{service}/ask", pack.city.id)
}

/// One bit for each tile whose service the person has a card for.
fn with_card<'a>(services: impl Iterator<Item = &'a Service>, home: Option<&Home>) -> u16 {
    let Some(home) = home.filter(|home| !home.cards.is_empty()) else { return 0 };
    let has = |service: &Service| home.cards.iter().any(|card| card.fits(service));
    services.take(TILES_MAX).enumerate().fold(0, |bits, (at, service)| bits | u16::from(has(service)) << at)
}

fn common(visit: &Visit, pack: &CityPack, services: &[&Service], cards: u16) -> Markup {
    let l = visit.lang;
    let id = &pack.city.id;
    let hrefs: Vec<String> = services
        .iter()
        .take(TILES_MAX)
        .enumerate()
        .map(|(at, service)| {
            // Whoever has the card gets the answer; everybody else reads first what the service is.
            match service.booking {
                // What is free can be looked at without reading first.
                Some(_) => format!("/{id}/s/{}/book", service.id),
                None if cards >> at & 1 == 1 => ask_href(pack, &service.id),
                None => format!("/{id}/s/{}", service.id),
            }
        })
        .collect();
    let list: Vec<Tile<'_>> = services
        .iter()
        .zip(&hrefs)
        .map(|(service, href)| Tile { label: service.short_name.get(l), href, icon: &service.icon })
        .collect();
    let all = text::all_count(l, services.len() as u64);
    card(text::common_services(l), Some((&all, &format!("/{id}/services"))), tiles(&list))
}

//! The queue, and the little work that a rush asks for: the form comes back with everything in it, and sends itself again.

use axum::{http::StatusCode, response::Response};
use engine::Waits;
use manifest::{CityPack, Service};
use maud::html;
use ui::{
    Button,
    component::{Queue, Work, heading},
    text,
};

use super::{Chosen, book_path, check_path, length};
use crate::visit::{Sheet, Visit};

/// Nobody asks more often, and nobody waits longer to hear how far the queue is.
const AGAIN_S: std::ops::RangeInclusive<u64> = 3..=15;

pub(crate) fn page(visit: &Visit, pack: &CityPack, service: &Service, waits: &Waits) -> Response {
    match waits {
        Waits::Queue { ahead, wait_s, turn } => queue_page(visit, pack, service, (*ahead, *wait_s, turn)),
        Waits::Work { challenge, bits, wait_s } => {
            let wait_s = u32::try_from(*wait_s).unwrap_or(0);
            work_page(visit, pack, service, (challenge, *bits, wait_s))
        }
    }
}

/// Where somebody stands.
fn queue_page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    (ahead, wait_s, turn): (u64, Option<u64>, &str),
) -> Response {
    let l = visit.lang;
    let wait = wait_s.map(|seconds| length(l, seconds));
    let form = kept(visit, &[("turn", turn)]);
    let queue = Queue {
        action: &check_path(pack, service),
        form: &pairs(&form),
        ahead,
        wait: wait.as_deref(),
        again_s: u32::try_from(wait_s.unwrap_or(0).clamp(*AGAIN_S.start(), *AGAIN_S.end())).unwrap_or(u32::MAX),
    };
    let body = html! {
        (heading(text::queue_title(l), text::queue_lead(l)))
        (queue.html(l))
        (leave(visit, pack, service))
    };
    sheet(visit, pack, service, text::queue_title(l), body)
}

/// A sum to solve, or a moment to wait.
fn work_page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    (challenge, bits, wait_s): (&str, u8, u32),
) -> Response {
    let l = visit.lang;
    let form = kept(visit, &[]);
    let work = Work { action: &check_path(pack, service), form: &pairs(&form), challenge, bits, wait_s };
    let body = html! {
        (heading(text::work_title(l), text::work_lead(l)))
        (work.html(l))
        (leave(visit, pack, service))
    };
    sheet(visit, pack, service, text::work_title(l), body)
}

fn leave(visit: &Visit, pack: &CityPack, service: &Service) -> maud::Markup {
    let back = Chosen::of(&visit.form).without(&["at", "period", "band", "resource"]).href(&book_path(pack, service));
    html! { p.actions { (Button::link(text::queue_leave(visit.lang)).href(&back)) } }
}

fn sheet(visit: &Visit, pack: &CityPack, service: &Service, title: &str, body: maud::Markup) -> Response {
    // The form that is sent again may end at a cashier.
    visit.show(Sheet {
        title,
        back: &book_path(pack, service),
        pays: true,
        status: StatusCode::OK,
        body,
        ..Sheet::default()
    })
}

/// Everything that the form held, with some of it replaced; an answer to an earlier challenge is not sent again.
fn kept(visit: &Visit, newer: &[(&str, &str)]) -> Vec<(String, String)> {
    let stale = |name: &str| ["challenge", "solution"].contains(&name) || newer.iter().any(|(key, _)| *key == name);
    let kept = visit.form.iter().filter(|(name, _)| !stale(name));
    kept.chain(newer.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

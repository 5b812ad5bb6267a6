//! The queue: where somebody stands, and the form with everything in it, which sends itself again. Without a script the
//! page looks again by itself and says when it is their turn; the button is then pressed once more.

use axum::{http::StatusCode, response::Response};
use engine::Waits;
use manifest::{CityPack, Service};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Queue, heading, notice},
    text,
};

use super::{Chosen, book_path, check_path, href, length, person};
use crate::{
    form::Pairs,
    visit::{Sheet, Visit},
};

/// Nobody asks more often, and nobody waits longer to hear how far the queue is.
const AGAIN_S: std::ops::RangeInclusive<u64> = 3..=60;

pub(crate) fn page(visit: &Visit, pack: &CityPack, service: &Service, waits: &Waits) -> Response {
    let l = visit.lang;
    let wait = waits.wait_s.map(|seconds| length(l, seconds));
    let form = kept(person::source(visit), &waits.turn);
    let solved = form.iter().any(|(name, value)| *name == "solution" && !value.is_empty());
    let queue = Queue {
        action: &check_path(pack, service),
        form: &form,
        ahead: waits.ahead,
        wait: wait.as_deref(),
        again_s: seconds(waits.again_s()),
        turn: &waits.turn,
        bits: if solved { 0 } else { waits.bits },
    };
    let body = html! {
        (heading(text::queue_title(l), text::queue_lead(l)))
        (queue.html(l))
        p.actions { (Button::link(text::queue_leave(l)).href(&Chosen::of(person::source(visit)).without(&["at", "period", "band", "resource"]).href(&book_path(pack, service)))) }
    };
    // What names another person stands in no address: such a page is looked at by hand.
    let look = form.iter().filter(|(name, _)| !["key", "pay_key", "provider", "total_fen", "solution"].contains(name));
    let look = href(&check_path(pack, service), look.copied());
    let named = form.iter().any(|(name, value)| name.starts_with("partner") && !value.is_empty());
    let refresh = (!named).then(|| (seconds(waits.again_s().max(waits.unsolved_s)), look));
    visit.show(Sheet {
        title: text::queue_title(l),
        back: &book_path(pack, service),
        // The form that is sent again may end at a cashier.
        pays: true,
        status: StatusCode::OK,
        refresh,
        body,
        ..Sheet::default()
    })
}

fn seconds(s: u64) -> u32 {
    u32::try_from(s.clamp(*AGAIN_S.start(), *AGAIN_S.end())).unwrap_or(u32::MAX)
}

/// Everything that the form held, with the turn that it has now; what solved an earlier one is not sent again.
fn kept<'a>(pairs: &'a Pairs, turn: &'a str) -> Vec<(&'a str, &'a str)> {
    let same = pairs.get("turn") == turn;
    let kept = pairs.iter().filter(|(name, value)| match *name {
        "turn" => false,
        "solution" => same && !value.is_empty(),
        _ => true,
    });
    kept.chain([("turn", turn)]).collect()
}

/// For the form of whoever has a turn already.
pub(crate) fn turn(pairs: &Pairs) -> Markup {
    html! {
        @for name in ["turn", "solution"] {
            @if !pairs.get(name).is_empty() { input type="hidden" name=(name) value=(pairs.get(name)); }
        }
    }
}

/// Above the form of whoever looked at the queue until it was their turn.
pub(crate) fn your_turn(visit: &Visit) -> Markup {
    let l = visit.lang;
    html! {
        @if visit.form.is_empty() && !visit.query.get("turn").is_empty() {
            (notice(Tone::Ok, text::queue_in_title(l), html! { p { (text::queue_in_detail(l)) } }))
        }
    }
}

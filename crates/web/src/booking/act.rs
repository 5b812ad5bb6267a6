//! What is done with a booking: each a form of its page, which answers with that page again. What cannot be done any more
//! changes nothing, and the page says why.

use axum::response::Response;
use capability::booking::State;
use engine::{BookingView, OnceKey, Wished};
use kernel::{Kind, Money};
use manifest::CityPack;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Summary, card, form, heading, notice, summary},
    format, text,
};

use super::{booking_path, refused, show, when};
use crate::{
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

/// Back to the booking's page; with what stood in the way, if something did.
async fn after(visit: &mut Visit, done: kernel::Result<Wished<State>>) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("booking")?;
    match done {
        Ok(Ok(_)) => Ok(visit.see_other(&booking_path(&pack, id))),
        Ok(Err(refusal)) => {
            let (title, detail) = refused::words(visit, &refusal);
            let above = notice(Tone::Warn, &title, html! { @if !detail.is_empty() { p { (detail) } } });
            said(visit, above).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page as it is now, below why not; its status says so to machines.
async fn said(visit: &mut Visit, above: Markup) -> Outcome {
    let mut response = show::with(visit, above).await?;
    *response.status_mut() = refused::STATUS;
    Ok(response)
}

pub(crate) async fn confirm(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let done = visit.platform().confirm_booking(visit.citizen()?, &pack.city.id, id).await;
    after(visit, done).await
}

pub(crate) async fn extend(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let done = visit.platform().extend_hold(visit.citizen()?, &pack.city.id, id).await;
    after(visit, done).await
}

pub(crate) async fn consent(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let done = visit.platform().consent_booking(visit.citizen()?, &pack.city.id, id).await;
    after(visit, done).await
}

pub(crate) async fn decline(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let done = visit.platform().decline_booking(visit.citizen()?, &pack.city.id, id).await;
    after(visit, done).await
}

pub(crate) async fn cancel(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let citizen = visit.citizen()?;
    // What comes back falls with time: nobody gives up for less than they were told.
    let told = visit.form.get("back_fen").parse().ok().map(Money::from_fen);
    if let Some(told) = told {
        let booking = visit.platform().booking(citizen, &pack.city.id, id).await?;
        if booking.can.cancel.is_some_and(|cancel| cancel.back != told) {
            return Ok(cancel_page(visit, &pack, &booking));
        }
    }
    let done = visit.platform().cancel_booking(citizen, &pack.city.id, id).await;
    after(visit, done).await
}

pub(crate) async fn pay(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let provider = visit.form.get("provider").to_owned();
    let (citizen, key): (_, OnceKey) = (visit.citizen()?, visit.once()?);
    match visit.platform().pay_booking(citizen, &pack.city.id, id, &provider, key).await {
        Ok(Ok(payment)) => Ok(visit.see_other(&format!("/{}/payments/{payment}?go=1", pack.city.id))),
        Ok(Err(refusal)) => after(visit, Ok(Err(refusal))).await,
        Err(error) if matches!(error.kind, Kind::Unavailable(_)) => {
            let l = visit.lang;
            said(visit, notice(Tone::Warn, text::pay_none_title(l), html! { p { (text::pay_none_detail(l)) } })).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What follows from giving it up, before anything is given up.
pub(crate) async fn cancel_form(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let booking = visit.platform().booking(visit.citizen()?, &pack.city.id, id).await?;
    if !booking.state.is_live() {
        return Ok(visit.see_other(&booking_path(&pack, id)));
    }
    Ok(cancel_page(visit, &pack, &booking))
}

pub(crate) fn cancel_page(visit: &Visit, pack: &CityPack, booking: &BookingView) -> Response {
    let l = visit.lang;
    let path = booking_path(pack, booking.id);
    let title = text::cancel_title(l);
    let time = when(l, booking.starts_at, booking.ends_at, visit.now);
    let body = html! {
        (heading(title, &format!("{} · {time}", booking.place.name.get(l))))
        @if let Some(cancel) = &booking.can.cancel {
            (card(text::cancel_what(l), None, html! {
                @if booking.paid > Money::ZERO {
                    (summary([
                        Some(Summary::markup(text::refund_back(l), html! { strong.sum { (format::money(cancel.back)) } }).hint(text::cancel_back_how(l))),
                        (cancel.kept > Money::ZERO).then(|| Summary::text(text::cancel_kept(l), &format::money(cancel.kept))),
                    ].into_iter().flatten()))
                } @else {
                    p { (text::cancel_no_money(l)) }
                }
                @if let Some(until_at) = cancel.until_at { p.hint { (text::cancel_until(l, &format::moment(l, until_at, visit.now))) } }
            }))
            (form(l, &format!("{path}/cancel"), "", html! {
                input type="hidden" name="back_fen" value=(cancel.back.fen());
                @let label = if booking.paid > Money::ZERO { text::cancel_button_money(l, &cancel.back.yuan()) } else { text::cancel_button(l).to_owned() };
                (Button::danger(&label).wide())
            }))
        } @else {
            (notice(Tone::Warn, text::cancel_late_title(l), html! { p { (text::cancel_late_detail(l)) } }))
        }
        p.actions { (Button::link(text::cancel_not(l)).href(&path)) }
    };
    visit.show(Sheet { title, back: &path, body, ..Sheet::default() })
}

/// One word for a page that waits: how far the booking is.
pub(crate) async fn state(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let booking = visit.platform().booking(visit.citizen()?, &pack.city.id, id).await?;
    Ok::<_, Trouble>(visit.word(booking.state.word()))
}

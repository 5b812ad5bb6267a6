//! A booking that stands: the voucher, and what can be done about it.

use engine::BookingView;
use kernel::Money;
use manifest::{CityPack, Service};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Summary, Voucher},
    format, icon, text,
};

use super::{
    booking_path,
    show::{again, pay, persons, units, which},
    when,
};
use crate::{service::telephone, visit::Visit};

/// The voucher, and what can be done about it.
pub(super) fn standing(visit: &Visit, pack: &CityPack, booking: &BookingView, service: Option<&Service>) -> Markup {
    let l = visit.lang;
    let path = booking_path(pack, booking.id);
    html! {
        (voucher(visit, booking))
        p.actions.no-print {
            // Without script the browser's own menu prints, and a page is kept by a picture of it.
            button.btn.btn-2 type="button" data-keep=(text::voucher_kept(l)) hidden { (icon("download")) span { (text::voucher_keep(l)) } }
            (Button::secondary(text::voucher_calendar(l)).icon("calendar").href(&format!("{path}/calendar.ics")))
            button.btn.btn-2 type="button" data-print hidden { (icon("printer")) span { (text::print(l)) } }
        }
        @if let Some(amount) = booking.can.pay {
            p { (text::booked_pay_later(l, &amount.yuan())) }
            (pay(visit, &format!("{path}/pay"), amount))
        }
        div.actions {
            @if let (true, Some(service)) = (booking.can.move_, service) {
                (Button::secondary(text::move_button(l)).href(&again(pack, service, booking, &[], true)))
            }
            @if booking.can.cancel.is_some() { (Button::link(text::cancel_title(l)).href(&format!("{path}/cancel"))) }
            @if let Some(payment) = booking.payment { (Button::link(text::booking_see_payment(l)).href(&format!("/{}/payments/{payment}", pack.city.id))) }
        }
        @if let Some(until_at) = booking.can.cancel.as_ref().and_then(|cancel| cancel.until_at) {
            p.hint.no-print { (text::cancel_free_until(l, &format::moment(l, until_at, visit.now))) }
        }
    }
}

fn voucher(visit: &Visit, booking: &BookingView) -> Markup {
    let l = visit.lang;
    let which = which(l, booking);
    let title = [booking.place.name.get(l), &which].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let owed = Money::from_fen(booking.price.fen() - booking.paid.fen());
    let to_pay = booking.matter.as_ref().map_or(owed, |matter| Money::from_fen(owed.fen() + matter.fee.fen()));
    let lines = [
        booking.matter.as_ref().map(|matter| Summary::text(text::booking_matter(l), matter.name.get(l))),
        Some(Summary::markup(text::voucher_persons(l), persons(l, booking))),
        (booking.paid > Money::ZERO).then(|| Summary::text(text::voucher_paid(l), &format::money(booking.paid))),
        (to_pay > Money::ZERO).then(|| Summary::text(text::voucher_to_pay(l), &format::money(to_pay))),
        booking.department_ref.as_ref().map(|number| {
            Summary::markup(text::voucher_department_no(l), html! { span.mono translate="no" { (number) } })
        }),
        Some(Summary::text(text::booking_where(l), booking.place.address.get(l))),
        Some(Summary::markup(text::voucher_phone(l), telephone(&booking.place.phone))),
    ];
    Voucher {
        title: &title.join(" · "),
        when: &when(l, booking.starts_at, booking.ends_at, visit.now),
        unit: &units(l, booking.kind, &booking.units),
        number: &booking.number,
        code: booking.voucher.as_deref(),
        lines: lines.into_iter().flatten().collect(),
        bring: booking.bring.iter().map(|thing| thing.get(l)).collect(),
        way: booking.place.way.get(l),
    }
    .html(l)
}

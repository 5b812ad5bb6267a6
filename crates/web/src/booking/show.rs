//! A booking, from the hold to its end. Every state is a page that can be left, reloaded and bookmarked; while something is
//! to come of it, it is the voucher.

use axum::response::Response;
use capability::{booking::State, payment};
use engine::{BookingView, CompanionView, Kin};
use kernel::{Lang, Money, Text};
use manifest::{CityPack, Service, booking::BookingKind};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Radio, Summary, card, countdown, disclosure, form, heading, notice, radios, summary, tag},
    format, text,
};

use super::{booking_path, minute, person, standing::standing, when};
use crate::{
    companion,
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    with(visit, Markup::default()).await
}

/// The page with something above it.
pub(crate) async fn with(visit: &mut Visit, above: Markup) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("booking")?;
    let citizen = visit.citizen()?;
    let booking = visit.platform().booking(citizen, &pack.city.id, id).await?;
    // Whoever lost a hold finds the form as it was.
    let pays = match (booking.state, booking.payment) {
        (State::Held, Some(payment)) => {
            let state = visit.platform().payment_state(citizen, &pack.city.id, payment).await?;
            matches!(state, payment::State::Pending | payment::State::Paid | payment::State::Posting)
        }
        _ => false,
    };
    let persons = match booking.state {
        State::Expired => whom(&booking, &visit.platform().companions(citizen).await?),
        _ => Vec::new(),
    };
    Ok(page(visit, &pack, &booking, &Beside { above, persons, pays }))
}

/// Those for whom it was, as the form names them.
pub(crate) fn whom(booking: &BookingView, companions: &[CompanionView]) -> Vec<String> {
    let named = |one: &engine::PersonLine| match one.kin {
        Kin::Own => Some(person::OWN.to_owned()),
        kin => {
            let same = |known: &&CompanionView| known.relation == kin && known.name == one.name;
            companions.iter().find(same).map(|known| known.id.to_string())
        }
    };
    booking.persons.iter().filter_map(named).collect()
}

/// A state in a word.
pub(crate) const fn word(lang: Lang, state: State) -> &'static str {
    match state {
        State::Held => text::booking_state_held(lang),
        State::Booked => text::booking_state_booked(lang),
        State::Paid => text::booking_state_paid(lang),
        State::CheckedIn => text::booking_state_checked_in(lang),
        State::Done => text::booking_state_done(lang),
        State::Cancelled => text::booking_state_cancelled(lang),
        State::Moved => text::booking_state_moved(lang),
        State::NoShow => text::booking_state_no_show(lang),
        State::Expired => text::booking_state_expired(lang),
        State::Stopped => text::booking_state_stopped(lang),
        State::Refused => text::booking_state_refused(lang),
        State::Declined => text::booking_state_declined(lang),
    }
}

pub(crate) const fn tone(state: State) -> Tone {
    match state {
        State::Held => Tone::Warn,
        State::Booked | State::Paid | State::CheckedIn => Tone::Ok,
        State::Stopped | State::Refused | State::NoShow => Tone::Bad,
        State::Done | State::Cancelled | State::Declined | State::Moved | State::Expired => Tone::Plain,
    }
}

pub(crate) fn tag_of(lang: Lang, state: State) -> Markup {
    tag(tone(state), word(lang, state))
}

fn title(lang: Lang, booking: &BookingView) -> String {
    let waits = booking.parties.iter().any(|party| !party.agreed);
    match booking.state {
        State::Held if booking.can.consent => text::consent_booking_title(lang).to_owned(),
        State::Held if waits => text::held_waits_title(lang).to_owned(),
        State::Held if booking.can.pay.is_some() => text::held_pay_title(lang).to_owned(),
        State::Held => text::held_title(lang).to_owned(),
        State::Booked | State::Paid => text::booked_title(lang).to_owned(),
        State::CheckedIn => text::checked_in_title(lang).to_owned(),
        State::Done => text::done_title(lang).to_owned(),
        State::Cancelled => text::cancelled_title(lang).to_owned(),
        State::Moved => text::moved_title(lang).to_owned(),
        State::NoShow => text::no_show_title(lang).to_owned(),
        State::Expired => text::expired_title(lang).to_owned(),
        State::Stopped => text::stopped_title(lang).to_owned(),
        State::Refused => text::refused_title(lang, booking.department.get(lang)),
        State::Declined => text::declined_title(lang).to_owned(),
    }
}

/// What came of a deed a moment ago, and what the page needs beside the booking.
#[derive(Default)]
pub(crate) struct Beside {
    pub above: Markup,
    /// Who of those one books for it was for, to be ticked again.
    pub persons: Vec<String>,
    /// A payment for it is under way.
    pub pays: bool,
}

pub(crate) fn page(visit: &Visit, pack: &CityPack, booking: &BookingView, beside: &Beside) -> Response {
    let l = visit.lang;
    let title = title(l, booking);
    let service = visit.catalogue.services.get(&booking.service).map(|service| &**service);
    let body = html! {
        (beside.above)
        (heading(&title, service.map_or("", |service| service.name.get(l))))
        @match booking.state {
            State::Held => (held(visit, pack, booking, beside.pays)),
            State::Booked | State::Paid | State::CheckedIn => (standing(visit, pack, booking, service)),
            _ => (ended(visit, pack, booking, service, &beside.persons)),
        }
        p.hint.no-print {
            (text::booking_number(l)) " " span.mono translate="no" { (booking.number) }
            @if !booking.phone.is_empty() { br; (booking.department.get(l)) " " (telephone(&booking.phone)) }
        }
    };
    let back = format!("/{}/bookings", pack.city.id);
    let pays = booking.can.pay.is_some();
    visit.show(Sheet { title: &title, back: &back, pays, body, ..Sheet::default() })
}

/// The doctor, the line; for a journey from where to where.
pub(crate) fn which(lang: Lang, booking: &BookingView) -> String {
    let of = |text: &Option<Text>| text.as_ref().map_or("", |text| text.get(lang)).to_owned();
    let way = match (&booking.from, &booking.to) {
        (Some(from), Some(to)) => format!("{} – {}", from.get(lang), to.get(lang)),
        _ => String::new(),
    };
    let section = if booking.kind == BookingKind::Appointment { of(&booking.section) } else { String::new() };
    let parts = [way, section, of(&booking.resource)].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

/// 第 12 号; 座位 3A 3B.
pub(crate) fn units(lang: Lang, kind: BookingKind, units: &[String]) -> String {
    match (kind, units) {
        (_, []) => String::new(),
        (BookingKind::Appointment, [number, ..]) => text::voucher_call_no(lang, number),
        (_, labels) => text::voucher_seat(lang, &labels.join(" ")),
    }
}

pub(super) fn persons(lang: Lang, booking: &BookingView) -> Markup {
    html! {
        @for person in &booking.persons {
            p {
                span translate="no" { (person.name) }
                @if person.kin != Kin::Own && booking.parties.is_empty() { " · " (companion::kin(lang, person.kin)) }
                @if let Some(concession) = &person.concession { " · " (concession.get(lang)) }
            }
            @if let Some(cm) = person.height_cm_max { p.hint { (text::voucher_at_gate(lang, &text::booking_height_max(lang, u64::from(cm)))) } }
            @if let (false, Some(concession)) = (person.proofs.is_empty(), &person.concession) { p.hint { (text::voucher_at_gate(lang, concession.get(lang))) } }
        }
    }
}

/// What was chosen, for pages that are no voucher.
fn what(visit: &Visit, booking: &BookingView) -> Markup {
    let l = visit.lang;
    let which = which(l, booking);
    let time = when(l, booking.starts_at, booking.ends_at, visit.now);
    let units = units(l, booking.kind, &booking.units);
    card(
        "",
        None,
        html! {
            (summary([
                Some(Summary::markup(text::booking_when(l), html! { strong { (time) } })),
                booking.matter.as_ref().map(|matter| Summary::text(text::booking_matter(l), matter.name.get(l))),
                (!which.is_empty()).then(|| Summary::text(text::booking_which(l), &which)),
                (!units.is_empty()).then(|| Summary::text(text::booking_unit(l), &units)),
                Some(Summary::text(text::booking_where(l), booking.place.name.get(l)).hint(booking.place.address.get(l))),
                Some(Summary::markup(text::voucher_persons(l), persons(l, booking))),
                (booking.price > Money::ZERO).then(|| Summary::text(text::booking_price_title(l), &format::money(booking.price))),
            ].into_iter().flatten()))
        },
    )
}

/// Kept for a while: what is missing, one button for it, and the way out.
fn held(visit: &Visit, pack: &CityPack, booking: &BookingView, pays: bool) -> Markup {
    let l = visit.lang;
    let path = booking_path(pack, booking.id);
    let act = |name: &str| format!("{path}/{name}");
    html! {
        (countdown(l, booking.held_until_at, visit.now))
        @if booking.can.consent {
            @let asker = booking.parties.iter().find(|party| !party.own).map_or("", |party| &party.name);
            p.lead { (text::consent_booking_lead(l, asker)) }
        }
        @if let Some(old) = &booking.instead_of { (notice(Tone::Info, text::move_title(l), html! { p { (text::held_instead(l, &old.number, &old.back.yuan())) } })) }
        (what(visit, booking))
        @if booking.parties.len() > 1 { (parties(l, booking)) }
        @if booking.can.consent {
            (form(l, &act("consent"), "", html! { (Button::primary(text::consent_booking_button(l)).wide()) }))
        }
        @match (booking.can.pay, booking.payment.filter(|_| pays)) {
            (Some(amount), Some(payment)) => {
                p { (text::hold_paying(l)) }
                p.actions { (Button::primary(&text::hold_pay(l, &amount.yuan())).href(&format!("/{}/payments/{payment}", pack.city.id)).wide()) }
            }
            (Some(amount), None) => (pay(visit, &act("pay"), amount)),
            (None, _) => {}
        }
        @if booking.can.confirm {
            (form(l, &act("confirm"), "", html! { (Button::primary(text::hold_confirm(l)).wide()) }))
        }
        div.actions {
            @if let Some(seconds) = booking.can.extend_s {
                form method="post" action=(act("extend")) { (Button::secondary(&text::hold_extend(l, u64::from(seconds / 60))).icon("clock")) }
            }
            @if booking.can.decline {
                (disclosure(text::decline_title(l), html! {
                    p { (text::decline_detail(l)) }
                    (form(l, &act("decline"), "", html! { (Button::danger(text::decline_button(l)).wide()) }))
                }))
            }
            @if booking.can.cancel.is_some() { form method="post" action=(act("cancel")) { (Button::link(text::hold_give_up(l))) } }
        }
    }
}

fn parties(lang: Lang, booking: &BookingView) -> Markup {
    let waits = booking.parties.iter().any(|party| !party.agreed && !party.own);
    card(
        text::booking_partner(lang),
        None,
        html! {
            ul.rows {
                @for party in &booking.parties {
                    li { div.row {
                        span.row-text { span.row-title translate="no" { @if party.own { (text::booking_self(lang)) } @else { (party.name) } } }
                        @if party.agreed { (tag(Tone::Ok, text::consent_party_agreed(lang))) } @else if party.own { (tag(Tone::Warn, text::consent_party_own(lang))) } @else { (tag(Tone::Warn, text::consent_party_waits(lang))) }
                    } }
                }
            }
            @if waits { p.hint { (text::consent_share(lang)) } }
        },
    )
}

/// The ways to pay and the button with the amount.
pub(super) fn pay(visit: &Visit, action: &str, amount: Money) -> Markup {
    let l = visit.lang;
    let ways = visit.platform().providers();
    let options: Vec<Radio<'_>> = ways
        .iter()
        .map(|way| Radio {
            value: &way.id,
            label: way.name.get(l),
            detail: if way.up { "" } else { text::pay_provider_down(l) },
            disabled: false,
        })
        .collect();
    if options.is_empty() {
        return notice(Tone::Warn, text::pay_none_title(l), html! { p { (text::pay_none_detail(l)) } });
    }
    let value = options.first().map_or("", |one| one.value);
    html! {
        (form(l, action, &visit.new_key(), html! {
            (radios(l, &Field { name: "provider", label: text::pay_with(l), value, ..Field::default() }, &options))
            (Button::primary(&text::hold_pay(l, &amount.yuan())).wide())
        }))
    }
}

/// What is over: what came of the money, and what can be done now.
fn ended(
    visit: &Visit,
    pack: &CityPack,
    booking: &BookingView,
    service: Option<&Service>,
    persons: &[String],
) -> Markup {
    let l = visit.lang;
    let refunded = booking.refunded > Money::ZERO;
    let detail = match booking.state {
        State::Expired => Some((Tone::Info, text::expired_detail(l))),
        State::Stopped => Some((Tone::Warn, text::stopped_detail(l))),
        State::Refused => Some((Tone::Warn, text::refused_detail(l))),
        State::NoShow => Some((Tone::Warn, text::no_show_detail(l))),
        State::Declined => Some((Tone::Info, text::declined_detail(l))),
        State::Cancelled if booking.paid > Money::ZERO && !refunded => Some((Tone::Info, text::cancelled_nothing(l))),
        State::Cancelled if !refunded => Some((Tone::Info, text::cancelled_free(l))),
        _ => None,
    };
    html! {
        @if let Some((tone, detail)) = detail { (notice(tone, "", html! { p { (detail) } })) }
        @if refunded { (notice(Tone::Ok, "", html! { p { (text::cancelled_refund(l, &booking.refunded.yuan())) } })) }
        @if let Some(to) = booking.moved_to {
            p.actions { (Button::primary(text::moved_see(l)).href(&booking_path(pack, to)).wide()) }
        } @else if let (true, Some(service)) = (booking.state != State::Done, service) {
            p.actions { (Button::primary(text::book_again(l)).href(&again(pack, service, booking, persons, false)).wide()) }
        }
        (what(visit, booking))
        div.actions {
            @if let Some(payment) = booking.payment {
                @let label = if refunded { text::booking_see_refund(l) } else { text::booking_see_payment(l) };
                (Button::secondary(label).href(&format!("/{}/payments/{payment}", pack.city.id)))
            }
        }
    }
}

/// The page that made it, filled in again. Of one whose time was not given up, only the day is another; what is exchanged
/// is chosen anew.
pub(super) fn again(
    pack: &CityPack,
    service: &Service,
    booking: &BookingView,
    persons: &[String],
    moves: bool,
) -> String {
    let of = &booking.again;
    let (day, at) = (booking.starts_at.date().to_string(), minute(booking.starts_at));
    let id = booking.id.to_string();
    let own_matter = of.matter != service.id.as_str();
    let mut pairs = vec![("place", booking.place.id.as_str()), ("section", of.section.as_str())];
    if own_matter {
        pairs.push(("matter", of.matter.as_str()));
    }
    pairs.extend([("from", of.from.as_deref().unwrap_or_default()), ("to", of.to.as_deref().unwrap_or_default())]);
    // What ran out may still be free: straight to the check. What is gone is chosen anew.
    let same = booking.state == State::Expired;
    // What was to replace another booking still is.
    let instead = booking.instead_of.as_ref().map(|old| old.id.to_string());
    if let Some(old) = if moves { Some(&id) } else { instead.as_ref() } {
        pairs.push(("move", old));
    }
    if same {
        pairs.extend([("resource", booking.resource_id.as_str()), ("on", &day), ("at", &at), ("band", &of.band)]);
        pairs.extend(persons.iter().map(|who| ("persons", who.as_str())));
        // Seats by what stands on them, where there are seats.
        if booking.kind == BookingKind::Coach {
            pairs.extend(booking.units.iter().map(|label| ("seat", label.as_str())));
        }
    }
    let path = if same { super::check_path(pack, service) } else { super::book_path(pack, service) };
    super::href(&path, pairs.into_iter().filter(|(_, value)| !value.is_empty()))
}

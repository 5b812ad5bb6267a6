//! The page of the last look: what was chosen, the price, the form about persons, the button, and the rules that hold.

use std::cmp::Ordering;

use axum::{http::StatusCode, response::Response};
use capability::booking::Refusal;
use engine::BookingQuote;
use kernel::{Lang, Money};
use manifest::booking::{BookingKind, Pay};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Radio, Seat, Summary, card, form, heading, notice, radios, seats, summary},
    format, icon, text,
};

use super::{Again, Check};
use crate::{
    booking::{check_path, person, queue, refused, rules, when},
    companion,
    mishap::Mishap,
    visit::{Sheet, Visit},
};

pub(crate) fn page(visit: &Visit, check: &Check<'_>, again: &Again) -> Response {
    let l = visit.lang;
    let steps = check.steps;
    let none = Mishap::none();
    let mishap = again.mishap.as_ref().unwrap_or(&none);
    let action = check_path(steps.pack, steps.service);
    let total = check.quote.map(|quote| quote.total);
    let seats_wrong = matches!(&again.refused, Some((Refusal::NoSuchUnit { unit: 0 }, _)));
    let body = html! {
        (mishap.above(l))
        (queue::your_turn(visit))
        @match &again.refused {
            Some(_) if seats_wrong => (ui::component::error_summary(l, [("seat", text::booking_seats_wrong(l))])),
            Some((refusal, nearest)) => (refused::above(visit, &action, refusal, nearest)),
            None => {}
        }
        @if let (Some(before), Some(now)) = (again.before, total) {
            (notice(Tone::Warn, text::pay_changed_title(l), html! { p { (text::booking_changed_detail(l, &before.yuan(), &now.yuan())) } }))
        }
        (heading(text::booking_check_title(l), steps.service.name.get(l)))
        (chosen(visit, check))
        @if let Some(quote) = check.quote.filter(|quote| quote.total > Money::ZERO || quote.persons.iter().any(|one| one.concession.is_some())) {
            (prices(visit, check, quote))
        }
        (form(l, &action, &visit.new_key(), html! {
            @for (name, value) in steps.chosen.pairs() { input type="hidden" name=(name) value=(value); }
            (queue::turn(person::source(visit)))
            @if let Some(total) = total { input type="hidden" name="total_fen" value=(total.fen()); }
            (person::ask(visit, &asked(check), mishap))
            @if steps.offer.parties > 1 { (partner(visit, mishap)) }
            @if !check.unit.seats.is_empty() { (seat_map(visit, check, seats_wrong)) }
            (difference(l, check.paid_before, total))
            (act(visit, check, total))
        }))
        (rules::of_unit(visit, check.profile, &check.unit.class, (check.unit.starts_at, check.unit.ends_at), total.unwrap_or(check.unit.price)))
    };
    let status = match again {
        Again { mishap: Some(mishap), .. } => mishap.status(),
        _ if seats_wrong => StatusCode::UNPROCESSABLE_ENTITY,
        Again { refused: Some(_), .. } | Again { before: Some(_), .. } => StatusCode::CONFLICT,
        _ => StatusCode::OK,
    };
    let back = steps.chosen.without(&["resource", "at", "period", "band"]).href(&steps.path());
    visit.show(Sheet { title: text::booking_check_title(l), back: &back, status, pays: true, body, ..Sheet::default() })
}

fn asked<'a>(check: &'a Check<'_>) -> person::Asked<'a> {
    person::Asked {
        companions: check.companions,
        persons_max: check.steps.offer.persons_max,
        for_others: check.steps.offer.for_others,
        seats: check.steps.offer.kind == BookingKind::Coach,
        concessions: check.concessions,
    }
}

/// What was chosen, and the way to choose otherwise.
fn chosen(visit: &Visit, check: &Check<'_>) -> Markup {
    let l = visit.lang;
    let (steps, unit) = (check.steps, check.unit);
    let section = steps.section(check.place).filter(|_| check.place.sections.len() > 1);
    let what = [section.map_or("", |section| section.name.get(l)), &unit.resource];
    let what = what.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let time = when(l, unit.starts_at, unit.ends_at, visit.now);
    let other = steps.chosen.without(&["resource", "at", "period", "band"]).href(&steps.path());
    let fee = steps.matter().filter(|matter| matter.fee > Money::ZERO);
    let fee = fee.map(|matter| text::booking_price_later(l, &matter.fee.yuan())).unwrap_or_default();
    card(
        "",
        None,
        html! {
            (summary([
                Some(Summary::markup(text::booking_when(l), html! { strong { (time) } }).action(text::booking_change(l), &other)),
                steps.matter().map(|matter| Summary::text(text::booking_matter(l), matter.name.get(l)).hint(&fee)),
                (!unit.way.is_empty()).then(|| Summary::text(text::booking_trip(l), &unit.way)),
                (!what.is_empty()).then(|| Summary::text(text::booking_which(l), &what)),
                Some(Summary::text(text::booking_where(l), check.place.name.get(l)).hint(check.place.address.get(l))),
            ].into_iter().flatten()))
        },
    )
}

/// Who pays what, and why.
fn prices(visit: &Visit, check: &Check<'_>, quote: &BookingQuote) -> Markup {
    let l = visit.lang;
    let named = |name: &Option<kernel::Text>| name.as_ref().map_or(String::new(), |name| name.get(l).to_owned());
    card(
        text::booking_price_title(l),
        None,
        html! {
            dl.summary {
                @for one in quote.persons.iter().filter(|one| quote.persons.len() > 1 || one.concession.is_some()) {
                    div {
                        dt translate="no" { @if quote.persons.len() > 1 { (one.name) } @else { (companion::kin(l, one.kin)) } }
                        dd {
                            (amount(visit, one.price))
                            @let why = named(&one.concession);
                            @if !why.is_empty() { p.hint { (why) } }
                            @for line in at_gate(visit, check, one) { p.hint { (text::voucher_at_gate(l, &line)) } }
                        }
                    }
                }
                div { dt { (text::pay_total(l)) } dd {
                    strong.sum { (amount(visit, quote.total)) }
                    @if let Some(on) = quote.since { p.hint { (text::booking_price_since(l, &format::date(l, on))) } }
                } }
            }
        },
    )
}

fn amount(visit: &Visit, amount: Money) -> String {
    match amount {
        Money::ZERO => text::booking_free_of_charge(visit.lang).to_owned(),
        amount => format::money(amount),
    }
}

fn at_gate(visit: &Visit, check: &Check<'_>, one: &engine::QuotePerson) -> Vec<String> {
    let l = visit.lang;
    let height = one.at_gate.height_cm_max.map(|cm| text::booking_height_max(l, u64::from(cm)));
    let shown = check.concessions.iter().find(|known| !known.proofs.is_empty() && known.proofs == one.at_gate.proofs);
    height.into_iter().chain(shown.map(|known| known.name.get(l).to_owned())).collect()
}

/// The other of two who must agree.
fn partner(visit: &Visit, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    let pairs = person::source(visit);
    html! {
        h2 { (text::booking_partner(l)) }
        p.hint { (text::booking_partner_detail(l)) }
        (Field { name: "partner_name", label: text::booking_partner_name(l), error: mishap.of("partner_name"), value: pairs.get("partner_name"), input: Input::PersonName, ..Field::default() }.html(l))
        (Field { name: "partner_id", label: text::booking_partner_id(l), hint: text::resident_id_hint(l), error: mishap.of("partner_id"), value: pairs.get("partner_id"), input: Input::ResidentId, ..Field::default() }.html(l))
    }
}

fn seat_map(visit: &Visit, check: &Check<'_>, wrong: bool) -> Markup {
    let l = visit.lang;
    let all = &check.unit.seats;
    let ticked: Vec<&str> = person::source(visit).all("seat").collect();
    let columns = all.iter().map(|seat| seat.column).max().unwrap_or(0);
    let aisle = (0..columns).find(|column| all.iter().all(|seat| seat.column != *column));
    let side = |column: u16| match aisle {
        _ if column == 0 || column == columns => text::seat_window(l),
        Some(aisle) if column.abs_diff(aisle) == 1 => text::seat_aisle(l),
        _ => "",
    };
    let list: Vec<Seat<'_>> = all
        .iter()
        .map(|seat| Seat {
            unit: seat.unit,
            label: &seat.label,
            row: seat.row,
            column: seat.column,
            side: side(seat.column),
            free: seat.free,
            chosen: seat.free && ticked.iter().any(|one| *one == seat.label || *one == seat.unit.to_string()),
        })
        .collect();
    let field = Field {
        name: "seat",
        label: text::booking_seats_title(l),
        hint: text::booking_seats_hint(l),
        error: wrong.then(|| text::booking_seats_wrong(l)),
        ..Field::default()
    };
    seats(l, &field, &list)
}

/// What an exchange costs or brings back.
fn difference(lang: Lang, before: Option<Money>, total: Option<Money>) -> Markup {
    let (Some(before), Some(total)) = (before.filter(|paid| *paid > Money::ZERO), total) else { return html! {} };
    let said = match total.cmp(&before) {
        Ordering::Greater => text::booking_move_dearer(lang, &total.yuan(), &before.yuan()),
        Ordering::Less => text::booking_move_cheaper(lang, &Money::from_fen(before.fen() - total.fen()).yuan()),
        Ordering::Equal => return html! {},
    };
    notice(Tone::Info, "", html! { p { (said) } })
}

/// How it is paid, if it is paid now, and the button.
fn act(visit: &Visit, check: &Check<'_>, total: Option<Money>) -> Markup {
    let l = visit.lang;
    let steps = check.steps;
    let start = when(l, check.unit.starts_at, check.unit.starts_at, visit.now);
    let moves = !steps.chosen.get("move").is_empty();
    let total = total.unwrap_or_default();
    let chance = ["wait", "draw"].into_iter().find(|name| !steps.chosen.get(name).is_empty());
    let now = chance.is_none()
        && check.profile.pay == Pay::Upfront
        && total > Money::ZERO
        && steps.offer.parties == 1
        && !moves;
    let label = match () {
        () if chance == Some("wait") => text::waiting_join(l).to_owned(),
        () if chance == Some("draw") => text::draw_enter(l).to_owned(),
        () if moves => text::booking_move_button(l, &start),
        () if now => text::booking_pay_button(l, &total.yuan()),
        () if steps.offer.parties > 1 => text::booking_hold_button(l, &start),
        () => text::booking_button(l, &start),
    };
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
    let wanted = person::source(visit).get("provider");
    let value = options.iter().find(|one| one.value == wanted).or(options.first()).map_or("", |one| one.value);
    html! {
        @if now && options.is_empty() {
            (notice(Tone::Warn, text::pay_none_title(l), html! { p { (text::pay_none_detail(l)) } }))
        } @else {
            @if now {
                input type="hidden" name="pay_key" value=(visit.new_key());
                (radios(l, &Field { name: "provider", label: text::pay_with(l), value, ..Field::default() }, &options))
            }
            @if check.profile.pay == Pay::Later && total > Money::ZERO {
                p.hint { (icon("wallet")) " " (text::booking_price_later(l, &total.yuan())) }
            }
            @if chance == Some("wait") { p.hint { (text::waiting_detail(l)) } }
            (Button::primary(&label).wide())
        }
    }
}

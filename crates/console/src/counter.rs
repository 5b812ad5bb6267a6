//! The counter: one field for whatever somebody holds or says, and the booking that it leads to.

use axum::response::Response;
use engine::{AtDesk, CounterFind, DeskBooking, Verb};
use kernel::{Lang, Money, identifier::Mistake};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Column, Field, Input, Summary, Tone, card, form, heading, masked, notice, summary, table, tag},
    format, text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    visit::{Sheet, Visit},
    word,
};

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    Ok(find_page(visit, &Mishap::none()))
}

pub(crate) fn find_page(visit: &Visit, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let field = Field {
        name: "code",
        label: text::counter_field(l),
        hint: text::counter_field_hint(l),
        error: mishap.of("code"),
        value: visit.form.get("code"),
        input: Input::Scan,
        ..Field::default()
    };
    let body = html! {
        div.desk-narrow {
            (mishap.above(l))
            (heading(text::counter_title(l), text::counter_lead(l)))
            (form(l, &visit.below("counter"), "", html! {
                (field.html(l))
                (camera(l))
                (Button::primary(text::counter_go(l)).wide())
            }))
            p.hint { (text::counter_logged(l)) }
            @if visit.may(Verb::BookOnSite) {
                p.actions { (Button::link(text::walk_in_title(l)).href(&visit.below("walk-in"))) }
            }
        }
    };
    visit.show(Sheet::new(text::counter_title(l), body).status(mishap.status()).scanning())
}

/// Shown by the script where the browser can read codes.
pub(crate) fn camera(lang: Lang) -> Markup {
    html! {
        div.scan data-scan="code" hidden {
            button.btn.btn-2 type="button" data-stop=(text::counter_camera_stop(lang)) { span { (text::counter_camera(lang)) } }
            video muted playsinline hidden {}
        }
    }
}

pub(crate) async fn find(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let found = visit.platform().find_at_counter(visit.staff()?, &city, visit.form.get("code")).await?;
    let l = visit.lang;
    let mistake = match found {
        CounterFind::Booking(id) => return Ok(visit.see_other(&visit.below(&format!("bookings/{id}")))),
        CounterFind::Unreadable => text::counter_unreadable(l),
        CounterFind::Forged => text::counter_forged(l),
        CounterFind::Unknown => text::counter_unknown(l),
        CounterFind::Elsewhere => text::counter_elsewhere(l),
    };
    Ok(find_page(visit, &Mishap::of_fields(vec![("code", mistake.to_owned())])))
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let (city, id) = (&visit.city()?.city.id, visit.id_param("booking")?);
    let booking = visit.platform().desk_booking(visit.staff()?, city, id).await?;
    Ok(booking_page(visit, &booking, &Mishap::none()))
}

fn facts(visit: &Visit, booking: &DeskBooking) -> Markup {
    let l = visit.lang;
    let (tone, state) = word::booking(l, booking.state);
    let service = visit.catalogue.services.get(&booking.service);
    let service = service.map_or(booking.service.as_str(), |service| service.name.get(l));
    let when = format!(
        "{} {}",
        format::day_and_weekday(l, booking.starts_at.date(), visit.now.date()),
        format::clocks(booking.starts_at, booking.ends_at)
    );
    let parts = [booking.section.get(l), booking.resource.get(l)];
    let what: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let what = if what.is_empty() { service.to_owned() } else { what.join(" · ") };
    let mut lines = vec![Summary::markup(text::counter_state(l), tag(tone, state))];
    if let Some(number) = booking.call_no {
        lines.push(Summary::markup(text::counter_call_no(l), html! { strong.call { (number) } }));
    }
    lines.push(Summary::text(text::counter_when(l), &when));
    lines.push(Summary::text(text::counter_where(l), booking.place.get(l)));
    lines.push(Summary::text(text::counter_what(l), &what));
    if !booking.matter.get(l).is_empty() {
        lines.push(Summary::text(text::counter_matter(l), booking.matter.get(l)));
    }
    let number = html! { span.mono translate="no" { (booking.number) } };
    lines.push(Summary::markup(text::counter_number(l), number));
    lines.push(Summary::text(text::counter_door(l), word::door(l, booking.door)));
    if booking.price > Money::ZERO {
        lines.push(Summary::text(text::counter_price(l), &format::money(booking.price)));
        lines.push(Summary::text(text::counter_paid(l), &format::money(booking.paid)));
    }
    summary(lines)
}

fn persons(lang: Lang, booking: &DeskBooking) -> Markup {
    let seats = booking.persons.iter().any(|person| !person.unit.is_empty());
    let mut columns = vec![Column::text(text::counter_name(lang)), Column::text(text::counter_resident_id(lang))];
    if seats {
        columns.push(Column::text(text::counter_seat(lang)));
    }
    let row = |person: &engine::DeskPerson| {
        let mut row = vec![html! { (masked(&person.name)) }, html! { (masked(&person.resident_id)) }];
        if seats {
            row.push(html! { (person.unit) });
        }
        row
    };
    let rows: Vec<Vec<Markup>> = booking.persons.iter().map(row).collect();
    card(text::counter_persons(lang), None, table(text::counter_persons(lang), &columns, &rows, &[]))
}

/// What can be done, each with a button of its own; the first is the ordinary one.
fn deeds(visit: &Visit, booking: &DeskBooking, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    if !visit.may(Verb::Attend) || booking.can.is_empty() {
        return html! { p.hint { (text::counter_nothing(l)) } };
    }
    let to = visit.below(&format!("bookings/{}/attend", booking.id));
    let corrects = booking.can.contains(&AtDesk::Correct);
    form(
        l,
        &to,
        "",
        html! {
            @if corrects {
                (Field { name: "reason", label: text::reason_label(l), hint: text::counter_reason_hint(l),
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
            }
            div.actions {
                @for (i, deed) in booking.can.iter().enumerate() {
                    @let label = word::at_desk(l, *deed);
                    @let button = if i == 0 { Button::primary(label) } else { Button::secondary(label) };
                    (button.value("deed", deed.word()))
                }
            }
        },
    )
}

pub(crate) fn booking_page(visit: &Visit, booking: &DeskBooking, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let owed = Money::from_fen(booking.price.fen() - booking.paid.fen());
    let live = booking.state.is_live();
    let body = html! {
        (mishap.above(l))
        (heading(text::counter_booking_title(l), text::counter_logged(l)))
        @if live && owed > Money::ZERO { (notice(Tone::Warn, &text::counter_owed(l, &format::money(owed)), html! {})) }
        div.two {
            div {
                (card("", None, facts(visit, booking)))
                (persons(l, booking))
            }
            div {
                (deeds(visit, booking, mishap))
                @if !booking.bring.is_empty() {
                    (card(text::counter_bring(l), None, html! { ul { @for thing in &booking.bring { li { (thing.get(l)) } } } }))
                }
                p.actions {
                    (Button::link(text::counter_title(l)).href(&visit.below("counter")))
                    (Button::link(text::calling_title(l)).href(&visit.below(&format!("queue?at={}", booking.at))))
                }
            }
        }
    };
    visit.show(Sheet::new(text::counter_booking_title(l), body).status(mishap.status()))
}

pub(crate) async fn attend(visit: &mut Visit) -> Outcome {
    let (city, id) = (visit.city()?.city.id.clone(), visit.id_param("booking")?);
    let reason = visit.form.get("reason").trim().to_owned();
    let deed = AtDesk::parse(visit.form.get("deed"));
    let done = match deed {
        Some(AtDesk::Correct) if reason.is_empty() => {
            Err(kernel::Error::field("reason", Mistake::Empty("更正依据 / reason")))
        }
        Some(deed) => visit.platform().attend(visit.staff()?, &city, id, deed, &reason).await,
        None => return Err(kernel::Kind::NotFound.into()),
    };
    match done {
        Ok(()) => Ok(visit.see_other(&visit.below(&format!("bookings/{id}")))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let booking = visit.platform().desk_booking(visit.staff()?, &city, id).await?;
            Ok(booking_page(visit, &booking, &mishap))
        }
    }
}

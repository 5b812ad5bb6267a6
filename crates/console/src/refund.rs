//! Refunds at the desk: one person asks, another decides, the treasurer completes what the treasury gave back.

use axum::response::Response;
use capability::refund::{Route as RefundRoute, State as RefundState};
use engine::{DeskPayment, RefundView};
use kernel::{Money, identifier::Mistake};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Column, Field, Summary, card, empty, filters, form, heading, summary, table, tag},
    format, text,
};

use crate::{
    mishap::Mishap,
    payment::{ask_page, facts, find_form, next_deed, one, refund_of},
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
    word,
};

/// The states in the order in which they are worked on.
const STATES: [RefundState; 6] = [
    RefundState::Asked,
    RefundState::Approved,
    RefundState::Abnormal,
    RefundState::Sent,
    RefundState::Done,
    RefundState::Declined,
];

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let state = RefundState::parse(visit.query.get("state")).unwrap_or(RefundState::Asked);
    let city = visit.city()?.city.id.clone();
    let refunds = visit.platform().refunds(visit.staff()?, &city, state).await?;
    Ok(list_page(visit, state, &refunds))
}

pub(crate) fn list_page(visit: &Visit, state: RefundState, refunds: &[RefundView]) -> Response {
    let l = visit.lang;
    let choices = STATES.map(|one| {
        let href = visit.below(&format!("refunds?state={}", one.word()));
        (word::refund_short(l, one).to_owned(), href, one == state)
    });
    let body = html! {
        (heading(text::refunds_title(l), text::refunds_lead(l)))
        (filters(text::refunds_filter(l), &choices))
        @if refunds.is_empty() { (empty("receipt", text::refunds_none(l), "", html! {})) }
        @else { (card("", None, rows(visit, refunds))) }
        (find_form(visit, None))
    };
    visit.show(Sheet::new(text::refunds_title(l), body))
}

pub(crate) fn rows(visit: &Visit, refunds: &[RefundView]) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::refund_number(l)),
        Column::text(text::refund_service(l)),
        Column::number(text::refund_amount(l)),
        Column::text(text::refund_reason(l)),
        Column::text(text::refund_asked(l)),
        Column::text(text::desk_payment_state(l)),
        Column::text(text::break_open_it(l)),
    ];
    let rows: Vec<Vec<Markup>> = refunds
        .iter()
        .map(|refund| {
            let service = visit.catalogue.services.get(&refund.service);
            let (tone, state) = word::refund(l, refund.state);
            let payment = format!("payments/{}", refund.payment);
            let deed = next_deed(refund).filter(|(verb, _)| visit.may(*verb));
            vec![
                html! { a href=(visit.below(&payment)) { span.mono translate="no" { (refund.refund_no) } } },
                html! { (service.map_or(refund.service.as_str(), |service| service.name.get(l))) },
                html! { (format::money(refund.amount)) },
                html! {
                    (word::reason(l, refund.reason)) small { (word::route(l, refund.route)) }
                    @if !refund.note.is_empty() { small { (refund.note) } }
                },
                html! { (refund.asked_by) small { (format::moment(l, refund.asked_at, visit.now)) } },
                html! {
                    (tag(tone, state))
                    @if let Some(document) = &refund.document_no { small.mono translate="no" { (document) } }
                    @if !refund.decided_by.is_empty() { small { (text::refund_decided(l)) " · " (refund.decided_by) } }
                },
                html! {
                    @match deed {
                        Some((_, "decide")) if refund.own => (text::refund_own(l)),
                        Some((_, path)) => {
                            a href=(visit.below(&format!("{payment}/refunds/{}/{path}", refund.refund_no))) {
                                (if path == "decide" { text::refund_decide(l) } else { text::refund_complete(l) })
                            }
                        }
                        None => {}
                    }
                },
            ]
        })
        .collect();
    table(text::refunds_title(l), &columns, &rows, &[])
}

pub(crate) async fn ask(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let payment = visit.id_param("payment")?;
    let amount = Money::parse_yuan(visit.form.get("amount")).filter(|amount| *amount > Money::ZERO);
    let reason = visit.form.get("reason").trim();
    let mut mistakes = Vec::new();
    if amount.is_none() {
        mistakes.push(("amount", text::refund_amount_mistake(visit.lang).to_owned()));
    }
    if reason.is_empty() {
        mistakes.push(("reason", Mistake::Empty("原因 / reason").say(visit.lang)));
    }
    let mishap = match amount {
        Some(amount) if mistakes.is_empty() => {
            match visit.platform().ask_refund(visit.staff()?, &city, payment, amount, reason).await {
                Ok(()) => return Ok(visit.see_other(&visit.below(&format!("payments/{payment}")))),
                Err(error) => Mishap::of_error(error, visit.lang)?,
            }
        }
        _ => Mishap::of_fields(mistakes),
    };
    let payment = one(visit).await?;
    Ok(ask_page(visit, &payment, &mishap))
}

fn refund_facts(visit: &Visit, refund: &RefundView) -> Markup {
    let l = visit.lang;
    let (tone, state) = word::refund(l, refund.state);
    summary([
        Summary::markup(text::desk_payment_state(l), tag(tone, state)),
        Summary::text(text::refund_amount(l), &format::money(refund.amount)),
        Summary::text(text::refund_reason(l), word::reason(l, refund.reason)).hint(&refund.note),
        Summary::text(text::refund_route(l), word::route(l, refund.route)),
        Summary::text(text::refund_asked(l), &refund.asked_by).hint(&format::moment(l, refund.asked_at, visit.now)),
        Summary::markup(text::refund_number(l), html! { span.mono translate="no" { (refund.refund_no) } }),
    ])
}

/// The refund beside its payment, with what can be done about it.
fn beside(
    visit: &Visit,
    title: &str,
    lead: &str,
    pair: (&DeskPayment, &RefundView),
    mishap: &Mishap,
    deed: Markup,
) -> Response {
    let l = visit.lang;
    let (payment, refund) = pair;
    let body = html! {
        (mishap.above(l))
        (heading(title, lead))
        div.two {
            div {
                (card(text::refunds_title(l), None, refund_facts(visit, refund)))
                (deed)
                p.actions { (Button::link(text::cancel(l)).href(&visit.below("refunds"))) }
            }
            div { (card(text::desk_payment_title(l), None, facts(visit, payment))) }
        }
    };
    visit.show(Sheet::new(title, body).status(mishap.status()))
}

pub(crate) async fn decide_form(visit: &mut Visit) -> Outcome {
    let payment = one(visit).await?;
    let refund = refund_of(visit, &payment)?;
    Ok(decide_page(visit, &payment, refund, &Mishap::none()))
}

pub(crate) fn decide_page(visit: &Visit, payment: &DeskPayment, refund: &RefundView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let amount = format::money(refund.amount);
    let to = visit.below(&format!("payments/{}/refunds/{}/decide", payment.id, refund.refund_no));
    let deed = html! {
        @if refund.own { p { (text::refund_own(l)) } }
        @else if refund.state == RefundState::Asked {
            (form(l, &to, "", html! {
                (Field { name: "reason", label: text::decide_note(l), hint: text::decide_note_hint(l), optional: true,
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                div.actions {
                    (Button::primary(&text::approve_go(l, &amount)).value("decision", "approve"))
                    (Button::danger(text::decline_go(l)).value("decision", "decline"))
                }
            }))
        }
    };
    beside(visit, &text::decide_title(l, &amount), text::decide_lead(l), (payment, refund), mishap, deed)
}

pub(crate) async fn decide(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let (payment, refund_no) = (visit.id_param("payment")?, visit.param("refund").to_owned());
    let (platform, staff) = (visit.platform(), visit.staff()?);
    let reason = visit.form.get("reason").trim();
    let done = match visit.form.get("decision") {
        "approve" => platform.approve_refund(staff, &city, payment, &refund_no, reason).await,
        _ if reason.is_empty() => {
            Err(kernel::Error::field("reason", Mistake::Empty("审核意见 / reason for declining")))
        }
        _ => platform.decline_refund(staff, &city, payment, &refund_no, reason).await,
    };
    after(visit, done, decide_page).await
}

pub(crate) async fn complete_form(visit: &mut Visit) -> Outcome {
    let payment = one(visit).await?;
    let refund = refund_of(visit, &payment)?;
    Ok(complete_page(visit, &payment, refund, &Mishap::none()))
}

pub(crate) fn complete_page(visit: &Visit, payment: &DeskPayment, refund: &RefundView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let amount = format::money(refund.amount);
    let to = visit.below(&format!("payments/{}/refunds/{}/complete", payment.id, refund.refund_no));
    let treasury = refund.route == RefundRoute::Treasury;
    let lead = if treasury { text::complete_lead_treasury(l) } else { text::complete_lead_abnormal(l) };
    let waits = next_deed(refund).is_some_and(|(_, path)| path == "complete");
    let deed = html! {
        @if waits {
            (form(l, &to, "", html! {
                (Field { name: "document_no", label: text::refund_document(l), error: mishap.of("document_no"),
                    value: visit.form.get("document_no"), ..Field::default() }.html(l))
                div.actions {
                    (Button::primary(text::complete_go(l)).value("deed", "complete"))
                    @if !treasury { (Button::secondary(text::send_again_go(l)).value("deed", "again")) }
                }
            }))
        }
    };
    beside(visit, &text::complete_title(l, &amount), lead, (payment, refund), mishap, deed)
}

pub(crate) async fn complete(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let (payment, refund_no) = (visit.id_param("payment")?, visit.param("refund").to_owned());
    let (platform, staff) = (visit.platform(), visit.staff()?);
    let done = match visit.form.get("deed") {
        "again" => platform.send_refund_again(staff, &city, payment, &refund_no).await,
        _ => {
            let document_no = visit.form.get("document_no");
            platform.complete_refund(staff, &city, payment, &refund_no, document_no).await
        }
    };
    after(visit, done, complete_page).await
}

type Again = fn(&Visit, &DeskPayment, &RefundView, &Mishap) -> Response;

/// The payment with its refund as it is now, or the form again with what was wrong.
async fn after(visit: &Visit, done: kernel::Result<()>, again: Again) -> Result<Response, Trouble> {
    match done {
        Ok(()) => Ok(visit.see_other(&visit.below(&format!("payments/{}", visit.id_param("payment")?)))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let payment = one(visit).await?;
            let refund = refund_of(visit, &payment)?;
            Ok(again(visit, &payment, refund, &mishap))
        }
    }
}

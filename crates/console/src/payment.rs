//! A payment at the desk: found by any number that stands on a paper, shown without the person who paid.

use axum::{http::StatusCode, response::Response};
use capability::refund::{Route as RefundRoute, State as RefundState};
use engine::{DeskPayment, RefundView, Verb};
use kernel::{Kind, Money};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Column, Field, Summary, card, form, heading, summary, table, tag},
    format, text,
};

use crate::{
    mishap::Mishap,
    reconciliation::party,
    route::Outcome,
    staff_act::department_name,
    trouble::Trouble,
    visit::{Sheet, Visit},
    word,
};

pub(crate) async fn find(visit: &mut Visit) -> Outcome {
    let number = visit.query.get("number").trim().to_owned();
    if number.is_empty() {
        return Ok(find_page(visit, None));
    }
    let city = visit.city()?.city.id.clone();
    match visit.platform().desk_payment(visit.staff()?, &city, &number).await {
        Ok(found) => Ok(visit.see_other(&visit.below(&format!("payments/{}", found.id)))),
        Err(error) if error.kind == Kind::NotFound => Ok(find_page(visit, Some(text::find_none(visit.lang)))),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn find_page(visit: &Visit, mistake: Option<&'static str>) -> Response {
    let l = visit.lang;
    let status = if mistake.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        div.desk-narrow {
            (ui::component::error_summary(l, mistake.iter().map(|mistake| ("number", *mistake))))
            (heading(text::find_title(l), ""))
            (find_form(visit, mistake))
        }
    };
    visit.show(Sheet::new(text::find_title(l), body).status(status))
}

/// A search, so it is a link that can be kept.
pub(crate) fn find_form(visit: &Visit, mistake: Option<&str>) -> Markup {
    let l = visit.lang;
    let field = Field {
        name: "number",
        label: text::find_label(l),
        hint: text::find_hint(l),
        error: mistake,
        value: visit.query.get("number"),
        ..Field::default()
    };
    html! {
        form.card.form method="get" action=(visit.below("payments")) {
            (field.html(l))
            (Button::primary(text::find_go(l)))
        }
    }
}

/// The payment of the path.
pub(crate) async fn one(visit: &Visit) -> Result<DeskPayment, Trouble> {
    let (city, id) = (&visit.city()?.city.id, visit.id_param("payment")?);
    Ok(visit.platform().desk_payment(visit.staff()?, city, &id.to_string()).await?)
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let payment = one(visit).await?;
    Ok(page(visit, &payment))
}

pub(crate) fn facts(visit: &Visit, payment: &DeskPayment) -> Markup {
    let l = visit.lang;
    let service = visit.catalogue.services.get(&payment.service);
    let service = service.map_or(payment.service.as_str(), |service| service.name.get(l));
    let department = visit.pack.as_ref().map(|pack| department_name(visit, &pack.city.id, &payment.department));
    let (tone, state) = word::payment(l, payment.state);
    let moment = |at: Option<kernel::Timestamp>| {
        at.map_or_else(|| text::never(l).to_owned(), |at| format::moment(l, at, visit.now))
    };
    summary([
        Summary::markup(text::desk_payment_state(l), tag(tone, state)),
        Summary::text(text::refund_service(l), service).hint(department.as_deref().unwrap_or_default()),
        Summary::text(text::desk_payment_amount(l), &format::money(payment.amount)),
        Summary::text(text::desk_payment_refunded(l), &format::money(payment.refunded)),
        Summary::markup(text::payment_number(l), html! { span.mono translate="no" { (payment.id) } }),
        Summary::markup(text::desk_payment_payee(l), html! { span.mono translate="no" { (payment.payee) } }),
        Summary::text(text::payment_biller_ref(l), payment.biller_ref.as_deref().unwrap_or(text::never(l))),
        Summary::text(text::desk_payment_opened(l), &format::moment(l, payment.opened_at, visit.now)),
        Summary::text(text::desk_payment_paid(l), &moment(payment.paid_at)),
        Summary::text(text::desk_payment_posted(l), &moment(payment.posted_at)),
    ])
}

pub(crate) fn page(visit: &Visit, payment: &DeskPayment) -> Response {
    let l = visit.lang;
    let asks = visit.may(Verb::AskRefund) && payment.refundable > Money::ZERO;
    let body = html! {
        (heading(text::desk_payment_title(l), text::desk_no_person(l)))
        div.two {
            div {
                (card("", None, facts(visit, payment)))
                @if asks {
                    p.actions { (Button::primary(text::refund_ask(l)).href(&visit.below(&format!("payments/{}/refund", payment.id)))) }
                }
            }
            div { (card(text::desk_orders(l), None, orders(visit, payment))) }
        }
        @if !payment.refunds.is_empty() {
            (card(text::refunds_title(l), None, crate::refund::rows(visit, &payment.refunds)))
        }
        @if !payment.journal.is_empty() { (card(text::desk_journal(l), None, journal(visit, payment))) }
    };
    visit.show(Sheet::new(text::desk_payment_title(l), body))
}

fn orders(visit: &Visit, payment: &DeskPayment) -> Markup {
    let l = visit.lang;
    html! {
        @for order in &payment.orders {
            @let (tone, state) = word::order(l, order.state);
            (summary([
                Summary::text(text::desk_order_provider(l), &party(visit, ledger::reconcile::Side::Provider, order.provider.as_ref())),
                Summary::markup(text::desk_payment_state(l), tag(tone, state)),
                Summary::markup(text::break_number(l), html! { span.mono translate="no" { (order.out_trade_no) } }),
                Summary::markup(text::desk_order_trade(l), html! { span.mono translate="no" { (order.trade_no.as_deref().unwrap_or("—")) } }),
            ]))
        }
    }
}

fn journal(visit: &Visit, payment: &DeskPayment) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::act_when(l)),
        Column::text(text::desk_journal_step(l)),
        Column::text(text::desk_journal_debit(l)),
        Column::text(text::desk_journal_credit(l)),
        Column::number(text::desk_journal_amount(l)),
    ];
    let account = |name: &str| html! { span.mono translate="no" { (name) } };
    let rows: Vec<Vec<Markup>> = payment
        .journal
        .iter()
        .map(|entry| {
            vec![
                html! { (format::moment(l, entry.at, visit.now)) },
                html! { (word::step(l, entry.step)) },
                account(&entry.debit),
                account(&entry.credit),
                html! { (format::money(entry.amount)) },
            ]
        })
        .collect();
    table(text::desk_journal(l), &columns, &rows, &[])
}

/// The refund of the path, among those of its payment.
pub(crate) fn refund_of<'a>(visit: &Visit, payment: &'a DeskPayment) -> Result<&'a RefundView, Trouble> {
    let wanted = visit.param("refund");
    payment.refunds.iter().find(|refund| refund.refund_no == wanted).ok_or_else(|| Kind::NotFound.into())
}

/// What can be done with a refund now, and by which verb.
pub(crate) fn next_deed(refund: &RefundView) -> Option<(Verb, &'static str)> {
    match (refund.state, refund.route) {
        (RefundState::Asked, _) => Some((Verb::DecideRefund, "decide")),
        (RefundState::Abnormal, _) | (RefundState::Approved, RefundRoute::Treasury) => {
            Some((Verb::CompleteRefund, "complete"))
        }
        _ => None,
    }
}

pub(crate) async fn ask_form(visit: &mut Visit) -> Outcome {
    let payment = one(visit).await?;
    Ok(ask_page(visit, &payment, &Mishap::none()))
}

pub(crate) fn ask_page(visit: &Visit, payment: &DeskPayment, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let most = format::money(payment.refundable);
    let to = visit.below(&format!("payments/{}/refund", payment.id));
    let body = html! {
        (mishap.above(l))
        (heading(text::refund_ask_title(l), &text::refund_ask_lead(l, &most)))
        div.two {
            div {
                (form(l, &to, "", html! {
                    (Field { name: "amount", label: text::refund_amount_label(l), hint: text::refund_amount_hint(l),
                        error: mishap.of("amount"), value: visit.form.get("amount"), input: ui::component::Input::Amount, ..Field::default() }.html(l))
                    (Field { name: "reason", label: text::reason_label(l), hint: text::refund_note_hint(l),
                        error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                    (Button::primary(text::refund_ask_go(l)).wide())
                }))
                p.actions { (Button::link(text::cancel(l)).href(&visit.below(&format!("payments/{}", payment.id)))) }
            }
            div { (card(text::desk_payment_title(l), None, facts(visit, payment))) }
        }
    };
    visit.show(Sheet::new(text::refund_ask_title(l), body).status(mishap.status()))
}

//! A payment, from the cashier to the receipt or to the money back home. Every state is a page that can be left, reloaded
//! and bookmarked; none of them promises more than is known.

use axum::response::Response;
use capability::{
    payment::State,
    refund::{Reason, Route as RefundRoute, State as RefundState},
};
use engine::{CashierView, MonthPaid, PaymentInfo, PaymentPage, PaymentView, RefundLine};
use kernel::{Id, Kind, Lang, Money};
use manifest::{CityPack, Service};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{
        Moment, MomentState, Row, Summary, card, empty, good_news, heading, months, notice, qr, rows, summary, timeline,
    },
    format, icon, text,
};

use crate::{
    bill,
    booking::booking_path,
    quote::{ask_path, device},
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("payment")?;
    // Whoever comes back from the cashier, or says that they have paid, is told what the provider says now.
    let look = !visit.query.get("back").is_empty();
    let payment = visit.platform().payment(visit.citizen()?, &pack.city.id, id, device(visit), look).await?;
    // Straight on to the cashier after the button that said so: one tap less.
    if !visit.query.get("go").is_empty()
        && let (State::Pending, Some(CashierView::Open(url))) = (payment.state, &payment.cashier)
    {
        return Ok(visit.see_other(url));
    }
    Ok(page(visit, &pack, &payment))
}

pub(crate) async fn switch(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("payment")?;
    let provider = visit.form.get("provider").to_owned();
    let switched = visit.platform().switch_provider(visit.citizen()?, &pack.city.id, id, &provider).await;
    after(visit, &pack, id, switched, "?go=1")
}

pub(crate) async fn cancel(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("payment")?;
    let cancelled = visit.platform().cancel_payment(visit.citizen()?, &pack.city.id, id).await;
    after(visit, &pack, id, cancelled, "")
}

/// Back to the payment's page. What came too late changes nothing, and the page says how things stand instead.
fn after(visit: &Visit, pack: &CityPack, id: Id, done: kernel::Result<()>, query: &str) -> Outcome {
    let query = match done {
        Ok(()) => query,
        Err(error) if matches!(error.kind, Kind::Conflict(_)) => "?late=1",
        // What was asked for is done, and the provider hears of it when it answers again.
        Err(error) if error.code() == "provider" => "",
        Err(error) => return Err(error.into()),
    };
    Ok(visit.see_other(&format!("/{}/payments/{id}{query}", pack.city.id)))
}

/// One word for a page that waits: how far the payment is.
pub(crate) async fn state(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("payment")?;
    let state = visit.platform().payment_state(visit.citizen()?, &pack.city.id, id).await?;
    Ok(visit.word(state.word()))
}

fn path(pack: &CityPack, payment: &PaymentView) -> String {
    format!("/{}/payments/{}", pack.city.id, payment.id)
}

pub(crate) fn page(visit: &Visit, pack: &CityPack, payment: &PaymentView) -> Response {
    let l = visit.lang;
    let department = payment.department.get(l);
    let amount = payment.amount.yuan();
    let service = visit.catalogue.services.get(&payment.service).map(|service| &**service);
    let lead = format!("{} · {}", service.map_or("", |service| service.name.get(l)), payment.customer);
    let title = match payment.state {
        State::Pending => text::payment_pending_title(l).to_owned(),
        State::Closed => text::payment_closed_title(l).to_owned(),
        State::Paid | State::Posting => text::payment_processing_title(l).to_owned(),
        State::Posted => text::payment_posted_title(l).to_owned(),
        State::Failed => text::payment_failed_title(l, department),
        State::Refunding => text::payment_refunding_title(l).to_owned(),
        State::Refunded => text::payment_refunded_title(l).to_owned(),
    };
    let body = html! {
        @if payment.state == State::Posted {
            (heading(&title, &lead))
            (good_news(&format!("¥{amount}"), &text::payment_posted_detail(l, department), html! {
                @if let Some(booking) = payment.booking {
                    p.actions { (Button::primary(text::booking_see_voucher(l)).href(&booking_path(pack, booking)).icon("qr-code").wide()) }
                }
                p.actions { (Button::primary(text::payment_receipt(l)).href(&format!("{}/receipt", path(pack, payment))).icon("receipt").wide()) }
            }))
        } @else {
            (heading(&title, &lead))
        }
        @if !visit.query.get("late").is_empty() { (notice(Tone::Info, "", html! { p { (text::payment_changed(l)) } })) }
        @match payment.state {
            State::Pending => (pending(visit, pack, payment)),
            State::Closed => {
                (notice(Tone::Info, "", html! { p { (text::payment_closed_detail(l)) } }))
                p.actions { (Button::primary(text::payment_again(l)).href(&bills(pack, service, payment)).wide()) }
            }
            State::Paid | State::Posting => {
                (notice(Tone::Info, &format!("¥{amount}"), html! { p { (text::payment_processing_detail(l, department)) } }))
                (look(visit, pack, payment, text::payment_refresh(l)))
            }
            State::Failed | State::Refunding if payment.booking.is_some() => {
                (look(visit, pack, payment, text::payment_refresh(l)))
                p.actions { (Button::primary(text::booking_see(l)).href(&bills(pack, service, payment)).wide()) }
            }
            State::Failed | State::Refunding => (look(visit, pack, payment, text::payment_refresh(l))),
            State::Refunded => { p { (text::payment_refunded_detail(l)) } }
            State::Posted => {}
        }
        @if !payment.refunds.is_empty() { (refunds(l, &payment.refunds)) }
        (card(text::pay_what(l), None, html! {
            @for line in &payment.lines {
                h3 { (bill::title(l, service, &line.title)) }
                (summary([
                    Some(Summary::text(text::pay_amount(l), &format::money(line.amount))),
                    (line.surcharge > Money::ZERO).then(|| Summary::text(text::pay_surcharge(l), &format::money(line.surcharge))),
                ].into_iter().flatten()))
            }
            (summary([Summary::markup(text::pay_total(l), html! { strong.sum { (format::money(payment.amount)) } })]))
        }))
        (card("", None, course(l, payment)))
        p.hint {
            (text::payment_number(l)) " " span.mono translate="no" { (payment.id) }
            @if let Some(reference) = payment.biller_ref.as_deref().filter(|reference| !reference.is_empty()) {
                br; (text::payment_biller_ref(l)) " " span.mono translate="no" { (reference) }
            }
            br; (department) " " (crate::service::telephone(&payment.phone))
            br; (text::payment_as_of(l, &format::date_time(l, visit.now)))
        }
    };
    let back = format!("/{}/payments", pack.city.id);
    visit.show(Sheet { title: &title, back: &back, pays: payment.state == State::Pending, body, ..Sheet::default() })
}

/// The bill that it was for: everything is there again.
fn bills(pack: &CityPack, service: Option<&Service>, payment: &PaymentView) -> String {
    if let Some(booking) = payment.booking {
        return booking_path(pack, booking);
    }
    match (service, payment.card) {
        (Some(service), Some(card)) => ask_path(pack, service, card),
        _ => format!("/{}/s/{}/ask", pack.city.id, payment.service),
    }
}

/// The way to see what happened since. The script asks how far it is from time to time, and says on this button that
/// there is news: nothing else on the page moves.
fn look(visit: &Visit, pack: &CityPack, payment: &PaymentView, label: &str) -> Markup {
    let path = path(pack, payment);
    // Whoever scans a code with the phone looks elsewhere; the page may then go on by itself.
    let scans = matches!(payment.cashier, Some(CashierView::Scan(_)));
    html! {
        p.actions aria-live="polite" {
            a.btn.btn-2.wide href={ (path) "?back=1" } data-poll={ (path) "/state" } data-state=(payment.state.word())
                data-news=(text::payment_news(visit.lang)) data-go[scans] { (icon("refresh-cw")) span { (label) } }
        }
    }
}

/// The way to the cashier, another way, and the way out.
fn pending(visit: &Visit, pack: &CityPack, payment: &PaymentView) -> Markup {
    let l = visit.lang;
    let path = path(pack, payment);
    let provider = payment.provider.as_ref().map_or("", |provider| provider.name.get(l));
    html! {
        p.lead { (text::payment_pending_detail(l, &clock(payment.expires_at))) }
        @match &payment.cashier {
            Some(CashierView::Open(url)) => {
                p.actions { (Button::primary(&text::payment_open_cashier(l, provider)).href(url).icon("external-link").wide()) }
            }
            Some(CashierView::Scan(code)) => {
                (card(&text::payment_scan(l, provider), None, qr(code, &text::payment_scan(l, provider))))
            }
            Some(CashierView::Unavailable) | None => {
                (notice(Tone::Warn, &text::payment_cashier_down_title(l, provider), html! { p { (text::payment_cashier_down_detail(l)) } }))
            }
        }
        (look(visit, pack, payment, text::payment_paid_already(l)))
        div.actions {
            @for other in &payment.others {
                form method="post" action={ (path) "/switch" } {
                    (Button::link(&text::payment_switch(l, other.name.get(l))).value("provider", &other.id))
                }
            }
            form method="post" action={ (path) "/cancel" } { (Button::link(text::payment_cancel(l))) }
        }
    }
}

/// Hours and minutes: a cashier closes on the same day.
fn clock(at: kernel::Timestamp) -> String {
    let at = at.civil();
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// What has happened and what comes next.
fn course(lang: Lang, payment: &PaymentView) -> Markup {
    let provider = payment.provider.as_ref().map_or("", |provider| provider.name.get(lang));
    let opened = format::date_time(lang, payment.opened_at);
    let paid = payment.paid_at.map(|at| text::payment_by_provider(lang, provider, &format::date_time(lang, at)));
    let posted = payment.posted_at.map(|at| format::date_time(lang, at));
    let state = |done: bool, now: bool| match (done, now) {
        (true, _) => MomentState::Done,
        (_, true) => MomentState::Now,
        _ => MomentState::Ahead,
    };
    let mut moments = vec![Moment { title: text::payment_opened(lang), detail: &opened, state: MomentState::Done }];
    if payment.state != State::Closed {
        let waiting = payment.state == State::Pending;
        moments.push(Moment {
            title: text::payment_paid(lang),
            detail: paid.as_deref().unwrap_or_default(),
            state: state(paid.is_some(), waiting),
        });
        if !matches!(payment.state, State::Failed | State::Refunding | State::Refunded) || posted.is_some() {
            moments.push(Moment {
                title: text::payment_booked(lang),
                detail: posted.as_deref().unwrap_or_default(),
                state: state(posted.is_some(), matches!(payment.state, State::Paid | State::Posting)),
            });
        }
    }
    timeline(&moments)
}

fn refunds(lang: Lang, refunds: &[RefundLine]) -> Markup {
    html! {
        @for refund in refunds {
            (card(&text::payment_refund_line(lang, &refund.amount.yuan()), None, html! {
                p { (reason(lang, refund.reason)) }
                (timeline(&[
                    Moment { title: text::refund_state_approved(lang), detail: &format::date_time(lang, refund.asked_at), state: reached(refund.state, RefundState::Approved) },
                    Moment { title: if refund.route == RefundRoute::Treasury { text::refund_route_treasury(lang) } else { text::refund_state_sent(lang) }, detail: "", state: reached(refund.state, RefundState::Sent) },
                    Moment { title: text::refund_state_done(lang), detail: &refund.done_at.map(|at| format::date_time(lang, at)).unwrap_or_default(), state: reached(refund.state, RefundState::Done) },
                ]))
                @match refund.state {
                    RefundState::Asked => p.hint { (text::refund_state_asked(lang)) },
                    RefundState::Declined => (notice(Tone::Info, text::refund_state_declined(lang), html! {})),
                    RefundState::Abnormal => (notice(Tone::Warn, text::refund_state_abnormal(lang), html! {})),
                    _ => {},
                }
            }))
        }
    }
}

fn reason(lang: Lang, reason: Reason) -> &'static str {
    match reason {
        Reason::Surplus => text::refund_reason_surplus(lang),
        Reason::Late => text::refund_reason_late(lang),
        Reason::Refused => text::refund_reason_refused(lang),
        Reason::Rest => text::refund_reason_rest(lang),
        Reason::Booking => text::refund_reason_booking(lang),
        Reason::Staff => text::refund_reason_staff(lang),
    }
}

/// How far a refund is, on its way of three steps.
fn reached(state: RefundState, step: RefundState) -> MomentState {
    let place = |state| match state {
        RefundState::Asked | RefundState::Declined => 0,
        RefundState::Approved => 1,
        RefundState::Sent | RefundState::Abnormal => 2,
        RefundState::Done => 3,
    };
    match (place(state), place(step)) {
        (now, step) if now > step || now == 3 => MomentState::Done,
        (now, step) if now == step => MomentState::Now,
        _ => MomentState::Ahead,
    }
}

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let before = visit.query.get("before").parse().ok();
    let page = visit.platform().payments(visit.citizen()?, &pack.city.id, before).await?;
    let year = visit.platform().paid_by_month(visit.citizen()?, &pack.city.id, None).await?;
    Ok(list_page(visit, &pack, &page, &year))
}

pub(crate) fn list_page(visit: &Visit, pack: &CityPack, page: &PaymentPage, year: &[MonthPaid]) -> Response {
    let l = visit.lang;
    let id = &pack.city.id;
    let lines: Vec<(String, String, String, (Tone, &str))> = page.items.iter().map(|info| line(visit, info)).collect();
    let list: Vec<Row<'_>> = page
        .items
        .iter()
        .zip(&lines)
        .map(|(_, (title, detail, href, tag))| Row {
            title,
            detail,
            href: Some(href),
            tag: Some(*tag),
            ..Row::default()
        })
        .collect();
    let body = html! {
        (heading(text::payments_title(l), ""))
        @if list.is_empty() {
            (empty("wallet", text::payments_none_title(l), text::payments_none_detail(l), html! {}))
        } @else {
            section.card { (rows(&list)) }
            @if let Some(next) = page.next {
                p.actions { (Button::secondary(text::payments_older(l)).href(&format!("/{id}/payments?before={next}"))) }
            }
            @if year.iter().any(|month| month.amount > Money::ZERO) { (card(text::payments_year(l), None, chart(l, year))) }
        }
    };
    visit.show(Sheet { title: text::payments_title(l), back: "/me", body, ..Sheet::default() })
}

fn line<'a>(visit: &'a Visit, info: &PaymentInfo) -> (String, String, String, (Tone, &'a str)) {
    let l = visit.lang;
    let service = visit.catalogue.services.get(&info.service).map(|service| &**service);
    let name = service.map_or("", |service| service.short_name.get(l));
    let at = format::moment(l, info.paid_at.unwrap_or(info.opened_at), visit.now);
    let titles: Vec<String> = info.titles.iter().map(|title| bill::title(l, service, title)).collect();
    // A top-up is called after its service, which stands in the line above.
    let titles = titles.join(l.pick("、", ", "));
    let what = if titles == name { String::new() } else { format!("{titles} · ") };
    (
        format!("{name} ¥{}", info.amount.yuan()),
        format!("{what}{} · {at}", info.customer),
        format!("/{}/payments/{}", info.city, info.id),
        state_tag(l, info.state),
    )
}

const fn state_tag(lang: Lang, state: State) -> (Tone, &'static str) {
    match state {
        State::Pending => (Tone::Warn, lang.pick("待付款", "To pay")),
        State::Closed => (Tone::Plain, lang.pick("没有付", "Not paid")),
        State::Paid | State::Posting => (Tone::Info, lang.pick("处理中", "Processing")),
        State::Posted => (Tone::Ok, lang.pick("已缴", "Paid")),
        State::Failed | State::Refunding => (Tone::Warn, lang.pick("退款中", "Going back")),
        State::Refunded => (Tone::Plain, lang.pick("已退款", "Given back")),
    }
}

/// A year as columns, with their table.
fn chart(lang: Lang, year: &[MonthPaid]) -> Markup {
    let named: Vec<(String, i8, u64, String)> = year
        .iter()
        .map(|month| {
            let label = format::month_of(lang, &format!("{}-{:02}", month.year, month.month));
            let value = u64::try_from(month.amount.fen()).unwrap_or(0);
            (label, month.month, value, format::money(month.amount))
        })
        .collect();
    let items: Vec<(&str, i8, u64, &str)> =
        named.iter().map(|(label, below, value, shown)| (label.as_str(), *below, *value, shown.as_str())).collect();
    let sum = Money::from_fen(year.iter().map(|month| month.amount.fen()).sum());
    html! {
        p { (text::payments_year_sum(lang, &sum.yuan())) }
        (months(lang, text::payments_year(lang), &items))
    }
}

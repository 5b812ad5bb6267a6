//! What each payee is due for a day, the day's comparison, and the daily close that fixes it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use engine::{BalanceView, DayOpen, DayView, Scope, SettlementDay, SettlementView, Verb};
use kernel::{Date, Kind, Money, Timestamp};
use ledger::reconcile::Side;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, Field, Input, card, empty, form, heading, notice, table, tag},
    format, text,
};

use crate::{
    reconciliation::party,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
    word,
};

/// Everything that the page of a day shows.
pub(crate) struct DayPage {
    pub day: Date,
    pub settlements: Vec<SettlementView>,
    pub state: Option<DayView>,
    pub closed: Vec<SettlementDay>,
    pub balances: Vec<BalanceView>,
}

fn yesterday(now: Timestamp) -> Date {
    now.plus_s(-86_400).date()
}

fn day_param(visit: &Visit) -> Result<Date, Trouble> {
    visit.param("day").parse().map_err(|_| Kind::NotFound.into())
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let day = visit.query.get("day").parse().unwrap_or_else(|_| yesterday(visit.now));
    let page = day_page(visit, day).await?;
    Ok(page_of(visit, &page))
}

async fn day_page(visit: &Visit, day: Date) -> Result<DayPage, Trouble> {
    let (platform, staff, city) = (visit.platform(), visit.staff()?, &visit.city()?.city.id);
    let whole = staff.may(Verb::SeeSettlements, city) == Some(Scope::City);
    Ok(DayPage {
        day,
        settlements: platform.settlements(staff, city, day).await?,
        state: if visit.may(Verb::SeeBreaks) {
            Some(platform.reconciliation_day(staff, city, day).await?)
        } else {
            None
        },
        closed: platform.closed_days(staff, city).await?,
        balances: if whole { platform.balances(staff, city).await? } else { Vec::new() },
    })
}

fn total(settlements: &[SettlementView], of: impl Fn(&SettlementView) -> Money) -> Money {
    Money::from_fen(settlements.iter().map(|one| of(one).fen()).sum())
}

fn settlement_table(visit: &Visit, page: &DayPage) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::settlement_payee(l)),
        Column::text(text::settlement_account(l)),
        Column::number(text::settlement_payments(l)),
        Column::number(text::settlement_gross(l)),
        Column::number(text::settlement_refunds(l)),
        Column::number(text::settlement_refunded(l)),
        Column::number(text::settlement_net(l)),
    ];
    let money = |amount: Money| html! { (format::money(amount)) };
    let rows: Vec<Vec<Markup>> = page
        .settlements
        .iter()
        .map(|one| {
            vec![
                html! { (one.name.get(l)) @if one.treasury { " " (tag(Tone::Info, text::settlement_treasury(l))) } },
                html! { span.mono translate="no" { (one.account) } },
                html! { (one.payments) },
                money(one.gross),
                html! { (one.refunds) },
                money(one.refunded),
                money(one.net),
            ]
        })
        .collect();
    let all = &page.settlements;
    let sum = |count: fn(&SettlementView) -> u64| all.iter().map(count).sum::<u64>();
    let last = [
        html! { (text::settlement_total(l)) },
        html! {},
        html! { (sum(|one| one.payments)) },
        money(total(all, |one| one.gross)),
        html! { (sum(|one| one.refunds)) },
        money(total(all, |one| one.refunded)),
        money(total(all, |one| one.net)),
    ];
    table(&text::settlement_table(l, &format::date(l, page.day)), &columns, &rows, &last)
}

pub(crate) fn page_of(visit: &Visit, page: &DayPage) -> Response {
    let l = visit.lang;
    let day = page.day;
    let title = text::settlement_table(l, &format::date(l, day));
    let below = |path: &str| visit.below(&format!("settlements/{day}/{path}"));
    let closed = page.closed.iter().find(|one| one.day == day);
    let body = html! {
        (heading(text::settlements_title(l), text::settlements_lead(l)))
        form.card.inline method="get" action=(visit.below("settlements")) {
            (Field { name: "day", label: text::settlement_day(l), value: &day.to_string(), input: Input::Date, ..Field::default() }.html(l))
            (Button::secondary(text::settlement_show(l)))
        }
        @if page.settlements.is_empty() { (empty("receipt", text::settlement_none(l), &format::date(l, day), html! {})) }
        @else {
            (card(&title, None, settlement_table(visit, page)))
            p.actions {
                (Button::secondary(text::settlement_csv(l)).icon("download").href(&below("table.csv")))
                span.hint { (text::settlement_print(l)) }
            }
        }
        div.two {
            div {
                @if let Some(state) = &page.state { (day_state(visit, state, closed)) }
                @if !page.balances.is_empty() { (balances(visit, &page.balances)) }
            }
            div { (closed_days(visit, &page.closed)) }
        }
    };
    visit.show(Sheet::new(&title, body))
}

fn day_state(visit: &Visit, state: &DayView, closed: Option<&SettlementDay>) -> Markup {
    let l = visit.lang;
    let below = |path: &str| visit.below(&format!("settlements/{}/{path}", state.day));
    let over = state.day < visit.now.date();
    card(
        text::day_state_title(l),
        None,
        html! {
            ul.rows {
                @for one in &state.parties {
                    li {
                        div.row {
                            span.row-text {
                                span.row-title { (party(visit, one.side, &one.party)) }
                                span.row-detail {
                                    @match one.compared_at {
                                        Some(at) => (text::day_compared(l, &format::moment(l, at, visit.now), one.ours, one.theirs)),
                                        None => (text::day_not_compared(l)),
                                    }
                                }
                            }
                            (tag(if one.compared_at.is_some() { Tone::Ok } else { Tone::Warn }, word::side(l, one.side)))
                        }
                    }
                }
            }
            p {
                @if state.open == 0 { (text::day_no_breaks(l)) }
                @else { a href=(visit.below(&format!("breaks?day={}", state.day))) { (text::day_open_breaks(l, state.open as u64)) } }
            }
            @match closed {
                Some(closed) => p { (tag(Tone::Ok, text::day_close(l))) " "
                    (text::day_closed(l, &closed.closed_by, &format::moment(l, closed.closed_at, visit.now))) },
                None => {
                    @if over && visit.may(Verb::ResolveBreak) {
                        form.actions method="post" action=(below("compare")) data-busy=(text::busy(l)) {
                            (Button::secondary(text::day_compare_again(l)).icon("refresh-cw"))
                            @if visit.may(Verb::CloseDay) { (Button::primary(text::day_close(l)).href(&below("close"))) }
                        }
                    }
                }
            }
        },
    )
}

fn balances(visit: &Visit, balances: &[BalanceView]) -> Markup {
    let l = visit.lang;
    let columns = [Column::text(text::settlement_account(l)), Column::number(text::balances_title(l))];
    let rows: Vec<Vec<Markup>> = balances
        .iter()
        .map(|one| vec![html! { span.mono translate="no" { (one.account) } }, html! { (format::money(one.amount)) }])
        .collect();
    card(text::balances_title(l), None, table(text::balances_title(l), &columns, &rows, &[]))
}

fn closed_days(visit: &Visit, closed: &[SettlementDay]) -> Markup {
    let l = visit.lang;
    html! {
        @if !closed.is_empty() {
            (card(text::closed_days_title(l), None, html! {
                ul.rows {
                    @for one in closed {
                        li {
                            a.row.go href=(visit.below(&format!("settlements?day={}", one.day))) {
                                span.row-text {
                                    span.row-title { (format::date(l, one.day)) }
                                    span.row-detail { (text::day_closed(l, &one.closed_by, &format::moment(l, one.closed_at, visit.now))) }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// One cell of CSV. A spreadsheet must take none for a formula.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// Plain yuan, without a sign for the currency or a comma, so that a program reads it.
fn plain(amount: Money) -> String {
    amount.yuan().replace(',', "")
}

pub(crate) fn csv_of(lang: kernel::Lang, day: Date, settlements: &[SettlementView]) -> String {
    let head = [
        text::settlement_day(lang),
        text::settlement_payee(lang),
        text::settlement_account(lang),
        text::settlement_payments(lang),
        text::settlement_gross(lang),
        text::settlement_refunds(lang),
        text::settlement_refunded(lang),
        text::settlement_net(lang),
    ];
    // The mark tells a spreadsheet that the text is UTF-8.
    let mut csv = format!("\u{feff}{}\r\n", head.map(cell).join(","));
    for one in settlements {
        let row = [
            day.to_string(),
            cell(one.name.get(lang)),
            cell(&one.account),
            one.payments.to_string(),
            plain(one.gross),
            one.refunds.to_string(),
            plain(one.refunded),
            plain(one.net),
        ];
        csv.push_str(&row.join(","));
        csv.push_str("\r\n");
    }
    csv
}

pub(crate) async fn csv(visit: &mut Visit) -> Outcome {
    let day = day_param(visit)?;
    let city = visit.city()?.city.id.clone();
    let settlements = visit.platform().settlements(visit.staff()?, &city, day).await?;
    let mut response = Response::new(Body::from(csv_of(visit.lang, day, &settlements)));
    let headers = response.headers_mut();
    web::shell::headers::put_on(headers, None, true);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"settlement-{city}-{day}.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(kernel::Error::internal)?);
    Ok(response)
}

pub(crate) async fn compare(visit: &mut Visit) -> Outcome {
    let day = day_param(visit)?;
    let city = visit.city()?.city.id.clone();
    visit.platform().reconcile_again(visit.staff()?, &city, day).await?;
    Ok(visit.see_other(&visit.below(&format!("settlements?day={day}"))))
}

pub(crate) async fn close_form(visit: &mut Visit) -> Outcome {
    let page = day_page(visit, day_param(visit)?).await?;
    Ok(close_page(visit, &page, None))
}

pub(crate) fn close_page(visit: &Visit, page: &DayPage, refused: Option<&DayOpen>) -> Response {
    let l = visit.lang;
    let day = format::date(l, page.day);
    let title = text::close_title(l, &day);
    let net = format::money(total(&page.settlements, |one| one.net));
    let closed = page.closed.iter().find(|one| one.day == page.day);
    let body = html! {
        @if let Some(why) = refused { (notice(Tone::Warn, text::close_refused_title(l), html! { p { (why_open(visit, why)) } })) }
        (heading(&title, text::close_lead(l)))
        @if page.settlements.is_empty() { (empty("receipt", text::settlement_none(l), "", html! {})) }
        @else { (card(&text::settlement_table(l, &day), None, settlement_table(visit, page))) }
        @if let Some(state) = &page.state { (day_state(visit, state, closed)) }
        @if closed.is_none() {
            (form(l, &visit.below(&format!("settlements/{}/close", page.day)), "", html! {
                (Button::primary(&text::close_go(l, &day, &net)).wide())
            }))
        }
        p.actions { (Button::link(text::cancel(l)).href(&visit.below(&format!("settlements?day={}", page.day)))) }
    };
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    visit.show(Sheet::new(&title, body).status(status))
}

fn why_open(visit: &Visit, why: &DayOpen) -> String {
    let l = visit.lang;
    match why {
        DayOpen::TooEarly => text::close_too_early(l).to_owned(),
        DayOpen::AlreadyClosed => text::close_already(l).to_owned(),
        DayOpen::NotCompared(parties) => {
            let name = |(side, id): &(Side, String)| party(visit, *side, id);
            let names: Vec<String> = parties.iter().map(name).collect();
            text::close_not_compared(l, &names.join(l.pick("、", ", ")))
        }
        DayOpen::BreaksOpen(count) => text::close_breaks(l, *count),
    }
}

pub(crate) async fn close(visit: &mut Visit) -> Outcome {
    let day = day_param(visit)?;
    let city = visit.city()?.city.id.clone();
    match visit.platform().close_day(visit.staff()?, &city, day).await? {
        Ok(()) => Ok(visit.see_other(&visit.below(&format!("settlements?day={day}")))),
        Err(why) => {
            let page = day_page(visit, day).await?;
            Ok(close_page(visit, &page, Some(&why)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_keeps_its_commas() {
        assert_eq!(cell("湖滨水务"), "湖滨水务");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(cell("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(plain(Money::from_fen(123_456_789)), "1234567.89");
        assert_eq!(plain(Money::from_fen(-5)), "-0.05");
    }
}

//! What can be paid, beside what is shown: a button for each row, one for everything, ticks for some of it; for a prepaid
//! account the form that adds to it. Which rows those are is the engine's to say. And all accounts on one page.

use axum::response::Response;
use engine::{Answer, BillAccount, Payable, PayableRow};
use kernel::{Id, Lang, Money};
use manifest::{
    CityPack, Service, Value,
    pay::{Payee, Purpose},
};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Row, card, empty, heading, rows},
    format, text,
};

use crate::{
    autopay, customer,
    quote::{ask_path, pay_path},
    record::value::words,
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Amounts offered at a top-up, in yuan, as far as the biller takes them.
const TOP_UPS_YUAN: [i64; 4] = [50, 100, 200, 500];

/// What a bill is called, as its record calls it: a department writes `2026-08`, a person says the month. A top-up is
/// called after its service, in the reader's language.
pub(crate) fn title(lang: Lang, service: Option<&Service>, title: &str) -> String {
    let Some(service) = service else { return format::period(lang, title) };
    let named = service.pay.as_ref().and_then(|pay| pay.title.as_ref());
    match service.fields().iter().find(|field| Some(&field.key) == named) {
        Some(field) => words(lang, field, &Value::Text(title.to_owned())),
        None if title == service.short_name.zh_cn => service.short_name.get(lang).to_owned(),
        None => title.to_owned(),
    }
}

/// What stands above the list.
pub(crate) fn above(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, payable: &Payable) -> Markup {
    let l = visit.lang;
    let card = answer.card.id;
    match payable.purpose {
        Purpose::TopUp => top_up(visit, pack, service, card, payable),
        Purpose::Bill => html! {
            @if !payable.rows.is_empty() { (everything(visit, pack, service, card, payable)) }
            @if takes_standing_orders(visit, service) {
                p.actions { (Button::link(text::autopay_title(l)).href(&autopay::path(pack, service, card))) }
            }
        },
        Purpose::Fine | Purpose::Booking => html! {},
    }
}

fn takes_standing_orders(visit: &Visit, service: &Service) -> bool {
    let merchant = service.pay.as_ref().is_some_and(|pay| pay.payee == Payee::Merchant);
    merchant && !visit.platform().autopay_providers().is_empty()
}

/// All bills with one button; some of them with ticks.
fn everything(visit: &Visit, pack: &CityPack, service: &Service, card: Id, payable: &Payable) -> Markup {
    let l = visit.lang;
    let names: Vec<String> = payable.rows.iter().map(|row| row.row.clone()).collect();
    let all = pay_path(pack, service, card, &names);
    let here = format!("/{}/s/{}/pay/{card}", pack.city.id, service.id);
    html! {
        p.actions { (Button::primary(&text::pay_all_button(l, &payable.total.yuan())).href(&all).icon("wallet").wide()) }
        @if payable.rows.len() > 1 {
            form.card method="get" action=(here) {
                fieldset {
                    legend { (text::pay_choose(l)) }
                    @if payable.rules.oldest_first { p.hint { (text::pay_oldest_first(l)) } }
                    @for (i, row) in payable.rows.iter().enumerate() { (tick(l, service, i, row)) }
                }
                (Button::secondary(text::pay_chosen(l)).wide())
            }
        } @else if let (true, Some(row)) = (payable.rules.partial, payable.rows.first()) {
            form.card.form method="get" action=(here) novalidate {
                input type="hidden" name="bill" value=(row.row);
                (Field { name: "amount", label: text::pay_part_label(l), hint: text::pay_part_hint(l), input: Input::Amount, ..Field::default() }.html(l))
                (Button::secondary(text::top_up_next(l)))
            }
        }
    }
}

fn tick(lang: Lang, service: &Service, place: usize, row: &PayableRow) -> Markup {
    let id = format!("bill-{place}");
    html! {
        div.check {
            // The oldest is ticked: it is what most people want, and what billers take.
            input type="checkbox" id=(id) name="bill" value=(row.row) checked[place == 0];
            label for=(id) { span.grow { (title(lang, Some(service), &row.title)) } " " strong.row-value { (format::money(row.due)) } }
        }
    }
}

/// The button of one row.
pub(crate) fn beside(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, row: &PayableRow) -> Markup {
    let l = visit.lang;
    let href = pay_path(pack, service, answer.card.id, std::slice::from_ref(&row.row));
    let label = if row.accept { text::pay_row_accept(l) } else { text::pay_row_button(l) };
    let label = format!("{label} {}", format::money(row.due));
    html! {
        p.actions {
            // A list of buttons read aloud says what each is for.
            a.btn href=(href) aria-label={ (label) " · " (title(l, Some(service), &row.title)) } { (label) }
        }
    }
}

/// How to add to a prepaid account, and how to have back what is on it.
fn top_up(visit: &Visit, pack: &CityPack, service: &Service, of: Id, payable: &Payable) -> Markup {
    let l = visit.lang;
    let Some((min, max)) = payable.rules.top_up else { return html! {} };
    let base = format!("/{}/s/{}", pack.city.id, service.id);
    let here = format!("{base}/pay/{of}");
    let offered = TOP_UPS_YUAN.into_iter().map(|yuan| Money::from_fen(yuan * 100));
    html! {
        (card(text::top_up_title(l), None, html! {
            p.actions { @for amount in offered.filter(|amount| (min..=max).contains(amount)) { (quick(l, &here, amount)) } }
            form.form method="get" action=(here) novalidate {
                (Field { name: "amount", label: text::top_up_amount(l), hint: &text::top_up_range(l, &plain(min), &plain(max)), input: Input::Amount, ..Field::default() }.html(l))
                (Button::primary(text::top_up_next(l)).wide())
            }
        }))
        p.actions { (Button::link(text::rest_title(l)).href(&format!("{base}/rest/{of}"))) }
    }
}

fn quick(lang: Lang, here: &str, amount: Money) -> Markup {
    let label = format!("{} {}", plain(amount), lang.pick("元", "yuan"));
    html! { (Button::secondary(&label).href(&format!("{here}?amount={}", plain(amount)))) }
}

/// Whole yuan without decimals, others with them.
fn plain(amount: Money) -> String {
    let text = amount.plain_yuan();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let accounts = visit.platform().bills(visit.citizen()?, &pack.city.id).await?;
    Ok(list_page(visit, &pack, &accounts))
}

/// Every account, one tap each, with what it owes as far as is known.
pub(crate) fn list_page(visit: &Visit, pack: &CityPack, accounts: &[BillAccount]) -> Response {
    let l = visit.lang;
    let mut shown: Vec<(&Service, &BillAccount)> = accounts
        .iter()
        .filter_map(|account| Some((&**visit.catalogue.services.get(&account.service)?, account)))
        .collect();
    // What is owed comes first.
    let due = |account: &BillAccount| account.known.map_or(Money::ZERO, |known| known.due);
    shown.sort_by_key(|(_, account)| due(account) == Money::ZERO);
    let total = Money::from_fen(accounts.iter().map(|account| due(account).fen()).sum());
    let lead = if total > Money::ZERO {
        text::bills_due(l, &total.yuan())
    } else if accounts.iter().all(|account| account.known.is_some()) && accounts.iter().any(sends_bills) {
        text::bills_all_paid(l).to_owned()
    } else {
        String::new()
    };
    let body = html! {
        (heading(text::bills_title(l), &lead))
        @if shown.is_empty() {
            (empty("receipt", text::bills_none_title(l), text::bills_none_detail(l), html! {}))
        } @else {
            section.card { ul.rows { @for (service, account) in &shown { li { (account_row(visit, pack, service, account)) } } } }
            (standing_orders(visit, pack, &shown))
        }
        h2 { (text::bills_add(l)) }
        (customer::add_rows(visit, pack))
        section.card { (rows(&[Row { title: text::payments_title(l), detail: text::payments_row_detail(l),
            href: Some(&format!("/{}/payments", pack.city.id)), icon: Some("wallet"), ..Row::default() }])) }
    };
    visit.show(Sheet { title: text::bills_title(l), back: &format!("/{}", pack.city.id), body, ..Sheet::default() })
}

/// A prepaid account alone has nothing that could be paid off.
fn sends_bills(account: &BillAccount) -> bool {
    account.known.is_some_and(|known| known.balance.is_none())
}

fn account_row(visit: &Visit, pack: &CityPack, service: &Service, account: &BillAccount) -> Markup {
    let l = visit.lang;
    let name = service.short_name.get(l);
    let (title, said, tag) = match account.known {
        None => (name.to_owned(), text::bills_not_asked(l).to_owned(), None),
        Some(known) => {
            let at = text::as_of(l, &format::moment(l, known.fetched_at, visit.now));
            match known.balance {
                Some(balance) => {
                    (format!("{name} {}", format::money(balance)), at, Some((Tone::Plain, text::top_up_balance(l))))
                }
                None if known.due > Money::ZERO => {
                    let count = text::bills_open(l, known.open_count as u64);
                    (
                        format!("{name} {}", format::money(known.due)),
                        format!("{count} · {at}"),
                        Some((Tone::Warn, text::bills_to_pay(l))),
                    )
                }
                None => (name.to_owned(), at, Some((Tone::Ok, text::bills_paid(l)))),
            }
        }
    };
    let detail = format!("{} · {said}", account.card.title);
    let href = ask_path(pack, service, account.card.id);
    html! { (Row { title: &title, detail: &detail, href: Some(&href), icon: None, tag, value: "" }) }
}

/// Which accounts are paid by themselves, and up to what.
fn standing_orders(visit: &Visit, pack: &CityPack, shown: &[(&Service, &BillAccount)]) -> Markup {
    let l = visit.lang;
    let able = !visit.platform().autopay_providers().is_empty();
    let lines: Vec<(String, String, String)> = shown
        .iter()
        .filter(|(_, account)| account.autopay.is_some() || (able && account.can_autopay))
        .map(|(service, account)| {
            let state = account
                .autopay
                .map_or_else(|| text::autopay_off(l).to_owned(), |limit| text::autopay_up_to(l, &limit.yuan()));
            let title = format!("{} {}", service.short_name.get(l), account.card.title);
            (title, state, autopay::path(pack, service, account.card.id))
        })
        .collect();
    let list: Vec<Row<'_>> =
        lines.iter().map(|(title, detail, href)| Row { title, detail, href: Some(href), ..Row::default() }).collect();
    html! { @if !list.is_empty() { (card(text::autopay_title(l), None, rows(&list))) } }
}

//! What can be paid, beside what is shown: a button for each row, one for everything, ticks for some of it; for a prepaid
//! account its balance and the form that adds to it. Which rows those are is the engine's to say.

use engine::{Answer, Payable, PayableRow};
use kernel::{Lang, Money};
use manifest::{CityPack, Service, pay::Purpose};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Field, Input, Summary, card, summary},
    format, text,
};

use crate::{quote::pay_path, visit::Visit};

/// Amounts offered at a top-up, in yuan, as far as the biller takes them.
const TOP_UPS_YUAN: [i64; 4] = [50, 100, 200, 500];

/// What stands above the list.
pub(crate) fn above(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, payable: &Payable) -> Markup {
    match payable.purpose {
        Purpose::TopUp => top_up(visit, pack, service, answer, payable),
        Purpose::Bill if !payable.rows.is_empty() => everything(visit, pack, service, answer, payable),
        Purpose::Bill | Purpose::Fine => html! {},
    }
}

/// All bills with one button; some of them with ticks.
fn everything(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, payable: &Payable) -> Markup {
    let l = visit.lang;
    let names: Vec<String> = payable.rows.iter().map(|row| row.row.clone()).collect();
    let all = pay_path(pack, service, answer.card.id, &names);
    let here = format!("/{}/s/{}/pay/{}", pack.city.id, service.id, answer.card.id);
    html! {
        p.actions { (Button::primary(&text::pay_all_button(l, &payable.total.yuan())).href(&all).icon("wallet").wide()) }
        @if payable.rows.len() > 1 {
            form.card method="get" action=(here) {
                fieldset.plain {
                    legend { (text::pay_chosen(l)) }
                    @if payable.rules.oldest_first { p.hint { (text::pay_oldest_first(l)) } }
                    @for (i, row) in payable.rows.iter().enumerate() { (tick(i, row)) }
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

fn tick(place: usize, row: &PayableRow) -> Markup {
    let id = format!("bill-{place}");
    html! {
        div.check {
            // The oldest is ticked: it is what most people want, and what billers take.
            input type="checkbox" id=(id) name="bill" value=(row.row) checked[place == 0];
            label for=(id) { (row.title) " " strong { (format::money(row.due)) } }
        }
    }
}

/// The button of one row.
pub(crate) fn beside(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, row: &PayableRow) -> Markup {
    let l = visit.lang;
    let href = pay_path(pack, service, answer.card.id, std::slice::from_ref(&row.row));
    let label = if row.accept { text::pay_row_accept(l) } else { text::pay_row_button(l) };
    html! {
        p.actions {
            a.btn href=(href) aria-label={ (label) " " (format::money(row.due)) " " (row.title) } { (label) " " (format::money(row.due)) }
        }
    }
}

/// A prepaid account: what is on it, and how to add to it or have it back.
fn top_up(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer, payable: &Payable) -> Markup {
    let l = visit.lang;
    let Some((min, max)) = payable.rules.top_up else { return html! {} };
    let base = format!("/{}/s/{}", pack.city.id, service.id);
    let here = format!("{base}/pay/{}", answer.card.id);
    let balance = balance(service, answer);
    let offered = TOP_UPS_YUAN.into_iter().map(|yuan| Money::from_fen(yuan * 100));
    html! {
        @if let Some(balance) = balance {
            (card("", None, summary([Summary::markup(text::top_up_balance(l), html! { strong.sum { (format::money(balance)) } })])))
        }
        form.card.form method="get" action=(here) novalidate {
            fieldset.plain {
                legend { (text::top_up_title(l)) }
                p.actions { @for amount in offered.filter(|amount| (min..=max).contains(amount)) { (quick(l, &here, amount)) } }
            }
            (Field { name: "amount", label: text::top_up_amount(l), hint: &text::top_up_range(l, &plain(min), &plain(max)), input: Input::Amount, ..Field::default() }.html(l))
            (Button::primary(text::top_up_next(l)).wide())
        }
        @if balance.is_some_and(|balance| balance > Money::ZERO) {
            p.actions { (Button::link(text::rest_title(l)).href(&format!("{base}/rest/{}", answer.card.id))) }
        }
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

fn balance(service: &Service, answer: &Answer) -> Option<Money> {
    let field = service.pay.as_ref()?.balance.as_ref()?;
    answer.rows.first()?.get(field)?.number().map(Money::from_fen)
}

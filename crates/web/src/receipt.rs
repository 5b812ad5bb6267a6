//! Receipts: for the owner to read, print and keep; for anybody to confirm a printed one or to verify a file.

use axum::{http::StatusCode, response::Response};
use engine::{ReceiptPublic, ReceiptView};
use kernel::{Id, Kind, Lang, Money};
use ledger::{
    note::Wrong,
    receipt::{Body as ReceiptBody, Line},
};
use manifest::CityPack;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Summary, card, form, good_news, heading, notice, qr, summary, text_area},
    format, icon, text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let payment = visit.id_param("payment")?;
    let receipt = visit.platform().receipt(visit.citizen()?, &pack.city.id, payment).await?;
    Ok(page(visit, &pack, &receipt))
}

pub(crate) fn page(visit: &Visit, pack: &CityPack, receipt: &ReceiptView) -> Response {
    let l = visit.lang;
    let id = &pack.city.id;
    let back = format!("/{id}/payments/{}", receipt.payment);
    let confirm = format!("/{}", receipt.verify_url.splitn(4, '/').nth(3).unwrap_or("verify"));
    let body = html! {
        (heading(text::receipt_title(l), &format!("{} {}", text::receipt_no(l), receipt.body.receipt_no)))
        section.card.receipt {
            (content(l, &receipt.body))
            (qr(&receipt.verify_url, text::receipt_qr(l)))
            p.hint { (text::receipt_qr(l)) }
        }
        p.actions.no-print {
            // Without script the browser's own menu prints.
            button.btn type="button" data-print hidden { (icon("printer")) span { (text::print(l)) } }
            (Button::secondary(text::receipt_file(l)).href(&format!("{back}/receipt.json")).icon("download"))
            // What a scanner opens, for whoever has no second device.
            (Button::link(text::verify_title(l)).href(&confirm))
        }
        p.hint.no-print { (text::receipt_file_hint(l)) " " a href={ "/" (id) "/receipt-key" } { (text::receipt_key(l)) } }
    };
    visit.show(Sheet { title: text::receipt_title(l), back: &back, body, ..Sheet::default() })
}

/// What a receipt says, as on paper.
fn content(lang: Lang, body: &ReceiptBody) -> Markup {
    html! {
        h2 { (body.city.get(lang)) " · " (body.service.get(lang)) }
        p.receipt-sum { strong { (format::money(body.amount_fen)) } span translate="no" { (body.amount_capitals) } }
        (summary([
            Summary::text(text::pay_paid_to(lang), body.biller.get(lang)),
            Summary::text(text::receipt_customer(lang), &body.customer),
        ]))
        @let titles: Vec<String> = body.lines.iter().map(|line| format::period(lang, &line.title)).collect();
        (summary(body.lines.iter().zip(&titles).map(|(line, title)| Summary::markup(title, of_which(lang, line)))))
        (summary([
            Summary::text(text::receipt_how(lang), provider(lang, &body.provider)),
            Summary::text(text::payment_paid(lang), &when(&body.paid_at)),
            Summary::text(text::payment_booked(lang), &when(&body.posted_at)),
            Summary::text(text::payment_biller_ref(lang), &body.biller_ref),
            Summary::text(text::receipt_no(lang), &body.receipt_no),
        ]))
        @if body.payee.starts_with("treasury:") { p.hint { (text::receipt_treasury(lang)) } }
    }
}

/// A bill, and below it what of it was added for being late.
fn of_which(lang: Lang, line: &Line) -> Markup {
    let late = format!("{} {}", text::receipt_surcharge(lang), format::money(line.surcharge_fen));
    html! {
        (format::money(line.amount_fen))
        @if line.surcharge_fen > Money::ZERO { p.hint { (late) } }
    }
}

/// A receipt names the provider by its word, which outlives whatever is configured here.
fn provider(lang: Lang, word: &str) -> &str {
    match word {
        "alipay" => lang.pick("支付宝", "Alipay"),
        "wechatpay" => lang.pick("微信支付", "WeChat Pay"),
        other => other,
    }
}

/// An RFC 3339 instant as on paper: the day and the minute.
fn when(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

pub(crate) async fn file(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let payment = visit.id_param("payment")?;
    let (number, file) = visit.platform().receipt_file(visit.citizen()?, &pack.city.id, payment).await?;
    let name = format!("receipt-{number}.json");
    Ok(visit.file("application/json; charset=utf-8", Some(&name), file.write()))
}

/// The page behind a printed receipt's code.
pub(crate) async fn confirm(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = Id::parse(visit.param("receipt")).ok_or(Kind::NotFound)?;
    let asked = ["a", "d", "b", "s"].map(|name| visit.query.get(name).to_owned());
    let [amount, paid_on, biller, seal] = &asked;
    let public = visit.platform().verify_printed(&pack.city.id, id, amount, paid_on, biller, seal).await?;
    Ok(confirmed(visit, &pack, &public))
}

pub(crate) fn confirmed(visit: &Visit, pack: &CityPack, public: &ReceiptPublic) -> Response {
    let l = visit.lang;
    let title = text::verify_title(l);
    let body = html! {
        (heading(title, pack.city.name.get(l)))
        @if let Some(claims) = &public.claims {
            (good_news(text::verify_genuine(l), text::verify_compare(l), html! {}))
            (card("", None, summary([
                Summary::text(text::receipt_no(l), &public.receipt_no),
                Summary::markup(text::pay_total(l), html! { strong.sum { (format::money(claims.amount)) } }),
                Summary::text(text::pay_paid_to(l), claims.biller.get(l)),
                Summary::text(text::payment_paid(l), &format::date(l, claims.paid_on)),
                Summary::text(text::verify_issued(l), &format::date_time(l, public.issued_at)),
            ])))
        } @else {
            (notice(Tone::Bad, text::verify_altered_title(l), html! { p { (text::verify_altered_detail(l)) } }))
            (card("", None, summary([
                Summary::text(text::receipt_no(l), &public.receipt_no),
                Summary::text(text::verify_issued(l), &format::date_time(l, public.issued_at)),
            ])))
        }
        p.hint { (text::verify_no_person(l)) }
    };
    visit.show(Sheet { title, back: &format!("/{}", pack.city.id), body, ..Sheet::default() })
}

pub(crate) async fn verify_form(visit: &mut Visit) -> Outcome {
    Ok(verify_page(visit, None))
}

pub(crate) async fn verify(visit: &mut Visit) -> Outcome {
    let result = visit.platform().verify_file(visit.form.get("file"));
    Ok(verify_page(visit, Some(&result)))
}

pub(crate) fn verify_page(visit: &Visit, result: Option<&Result<ReceiptBody, Wrong>>) -> Response {
    let l = visit.lang;
    let status = if matches!(result, Some(Err(_))) { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        @match result {
            Some(Ok(receipt)) => {
                (heading(text::verify_title(l), ""))
                (good_news(text::verify_genuine(l), text::verify_unchanged(l), html! {}))
                section.card.receipt { (content(l, receipt)) }
            }
            Some(Err(wrong)) => {
                (heading(text::verify_title(l), ""))
                (notice(Tone::Bad, text::verify_wrong_title(l), html! { p { (why(l, *wrong)) } }))
            }
            None => (heading(text::verify_title(l), text::verify_lead(l))),
        }
        (form(l, "/verify", "", html! {
            // The script reads a chosen file into the box below; without it the file's text is pasted.
            div.field hidden data-read="file" {
                label for="choose" { (text::verify_choose(l)) }
                input type="file" id="choose" accept=".json,application/json";
            }
            (text_area(l, &Field { name: "file", label: text::verify_label(l), hint: text::verify_hint(l), value: visit.form.get("file"), ..Field::default() }))
            (Button::primary(text::verify_button(l)).wide())
        }))
    };
    visit.show(Sheet { title: text::verify_title(l), back: "/", status, body, ..Sheet::default() })
}

const fn why(lang: Lang, wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Form => text::verify_wrong_form(lang),
        Wrong::Key => text::verify_wrong_key(lang),
        Wrong::Signature => text::verify_wrong_signature(lang),
        Wrong::Inclusion => text::verify_wrong_inclusion(lang),
        Wrong::Sum => text::verify_wrong_sum(lang),
    }
}

/// The city's public key, and how to verify without us.
pub(crate) async fn key(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let key = visit.platform().receipt_key(&pack.city.id)?.to_string();
    let l = visit.lang;
    let body = html! {
        (heading(text::receipt_key(l), pack.city.name.get(l)))
        (card("", None, html! {
            p { (text::receipt_key_detail(l)) }
            p { code.key translate="no" { (key) } }
            p { (text::receipt_key_offline(l)) }
            p { code.key translate="no" { "shimin receipt verify receipt.json --key '" (key) "'" } }
        }))
    };
    Ok(visit.show(Sheet { title: text::receipt_key(l), back: &format!("/{}", pack.city.id), body, ..Sheet::default() }))
}

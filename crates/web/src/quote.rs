//! Before paying: every line and why it costs that, where the money goes, how to pay; and one button that names the act
//! and the amount. Nothing is charged by looking at this page.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use connector::pay::Device;
use engine::{Asked, Chosen, Opened, PayForm, Quote, QuoteLine};
use kernel::{Error, Id, Kind, Money, Text};
use manifest::{CityPack, Service, pay::Purpose};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Radio, Summary, card, form, heading, notice, radios, summary},
    format, text,
};

use crate::{
    bill,
    mishap::Mishap,
    return_path::encode,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

/// What the address or the form asks to pay.
struct Wanted {
    rows: Vec<String>,
    /// An amount as typed: a part of the one row, or a top-up.
    amount: String,
}

impl Wanted {
    fn of(visit: &Visit) -> Self {
        let from = if visit.form.is_empty() { &visit.query } else { &visit.form };
        Self { rows: from.all("bill").map(str::to_owned).collect(), amount: from.get("amount").trim().to_owned() }
    }

    fn chosen(&self, service: &Service) -> Result<Chosen<'_>, Trouble> {
        let purpose = service.pay.as_ref().map(|pay| pay.purpose).ok_or(Kind::NotFound)?;
        Ok(match (purpose, self.rows.as_slice(), self.amount.as_str()) {
            (Purpose::TopUp, _, amount) => Chosen::TopUp(amount),
            (_, [], _) => return Err(Kind::Conflict("nothing_to_pay").into()),
            (_, [row], amount) if !amount.is_empty() => Chosen::Part(row, amount),
            (_, rows, _) => Chosen::Rows(rows),
        })
    }

    fn query(&self) -> String {
        let rows = self.rows.iter().map(|row| format!("bill={}", encode(row)));
        let amount = (!self.amount.is_empty()).then(|| format!("amount={}", encode(&self.amount)));
        rows.chain(amount).collect::<Vec<_>>().join("&")
    }
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let wanted = Wanted::of(visit);
    let asked = async {
        let chosen = wanted.chosen(&service)?;
        let quote = visit.platform().quote_of(visit.citizen()?, &pack.city.id, &service.id, card, chosen).await?;
        Ok::<_, Trouble>(quote)
    };
    match asked.await {
        Ok(quote) => Ok(page(visit, &pack, &service, &quote, None)),
        Err(trouble) => problem(visit, &pack, &service, card, &wanted, trouble).await,
    }
}

pub(crate) async fn pay(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let wanted = Wanted::of(visit);
    let quoted = Money::from_fen(visit.form.get("total_fen").parse().map_err(|_| Kind::Conflict("bad_amount"))?);
    let tried = async {
        let form = PayForm {
            what: wanted.chosen(&service)?,
            quoted,
            provider: visit.form.get("provider"),
            device: device(visit),
            address: visit.address,
        };
        let opened =
            visit.platform().pay(visit.citizen()?, &pack.city.id, &service.id, card, form, visit.once()?).await?;
        Ok::<_, Trouble>(opened)
    };
    match tried.await {
        Ok(Opened::Payment(id)) => Ok(visit.see_other(&format!("/{}/payments/{id}?go=1", pack.city.id))),
        Ok(Opened::Changed(quote)) => Ok(page(visit, &pack, &service, &quote, Some(quoted))),
        Err(trouble) => problem(visit, &pack, &service, card, &wanted, trouble).await,
    }
}

/// A phone opens the provider's app; a desktop is shown a page or a code.
pub(crate) fn device(visit: &Visit) -> Device {
    let agent = visit.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if ["Mobile", "Android", "iPhone"].iter().any(|word| agent.contains(word)) {
        Device::Phone
    } else {
        Device::Desktop
    }
}

pub(crate) fn ask_path(pack: &CityPack, service: &Service, card: Id) -> String {
    format!("/{}/s/{}/ask?card={card}", pack.city.id, service.id)
}

/// The check page. `before` is the amount that was shown a moment ago, if it is another one by now.
pub(crate) fn page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    quote: &Quote,
    before: Option<Money>,
) -> Response {
    let l = visit.lang;
    let here = format!("/{}/s/{}/pay/{}", pack.city.id, service.id, quote.card.id);
    let back = ask_path(pack, service, quote.card.id);
    let amount = quote.total.yuan();
    let button = if quote.accepts() { text::pay_accept_button(l, &amount) } else { text::pay_button(l, &amount) };
    let wanted = Wanted::of(visit);
    let body = html! {
        @if let Some(before) = before {
            (notice(Tone::Warn, text::pay_changed_title(l), html! { p { (text::pay_changed_detail(l, &before.yuan(), &amount)) } }))
        }
        (heading(text::pay_check_title(l), &format!("{} · {}", service.name.get(l), quote.card.title)))
        @if quote.accepts() { (accepting(visit, pack, service, quote)) }
        (card(text::pay_what(l), None, html! {
            @for line in &quote.lines { (one(visit, service, line)) }
            (summary([Summary::markup(text::pay_total(l), html! { strong.sum { (format::money(quote.total)) } })]))
            @for source in sources(quote) { p.hint { (text::pay_surcharge_by(l, source.get(l))) } }
        }))
        (where_it_goes(visit, quote))
        @if quote.providers.is_empty() {
            (notice(Tone::Warn, text::pay_none_title(l), html! { p { (text::pay_none_detail(l)) } }))
            p.actions { (Button::secondary(text::try_again(l)).href(visit.here()).icon("refresh-cw")) }
        } @else {
            (form(l, &here, &visit.new_key(), html! {
                @for row in &wanted.rows { input type="hidden" name="bill" value=(row); }
                @if !wanted.amount.is_empty() { input type="hidden" name="amount" value=(wanted.amount); }
                input type="hidden" name="total_fen" value=(quote.total.fen());
                (providers(visit, quote))
                (Button::primary(&button).wide())
            }))
        }
        p.source { (text::data_from(l, quote.department.get(l))) " · " (format::date_time(l, quote.fetched_at)) }
    };
    let status = if before.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    visit.show(Sheet { title: text::pay_check_title(l), back: &back, status, pays: true, body, ..Sheet::default() })
}

/// What the surcharges are by, each once: several periods are usually late by the same rule.
fn sources(quote: &Quote) -> Vec<&Text> {
    let mut sources: Vec<&Text> = quote.lines.iter().filter_map(|line| line.surcharge_source.as_ref()).collect();
    sources.dedup();
    sources
}

fn one(visit: &Visit, service: &Service, line: &QuoteLine) -> Markup {
    let l = visit.lang;
    let mut items = vec![Summary::text(text::pay_amount(l), &format::money(line.amount))];
    let why = line.grows_on.map(|day| text::pay_grows_on(l, &format::date(l, day))).unwrap_or_default();
    if line.surcharge > Money::ZERO || line.grows_on.is_some() {
        items.push(Summary::text(text::pay_surcharge(l), &format::money(line.surcharge)).hint(&why));
    }
    html! { h3 { (bill::title(l, Some(service), &line.title)) } (summary(items)) }
}

fn accepting(visit: &Visit, pack: &CityPack, service: &Service, quote: &Quote) -> Markup {
    let l = visit.lang;
    let record =
        |line: &QuoteLine| format!("/{}/s/{}/ask/{}/{}", pack.city.id, service.id, quote.card.id, encode(&line.row));
    card(
        text::accept_title(l),
        None,
        html! {
            p { (text::accept_meaning(l)) }
            p { (text::accept_rights(l)) }
            @for line in quote.lines.iter().filter(|line| line.accept) {
                p.actions { (Button::secondary(text::accept_evidence(l)).href(&record(line)).icon("image")) }
            }
        },
    )
}

fn where_it_goes(visit: &Visit, quote: &Quote) -> Markup {
    let l = visit.lang;
    let payee = &quote.payee;
    let department = payee.department.get(l);
    let mut items = Vec::new();
    if payee.treasury {
        items.push(Summary::text(text::pay_paid_to(l), text::pay_to_treasury(l)));
        items.push(Summary::text(text::pay_collected_by(l), department));
        if let Some(item) = &payee.item {
            items.push(Summary::text(text::pay_budget_item(l), item));
        }
    } else {
        items.push(Summary::text(text::pay_paid_to(l), department));
    }
    card(
        text::pay_where_title(l),
        None,
        html! {
            (summary(items))
            @if !payee.treasury { p.hint { (text::pay_to_department(l, department)) } }
            p { (payee.note.get(l)) }
        },
    )
}

fn providers(visit: &Visit, quote: &Quote) -> Markup {
    let l = visit.lang;
    let options: Vec<Radio<'_>> = quote
        .providers
        .iter()
        .map(|provider| Radio {
            value: &provider.id,
            label: provider.name.get(l),
            detail: if provider.up { "" } else { text::pay_provider_down(l) },
            disabled: false,
        })
        .collect();
    let chosen = visit.form.get("provider");
    let value =
        options.iter().find(|option| option.value == chosen).or(options.first()).map_or("", |option| option.value);
    radios(l, &Field { name: "provider", label: text::pay_with(l), value, ..Field::default() }, &options)
}

/// What keeps somebody from paying, in words of its own, with the way on. Nothing was charged.
async fn problem(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    card: Id,
    wanted: &Wanted,
    trouble: Trouble,
) -> Outcome {
    let Trouble::Error(error) = trouble else { return Err(trouble) };
    if matches!(error.kind, Kind::Invalid(_)) {
        return again(visit, pack, service, card, wanted, error);
    }
    if error.code() == "oldest_first" {
        return with_earlier(visit, pack, service, card, wanted).await;
    }
    stopped(visit, pack, service, card, error)
}

/// Why nothing goes on, and the way back to the bill.
pub(crate) fn stopped(visit: &Visit, pack: &CityPack, service: &Service, card: Id, error: Error) -> Outcome {
    let l = visit.lang;
    let (title, detail) = match error.code() {
        "bill_open_elsewhere" => {
            (text::pay_problem_open_elsewhere_title(l), text::pay_problem_open_elsewhere_detail(l))
        }
        "bill_paid" => (text::pay_problem_paid_title(l), text::pay_problem_paid_detail(l)),
        "accept_own_only" => (text::pay_problem_own_only_title(l), text::pay_problem_own_only_detail(l)),
        "accept_refused" => (text::pay_problem_refused_title(l), text::pay_problem_refused_detail(l)),
        "bill_not_payable" | "nothing_to_pay" => {
            (text::pay_problem_not_payable_title(l), text::pay_problem_not_payable_detail(l))
        }
        "department" => (text::pay_problem_department_title(l), text::pay_problem_department_detail(l)),
        "provider" | "provider_without_autopay" => (text::pay_none_title(l), text::pay_none_detail(l)),
        _ => return Err(error.into()),
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
    let back = format!("{}&again=1", ask_path(pack, service, card));
    let body = html! {
        (heading(service.name.get(l), ""))
        (notice(Tone::Warn, title, html! { p { (detail) } }))
        p.actions { (Button::primary(text::payment_again(l)).href(&back).wide()) }
    };
    let mut response = visit.show(Sheet { title, back: &back, status, body, ..Sheet::default() });
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    Ok(response)
}

/// A later bill alone is not taken: the way to pay it with those before it, at one tap.
async fn with_earlier(visit: &Visit, pack: &CityPack, service: &Service, card: Id, wanted: &Wanted) -> Outcome {
    let l = visit.lang;
    let back = ask_path(pack, service, card);
    let asked = visit.platform().ask(visit.citizen()?, &pack.city.id, &service.id, Some(card), false).await?;
    let payable = match &asked {
        Asked::Answered(answer) => visit.platform().payable(pack, service, answer),
        _ => None,
    };
    let rows = payable.map(|payable| payable.rows).unwrap_or_default();
    let last = rows.iter().rposition(|row| wanted.rows.contains(&row.row));
    let together = last.map(|last| &rows[..=last]).unwrap_or_default();
    let names: Vec<String> = together.iter().map(|row| row.row.clone()).collect();
    let sum = Money::from_fen(together.iter().map(|row| row.due.fen()).sum());
    let title = text::pay_oldest_first_title(l);
    let body = html! {
        (heading(service.name.get(l), ""))
        (notice(Tone::Warn, title, html! { p { (text::pay_oldest_first(l)) } }))
        p.actions {
            @if !names.is_empty() {
                (Button::primary(&text::pay_with_earlier(l, &sum.yuan())).href(&pay_path(pack, service, card, &names)).wide())
            }
            (Button::secondary(text::payment_again(l)).href(&back).wide())
        }
    };
    Ok(visit.show(Sheet { title, back: &back, status: StatusCode::CONFLICT, body, ..Sheet::default() }))
}

/// The amount form again, with what was typed and what to mend.
fn again(visit: &Visit, pack: &CityPack, service: &Service, card: Id, wanted: &Wanted, error: Error) -> Outcome {
    let l = visit.lang;
    let mishap = Mishap::of_error(error, l)?;
    let title = service.short_name.get(l);
    let here = format!("/{}/s/{}/pay/{card}", pack.city.id, service.id);
    let body = html! {
        (mishap.above(l))
        (heading(service.name.get(l), ""))
        form.card.form method="get" action=(here) novalidate {
            @for row in &wanted.rows { input type="hidden" name="bill" value=(row); }
            (Field { name: "amount", label: text::pay_amount(l), error: mishap.of("amount"), value: &wanted.amount, input: Input::Amount, ..Field::default() }.html(l))
            (Button::primary(text::top_up_next(l)).wide())
        }
    };
    let back = ask_path(pack, service, card);
    Ok(visit.show(Sheet { title, back: &back, status: mishap.status(), body, ..Sheet::default() }))
}

/// The address of the check page for some rows.
pub(crate) fn pay_path(pack: &CityPack, service: &Service, card: Id, rows: &[String]) -> String {
    let query = Wanted { rows: rows.to_vec(), amount: String::new() }.query();
    format!("/{}/s/{}/pay/{card}?{query}", pack.city.id, service.id)
}

//! The gate: scan, look at what has to be seen, let in. With the script it verifies without a line and reports later; without,
//! every scan is a form.
//!
//! What the script asks for and reports is text, one thing a line: `gone 012345678901`, `inside 12`, and for each reported
//! entry its key with what became of it.

use axum::response::Response;
use engine::{DeskAt, DeskPlace, Entered, Entry, GateRefused, GateView, Verb};
use kernel::{Kind, Timestamp};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Row, Stat, card, form, heading, notice, rows, stats},
    format, text,
};

use crate::{
    counter::camera,
    mishap::Mishap,
    place::{places, whole},
    queue::no_place,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

/// A device that was away for a day reports in several goes.
const ENTRIES_MAX: usize = 200;

/// Which gate. A place has one address, so that its page can be kept on the device.
pub(crate) async fn choose(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::LetIn)?;
    match places.as_slice() {
        [] => Ok(no_place(visit, text::gate_title(visit.lang))),
        [place] => Ok(visit.see_other(&visit.below(&format!("gate/{}", whole(place))))),
        _ => Ok(choose_page(visit, &places)),
    }
}

pub(crate) fn choose_page(visit: &Visit, places: &[DeskPlace]) -> Response {
    let l = visit.lang;
    let hrefs: Vec<String> = places.iter().map(|place| visit.below(&format!("gate/{}", whole(place)))).collect();
    let list: Vec<Row<'_>> = places
        .iter()
        .zip(&hrefs)
        .map(|(place, href)| Row {
            title: place.name.get(l),
            detail: place.service_name.get(l),
            href: Some(href),
            icon: Some("scan"),
            ..Row::default()
        })
        .collect();
    let body = html! { (heading(text::gate_choose(l), text::gate_lead(l))) (card("", None, rows(&list))) };
    visit.show(Sheet::new(text::gate_title(l), body))
}

fn at(visit: &Visit) -> Result<DeskAt, Trouble> {
    let text = format!("{}/{}", visit.param("service"), visit.param("place"));
    DeskAt::parse(&text).ok_or_else(|| Kind::NotFound.into())
}

async fn view(visit: &Visit) -> Result<GateView, Trouble> {
    // A page needs none of them: its script asks for what it lacks.
    let since = visit.query.get("since").parse().map_or(visit.now, Timestamp);
    Ok(visit.platform().gate(visit.staff()?, &visit.city()?.city.id, &at(visit)?, since).await?)
}

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    let gate = view(visit).await?;
    Ok(gate_page(visit, &gate, None, &Mishap::none()))
}

/// What the last scan led to.
type Last<'a> = Option<&'a Result<Entered, GateRefused>>;

pub(crate) fn gate_page(visit: &Visit, gate: &GateView, last: Last<'_>, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let base = visit.below(&format!("gate/{}", gate.at));
    let gate_data = format!("{} {} {} {}", gate.key, gate.key_hash, gate.city_code, gate.place_key);
    let early = gate.early_minutes.map(|minutes| minutes.to_string());
    // What the script has to say is said here, in the language of the page.
    let words = words(visit);
    let body = html! {
        (mishap.above(l))
        (heading(gate.place.get(l), text::gate_lead(l)))
        div.two #gate data-gate=(gate_data) data-base=(base) data-day=(gate.on) data-early=[early.as_deref()] {
            div {
                div #answer role="status" { @if let Some(last) = last { (answer(visit, gate, last)) } }
                (form(l, &base, "", html! {
                    input type="hidden" name="key" value=(visit.once_key());
                    (Field { name: "code", label: text::counter_field(l), hint: text::counter_field_hint(l),
                        input: Input::Scan, ..Field::default() }.html(l))
                    (camera(l))
                    (Button::primary(text::gate_go(l)).wide())
                }))
                p.hint #line role="status" {}
                div #problems {}
            }
            div {
                (counts(visit, gate))
                (left_form(visit, &base, mishap))
            }
            @for (name, words) in &words { template data-word=(name) { (words) } }
            @for (id, name) in &gate.concessions { template data-concession=(id) { (name.get(l)) } }
        }
    };
    visit.show(Sheet::new(text::gate_title(l), body).status(mishap.status()).scanning())
}

fn counts(visit: &Visit, gate: &GateView) -> Markup {
    let l = visit.lang;
    let mut counts =
        vec![(text::gate_inside(l), gate.inside.to_string()), (text::gate_entered(l), gate.entered.to_string())];
    counts.extend(gate.instant.map(|instant| (text::gate_instant(l), instant.to_string())));
    let counts: Vec<Stat<'_>> = counts.iter().map(|(label, value)| Stat { label, value, ..Stat::default() }).collect();
    html! { div #counts { (stats(&counts)) } }
}

fn left_form(visit: &Visit, base: &str, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    form(
        l,
        &format!("{base}/left"),
        "",
        html! {
            (Field { name: "left", label: text::gate_left_label(l), error: mishap.of("left"), value: visit.form.get("left"),
                input: Input::Count, ..Field::default() }.html(l))
            (Button::secondary(text::gate_left_go(l)))
        },
    )
}

/// The sentences of the script, each under its name; `{}` is what it fills in.
fn words(visit: &Visit) -> Vec<(&'static str, String)> {
    let l = visit.lang;
    let plain = [
        ("unreadable", text::gate_unreadable(l)),
        ("forged", text::gate_forged(l)),
        ("other_place", text::gate_other_place(l)),
        ("unknown", text::gate_unknown(l)),
        ("already_used", text::gate_used(l)),
        ("gone", text::gate_gone(l)),
        ("unpaid", text::gate_unpaid(l)),
        ("stop", text::gate_stop(l)),
        ("show", text::gate_show_title(l)),
        ("seen", text::gate_seen_go(l)),
        ("online", text::gate_online(l)),
        ("offline", text::gate_offline(l)),
        ("plain", text::gate_plain(l)),
        ("number", text::gate_number(l)),
        ("signed_out", text::gate_signed_out(l)),
        ("sign_in", text::gate_sign_in(l)),
        ("problem_title", text::gate_problem_title(l)),
    ];
    let mut words: Vec<(&'static str, String)> = plain.map(|(name, words)| (name, words.to_owned())).to_vec();
    words.push(("in", text::gate_in(l, 2).replace('2', "{}")));
    words.push(("waiting", text::gate_waiting(l, 2).replace('2', "{}")));
    words.push(("used_at", text::gate_used_at(l, "{}")));
    words.push(("not_yet", text::gate_not_yet(l, "{}")));
    words.push(("too_late", text::gate_too_late(l, "{}")));
    words.push(("full", text::gate_full(l, 2, 3).replace(['2', '3'], "{}")));
    words.push(("height", text::gate_show_height(l, 2).replace('2', "{}")));
    words.push(("concession", text::gate_show_concession(l, 2, "{}").replace('2', "{}")));
    words.push(("problem", text::gate_problem(l, "{}", "{}")));
    words
}

fn answer(visit: &Visit, gate: &GateView, last: &Result<Entered, GateRefused>) -> Markup {
    let l = visit.lang;
    match last {
        Ok(entered) => notice(
            Tone::Ok,
            &text::gate_in(l, entered.persons.into()),
            html! { p.mono translate="no" { (entered.number) } },
        ),
        Err(GateRefused::Show { number, at_gate, .. }) => {
            let base = visit.below(&format!("gate/{}", gate.at));
            let seen = html! {
                ul { @for show in at_gate { li { (concession(visit, gate, show)) } } }
                form method="post" action=(base) {
                    input type="hidden" name="key" value=(visit.form.get("key"));
                    input type="hidden" name="code" value=(visit.form.get("code"));
                    (Button::primary(text::gate_seen_go(l)).value("seen", "yes"))
                }
                p.mono translate="no" { (number) }
            };
            notice(Tone::Warn, text::gate_show_title(l), seen)
        }
        Err(refused) => notice(Tone::Bad, text::gate_stop(l), html! { p { (why(visit, refused)) } }),
    }
}

fn concession(visit: &Visit, gate: &GateView, show: &capability::booking::voucher::Show) -> String {
    let l = visit.lang;
    let known = gate.concessions.iter().find(|(id, _)| *id == show.concession);
    let name = known.map_or(show.concession.as_str(), |(_, name)| name.get(l));
    let mut line = text::gate_show_concession(l, show.persons.into(), name);
    if let Some(cm) = show.height_cm_max {
        line.push_str(l.pick("，", ", "));
        line.push_str(&text::gate_show_height(l, cm.into()));
    }
    line
}

fn why(visit: &Visit, refused: &GateRefused) -> String {
    let l = visit.lang;
    let moment = |at: Timestamp| format::moment(l, at, visit.now);
    match refused {
        GateRefused::Unreadable => text::gate_unreadable(l).to_owned(),
        GateRefused::Forged => text::gate_forged(l).to_owned(),
        GateRefused::OtherPlace => text::gate_other_place(l).to_owned(),
        GateRefused::Unknown => text::gate_unknown(l).to_owned(),
        GateRefused::Show { .. } => text::gate_show_title(l).to_owned(),
        GateRefused::NotYet { from_at } => text::gate_not_yet(l, &moment(*from_at)),
        GateRefused::TooLate { closed_at } => text::gate_too_late(l, &moment(*closed_at)),
        GateRefused::Used { at: Some(at) } => text::gate_used_at(l, &moment(*at)),
        GateRefused::Used { at: None } => text::gate_used(l).to_owned(),
        GateRefused::Gone { .. } => text::gate_gone(l).to_owned(),
        GateRefused::Unpaid => text::gate_unpaid(l).to_owned(),
        GateRefused::Full { inside, max } => text::gate_full(l, (*inside).into(), (*max).into()),
    }
}

/// A scan without script, or with a line: the answer is on the page, with the field for the next one.
pub(crate) async fn enter(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let entry = Entry {
        key: visit.form.get("key").to_owned(),
        text: visit.form.get("code").to_owned(),
        at: None,
        seen: !visit.form.get("seen").is_empty(),
    };
    let last = visit.platform().let_in(visit.staff()?, &city, &at(visit)?, &entry).await?;
    let gate = view(visit).await?;
    Ok(gate_page(visit, &gate, Some(&last), &Mishap::none()))
}

pub(crate) async fn left(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let at = at(visit)?;
    let count: Option<u32> = visit.form.get("left").trim().parse().ok().filter(|count| (1..=9_999).contains(count));
    let Some(count) = count else {
        let gate = view(visit).await?;
        let mistake = Mishap::of_fields(vec![("left", text::gate_left_mistake(visit.lang).to_owned())]);
        return Ok(gate_page(visit, &gate, None, &mistake));
    };
    visit.platform().left(visit.staff()?, &city, &at, count).await?;
    Ok(visit.see_other(&visit.below(&format!("gate/{at}"))))
}

/// How things stand, for the script.
pub(crate) async fn state(visit: &mut Visit) -> Outcome {
    let gate = view(visit).await?;
    Ok(visit.text(state_lines(&gate)))
}

pub(crate) fn state_lines(gate: &GateView) -> String {
    let mut text = format!("as_of {}\ninside {}\nentered {}\n", gate.as_of.0, gate.inside, gate.entered);
    if let Some(instant) = gate.instant {
        text.push_str(&format!("instant {instant}\n"));
    }
    for number in &gate.gone {
        text.push_str(&format!("gone {number}\n"));
    }
    text
}

/// Entries of a gate that was away, or one of a gate that is not: `key at_ms seen code`, one a line.
pub(crate) async fn report(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let at = at(visit)?;
    let mut answer = String::new();
    let entries: Vec<Entry> = visit.form.get("entries").lines().take(ENTRIES_MAX).filter_map(entry).collect();
    for entry in &entries {
        let outcome = visit.platform().let_in(visit.staff()?, &city, &at, entry).await?;
        let outcome = match &outcome {
            Ok(entered) => format!("in {} {}", entered.number, entered.persons),
            Err(refused) => format!("{} {}", refused.code(), detail(refused)),
        };
        answer.push_str(&format!("{} {}\n", entry.key, outcome.trim_end()));
    }
    Ok(visit.text(answer))
}

/// What the script fills into its sentence.
fn detail(refused: &GateRefused) -> String {
    match refused {
        GateRefused::NotYet { from_at: at } | GateRefused::TooLate { closed_at: at } => format::clock(*at),
        GateRefused::Used { at: Some(at) } => format::clock(*at),
        GateRefused::Full { inside, max } => format!("{inside} {max}"),
        _ => String::new(),
    }
}

fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.split(' ');
    let key = parts.next().filter(|key| !key.is_empty())?.to_owned();
    let at = parts.next()?.parse().ok().map(Timestamp);
    let seen = parts.next()? == "seen";
    Some(Entry { key, text: parts.next()?.to_owned(), at, seen })
}

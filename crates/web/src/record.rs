//! Asking a department and showing what it says: the answer as a list or a card, one record in full, its evidence.
//!
//! Which fields there are, what they are called and how they are drawn comes from the service's pack. Every page here says
//! who answered and when; "nothing on record" and "no answer" never look alike.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use engine::{Answer, Asked, CardState, CardView, Freshness, Payable, Unavailable, Unmatched, row_key};
use kernel::{Id, Kind, Lang, Text};
use manifest::{
    CityPack, Service, Value,
    binding::Row,
    service::{Answer as Shown, Field, FieldKind, Place, Shape, Subject},
};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{
        Provenance, Summary, card, chart::points_gauge, disclosure, empty, good_news, heading, notice, pagination,
        summary,
    },
    text,
};

use crate::{
    bill, customer,
    return_path::with_return,
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

pub(crate) mod detail;
pub(crate) mod value;

use self::value::{choice, fields, line, state_tag, title_of, words};

/// Records on one page: a page of this many stays within its weight.
const RECORDS_PER_PAGE: usize = 20;

/// Points of a licence's full cycle, of which the gauge draws one segment each.
const FULL_POINTS: i64 = 12;

pub(crate) async fn ask(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let service = visit.service(&pack)?;
    let chosen = visit.query.get("card");
    let card = if chosen.is_empty() { None } else { Some(Id::parse(chosen).ok_or(Kind::NotFound)?) };
    let again = visit.query.get("again") == "1";
    let asked = visit.platform().ask(visit.citizen()?, &pack.city.id, &service.id, card, again).await?;
    Ok(match asked {
        Asked::NeedsCard(subject) => needs_card(visit, &pack, &service, subject),
        Asked::Answered(answer) => answered(visit, &pack, &service, &answer),
        Asked::Unavailable(unavailable) => no_answer(visit, &pack, &service, &unavailable),
        Asked::Unmatched(unmatched) => no_match(visit, &pack, &service, &unmatched),
    })
}

/// Addresses around one service of one city.
struct Paths {
    home: String,
    service: String,
    ask: String,
}

impl Paths {
    fn new(pack: &CityPack, service: &Service) -> Self {
        let home = format!("/{}", pack.city.id);
        let service = format!("{home}/s/{}", service.id);
        Self { ask: format!("{service}/ask"), home, service }
    }

    fn of_card(&self, card: &CardView) -> String {
        format!("{}?card={}", self.ask, card.id)
    }

    fn again(&self, card: &CardView) -> String {
        format!("{}?card={}&again=1", self.ask, card.id)
    }
}

pub(crate) fn needs_card(visit: &Visit, pack: &CityPack, service: &Service, subject: Subject) -> Response {
    let l = visit.lang;
    let paths = Paths::new(pack, service);
    let bind = || with_return(&format!("{}/cards/{}", paths.home, subject.word()), Some(&paths.ask));
    let (icon, label, lead, bind) = match subject {
        Subject::Vehicle => ("car", text::card_add_vehicle(l).to_owned(), text::vehicle_lead(l), bind()),
        Subject::Licence => ("id-card", text::card_add_licence(l).to_owned(), text::licence_lead(l), bind()),
        // What is booked asks for no card: nobody is sent here.
        Subject::Customer | Subject::Person => (
            service.icon.as_str(),
            text::card_add_customer(l, service.short_name.get(l)),
            text::customer_lead(l),
            customer::bind_and_return(pack, service, &paths.ask),
        ),
    };
    let body = html! {
        (heading(service.name.get(l), service.summary.get(l)))
        (empty(icon, &label, lead, html! { p.actions { (Button::primary(&label).href(&bind)) } }))
        p.actions { @if subject.is_lent() { (Button::link(text::family_title(l)).href("/me/consents")) } (Button::link(text::start_what_you_get(l)).href(&paths.service)) }
    };
    visit.show(Sheet { title: service.short_name.get(l), back: &paths.home, body, ..Sheet::default() })
}

pub(crate) fn no_answer(visit: &Visit, pack: &CityPack, service: &Service, unavailable: &Unavailable) -> Response {
    let l = visit.lang;
    let paths = Paths::new(pack, service);
    let department = unavailable.department.get(l);
    let (title, detail) = match unavailable.failure {
        connector::Failure::Half => (text::half_answer_title(l, department), text::half_answer_detail(l)),
        _ => (text::unavailable_title(l, department), text::unavailable_detail(l)),
    };
    let body = html! {
        (heading(service.name.get(l), &subject_line(l, &unavailable.card)))
        (switcher(visit, &paths, &unavailable.card, &unavailable.cards))
        (notice(Tone::Warn, &title, html! { p { (detail) } }))
        p.actions { (Button::primary(text::try_again(l)).href(&paths.again(&unavailable.card)).icon("refresh-cw").wide()) }
        (card(text::start_offline(l), None, html! {
            p { (text::unavailable_instead(l, &unavailable.phone)) }
            p { (unavailable.offline.get(l)) }
            p.actions { (Button::secondary(&text::help_call(l, &unavailable.phone)).href(&format!("tel:{}", unavailable.phone)).icon("phone")) }
        }))
    };
    let title = service.short_name.get(l);
    let mut response = visit.show(Sheet {
        title,
        back: &paths.home,
        status: StatusCode::SERVICE_UNAVAILABLE,
        body,
        ..Sheet::default()
    });
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// The department answered, and knows nothing under this card: no failure to wait out, and no good news either.
pub(crate) fn no_match(visit: &Visit, pack: &CityPack, service: &Service, unmatched: &Unmatched) -> Response {
    let l = visit.lang;
    let paths = Paths::new(pack, service);
    let (title, detail) = match service.subject {
        Subject::Vehicle => (text::unmatched_vehicle_title(l), text::unmatched_vehicle_detail(l)),
        Subject::Licence => (text::unmatched_licence_title(l), text::unmatched_licence_detail(l)),
        Subject::Customer | Subject::Person => (text::unmatched_customer_title(l), text::unmatched_customer_detail(l)),
    };
    let body = html! {
        (heading(service.name.get(l), &subject_line(l, &unmatched.card)))
        (switcher(visit, &paths, &unmatched.card, &unmatched.cards))
        (notice(Tone::Warn, title, html! {
            p { (text::unmatched_says(l, unmatched.department.get(l))) }
            p { (detail) }
        }))
        p.actions { (Button::primary(text::unmatched_rebind(l)).href(&format!("{}/cards", paths.home)).icon("id-card").wide()) }
        p.actions {
            (Button::secondary(&text::help_call(l, &unmatched.phone)).href(&format!("tel:{}", unmatched.phone)).icon("phone"))
            (Button::link(text::try_again(l)).href(&paths.again(&unmatched.card)))
        }
    };
    visit.show(Sheet { title: service.short_name.get(l), back: &paths.home, body, ..Sheet::default() })
}

pub(crate) fn answered(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer) -> Response {
    let l = visit.lang;
    let paths = Paths::new(pack, service);
    let subject = subject_line(l, &answer.card);
    let fill =
        |words: &str| words.replace("{count}", &answer.open_count.to_string()).replace("{subject}", &answer.card.title);
    let again = paths.again(&answer.card);
    let nothing = answer.rows.is_empty();
    let payable = payable(visit, pack, service, answer);
    let shown = service.answer.as_ref();
    let is = |shape: Shape| shown.is_some_and(|shown| shown.shape == shape);
    let says = |of: fn(&Shown) -> &Text| shown.map_or_else(String::new, |shown| fill(of(shown).get(l)));
    let settled = !nothing && answer.open_count == 0 && is(Shape::List);
    let title = if nothing || settled { service.name.get(l).to_owned() } else { says(|shown| &shown.some) };
    let body = html! {
        (heading(&title, &subject))
        (switcher(visit, &paths, &answer.card, &answer.cards))
        (source(visit, answer, Some(&again)))
        @if let Some(payable) = payable.as_ref().filter(|_| is(Shape::List)) {
            (bill::above(visit, pack, service, answer, payable))
        }
        @if nothing {
            (good_news(&says(|shown| &shown.none), &says(|shown| &shown.none_detail), html! {}))
        } @else if is(Shape::Card) {
            @for row in &answer.rows { (whole(visit, service, row)) }
            // What is there comes before what can be added to it.
            @if let Some(payable) = &payable { (bill::above(visit, pack, service, answer, payable)) }
        } @else {
            @if settled { (good_news(text::list_all_done(l), &fill("{subject}"), html! {})) }
            (records(visit, &paths, pack, service, answer, payable.as_ref()))
        }
        (if_wrong(visit, service, answer))
    };
    visit.show(Sheet { title: service.short_name.get(l), back: &paths.home, body, ..Sheet::default() })
}

/// What can be paid of an answer. An old answer says what was owed, and nobody pays on the strength of that.
fn payable(visit: &Visit, pack: &CityPack, service: &Service, answer: &Answer) -> Option<Payable> {
    let payable = visit.platform().payable(pack, service, answer)?;
    (!matches!(answer.freshness, Freshness::Stale(_))).then_some(payable)
}

/// Whose and which: 晋A00000 · 小型汽车, and the owner if it is somebody else.
fn subject_line(lang: Lang, card: &CardView) -> String {
    let mut line = card.title.clone();
    if !card.subtitle.is_empty() {
        line = format!("{line} · {}", card.subtitle);
    }
    if let Some(whose) = &card.whose {
        line = format!("{} {line}", text::card_of(lang, whose));
    }
    line
}

/// The other cards that can be asked about, one tap each.
fn switcher(visit: &Visit, paths: &Paths, current: &CardView, cards: &[CardView]) -> Markup {
    let l = visit.lang;
    html! {
        @if cards.len() > 1 {
            nav.actions aria-label=(text::query_title(l)) {
                @for other in cards {
                    @if other.id == current.id {
                        a.btn href=(paths.of_card(other)) aria-current="page" { (other.title) }
                    } @else if other.state == CardState::InForce {
                        (Button::secondary(&other.title).href(&paths.of_card(other)))
                    }
                }
            }
        }
    }
}

fn source(visit: &Visit, answer: &Answer, refresh_href: Option<&str>) -> Markup {
    Provenance {
        department: answer.department.get(visit.lang),
        fetched_at: answer.fetched_at,
        now: visit.now,
        refresh_href,
        stale: matches!(answer.freshness, Freshness::Stale(_)),
    }
    .html(visit.lang)
}

fn if_wrong(visit: &Visit, service: &Service, answer: &Answer) -> Markup {
    let l = visit.lang;
    card(
        text::if_wrong_title(l),
        None,
        html! {
            p { (service.guide.if_wrong.get(l)) }
            p { (answer.department.get(l)) " " (telephone(&answer.phone)) }
        },
    )
}

/// The list, what is open before what is settled, a page at a time.
fn records(
    visit: &Visit,
    paths: &Paths,
    pack: &CityPack,
    service: &Service,
    answer: &Answer,
    payable: Option<&Payable>,
) -> Markup {
    let l = visit.lang;
    let open_when = service.answer.as_ref().and_then(|shown| shown.open_when.as_ref());
    let open = |row: &Row| match open_when {
        None => true,
        Some(rule) => row.get(&rule.field).is_some_and(|value| rule.equals.contains(&value.text())),
    };
    let mut ordered: Vec<(usize, &Row)> = answer.rows.iter().enumerate().collect();
    ordered.sort_by_key(|(_, row)| !open(row));
    let pages = ordered.len().div_ceil(RECORDS_PER_PAGE).max(1);
    let page = visit.query.get("page").parse::<usize>().unwrap_or(1).clamp(1, pages);
    let shown = &ordered[(page - 1) * RECORDS_PER_PAGE..(page * RECORDS_PER_PAGE).min(ordered.len())];
    let groups = [(true, text::list_open(l)), (false, text::list_settled(l))];
    html! {
        @for (wanted, label) in groups {
            @if shown.iter().any(|(_, row)| open(row) == wanted) {
                @if open_when.is_some() { h2 { (label) } } @else { h2.sr { (text::list_count(l, ordered.len() as u64)) } }
                @for (place, row) in shown.iter().filter(|(_, row)| open(row) == wanted) {
                    @let pay = payable.and_then(|payable| payable.row(&row_key(row, *place)));
                    (record(l, paths, service, &answer.card, row, *place, html! { @if let Some(pay) = pay { (bill::beside(visit, pack, service, answer, pay)) } }))
                }
            }
        }
        (pagination(l, as_u32(page), as_u32(pages), |to| format!("{}&page={to}", paths.of_card(&answer.card))))
    }
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// One record in the list. The heading is the link, so that a list of links read aloud says what each is.
fn record(
    lang: Lang,
    paths: &Paths,
    service: &Service,
    card: &CardView,
    row: &Row,
    place: usize,
    below: Markup,
) -> Markup {
    let href = format!("{}/{}/{}", paths.ask, card.id, crate::return_path::encode(&row_key(row, place)));
    let title = title_of(lang, service, row);
    html! {
        section.card.record {
            div.card-head { h3 { a href=(href) { (title) } } (state_tag(lang, service, row)) }
            (summary(fields(service, Place::List).filter(|field| field.kind != FieldKind::Choice).filter_map(|field| line(lang, field, row, false))))
            (below)
        }
    }
}

/// A record of which there is only one, shown whole: a licence's points, an exam.
fn whole(visit: &Visit, service: &Service, row: &Row) -> Markup {
    let l = visit.lang;
    let lines = |place: Place| fields(service, place).filter_map(|field| line(l, field, row, true));
    // Points left are drawn as a gauge, which says how many are taken; every other title is a line above the rest.
    let gauges: Vec<u32> = fields(service, Place::Title)
        .filter(|field| field.kind == FieldKind::Points)
        .filter_map(|field| row.get(&field.key)?.number())
        .filter_map(|left| u32::try_from(FULL_POINTS - left).ok())
        .collect();
    let titles: Vec<(&Field, &Value)> = fields(service, Place::Title)
        .filter(|field| field.kind != FieldKind::Points)
        .filter_map(|field| Some((field, row.get(&field.key)?)))
        .collect();
    let more: Vec<Summary<'_>> = lines(Place::Detail).collect();
    html! {
        section.card {
            @for taken in gauges { (points_gauge(l, taken)) }
            @for (field, value) in &titles {
                h2 { @if field.kind == FieldKind::Choice { (choice(l, field, value)) } @else { (words(l, field, value)) } }
                @if let Some(hint) = &field.hint { p.hint { (hint.get(l)) } }
            }
            (summary(lines(Place::List)))
        }
        @if !more.is_empty() { section.card { (disclosure(text::detail_title(l), summary(more))) } }
    }
}

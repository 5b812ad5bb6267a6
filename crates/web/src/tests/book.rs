//! Every page of booking, in every state that a booking has, with sample data.

use capability::booking::{Refusal, State};
use engine::{BookingView, Can, InsteadView, Waits};
use kernel::{Lang, Money, identifier::Mistake};
use manifest::{CityPack, Service};
use maud::html;

use self::{
    made::{
        at, bands, booking, companions, day, draw as made_draw, fen, found, line, list, lists, party, places, quote,
        sittings, strip, trips,
    },
    refusals::refusals,
};
use super::{
    Shot, mistakes,
    sample::{self, NOW, id},
    shot, signed_in, visit,
};
use crate::{
    Site,
    booking::{
        Chosen, act, browse,
        browse::{Looked, Steps},
        check,
        check::{Again, Check, Unit},
        draw, find, list as booking_list, queue,
        refused::Near,
        show,
        show::Beside,
        waiting::Lists,
    },
    companion,
    form::Pairs,
    home,
    mishap::Mishap,
};

pub(crate) mod offer;

mod made;
mod refusals;
mod says;

fn service(site: &Site, pack: &CityPack, id: &str) -> std::sync::Arc<Service> {
    site.platform.catalogue().service(pack, id).cloned().expect("a sample service")
}

/// What was chosen, as an address says it.
fn chosen(query: &str) -> Chosen {
    Chosen::of(&Pairs::parse(query.as_bytes()))
}

async fn browsing(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    let out = || visit(site, "/lakeside/s/clinic-number/book", lang);
    let clinic = service(site, pack, "clinic-number");
    let many = places(&clinic, 3, 3, 2);
    let steps = |offer, query: &str| Steps::new(pack, &clinic, offer, chosen(query));
    pages.push(shot("book-matters", browse::matters_page(&out(), &steps(&many, ""))).await);
    pages.push(shot("book-places", browse::places_page(&out(), &steps(&many, "matter=matter-0"))).await);
    let none = places(&clinic, 0, 0, 0);
    pages.push(shot("book-places-none", browse::places_page(&out(), &steps(&none, ""))).await);
    let in_one = steps(&many, "matter=matter-1&place=first");
    let place = in_one.place().expect("a place");
    pages.push(shot("book-sections", browse::sections_page(&out(), &in_one, place)).await);
    let (days, sat) = (strip(), sittings(3));
    for (name, on, units) in [
        ("book-units", Some(day(1)), Some(&sat)),
        ("book-full", Some(day(0)), Some(&sat)),
        ("book-closed", Some(day(3)), None),
        ("book-drawn", Some(day(4)), None),
        ("book-ahead", Some(day(5)), None),
        ("book-no-day", None, None),
    ] {
        let looked = Looked { strip: &days, on, units };
        pages.push(shot(name, browse::units_page(&out(), &in_one, place, &looked)).await);
    }
    let moves = visit(site, "/lakeside/s/clinic-number/book?move=x", lang);
    let looked = Looked { strip: &days, on: Some(day(1)), units: Some(&sat) };
    pages.push(shot("book-move", browse::units_page(&moves, &in_one, place, &looked)).await);
    for (name, of, units) in [
        ("book-bands", "garden-ticket", bands(4)),
        ("book-day-ticket", "garden-ticket", bands(1)),
        ("book-trips", "boat-seat", trips()),
    ] {
        let service = service(site, pack, of);
        let offer = places(&service, 1, 1, 0);
        let steps = Steps::new(pack, &service, &offer, chosen(""));
        let looked = Looked { strip: &days, on: Some(day(1)), units: Some(&units) };
        let place = steps.place().expect("the only one");
        pages.push(shot(name, browse::units_page(&out(), &steps, place, &looked)).await);
    }
}

fn unit(seats: bool) -> Unit {
    Unit {
        resource: "王医生 主任医师".to_owned(),
        class: "expert".to_owned(),
        of_at: at(8, 0),
        starts_at: at(9, 0),
        ends_at: at(9, 30),
        period: Some((4, 6)),
        way: if seats { "西码头 – 东码头".to_owned() } else { String::new() },
        price: fen(2_500),
        seats: if seats { trips().trips[0].seats.clone() } else { vec![] },
    }
}

/// One check page: the service, the address or the form, and why it is shown again.
struct Case<'a> {
    name: &'a str,
    service: &'a str,
    companions: u8,
    quote: Option<engine::BookingQuote>,
    form: String,
    again: Again,
    paid_before: Option<Money>,
}

fn near(n: i64) -> Near {
    Near {
        label: format!("3 月 3 日 明天 1{n}:00–1{n}:30"),
        words: "王医生 · 余 2".to_owned(),
        form: vec![("place".to_owned(), "first".to_owned()), ("persons".to_owned(), "own".to_owned())],
    }
}

fn case(
    name: &'static str,
    service: &'static str,
    companions: u8,
    quote: Option<engine::BookingQuote>,
) -> Case<'static> {
    Case { name, service, companions, quote, form: String::new(), again: Again::default(), paid_before: None }
}

/// An exchange for the same, for more and for less.
fn moves() -> Vec<Case<'static>> {
    let moved = |name, before| Case {
        form: format!("move={}&place=first", id(90)),
        paid_before: before,
        ..case(name, "clinic-number", 2, Some(quote(1, 2_500)))
    };
    vec![
        moved("book-check-move", None),
        moved("book-check-move-dearer", Some(fen(1_500))),
        moved("book-check-move-cheaper", Some(fen(4_000))),
    ]
}

fn cases(lang: Lang) -> Vec<Case<'static>> {
    let refused = |refusal, nearest| Again { refused: Some((refusal, nearest)), ..Again::default() };
    let clinic = "matter=&place=first&resource=wang&on=2026-03-03&at=2026-03-03T08:00&period=4-6&persons=own&key=x";
    let pair = "place=office&resource=wang&on=2026-03-03&at=2026-03-03T08:00&partner_name=%E6%9D%8E%E5%9B%9B&partner_id=1&key=x";
    let partner = mistakes(&[("partner_id", Mistake::Empty("身份证号"))], lang);
    let child = id(81);
    let boat = format!(
        "place=pier&resource=swan&on=2026-03-03&at=2026-03-03T09:00&from=west&to=east&persons=own&persons={child}&seat=2&sent=1&height.{child}=3&key=x"
    );
    let height = Mishap::of_fields(vec![(format!("height.{child}"), "身高填整数".to_owned())]);
    vec![
        case("book-check", "clinic-number", 2, Some(quote(1, 2_500))),
        case("book-check-alone", "clinic-number", 0, Some(quote(1, 0))),
        case("book-check-ticket", "garden-ticket", 3, Some(quote(2, 5_000))),
        case("book-check-coach", "boat-seat", 2, Some(quote(2, 2_000))),
        case("book-check-pair", "pair-booking", 0, None),
        Case {
            form: pair.to_owned(),
            again: Again { mishap: Some(partner), ..Again::default() },
            ..case("book-check-pair-mistake", "pair-booking", 0, None)
        },
        Case {
            form: boat.clone(),
            again: Again { mishap: Some(height), ..Again::default() },
            ..case("book-check-height-wrong", "boat-seat", 3, Some(quote(2, 2_000)))
        },
        Case {
            form: boat,
            again: refused(Refusal::NoSuchUnit { unit: 0 }, vec![]),
            ..case("book-check-seats-wrong", "boat-seat", 3, Some(quote(2, 2_000)))
        },
        Case {
            form: clinic.to_owned(),
            again: refused(Refusal::SoldOut { free: 0 }, (0..3).map(near).collect()),
            ..case("book-check-gone", "clinic-number", 2, Some(quote(1, 2_500)))
        },
        Case {
            form: clinic.to_owned(),
            again: refused(Refusal::SoldOut { free: 2 }, vec![]),
            ..case("book-check-few", "garden-ticket", 2, Some(quote(2, 5_000)))
        },
        Case {
            form: clinic.to_owned(),
            again: Again { before: Some(fen(5_000)), ..Again::default() },
            ..case("book-check-changed", "garden-ticket", 2, Some(quote(2, 2_500)))
        },
        Case {
            form: "wait=1&place=first".to_owned(),
            ..case("book-check-wait", "clinic-number", 2, Some(quote(1, 2_500)))
        },
        Case {
            form: "draw=1&place=garden".to_owned(),
            ..case("book-check-draw", "garden-ticket", 2, Some(quote(1, 5_000)))
        },
    ]
}

async fn checking(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    for case in cases(lang).into_iter().chain(moves()) {
        let service = service(site, pack, case.service);
        let mut own = signed_in(site, &format!("/lakeside/s/{}/book/check", case.service), lang);
        own.form = Pairs::parse(case.form.as_bytes());
        let offer = places(&service, 1, 1, 0);
        let steps = Steps::new(pack, &service, &offer, chosen(&case.form));
        let rules = &own.catalogue.rules.booking;
        let of = &pack.offers[&service.id];
        let profile = rules.profile_on(NOW.date(), of.profile_of(&of.place[0])).expect("in force").clone();
        let concessions = rules.ticket_on(NOW.date(), "garden").expect("in force").concession.clone();
        let check = Check {
            steps: &steps,
            place: steps.place().expect("the only one"),
            unit: &unit(case.service == "boat-seat"),
            companions: &companions(case.companions),
            concessions: if case.service == "garden-ticket" { &concessions } else { &[] },
            profile: &profile,
            quote: case.quote.as_ref(),
            paid_before: case.paid_before,
        };
        pages.push(shot(case.name, check::page::page(&own, &check, &case.again)).await);
    }
}

async fn waiting(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    let service = service(site, pack, "clinic-number");
    let mut own = signed_in(site, "/lakeside/s/clinic-number/book/check", lang);
    own.form = Pairs::parse(b"place=first&persons=own&key=x&turn=old&solution=1");
    let turn = "7.0.1772416800000.5ea1".to_owned();
    let long = Waits { ahead: 128, wait_s: Some(90), turn: turn.clone(), bits: 0, unsolved_s: 0 };
    for (name, waits) in [
        ("queue", long.clone()),
        ("queue-unknown", Waits { ahead: 0, wait_s: None, ..long.clone() }),
        ("queue-work", Waits { bits: 12, unsolved_s: 15, turn: "7.12.1772416800000.5ea1".to_owned(), ..long }),
    ] {
        pages.push(shot(name, queue::page(&own, pack, &service, &waits)).await);
    }
}

fn with(state: State, change: impl Fn(&mut BookingView)) -> BookingView {
    let mut view = booking(state);
    change(&mut view);
    view
}

/// What follows from giving a booking up.
async fn given_up(visit: &crate::visit::Visit, pack: &CityPack, pages: &mut Vec<Shot>) {
    let late = |view: &mut BookingView| view.can.cancel = None;
    let paid = |view: &mut BookingView| {
        if let Some(cancel) = &mut view.can.cancel {
            (cancel.back, cancel.kept) = (fen(2_250), fen(250));
        }
    };
    for (name, view) in [
        ("cancel", with(State::Paid, paid)),
        ("cancel-free", booking(State::Booked)),
        ("cancel-late", with(State::Booked, late)),
    ] {
        pages.push(shot(name, act::cancel_page(visit, pack, &view)).await);
    }
}

async fn booked(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    let own = |path: &str| signed_in(site, path, lang);
    for state in State::ALL.iter().copied() {
        let page = show::page(&own("/lakeside/bookings/x"), pack, &booking(state), &Beside::default());
        pages.push(shot(&format!("booking-{}", state.word()), page).await);
    }
    let pay = |view: &mut BookingView| view.can = Can { confirm: false, pay: Some(fen(2_500)), ..view.can.clone() };
    let two = |view: &mut BookingView| view.parties = vec![party(true, true), party(false, false)];
    let asked = |view: &mut BookingView| {
        view.parties = vec![party(false, true), party(true, false)];
        view.can = Can { consent: true, decline: true, ..Can::default() };
    };
    let back =
        |view: &mut BookingView| (view.paid, view.refunded, view.payment) = (fen(2_500), fen(2_250), Some(id(60)));
    let paying = |view: &mut BookingView| {
        pay(view);
        view.payment = Some(id(60));
    };
    let instead = |view: &mut BookingView| {
        pay(view);
        view.instead_of = Some(InsteadView { id: id(92), number: "202603010007".to_owned(), back: fen(1_500) });
    };
    for (name, view, pays) in [
        ("booking-held-pay", with(State::Held, pay), false),
        ("booking-held-instead", with(State::Held, instead), false),
        ("booking-expired-instead", with(State::Expired, instead), false),
        ("booking-held-paying", with(State::Held, paying), true),
        ("booking-held-waits", with(State::Held, two), false),
        ("booking-held-asked", with(State::Held, asked), false),
        ("booking-booked-later", with(State::Booked, pay), false),
        ("booking-cancelled-back", with(State::Cancelled, back), false),
        ("booking-stopped-back", with(State::Stopped, back), false),
    ] {
        let beside = Beside { pays, ..Beside::default() };
        pages.push(shot(name, show::page(&own("/lakeside/bookings/x"), pack, &view, &beside)).await);
    }
    for (n, refusal) in refusals().iter().enumerate() {
        let visit = own("/lakeside/bookings/x");
        let (title, detail) = crate::booking::refused::words(&visit, refusal);
        let above = ui::component::notice(ui::Tone::Warn, &title, html! { p { (detail) } });
        let page = show::page(&visit, pack, &booking(State::Held), &Beside { above, ..Beside::default() });
        pages.push(shot(&format!("refusal-{n}-{}", refusal.code()), page).await);
    }
    given_up(&own("/lakeside/bookings/x/cancel"), pack, pages).await;
    pages.push(
        shot("bookings", booking_list::list_page(&own("/lakeside/bookings?joined=1"), pack, &list(Some(7)), &lists()))
            .await,
    );
    let none = engine::BookingPage::default();
    let garden = service(site, pack, "garden-ticket");
    for (name, view) in [
        ("draw-open", made_draw(-1, false)),
        ("draw-ahead", made_draw(1, false)),
        ("draw-closed", made_draw(-3, false)),
        ("draw-drawn", made_draw(-3, true)),
    ] {
        let out = visit(site, "/lakeside/s/garden-ticket/draw?place=garden&on=2026-03-03", lang);
        pages.push(shot(name, draw::page(&out, pack, &garden, &view)).await);
    }
    pages.push(
        shot("bookings-none", booking_list::list_page(&own("/lakeside/bookings"), pack, &none, &Lists::default()))
            .await,
    );
}

/// Every page of booking in one language.
pub(crate) async fn pages(site: &Site, pack: &std::sync::Arc<CityPack>, lang: Lang) -> Vec<Shot> {
    let mut pages = Vec::new();
    browsing(site, pack, lang, &mut pages).await;
    checking(site, pack, lang, &mut pages).await;
    waiting(site, pack, lang, &mut pages).await;
    booked(site, pack, lang, &mut pages).await;
    let clinic = service(site, pack, "clinic-number");
    let mut out = visit(site, "/lakeside/s/clinic-number/query", lang);
    let none = Mishap::none();
    pages.push(shot("query", find::page(&out, pack, &clinic, None, &none)).await);
    out.form = Pairs::parse(b"number=202603020012&tail=001X");
    pages.push(shot("query-found", find::page(&out, pack, &clinic, Some(Some(&found())), &none)).await);
    pages.push(shot("query-none", find::page(&out, pack, &clinic, Some(None), &none)).await);
    let wrong =
        Mishap::of_fields(vec![("number".to_owned(), "12 位数字".to_owned()), ("tail".to_owned(), "4 位".to_owned())]);
    pages.push(shot("query-mistake", find::page(&out, pack, &clinic, None, &wrong)).await);
    let own = |path: &str| signed_in(site, path, lang);
    for (name, count) in [("companions-none", 0), ("companions", 3), ("companions-full", 5)] {
        pages.push(shot(name, companion::page(&own("/me/companions"), &companions(count), &none)).await);
    }
    let mut typed = own("/me/companions");
    typed.form = Pairs::parse("name=%E5%BC%A0&resident_id=1&relation=child&to=/lakeside&key=x".as_bytes());
    let wrong = mistakes(&[("resident_id", Mistake::NotYours), ("relation", Mistake::Empty("关系"))], lang);
    pages.push(shot("companions-mistake", companion::page(&typed, &companions(1), &wrong)).await);
    let bookings = [State::Held, State::Booked, State::Paid, State::Booked]
        .into_iter()
        .zip(1..)
        .map(|(state, n)| line(n, state))
        .collect();
    let home = engine::Home { bookings, ..sample::home() };
    pages.push(shot("home-bookings", home::page(&own("/lakeside"), pack, Some(&home))).await);
    pages
}

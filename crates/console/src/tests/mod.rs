//! Every page of the desk with sample data, held to the bars of every page; and its door, knocked at by strangers.
//!
//! `SHIMIN_PAGES=/tmp/pages cargo test -p console` also writes each page to that directory.

mod desk_sample;
mod prices;
mod sample;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header},
    response::Response,
};
use capability::{booking::State as BookingState, refund::State as RefundState};
use engine::{DayOpen, Entered, GateRefused, SittingWrong};
use kernel::{Error, Kind, Lang, identifier::Mistake};
use ledger::reconcile::Side;
use tower::ServiceExt;
use web::shell::Pairs;

use crate::{
    Console, Policy, Site, counter, day, figures, gate, home, mishap::Mishap, payment, pool, provider, queue,
    reconciliation, refund, router, routes, schedule, settlement, sign_in, staff, staff_act, trouble, visit::Visit,
    walk_in, word,
};

const PAGE_BYTES_MAX: usize = 80 * 1024;

struct Shot {
    name: String,
    status: StatusCode,
    html: String,
}

async fn shot(name: &str, response: Response) -> Shot {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body in memory");
    Shot { name: name.to_owned(), status, html: String::from_utf8(bytes.to_vec()).expect("a page is UTF-8") }
}

fn visit(site: &Site, path: &str, lang: Lang) -> Visit {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    Visit::bare(site.clone(), headers, Uri::try_from(path).expect("a sample path"))
}

fn at_desk(site: &Site, path: &str, lang: Lang) -> Visit {
    let mut visit = visit(site, path, lang);
    visit.staff = Some(sample::staff());
    visit.set_params(&[("city", "lakeside")]);
    visit
}

fn mistakes(fields: &[(&'static str, Mistake)], lang: Lang) -> Mishap {
    let fields = fields.iter().map(|(field, mistake)| kernel::FieldError { field, mistake: mistake.clone() }).collect();
    Mishap::of_error(Error::new(Kind::Invalid(fields)), lang).expect("a form's mistakes")
}

async fn all_pages(lang: Lang) -> Vec<Shot> {
    let site = sample::site().await;
    let own = |path: &str| at_desk(&site, &format!("/desk/lakeside/{path}"), lang);
    let refused = |kind: Kind| Mishap::of_error(Error::new(kind), lang).expect("a refusal of a form");
    let mut pages = Vec::new();
    macro_rules! page {
        ($name:literal, $response:expr) => {
            pages.push(shot($name, $response).await)
        };
    }
    page!("sign-in", sign_in::page(&visit(&site, "/desk/sign-in?to=/desk/lakeside/breaks", lang), "", &Mishap::none()));
    let wrong = mistakes(&[("login", Mistake::StaffProof)], lang);
    page!("sign-in-mistakes", sign_in::page(&visit(&site, "/desk/sign-in", lang), "li.na", &wrong));
    page!("step-up", sign_in::step_up_page(&own("x"), &Mishap::none()));
    let wrong = mistakes(&[("code", Mistake::AuthenticatorCode)], lang);
    page!("step-up-mistakes", sign_in::step_up_page(&own("x"), &wrong));
    page!("step-up-wait", sign_in::step_up_page(&own("x"), &refused(Kind::TooMany { retry_after_s: 600 })));
    page!("home", home::city(&mut own("")).await.expect("a page"));
    let mut several = own("");
    if let Some(staff) = &mut several.staff {
        staff.grants.clear();
    }
    page!("home-no-role", home::landing(&mut several).await.expect("a page"));

    let breaks = sample::breaks();
    page!("breaks", reconciliation::list_page(&own("breaks"), &breaks));
    page!("breaks-of-kind", reconciliation::list_page(&own("breaks?kind=long"), &breaks));
    page!("breaks-of-day", reconciliation::list_page(&own("breaks?day=2026-03-01"), &breaks));
    page!("breaks-of-kind-none", reconciliation::list_page(&own("breaks?kind=late"), &breaks[..1]));
    page!("breaks-none", reconciliation::list_page(&own("breaks"), &[]));
    for (one, name) in breaks.iter().zip(["break-free", "break-own", "break-locked", "break-resolved"]) {
        pages.push(shot(name, reconciliation::page(&own("breaks/1"), one, &Mishap::none())).await);
    }
    let wrong = mistakes(&[("cause", Mistake::Choice), ("note", Mistake::Empty("处理说明 / note"))], lang);
    page!("break-mistakes", reconciliation::page(&own("breaks/1"), &breaks[1], &wrong));
    page!("break-taken", reconciliation::page(&own("breaks/1"), &breaks[2], &refused(Kind::Conflict("break_taken"))));

    let (payment, refunds) = (sample::payment(), sample::refunds());
    page!("refunds", refund::list_page(&own("refunds"), RefundState::Asked, &refunds));
    page!("refunds-none", refund::list_page(&own("refunds"), RefundState::Done, &[]));
    page!("find", payment::find_page(&own("payments"), None));
    page!("find-none", payment::find_page(&own("payments?number=9"), Some(ui::text::find_none(lang))));
    page!("payment", payment::page(&own("payments/1"), &payment));
    page!("refund-ask", payment::ask_page(&own("payments/1/refund"), &payment, &Mishap::none()));
    let mut typed = own("payments/1/refund");
    typed.form = Pairs::parse(b"amount=12.345&reason=");
    let wrong = Mishap::of_fields(vec![("amount", ui::text::refund_amount_mistake(lang).to_owned())]);
    page!("refund-ask-mistakes", payment::ask_page(&typed, &payment, &wrong));
    page!("refund-decide", refund::decide_page(&own("payments/1"), &payment, &refunds[0], &Mishap::none()));
    page!("refund-decide-own", refund::decide_page(&own("payments/1"), &payment, &refunds[6], &Mishap::none()));
    let four = refused(Kind::Denied("refund_four_eyes"));
    page!("refund-decide-refused", refund::decide_page(&own("payments/1"), &payment, &refunds[0], &four));
    page!("refund-complete", refund::complete_page(&own("payments/1"), &payment, &refunds[1], &Mishap::none()));
    page!("refund-abnormal", refund::complete_page(&own("payments/1"), &payment, &refunds[5], &Mishap::none()));

    let (open, closed) = (sample::day_page(false, false), sample::day_page(true, false));
    page!("settlements", settlement::page_of(&own("settlements"), &open));
    page!("settlements-closed", settlement::page_of(&own("settlements"), &closed));
    page!("settlements-none", settlement::page_of(&own("settlements"), &sample::day_page(false, true)));
    page!("close", settlement::close_page(&own("settlements/1/close"), &open, None));
    for (why, name) in [
        (DayOpen::TooEarly, "close-too-early"),
        (DayOpen::AlreadyClosed, "close-already"),
        (DayOpen::NotCompared(vec![(Side::Department, "waterworks".into())]), "close-not-compared"),
        (DayOpen::BreaksOpen(2), "close-breaks"),
    ] {
        pages.push(shot(name, settlement::close_page(&own("settlements/1/close"), &open, Some(&why))).await);
    }

    let (providers, health) = sample::providers();
    page!("providers", provider::page(&own("providers"), &providers, &health, &sample::health()));
    page!("providers-none", provider::page(&own("providers"), &[], &[], &[]));
    let colleagues = sample::colleagues();
    page!("staff", staff::list_page(&own("staff"), &colleagues));
    page!("staff-disable", staff::disable_page(&own("staff/1/disable"), &colleagues[3], &Mishap::none()));
    page!("staff-disable-oneself", staff::disable_page(&own("x"), &colleagues[0], &refused(Kind::Conflict("oneself"))));
    page!("acts", staff_act::all_page(&own("acts"), &sample::acts(4), false));
    page!("acts-none", staff_act::all_page(&own("acts"), &sample::acts(0), true));
    page!("acts-own", staff_act::own_page(&own("me"), &sample::staff(), &sample::acts(2), true));
    for (kind, name) in [
        (Kind::NotFound, "404"),
        (Kind::Denied("not_your_role"), "403"),
        (Kind::Unavailable("store"), "503"),
        (Kind::Internal, "500"),
    ] {
        pages.push(shot(name, trouble::page(&own("x"), kind.into())).await);
    }
    pages
}

/// The rooms of whoever comes and of how much there is.
async fn booking_pages(lang: Lang) -> Vec<Shot> {
    let site = sample::site().await;
    let own = |path: &str| at_desk(&site, &format!("/desk/lakeside/{path}"), lang);
    let mut pages = Vec::new();
    counter_pages(&mut pages, &own).await;
    schedule_pages(&mut pages, &own).await;
    prices::pages(&mut pages, &own).await;
    pages
}

/// Counter, queue, hall, gate and day.
async fn counter_pages(pages: &mut Vec<Shot>, own: &dyn Fn(&str) -> Visit) {
    let lang = own("").lang;
    macro_rules! page {
        ($name:expr, $response:expr) => {
            pages.push(shot($name, $response).await)
        };
    }
    let places = desk_sample::places();
    let refused = |kind: Kind| Mishap::of_error(Error::new(kind), lang).expect("a refusal of a form");
    page!("counter", counter::find_page(&own("counter"), &Mishap::none()));
    let wrong = Mishap::of_fields(vec![("code", ui::text::counter_forged(lang).to_owned())]);
    page!("counter-mistake", counter::find_page(&own("counter"), &wrong));
    for state in BookingState::ALL {
        let booking = desk_sample::booking(*state);
        let name = format!("booking-{}", state.word());
        page!(&name, counter::booking_page(&own("bookings/1"), &booking, &Mishap::none()));
    }
    let missed = desk_sample::booking(BookingState::NoShow);
    let wrong = mistakes(&[("reason", Mistake::Empty("更正依据 / reason"))], lang);
    page!("booking-correct", counter::booking_page(&own("bookings/1"), &missed, &wrong));
    let early = refused(Kind::Conflict("not_yet"));
    page!("booking-early", counter::booking_page(&own("bookings/1"), &missed, &early));
    page!("queue", queue::queue_page(&own("queue"), &places, &desk_sample::queue(true), &Mishap::none()));
    page!("queue-none", queue::queue_page(&own("queue"), &places, &desk_sample::queue(false), &Mishap::none()));
    let wrong = Mishap::of_fields(vec![("window", ui::text::calling_window_mistake(lang).to_owned())]);
    page!("queue-mistake", queue::queue_page(&own("queue"), &places, &desk_sample::queue(true), &wrong));
    page!("no-place", queue::no_place(&own("queue"), ui::text::calling_title(lang)));
    page!("hall", queue::hall_page(&own("hall"), "湖滨医院 · 内科", &desk_sample::queue(true)));
    page!("hall-paused", queue::hall_page(&own("hall?pause=yes"), "湖滨医院", &desk_sample::queue(false)));
    page!("walk-in", walk_in::form_page(&own("walk-in"), &places, &desk_sample::walk_in(true), "key", &Mishap::none()));
    page!("walk-in-none", walk_in::form_page(&own("x"), &places, &desk_sample::walk_in(false), "key", &Mishap::none()));
    let wrong = mistakes(&[("pool", Mistake::Choice), ("resident_id", Mistake::NameAndIdDiffer)], lang);
    page!("walk-in-mistakes", walk_in::form_page(&own("x"), &places, &desk_sample::walk_in(true), "key", &wrong));
    page!("day", day::day_page(&own("day"), &places, &desk_sample::day(true)));
    page!("day-none", day::day_page(&own("day"), &places, &desk_sample::day(false)));
    page!("gate-choose", gate::choose_page(&own("gate"), &places));
    let at_gate = desk_sample::gate();
    page!("gate", gate::gate_page(&own("gate/x/y"), &at_gate, None, &Mishap::none()));
    let number = "482915730642".to_owned();
    let entered = Ok(Entered { number: number.clone(), persons: 3, inside: 433, instant: Some(1_000) });
    page!("gate-in", gate::gate_page(&own("gate/x/y"), &at_gate, Some(&entered), &Mishap::none()));
    let whys = [
        GateRefused::Unreadable,
        GateRefused::Forged,
        GateRefused::OtherPlace,
        GateRefused::Unknown,
        GateRefused::Show { number, persons: 3, at_gate: desk_sample::shows() },
        GateRefused::NotYet { from_at: sample::NOW.plus_s(600) },
        GateRefused::TooLate { closed_at: sample::NOW.plus_s(-600) },
        GateRefused::Used { at: Some(sample::NOW) },
        GateRefused::Used { at: None },
        GateRefused::Gone { state: BookingState::Cancelled },
        GateRefused::Unpaid,
        GateRefused::Full { inside: 999, max: 1_000 },
    ];
    for (n, why) in whys.into_iter().enumerate() {
        let name = format!("gate-{n}-{}", why.code());
        page!(&name, gate::gate_page(&own("gate/x/y"), &at_gate, Some(&Err(why)), &Mishap::none()));
    }
    let wrong = Mishap::of_fields(vec![("left", ui::text::gate_left_mistake(lang).to_owned())]);
    page!("gate-left-mistake", gate::gate_page(&own("gate/x/y"), &at_gate, None, &wrong));
}

/// Days ahead, one pool, calling it off, and figures.
async fn schedule_pages(pages: &mut Vec<Shot>, own: &dyn Fn(&str) -> Visit) {
    let lang = own("").lang;
    macro_rules! page {
        ($name:literal, $response:expr) => {
            pages.push(shot($name, $response).await)
        };
    }
    let places = desk_sample::places();
    page!("schedule", schedule::schedule_page(&own("schedule"), &places, &desk_sample::schedule(true)));
    page!("schedule-none", schedule::schedule_page(&own("schedule"), &places, &desk_sample::schedule(false)));
    let at = desk_sample::at("inner");
    page!("sitting", schedule::sitting_page(&own("sitting"), &places, &places[0], &at, &Mishap::none()));
    let wrongs = [
        SittingWrong::Day,
        SittingWrong::From,
        SittingWrong::To,
        SittingWrong::Units,
        SittingWrong::OnSite,
        SittingWrong::Phone,
        SittingWrong::Resource,
        SittingWrong::Reason,
    ];
    let wrong = Mishap::of_fields(wrongs.map(|one| word::sitting_wrong(lang, one)).to_vec());
    page!("sitting-mistakes", schedule::sitting_page(&own("sitting"), &places, &places[0], &at, &wrong));
    let exists = Mishap::of_fields(vec![word::sitting_wrong(lang, SittingWrong::Exists)]);
    page!("sitting-exists", schedule::sitting_page(&own("sitting"), &places, &places[0], &at, &exists));
    let one = desk_sample::pool(false);
    page!("pool", pool::pool_page(&own("pools/7"), &one));
    page!("pool-stopped", pool::pool_page(&own("pools/7"), &desk_sample::pool(true)));
    page!("pool-edit", pool::edit_page(&own("pools/7/edit"), &one, None, &Mishap::none()));
    let wish = pool::Wish { capacity: 50, shares: [30, u32::MAX, 8] };
    page!("pool-preview", pool::edit_page(&own("pools/7/edit"), &one, Some(wish), &Mishap::none()));
    let wrong = Mishap::of_fields(vec![("units", ui::text::pool_below(lang, 26))]);
    page!("pool-mistake", pool::edit_page(&own("pools/7/edit"), &one, None, &wrong));
    page!("stop", pool::stop_page(&own("pools/7/stop"), &desk_sample::stop(26, false), &Mishap::none()));
    page!("stop-rest", pool::stop_page(&own("pools/7/stop"), &desk_sample::stop(1, true), &Mishap::none()));
    page!("stop-done", pool::stop_page(&own("pools/7/stop"), &desk_sample::stop(0, true), &Mishap::none()));
    let wrong = mistakes(&[("reason", Mistake::Empty("停办原因 / reason"))], lang);
    page!("stop-mistake", pool::stop_page(&own("pools/7/stop"), &desk_sample::stop(26, false), &wrong));
    let range = (desk_sample::on(-13), desk_sample::on(0));
    let days = desk_sample::figures();
    page!("figures", figures::figures_page(&own("figures"), &places, &at, range, &days));
    page!("figures-none", figures::figures_page(&own("figures"), &places, &at, range, &[]));
}

/// The value of an attribute in each tag that has it.
fn attributes<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    html.match_indices(&mark).filter_map(|(at, _)| html[at + mark.len()..].split('"').next()).collect()
}

fn outline(html: &str) -> Vec<u8> {
    let level = |(at, _): (usize, &str)| html.as_bytes().get(at + 2).copied().filter(u8::is_ascii_digit);
    html.match_indices("<h").filter_map(level).map(|digit| digit - b'0').collect()
}

#[tokio::test]
async fn every_page_is_sound_small_and_has_nothing_inline() {
    for lang in Lang::ALL {
        for Shot { name, html, status } in all_pages(lang).await.into_iter().chain(booking_pages(lang).await) {
            if let Some(dir) = std::env::var_os("SHIMIN_PAGES") {
                let dir = std::path::Path::new(&dir);
                std::fs::create_dir_all(dir).expect("a directory for pages");
                std::fs::write(dir.join(format!("desk-{name}.{}.html", lang.tag())), &html).expect("a page on disk");
            }
            let bytes = web::shell::headers::gzip(html.as_bytes(), 1).len();
            assert!(bytes <= PAGE_BYTES_MAX, "{name}: {bytes} bytes");
            let (before, rest) = html.split_once("<style>").expect("a first visit has the sheet inside");
            let (css, after) = rest.split_once("</style>").expect("the sheet ends");
            let html = format!("{before}{after}");
            let levels = outline(&html);
            assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
            for forbidden in [" style=", " onclick=", "javascript:", "data:", "<script>", "undefined", "None", "Some("]
            {
                assert!(!html.contains(forbidden), "{name}: {forbidden}");
            }
            for word in ["抱歉", "非法", "无效", "系统错误", "{count}", "{name}"] {
                assert!(!html.contains(word), "{name}: {word}");
            }
            let mut ids = attributes(&html, "id");
            ids.sort_unstable();
            assert!(ids.windows(2).all(|two| two[0] != two[1]), "{name}: an id twice in {ids:?}");
            for href in attributes(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
                assert!(ids.contains(&href), "{name}: a link to #{href}");
            }
            let labelled = attributes(&html, "for");
            for input in html.split("<input").skip(1).filter(|tag| !tag.contains("type=\"hidden\"")) {
                let tag = input.split('>').next().unwrap_or_default();
                assert!(attributes(tag, "id").first().is_some_and(|id| labelled.contains(id)), "{name}: {tag}");
            }
            let bare = ["light", "dark", "standard", "i", "back", "auto", "none", "mono", "desk", "more-box"];
            for class in attributes(&html, "class").iter().flat_map(|classes| classes.split_ascii_whitespace()) {
                assert!(
                    css.contains(&format!(".{class}")) || bare.contains(&class),
                    "{name}: class {class} has no rule"
                );
            }
            assert_eq!(html.contains("<title>错误：") || html.contains("<title>Error: "), status == 422, "{name}");
        }
    }
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_not_shown() {
    let site = sample::site().await;
    let mut visit = at_desk(&site, "/desk/lakeside/payments/1", Lang::En);
    let html = shot("", payment::page(&visit, &sample::payment())).await.html;
    assert!(html.contains("/refund\"") && html.contains("/decide\"") && html.contains("/complete\""));
    if let Some(staff) = &mut visit.staff {
        staff.grants.retain(|grant| grant.role == engine::Role::Treasurer);
    }
    let html = shot("", payment::page(&visit, &sample::payment())).await.html;
    assert!(!html.contains("/refund\"") && !html.contains("/decide\"") && html.contains("/complete\""));
    assert!(html.contains("/desk/lakeside/settlements\"") && !html.contains("/desk/lakeside/acts\""));
}

async fn call(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router.clone().oneshot(request).await.expect("the router is infallible");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body in memory");
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_stranger_is_shown_the_door_and_its_cookie_stays_at_the_desk() {
    let desk = router(Console { platform: sample::platform().await, sandbox_url: None, secure_cookies: true });
    for route in routes() {
        let path = route.path.replace("{city}", "lakeside").replace("{day}", "2026-03-01");
        let path = ["{break}", "{payment}", "{id}", "{refund}", "{booking}", "{pool}", "{service}", "{place}"]
            .iter()
            .fold(path, |path, one| path.replace(one, "1"));
        let path = path.replace("{name}", "none.css");
        let request = Request::builder().method(&route.method).uri(&path).header("sec-fetch-site", "same-origin");
        let (status, headers, body) = call(&desk, request.body(Body::empty()).expect("a request")).await;
        let location = headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        match route.policy {
            Policy::Anyone => assert!(status.as_u16() < 500, "{path}: {status}"),
            _ => {
                assert_eq!(status, StatusCode::SEE_OTHER, "{} {path}", route.method);
                assert!(location.starts_with("/desk/sign-in") && body.is_empty(), "{path} leads to {location}");
                let back = location.contains("?to=");
                let fetched = route.method == Method::GET || crate::route::can_get(route.path);
                assert_eq!(back, fetched, "{} {path}: {location}", route.method);
            }
        }
    }
    let form = "login=nobody&password=wrong&code=000000";
    let request = Request::post("/desk/sign-in").header("sec-fetch-site", "same-origin");
    let (status, headers, body) = call(&desk, request.body(Body::from(form)).expect("a request")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("value=\"nobody\"") && !body.contains("wrong\""), "all but the password comes back");
    let cookies: Vec<&str> = headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()).collect();
    assert!(cookies.iter().all(|line| line.contains("Path=/desk;") && line.contains("SameSite=Strict; Secure")));
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let request = Request::post("/desk/sign-in").header("sec-fetch-site", "cross-site");
    let (status, ..) = call(&desk, request.body(Body::from(form)).expect("a request")).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a form of another site");
}

#[tokio::test]
async fn the_table_for_a_spreadsheet_has_one_line_for_each_payee() {
    let page = sample::day_page(false, false);
    let csv = settlement::csv_of(Lang::ZhCn, page.day, &page.settlements);
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines.len(), 4, "head, two payees, the end");
    assert_eq!(lines[0], "账期日期,收款方,账户科目,笔数,收款,退款笔数,退款,应结");
    assert_eq!(lines[1], "2026-03-01,湖滨市自来水公司,merchant:waterworks,12,1234567.89,1,86.40,1234481.49");
}

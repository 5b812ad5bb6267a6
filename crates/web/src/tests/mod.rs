//! Every page with sample data, held to the bars that every page must meet; and the doors, knocked at by strangers.
//!
//! `SHIMIN_PAGES=/tmp/pages cargo test -p web` also writes each page to that directory, to be looked at in a browser.

pub(crate) mod book;
mod door;
mod journey;
mod pack;
mod pay;
mod sample;
mod weight;

use axum::{
    body::to_bytes,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use engine::{Freshness, ProfileView};
use kernel::{Error, Kind, Lang, identifier::Mistake};
use manifest::service::Subject;

use crate::{
    Site, about, access, card, city, consent, customer,
    form::Pairs,
    gallery, health, home,
    mishap::Mishap,
    profile, real_name, record, search, service, session, settings, sign_in, token,
    trouble::{self, Trouble},
    visit::Visit,
};

/// A page as it was answered.
pub(crate) struct Shot {
    pub name: String,
    pub status: StatusCode,
    pub html: String,
}

async fn shot(name: &str, response: Response) -> Shot {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body in memory");
    Shot { name: name.to_owned(), status, html: String::from_utf8(bytes.to_vec()).expect("a page is UTF-8") }
}

fn visit(site: &Site, path: &str, lang: Lang) -> Visit {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(
        header::COOKIE,
        HeaderValue::from_static("city=lakeside.hilltop; shimin-phone=19900000001.1772416840000"),
    );
    Visit::bare(site.clone(), headers, Uri::try_from(path).expect("a sample path"))
}

fn signed_in(site: &Site, path: &str, lang: Lang) -> Visit {
    let mut visit = visit(site, path, lang);
    visit.citizen = Some(sample::citizen());
    visit
}

fn mistakes(fields: &[(&'static str, Mistake)], lang: Lang) -> Mishap {
    let fields = fields.iter().map(|(field, mistake)| kernel::FieldError { field, mistake: mistake.clone() }).collect();
    Mishap::of_error(Error::new(Kind::Invalid(fields)), lang).expect("a form's mistakes")
}

/// Every page in one language, with sample data.
pub(crate) async fn all_pages(lang: Lang) -> Vec<Shot> {
    let site = sample::site().await;
    let pack = site.platform.catalogue().city("lakeside").cloned().expect("the sample city");
    let soon = site.platform.catalogue().city("rivermouth").cloned().expect("the sample city");
    let catalogue = site.platform.catalogue();
    let fines = catalogue.service(&pack, "bicycle-fine").cloned().expect("a sample service");
    let points = catalogue.service(&pack, "rider-points").cloned().expect("a sample service");
    let rows = |count: usize| (0..count).map(|n| sample::fine(n, n % 3 != 2)).collect::<Vec<_>>();
    let out = |path: &str| visit(&site, path, lang);
    let own = |path: &str| signed_in(&site, path, lang);
    let mut pages = Vec::new();
    macro_rules! page {
        ($name:literal, $response:expr) => {
            pages.push(shot($name, $response).await)
        };
    }
    page!("home-out", home::page(&out("/lakeside"), &pack, None));
    let mut unverified = own("/lakeside");
    unverified.citizen = Some(engine::Citizen { verified: false, ..sample::citizen() });
    page!("home-unverified", home::page(&unverified, &pack, None));
    page!("home", home::page(&own("/lakeside"), &pack, Some(&sample::home())));
    let empty_home = engine::Home::default();
    page!("home-no-cards", home::page(&own("/lakeside"), &pack, Some(&empty_home)));
    page!("cities", city::picker(&mut out("/cities")).await.expect("a page"));
    page!("cities-found", city::picker(&mut out("/cities?q=hilltop")).await.expect("a page"));
    page!("city-soon", trouble::page(&out("/rivermouth"), Trouble::CitySoon(soon)));
    let mut services = out("/lakeside/services");
    services.set_params(&[("city", "lakeside")]);
    page!("services", service::all(&mut services).await.expect("a page"));
    for (path, name) in [
        ("/lakeside/search?q=%E7%BD%9A%E5%8D%95", "search"),
        ("/lakeside/search?q=zzzz", "search-none"),
        ("/lakeside/search", "search-empty"),
    ] {
        let mut asked = out(path);
        asked.set_params(&[("city", "lakeside")]);
        pages.push(shot(name, search::show(&mut asked).await.expect("a page")).await);
    }
    let mut start = out("/lakeside/s/bicycle-fine");
    start.set_params(&[("city", "lakeside"), ("service", "bicycle-fine")]);
    page!("start", service::start(&mut start).await.expect("a page"));
    let ask = "/lakeside/s/bicycle-fine/ask";
    page!("ask-needs-card", record::needs_card(&own(ask), &pack, &fines, Subject::Vehicle));
    page!("ask-list", record::answered(&own(ask), &pack, &fines, &sample::answer(rows(3), Freshness::Fresh)));
    page!("ask-list-long", record::answered(&own(ask), &pack, &fines, &sample::answer(rows(90), Freshness::Cached)));
    page!("ask-none", record::answered(&own(ask), &pack, &fines, &sample::answer(vec![], Freshness::Fresh)));
    page!(
        "ask-settled",
        record::answered(&own(ask), &pack, &fines, &sample::answer(vec![sample::fine(1, false)], Freshness::Fresh))
    );
    let stale = Freshness::Stale(connector::Failure::TimedOut);
    page!("ask-stale", record::answered(&own(ask), &pack, &fines, &sample::answer(rows(2), stale)));
    page!("ask-unavailable", record::no_answer(&own(ask), &pack, &fines, &sample::unavailable()));
    page!("ask-unmatched", record::no_match(&own(ask), &pack, &fines, &sample::unmatched()));
    let card_answer = engine::Answer {
        card: sample::licence(),
        cards: vec![sample::licence()],
        ..sample::answer(vec![sample::points()], Freshness::Fresh)
    };
    page!("ask-card", record::answered(&own("/lakeside/s/rider-points/ask"), &pack, &points, &card_answer));
    let one = sample::answer(rows(3), Freshness::Fresh);
    page!("detail", record::detail::page(&own(ask), &pack, &fines, &one, &sample::fine(2, true), "9901000000000002"));
    page!(
        "detail-no-photo",
        record::detail::page(&own(ask), &pack, &fines, &one, &sample::fine(1, true), "9901000000000001")
    );
    page!("cards", card::list_page(&own("/lakeside/cards"), &pack, &sample::cards()));
    page!("cards-none", card::list_page(&own("/lakeside/cards"), &pack, &[]));
    let none = Mishap::none();
    page!(
        "bind-vehicle",
        card::bind_page(&own("/lakeside/cards/vehicle"), &pack, Subject::Vehicle, &sample::consents(), &none)
    );
    page!("bind-licence", card::bind_page(&own("/lakeside/cards/licence"), &pack, Subject::Licence, &[], &none));
    page!("bind-ward", card::bind_page(&own("/lakeside/cards/licence?for=ward"), &pack, Subject::Licence, &[], &none));
    let mut wrong = own("/lakeside/cards/vehicle");
    wrong.form = Pairs::parse("plate=A1&plate_kind=02&vin_tail=12&key=x".as_bytes());
    let mistaken = mistakes(&[("plate", Mistake::PlatePattern), ("vin_tail", Mistake::Empty("车架号后 6 位"))], lang);
    page!("bind-vehicle-mistakes", card::bind_page(&wrong, &pack, Subject::Vehicle, &[], &mistaken));
    let lamps = catalogue.service(&pack, "lamp-bill").cloned().expect("a sample service");
    let biller = &pack.bindings.biller[&lamps.id];
    let bind_path = "/lakeside/cards/customer/lamp-bill";
    page!("ask-needs-account", record::needs_card(&own("/lakeside/s/lamp-bill/ask"), &pack, &lamps, Subject::Customer));
    page!("bind-customer", customer::bind_page(&own(bind_path), &pack, &lamps, biller, &none));
    let mut wrong = own(bind_path);
    wrong.form = Pairs::parse("customer_no=12&holder_tail=%E5%BC%A0%E5%90%91%E8%8D%A3&key=x".as_bytes());
    let example = biller.customer_no.example.clone();
    let mistaken =
        mistakes(&[("customer_no", Mistake::CustomerNo { example }), ("holder_tail", Mistake::HolderTail)], lang);
    page!("bind-customer-mistakes", customer::bind_page(&wrong, &pack, &lamps, biller, &mistaken));
    page!("unbind-customer", card::unbind_page(&own("/lakeside/cards/x/unbind"), &pack, &sample::account()));
    page!("unbind", card::unbind_page(&own("/lakeside/cards/x/unbind"), &pack, &sample::vehicle(28, "晋A00000")));
    page!("sign-in", sign_in::phone_page(&out("/sign-in"), "", &none));
    page!(
        "sign-in-mistake",
        sign_in::phone_page(&out("/sign-in"), "1990", &mistakes(&[("phone", Mistake::Empty("手机号"))], lang))
    );
    page!("sign-in-code", sign_in::code_page(&out("/sign-in/code"), &none));
    let too_many = Mishap::of_error(Kind::TooMany { retry_after_s: 50 }.into(), lang).expect("a form's notice");
    page!("sign-in-code-wait", sign_in::code_page(&out("/sign-in/code"), &too_many));
    page!("real-name", real_name::page(&own("/real-name"), &none));
    let down = Mishap::of_error(Kind::Unavailable("register").into(), lang).expect("a form's notice");
    page!("real-name-unavailable", real_name::page(&own("/real-name"), &down));
    let view = ProfileView {
        phone: "199****0001".into(),
        name: Some("张*".into()),
        resident_id: Some("140***********0010".into()),
        verified_at: Some(sample::NOW),
        created_at: sample::NOW,
    };
    page!("me", profile::me_page(&own("/me"), &view));
    let bare = ProfileView { name: None, resident_id: None, verified_at: None, ..view };
    page!("me-unverified", profile::me_page(&own("/me"), &bare));
    page!("access", access::log_page(&own("/me/access"), &sample::access(), true));
    page!("access-none", access::log_page(&own("/me/access"), &engine::Page { items: vec![], next: None }, true));
    page!("consents", consent::page(&own("/me/consents"), &sample::consents(), &none));
    page!("sessions", session::page(&own("/me/sessions"), &sample::sessions()));
    page!("tokens", token::page(&own("/me/tokens"), &sample::sessions(), Some("shimin_0123456789abcdef"), &none));
    page!("export", profile::export_form(&mut own("/me/export")).await.expect("a page"));
    page!("delete", profile::delete_page(&own("/me/delete"), None));
    page!("delete-unconfirmed", profile::delete_page(&own("/me/delete"), Some("先勾选")));
    page!("settings", settings::show(&mut out("/settings?saved=1")).await.expect("a page"));
    page!("help", about::help(&mut out("/help")).await.expect("a page"));
    page!("privacy", about::privacy(&mut out("/privacy")).await.expect("a page"));
    page!("accessibility", about::accessibility(&mut out("/accessibility")).await.expect("a page"));
    page!("offline", about::offline(&mut out("/offline")).await.expect("a page"));
    page!("status", health::page(&out("/status"), &sample::health()));
    page!("gallery", gallery::show(&mut out("/gallery")).await.expect("a page"));
    for (name, trouble) in [
        ("trouble-404", Trouble::from(Kind::NotFound)),
        ("trouble-403", Trouble::from(Kind::Denied("staff"))),
        ("trouble-403-foreign", Trouble::ForeignForm),
        ("trouble-405", Trouble::MethodNotAllowed),
        ("trouble-409", Trouble::from(Kind::Conflict("key_reused"))),
        ("trouble-410", Trouble::Gone),
        ("trouble-413", Trouble::TooLarge),
        ("trouble-422", Trouble::from(Kind::Invalid(vec![]))),
        ("trouble-429", Trouble::from(Kind::TooMany { retry_after_s: 400 })),
        ("trouble-500", Trouble::from(Kind::Internal)),
        ("trouble-503", Trouble::from(Kind::Unavailable("store"))),
    ] {
        pages.push(shot(name, trouble::page(&out("/lakeside"), trouble)).await);
    }
    pages.extend(pay::pages(&site, &pack, lang).await.into_iter().chain(book::pages(&site, &pack, lang).await));
    pages
}

fn count(html: &str, needle: &str) -> usize {
    html.matches(needle).count()
}

/// The levels of the headings in order: `<h1>` and so on.
fn headings(html: &str) -> Vec<u32> {
    html.match_indices("<h")
        .filter_map(|(at, _)| {
            let rest = html.as_bytes().get(at + 2..at + 4)?;
            (rest[0].is_ascii_digit() && matches!(rest[1], b'>' | b' ')).then(|| u32::from(rest[0] - b'0'))
        })
        .collect()
}

fn count_of(levels: &[u32], wanted: u32) -> usize {
    levels.iter().filter(|level| **level == wanted).count()
}

#[tokio::test]
async fn every_page_has_a_sound_outline_and_nothing_inline() {
    for lang in Lang::ALL {
        for Shot { name, html, .. } in all_pages(lang).await {
            if let Some(dir) = std::env::var_os("SHIMIN_PAGES") {
                let dir = std::path::Path::new(&dir);
                std::fs::create_dir_all(dir).expect("a directory for pages");
                std::fs::write(dir.join(format!("{name}.{}.html", lang.tag())), &html).expect("a page on disk");
            }
            // An inlined sheet may hold anything but markup; everything else is looked at without it.
            let (before, rest) = html.split_once("<style>").expect("a first visit has the sheet inside");
            let (_, after) = rest.split_once("</style>").expect("the sheet ends");
            let html = format!("{before}{after}");
            let outline = headings(&html);
            // The gallery shows headings and summaries of mistakes as exhibits.
            if name != "gallery" {
                assert_eq!(count_of(&outline, 1), 1, "{name}: one h1, found {outline:?}");
                let from = outline.iter().position(|level| *level == 1).expect("an h1");
                let steps = outline[from..].windows(2).all(|two| two[1] <= two[0] + 1);
                assert!(steps, "{name}: a level is skipped: {outline:?}");
            }
            for forbidden in [
                " style=",
                "<style",
                " onclick=",
                " onload=",
                "javascript:",
                "data:",
                "<script>",
                "http://",
                "undefined",
            ] {
                let allowed = if forbidden == "http://" { count(&html, "http://127.0.0.1:8090") } else { 0 };
                assert_eq!(count(&html, forbidden), allowed, "{name}: {forbidden}");
            }
            assert!(html.contains(&format!("<html lang=\"{}\"", lang.tag())), "{name}: its language");
            if name != "gallery" {
                labels_and_ids(&name, &html);
            }
        }
    }
}

/// The value of an attribute in each tag that has it.
fn attributes<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    html.match_indices(&mark).filter_map(|(at, _)| html[at + mark.len()..].split('"').next()).collect()
}

fn labels_and_ids(name: &str, html: &str) {
    let mut ids = attributes(html, "id");
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "{name}: an id twice in {ids:?}");
    let labelled = attributes(html, "for");
    for input in html.split("<input").skip(1).chain(html.split("<select").skip(1)) {
        let tag = input.split('>').next().unwrap_or_default();
        if !tag.contains("type=\"hidden\"") {
            let id = attributes(tag, "id");
            assert!(id.first().is_some_and(|id| labelled.contains(id)), "{name}: an input without a label: {tag}");
        }
    }
    // Whatever the summary of mistakes leads to is there.
    for href in attributes(html, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(ids.contains(&href), "{name}: a link to #{href}, which is not on the page");
    }
}

#[tokio::test]
async fn no_page_speaks_the_other_language_or_shows_a_placeholder() {
    for Shot { name, html, .. } in all_pages(Lang::ZhCn).await {
        for left in ["{count}", "{subject}", "{name}", "None", "Some("] {
            assert!(!html.contains(left), "{name}: {left}");
        }
        for word in ["抱歉", "非法", "系统错误"] {
            assert!(!html.contains(word), "{name}: {word}");
        }
    }
}

#[tokio::test]
async fn a_form_with_mistakes_says_so_in_its_title_and_keeps_what_was_typed() {
    let pages = all_pages(Lang::ZhCn).await;
    let page = pages.iter().find(|page| page.name == "bind-vehicle-mistakes").expect("the page");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("<title>错误：添加车辆"), "the title says so first");
    assert!(page.html.contains("value=\"A1\"") && page.html.contains("value=\"12\""), "what was typed is there");
    let summary = page.html.find("id=\"errors\"").expect("a summary");
    assert!(summary < page.html.find("<h1").expect("a heading"), "the summary stands above the heading");
    let code = pages.iter().find(|page| page.name == "sign-in-code-wait").expect("the page");
    assert_eq!(code.status, StatusCode::TOO_MANY_REQUESTS);
}

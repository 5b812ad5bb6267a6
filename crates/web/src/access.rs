//! "Who looked at my records": every reading of the person's data, newest first.

use std::borrow::Cow;

use axum::response::Response;
use engine::{AccessView, Cursor, Page, Who};
use kernel::{Lang, access::Purpose};
use maud::html;
use ui::{
    Button,
    component::{Access, empty, heading},
    text,
};

use crate::{
    return_path::encode,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn log(visit: &mut Visit) -> Outcome {
    let before = Cursor::parse(visit.query.get("before"));
    let page = visit.platform().access_log(visit.citizen()?, None, before).await?;
    Ok(log_page(visit, &page, before.is_none()))
}

pub(crate) fn log_page(visit: &Visit, page: &Page<AccessView>, first: bool) -> Response {
    let l = visit.lang;
    let older = page.next.as_ref().map(|cursor| format!("/me/access?before={}", encode(&cursor.to_string())));
    let body = html! {
        (heading(text::access_title(l), text::access_lead(l)))
        @if page.items.is_empty() {
            (empty("eye", text::access_none_title(l), text::access_none_detail(l), html! {}))
        } @else {
            section.card {
                ul.rows {
                    @for entry in &page.items {
                        (Access {
                            who: &who(l, &entry.who),
                            what: &what(visit, entry),
                            why: door(l, &entry.door),
                            at: entry.at,
                            now: visit.now,
                            own: entry.who == Who::You,
                            refused: false,
                        }.html(l))
                    }
                }
            }
        }
        p.actions {
            @if !first { (Button::link(l.pick("最新的", "Newest")).href("/me/access")) }
            @if let Some(href) = &older { (Button::secondary(l.pick("更早的", "Earlier")).href(href)) }
        }
        p.actions { (Button::link(text::access_strange(l)).href("/help")) }
    };
    visit.show(Sheet { title: text::access_title(l), back: "/me", body, ..Sheet::default() })
}

fn who(lang: Lang, who: &Who) -> Cow<'_, str> {
    match who {
        Who::You => text::access_self(lang).into(),
        Who::Delegate(name) => name.into(),
        Who::Staff(title) => title.say(lang).into(),
        Who::Platform => lang.pick("系统自动", "The platform itself").into(),
    }
}

/// The city, and the service or the kind of data.
fn what(visit: &Visit, entry: &AccessView) -> String {
    let l = visit.lang;
    let service =
        entry.service.as_ref().and_then(|id| visit.catalogue.services.get(id)).map(|service| service.name.get(l));
    let purpose = match (entry.purpose, service) {
        (Purpose::Record, Some(service)) => service.to_owned(),
        (Purpose::Evidence, Some(service)) => format!("{service} · {}", text::evidence_title(l)),
        (purpose, _) => plain_purpose(l, purpose).to_owned(),
    };
    let city = entry.city.as_ref().and_then(|id| visit.catalogue.cities.get(id)).map(|pack| pack.city.name.get(l));
    match city {
        Some(city) => format!("{city} · {purpose}"),
        None => purpose,
    }
}

const fn plain_purpose(lang: Lang, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Profile => lang.pick("看了账号信息", "Account details"),
        Purpose::Cards => lang.pick("看了车辆、驾驶证和户号", "Vehicles, licences and accounts"),
        Purpose::Record => lang.pick("查了记录", "Records"),
        Purpose::Evidence => lang.pick("看了照片证据", "Photo evidence"),
        Purpose::RealName => lang.pick("核对了姓名和身份证号", "Name and resident ID were checked"),
        Purpose::Ownership => {
            lang.pick("核对了车辆、驾驶证或户号是谁的", "Ownership of a vehicle, licence or account was checked")
        }
        Purpose::Message => lang.pick("发了一条短信", "A text message was sent"),
        Purpose::Export => lang.pick("下载了全部信息", "All data was downloaded"),
        Purpose::Payment => lang.pick("缴费与缴费记录", "Paying, and what was paid"),
        Purpose::Booking => lang.pick("预约：给谁约，什么时候，在哪里", "Booking: for whom, when and where"),
    }
}

fn door(lang: Lang, door: &str) -> &'static str {
    match door {
        "web" => lang.pick("网页", "on a page"),
        "api" => lang.pick("您的程序", "by a program with your token"),
        "desk" => lang.pick("工作台", "at the staff desk"),
        "desk-list" => lang.pick(
            "工作台当天的名单，当天可能看过几次",
            "on the day’s list at the staff desk, perhaps several times that day",
        ),
        _ => "",
    }
}

//! The pages of the sandbox: departments with their fault switches, persons to sign in as, and the inbox of the
//! text-message gateway. Plain forms, no script. For developers on loopback, so synthetic personal data is in clear.

mod booked;
mod bookings;
mod examples;

use std::sync::Arc;

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, put},
};
use kernel::Text;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Sandbox,
    demo::DemoPerson,
    department::Department,
    fault::{DELAY_MS_DEFAULT, DELAY_MS_MAX, Fault, Standing},
};

const CSS: &str = include_str!("../page.css");
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const INBOX_REFRESH_S: u32 = 5;
/// The page shows the newest; `/sms.json` has them all.
const INBOX_SHOWN: usize = 50;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(index))
        .route("/sms", get(inbox))
        .route("/faults", get(list).post(switch_by_form))
        .route("/faults/{department}", put(switch_by_api))
        .merge(bookings::routes())
}

pub(crate) fn page(title: &str, refresh_s: Option<u32>, body: Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content="模拟的政务部门，用于开发与测试";
                @if let Some(s) = refresh_s { meta http-equiv="refresh" content=(s); }
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                header { div {
                    h1 { (title) }
                    p { "模拟部门，人和车都不存在 " span lang="en" { "· simulated departments; nobody here exists" } }
                    nav aria-label="页面" { a href="/" { "部门" } a href="/sms" { "短信" } a href="/authenticator" { "验证器" } a href="/alipay" { "支付宝" } a href="/wechatpay" { "微信支付" } a href="/bookings/clinic" { "预约" } a href="/faults" { "故障接口" } a href="/healthz" { "健康" } }
                } }
                main { (body) }
                footer { "只供本机开发与测试使用。" span lang="en" { "For development on this machine only." } }
            }
        }
    };
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], page).into_response()
}

async fn index(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let areas: Vec<_> = sandbox.population.areas().cloned().collect();
    let first = areas.first().map_or("000000", |area| area.code.as_str());
    let people = sandbox.demo(first);
    let body = html! {
        h2 { "部门与故障 " span.en lang="en" { "Departments and faults" } }
        p { "点一下立即生效。" span.en lang="en" { " A switch takes effect at once." } }
        div.grid { @for standing in sandbox.standings() { (card(&standing, first, &people)) } }
        @for area in &areas {
            h2 id={ "demo-" (area.code) } { "演示市民 · " (area.name) " " span.en lang="en" { "Demo persons, area " (area.code) } }
            p { a href={ "/truth/" (area.code) "/persons?from=0&count=20" } { "全部数据 JSON" }
                small { " · 共 " (sandbox.population.persons()) " 人" } }
            div.grid { @for person in sandbox.demo(&area.code) { (demo_card(&person)) } }
        }
    };
    page("部门沙箱", None, body)
}

fn card(standing: &Standing, area: &str, people: &[DemoPerson]) -> Markup {
    let Standing { department, fault, delay_ms, questions } = *standing;
    let (name, about) = (department.name(), department.about());
    html! {
        section.card id=(department.word()) {
            span.state.bad[fault != Fault::None] { (fault.name().zh_cn) }
            h3 { (name.zh_cn) " " span.en lang="en" { (name.en) } }
            p { (about.zh_cn) }
            p.en lang="en" { (about.en) }
            p { small { "已问 " (questions) " 次 · " code { (department.word()) } } }
            @if Department::BOOKED.contains(&department) {
                p { a href={ "/bookings/" (department.word()) } { "收到的预约 " span lang="en" { "What it was told" } } }
            }
            form.faults method="post" action="/faults" {
                input type="hidden" name="department" value=(department.word());
                @for &choice in department.faults() {
                    button type="submit" name="fault" value=(choice.word()) aria-pressed=(choice == fault) title=(choice.name().en) {
                        (choice.name().zh_cn)
                    }
                }
                label { "“很慢”的毫秒数 "
                    input type="number" name="delay_ms" min="0" max=(DELAY_MS_MAX) value=(delay_ms); }
            }
            details {
                summary { "报文示例 " span lang="en" { "Wire examples" } }
                @for (line, body) in examples::of(department, area, people) {
                    pre { (line) @if let Some(body) = body { "\n" (body) } }
                }
            }
        }
    }
}

fn demo_card(person: &DemoPerson) -> Markup {
    let Text { zh_cn, en } = &person.about;
    html! {
        section.card {
            h3 { (person.name) }
            p { (zh_cn) }
            p.en lang="en" { (en) }
            dl {
                dt { "角色" } dd { (person.role) }
                @if !person.phone.is_empty() { dt { "手机" } dd { (person.phone) } }
                dt { "身份证号" } dd { (person.resident_id) }
                @if !person.file_no.is_empty() { dt { "档案编号" } dd { (person.file_no) } }
                @for (plate, kind, tail) in &person.vehicles {
                    dt { "号牌" } dd { (plate) }
                    dt { "种类" } dd { (kind) }
                    dt { "车架后六位" } dd { (tail) }
                }
            }
            @if !person.customers.is_empty() {
                details {
                    summary { "户号与就诊卡 " span lang="en" { "Accounts at billers" } }
                    dl {
                        @for account in &person.customers {
                            dt { (account.biller.department().name().zh_cn) @if !account.own { "（" (account.holder) "）" } }
                            dd { (account.no) }
                        }
                    }
                }
            }
            @if !person.phone.is_empty() { p { a href={ "/sms?phone=" (person.phone) } { "看短信" } } }
        }
    }
}

#[derive(Deserialize)]
struct OfPhone {
    #[serde(default)]
    phone: String,
}

async fn inbox(State(sandbox): State<Arc<Sandbox>>, Query(OfPhone { phone }): Query<OfPhone>) -> Response {
    let messages = sandbox.messages(phone.trim());
    let body = html! {
        h2 { "收件箱 " span.en lang="en" { "Inbox, newest first" }
            @if !phone.is_empty() { " · " (phone) } }
        @if !phone.is_empty() { p { a href="/sms" { "全部手机" } } }
        @if messages.is_empty() {
            p { "还没有短信，收到后会自己出现。" span.en lang="en" { " Nothing yet; this page refreshes itself." } }
        }
        div.grid {
            @for sms in messages.iter().take(INBOX_SHOWN) {
                article.card {
                    p { a href={ "/sms?phone=" (sms.phone) } { (sms.phone) }
                        small { " · " (sms.at.civil().strftime("%m-%d %H:%M:%S").to_string()) } }
                    @if let Some(code) = sms.code() { p.code { (code) } }
                    p { (sms.text) }
                }
            }
        }
    };
    page("短信网关", Some(INBOX_REFRESH_S), body)
}

async fn list(State(sandbox): State<Arc<Sandbox>>) -> Json<Vec<Standing>> {
    Json(sandbox.standings())
}

#[derive(Deserialize)]
struct Switched {
    department: String,
    fault: String,
    #[serde(default = "delay_ms")]
    delay_ms: u64,
}

#[derive(Deserialize)]
struct Wanted {
    fault: String,
    #[serde(default = "delay_ms")]
    delay_ms: u64,
}

const fn delay_ms() -> u64 {
    DELAY_MS_DEFAULT
}

async fn switch_by_form(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    Form(switched): Form<Switched>,
) -> Response {
    // A page of somebody else's that is open in the same browser must not break a developer's departments.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (Some(department), Some(fault)) = (Department::parse(&switched.department), Fault::parse(&switched.fault))
    else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    if !department.faults().contains(&fault) {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    sandbox.set_fault(department, fault, switched.delay_ms);
    Redirect::to(&format!("/#{}", department.word())).into_response()
}

async fn switch_by_api(
    State(sandbox): State<Arc<Sandbox>>,
    Path(department): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Response {
    let Some(department) = Department::parse(&department) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "departments": Department::ALL }))).into_response();
    };
    let fault = Fault::parse(&wanted.fault).filter(|fault| department.faults().contains(fault));
    let Some(fault) = fault else {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "faults": department.faults() }))).into_response();
    };
    sandbox.set_fault(department, fault, wanted.delay_ms);
    let standing = sandbox.standings().into_iter().find(|standing| standing.department == department);
    Json(standing).into_response()
}

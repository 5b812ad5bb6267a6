//! Agreements to be debited: the payer reads and agrees on a page, the shop debits by the agreement's number, and either
//! side ends it.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use maud::html;
use serde::Deserialize;
use serde_json::Map;

use super::{Refusal, Request, Said, declined, notice};
use crate::{
    Sandbox,
    gateway::{
        Gateway,
        agreement::{Agreement, AgreementState},
        cashier, civil,
        post::{self, Letter, Subject},
        yuan,
    },
};

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/alipay/agreement/{agreement_no}", get(show).post(act))
}

fn not_there() -> Refusal {
    declined("USER_AGREEMENT_NOT_EXIST", "用户签约协议不存在")
}

/// Writes down what is asked for and says where the payer reads it.
pub(super) fn ask(sandbox: &Sandbox, request: &Request) -> Result<String, Refusal> {
    let external_no = request.required("external_agreement_no")?;
    let limit = request.content["period_rule_params"]["single_amount"].clone();
    let limit = limit.as_str().map(str::to_owned).or_else(|| limit.as_number().map(ToString::to_string));
    let mut book = sandbox.gateways.desk(Gateway::Alipay).book();
    let asked = Agreement {
        shop: request.shop.clone(),
        external_no,
        agreement_no: book.next_no("", sandbox.clock.now(), 20),
        product: request.required("personal_product_code")?,
        scene: request.required("sign_scene")?,
        limit_fen: limit.and_then(|text| kernel::Money::parse_yuan(&text)).map(kernel::Money::fen),
        state: AgreementState::Asked,
        signed_at: None,
        notify_url: request.notify_url.clone(),
        return_url: request.return_url.clone(),
    };
    Ok(format!("/alipay/agreement/{}", book.ask_agreement(asked).agreement_no))
}

/// The agreement that a request names by either number.
fn named(sandbox: &Sandbox, request: &Request) -> Result<Agreement, Refusal> {
    let (no, external_no) = (request.text("agreement_no"), request.text("external_agreement_no"));
    let fits = |one: &Agreement| match (&no, &external_no) {
        (Some(no), _) => one.agreement_no == *no,
        (None, Some(external_no)) => one.external_no == *external_no,
        (None, None) => false,
    };
    let book = sandbox.gateways.desk(Gateway::Alipay).book();
    book.agreement(|one| one.shop == request.shop && fits(one)).cloned().ok_or_else(not_there)
}

pub(super) fn query(sandbox: &Sandbox, request: &Request) -> Said {
    let agreement = named(sandbox, request)?;
    let status = match agreement.state {
        AgreementState::Asked => "TEMP",
        AgreementState::InForce => "NORMAL",
        AgreementState::Ended => "STOP",
    };
    let mut said = Map::new();
    let mut tell = |name: &str, value: String| said.insert(name.to_owned(), value.into());
    tell("agreement_no", agreement.agreement_no);
    tell("external_agreement_no", agreement.external_no);
    tell("personal_product_code", agreement.product);
    tell("sign_scene", agreement.scene);
    tell("status", status.to_owned());
    if let Some(at) = agreement.signed_at {
        tell("sign_time", civil(at));
        tell("valid_time", civil(at));
        tell("invalid_time", "2115-02-01 00:00:00".to_owned());
    }
    Ok(said)
}

pub(super) fn unsign(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    let agreement = named(sandbox, request)?;
    end(sandbox, &agreement.agreement_no).ok_or_else(not_there)?;
    Ok(Map::new())
}

fn end(sandbox: &Arc<Sandbox>, agreement_no: &str) -> Option<Agreement> {
    let (from, to) = (AgreementState::InForce, AgreementState::Ended);
    let desk = sandbox.gateways.desk(Gateway::Alipay);
    let ended = desk.book().move_agreement(agreement_no, from, to, sandbox.clock.now())?;
    tell(sandbox, &ended, Subject::Ended);
    Some(ended)
}

fn tell(sandbox: &Arc<Sandbox>, agreement: &Agreement, subject: Subject) {
    let Some(url) = agreement.notify_url.clone() else { return };
    let id = notice::id(&mut sandbox.gateways.desk(Gateway::Alipay).book(), sandbox.clock.now());
    let about = agreement.agreement_no.clone();
    post::send(sandbox, Letter { gateway: Gateway::Alipay, subject, id, url, about, refund_no: None });
}

/// Whether a shop may debit so much now.
pub(super) fn allows(sandbox: &Sandbox, shop: &str, agreement_no: &str, amount_fen: i64) -> Result<(), Refusal> {
    let book = sandbox.gateways.desk(Gateway::Alipay).book();
    let agreement = book.agreement(|one| one.shop == shop && one.agreement_no == agreement_no);
    let agreement = agreement.filter(|one| one.state != AgreementState::Asked);
    let agreement = agreement.ok_or_else(|| declined("ACQ.AGREEMENT_NOT_EXIST", "用户协议不存在"))?;
    if agreement.state == AgreementState::Ended {
        return Err(declined("ACQ.AGREEMENT_INVALID", "用户协议已失效"));
    }
    if agreement.limit_fen.is_some_and(|limit| amount_fen > limit) {
        return Err(declined("ACQ.PRODUCT_AMOUNT_LIMIT_ERROR", "单笔金额超过签约限额"));
    }
    Ok(())
}

async fn show(State(sandbox): State<Arc<Sandbox>>, Path(agreement_no): Path<String>, headers: HeaderMap) -> Response {
    let words = cashier::Words::of(&headers);
    let agreement =
        sandbox.gateways.desk(Gateway::Alipay).book().agreement(|one| one.agreement_no == agreement_no).cloned();
    let Some(agreement) = agreement else {
        return cashier::trouble(
            Gateway::Alipay,
            StatusCode::NOT_FOUND,
            &headers,
            words.pick("没有这个协议", "No such agreement"),
        );
    };
    let limit = agreement.limit_fen.map(yuan);
    let body = html! {
        h1 { (words.pick("授权扣款", "Agree to be debited")) }
        @if let Some(limit) = &limit {
            p.amount { (words.pick("每次不超过", "at most")) " ¥" (limit) }
        }
        p { (words.pick("商家编号", "Shop")) " " (agreement.shop) }
        @match agreement.state {
            AgreementState::Asked => form method="post" {
                button.main type="submit" name="act" value="agree" { (words.pick("同意协议并授权", "Agree")) }
            },
            AgreementState::InForce => {
                p.done { (words.pick("授权中", "In force")) }
                form method="post" { button type="submit" name="act" value="end" { (words.pick("解除授权", "End it")) } }
            },
            AgreementState::Ended => p { (words.pick("已解除", "Ended")) },
        }
        @if let Some(url) = &agreement.return_url { p { a href=(url) { (words.pick("返回商家", "Back to the shop")) } } }
    };
    cashier::page(Gateway::Alipay, words, agreement.return_url.as_deref(), &body)
}

#[derive(Deserialize)]
struct Act {
    act: String,
}

async fn act(
    State(sandbox): State<Arc<Sandbox>>,
    Path(agreement_no): Path<String>,
    headers: HeaderMap,
    Form(Act { act }): Form<Act>,
) -> Response {
    if cashier::is_cross_site(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let desk = sandbox.gateways.desk(Gateway::Alipay);
    let moved = match act.as_str() {
        "agree" => {
            let (from, to) = (AgreementState::Asked, AgreementState::InForce);
            let signed = desk.book().move_agreement(&agreement_no, from, to, sandbox.clock.now());
            if let Some(agreement) = &signed {
                tell(&sandbox, agreement, Subject::Signed);
            }
            signed
        }
        "end" => end(&sandbox, &agreement_no),
        _ => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    };
    match moved.and_then(|agreement| agreement.return_url) {
        Some(url) => Redirect::to(&url).into_response(),
        None => Redirect::to(&format!("/alipay/agreement/{agreement_no}")).into_response(),
    }
}

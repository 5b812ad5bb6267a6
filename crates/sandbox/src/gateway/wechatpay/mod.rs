//! WeChat Pay v3: every request carries a signature in `Authorization`, every answer one in its headers, and callbacks are
//! sealed with the key that shop and gateway share.

mod bill;
pub(super) mod notice;
mod order;
mod refund;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use self::order::letter;
use super::{Gateway, book::Shop, key, origin, random_text};
use crate::{Sandbox, reply};

const ALGORITHM: &str = "WECHATPAY2-SHA256-RSA2048";
/// How old a request may be.
const AGE_MAX_S: u64 = 300;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/wechatpay/merchant", post(merchant))
        .route("/wechatpay/v3/pay/transactions/{kind}", post(prepay))
        .route("/wechatpay/v3/pay/transactions/id/{transaction_id}", get(query_by_id))
        .route("/wechatpay/v3/pay/transactions/out-trade-no/{out_trade_no}", get(query))
        .route("/wechatpay/v3/pay/transactions/out-trade-no/{out_trade_no}/close", post(close))
        .route("/wechatpay/v3/refund/domestic/refunds", post(refund))
        .route("/wechatpay/v3/refund/domestic/refunds/{no}", get(refund_query))
        .route("/wechatpay/v3/bill/tradebill", get(tradebill))
        .route("/wechatpay/v3/billdownload/file", get(bill_file))
}

/// A request that is declined: status, code, and what a person reads.
#[derive(Clone, Debug)]
pub(super) struct Refusal(pub StatusCode, pub &'static str, pub String);

pub(super) fn declined(status: StatusCode, code: &'static str, message: &str) -> Refusal {
    Refusal(status, code, message.to_owned())
}

/// `Ok(None)` is an answer without content.
pub(super) type Said = Result<Option<Value>, Refusal>;

/// A request whose signature holds.
pub(super) struct Request {
    pub(super) shop: String,
    pub(super) content: Value,
    pub(super) origin: String,
}

impl Request {
    pub(super) fn text(&self, name: &str) -> Result<String, Refusal> {
        let text = self.content[name].as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| parameter(&format!("{name} 必填")))
    }

    /// The content names the shop too, and it must be the one that signed.
    pub(super) fn is_own(&self) -> Result<(), Refusal> {
        if self.content["mchid"].as_str() == Some(&self.shop) {
            return Ok(());
        }
        Err(declined(StatusCode::BAD_REQUEST, "MCH_NOT_EXISTS", "商户号与签名的商户不一致"))
    }
}

pub(super) fn parameter(message: &str) -> Refusal {
    declined(StatusCode::BAD_REQUEST, "PARAM_ERROR", message)
}

/// What a request came as.
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

async fn answer(sandbox: &Arc<Sandbox>, asked: Asked, make: impl AsyncFnOnce(Request) -> Said) -> Response {
    reply::gateway(sandbox, Gateway::WechatPay.department(), async || {
        let said = match believe(sandbox, &asked) {
            Ok(request) => make(request).await,
            Err(refusal) => Err(refusal),
        };
        let (status, body) = match said {
            Ok(Some(value)) => (StatusCode::OK, value.to_string()),
            Ok(None) => (StatusCode::NO_CONTENT, String::new()),
            Err(Refusal(status, code, message)) => (status, json!({ "code": code, "message": message }).to_string()),
        };
        stamped(sandbox, status, body)
    })
    .await
}

/// `name="value"` of the header.
fn part<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let from = header.find(&format!("{name}=\""))? + name.len() + 2;
    header.get(from..)?.split('"').next()
}

fn believe(sandbox: &Sandbox, asked: &Asked) -> Result<Request, Refusal> {
    let wrong = |why: &str| declined(StatusCode::UNAUTHORIZED, "SIGN_ERROR", why);
    let header = asked.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(header) = header.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' ')) else {
        return Err(wrong("Authorization 应以 WECHATPAY2-SHA256-RSA2048 开头"));
    };
    let get = |name| part(header, name).filter(|text| !text.is_empty());
    let (Some(mchid), Some(nonce), Some(timestamp), Some(serial), Some(signature)) =
        (get("mchid"), get("nonce_str"), get("timestamp"), get("serial_no"), get("signature"))
    else {
        return Err(wrong("Authorization 缺少参数"));
    };
    let shop = sandbox.gateways.desk(Gateway::WechatPay).book().shop(mchid).cloned();
    let shop = shop.ok_or_else(|| declined(StatusCode::UNAUTHORIZED, "SIGN_ERROR", "商户号不存在"))?;
    if serial != serial_of(&shop.public_key) {
        return Err(wrong("没有这个序列号的商户证书"));
    }
    let now_s = sandbox.clock.now().0.div_euclid(1_000);
    if timestamp.parse::<i64>().ok().is_none_or(|at| now_s.abs_diff(at) > AGE_MAX_S) {
        return Err(wrong("时间戳与当前时间相差超过五分钟"));
    }
    let target = asked.uri.path_and_query().map_or("", |target| target.as_str());
    let mut message = format!("{}\n{target}\n{timestamp}\n{nonce}\n", asked.method).into_bytes();
    message.extend_from_slice(&asked.body);
    message.push(b'\n');
    if !key::verifies(&shop.public_key, &message, signature) {
        return Err(wrong("签名不对：检查方法、路径、时间戳、随机串、正文各占一行"));
    }
    let content = if asked.body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&asked.body) };
    let content = content.map_err(|_| parameter("正文不是 JSON"))?;
    Ok(Request { shop: shop.id, content, origin: origin(&asked.headers) })
}

/// The four headers that vouch for a body.
pub(super) fn stamp(sandbox: &Sandbox, signer: &key::Key, body: &str, age_s: i64) -> Vec<(&'static str, String)> {
    let timestamp = sandbox.clock.now().0.div_euclid(1_000) - age_s;
    let nonce = random_text(32);
    let signature = signer.sign(format!("{timestamp}\n{nonce}\n{body}\n").as_bytes());
    vec![
        ("wechatpay-serial", platform_serial(sandbox)),
        ("wechatpay-timestamp", timestamp.to_string()),
        ("wechatpay-nonce", nonce),
        ("wechatpay-signature", signature),
        ("wechatpay-signature-type", ALGORITHM.to_owned()),
    ]
}

fn stamped(sandbox: &Sandbox, status: StatusCode, body: String) -> Response {
    let stamp = stamp(sandbox, sandbox.gateways.desk(Gateway::WechatPay).key(), &body, 0);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    for (name, value) in stamp {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    if let Ok(id) = random_text(32).parse() {
        headers.insert("request-id", id);
    }
    response
}

/// The number of a merchant's certificate: here a hash of its key.
fn serial_of(public_key: &[u8]) -> String {
    key::hex(&aws_lc_rs::digest::SHA256, public_key)[..40].to_uppercase()
}

fn platform_serial(sandbox: &Sandbox) -> String {
    let pem = sandbox.gateways.desk(Gateway::WechatPay).key().public_pem();
    format!("PUB_KEY_ID_01{:032}", key::number_of(pem.as_bytes()))
}

/// The 32 characters that shop and gateway share.
pub(super) fn api_v3_key(shop: &Shop) -> String {
    key::hex(&aws_lc_rs::digest::SHA256, &[b"api-v3-key", shop.public_key.as_slice()].concat())[..32].to_owned()
}

pub(super) fn app_id(mchid: &str) -> String {
    format!("wx{:016x}", key::number_of(mchid.as_bytes()))
}

#[derive(Deserialize)]
struct Registration {
    public_key_pem: String,
    mchid: Option<String>,
}

/// The console: a public key comes in, the shop's numbers, the shared key and the platform's key go out.
async fn merchant(State(sandbox): State<Arc<Sandbox>>, Json(asked): Json<Registration>) -> Response {
    let Some(public_key) = key::read_public(&asked.public_key_pem) else {
        let say = json!({ "error": "public_key_pem: PEM or Base64 of an RSA public key of 2048 bits is needed" });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(say)).into_response();
    };
    let id = asked.mchid.unwrap_or_else(|| format!("19{:08}", key::number_of(&public_key) % 100_000_000));
    if id.is_empty() || id.len() > 32 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": "mchid: at most 32 digits" })))
            .into_response();
    }
    let shop = Shop { id, public_key };
    let desk = sandbox.gateways.desk(Gateway::WechatPay);
    desk.book().register(shop.clone());
    Json(json!({
        "mchid": shop.id,
        "appid": app_id(&shop.id),
        "api_v3_key": api_v3_key(&shop),
        "serial": serial_of(&shop.public_key),
        "platform_serial": platform_serial(&sandbox),
        "platform_public_key": desk.key().public_pem(),
    }))
    .into_response()
}

async fn prepay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(kind): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&sandbox, Asked { method, uri, headers, body }, async |request| {
        order::prepay(&sandbox, &request, &kind).await
    })
    .await
}

async fn query_by_id(
    State(sandbox): State<Arc<Sandbox>>,
    Path(transaction_id): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { method, uri, headers, body: Bytes::new() };
    answer(&sandbox, asked, async |request| order::query(&sandbox, &request, None, Some(&transaction_id))).await
}

async fn query(
    State(sandbox): State<Arc<Sandbox>>,
    Path(out_trade_no): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { method, uri, headers, body: Bytes::new() };
    answer(&sandbox, asked, async |request| order::query(&sandbox, &request, Some(&out_trade_no), None)).await
}

async fn close(
    State(sandbox): State<Arc<Sandbox>>,
    Path(out_trade_no): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { method, uri, headers, body };
    answer(&sandbox, asked, async |request| order::close(&sandbox, &request, &out_trade_no)).await
}

async fn refund(
    State(sandbox): State<Arc<Sandbox>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&sandbox, Asked { method, uri, headers, body }, async |request| refund::refund(&sandbox, &request)).await
}

async fn refund_query(
    State(sandbox): State<Arc<Sandbox>>,
    Path(no): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { method, uri, headers, body: Bytes::new() };
    answer(&sandbox, asked, async |request| refund::query(&sandbox, &request, &no)).await
}

#[derive(Deserialize)]
struct OfDay {
    bill_date: String,
}

async fn tradebill(
    State(sandbox): State<Arc<Sandbox>>,
    Query(OfDay { bill_date }): Query<OfDay>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { method, uri, headers, body: Bytes::new() };
    answer(&sandbox, asked, async |request| bill::url(&sandbox, &request, &bill_date)).await
}

#[derive(Deserialize)]
struct Ticket {
    token: String,
}

/// The file itself is not signed, but asking for it is.
async fn bill_file(
    State(sandbox): State<Arc<Sandbox>>,
    Query(Ticket { token }): Query<Ticket>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { method, uri, headers, body: Bytes::new() };
    reply::gateway(&sandbox, Gateway::WechatPay.department(), async || {
        let ticket = sandbox.gateways.redeem(&token, sandbox.clock.now());
        match (believe(&sandbox, &asked), ticket) {
            (Ok(request), Some((shop, day))) if request.shop == shop => {
                let csv = bill::csv(&sandbox, &shop, day);
                ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], csv).into_response()
            }
            (Err(Refusal(status, code, message)), _) => {
                stamped(&sandbox, status, json!({ "code": code, "message": message }).to_string())
            }
            _ => {
                let say = json!({ "code": "NO_STATEMENT_EXIST", "message": "下载地址已过期" });
                stamped(&sandbox, StatusCode::NOT_FOUND, say.to_string())
            }
        }
    })
    .await
}

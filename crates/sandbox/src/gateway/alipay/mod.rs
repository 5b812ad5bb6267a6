//! Alipay's open platform in public-key mode: parameters signed with RSA2, answers signed over the object named after the
//! method, pages that send the browser on to the cashier.

mod agreement;
mod bill;
mod method;
pub(super) mod notice;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::civil::DateTime;
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(super) use self::method::letter;
use super::{AMOUNT_FEN_MAX, Gateway, book::Shop, cashier, key, origin};
use crate::{Sandbox, reply};

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/alipay/gateway.do", get(by_link).post(by_form))
        .route("/alipay/merchant", post(merchant))
        .route("/alipay/bill/{token}", get(bill_file))
        .merge(agreement::routes())
}

/// What a method came to: fields beside the code of success, or why not.
pub(super) type Said = Result<Map<String, Value>, Refusal>;

/// `code`, `msg`, `sub_code`, `sub_msg`.
#[derive(Clone, Debug)]
pub(super) struct Refusal(pub &'static str, pub &'static str, pub &'static str, pub String);

pub(super) fn declined(sub_code: &'static str, sub_msg: &str) -> Refusal {
    Refusal("40004", "Business Failed", sub_code, sub_msg.to_owned())
}

fn unreadable(sub_code: &'static str, sub_msg: &str) -> Refusal {
    Refusal("40002", "Invalid Arguments", sub_code, sub_msg.to_owned())
}

/// A request whose signature holds.
pub(super) struct Request {
    pub(super) shop: String,
    pub(super) method: String,
    pub(super) content: Value,
    pub(super) notify_url: Option<String>,
    pub(super) return_url: Option<String>,
    /// `http://host:port` as the caller reached us.
    pub(super) origin: String,
}

impl Request {
    /// A field of the content, which may be written as a number too.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match &self.content[name] {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| unreadable("isv.missing-parameter", &format!("缺少必填参数 {name}")))
    }

    pub(super) fn fen(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.required(name)?;
        let amount = kernel::Money::parse_yuan(&text).map(kernel::Money::fen);
        let amount = amount.filter(|fen| (1..=AMOUNT_FEN_MAX).contains(fen));
        amount.ok_or_else(|| declined("ACQ.INVALID_PARAMETER", &format!("{name} 应为正数，最多两位小数，不超过一亿元")))
    }
}

type Parameters = BTreeMap<String, String>;

async fn by_link(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    answer(&sandbox, &headers, query.as_deref().unwrap_or_default(), "").await
}

async fn by_form(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    answer(&sandbox, &headers, query.as_deref().unwrap_or_default(), &body).await
}

async fn answer(sandbox: &Arc<Sandbox>, headers: &HeaderMap, query: &str, body: &str) -> Response {
    reply::gateway(sandbox, Gateway::Alipay.department(), async || {
        let parameters = parameters(query, body);
        let method = parameters.get("method").cloned().unwrap_or_default();
        let request = read(sandbox, parameters, origin(headers));
        if method::is_page(&method) {
            return match request {
                Ok(request) => page(sandbox, headers, &request).await,
                Err(refusal) => cashier::trouble(Gateway::Alipay, StatusCode::OK, headers, &refusal.3),
            };
        }
        let said = match request {
            Ok(request) => method::call(sandbox, &request).await,
            Err(refusal) => Err(refusal),
        };
        spoken(sandbox, &method, said)
    })
    .await
}

/// A page of the platform: the browser goes on to the cashier.
async fn page(sandbox: &Arc<Sandbox>, headers: &HeaderMap, request: &Request) -> Response {
    let to = match request.method.as_str() {
        "alipay.user.agreement.page.sign" => agreement::ask(sandbox, request),
        _ => method::open_page(sandbox, request).await,
    };
    match to {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(refusal) => {
            cashier::trouble(Gateway::Alipay, StatusCode::OK, headers, &format!("{}（{}）", refusal.3, refusal.2))
        }
    }
}

/// Parameters of query and form. A name that comes twice keeps its first value, and then the signature tells.
fn parameters(query: &str, body: &str) -> Parameters {
    let mut parameters = Parameters::new();
    for pair in query.split('&').chain(body.split('&')).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.entry(decoded(name)).or_insert_with(|| decoded(value));
    }
    parameters
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// `name=value` of everything with a value, in the order of the names; `sign` is not in it.
pub(super) fn to_sign<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = parameters.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Believes a request, or says in the platform's words why not.
fn read(sandbox: &Sandbox, parameters: Parameters, origin: String) -> Result<Request, Refusal> {
    let missing =
        |sub_code, name| Refusal("40001", "Missing Required Arguments", sub_code, format!("缺少 {name} 参数"));
    let take = |name: &str| parameters.get(name).filter(|value| !value.is_empty()).cloned();
    let method = take("method").ok_or_else(|| missing("isv.missing-method", "method"))?;
    let app_id = take("app_id").ok_or_else(|| missing("isv.missing-app-id", "app_id"))?;
    let sign = take("sign").ok_or_else(|| missing("isv.missing-signature", "sign"))?;
    let sign_type = take("sign_type").ok_or_else(|| missing("isv.missing-signature-type", "sign_type"))?;
    let timestamp = take("timestamp").ok_or_else(|| missing("isv.missing-timestamp", "timestamp"))?;
    if take("version").is_none() {
        return Err(missing("isv.missing-version", "version"));
    }
    let public_key = sandbox.gateways.desk(Gateway::Alipay).book().shop(&app_id).map(|shop| shop.public_key.clone());
    let Some(public_key) = public_key else {
        return Err(unreadable("isv.invalid-app-id", "没有这个 AppID 的应用"));
    };
    if sign_type != "RSA2" {
        return Err(unreadable("isv.invalid-signature-type", "sign_type 应为 RSA2"));
    }
    let text = to_sign(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !key::verifies(&public_key, text.as_bytes(), &sign) {
        let said = format!("验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：{text}");
        return Err(unreadable("isv.invalid-signature", &said));
    }
    if timestamp.replacen(' ', "T", 1).parse::<DateTime>().is_err() {
        return Err(unreadable("isv.invalid-timestamp", "timestamp 应写作 yyyy-MM-dd HH:mm:ss"));
    }
    if parameters.get("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(unreadable("isv.invalid-charset", "本沙箱只收 utf-8"));
    }
    let content = match parameters.get("biz_content").filter(|text| !text.is_empty()) {
        Some(text) => serde_json::from_str(text).ok().filter(Value::is_object),
        None => Some(json!({})),
    };
    let content = content.ok_or_else(|| unreadable("isv.invalid-parameter", "biz_content 不是 JSON 对象"))?;
    let url = |name: &str| parameters.get(name).filter(|url| url.starts_with("http")).cloned();
    Ok(Request { shop: app_id, method, content, notify_url: url("notify_url"), return_url: url("return_url"), origin })
}

/// The answer as it goes over the wire: slashes escaped as the platform does, and a signature over exactly these bytes.
fn spoken(sandbox: &Sandbox, method: &str, said: Said) -> Response {
    let object = match said {
        Ok(fields) => {
            let mut object = json!({ "code": "10000", "msg": "Success" });
            if let Value::Object(object) = &mut object {
                object.extend(fields);
            }
            object
        }
        Err(Refusal(code, msg, sub_code, sub_msg)) => {
            json!({ "code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg })
        }
    };
    let object = object.to_string().replace('/', "\\/");
    let name = match method {
        method if method::is_known(method) => format!("{}_response", method.replace('.', "_")),
        _ => "error_response".to_owned(),
    };
    let sign = sandbox.gateways.desk(Gateway::Alipay).key().sign(object.as_bytes());
    let trace = super::random_text(32);
    let body = format!("{{\"{name}\":{object},\"sign\":\"{sign}\"}}");
    ([(header::CONTENT_TYPE, "text/html;charset=utf-8"), (header::HeaderName::from_static("trace_id"), &trace)], body)
        .into_response()
}

#[derive(Deserialize)]
struct Registration {
    public_key_pem: String,
    app_id: Option<String>,
}

/// The seller's number of an application.
pub(super) fn seller_id(app_id: &str) -> String {
    format!("2088{:012}", key::number_of(app_id.as_bytes()) % 1_000_000_000_000)
}

/// The console of the platform: a public key comes in, the shop's numbers and the platform's key go out.
async fn merchant(State(sandbox): State<Arc<Sandbox>>, Json(asked): Json<Registration>) -> Response {
    let Some(public_key) = key::read_public(&asked.public_key_pem) else {
        let say = json!({ "error": "public_key_pem: PEM or Base64 of an RSA public key of 2048 bits is needed" });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(say)).into_response();
    };
    let id = asked.app_id.unwrap_or_else(|| format!("2021{:012}", key::number_of(&public_key) % 1_000_000_000_000));
    if id.is_empty() || id.len() > 32 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let say = json!({ "error": "app_id: at most 32 letters and digits" });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(say)).into_response();
    }
    let desk = sandbox.gateways.desk(Gateway::Alipay);
    desk.book().register(Shop { id: id.clone(), public_key });
    let gateway_public_key = desk.key().public_pem();
    Json(json!({ "seller_id": seller_id(&id), "app_id": id, "gateway_public_key": gateway_public_key })).into_response()
}

async fn bill_file(State(sandbox): State<Arc<Sandbox>>, Path(token): Path<String>) -> Response {
    reply::gateway(&sandbox, Gateway::Alipay.department(), async || {
        let now = sandbox.clock.now();
        let Some((shop, day)) = sandbox.gateways.redeem(token.trim_end_matches(".zip"), now) else {
            return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
        };
        let archive = bill::archive(&sandbox, &shop, day);
        ([(header::CONTENT_TYPE, "application/zip")], archive).into_response()
    })
    .await
}

/// An instant as requests write it.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.trim().replacen(' ', "T", 1).parse::<DateTime>().ok().map(Timestamp::from_civil)
}

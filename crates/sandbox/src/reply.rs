//! One answer on its way out, and what the department's fault makes of it.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value};

use crate::{
    Sandbox,
    department::Department,
    fault::{Fault, Switch},
    wire::UNKNOWN,
};

/// What a department has to say before anything goes wrong.
pub(crate) enum Reply {
    /// `head`, then `total` and `list`.
    List {
        head: Map<String, Value>,
        list: Vec<Value>,
    },
    Row(Map<String, Value>),
    Picture(Vec<u8>),
    /// No such address.
    Missing,
    /// The question cannot be read.
    Unreadable,
}

/// Whose answer is wanted: a department that confuses persons gives another's, complete and well formed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Asked,
    Another,
}

const GARBAGE: &str = "ORA-12541: TNS:no listener\n<!-- 系统维护中，请稍后再试 -->\n{code:0000,,";
/// Inside the data centre: a caller that follows it would hand out its own credentials.
const REDIRECT_TO: &str = "http://169.254.169.254/";
const JSON: &str = "application/json; charset=utf-8";

/// Answers one question as the department is switched now. Nothing is done or computed for a question that never
/// arrives, so a text message to a gateway that is down is not delivered.
pub(crate) async fn answer(sandbox: &Sandbox, department: Department, make: impl FnOnce(Whose) -> Reply) -> Response {
    let question = sandbox.faults.count(department);
    let Switch { fault, delay_ms } = sandbox.faults.get(department);
    match fault {
        Fault::None
        | Fault::UnitGone
        | Fault::PersonRefused
        | Fault::Late
        | Fault::Doubled
        | Fault::Shuffled
        | Fault::Lost
        | Fault::Forged
        | Fault::WrongAmount
        | Fault::Early => whole(make(Whose::Asked), false),
        Fault::Slow => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            whole(make(Whose::Asked), false)
        }
        Fault::Down if question % 2 == 1 => {
            (StatusCode::SERVICE_UNAVAILABLE, "503 Service Unavailable").into_response()
        }
        Fault::Down => broken(),
        Fault::Garbage => {
            make(Whose::Asked);
            ([(header::CONTENT_TYPE, JSON)], GARBAGE).into_response()
        }
        Fault::Half => half(make(Whose::Asked)),
        Fault::WrongPerson => whole(make(Whose::Another), false),
        Fault::Gb18030 => whole(make(Whose::Asked), true),
        Fault::Redirect => (StatusCode::FOUND, [(header::LOCATION, REDIRECT_TO)]).into_response(),
        Fault::Giant => endless(),
        Fault::Unmatched => whole(nothing_known(make(Whose::Asked)), false),
    }
}

/// The same for a gateway, which writes its own answers. What goes wrong with its notices is not this function's.
pub(crate) async fn gateway(
    sandbox: &Sandbox,
    department: Department,
    make: impl AsyncFnOnce() -> Response,
) -> Response {
    let question = sandbox.faults.count(department);
    let Switch { fault, delay_ms } = sandbox.faults.get(department);
    match fault {
        Fault::Slow => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            make().await
        }
        Fault::Down if question % 2 == 1 => {
            (StatusCode::SERVICE_UNAVAILABLE, "503 Service Unavailable").into_response()
        }
        Fault::Down => broken(),
        Fault::Garbage => {
            make().await;
            ([(header::CONTENT_TYPE, JSON)], GARBAGE).into_response()
        }
        Fault::Half => {
            let (mut head, body) = make().await.into_parts();
            head.headers.remove(header::CONTENT_LENGTH);
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            Response::from_parts(head, Body::from(bytes.slice(..bytes.len() / 2)))
        }
        Fault::Giant => endless(),
        _ => make().await,
    }
}

fn whole(reply: Reply, gb18030: bool) -> Response {
    match reply {
        Reply::List { head, list } => {
            let total = list.len();
            json(StatusCode::OK, &with_list(head, list, total), gb18030)
        }
        Reply::Row(row) => json(StatusCode::OK, &Value::Object(row), gb18030),
        Reply::Picture(png) => picture(png),
        Reply::Missing => {
            json(StatusCode::NOT_FOUND, &serde_json::json!({ "code": "9404", "msg": "地址不存在" }), gb18030)
        }
        Reply::Unreadable => {
            json(StatusCode::BAD_REQUEST, &serde_json::json!({ "code": "9400", "msg": "请求报文有误" }), gb18030)
        }
    }
}

/// The same question after the car was sold or the licence replaced: the keys are echoed, and belong to nothing.
fn nothing_known(reply: Reply) -> Reply {
    let (Reply::List { mut head, .. } | Reply::Row(mut head)) = reply else { return reply };
    head.remove("data");
    head.insert("code".into(), UNKNOWN.into());
    head.insert("msg".into(), "信息不符".into());
    if let Some(matches) = head.get_mut("match") {
        *matches = "0".into();
    }
    Reply::Row(head)
}

/// A list says how many rows it has and brings one fewer; everything else is cut in the middle.
fn half(reply: Reply) -> Response {
    match reply {
        Reply::List { head, mut list } => {
            let total = list.len().max(1);
            list.pop();
            json(StatusCode::OK, &with_list(head, list, total), false)
        }
        Reply::Row(row) => {
            let text = Value::Object(row).to_string();
            let cut = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(i, _)| i);
            ([(header::CONTENT_TYPE, JSON)], text[..cut].to_owned()).into_response()
        }
        Reply::Picture(mut png) => {
            png.truncate(png.len() / 2);
            picture(png)
        }
        other => whole(other, false),
    }
}

fn with_list(mut head: Map<String, Value>, list: Vec<Value>, total: usize) -> Value {
    head.insert("total".into(), total.into());
    head.insert("list".into(), list.into());
    Value::Object(head)
}

fn json(status: StatusCode, value: &Value, gb18030: bool) -> Response {
    let text = value.to_string();
    if gb18030 {
        let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
        let kind = "application/json; charset=GB18030";
        return (status, [(header::CONTENT_TYPE, kind)], bytes.into_owned()).into_response();
    }
    (status, [(header::CONTENT_TYPE, JSON)], text).into_response()
}

fn picture(png: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], png).into_response()
}

/// Promises a body and breaks the connection.
fn broken() -> Response {
    let body = Body::from_stream(stream::once(async { Err::<Bytes, _>(std::io::Error::other("connection reset")) }));
    ([(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// A list whose rows never end and come by the megabyte, with a breath between them for the processor. It stops when the
/// caller hangs up.
fn endless() -> Response {
    const ROW: &str = r#"{"xh":"0000000000000000","wfms":"没有尽头的记录"},"#;
    let rows = Bytes::from(ROW.repeat(128));
    let head = Bytes::from_static(br#"{"code":"0000","msg":"","total":999999999,"list":["#);
    let body = stream::unfold(Some(head), move |first| {
        let rows = rows.clone();
        async move {
            if let Some(head) = first {
                return Some((Ok::<_, Infallible>(head), None));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            Some((Ok(rows), None))
        }
    });
    ([(header::CONTENT_TYPE, JSON)], Body::from_stream(body)).into_response()
}

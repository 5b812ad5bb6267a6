//! What the API says when it does not do what was asked: `application/problem+json` (RFC 9457) with a stable code for
//! machines and a sentence for people, in the language of `Accept-Language`.
//!
//! A handler returns a [`Refusal`]; the gate, which knows the language, writes it out.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Kind, Lang};
use serde::Serialize;
use utoipa::ToSchema;

/// The answer to a request that was refused or that failed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "invalid", "status": 422, "title": "Something to correct",
    "detail": "Correct the fields below and send again.",
    "fields": [{"field": "phone", "detail": "The mobile number has 11 characters; you typed 10"}]
}))]
pub struct Problem {
    /// Stable, for machines. One of the codes listed in the description of this document.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    pub title: String,
    /// What to do now, in the language of `Accept-Language`.
    pub detail: String,
    /// The mistakes in the request, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Seconds after which trying again makes sense; also in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// The name of the field as sent.
    pub field: String,
    /// The mistake and how to mend it.
    pub detail: String,
}

/// Why a request was not done, on its way to the gate.
#[derive(Clone, Debug)]
pub enum Refusal {
    Engine(kernel::Error),
    /// The request itself cannot be read: its code, and the cause in English for whoever writes the client.
    Request(StatusCode, &'static str, String),
}

impl From<kernel::Error> for Refusal {
    fn from(error: kernel::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self::Engine(kind.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) async fn no_such_method() -> Response {
    Refusal::Request(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", String::new()).written(Lang::En)
}

impl Refusal {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Engine(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Request(status, ..) => *status,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Request(_, code, _) => code,
        }
    }

    /// The whole answer in one language.
    pub fn written(&self, lang: Lang) -> Response {
        let code = self.code();
        let [title, detail] = words(code, lang);
        let mut problem = Problem {
            code: code.into(),
            status: self.status().as_u16(),
            title: title.into(),
            detail: detail.into(),
            fields: Vec::new(),
            retry_after_s: None,
        };
        match self {
            Self::Engine(error) => match &error.kind {
                Kind::Invalid(fields) => {
                    problem.fields = fields
                        .iter()
                        .map(|error| FieldProblem { field: error.field.into(), detail: error.say(lang) })
                        .collect();
                }
                Kind::TooMany { retry_after_s } => problem.retry_after_s = Some(*retry_after_s),
                Kind::Unavailable(_) => problem.retry_after_s = Some(RETRY_UNAVAILABLE_S),
                _ => {}
            },
            Self::Request(_, _, cause) if !cause.is_empty() => problem.detail = format!("{detail} ({cause})"),
            Self::Request(..) => {}
        }
        let retry = problem.retry_after_s;
        let mut response = (self.status(), Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"shimin\""));
        }
        response
    }
}

const RETRY_UNAVAILABLE_S: u32 = 30;

/// A code, its status, and `[title, detail]` in Chinese and English.
pub struct Code {
    pub code: &'static str,
    pub zh_cn: [&'static str; 2],
    pub en: [&'static str; 2],
}

macro_rules! codes {
    ($($code:literal [$zh_title:literal, $zh:literal] [$en_title:literal, $en:literal];)*) => {
        /// Every code that the API can answer with.
        pub static CODES: &[Code] = &[$(Code { code: $code, zh_cn: [$zh_title, $zh], en: [$en_title, $en] }),*];
    };
}

codes! {
    "not_found" ["没有找到", "核对地址和编号；不属于您的内容也显示为没有找到。"]
        ["Not found", "Check the path and the ids. What belongs to somebody else is not found either."];
    "invalid" ["有内容需要改正", "改正下列各项后重新提交。"]
        ["Something to correct", "Correct the fields below and send again."];
    "sign_in_needed" ["需要登录", "在 Authorization 头里带上令牌：Bearer 加令牌。"]
        ["Sign in first", "Send the token in the header: Authorization: Bearer <token>."];
    "real_name_needed" ["需要实名", "先用 POST /api/v1/real-name 完成实名认证。"]
        ["Real-name check needed", "Pass the real-name check first: POST /api/v1/real-name."];
    "too_many" ["操作太频繁", "过一会儿再试，等待秒数见 retry_after_s。"]
        ["Too many tries", "Wait for the seconds in retry_after_s, then try again."];
    "idempotency_key_reused" ["幂等键已用过", "这个 Idempotency-Key 已用于另一个请求，换一个新的。"]
        ["Key already used", "This Idempotency-Key was used for another request: take a new one."];
    "bad_idempotency_key" ["幂等键格式不对", "Idempotency-Key 为 8 至 64 个字母、数字、- 或 _。"]
        ["Not an idempotency key", "Idempotency-Key has 8 to 64 letters, digits, - and _."];
    "card_not_in_force" ["这张卡现在不能用", "家人收回了同意，或者孩子已满 18 岁；换一张卡。"]
        ["The card is not in force", "The consent was withdrawn, or the ward has come of age: use another card."];
    "nothing_to_pay" ["没有要缴的", "rows 里写要缴的账单，或者用 amount 充值；已经缴清的不用再缴。"]
        ["Nothing to pay", "Name bills in rows, or an amount to top up. What is paid needs no payment."];
    "bill_not_payable" ["这条现在不用缴", "可能已经缴过，或者情况变了；重新查询后再报价。"]
        ["Not payable now", "It may be paid, or have changed. Ask for the records again, then for a quote."];
    "oldest_first" ["前面还有没缴的账单", "这家单位从最早的一期收起：把前面的也写进 rows。"]
        ["There are earlier bills", "This biller takes the oldest first: name the earlier rows as well."];
    "accept_own_only" ["处罚决定要本人接受", "驾驶人用自己的账号接受；决定作出以后家人可以缴。"]
        ["Only the driver accepts a decision", "The driver accepts with their own account. Once there is a decision, family can pay it."];
    "accept_refused" ["部门没有作出决定", "可能正在异议，或者要到窗口办；没有扣款，重新查询看看。"]
        ["No decision was made", "It may be contested, or need a counter. Nothing was charged; ask for the records again."];
    "amount_changed" ["金额变了", "没有扣款。重新报价，核对后用新的金额再提交。"]
        ["The amount has changed", "Nothing was charged. Ask for a new quote, check it, and send the new total."];
    "bill_open_elsewhere" ["有人正在付这张账单", "等几分钟再试；对方没有付完就可以付。"]
        ["Somebody is paying this bill", "Try again in a few minutes. If they do not finish, you can pay."];
    "bill_paid" ["这张账单已经缴了", "不用再付，单位入账后账单会更新。"]
        ["This bill has been paid", "There is nothing to pay; the list is updated once it is booked."];
    "payment_not_now" ["付款已经不在这一步", "查看付款的现状，再决定怎么办。"]
        ["The payment has moved on", "Look at the payment, and decide again."];
    "refund_already_asked" ["已经申请退款", "查看付款里的退款进展，不用再申请。"]
        ["A refund is asked for already", "Follow it at the payment; it need not be asked for again."];
    "refund_too_much" ["退不了这么多", "重新查看可以退的数，再提交。"]
        ["More than can go back", "Look again at what can go back, then send that."];
    "refund_not_now" ["现在不能退", "付款入账以后才能退；查看付款的现状。"]
        ["Not to be given back now", "Only what was booked can go back. Look at the payment."];
    "nothing_to_return" ["没有可以退的余额", "只能退在这里充进去、还没有用掉的钱；其他的到窗口办。"]
        ["Nothing can go back", "Only what was topped up here and not used can. For the rest, go to a counter."];
    "autopay_set" ["已经设了自动缴费", "先停掉原来的，再设新的。"]
        ["Set already", "Stop the standing order that there is, then set another."];
    "provider_without_autopay" ["这个渠道不能自动扣款", "换一个支付渠道。"]
        ["This provider does not debit by itself", "Choose another provider."];
    "provider" ["支付渠道暂时没有应答", "没有扣款。换一个渠道，或者过一会儿再试。"]
        ["The payment provider does not answer", "Nothing was charged. Choose another one, or try again in a while."];
    "service" ["这项服务现在不能用", "这座城市暂时撤下了它，过一会儿再试。"]
        ["The service is not available", "The city has taken it down for now. Try again later."];
    "sms" ["短信暂时发不出去", "过一会儿再试，什么都没有丢。"]
        ["The message cannot be sent now", "Try again in a while; nothing is lost."];
    "already_verified" ["已经实名", "这个账号已经通过实名认证，不用再做。"]
        ["Already verified", "This account has passed the real-name check already."];
    "register" ["登记部门暂时没有应答", "您填写的内容没有丢失，过一会儿再试。"]
        ["The register does not answer", "Nothing was lost. Try again in a while."];
    "department" ["部门暂时没有应答", "过一会儿再试，或拨打部门电话。"]
        ["The department does not answer", "Try again in a while, or call the department."];
    "card_unmatched" ["证件信息对不上了", "部门用这张卡上的信息查不到；重新绑定，或解绑这张卡。"]
        ["The card no longer matches", "The department knows nothing under this card: bind it anew, or remove it."];
    "evidence" ["证据图片暂时取不到", "过一会儿再试，或拨打部门电话。"]
        ["The evidence cannot be fetched now", "Try again in a while, or call the department."];
    "store" ["系统繁忙", "过一会儿再试，已提交的内容不会重复办理。"]
        ["Busy", "Try again in a while. What was already done is not done twice."];
    "internal" ["系统出了问题", "我们已记录，过一会儿再试。"]
        ["Our mistake", "It has been written down. Try again in a while."];
    "bad_request" ["请求无法读取", "核对请求的格式。"]
        ["The request cannot be read", "Check the form of the request."];
    "bad_json" ["JSON 无法读取", "核对字段名称和类型。"]
        ["The JSON cannot be read", "Check the names and types of the fields."];
    "unsupported_media_type" ["内容类型不支持", "用 Content-Type: application/json。"]
        ["Content type not supported", "Use Content-Type: application/json."];
    "payload_too_large" ["内容太大", "请求内容最多 16 KB。"]
        ["Too large", "A request has at most 16 kB."];
    "method_not_allowed" ["方法不支持", "这个地址不支持该方法。"]
        ["Method not allowed", "This path does not know that method."];
}

fn words(code: &str, lang: Lang) -> [&'static str; 2] {
    let known = CODES.iter().find(|known| known.code == code);
    match (known, lang) {
        (Some(known), Lang::ZhCn) => known.zh_cn,
        (Some(known), Lang::En) => known.en,
        (None, Lang::ZhCn) => ["没有办成", "核对后再试。"],
        (None, Lang::En) => ["Not done", "Check the request and try again."],
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What only staff can be told: the desk has pages of its own.
    const OF_STAFF: [&str; 5] = ["staff", "reconciliation", "settlement", "break", "day"];

    fn codes_in(dir: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).expect("the engine's sources").flatten() {
            let path = entry.path();
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                codes_in(&path, found);
            } else if !OF_STAFF.iter().any(|word| name.starts_with(word)) {
                let text = fs::read_to_string(&path).expect("a source");
                for kind in ["Kind::Conflict(\"", "Kind::Denied(\"", "Kind::Unavailable(\""] {
                    found.extend(text.split(kind).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn whatever_the_engine_says_to_a_citizen_has_words_here() {
        let mut found = BTreeSet::new();
        codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src"), &mut found);
        // Said to staff in files that citizens share.
        found.remove("not_your_role");
        assert!(found.len() > 15, "only {found:?}");
        let unknown: Vec<&String> =
            found.iter().filter(|code| !CODES.iter().any(|known| known.code == **code)).collect();
        assert!(unknown.is_empty(), "no words for {unknown:?}");
    }
}

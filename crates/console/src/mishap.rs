//! A form of the desk that did not go through: which fields need mending, or why not now. It is shown again with
//! everything that was typed.

use axum::http::StatusCode;
use kernel::{Error, Kind, Lang};
use maud::{Markup, html};
use ui::{
    Tone,
    component::{error_summary, notice},
};
use web::shell::wait;

use crate::trouble::Trouble;

#[derive(Debug)]
pub(crate) struct Mishap {
    fields: Vec<(&'static str, String)>,
    notice: Option<(String, String)>,
    status: StatusCode,
}

impl Mishap {
    pub(crate) const fn none() -> Self {
        Self { fields: Vec::new(), notice: None, status: StatusCode::OK }
    }

    /// Mistakes that the form itself found.
    pub(crate) const fn of_fields(fields: Vec<(&'static str, String)>) -> Self {
        Self { fields, notice: None, status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// What a form can say about an error; what it cannot is passed on, to be a page of its own.
    pub(crate) fn of_error(error: Error, lang: Lang) -> Result<Self, Trouble> {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let notice = match &error.kind {
            Kind::Invalid(fields) => {
                let fields = fields.iter().map(|field| (field.field, field.say(lang))).collect();
                return Ok(Self { fields, notice: None, status });
            }
            Kind::TooMany { retry_after_s } => {
                let detail =
                    lang.pick("填好的内容还在，到时再提交。", "What you typed is still here; send it again then.");
                (wait(lang, *retry_after_s), detail.to_owned())
            }
            Kind::Conflict(code) | Kind::Denied(code) if *code != "step_up_needed" && *code != "not_your_role" => {
                let [title, detail] = refusal(lang, code);
                (title.to_owned(), detail.to_owned())
            }
            _ => return Err(error.into()),
        };
        Ok(Self { fields: Vec::new(), notice: Some(notice), status })
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, message)| message.as_str())
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What stands above the heading.
    pub(crate) fn above(&self, lang: Lang) -> Markup {
        html! {
            (error_summary(lang, self.fields.iter().map(|(name, message)| (*name, message.as_str()))))
            @if let Some((title, detail)) = &self.notice { (notice(Tone::Warn, title, html! { p { (detail) } })) }
        }
    }
}

/// Why a deed was refused, and what to do: `(code, zh, what to do in zh, en, what to do in en)`.
const REFUSALS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "oneself",
        "不能停用自己的账号",
        "找另一位系统管理员办理。",
        "You cannot disable your own account",
        "Ask another operator to do it.",
    ),
    (
        "refund_four_eyes",
        "自己申请的退款，要由另一人审核",
        "找有审核岗位的同事办理。",
        "You asked for this refund yourself",
        "A colleague with the approver's role decides it.",
    ),
    (
        "price_four_eyes",
        "自己申请的价格，要由另一人审核",
        "找有审核岗位的同事办理。",
        "You asked for this price yourself",
        "A colleague decides it.",
    ),
    (
        "price_decided",
        "同事已经审核过了",
        "看一下现在的价格。",
        "A colleague has decided already",
        "Look at the prices as they are now.",
    ),
    (
        "price_day",
        "起执行的日期要在今天以后",
        "选明天或以后的日期；今天在卖的价格不变。",
        "The first day has to be after today",
        "Choose tomorrow or later: what is on sale today keeps its price.",
    ),
    (
        "price_same",
        "那一天本来就是这个价格",
        "填另一个价格，或者换一个日期。",
        "It costs that on that day already",
        "Enter another price, or another day.",
    ),
    (
        "refund_too_much",
        "金额超过可退的数",
        "看一下这笔付款还能退多少，改小金额。",
        "That is more than can go back",
        "Look at what is left of the payment, and enter less.",
    ),
    (
        "refund_already_asked",
        "这笔付款已有一条退款在等审核",
        "等审核有结果后再申请。",
        "A refund of this payment is waiting already",
        "Wait until it is decided.",
    ),
    (
        "break_taken",
        "同事已经接手或处理完这一笔",
        "看一下现在的情况。",
        "A colleague has taken or resolved this one",
        "Look at how it stands now.",
    ),
    (
        "not_yet",
        "还没到可以办的时间",
        "看一下预约的时间，到时再办。",
        "It is too early for this",
        "Look at the time of the booking, and do it then.",
    ),
    (
        "too_late",
        "已经过了时间",
        "这个号用不了了，可以办现场预约。",
        "It is too late for this",
        "This one cannot be used any more; book at the counter instead.",
    ),
    ("already_used", "已经签到过了", "看一下现在的状态。", "They are checked in already", "Look at how it stands now."),
    ("payment_needed", "还没有付款", "让本人付清再办。", "It is not paid", "Let them pay first."),
    ("nobody_waits", "没有人在等", "有人签到后再叫。", "Nobody waits", "Call again when somebody has checked in."),
    (
        "not_called",
        "这一位现在没有在叫",
        "看一下现在的队伍。",
        "They are not called just now",
        "Look at the queue as it stands.",
    ),
    (
        "sold_out",
        "这一场的现场号刚刚没了",
        "换一场，或者加号。",
        "Nothing is left of this sitting for the counter",
        "Choose another, or add units.",
    ),
    (
        "over_quota",
        "这个人约的已经够多了",
        "按规则同时只能约这么多，先用掉或取消一个。",
        "They have as many as one person may",
        "One has to be used or given up first.",
    ),
    (
        "same_half_day",
        "这个人半天内已经约了这位医生",
        "用原来的预约签到。",
        "They have one with this doctor in this half-day",
        "Check that one in.",
    ),
    (
        "one_live_booking_per_matter",
        "这个人这件事已经约了一次",
        "用原来的预约签到，或者先取消。",
        "They have a booking for this matter",
        "Check that one in, or let them give it up first.",
    ),
    (
        "works_elsewhere",
        "这个人在别的城市还有岗位",
        "在服务器上用 shimin staff 调整岗位。",
        "This person has roles in another city too",
        "Change the roles on the server with shimin staff.",
    ),
];

fn refusal(lang: Lang, code: &str) -> [&'static str; 2] {
    match REFUSALS.iter().find(|(known, ..)| *known == code) {
        Some((_, zh, zh_do, en, en_do)) => [lang.pick(zh, en), lang.pick(zh_do, en_do)],
        None => [
            lang.pick("情况已经变了，没有办成", "Things have changed, and this was not done"),
            lang.pick("看一下现在的状态，需要时再办。", "Look at how things stand now, and do it again if needed."),
        ],
    }
}

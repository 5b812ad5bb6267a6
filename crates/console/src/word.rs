//! States, kinds and causes as staff say them, each with its tone.

use capability::{
    booking::{State as BookingState, plan, pool::Door},
    payment::{AttemptState, State as PaymentState},
    refund::{Reason, Route, State as RefundState},
};
use connector::{Failure, HealthState};
use engine::{AtDesk, SittingWrong};
use kernel::{Lang, identifier::Mistake};
use ledger::{
    Step,
    reconcile::{Cause, Kind, Side},
};
use ui::{Tone, text};

pub(crate) const fn break_kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Long => lang.pick("长款：对方有，我方没有", "Long: they have it, we do not"),
        Kind::Short => lang.pick("短款：我方有，对方没有", "Short: we have it, they do not"),
        Kind::Amount => lang.pick("金额不一致", "The amounts differ"),
        Kind::Late => lang.pick("跨日：记在相邻的日期", "Late: on a neighbouring day"),
    }
}

pub(crate) const fn break_kind_short(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Long => lang.pick("长款", "Long"),
        Kind::Short => lang.pick("短款", "Short"),
        Kind::Amount => lang.pick("金额", "Amount"),
        Kind::Late => lang.pick("跨日", "Late"),
    }
}

pub(crate) const fn break_tone(kind: Kind) -> Tone {
    match kind {
        Kind::Long | Kind::Short => Tone::Bad,
        Kind::Amount => Tone::Warn,
        Kind::Late => Tone::Info,
    }
}

pub(crate) const fn cause(lang: Lang, cause: Cause) -> &'static str {
    match cause {
        Cause::Timing => lang.pick("跨日入账，两边都有", "Booked around midnight; both have it"),
        Cause::Omitted => lang.pick("对方清单漏记或晚到", "Left out of their list, or it came late"),
        Cause::PaidTwice => lang.pick("重复付款，已退或将退", "Paid twice; given back or going back"),
        Cause::Amount => lang.pick("一方金额记错，已更正", "A wrong amount, since put right"),
        Cause::Ours => lang.pick("我方漏记或记错，已更正", "Ours: missed or wrong, since put right"),
        Cause::Other => lang.pick("其他，见说明", "Something else; see the note"),
    }
}

pub(crate) const fn side(lang: Lang, side: Side) -> &'static str {
    match side {
        Side::Provider => lang.pick("支付渠道", "Payment provider"),
        Side::Department => lang.pick("收费单位", "Department"),
        Side::Register => lang.pick("预约登记", "Register of bookings"),
    }
}

pub(crate) const fn payment(lang: Lang, state: PaymentState) -> (Tone, &'static str) {
    match state {
        PaymentState::Pending => (Tone::Info, lang.pick("待付款", "Waiting for money")),
        PaymentState::Closed => (Tone::Plain, lang.pick("已关闭", "Closed")),
        PaymentState::Paid => (Tone::Info, lang.pick("已收款，待入账", "Paid, not posted yet")),
        PaymentState::Posting => (Tone::Info, lang.pick("正在入账", "Posting")),
        PaymentState::Posted => (Tone::Ok, lang.pick("已入账", "Posted")),
        PaymentState::Failed => (Tone::Warn, lang.pick("入账被拒", "Posting refused")),
        PaymentState::Refunding => (Tone::Warn, lang.pick("全额退款中", "Going back in full")),
        PaymentState::Refunded => (Tone::Plain, lang.pick("已全额退回", "Back in full")),
    }
}

pub(crate) const fn order(lang: Lang, state: AttemptState) -> (Tone, &'static str) {
    match state {
        AttemptState::Open => (Tone::Info, lang.pick("待付款", "Open")),
        AttemptState::Paid => (Tone::Ok, lang.pick("已付款", "Paid")),
        AttemptState::Closed => (Tone::Plain, lang.pick("已关闭", "Closed")),
        AttemptState::Refunding => (Tone::Warn, lang.pick("退款中", "Going back")),
        AttemptState::Refunded => (Tone::Plain, lang.pick("已退回", "Back")),
    }
}

pub(crate) const fn refund(lang: Lang, state: RefundState) -> (Tone, &'static str) {
    match state {
        RefundState::Asked => (Tone::Warn, text::refund_state_asked(lang)),
        RefundState::Approved => (Tone::Info, text::refund_state_approved(lang)),
        RefundState::Sent => (Tone::Info, text::refund_state_sent(lang)),
        RefundState::Done => (Tone::Ok, text::refund_state_done(lang)),
        RefundState::Declined => (Tone::Plain, text::refund_state_declined(lang)),
        RefundState::Abnormal => (Tone::Bad, text::refund_state_abnormal(lang)),
    }
}

/// For the filters, where a sentence is too long.
pub(crate) const fn refund_short(lang: Lang, state: RefundState) -> &'static str {
    match state {
        RefundState::Asked => lang.pick("待审核", "To decide"),
        RefundState::Approved => lang.pick("待办理", "Approved"),
        RefundState::Sent => lang.pick("渠道办理中", "With the provider"),
        RefundState::Done => lang.pick("已退回", "Back"),
        RefundState::Declined => lang.pick("未批准", "Declined"),
        RefundState::Abnormal => lang.pick("渠道退不了", "Abnormal"),
    }
}

pub(crate) const fn reason(lang: Lang, reason: Reason) -> &'static str {
    match reason {
        Reason::Surplus => lang.pick("重复付款，自动退回", "Paid twice: back by itself"),
        Reason::Late => lang.pick("逾时到账，自动退回", "Came too late: back by itself"),
        Reason::Refused => lang.pick("收费单位拒收，自动退回", "Refused by the department: back by itself"),
        Reason::Rest => lang.pick("余额退回，本人申请", "Rest of a balance, asked for by its owner"),
        Reason::Booking => lang.pick("预约取消，按规则退", "A booking was given up: by its rules"),
        Reason::Staff => lang.pick("工作人员申请", "Asked for by staff"),
    }
}

pub(crate) const fn route(lang: Lang, route: Route) -> &'static str {
    match route {
        Route::Provider => lang.pick("原路退回", "The way it came"),
        Route::Treasury => lang.pick("国库退付", "By the treasury"),
    }
}

pub(crate) const fn step(lang: Lang, step: Step) -> &'static str {
    match step {
        Step::Paid => lang.pick("收款", "Paid"),
        Step::Posted => lang.pick("入账", "Posted"),
        Step::RefundAsked => lang.pick("转入待退", "Set aside"),
        Step::Refunded => lang.pick("退回", "Refunded"),
        Step::Settled => lang.pick("渠道结算", "Provider paid out"),
        Step::PaidOut => lang.pick("划拨", "Paid out"),
        Step::Corrected => lang.pick("更正", "Corrected"),
    }
}

pub(crate) const fn booking(lang: Lang, state: BookingState) -> (Tone, &'static str) {
    match state {
        BookingState::Held => (Tone::Plain, text::booking_state_held(lang)),
        BookingState::Booked => (Tone::Info, text::booking_state_booked(lang)),
        BookingState::Paid => (Tone::Info, text::booking_state_paid(lang)),
        BookingState::CheckedIn => (Tone::Ok, text::booking_state_checked_in(lang)),
        BookingState::Done => (Tone::Plain, text::booking_state_done(lang)),
        BookingState::Cancelled => (Tone::Plain, text::booking_state_cancelled(lang)),
        BookingState::Moved => (Tone::Plain, text::booking_state_moved(lang)),
        BookingState::NoShow => (Tone::Warn, text::booking_state_no_show(lang)),
        BookingState::Expired => (Tone::Plain, text::booking_state_expired(lang)),
        BookingState::Stopped => (Tone::Bad, text::booking_state_stopped(lang)),
        BookingState::Refused => (Tone::Warn, text::booking_state_refused(lang)),
        BookingState::Declined => (Tone::Plain, text::booking_state_declined(lang)),
    }
}

pub(crate) const fn door(lang: Lang, door: Door) -> &'static str {
    match door {
        Door::Online => text::door_online(lang),
        Door::OnSite => text::door_on_site(lang),
        Door::Phone => text::door_phone(lang),
    }
}

pub(crate) const fn at_desk(lang: Lang, deed: AtDesk) -> &'static str {
    match deed {
        AtDesk::CheckIn => text::counter_check_in(lang),
        AtDesk::Finish => text::counter_finish(lang),
        AtDesk::Miss => text::counter_miss(lang),
        AtDesk::Correct => text::counter_correct(lang),
    }
}

/// Which pool of a claim it is; nothing for a sitting, which goes without saying.
pub(crate) fn part(lang: Lang, part: &str) -> String {
    match part {
        "" => String::new(),
        plan::DAY => text::pool_part_day(lang).to_owned(),
        plan::RIDE => text::pool_part_ride(lang).to_owned(),
        plan::SEAT => text::pool_part_seat(lang).to_owned(),
        band => text::pool_part_band(lang, band),
    }
}

/// What is wrong with a sitting: its field, and how to mend it.
pub(crate) fn sitting_wrong(lang: Lang, wrong: SittingWrong) -> (&'static str, String) {
    let (field, words) = match wrong {
        SittingWrong::Resource => ("resource", Mistake::Choice.say(lang)),
        SittingWrong::Day => ("on", text::sitting_day_mistake(lang).to_owned()),
        SittingWrong::From => ("from", text::sitting_time_mistake(lang).to_owned()),
        SittingWrong::To => ("to", text::sitting_time_mistake(lang).to_owned()),
        SittingWrong::Units => ("units", text::pool_units_mistake(lang).to_owned()),
        SittingWrong::OnSite => ("on_site", text::sitting_share_mistake(lang).to_owned()),
        SittingWrong::Phone => ("phone", text::sitting_share_mistake(lang).to_owned()),
        SittingWrong::Exists => ("from", text::sitting_exists(lang).to_owned()),
        SittingWrong::Reason => ("reason", Mistake::Empty("原因 / reason").say(lang)),
    };
    (field, words)
}

pub(crate) const fn health(lang: Lang, state: HealthState) -> (Tone, &'static str) {
    match state {
        HealthState::Up => (Tone::Ok, text::status_up(lang)),
        HealthState::Shaky => (Tone::Warn, text::status_slow(lang)),
        HealthState::Down => (Tone::Bad, text::status_down(lang)),
        HealthState::Unknown => (Tone::Plain, text::status_unknown(lang)),
    }
}

pub(crate) const fn failure(lang: Lang, failure: Failure) -> &'static str {
    match failure {
        Failure::Down => lang.pick("连不上", "cannot be reached"),
        Failure::TimedOut => lang.pick("超时", "too slow"),
        Failure::Busy => lang.pick("对方说忙", "says that it is busy"),
        Failure::NotAsked => lang.pick("暂停询问，等它恢复", "not asked until it recovers"),
        Failure::Garbage => lang.pick("答复读不懂", "answers cannot be read"),
        Failure::Half => lang.pick("答复不完整", "answers are incomplete"),
        Failure::WrongSubject => lang.pick("答非所问", "answers about something else"),
        Failure::TooLarge => lang.pick("答复过大", "answers are too large"),
        Failure::Redirected => lang.pick("要求转到别处", "tries to send us elsewhere"),
        Failure::Forbidden => lang.pick("地址不在许可名单", "address is not on the allow-list"),
        Failure::Refused => lang.pick("明确拒绝", "declines"),
        Failure::Unmatched => lang.pick("查无此号", "does not know the number"),
    }
}

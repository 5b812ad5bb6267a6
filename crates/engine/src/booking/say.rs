//! A word to the citizen about their booking, by text message: what happened, when and where, and what to do next. No
//! findings, no departments of a hospital: a message lies open on a table.

use capability::booking::Event;
use store::BookingFacts;

use super::offer::Offered;

/// The message of an event; `None` where a page says it and nobody needs to be told.
pub(crate) fn text(offered: &Offered, facts: &BookingFacts, event: Event) -> Option<String> {
    let service = &offered.service.short_name.zh_cn;
    let place = offered.offer.place(&facts.names.place);
    let at = place.map(|place| place.name.zh_cn.as_str()).unwrap_or_default();
    let start = facts.facts.starts_at.civil();
    let when = format!("{} 月 {} 日 {:02}:{:02}", start.month(), start.day(), start.hour(), start.minute());
    let number = &facts.number;
    let back = facts.facts.refunded.yuan();
    let returned = if facts.facts.refunded.fen() > 0 {
        format!("已付的 {back} 元退回原来的付款方式。")
    } else {
        String::new()
    };
    Some(match event {
        Event::Confirmed | Event::Paid => {
            format!(
                "【市民之家】{service}约好了：{when}，{at}。预约号 {number}，到场出示凭证。改期或取消看“我的预约”。"
            )
        }
        Event::Cancelled => format!("【市民之家】{service}已取消：{when}，{at}，预约号 {number}。{returned}"),
        Event::Stopped => {
            format!("【市民之家】{when}在{at}的{service}停了，不是您的原因，不计入失约。{returned}可以另约一个时间。")
        }
        Event::Refused => format!(
            "【市民之家】{at}没有接受 {when} 的{service}，预约号 {number} 作废，不计入失约。{returned}可以另约一个时间。"
        ),
        Event::Declined => {
            format!(
                "【市民之家】{when}在{at}的{service}没有约成：对方没有同意。预约号 {number} 作废，可以另约一个时间。"
            )
        }
        Event::Missed => {
            format!("【市民之家】{when}在{at}的{service}没有到场，已记一次失约。有误可以打 {at} 的电话更正。")
        }
        Event::Corrected => format!("【市民之家】{when}在{at}的{service}已更正为到场，失约记录已删除。"),
        Event::CheckedIn | Event::Finished | Event::Moved | Event::Expired => return None,
    })
}

/// It is held for somebody who did not see it happen: what it is, and until when.
pub(crate) fn offer(offered: &Offered, facts: &BookingFacts) -> String {
    let service = &offered.service.short_name.zh_cn;
    let at = offered.offer.place(&facts.names.place).map(|place| place.name.zh_cn.as_str()).unwrap_or_default();
    let (start, until) = (facts.facts.starts_at.civil(), facts.facts.held_until_at.civil());
    format!(
        "【市民之家】轮到您了：{} 月 {} 日 {:02}:{:02} 在{at}的{service}为您留到 {} 月 {} 日 {:02}:{:02}。在那之前到“我的预约”确认，过时留给下一位。",
        start.month(),
        start.day(),
        start.hour(),
        start.minute(),
        until.month(),
        until.day(),
        until.hour(),
        until.minute()
    )
}

/// On the evening before.
pub(crate) fn reminder(offered: &Offered, facts: &BookingFacts) -> String {
    let service = &offered.service.short_name.zh_cn;
    let at = offered.offer.place(&facts.names.place).map(|place| place.name.zh_cn.as_str()).unwrap_or_default();
    let start = facts.facts.starts_at.civil();
    format!(
        "【市民之家】明天 {:02}:{:02}，{at}，{service}。预约号 {}，带身份证和凭证。去不了，在“我的预约”里取消。",
        start.hour(),
        start.minute(),
        facts.number
    )
}

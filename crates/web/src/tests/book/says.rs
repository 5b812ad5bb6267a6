//! What the pages of booking say, and where.

use capability::booking::State;
use kernel::Lang;

use super::made::booking;
use crate::{
    booking::calendar,
    tests::{Shot, all_pages, sample, signed_in},
    visit::Visit,
};

async fn page(name: &str) -> Shot {
    let pages = all_pages(Lang::ZhCn).await;
    pages.into_iter().find(|page| page.name == name).unwrap_or_else(|| panic!("no page {name}"))
}

#[tokio::test]
async fn a_day_says_in_words_how_it_stands_and_only_a_free_period_is_a_link() {
    let html = page("book-units").await.html;
    for words in ["约满", "余 22", "余 1", "不开放", "摇号", "放号"] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("aria-current=\"date\"").count(), 1, "one day is chosen");
    assert!(
        html.contains("<span class=\"slot\"><strong>08:00–08:30</strong> <span>约满</span></span>"),
        "a full one leads nowhere"
    );
    assert!(html.contains("period=4-6"), "a free one leads to the check of its numbers");
    assert!(html.contains("已停诊"));
}

#[tokio::test]
async fn the_one_button_names_the_act_and_the_amount() {
    for (name, says) in [
        ("book-check", "预约并付款 25.00 元"),
        ("book-check-alone", "预约 3 月 3 日 明天 09:00"),
        ("book-check-wait", "加入候补"),
        ("book-check-draw", "登记参加摇号"),
        ("book-check-pair", "先占住 3 月 3 日 明天 09:00"),
        ("book-check-move", "改到 3 月 3 日 明天 09:00"),
        ("booking-held-pay", "付款 25.00 元"),
        ("booking-held", "确认预约"),
        ("cancel", "取消，退回 22.50 元"),
    ] {
        let html = page(name).await.html;
        assert!(html.contains(says), "{name}: {says}");
        assert_eq!(
            html.matches("class=\"btn wide\"").count() + html.matches("class=\"btn btn-bad wide\"").count(),
            1,
            "{name}: one main button"
        );
    }
}

#[tokio::test]
async fn a_unit_that_is_gone_offers_the_nearest_and_keeps_the_form() {
    let shot = page("book-check-gone").await;
    assert_eq!(shot.status.as_u16(), 409);
    assert!(shot.html.contains("这个刚刚被约走了") && shot.html.contains("离它最近的还有"));
    assert_eq!(shot.html.matches("name=\"look\"").count(), 3, "three of them");
    assert!(shot.html.contains("name=\"persons\" value=\"own\" checked"), "who it is for is still chosen");
    let seats = page("book-check-seats-wrong").await;
    assert_eq!(seats.status.as_u16(), 422);
    assert!(seats.html.contains("value=\"2\" checked") && seats.html.contains("座位数要和坐车的人数一样"));
    let pair = page("book-check-pair-mistake").await;
    assert!(pair.html.contains("value=\"李四\"") && pair.html.contains("<title>错误："));
}

#[tokio::test]
async fn what_comes_back_is_said_step_by_step_before_anything_is_paid() {
    let html = page("book-check-coach").await.html;
    assert!(
        html.contains("取消时退多少")
            && html.contains("退 18.00 元")
            && html.contains("退 16.00 元")
            && html.contains("不退")
    );
    assert!(page("book-check").await.html.contains("付的钱全退"));
}

#[tokio::test]
async fn a_queue_sends_the_whole_form_again_without_an_old_answer() {
    for name in ["queue", "queue-unknown", "queue-work"] {
        let html = page(name).await.html;
        assert!(html.contains("name=\"place\" value=\"first\"") && html.contains("name=\"key\" value=\"x\""), "{name}");
        assert!(!html.contains("value=\"old\""), "{name}: an old turn is sent again");
        assert_eq!(html.matches("name=\"turn\"").count(), 1, "{name}");
        assert!(html.contains("data-again"), "{name}");
        // Without a script the page looks again by itself, at an address that holds no key.
        let look = html.split("<noscript><meta http-equiv=\"refresh\" content=\"").nth(1).expect("it looks again");
        let look = look.split('"').next().unwrap_or_default();
        assert!(
            look.contains(";url=/lakeside/s/clinic-number/book/check?") && look.contains("turn=7."),
            "{name}: {look}"
        );
        assert!(!look.contains("key=x"), "{name}: {look}");
    }
    let work = page("queue-work").await.html;
    assert_eq!(work.matches("name=\"solution\"").count(), 1);
    assert!(work.contains("data-work=\"7.12.1772416800000.5ea1\" data-bits=\"12\""));
}

#[tokio::test]
async fn a_voucher_has_its_code_while_it_lets_somebody_in_and_a_hold_its_deadline() {
    for state in State::ALL.iter().copied() {
        let html = page(&format!("booking-{}", state.word())).await.html;
        let lets_in = matches!(state, State::Booked | State::Paid | State::CheckedIn);
        assert_eq!(html.contains("class=\"qr\""), lets_in, "{}", state.word());
        assert_eq!(html.contains("calendar.ics"), lets_in, "{}", state.word());
        assert_eq!(html.contains("data-left=\"600000\""), state == State::Held, "{}", state.word());
    }
    let html = page("booking-expired").await.html;
    let again = "/lakeside/s/clinic-number/book/check?place=first&amp;section=heart&amp;resource=wang&amp;on=2026-03-03&amp;at=2026-03-03T09%3A00";
    assert!(html.contains(again), "the form is there again: {html}");
}

#[tokio::test]
async fn an_event_for_the_calendar_says_when_where_and_what_to_bring_and_no_name() {
    let site = sample::site().await;
    let visit: Visit = signed_in(&site, "/lakeside/bookings/x/calendar.ics", Lang::ZhCn);
    let file =
        calendar::of(&visit, &booking(State::Booked), "http://shimin.example/lakeside/bookings/x").replace("\r\n ", "");
    for part in [
        "DTSTART;TZID=Asia/Shanghai:20260303T090000",
        "SUMMARY:湖滨挂号 · 湖滨市第一医院 · 心内科 · 王医生",
        "身份证、就诊卡或医保卡",
        "BEGIN:VALARM",
    ] {
        assert!(file.contains(part), "{part} in {file}");
    }
    assert!(!file.contains("张*"));
    assert!(calendar::of(&visit, &booking(State::Cancelled), "x").contains("METHOD:CANCEL"));
}

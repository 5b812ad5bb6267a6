//! What belongs to booking, with made-up contents.

use kernel::Lang;
use maud::{Markup, html};

use super::{MINUTE_MS, NOW};
use crate::component::*;
use crate::{format, text};

pub(super) fn booking(lang: Lang) -> Markup {
    html! { (choosing(lang)) (seating(lang)) (holding(lang)) (fair(lang)) }
}

fn choosing(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    let today = NOW.date();
    let on = |n: i64| NOW.plus_ms(n * 24 * 60 * MINUTE_MS).date();
    let (few, many, one) = (text::booking_free(lang, 6), text::booking_free(lang, 22), text::booking_free(lang, 1));
    let opens = text::booking_opens(lang, "18:00");
    let soonest = text::booking_soonest(lang, &format::day(lang, on(1)), 22);
    let link = Some("#");
    let strip = [
        Day { on: on(0), words: text::booking_full(lang), href: link, chosen: false },
        Day { on: on(1), words: &many, href: link, chosen: true },
        Day { on: on(2), words: &few, href: link, chosen: false },
        Day { on: on(3), words: text::booking_closed(lang), href: None, chosen: false },
        Day { on: on(30), words: text::booking_drawn(lang), href: link, chosen: false },
        Day { on: on(31), words: &opens, href: link, chosen: false },
    ];
    html! {
        (card(t("选医院", "Choose a hospital"), None, places(&[
            Place { name: t("湖滨市第一医院", "First Hospital"), address: t("湖滨大街 1 号", "1 Riverside Street"), way: t("地铁 2 号线湖滨站 C 口，向东 200 米", "Metro 2, Riverside, exit C, 200 m east"), state: (Tone::Ok, &soonest), href: "#" },
            Place { name: t("湖滨市中医院", "Hospital of Chinese Medicine"), address: t("青年路 8 号", "8 Youth Road"), way: "", state: (Tone::Plain, text::booking_none_free(lang)), href: "#" },
        ])))
        section.card {
            (days(lang, today, &strip, "gallery-units"))
            h2 #gallery-units { (text::booking_times(lang)) }
            (slots(&[
                Slot { label: "08:30–09:00", words: &one, href: link, chosen: false },
                Slot { label: "09:00–09:30", words: text::booking_full(lang), href: None, chosen: false },
                Slot { label: "09:30–10:00", words: &few, href: link, chosen: true },
                Slot { label: "10:00–10:30", words: text::booking_stopped(lang), href: None, chosen: false },
            ]))
        }
    }
}

fn seating(lang: Lang) -> Markup {
    let sides = [text::seat_window(lang), text::seat_aisle(lang), "", text::seat_aisle(lang), text::seat_window(lang)];
    let labels: Vec<String> = (1..=3).flat_map(|row| "ABCD".chars().map(move |c| format!("{row}{c}"))).collect();
    let list: Vec<Seat<'_>> = labels
        .iter()
        .zip(1_u16..)
        .map(|(label, n)| {
            let at = (n - 1) % 4;
            let column = if at < 2 { at } else { at + 1 };
            Seat {
                unit: n.into(),
                label,
                row: (n - 1) / 4,
                column,
                side: sides[usize::from(column)],
                free: !n.is_multiple_of(3),
                chosen: n == 2,
            }
        })
        .collect();
    let field = Field {
        name: "seat",
        label: text::booking_seats_title(lang),
        hint: text::booking_seats_hint(lang),
        ..Field::default()
    };
    form(lang, "#", "", seats(lang, &field, &list))
}

fn holding(lang: Lang) -> Markup {
    let t = |zh_cn: &'static str, en: &'static str| lang.pick(zh_cn, en);
    let when = format!("{} 10:30–11:00", format::day_and_weekday(lang, NOW.date(), NOW.date()));
    let rung = |at: &str| (text::refund_until(lang, at), text::refund_after(lang, at));
    let ((before, _), (_, after)) = (rung("08:30"), rung("10:30"));
    html! {
        (countdown(lang, NOW.plus_ms(10 * MINUTE_MS), NOW))
        (Voucher {
            title: t("湖滨市第一医院 · 心内科 · 王医生", "First Hospital · Cardiology · Dr Wang"),
            when: &when,
            unit: &text::voucher_call_no(lang, "12"),
            number: "202603020012",
            code: Some("SM1.9901.202603020012.1772418600.1.k1.AAAAAAAA"),
            lines: vec![
                Summary::text(text::voucher_persons(lang), t("张*", "Zhang *")),
                Summary::text(text::voucher_paid(lang), "¥25.00"),
            ],
            bring: vec![t("身份证", "ID card"), t("就诊卡或医保卡", "Hospital or insurance card")],
            way: t("地铁 2 号线湖滨站 C 口，向东 200 米，门诊楼三层。", "Metro 2, Riverside, exit C, 200 m east; third floor."),
        }.html(lang))
        (card("", None, ladder(text::refund_caption(lang), (text::refund_when(lang), text::refund_back(lang)), &[
            Rung { until: &before, back: &text::refund_all(lang, "25.00"), now: true },
            Rung { until: &after, back: text::refund_nothing(lang), now: false },
        ])))
    }
}

fn fair(lang: Lang) -> Markup {
    let wait = text::wait_seconds(lang, 40);
    let seed = "5eed".repeat(16);
    html! {
        (Queue { action: "#", form: &[], ahead: 32, wait: Some(&wait), again_s: 3600, turn: "", bits: 0 }.html(lang))
        (card(text::draw_public_title(lang), None, Draw {
            commitment: &"c0de".repeat(16),
            drawn: Some((&seed, "", 1_284)),
            file_href: Some("#"),
        }.html(lang)))
    }
}

//! Dates, times, ages and money as a person says them.
//!
//! Civil time of Asia/Shanghai throughout. Han and Latin are spaced apart by authored spaces.

use kernel::{Date, Lang, Money, Timestamp};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month(date: Date) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("")
}

/// `2026 年 3 月 2 日`, `2 Mar 2026`.
#[must_use]
pub fn date(lang: Lang, date: Date) -> String {
    match lang {
        Lang::ZhCn => format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month(date), date.year()),
    }
}

/// `11 月 26 日`, `26 Nov`: a day of a year that goes without saying.
#[must_use]
pub fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::ZhCn => format!("{} 月 {} 日", date.month(), date.day()),
        Lang::En => format!("{} {}", date.day(), month(date)),
    }
}

/// `26 日`, and in English, where it would be a bare number, with its month.
#[must_use]
pub fn day_of_month(lang: Lang, date: Date) -> String {
    match lang {
        Lang::ZhCn => format!("{} 日", date.day()),
        Lang::En => day(lang, date),
    }
}

/// `今天`, `明天`, `周四`.
#[must_use]
pub fn weekday(lang: Lang, date: Date, today: Date) -> &'static str {
    const NAMES: [(&str, &str); 7] = [
        ("周一", "Mon"),
        ("周二", "Tue"),
        ("周三", "Wed"),
        ("周四", "Thu"),
        ("周五", "Fri"),
        ("周六", "Sat"),
        ("周日", "Sun"),
    ];
    if date == today {
        return lang.pick("今天", "Today");
    }
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
        return lang.pick("明天", "Tomorrow");
    }
    let (zh_cn, en) = usize::try_from(date.weekday().to_monday_zero_offset()).map_or(NAMES[0], |at| NAMES[at % 7]);
    lang.pick(zh_cn, en)
}

/// `11 月 26 日 周四`, `Thu 26 Nov`.
#[must_use]
pub fn day_and_weekday(lang: Lang, date: Date, today: Date) -> String {
    let (day, weekday) = (day(lang, date), weekday(lang, date, today));
    match lang {
        Lang::ZhCn => format!("{day} {weekday}"),
        Lang::En => format!("{weekday} {day}"),
    }
}

/// `09:30`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let at = at.civil();
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `09:30–10:00`; the end of a day is its 24:00.
#[must_use]
pub fn clocks(from: Timestamp, to: Timestamp) -> String {
    let end = if to.date() > from.date() && clock(to) == "00:00" { "24:00".to_owned() } else { clock(to) };
    format!("{}–{end}", clock(from))
}

/// A month written `2026-03`: `2026 年 3 月`, `Mar 2026`. Anything else is shown as it stands.
#[must_use]
pub fn month_of(lang: Lang, text: &str) -> String {
    match (format!("{text}-01").parse::<Date>(), lang) {
        (Err(_), _) => text.to_owned(),
        (Ok(day), Lang::ZhCn) => format!("{} 年 {} 月", day.year(), day.month()),
        (Ok(day), Lang::En) => format!("{} {}", month(day), day.year()),
    }
}

/// What a bill covers, as departments write it: a month, a day, or words of their own.
#[must_use]
pub fn period(lang: Lang, text: &str) -> String {
    civil(lang, &month_of(lang, text))
}

/// `2026 年 3 月 2 日 08:12`, `2 Mar 2026, 08:12`.
#[must_use]
pub fn date_time(lang: Lang, at: Timestamp) -> String {
    let civil = at.civil();
    let clock = format!("{:02}:{:02}", civil.hour(), civil.minute());
    match lang {
        Lang::ZhCn => format!("{} {clock}", date(lang, civil.date())),
        Lang::En => format!("{}, {clock}", date(lang, civil.date())),
    }
}

/// As near as a person would say it: `今天 09:41`, `昨天 21:07`, `11 月 19 日 21:07`, and with the year when it is another one.
#[must_use]
pub fn moment(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let civil = at.civil();
    let (day, today) = (civil.date(), now.date());
    let clock = format!("{:02}:{:02}", civil.hour(), civil.minute());
    let named = if day == today {
        lang.pick("今天", "today").to_owned()
    } else if today.yesterday().is_ok_and(|yesterday| yesterday == day) {
        lang.pick("昨天", "yesterday").to_owned()
    } else if today.tomorrow().is_ok_and(|tomorrow| tomorrow == day) {
        lang.pick("明天", "tomorrow").to_owned()
    } else if day.year() == today.year() {
        self::day(lang, day)
    } else {
        date(lang, day)
    };
    format!("{named} {clock}")
}

/// `刚刚`, `3 分钟前`, `2 小时前`, `5 天前`.
#[must_use]
pub fn age(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let minutes = now.since_ms(at) / 60_000;
    let (count, zh_cn, en) = match minutes {
        0 => return lang.pick("刚刚", "just now").to_owned(),
        1..60 => (minutes, "分钟", "minute"),
        60..1440 => (minutes / 60, "小时", "hour"),
        _ => (minutes / 1440, "天", "day"),
    };
    match lang {
        Lang::ZhCn => format!("{count} {zh_cn}前"),
        Lang::En => format!("{count} {en}{} ago", if count == 1 { "" } else { "s" }),
    }
}

/// `¥1,234.50`.
#[must_use]
pub fn money(amount: Money) -> String {
    match amount.yuan().strip_prefix('-') {
        Some(owed_back) => format!("−¥{owed_back}"),
        None => format!("¥{}", amount.yuan()),
    }
}

/// A date written `2026-03-02` or a civil time written `2026-03-02T08:12:00`, as normalised answers hold them. Anything
/// else is shown as it stands, because a department's word is not ours to drop.
#[must_use]
pub fn civil(lang: Lang, text: &str) -> String {
    if let Ok(at) = text.parse::<jiff::civil::DateTime>().or_else(|_| text.replacen(' ', "T", 1).parse())
        && text.len() > 10
    {
        return date_time(lang, Timestamp::from_civil(at));
    }
    text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| date(lang, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-03-02T10:00:00+08:00
    const NOW: Timestamp = Timestamp(1_772_416_800_000);
    const MINUTE_MS: i64 = 60_000;
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn a_moment_is_named_by_its_distance() {
        let at = |ms: i64| moment(Lang::ZhCn, NOW.plus_ms(ms), NOW);
        assert_eq!(at(-19 * MINUTE_MS), "今天 09:41");
        assert_eq!(at(-DAY_MS), "昨天 10:00");
        assert_eq!(at(DAY_MS), "明天 10:00");
        assert_eq!(at(-30 * DAY_MS), "1 月 31 日 10:00");
        assert_eq!(at(-365 * DAY_MS), "2025 年 3 月 2 日 10:00");
        assert_eq!(moment(Lang::En, NOW.plus_ms(-30 * DAY_MS), NOW), "31 Jan 10:00");
    }

    #[test]
    fn an_age_is_rounded_down() {
        let ago = |lang, ms: i64| age(lang, NOW.plus_ms(-ms), NOW);
        assert_eq!(ago(Lang::ZhCn, 59_000), "刚刚");
        assert_eq!(ago(Lang::ZhCn, 3 * MINUTE_MS), "3 分钟前");
        assert_eq!(ago(Lang::ZhCn, 179 * MINUTE_MS), "2 小时前");
        assert_eq!(ago(Lang::En, DAY_MS), "1 day ago");
        assert_eq!(ago(Lang::En, 5 * DAY_MS), "5 days ago");
        assert_eq!(ago(Lang::En, -DAY_MS), "just now");
    }

    #[test]
    fn a_day_is_named_as_a_calendar_names_it() {
        let (today, day) = (NOW.date(), jiff::civil::date(2026, 3, 5));
        assert_eq!(day_and_weekday(Lang::ZhCn, day, today), "3 月 5 日 周四");
        assert_eq!(day_and_weekday(Lang::En, day, today), "Thu 5 Mar");
        assert_eq!(weekday(Lang::ZhCn, jiff::civil::date(2026, 3, 3), today), "明天");
        assert_eq!(weekday(Lang::En, today, today), "Today");
        assert_eq!(clocks(NOW, NOW.plus_ms(30 * MINUTE_MS)), "10:00–10:30");
        assert_eq!(clocks(NOW, NOW.plus_ms(14 * 60 * MINUTE_MS)), "10:00–24:00");
    }

    #[test]
    fn normalised_dates_become_words() {
        assert_eq!(civil(Lang::ZhCn, "2026-03-02T08:12:00"), "2026 年 3 月 2 日 08:12");
        assert_eq!(civil(Lang::ZhCn, "2026-03-02 08:12"), "2026 年 3 月 2 日 08:12");
        assert_eq!(civil(Lang::En, "2026-03-02"), "2 Mar 2026");
        assert_eq!(civil(Lang::En, "长期"), "长期");
        assert_eq!(period(Lang::ZhCn, "2026-03"), "2026 年 3 月");
        assert_eq!(period(Lang::En, "2026-03-02"), "2 Mar 2026");
        assert_eq!(period(Lang::En, "供暖季"), "供暖季");
    }

    #[test]
    fn money_keeps_its_sign() {
        assert_eq!(money(Money::from_fen(10_000)), "¥100.00");
        assert_eq!(money(Money::from_fen(-5)), "−¥0.05");
    }
}

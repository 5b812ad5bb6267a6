//! A booking as a file for a phone's calendar (RFC 5545): one event in the time of Asia/Shanghai, with an alarm.
//!
//! Nothing in it is more personal than the place and the time: calendars are shared, and copied to strangers' clouds.

use std::fmt::Write as _;

use engine::BookingView;
use jiff::civil::DateTime;
use kernel::{Id, Kind, Timestamp};
use ui::text;

use super::show::{units, which};
use crate::{route::Outcome, visit::Visit};

/// The phone speaks up so long before.
const ALARM_MINUTES: u32 = 120;

/// Lines are at most so many bytes; a longer one goes on behind a line break and a space.
const LINE_BYTES_MAX: usize = 75;

/// China has had one time without a summer's since 1991.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T000000\r\n\
                    TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    pub id: Id,
    /// A booking that is over is taken out of the calendar again by the same file.
    pub cancelled: bool,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub title: &'a str,
    pub place: &'a str,
    /// Number, what to bring, how to get there.
    pub detail: &'a str,
    pub url: &'a str,
    pub now: Timestamp,
    /// The phone speaks up so long before.
    pub alarm_minutes: u32,
}

impl Event<'_> {
    pub(crate) fn file(&self) -> String {
        let mut out =
            String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Shimin//Booking//ZH\r\nCALSCALE:GREGORIAN\r\n");
        let _ = write!(out, "METHOD:{}\r\n{ZONE}BEGIN:VEVENT\r\n", if self.cancelled { "CANCEL" } else { "PUBLISH" });
        let line = |out: &mut String, name: &str, value: &str| fold(out, &format!("{name}:{value}"));
        line(&mut out, "UID", &format!("{}@shimin", self.id));
        line(&mut out, "DTSTAMP", &format!("{}Z", basic(self.now.plus_s(-8 * 3600).civil())));
        line(&mut out, "DTSTART;TZID=Asia/Shanghai", &basic(self.starts_at.civil()));
        line(&mut out, "DTEND;TZID=Asia/Shanghai", &basic(self.ends_at.max(self.starts_at).civil()));
        line(&mut out, "SUMMARY", &escape(self.title));
        line(&mut out, "LOCATION", &escape(self.place));
        line(&mut out, "DESCRIPTION", &escape(self.detail));
        line(&mut out, "URL", self.url);
        line(&mut out, "STATUS", if self.cancelled { "CANCELLED" } else { "CONFIRMED" });
        line(&mut out, "SEQUENCE", if self.cancelled { "1" } else { "0" });
        if !self.cancelled {
            out.push_str("BEGIN:VALARM\r\nACTION:DISPLAY\r\n");
            line(&mut out, "TRIGGER", &format!("-PT{}M", self.alarm_minutes));
            line(&mut out, "DESCRIPTION", &escape(self.title));
            out.push_str("END:VALARM\r\n");
        }
        out.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
        out
    }
}

pub(crate) async fn file(visit: &mut Visit) -> Outcome {
    let (pack, id) = (visit.city()?, visit.id_param("booking")?);
    let booking = visit.platform().booking(visit.citizen()?, &pack.city.id, id).await?;
    // What is only held may be gone tomorrow.
    if booking.state == capability::booking::State::Held {
        return Err(Kind::NotFound.into());
    }
    let url = format!("{}/{}/bookings/{id}", visit.platform().public_url(), pack.city.id);
    Ok(visit.file("text/calendar; charset=utf-8", Some("booking.ics"), of(visit, &booking, &url)))
}

pub(crate) fn of(visit: &Visit, booking: &BookingView, url: &str) -> String {
    let l = visit.lang;
    let service = visit.catalogue.services.get(&booking.service).map_or("", |service| service.short_name.get(l));
    let which = which(l, booking);
    let title = [service, booking.place.name.get(l), &which].into_iter().filter(|part| !part.is_empty());
    let title = title.collect::<Vec<_>>().join(" · ");
    let bring = booking.bring.iter().map(|thing| thing.get(l)).collect::<Vec<_>>().join(l.pick("、", ", "));
    let lines = [
        format!("{} {}", text::booking_number(l), booking.number),
        units(l, booking.kind, &booking.units),
        if bring.is_empty() { bring } else { format!("{}: {bring}", text::voucher_bring(l)) },
        booking.place.way.get(l).to_owned(),
    ];
    let detail = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    Event {
        id: booking.id,
        cancelled: !(booking.state.is_live() || booking.state == capability::booking::State::Done),
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        title: &title,
        place: booking.place.address.get(l),
        detail: &detail,
        url,
        now: visit.now,
        alarm_minutes: ALARM_MINUTES,
    }
    .file()
}

/// `20261126T093000`
fn basic(at: DateTime) -> String {
    format!("{:04}{:02}{:02}T{:02}{:02}{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second())
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a line in pieces that are short enough and that end between characters.
fn fold(out: &mut String, line: &str) {
    let mut bytes = 0;
    for c in line.chars() {
        if bytes + c.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            bytes = 1;
        }
        out.push(c);
        bytes += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event<'static> {
        Event {
            id: Id([7; 16]),
            cancelled: false,
            // 2026-03-02T10:00:00+08:00
            starts_at: Timestamp(1_772_416_800_000),
            ends_at: Timestamp(1_772_418_600_000),
            title: "挂号：湖滨市第一医院 · 心内科；王医生",
            place: "湖滨大街 1 号, 门诊楼",
            detail: "预约号 2026 0302 0012\n带好身份证、就诊卡或医保卡。地铁 2 号线湖滨站 C 口，向东 200 米。",
            url: "https://shimin.example/lakeside/bookings/07070707070707070707070707070707",
            now: Timestamp(1_772_330_400_000),
            alarm_minutes: 120,
        }
    }

    #[test]
    fn a_calendar_reads_it() {
        let file = event().file();
        for line in file.split_terminator("\r\n") {
            assert!(line.len() <= LINE_BYTES_MAX, "{line}");
            assert!(!line.contains('\n') && !line.contains('\r'), "{line}");
        }
        let whole = file.replace("\r\n ", "");
        for line in [
            "DTSTART;TZID=Asia/Shanghai:20260302T100000",
            "DTEND;TZID=Asia/Shanghai:20260302T103000",
            "DTSTAMP:20260301T020000Z",
            "LOCATION:湖滨大街 1 号\\, 门诊楼",
            "TRIGGER:-PT120M",
            "STATUS:CONFIRMED",
        ] {
            assert!(whole.lines().any(|one| one == line), "{line} in {whole}");
        }
        assert!(
            whole.contains("DESCRIPTION:预约号 2026 0302 0012\\n带好"),
            "a line break is written as two characters"
        );
        for part in ["VCALENDAR", "VTIMEZONE", "STANDARD", "VEVENT", "VALARM"] {
            assert_eq!(whole.matches(&format!("BEGIN:{part}\r\n")).count(), 1, "{part}");
            assert_eq!(whole.matches(&format!("END:{part}\r\n")).count(), 1, "{part}");
        }
    }

    #[test]
    fn a_cancelled_booking_leaves_the_calendar_without_a_sound() {
        let file = Event { cancelled: true, ..event() }.file();
        assert!(file.contains("METHOD:CANCEL\r\n") && file.contains("STATUS:CANCELLED\r\n"));
        assert!(!file.contains("VALARM"));
    }

    #[test]
    fn what_somebody_named_a_place_cannot_add_a_line() {
        let file = Event { place: "x\r\nATTACH:http://evil.example", ..event() }.file();
        assert!(!file.lines().any(|line| line.starts_with("ATTACH")), "{file}");
    }
}

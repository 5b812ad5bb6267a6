//! Instants, civil dates and the clock that hands them out.
//!
//! An instant is stored as milliseconds since the Unix epoch; a date is a date in Asia/Shanghai, where every city of the
//! platform lives. China has had one fixed offset since 1991, so no time-zone database is needed. Daylight saving of
//! 1986–1991 is deliberately not modelled: no record that a service returns is timed that far back.

use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// A date in the civil calendar of Asia/Shanghai.
pub type Date = jiff::civil::Date;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant as a civil date and time in Asia/Shanghai.
    #[must_use]
    pub fn civil(self) -> jiff::civil::DateTime {
        let zone = jiff::tz::offset(8);
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => zone.to_datetime(instant),
            Err(_) => jiff::civil::DateTime::ZERO,
        }
    }

    /// The civil date in Asia/Shanghai.
    #[must_use]
    pub fn date(self) -> Date {
        self.civil().date()
    }

    /// The instant of a civil date and time in Asia/Shanghai.
    #[must_use]
    pub fn from_civil(at: jiff::civil::DateTime) -> Self {
        let zone = jiff::tz::offset(8);
        Self(zone.to_timestamp(at).map_or(0, |instant| instant.as_millisecond()))
    }

    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    #[must_use]
    pub fn plus_s(self, s: i64) -> Self {
        self.plus_ms(s.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to `self`; never negative, because a clock that jumps back must not make an age negative.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    /// What [`Self::rfc3339`] writes, and every other offset.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|instant| Self(instant.as_millisecond()))
    }

    /// RFC 3339 with the offset of Asia/Shanghai, for example `2026-03-02T10:00:00+08:00`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let at = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+08:00",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    fn today(&self) -> Date {
        self.now().date()
    }

    /// Milliseconds on a clock that only counts on, whoever sets the wall's, and also while the machine sleeps. Its zero means
    /// nothing. A clock that has no other one counts by itself.
    fn counted_ms(&self) -> i64 {
        self.now().0
    }
}

/// The machine's clock. The one place that reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// The time since the machine was started, sleep included; the standard library's monotonic clock stands still then.
    #[cfg(target_os = "linux")]
    fn counted_ms(&self) -> i64 {
        let at = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        at.tv_sec * 1_000 + at.tv_nsec / 1_000_000
    }
}

/// A clock that tests set and advance.
#[derive(Debug, Default)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn advance_s(&self, s: i64) {
        self.0.fetch_add(s * 1000, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_shanghai() {
        let at = Timestamp(1_772_416_800_000); // 2026-03-02T02:00:00Z
        assert_eq!(at.rfc3339(), "2026-03-02T10:00:00+08:00");
        assert_eq!(Timestamp::from_civil(at.civil()), at);
        assert_eq!(at.date(), jiff::civil::date(2026, 3, 2));
        for text in ["2026-03-02T10:00:00+08:00", "2026-03-02T02:00:00Z"] {
            assert_eq!(Timestamp::parse_rfc3339(text), Some(at), "{text}");
        }
        for wrong in ["", "2026-03-02", "2026-03-02T10:00:00", "2026-13-02T10:00:00Z"] {
            assert_eq!(Timestamp::parse_rfc3339(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_age_is_never_negative() {
        assert_eq!(Timestamp(5).since_ms(Timestamp(9)), 0);
    }
}

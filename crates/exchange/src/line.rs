//! The line to one department of one city, or to one payment provider: how many exchanges are under way (the bulkhead),
//! whether it is asked at all (the breaker), and how it has been doing (its health). Whoever hangs keeps their own line
//! busy and nobody else's.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use connector::{Failure, HealthState};
use kernel::{Clock, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    breaker::{Breaker, End, Pass, Recent},
    wire::{Reply, Request, Wire},
};

/// Questions that may wait for each exchange under way; beyond it a wait would outlast the deadline anyway.
const WAITING_PER_EXCHANGE_MAX: u32 = 32;
/// A failure among so many latest exchanges makes a department shaky.
const SHAKY_WITHIN: u32 = 5;
/// The part of the deadline that a question may spend in the queue; the rest is for the answer.
const PATIENCE_PART: u32 = 2;

/// What one exchange may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the queue to the read answer.
    pub deadline: Duration,
    /// Exchanges under way on the line at once.
    pub concurrency: u32,
}

pub struct Line {
    bulkhead: Mutex<Bulkhead>,
    waiting: AtomicU32,
    record: Mutex<Record>,
}

/// The size can change while the platform runs, because packs can; exchanges under way keep their old places.
struct Bulkhead {
    concurrency: u32,
    places: Arc<Semaphore>,
}

#[derive(Clone, Copy, Default)]
struct Record {
    breaker: Breaker,
    /// Every exchange, also those that say nothing about the line itself.
    recent: Recent,
    asked: bool,
    last_answer_at: Option<Timestamp>,
    last_failure: Option<Failure>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each critical section assigns whole values, so a panic elsewhere leaves nothing half written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn semaphore(concurrency: u32) -> Arc<Semaphore> {
    let places = usize::try_from(concurrency).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS);
    Arc::new(Semaphore::new(places))
}

impl Line {
    #[must_use]
    pub fn new(concurrency: u32) -> Self {
        Self {
            bulkhead: Mutex::new(Bulkhead { concurrency, places: semaphore(concurrency) }),
            waiting: AtomicU32::new(0),
            record: Mutex::new(Record::default()),
        }
    }

    fn places(&self, concurrency: u32) -> Arc<Semaphore> {
        let mut bulkhead = lock(&self.bulkhead);
        if bulkhead.concurrency != concurrency {
            *bulkhead = Bulkhead { concurrency, places: semaphore(concurrency) };
        }
        bulkhead.places.clone()
    }

    /// Waits for a place, at most `patience`, and for the breaker's leave.
    pub async fn admit(
        self: &Arc<Self>,
        concurrency: u32,
        patience: Duration,
        clock: &Arc<dyn Clock>,
    ) -> Result<Admitted, Failure> {
        // Whoever would be turned away at the end of the queue need not stand in it.
        if lock(&self.record).breaker.admit(clock.now()).1.is_none() {
            return Err(Failure::NotAsked);
        }
        let places = self.places(concurrency);
        let place = match places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait(places, concurrency, patience).await?,
        };
        let mut record = lock(&self.record);
        let (breaker, pass) = record.breaker.admit(clock.now());
        record.breaker = breaker;
        let pass = pass.ok_or(Failure::NotAsked)?;
        drop(record);
        Ok(Admitted { line: self.clone(), clock: clock.clone(), pass, ended: false, _place: place })
    }

    async fn wait(
        &self,
        places: Arc<Semaphore>,
        concurrency: u32,
        patience: Duration,
    ) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = Turn::take(&self.waiting);
        if turn.ahead >= concurrency.saturating_mul(WAITING_PER_EXCHANGE_MAX) {
            return Err(Failure::NotAsked);
        }
        match tokio::time::timeout(patience, places.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Failure::NotAsked),
        }
    }

    /// One exchange, from the queue to the read answer, inside the deadline.
    pub async fn exchange<T>(
        self: &Arc<Self>,
        wire: &Wire,
        limits: Limits,
        clock: &Arc<dyn Clock>,
        request: Request,
        read: impl FnOnce(Reply) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        let admitted = self.admit(limits.concurrency, limits.deadline / PATIENCE_PART, clock).await?;
        let left = limits.deadline.saturating_sub(started.elapsed());
        let result = match tokio::time::timeout(left, wire.exchange(request)).await {
            Ok(reply) => reply.and_then(read),
            Err(_) => Err(Failure::TimedOut),
        };
        admitted.end(result.as_ref().err().copied());
        result
    }

    /// Keeps a failure that happened before anything was asked.
    pub fn note(&self, failure: Failure) {
        if failure != Failure::NotAsked {
            lock(&self.record).last_failure = Some(failure);
        }
    }

    #[must_use]
    pub fn state(&self) -> (HealthState, Option<Timestamp>, Option<Failure>) {
        let record = *lock(&self.record);
        let state = if !record.breaker.is_closed() {
            HealthState::Down
        } else if !record.asked {
            HealthState::Unknown
        } else if record.recent.failed_within(SHAKY_WITHIN) {
            HealthState::Shaky
        } else {
            HealthState::Up
        };
        (state, record.last_answer_at, record.last_failure)
    }
}

/// A turn in the queue, given back also when whoever waits goes away.
struct Turn<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Turn<'a> {
    fn take(waiting: &'a AtomicU32) -> Self {
        Self { waiting, ahead: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An admitted exchange. Dropped before its end, it counts as abandoned, so that a probe whose asker went away does not
/// keep the breaker waiting for ever.
pub struct Admitted {
    line: Arc<Line>,
    clock: Arc<dyn Clock>,
    pass: Pass,
    ended: bool,
    _place: OwnedSemaphorePermit,
}

impl Admitted {
    pub fn end(mut self, failure: Option<Failure>) {
        self.ended = true;
        let now = self.clock.now();
        let mut record = lock(&self.line.record);
        record.asked = true;
        let answered = matches!(failure, None | Some(Failure::Unmatched));
        record.recent = record.recent.with(!answered);
        match failure {
            None | Some(Failure::Unmatched) => record.last_answer_at = Some(now),
            Some(failure) => record.last_failure = Some(failure),
        }
        record.breaker = record.breaker.after(self.pass, failure.map_or(End::Answered, end), now);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if !self.ended {
            let now = self.clock.now();
            let mut record = lock(&self.line.record);
            record.breaker = record.breaker.after(self.pass, End::Abandoned, now);
        }
    }
}

/// What a failure says about the line. An answer that is wrong, cut or too large came over a line that works: if it
/// opened the breaker, one citizen with one odd record could close a department to the whole city.
const fn end(failure: Failure) -> End {
    match failure {
        Failure::Down | Failure::TimedOut | Failure::Busy | Failure::Redirected => End::Failed,
        Failure::Garbage
        | Failure::Half
        | Failure::WrongSubject
        | Failure::TooLarge
        | Failure::Refused
        | Failure::Unmatched => End::Answered,
        Failure::NotAsked | Failure::Forbidden => End::Abandoned,
    }
}

#[cfg(test)]
mod tests {
    use kernel::FakeClock;

    use super::*;
    use crate::breaker::COOL_DOWN_MS;

    const PATIENCE: Duration = Duration::from_millis(50);

    fn clock() -> (Arc<FakeClock>, Arc<dyn Clock>) {
        let clock = Arc::new(FakeClock::at(Timestamp(1_000_000)));
        (clock.clone(), clock)
    }

    async fn fail(line: &Arc<Line>, clock: &Arc<dyn Clock>, failure: Failure, times: usize) {
        for _ in 0..times {
            line.admit(9, PATIENCE, clock).await.expect("admitted").end(Some(failure));
        }
    }

    #[tokio::test]
    async fn no_more_under_way_than_agreed_and_no_endless_wait() {
        let (_, clock) = clock();
        let line = Arc::new(Line::new(2));
        let first = line.admit(2, PATIENCE, &clock).await.expect("first");
        let _second = line.admit(2, PATIENCE, &clock).await.expect("second");
        assert_eq!(line.admit(2, PATIENCE, &clock).await.err(), Some(Failure::NotAsked));
        let third = tokio::spawn({
            let (line, clock) = (line.clone(), clock.clone());
            async move { line.admit(2, Duration::from_secs(5), &clock).await.map(|_| ()) }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        first.end(None);
        assert_eq!(third.await.expect("task"), Ok(()));
        assert_eq!(line.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_changed_pack_changes_the_bulkhead() {
        let (_, clock) = clock();
        let line = Arc::new(Line::new(1));
        let _first = line.admit(1, PATIENCE, &clock).await.expect("first");
        assert!(line.admit(1, PATIENCE, &clock).await.is_err());
        assert!(line.admit(2, PATIENCE, &clock).await.is_ok());
    }

    #[tokio::test]
    async fn a_dead_line_is_not_asked_until_a_probe_comes_back() {
        let (fake, clock) = clock();
        let line = Arc::new(Line::new(9));
        assert_eq!(line.state(), (HealthState::Unknown, None, None));
        line.admit(9, PATIENCE, &clock).await.expect("admitted").end(None);
        assert_eq!(line.state(), (HealthState::Up, Some(Timestamp(1_000_000)), None));
        fail(&line, &clock, Failure::Down, 1).await;
        assert_eq!(line.state().0, HealthState::Shaky);
        fail(&line, &clock, Failure::TimedOut, 4).await;
        assert_eq!(line.state(), (HealthState::Down, Some(Timestamp(1_000_000)), Some(Failure::TimedOut)));
        assert_eq!(line.admit(9, PATIENCE, &clock).await.err(), Some(Failure::NotAsked));
        fake.advance_s(COOL_DOWN_MS / 1000);
        let probe = line.admit(9, PATIENCE, &clock).await.expect("probe");
        assert_eq!(line.admit(9, PATIENCE, &clock).await.err(), Some(Failure::NotAsked));
        drop(probe); // whoever asked went away
        line.admit(9, PATIENCE, &clock).await.expect("next probe").end(None);
        assert_eq!(line.state().0, HealthState::Shaky);
        for _ in 0..SHAKY_WITHIN {
            line.admit(9, PATIENCE, &clock).await.expect("open again").end(None);
        }
        assert_eq!(line.state().0, HealthState::Up);
    }

    #[tokio::test]
    async fn odd_records_do_not_close_a_department() {
        let (_, clock) = clock();
        let line = Arc::new(Line::new(9));
        for failure in [Failure::Garbage, Failure::Half, Failure::WrongSubject, Failure::TooLarge] {
            fail(&line, &clock, failure, 30).await;
        }
        assert!(line.admit(9, PATIENCE, &clock).await.is_ok());
        assert_eq!((line.state().0, line.state().2), (HealthState::Shaky, Some(Failure::TooLarge)));
    }
}

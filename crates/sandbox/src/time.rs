//! The demo's clock: the machine's, and ahead of it by whatever was asked for, so that a release, a draw or the end of a
//! hold can be seen without waiting for it. Platform and sandbox share it; both hands move together, so that to the platform
//! the time has simply passed. It goes forward only. A platform that serves without a sandbox has the machine's own.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{MethodRouter, get},
};
use kernel::{Clock, SystemClock, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Sandbox;

#[derive(Debug, Default)]
pub struct DemoClock {
    ahead_ms: AtomicI64,
}

impl DemoClock {
    /// Begins at a time of its own.
    #[must_use]
    pub fn at(begins: Timestamp) -> Self {
        Self { ahead_ms: AtomicI64::new(begins.0 - SystemClock.now().0) }
    }

    /// Lets the time pass until then. False if that is past.
    pub fn pass_until(&self, then: Timestamp) -> bool {
        let ms = then.0 - self.now().0;
        if ms >= 0 {
            self.ahead_ms.fetch_add(ms, Ordering::SeqCst);
        }
        ms >= 0
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.ahead_ms.load(Ordering::SeqCst))
    }

    fn counted_ms(&self) -> i64 {
        SystemClock.counted_ms().saturating_add(self.ahead_ms.load(Ordering::SeqCst))
    }
}

impl Sandbox {
    /// Puts the hands of the demo's clock within reach of `PUT /clock`. Without it nobody moves the time.
    pub fn lend_clock(&self, clock: Arc<DemoClock>) {
        let _ = self.lent.set(clock);
    }
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    let both: MethodRouter<Arc<Sandbox>> = get(read).put(pass);
    Router::new().route("/clock", both)
}

#[derive(Serialize)]
struct Shown {
    /// With the offset of Asia/Shanghai.
    now: String,
    ms: i64,
}

async fn read(State(sandbox): State<Arc<Sandbox>>) -> Json<Shown> {
    let now = sandbox.clock.now();
    Json(Shown { now: now.rfc3339(), ms: now.0 })
}

#[derive(Deserialize)]
struct Wanted {
    /// RFC 3339.
    until: String,
}

async fn pass(
    State(sandbox): State<Arc<Sandbox>>,
    Json(Wanted { until }): Json<Wanted>,
) -> Result<Json<Shown>, (StatusCode, &'static str)> {
    let clock = sandbox.lent.get().ok_or((StatusCode::NOT_FOUND, "this sandbox has the machine's own clock"))?;
    let then = Timestamp::parse_rfc3339(&until)
        .ok_or((StatusCode::UNPROCESSABLE_ENTITY, "until: a time such as 2026-11-26T09:05:00+08:00"))?;
    if !clock.pass_until(then) {
        return Err((StatusCode::CONFLICT, "until is past: time goes forward only"));
    }
    Ok(read(State(sandbox)).await)
}

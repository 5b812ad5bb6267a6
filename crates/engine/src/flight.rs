//! Single flight: whoever asks a department what is being asked already waits for the same answer.
//!
//! A flight is a task of its own, so that its answer is kept even if everybody who waited has left. Landed flights stay
//! for a moment: a question that was put before the landing takes that answer, too. Rows are sealed in here.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use connector::{BoxFuture, Failure};
use futures_util::{FutureExt, future::Shared};
use kernel::{CityId, Index, ServiceId};
use store::KeptAnswer;

/// What is asked: one service of one city about one thing.
pub(crate) type Key = (CityId, ServiceId, Index);
pub(crate) type Landed = Result<Arc<KeptAnswer>, Failure>;

/// How long a landed flight is remembered; longer than any question waits between its start and its flight.
const REMEMBERED: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Key, Flight>>);

struct Flight {
    answer: Shared<BoxFuture<'static, Landed>>,
    landed_at: Arc<OnceLock<Instant>>,
}

impl Flights {
    /// Joins the flight that will answer, or answered, a question put at `asked_at`; else starts one.
    pub(crate) async fn join<F>(&self, key: Key, asked_at: Instant, start: impl FnOnce() -> F) -> Landed
    where
        F: Future<Output = Landed> + Send + 'static,
    {
        let answer = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let underway = flights.get(&key).filter(|flight| flight.landed_at.get().is_none_or(|&at| at >= asked_at));
            if let Some(flight) = underway {
                flight.answer.clone()
            } else {
                flights.retain(|_, flight| flight.landed_at.get().is_none_or(|at| at.elapsed() < REMEMBERED));
                let flight = Flight::start(start());
                let answer = flight.answer.clone();
                flights.insert(key, flight);
                answer
            }
        };
        answer.await
    }
}

impl Flight {
    fn start(asking: impl Future<Output = Landed> + Send + 'static) -> Self {
        let landed_at = Arc::new(OnceLock::new());
        let landing = Arc::clone(&landed_at);
        let task = tokio::spawn(async move {
            let answer = asking.await;
            let _ = landing.set(Instant::now());
            answer
        });
        let landing = Arc::clone(&landed_at);
        let answer = task.map(move |joined| {
            joined.unwrap_or_else(|cause| {
                tracing::error!(%cause, "a question to a department broke off");
                let _ = landing.set(Instant::now());
                Err(Failure::Garbage)
            })
        });
        Self { answer: answer.boxed().shared(), landed_at }
    }
}

//! A coalescer in front of a port: many callers with one item each, one call for whatever waits.
//!
//! The writer below groups jobs already, but every job is its own savepoint and its own statements. A port that takes a
//! batch does the same work in fewer statements, on PostgreSQL in one. While a call is under way items gather; alone, an item
//! goes at once. The task that makes the calls lives only as long as something waits.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use tokio::sync::oneshot;

use crate::{BATCH_MAX, Error, QUEUE_MAX, Result};

/// How often a caller that was just answered gets a turn before the next call is made.
const YIELDS: u32 = 3;

type Call<I, O> = dyn Fn(Vec<I>) -> Pin<Box<dyn Future<Output = Result<Vec<O>>> + Send>> + Send + Sync;

struct Item<I, O> {
    item: I,
    answer: oneshot::Sender<Result<O>>,
}

struct Waiting<I, O> {
    items: VecDeque<Item<I, O>>,
    /// A task is making calls, and will look again before it ends.
    busy: bool,
}

/// Cloned freely; clones share the queue.
pub struct Batcher<I, O>(Arc<Inner<I, O>>);

struct Inner<I, O> {
    waiting: Mutex<Waiting<I, O>>,
    call: Box<Call<I, O>>,
}

impl<I, O> Clone for Batcher<I, O> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I: Send + 'static, O: Send + 'static> Batcher<I, O> {
    /// `call` answers with one outcome per item, in their order, after the commit that contains them all.
    pub fn new<F, C>(call: C) -> Self
    where
        F: Future<Output = Result<Vec<O>>> + Send + 'static,
        C: Fn(Vec<I>) -> F + Send + Sync + 'static,
    {
        let call: Box<Call<I, O>> = Box::new(move |items| Box::pin(call(items)));
        Self(Arc::new(Inner { waiting: Mutex::new(Waiting { items: VecDeque::new(), busy: false }), call }))
    }

    /// Waits for the outcome of one item. A caller that goes away does not undo what it asked for.
    pub async fn submit(&self, item: I) -> Result<O> {
        let (answer, answered) = oneshot::channel();
        let start = {
            let mut waiting = self.0.lock();
            if waiting.items.len() >= QUEUE_MAX {
                return Err(Error::Busy { position: waiting.items.len() + 1 });
            }
            waiting.items.push_back(Item { item, answer });
            !std::mem::replace(&mut waiting.busy, true)
        };
        if start {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move { inner.run().await });
        }
        answered.await.map_err(|_| Error::Closed)?
    }
}

impl<I: Send + 'static, O: Send + 'static> Inner<I, O> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting<I, O>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the call. One that panics must not leave `busy` behind, with everybody after it waiting for nobody.
    async fn called(&self, items: Vec<I>) -> Result<Vec<O>> {
        let broken = |_| Err(Error::Corrupt("a batch panicked".into()));
        let mut call = match catch_unwind(AssertUnwindSafe(|| (self.call)(items))) {
            Ok(call) => call,
            Err(cause) => return broken(cause),
        };
        poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
            polled.unwrap_or_else(|cause| Poll::Ready(broken(cause)))
        })
        .await
    }

    async fn run(&self) {
        let mut running = Running { inner: self, ended: false };
        loop {
            // Those who were just answered may have another item at once: let them come along.
            for _ in 0..YIELDS {
                tokio::task::yield_now().await;
            }
            let taken: Vec<Item<I, O>> = {
                let mut waiting = self.lock();
                if waiting.items.is_empty() {
                    waiting.busy = false;
                    running.ended = true;
                    return;
                }
                let count = waiting.items.len().min(BATCH_MAX);
                waiting.items.drain(..count).collect()
            };
            let (items, answers): (Vec<I>, Vec<_>) = taken.into_iter().map(|it| (it.item, it.answer)).unzip();
            answer(answers, self.called(items).await);
        }
    }
}

/// When the task that makes the calls is dropped, because its runtime ends, nobody makes them: those who wait are told so.
struct Running<'a, I: Send + 'static, O: Send + 'static> {
    inner: &'a Inner<I, O>,
    ended: bool,
}

impl<I: Send + 'static, O: Send + 'static> Drop for Running<'_, I, O> {
    fn drop(&mut self) {
        if !self.ended {
            let mut waiting = self.inner.lock();
            waiting.busy = false;
            waiting.items.clear();
        }
    }
}

fn answer<O>(answers: Vec<oneshot::Sender<Result<O>>>, called: Result<Vec<O>>) {
    match called {
        Ok(outcomes) if outcomes.len() == answers.len() => {
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                drop(answer.send(Ok(outcome)));
            }
        }
        Ok(_) => answer(answers, Err(Error::Corrupt("a batch without an outcome for each item".into()))),
        Err(cause) => {
            for answer in answers {
                drop(answer.send(Err(cause.clone())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Doubles each number, and counts the calls.
    fn doubler(calls: &Arc<AtomicUsize>) -> Batcher<u64, u64> {
        let calls = Arc::clone(calls);
        Batcher::new(move |items: Vec<u64>| {
            calls.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::task::yield_now().await;
                match items.iter().find(|item| **item >= 1000) {
                    Some(1000) => panic!("a mistake in a batch, on purpose"),
                    Some(_) => Err(Error::Missing("thing")),
                    None => Ok(items.into_iter().map(|item| item * 2).collect()),
                }
            }
        })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn everybody_gets_their_own_outcome_and_calls_are_shared() {
        let calls = Arc::new(AtomicUsize::new(0));
        let batcher = doubler(&calls);
        let tasks: Vec<_> = (0..500)
            .map(|n| {
                let batcher = batcher.clone();
                tokio::spawn(async move { (n, batcher.submit(n).await) })
            })
            .collect();
        for task in tasks {
            let (n, outcome) = task.await.expect("task");
            assert_eq!(outcome, Ok(n * 2));
        }
        let made = calls.load(Ordering::SeqCst);
        assert!(made < 500, "{made} calls for 500 items");
        assert_eq!(batcher.submit(7).await, Ok(14), "it wakes again after a rest");
    }

    #[tokio::test]
    async fn a_call_that_fails_or_panics_is_told_and_the_next_one_goes_on() {
        let batcher = doubler(&Arc::default());
        assert_eq!(batcher.submit(1001).await, Err(Error::Missing("thing")));
        assert!(matches!(batcher.submit(1000).await, Err(Error::Corrupt(_))));
        assert_eq!(batcher.submit(1).await, Ok(2));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_does_not_stop_the_others() {
        let batcher = doubler(&Arc::default());
        let caller = tokio::spawn({
            let batcher = batcher.clone();
            async move { batcher.submit(1).await }
        });
        tokio::task::yield_now().await;
        caller.abort();
        assert!(caller.await.is_err_and(|cause| cause.is_cancelled()), "it waited when it went away");
        assert_eq!(batcher.submit(2).await, Ok(4));
    }

    #[test]
    fn the_end_of_a_runtime_is_not_the_end_of_the_batcher() {
        let runtime = || tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let batcher = doubler(&Arc::default());
        let waiting = runtime();
        let caller = waiting.spawn({
            let batcher = batcher.clone();
            async move { batcher.submit(1).await }
        });
        waiting.block_on(tokio::task::yield_now());
        drop(waiting);
        assert!(runtime().block_on(caller).is_err(), "it went with its runtime");
        assert_eq!(runtime().block_on(batcher.submit(2)), Ok(4));
    }

    #[tokio::test]
    async fn a_call_without_an_outcome_for_each_item_is_a_mistake() {
        let batcher: Batcher<u64, u64> = Batcher::new(|_| async { Ok(Vec::new()) });
        assert!(matches!(batcher.submit(1).await, Err(Error::Corrupt(_))));
    }
}

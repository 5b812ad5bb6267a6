//! Random walks beside a model in memory that is too simple to be wrong.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::*;
use crate::{BindRefused, KeyReused};

/// Runs an async walk for many random lists of steps, and shrinks the one that fails.
pub(super) fn walk<S: Strategy>(step: S, run: impl AsyncFn(Vec<S::Value>, u64))
where
    S::Value: Clone,
{
    // Every walk has persons of its own, so one store serves all of them.
    let walks = std::sync::atomic::AtomicU64::new(0);
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&proptest::collection::vec(step, 1..40), |steps| {
            let first = 1_000_000 + 1000 * walks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::runtime::Handle::current().block_on(run(steps, first));
            Ok(())
        })
    });
    if let Err(cause) = outcome {
        panic!("{cause}");
    }
}

#[derive(Clone, Debug)]
enum CardStep {
    Bind { holder: u64, thing: u64 },
    Unbind { holder: u64, of: u64, thing: u64 },
}

pub async fn cards_follow_the_model(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let step = prop_oneof![
        3 => (0..3_u64, 0..5_u64).prop_map(|(holder, thing)| CardStep::Bind { holder, thing }),
        2 => (0..3_u64, 0..3_u64, 0..5_u64).prop_map(|(holder, of, thing)| CardStep::Unbind { holder, of, thing }),
    ];
    walk(step, async |steps, first| {
        let person = |n: u64| id(first + n);
        // (holder, thing) -> the card's id
        let mut model: BTreeMap<(u64, u64), Id> = BTreeMap::new();
        for (n, step) in (100..).zip(steps) {
            match step {
                CardStep::Bind { holder, thing } => {
                    let held = model.keys().filter(|(of, _)| *of == holder).count();
                    let expected = match model.entry((holder, thing)) {
                        Entry::Occupied(_) => Err(BindRefused::AlreadyBound),
                        Entry::Vacant(_) if held == 3 => Err(BindRefused::TooMany { max: 3 }),
                        Entry::Vacant(vacant) => Ok(*vacant.insert(id(first + n))),
                    };
                    let card = bind(first + n, person(holder), first + thing);
                    assert_eq!(city.bind_card(card).await.expect("store"), expected);
                }
                CardStep::Unbind { holder, of, thing } => {
                    let card = model.get(&(of, thing)).copied().unwrap_or(id(1));
                    let expected = holder == of && model.remove(&(holder, thing)).is_some();
                    let unbound = city.unbind_card(person(holder), card, NOON, None).await.expect("store");
                    assert_eq!(unbound, Ok(expected));
                }
            }
            for holder in 0..3 {
                let cards = city.cards(person(holder)).await.expect("store");
                let expected: BTreeSet<Id> =
                    model.iter().filter(|((of, _), _)| *of == holder).map(|(_, id)| *id).collect();
                assert_eq!(cards.iter().map(|card| card.id).collect::<BTreeSet<_>>(), expected);
            }
        }
    });
}

#[derive(Clone, Debug)]
enum SessionStep {
    Start { s: i64 },
    Touch { session: usize, s: i64 },
    End { session: usize },
    EndOthers { session: usize },
    EndAll,
}

pub async fn sessions_follow_the_model(opener: Arc<dyn Opener>) {
    struct Live {
        n: u64,
        seen_s: i64,
        ends_s: i64,
    }

    let stores = open(&opener).await;
    let platform = stores.platform();
    let at = |s: i64| NOON.plus_s(s);
    let step = prop_oneof![
        4 => (0..9000_i64).prop_map(|s| SessionStep::Start { s }),
        4 => (0..9_usize, 0..9000_i64).prop_map(|(session, s)| SessionStep::Touch { session, s }),
        2 => (0..9_usize).prop_map(|session| SessionStep::End { session }),
        1 => (0..9_usize).prop_map(|session| SessionStep::EndOthers { session }),
        1 => Just(SessionStep::EndAll),
    ];
    walk(step, async |steps, first| {
        let account = account(&stores, first).await;
        let mut model = vec![Live { n: first, seen_s: 0, ends_s: 7200 }];
        for (n, step) in (first + 1..).zip(steps) {
            match step {
                SessionStep::Start { s } => {
                    platform.start_session(account, new_session(n, at(s)), None).await.expect("store").expect("no key");
                    model.push(Live { n, seen_s: s, ends_s: s + 7200 });
                }
                SessionStep::Touch { session, s } => {
                    let Some(live) = model.get_mut(session) else { continue };
                    let alive = s > live.seen_s && s < live.ends_s && s < live.seen_s + 1800;
                    assert_eq!(platform.touch(id(live.n), at(s)).await.expect("store"), alive);
                    if alive {
                        live.seen_s = s;
                    }
                }
                SessionStep::End { session } => {
                    if session < model.len() {
                        let ended = model.remove(session);
                        assert!(platform.end_session(account, id(ended.n)).await.expect("store"));
                    }
                }
                SessionStep::EndOthers { session } => {
                    let Some(n) = model.get(session).map(|live| live.n) else { continue };
                    let ended = platform.end_all_sessions(account, Some(id(n))).await.expect("store");
                    assert_eq!(ended as usize, model.len() - 1);
                    model.retain(|live| live.n == n);
                }
                SessionStep::EndAll => {
                    let ended = platform.end_all_sessions(account, None).await.expect("store");
                    assert_eq!(ended as usize, model.len());
                    model.clear();
                }
            }
            for s in [0, 1800, 5000, 9000] {
                let listed = platform.sessions(account, at(s)).await.expect("store");
                let expected: BTreeSet<Id> = model
                    .iter()
                    .filter(|live| s < live.ends_s && s < live.seen_s + 1800)
                    .map(|live| id(live.n))
                    .collect();
                assert_eq!(listed.iter().map(|info| info.id).collect::<BTreeSet<_>>(), expected);
                for live in &model {
                    let found = platform.session(&hash(live.n), at(s)).await.expect("store");
                    assert_eq!(
                        found.map(|session| session.id).into_iter().collect::<Vec<_>>().len(),
                        usize::from(expected.contains(&id(live.n)))
                    );
                }
            }
        }
    });
}

pub async fn a_session_is_started_once_for_one_key(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let (platform, me) = (stores.platform(), account(&stores, 1).await);
    let start = async |n, what| {
        let once = Once { actor: me, key: "one-token".into(), request_hash: hash(what) };
        platform.start_session(me, new_session(n, NOON), Some(once)).await.expect("store")
    };
    let before = platform.sessions(me, NOON).await.expect("store").len();
    assert_eq!((start(6, 1).await, start(7, 1).await), (Ok(id(6)), Ok(id(6))), "a repeat starts nothing");
    assert_eq!(start(8, 2).await, Err(KeyReused));
    assert_eq!(platform.sessions(me, NOON).await.expect("store").len(), before + 1);
}

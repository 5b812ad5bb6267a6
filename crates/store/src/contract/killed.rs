//! What a process that is killed leaves behind. The tests of each engine start the process, kill it, and look.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use ::ledger::merkle;
use capability::payment::State;

use super::{
    money::{open_payment, paid, posted},
    *,
};
use crate::Advance;

/// Pays one bill after the other until it is killed, and says which step of which payment the store acknowledged.
pub async fn pay_until_killed(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let next = Arc::new(AtomicU64::new(1));
    let pay = || {
        let (city, next) = (city.clone(), Arc::clone(&next));
        async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                city.open_payment(open_payment(n, id(1), n)).await.expect("store").expect("opened");
                say(n, 1);
                let errand = Advance { messages: vec![message(1_000_000 + n, NOON)], ..paid(n, 1) };
                let posting = Advance::to(id(n), 2, State::Posting, NOON);
                let done = Advance { delivered: Some(id(1_000_000 + n)), ..posted(n, 3) };
                for advance in [errand, posting, done] {
                    let version = advance.version + 1;
                    assert!(city.advance(advance).await.expect("store"), "nobody else changes it");
                    say(n, version);
                }
            }
        }
    };
    // Never ends by itself: every task runs until the process is killed.
    let tasks: tokio::task::JoinSet<()> = (0..16).map(|_| pay()).collect();
    tasks.join_all().await;
}

pub(super) fn say(n: u64, version: i64) {
    writeln!(std::io::stdout().lock(), "acknowledged {n} {version}").expect("somebody listens");
}

/// Starts the program, reads what it says was acknowledged, and kills it after so many steps.
pub fn kill_after(program: &mut Command, steps: usize) -> BTreeMap<u64, i64> {
    let mut payer = program.stdout(Stdio::piped()).spawn().expect("starts");
    let mut acknowledged = BTreeMap::new();
    let mut count = 0;
    for line in BufReader::new(payer.stdout.take().expect("piped")).lines() {
        let line = line.expect("text");
        let Some((n, version)) = line.strip_prefix("acknowledged ").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        acknowledged.insert(n.parse().expect("a number"), version.parse().expect("a version"));
        count += 1;
        if count == steps {
            payer.kill().expect("killed");
        }
    }
    payer.wait().expect("ended");
    assert!(count >= steps, "it ended by itself after {count} steps");
    acknowledged
}

/// Every step that was acknowledged is there, every step that is there is there whole, and the books balance.
pub async fn nothing_acknowledged_is_lost(opener: Arc<dyn Opener>, acknowledged: BTreeMap<u64, i64>) {
    const STATES: [State; 4] = [State::Pending, State::Paid, State::Posting, State::Posted];
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let audit = city.audit().await.expect("store");
    assert!(audit.is_clean(), "{audit:#?}");
    let (mut posted, mut waiting) = (0, 0);
    // Those that were not acknowledged any more may be there too; the first numbers without a payment end the search.
    let last = acknowledged.keys().last().copied().unwrap_or_default() + 32;
    for n in 1..=last {
        let least = acknowledged.get(&n).copied().unwrap_or_default();
        let Some(facts) = city.payment_facts(id(n)).await.expect("store") else {
            assert_eq!(least, 0, "payment {n} was acknowledged and is lost");
            continue;
        };
        assert!(facts.version >= least, "payment {n}: step {least} was acknowledged, {} is there", facts.version);
        assert_eq!(Some(&facts.state), STATES.get(facts.version as usize - 1), "payment {n}");
        let journal = city.journal_of(facts.number).await.expect("store");
        let transfers = [0, 1, 1, 2][facts.version as usize - 1];
        assert_eq!(journal.len(), transfers, "payment {n}, version {}", facts.version);
        posted += u64::from(facts.state == State::Posted);
        waiting += u64::from(matches!(facts.state, State::Paid | State::Posting));
        if facts.state == State::Posted {
            let leaf = city.receipt_public(id(10_000 + n)).await.expect("store").expect("issued");
            let size = city.tree_size().await.expect("store");
            let proof = city.proof(leaf.index, size).await.expect("store").expect("in the tree");
            assert!(merkle::verify_inclusion(leaf.index, size, &leaf.leaf, &proof.path, &proof.root), "payment {n}");
        }
    }
    assert_eq!(city.tree_size().await.expect("store"), posted, "a receipt for each that is posted, and no other");
    assert_eq!(city.outbox_depth().await.expect("store"), waiting, "an errand for each that waits, and no other");
}

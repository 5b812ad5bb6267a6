//! The journal, the tree of receipts, callbacks, the daily close, and autopay.

use ::ledger::{
    Account, Step, Transfer, merkle,
    reconcile::{Break, Cause, Kind, Side},
};
use kernel::{Date, Money, ProviderId};

use super::{
    money::{fen, open_payment, order, pay, provider},
    *,
};
use crate::{
    AutopayRefused, CallbackApplied, CloseDay, CloseRefused, PlanDebit, PostRefused, Posting, ROLL_UP, Reconciled,
    SetAutopay,
};

pub(super) fn posting(payment: i64, amount: i64) -> Posting {
    let (debit, credit) = (Account::clearing(&provider()), Account::escrow());
    let transfer = Transfer { debit, credit, amount: fen(amount), step: Step::Paid, part: 0 };
    Posting { payment, transfer, at: NOON }
}

pub async fn a_transfer_is_posted_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let post = async |posting| city.post_transfer(posting).await.expect("store");
    assert_eq!(post(posting(1, 100)).await, Ok(1));
    assert_eq!(post(posting(2, 200)).await, Ok(2));
    assert_eq!(post(posting(1, 100)).await, Ok(1), "a repeat finds its first");
    assert_eq!(post(posting(1, 101)).await, Err(PostRefused::Different(1)));
    assert_eq!(post(posting(3, 0)).await, Err(PostRefused::Unsound));
    assert_eq!(post(posting(3, -5)).await, Err(PostRefused::Unsound));
    let batch = vec![posting(4, 400), posting(2, 200), posting(4, 400), posting(4, 1), posting(5, 0), posting(6, 600)];
    let outcomes = city.post_transfers(batch).await.expect("store");
    let [first, repeat, twin, other, unsound, last] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!((repeat, unsound), (&Ok(2), &Err(PostRefused::Unsound)));
    assert!(first.is_ok() && first == twin && *other == Err(PostRefused::Different(first.expect("placed"))));
    assert!(last.is_ok_and(|last| first.is_ok_and(|first| last > first)));
    let audit = city.audit_journal().await.expect("store");
    assert!(audit.is_clean(), "{audit:?}");
    assert_eq!((audit.transfers, audit.moved), (4, fen(1300)));
    let mut elsewhere = posting(7, 700);
    elsewhere.transfer.credit = Account::suspense();
    city.post_transfers(vec![elsewhere]).await.expect("store")[0].expect("posted");
    let escrow = city.balance(&Account::escrow()).await.expect("store").expect("moved");
    assert_eq!((escrow.amount(), escrow.debit), (fen(1300), Money::ZERO));
    assert_eq!(city.balance(&Account::refund()).await.expect("store"), None);
}

pub async fn many_callers_share_the_journals_batches(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    // Everything is posted by two callers at once: one of them is the repeat.
    let tasks: Vec<_> = (0..400)
        .map(|n| {
            let city = city.clone();
            tokio::spawn(async move { (n / 2, city.post_transfer(posting(1 + n / 2, 10)).await.expect("store")) })
        })
        .collect();
    let mut places: std::collections::BTreeMap<i64, i64> = std::collections::BTreeMap::new();
    for task in tasks {
        let (payment, place) = task.await.expect("task");
        let place = place.expect("posted");
        assert_eq!(*places.entry(payment).or_insert(place), place, "both were told the same place");
    }
    let distinct: std::collections::BTreeSet<_> = places.values().collect();
    assert_eq!(distinct.len(), 200);
    let audit = city.audit_journal().await.expect("store");
    assert!(audit.is_clean(), "{audit:?}");
    assert_eq!((audit.transfers, audit.moved), (200, fen(2000)));
}

pub async fn a_balance_is_its_roll_up_and_its_tail(opener: Arc<dyn Opener>) {
    const EACH: i64 = 1000;
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let departments = ["a-utility", "b-utility", "c-utility"].map(|slug| DepartmentId::parse(slug).expect("slug"));
    let mut expected = [0; 3];
    let mut moved = 0;
    for round in 0..(2 * ROLL_UP / EACH + 3) {
        let postings: Vec<Posting> = (1..=EACH)
            .map(|n| {
                let payment = round * EACH + n;
                let at = (payment % 3) as usize;
                expected[at] += payment;
                moved += payment;
                let mut posting = posting(payment, payment);
                (posting.transfer.debit, posting.transfer.credit) =
                    (Account::escrow(), Account::merchant(&departments[at]));
                posting
            })
            .collect();
        for outcome in city.post_transfers(postings).await.expect("store") {
            outcome.expect("posted");
        }
        for (department, expected) in departments.iter().zip(expected) {
            let balance = city.balance(&Account::merchant(department)).await.expect("store").expect("moved");
            assert_eq!((balance.amount(), balance.debit), (fen(expected), Money::ZERO), "round {round}");
        }
    }
    let escrow = city.balance(&Account::escrow()).await.expect("store").expect("moved");
    assert_eq!((escrow.debit, escrow.amount()), (fen(moved), fen(-moved)), "below zero is told, not hidden");
    let audit = city.audit_journal().await.expect("store");
    assert!(audit.is_clean() && audit.moved == fen(moved), "{audit:?}");

    let account = Account::merchant(&departments[1]);
    let (mut before, mut seen) = (None, Vec::new());
    while seen.len() < 50 {
        let page = city.history(&account, before, 7).await.expect("store");
        before = page.last().map(|entry| entry.seq);
        seen.extend(page);
    }
    assert!(seen.is_sorted_by(|a, b| a.seq > b.seq), "newest first, none twice");
    assert!(seen.iter().all(|entry| entry.transfer.credit == account && entry.payment % 3 == 1));
    let both = city.history(&Account::escrow(), Some(4), 9).await.expect("store");
    assert_eq!(both.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 2, 1]);
}

pub async fn receipts_are_proved_at_every_size(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    assert_eq!(city.tree_size().await.expect("store"), 0);
    for n in 1..=21 {
        city.open_payment(open_payment(n, id(1), n)).await.expect("store").expect("opened");
        pay(&city, n).await;
    }
    assert_eq!(city.tree_size().await.expect("store"), 21);
    for size in 1..=21 {
        let root = city.tree_root(size).await.expect("store").expect("it was so large");
        for index in 0..size {
            let proof = city.proof(index, size).await.expect("store").expect("it was in it");
            let leaf = city.receipt_public(id(10_001 + index)).await.expect("store").expect("issued").leaf;
            assert_eq!(proof.root, root);
            assert!(merkle::verify_inclusion(index, size, &leaf, &proof.path, &root), "{index} of {size}");
        }
    }
    assert_eq!(city.tree_root(22).await.expect("store"), None);
    assert_eq!(city.proof(3, 22).await.expect("store"), None);
    assert_eq!(city.proof(21, 21).await.expect("store"), None);
}

pub async fn a_callback_is_kept_for_ever_and_applied_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let receive =
        async |n, s| city.receive(&provider(), &hash(n), &sealed("body"), NOON.plus_s(s)).await.expect("store");
    assert!(receive(1, 0).await && receive(2, 5).await);
    assert!(!receive(1, 9).await, "a repeat");
    assert_eq!(city.next_callback_due().await.expect("store"), Some(NOON));
    let claim = async |s| {
        let pending = city.pending_callbacks(NOON.plus_s(s), 30, 10).await.expect("store");
        pending.into_iter().map(|it| (it.key_sha256, it.tries)).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(claim(5).await, [(hash(1), 1), (hash(2), 1)].into());
    assert_eq!(claim(34).await, [].into(), "leased");
    let applied = |n: u64| CallbackApplied { provider: provider(), key_sha256: hash(n), outcome: "paid".into() };
    assert!(city.mark_applied(applied(1), NOON).await.expect("store"));
    assert!(!city.mark_applied(applied(1), NOON).await.expect("store"), "once");
    assert!(city.postpone_callback(&provider(), &hash(2), NOON.plus_s(100)).await.expect("store"));
    assert!(!city.postpone_callback(&provider(), &hash(1), NOON.plus_s(100)).await.expect("store"), "it is applied");
    assert_eq!(claim(99).await, [].into());
    assert_eq!(claim(100).await, [(hash(2), 2)].into());
    assert!(!receive(1, 200).await, "known for ever");
    let other = ProviderId::parse("leaf-pay").expect("slug");
    assert!(city.receive(&other, &hash(1), &sealed("body"), NOON).await.expect("store"), "keys are the provider's");
}

fn reconciled(day: Date, breaks: Vec<Break>, at: Timestamp) -> Reconciled {
    Reconciled { day, side: Side::Provider, party: provider().to_string(), ours: 2, theirs: 2, breaks, at }
}

fn found(kind: Kind, order: &str) -> Break {
    Break { kind, side: Side::Provider, order: order.to_owned(), ours: Some(fen(8640)), theirs: None }
}

pub async fn a_break_waits_for_a_person(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let day = NOON.date();
    let next = NOON.plus_s(24 * 3600);
    let put = async |breaks, at| city.put_reconciled(reconciled(day, breaks, at)).await.expect("store");
    put(vec![found(Kind::Short, "a"), found(Kind::Short, "b")], next).await;
    let open = async || {
        let open = city.open_breaks(10).await.expect("store");
        open.into_iter().map(|it| it.found.order).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(open().await, ["a".to_owned(), "b".to_owned()].into());
    let a = city.open_breaks(10).await.expect("store").into_iter().find(|it| it.found.order == "a").expect("open");
    let (one, colleague) = (id(30), id(31));
    let resolve = async |staff, note| city.resolve_break(a.id, staff, Cause::ALL[0], note, next).await.expect("store");
    assert!(city.claim_break(a.id, one, next).await.expect("store"));
    assert!(!city.claim_break(a.id, colleague, next).await.expect("store"), "one person takes it up");
    assert!(!city.release_break(a.id, colleague).await.expect("store"), "it is not theirs to give back");
    assert!(!resolve(colleague, "me first").await, "nor to resolve");
    assert!(city.release_break(a.id, one).await.expect("store"));
    assert!(city.claim_break(a.id, one, next).await.expect("store"));
    assert!(resolve(one, "asked the provider").await);
    assert!(!resolve(one, "again").await, "once");
    city.put_break(day, "shell-pay", found(Kind::Amount, "met"), NOON).await.expect("store");

    put(vec![found(Kind::Short, "a")], next.plus_s(60)).await;
    assert_eq!(open().await, ["met".to_owned()].into(), "`b` vanished, `a` stays resolved, nobody has seen to `met`");
    let a = city.reconciliation_break(a.id).await.expect("store").expect("kept");
    assert_eq!((a.resolved_by, a.note.as_deref()), (Some(one), Some("asked the provider")));
    assert_eq!((a.claimed_by, a.cause), (Some(one), Some(Cause::ALL[0])));
    put(vec![found(Kind::Short, "b")], next.plus_s(120)).await;
    assert_eq!(open().await, ["b".to_owned(), "met".to_owned()].into(), "what comes back is open again");
    assert_eq!(city.breaks_of(day).await.expect("store").len(), 3);
    assert_eq!(city.reconciled(day).await.expect("store").len(), 1);
}

pub async fn a_day_is_closed_once_and_clean(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    for n in 1..=3 {
        city.open_payment(open_payment(n, id(1), n)).await.expect("store").expect("opened");
        pay(&city, n).await;
    }
    let day = NOON.date();
    let ours = city.provider_day("shell-pay", day).await.expect("store");
    assert_eq!(ours.iter().map(|line| line.out_trade_no.clone()).collect::<Vec<_>>(), [1, 2, 3].map(order));
    let theirs = city.department_day("bicycle-police", day).await.expect("store");
    assert_eq!(theirs.iter().map(|line| line.amount).sum::<Fen>().0, 3 * 8640);
    let yesterday = NOON.plus_s(-24 * 3600).date();
    assert_eq!(city.provider_day("shell-pay", yesterday).await.expect("store"), []);

    let next = NOON.plus_s(24 * 3600);
    let parties = vec![(Side::Provider, "shell-pay".to_owned())];
    let close =
        async |at| city.close_day(CloseDay { day, parties: parties.clone(), staff: id(30), at }).await.expect("store");
    assert_eq!(close(NOON).await, Err(CloseRefused::TooEarly));
    assert_eq!(close(next).await, Err(CloseRefused::NotCompared(parties.clone())));
    city.put_reconciled(reconciled(day, vec![found(Kind::Short, "a")], next)).await.expect("store");
    assert_eq!(close(next).await, Err(CloseRefused::BreaksOpen(1)));
    assert_eq!(city.settlements(day).await.expect("store"), []);
    city.put_reconciled(reconciled(day, vec![], next)).await.expect("store");
    let so_far = city.settlements_so_far(day).await.expect("store");
    let settled = close(next).await.expect("closed");
    assert_eq!(settled, so_far);
    assert_eq!(settled.len(), 1);
    assert_eq!((settled[0].payments, settled[0].gross, settled[0].net()), (3, fen(3 * 8640), fen(3 * 8640)));
    assert_eq!(city.settlements(day).await.expect("store"), settled);
    assert_eq!(close(next).await, Err(CloseRefused::AlreadyClosed));
    let closed = city.closed_days(10).await.expect("store");
    assert_eq!(closed.iter().map(|it| (it.day, it.closed_by)).collect::<Vec<_>>(), [(day, id(30))]);
}

/// Adds amounts up.
struct Fen(i64);

impl std::iter::Sum<Money> for Fen {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Self {
        Self(amounts.map(Money::fen).sum())
    }
}

pub async fn autopay_tells_before_it_debits(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let (me, card) = (id(1), id(5));
    let set = |n| SetAutopay {
        id: id(n),
        account: me,
        card,
        service: service(),
        provider: provider(),
        agreement: sealed("agreement"),
        limit: fen(20_000),
        at: NOON,
        check_at: NOON.plus_s(60),
        once: Some(once(me, &format!("set {n}"), n)),
    };
    assert_eq!(city.set_autopay(set(10)).await.expect("store"), Ok(id(10)));
    assert_eq!(city.set_autopay(set(10)).await.expect("store"), Ok(id(10)), "the same form");
    assert_eq!(city.set_autopay(set(11)).await.expect("store"), Err(AutopayRefused::AlreadySet(id(10))));
    let due = async |s| city.autopays_due(NOON.plus_s(s), 30, 10).await.expect("store").len();
    assert_eq!((due(59).await, due(60).await, due(89).await), (0, 1, 0));
    assert!(city.autopay_checked(id(10), NOON.plus_s(1000)).await.expect("store"));
    assert_eq!((due(999).await, due(1000).await), (0, 1));

    let plan = |bill: u64, amount| PlanDebit {
        autopay: id(10),
        key: Index(hash(bill)),
        amount: fen(amount),
        at: NOON,
        debit_at: NOON.plus_s(2000),
        message: message(100 + bill, NOON),
    };
    let plans = async |bill, amount| city.plan_debit(plan(bill, amount)).await.expect("store");
    assert!(plans(1, 8640).await && plans(2, 20_000).await);
    assert!(!plans(1, 8640).await, "told once");
    assert!(!plans(3, 20_001).await, "above the limit");
    assert_eq!(city.outbox_depth().await.expect("store"), 2, "a notice for each that is planned");
    let debits = async |s| city.debits_due(NOON.plus_s(s), 30, 10).await.expect("store");
    assert_eq!(debits(1999).await, [], "not before the time that the notice said");
    assert_eq!(debits(2000).await.len(), 2);
    let done = |bill| city.debit_done(id(10), bill, "paid", Some(id(70)));
    let bill = Index(hash(1));
    assert!(done(&bill).await.expect("store"));
    assert!(!done(&bill).await.expect("store"), "made once");
    assert!(!city.limit_autopay(id(2), id(10), fen(1)).await.expect("store"), "not theirs");
    assert!(city.limit_autopay(me, id(10), fen(100)).await.expect("store"));
    assert!(!city.stop_autopay(id(2), id(10), NOON).await.expect("store"), "not theirs");
    assert!(city.stop_autopay(me, id(10), NOON.plus_s(2001)).await.expect("store"));
    assert_eq!(debits(9000).await, [], "what was announced is not debited any more");
    assert!(!plans(4, 50).await, "stopped");
    let outcomes = city.autopay_debits(id(10), 10).await.expect("store");
    let outcomes: std::collections::BTreeSet<_> = outcomes.into_iter().filter_map(|debit| debit.outcome).collect();
    assert_eq!(outcomes, ["paid".to_owned(), "stopped".to_owned()].into());

    assert_eq!(city.set_autopay(set(12)).await.expect("store"), Ok(id(12)), "a new one after the old");
    city.bind_card(BindCard { id: card, ..bind(5, me, 1) }).await.expect("store").expect("bound");
    city.unbind_card(me, card, NOON, None).await.expect("store").expect("unbound");
    assert!(city.autopay(id(12)).await.expect("store").expect("kept").stopped_at.is_some(), "it goes with its card");
    assert_eq!(city.autopays(me).await.expect("store").len(), 2);
    city.forget(me).await.expect("store");
    assert_eq!(city.autopays(me).await.expect("store"), []);
}

pub async fn the_outbox_says_when_it_is_due(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let next = async || city.next_due().await.expect("store");
    assert_eq!(next().await, None);
    city.post(vec![message(1, NOON.plus_s(50)), message(2, NOON.plus_s(20))]).await.expect("store");
    assert_eq!(next().await, Some(NOON.plus_s(20)));
    assert_eq!(city.claim(NOON.plus_s(20), 60, 10).await.expect("store").len(), 1);
    assert_eq!(next().await, Some(NOON.plus_s(50)), "the leased one is due when its lease is over");
    assert!(city.postpone(id(2), NOON.plus_s(30), "department_busy").await.expect("store"));
    assert_eq!(next().await, Some(NOON.plus_s(30)));
    assert!(city.hurry(id(1), NOON.plus_s(25)).await.expect("store"));
    assert!(!city.hurry(id(1), NOON.plus_s(40)).await.expect("store"), "it is due before that");
    assert!(!city.hurry(id(9), NOON).await.expect("store"), "no such message");
    assert_eq!(next().await, Some(NOON.plus_s(25)));
    let stuck = city.stuck(1, 10).await.expect("store");
    assert_eq!(
        stuck.iter().map(|it| (it.key, it.cause.as_deref())).collect::<Vec<_>>(),
        [(id(2), Some("department_busy"))]
    );
    assert_eq!(city.stuck(2, 10).await.expect("store"), []);
}

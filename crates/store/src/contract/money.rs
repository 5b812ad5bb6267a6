//! Payments: opened once, changed in one way, shown to their account.

use ::ledger::{Account, Step, Transfer, reconcile};
use capability::payment::State;
use kernel::{Money, ProviderId};

use super::*;
use crate::{
    Advance, AttemptChange, AttemptState, BillLine, CallbackApplied, Error, MetBreak, NewAttempt, NewReceipt,
    OpenPayment, OpenRefused,
};

pub(super) fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

pub(super) fn provider() -> ProviderId {
    ProviderId::parse("shell-pay").expect("slug")
}

pub(super) fn order(n: u64) -> String {
    format!("order{n}")
}

pub(super) fn open_payment(n: u64, account: AccountId, bill: u64) -> OpenPayment {
    OpenPayment {
        id: id(n),
        account,
        subject: Some(account),
        card: None,
        service: service(),
        department: department(),
        payee: Account::merchant(&department()).as_str().to_owned(),
        purpose: "bill".into(),
        bills: vec![BillLine { key: Index(hash(bill)), amount: fen(8640), surcharge: fen(40) }],
        again: false,
        amount: fen(8640),
        detail: sealed("detail"),
        at: NOON,
        expires_at: NOON.plus_s(900),
        attempt: NewAttempt {
            out_trade_no: order(n),
            provider: provider(),
            amount: fen(8640),
            query_at: NOON.plus_s(10),
        },
        once: None,
    }
}

pub(super) fn transfer(step: Step, debit: Account, credit: Account) -> Transfer {
    Transfer { debit, credit, amount: fen(8640), step, part: 0 }
}

fn attempt(n: u64, state: AttemptState) -> AttemptChange {
    let paid = state == AttemptState::Paid;
    AttemptChange {
        out_trade_no: order(n),
        state,
        trade_no: paid.then(|| format!("trade{n}")),
        paid_at: paid.then(|| NOON.plus_s(60)),
    }
}

/// What follows when the provider says that the n-th payment's first order was paid.
pub(super) fn paid(n: u64, version: i64) -> Advance {
    let mut advance = Advance::to(id(n), version, State::Paid, NOON.plus_s(61));
    advance.attempts = vec![attempt(n, AttemptState::Paid)];
    advance.transfers = vec![transfer(Step::Paid, Account::clearing(&provider()), Account::escrow())];
    advance
}

/// What follows when the department has taken it.
pub(super) fn posted(n: u64, version: i64) -> Advance {
    let mut advance = Advance::to(id(n), version, State::Posted, NOON.plus_s(62));
    advance.transfers = vec![transfer(Step::Posted, Account::escrow(), Account::merchant(&department()))];
    advance.biller_ref = Some(format!("ref{n}"));
    advance.receipt = Some(NewReceipt {
        id: id(10_000 + n),
        receipt_no: format!("receipt{n}"),
        leaf: hash(n),
        body: sealed("receipt"),
    });
    advance
}

pub(super) async fn facts(city: &City, n: u64) -> crate::PaymentFacts {
    city.payment_facts(id(n)).await.expect("store").expect("a payment")
}

/// Takes the n-th payment, just opened, to its receipt.
pub(super) async fn pay(city: &City, n: u64) {
    let mut advance = Advance::to(id(n), 2, State::Posting, NOON.plus_s(61));
    advance.messages = vec![message(20_000 + n, NOON)];
    assert!(city.advance(paid(n, 1)).await.expect("store"));
    assert!(city.advance(advance).await.expect("store"));
    let done = Advance { delivered: Some(id(20_000 + n)), ..posted(n, 3) };
    assert!(city.advance(done).await.expect("store"));
}

pub(super) async fn assert_clean(city: &City) {
    let audit = city.audit().await.expect("store");
    assert!(audit.is_clean(), "{audit:#?}");
}

pub async fn a_bill_is_in_one_open_payment(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let (me, other) = (id(1), id(2));
    let tries = async |n, account, bill| city.open_payment(open_payment(n, account, bill)).await.expect("store");
    assert_eq!(tries(10, me, 1).await, Ok(id(10)));
    assert_eq!(tries(11, me, 1).await, Err(OpenRefused::AlreadyOpen(id(10))));
    assert_eq!(tries(12, other, 1).await, Err(OpenRefused::AlreadyOpenElsewhere), "without the stranger's id");
    let both = OpenPayment {
        bills: [2, 1].map(|bill| BillLine { key: Index(hash(bill)), amount: fen(1), surcharge: fen(0) }).to_vec(),
        ..open_payment(13, me, 2)
    };
    assert_eq!(city.open_payment(both).await.expect("store"), Err(OpenRefused::AlreadyOpen(id(10))));
    assert_eq!(city.payment_facts(id(13)).await.expect("store"), None, "all of it was refused");

    assert!(city.advance(Advance::to(id(10), 1, State::Closed, NOON.plus_s(900))).await.expect("store"));
    assert_eq!(tries(14, other, 1).await, Ok(id(14)), "given up, so free");
    pay(&city, 14).await;
    assert_eq!(tries(15, me, 1).await, Err(OpenRefused::AlreadyPaid(None)));
    assert_eq!(tries(16, other, 1).await, Err(OpenRefused::AlreadyPaid(Some(id(14)))));
    let bill = Index(hash(1));
    let known = |account| city.payment_of_bill(account, &bill);
    let known = [known(me).await, known(other).await].map(|it| it.expect("store").expect("a payment"));
    assert_eq!(known, [(None, State::Posted), (Some(id(14)), State::Posted)]);

    let top_up = |n| OpenPayment { again: true, ..open_payment(n, me, 5) };
    assert_eq!(city.open_payment(top_up(20)).await.expect("store"), Ok(id(20)));
    assert_eq!(city.open_payment(top_up(21)).await.expect("store"), Err(OpenRefused::AlreadyOpen(id(20))));
    pay(&city, 20).await;
    assert_eq!(city.open_payment(top_up(22)).await.expect("store"), Ok(id(22)), "money in advance may come again");
    assert_clean(&city).await;
}

pub async fn sixty_four_tasks_open_one_payment(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let tasks: Vec<_> = (100..164)
        .map(|n| {
            let city = city.clone();
            tokio::spawn(async move { city.open_payment(open_payment(n, id(1), 1)).await.expect("store") })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("task"));
    }
    let winners: Vec<Id> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied()).collect();
    assert_eq!(winners.len(), 1);
    let losers = outcomes.iter().filter(|outcome| **outcome == Err(OpenRefused::AlreadyOpen(winners[0]))).count();
    assert_eq!(losers, 63, "everybody is led to the one that is open");
}

pub async fn one_key_opens_one_payment(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let me = id(1);
    let first = OpenPayment { once: Some(once(me, "k", 1)), ..open_payment(10, me, 1) };
    assert_eq!(city.open_payment(first.clone()).await.expect("store"), Ok(id(10)));
    let repeat = OpenPayment { id: id(11), ..first.clone() };
    assert_eq!(city.open_payment(repeat).await.expect("store"), Ok(id(10)));
    let changed = OpenPayment { once: Some(once(me, "k", 2)), ..open_payment(12, me, 2) };
    assert_eq!(city.open_payment(changed).await.expect("store"), Err(OpenRefused::KeyReused));
    let facts = facts(&city, 10).await;
    assert_eq!((facts.state, facts.version, facts.amount), (State::Pending, 1, fen(8640)));
    assert_eq!(facts.bills, first.bills);
    assert_eq!(facts.attempts.len(), 1);
    assert_eq!(city.payment_of_attempt(&order(10)).await.expect("store"), Some(id(10)));
    assert_eq!(city.payment_of_attempt("nothing").await.expect("store"), None);
}

pub async fn an_advance_stands_whole_or_not_at_all(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    city.open_payment(open_payment(10, id(1), 1)).await.expect("store").expect("opened");
    city.receive(&provider(), &hash(1), &sealed("callback"), NOON).await.expect("store");
    let applied = |outcome: &str| {
        let outcome = outcome.to_owned();
        Some(CallbackApplied { provider: provider(), key_sha256: hash(1), outcome })
    };
    let whole = Advance {
        messages: vec![message(50, NOON)],
        callback: applied("paid"),
        breaks: vec![MetBreak {
            id: id(70),
            party: "shell-pay".into(),
            found: reconcile::Break {
                kind: reconcile::Kind::Amount,
                side: reconcile::Side::Provider,
                order: order(10),
                ours: Some(fen(8640)),
                theirs: Some(fen(1)),
            },
        }],
        ..paid(10, 1)
    };
    assert!(!city.advance(Advance { version: 2, ..whole.clone() }).await.expect("store"), "decided on other facts");
    let unknown = Advance { attempts: vec![attempt(99, AttemptState::Paid)], ..whole.clone() };
    assert_eq!(city.advance(unknown).await, Err(Error::Missing("order of this payment")));
    let twice = Advance { transfers: [whole.transfers.clone(), whole.transfers.clone()].concat(), ..whole.clone() };
    assert!(matches!(city.advance(twice).await, Err(Error::Corrupt(_))), "a step twice");
    let before = facts(&city, 10).await;
    assert_eq!((before.state, before.version), (State::Pending, 1));
    assert_eq!((before.attempts[0].state, before.paid_at), (AttemptState::Open, None));
    assert_eq!(city.outbox_depth().await.expect("store"), 0);
    assert_eq!(city.balances().await.expect("store"), []);
    assert_eq!(city.open_breaks(9).await.expect("store"), []);

    assert!(city.advance(whole.clone()).await.expect("store"));
    assert!(!city.advance(whole).await.expect("store"), "the version has moved on");
    let after = facts(&city, 10).await;
    assert_eq!((after.state, after.version, after.paid_at), (State::Paid, 2, Some(NOON.plus_s(60))));
    assert_eq!(after.attempts[0].trade_no.as_deref(), Some("trade10"));
    assert_eq!(city.outbox_depth().await.expect("store"), 1);
    assert_eq!(city.next_callback_due().await.expect("store"), None, "the callback is applied");
    assert_eq!(city.open_breaks(9).await.expect("store").len(), 1);
    let journal = city.journal_of(after.number).await.expect("store");
    assert_eq!(journal.iter().map(|entry| entry.transfer.step).collect::<Vec<_>>(), [Step::Paid]);
    let again = Advance { callback: applied("again"), ..Advance::to(id(10), 2, State::Paid, NOON) };
    assert_eq!(city.advance(again).await, Err(Error::Missing("callback that waits")));

    let posting = Advance { delivered: Some(id(50)), ..Advance::to(id(10), 2, State::Posting, NOON.plus_s(61)) };
    assert!(city.advance(posting).await.expect("store"));
    assert!(city.advance(posted(10, 3)).await.expect("store"));
    assert_eq!(city.outbox_depth().await.expect("store"), 0, "what was delivered is gone");
    let done = facts(&city, 10).await;
    assert_eq!((done.posted_at, done.biller_ref.as_deref()), (Some(NOON.plus_s(62)), Some("ref10")));
    assert_clean(&city).await;
}

pub async fn sixty_four_tasks_advance_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    city.open_payment(open_payment(10, id(1), 1)).await.expect("store").expect("opened");
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let city = city.clone();
            tokio::spawn(async move { city.advance(paid(10, 1)).await.expect("store") })
        })
        .collect();
    let mut stood = 0;
    for task in tasks {
        stood += u32::from(task.await.expect("task"));
    }
    assert_eq!(stood, 1);
    let escrow = city.balance(&Account::escrow()).await.expect("store").expect("moved");
    assert_eq!(escrow.amount(), fen(8640));
}

pub async fn another_order_joins_a_pending_payment(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    city.open_payment(open_payment(10, id(1), 1)).await.expect("store").expect("opened");
    let another = NewAttempt { out_trade_no: order(11), ..open_payment(10, id(1), 1).attempt };
    let later = NOON.plus_s(1200);
    let add = async |version| city.new_attempt(id(10), version, another.clone(), NOON, later).await.expect("store");
    assert!(!add(2).await, "decided on other facts");
    assert!(add(1).await);
    let facts = facts(&city, 10).await;
    assert_eq!((facts.version, facts.expires_at), (2, later));
    assert_eq!(facts.attempts.iter().map(|it| it.out_trade_no.clone()).collect::<Vec<_>>(), [order(10), order(11)]);
    assert!(city.advance(paid(10, 2)).await.expect("store"));
    let third = NewAttempt { out_trade_no: order(12), ..another.clone() };
    assert!(!city.new_attempt(id(10), 3, third, NOON, later).await.expect("store"), "it is paid");
}

pub async fn orders_are_asked_about_and_payments_expire(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    for n in 10..13 {
        city.open_payment(open_payment(n, id(1), n)).await.expect("store").expect("opened");
    }
    let due = async |s| {
        let due = city.due_for_query(NOON.plus_s(s), 30, 10).await.expect("store");
        due.into_iter().map(|it| (it.out_trade_no, it.queries)).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(due(9).await.len(), 0, "the provider may still call");
    assert_eq!(due(10).await, [(order(10), 1), (order(11), 1), (order(12), 1)].into());
    assert_eq!(due(39).await.len(), 0, "leased");
    assert!(city.query_again(&order(10), NOON.plus_s(100)).await.expect("store"));
    assert!(city.advance(paid(11, 1)).await.expect("store"));
    assert!(!city.query_again(&order(11), NOON.plus_s(20)).await.expect("store"), "it is paid");
    assert_eq!(due(40).await, [(order(12), 2)].into());

    let expire = async |s| city.due_to_expire(NOON.plus_s(s), 10).await.expect("store");
    assert_eq!(expire(899).await, []);
    assert_eq!(expire(900).await.len(), 2, "not the one that is paid");
    let closed = Advance {
        attempts: vec![attempt(10, AttemptState::Closed)],
        ..Advance::to(id(10), 1, State::Closed, NOON.plus_s(900))
    };
    assert!(city.advance(closed).await.expect("store"));
    assert_eq!(expire(900).await, [id(12)]);
    assert_eq!(due(900).await, [(order(12), 3)].into(), "nobody asks about a closed order");
    let waiting = city.payments_in(State::Pending, 0, 10).await.expect("store");
    assert_eq!(waiting, [id(12)]);
}

pub async fn a_payment_is_shown_to_its_account_alone(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let (me, parent) = (id(1), id(2));
    for n in 10..15 {
        let theirs = OpenPayment { subject: Some(if n == 12 { parent } else { me }), ..open_payment(n, me, n) };
        city.open_payment(theirs).await.expect("store").expect("opened");
        pay(&city, n).await;
    }
    let seen = city.payment(access(me, NOON), me, id(12)).await.expect("store").expect("mine");
    assert_eq!((seen.0.detail, seen.0.facts.state), (sealed("detail"), State::Posted));
    assert!(city.payment(access(parent, NOON), parent, id(12)).await.expect("store").is_none(), "not theirs to open");
    let log = async |of| city.access_log(of, None, 99).await.expect("store").len();
    assert_eq!((log(me).await, log(parent).await), (1, 1), "everybody whose bill was shown sees it");
    assert!(city.receipt(access(parent, NOON), parent, id(12)).await.expect("store").is_none());
    let (receipt, body, _) = city.receipt(access(me, NOON), me, id(12)).await.expect("store").expect("mine");
    assert_eq!((receipt.index, receipt.leaf, body), (2, hash(12), sealed("receipt")));

    let (first, _) = city.payments(access(me, NOON), me, None, 3).await.expect("store");
    let (second, _) = city.payments(access(me, NOON), me, Some(first[2].number), 3).await.expect("store");
    let listed: Vec<Id> = first.iter().chain(&second).map(|info| info.id).collect();
    assert_eq!(listed, [14, 13, 12, 11, 10].map(id), "newest first");
    assert_eq!(log(parent).await, 2, "the page that showed their bill");
    assert_eq!(city.payment_state(me, id(12)).await.expect("store"), Some(State::Posted));
    assert_eq!(city.payment_state(parent, id(12)).await.expect("store"), None, "nobody else's");
    let unfinished = async |of| city.at_home(of, None).await.expect("store").unfinished;
    assert_eq!(unfinished(me).await, None);
    city.open_payment(open_payment(15, me, 15)).await.expect("store").expect("opened");
    assert_eq!(unfinished(me).await, Some((id(15), State::Pending)));
    assert_eq!(unfinished(parent).await, None);
    let (sums, _) = city.paid_by_month(access(me, NOON), me, 202_601).await.expect("store");
    let month = i64::from(NOON.date().year()) * 100 + i64::from(NOON.date().month());
    assert_eq!(sums.iter().map(|sum| (sum.month, sum.amount)).collect::<Vec<_>>(), [(month, fen(5 * 8640))]);
    let (later, _) = city.paid_by_month(access(me, NOON), me, month + 1).await.expect("store");
    assert_eq!(later, []);
}

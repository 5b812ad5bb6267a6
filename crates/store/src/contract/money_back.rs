//! Money that goes back, and what stays of a payment when its account goes.

use ::ledger::{Account, Step, Transfer};
use capability::{payment::State, refund};

use super::{
    money::{assert_clean, facts, fen, open_payment, order, paid, pay, posted, provider, transfer},
    *,
};
use crate::{Advance, Error, OpenRefused, Refund};

/// A refund of the n-th payment, as it is now.
fn refund_of(n: u64, state: refund::State, is_new: bool, by: [Option<Id>; 2]) -> crate::RefundChange {
    let [asked_by, decided_by] = by;
    let facts = refund::Facts {
        refund_no: refund::number(&order(n), 0),
        out_trade_no: order(n),
        amount: fen(640),
        state,
        reason: refund::Reason::Staff,
        route: refund::Route::Provider,
        asked_by,
    };
    refund::Change { facts, is_new, decided_by, document_no: None }.into()
}

pub async fn a_refund_takes_four_eyes(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    city.open_payment(open_payment(10, id(1), 1)).await.expect("store").expect("opened");
    pay(&city, 10).await;
    let (clerk, chief) = (id(30), id(31));
    let change = |version, change| Advance {
        refunds: vec![change],
        ..Advance::to(id(10), version, State::Posted, NOON.plus_s(version))
    };
    let asked = refund_of(10, refund::State::Asked, true, [Some(clerk), None]);
    let asked = crate::RefundChange { note: Some("paid twice at the counter".into()), ..asked };
    assert!(city.advance(change(4, asked)).await.expect("store"));
    let waiting = city.refunds(refund::State::Asked, Timestamp(0), 10).await.expect("store");
    assert_eq!(waiting.iter().map(|info| info.payment).collect::<Vec<_>>(), [id(10)]);
    let own = refund_of(10, refund::State::Approved, false, [Some(clerk), Some(clerk)]);
    assert!(matches!(city.advance(change(5, own)).await, Err(Error::Corrupt(_))), "the database counts the eyes too");
    let mut approved = change(5, refund_of(10, refund::State::Approved, false, [Some(clerk), Some(chief)]));
    let aside = Transfer {
        amount: fen(640),
        ..transfer(Step::RefundAsked, Account::merchant(&department()), Account::refund())
    };
    approved.transfers = vec![aside];
    assert!(city.advance(approved).await.expect("store"));
    let mut done = change(6, refund_of(10, refund::State::Done, false, [Some(clerk), Some(clerk)]));
    let back =
        Transfer { amount: fen(640), ..transfer(Step::Refunded, Account::refund(), Account::clearing(&provider())) };
    (done.transfers, done.refunded) = (vec![back], Some(fen(640)));
    assert!(city.advance(done).await.expect("store"), "who asked may complete it");
    let facts = facts(&city, 10).await;
    let Refund { decided_by, done_by, note, done_at, .. } = facts.refunds[0].clone();
    assert_eq!((decided_by, done_by, done_at), (Some(chief), Some(clerk), Some(NOON.plus_s(6))));
    assert_eq!((note.as_deref(), facts.refunded), (Some("paid twice at the counter"), fen(640)));
    assert_eq!(city.payment_of_refund(&refund::number(&order(10), 0)).await.expect("store"), Some(id(10)));
    let merchant = city.balance(&Account::merchant(&department())).await.expect("store").expect("moved");
    assert_eq!(merchant.amount(), fen(8000));
    assert_clean(&city).await;
}

pub async fn a_deleted_account_leaves_the_books(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let me = id(1);
    for n in 10..13 {
        city.open_payment(open_payment(n, me, n)).await.expect("store").expect("opened");
    }
    pay(&city, 10).await;
    assert!(city.advance(paid(11, 1)).await.expect("store"));
    let before = city.tree_root(1).await.expect("store");
    city.forget(me).await.expect("store");

    assert!(city.payment(access(me, NOON), me, id(10)).await.expect("store").is_none());
    assert_eq!(city.payments(access(me, NOON), me, None, 9).await.expect("store").0, []);
    assert!(city.receipt(access(me, NOON), me, id(10)).await.expect("store").is_none());
    assert_eq!(city.payment_detail(id(10)).await.expect("store"), None, "ended, so nothing needs it");
    assert_eq!(city.payment_detail(id(11)).await.expect("store"), Some(sealed("detail")), "the biller is to be told");
    assert_eq!(facts(&city, 11).await.account, None);
    let mut posting = Advance::to(id(11), 2, State::Posting, NOON.plus_s(62));
    posting.messages = vec![message(60, NOON)];
    assert!(city.advance(posting).await.expect("store"));
    assert!(city.advance(posted(11, 3)).await.expect("store"), "what was paid is posted all the same");
    assert_eq!(city.payment_detail(id(11)).await.expect("store"), None);
    let leaf = city.receipt_public(id(10_011)).await.expect("store").expect("the leaf stays");
    assert_eq!((leaf.index, leaf.leaf), (1, hash(11)));
    assert_eq!(city.tree_root(1).await.expect("store"), before, "the tree is as it was");
    let tried = city.open_payment(open_payment(14, id(2), 10)).await.expect("store");
    assert_eq!(tried, Err(OpenRefused::AlreadyPaid(None)), "a paid bill stays paid");
    assert_clean(&city).await;
}

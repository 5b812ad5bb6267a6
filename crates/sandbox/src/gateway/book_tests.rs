//! The books under anything that shops, payers and forgetful clients do, held against a few sentences that must be true.

use kernel::Timestamp;
use proptest::prelude::*;

use super::book::{Book, Channel, Order, Refund, RefundState, TradeState, Wrong};

const NOW: Timestamp = Timestamp(1_772_416_800_000);

fn order(no: u8, amount_fen: i64) -> Order {
    Order {
        shop: "shop".into(),
        out_trade_no: format!("order{no}"),
        amount_fen,
        subject: "水费".into(),
        channel: Channel::Page,
        expires_at: Some(NOW.plus_s(900)),
        notify_url: None,
        return_url: None,
        seen: true,
    }
}

fn refund(no: u8, amount_fen: i64) -> Refund {
    Refund {
        no: format!("refund{no}"),
        id: String::new(),
        amount_fen,
        reason: String::new(),
        created_at: NOW,
        state: RefundState::Done,
        done_at: Some(NOW),
        notify_url: None,
    }
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Open(u8, i64),
    Pay(u8),
    Close(u8),
    Refund(u8, u8, i64),
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..4_u8, prop_oneof![Just(100_i64), Just(250)]).prop_map(|(no, fen)| Act::Open(no, fen)),
        (0..4_u8).prop_map(Act::Pay),
        (0..4_u8).prop_map(Act::Close),
        (0..4_u8, 0..6_u8, -5..160_i64).prop_map(|(of, no, fen)| Act::Refund(of, no, fen)),
        (0..400_i64).prop_map(Act::Wait),
    ]
}

proptest! {
    #[test]
    fn nothing_is_paid_twice_and_no_more_goes_back_than_came(acts in prop::collection::vec(act(), 0..80)) {
        let mut book = Book::default();
        let mut now = NOW;
        let (mut came, mut went) = (0, 0);
        for act in acts {
            match act {
                Act::Open(no, fen) => {
                    if let Ok(trade) = book.open(order(no, fen), "", now) {
                        prop_assert_eq!((trade.amount_fen, trade.state), (fen, TradeState::Waiting));
                    }
                }
                Act::Pay(no) => {
                    let before = book.trade_of_order("shop", &format!("order{no}"), now);
                    let Some(before) = before else { continue };
                    match book.pay(&before.trade_no, now) {
                        Ok(trade) => {
                            prop_assert_eq!(before.state, TradeState::Waiting);
                            came += trade.amount_fen;
                        }
                        Err(why) => prop_assert!(matches!(
                            (before.state, why),
                            (TradeState::Paid, Wrong::Paid) | (TradeState::Closed, Wrong::Closed)
                        )),
                    }
                }
                Act::Close(no) => {
                    let Some(trade) = book.trade_of_order("shop", &format!("order{no}"), now) else { continue };
                    let closed = book.close(&trade.trade_no, now).is_ok();
                    prop_assert_eq!(closed, trade.state == TradeState::Waiting);
                }
                Act::Refund(of, no, fen) => {
                    let Some(trade) = book.trade_of_order("shop", &format!("order{of}"), now) else { continue };
                    if let Ok((_, true)) = book.refund(&trade.trade_no, refund(no, fen), now) {
                        prop_assert!(trade.state == TradeState::Paid && fen > 0);
                        went += fen;
                    }
                }
                Act::Wait(s) => now = now.plus_s(s),
            }
        }
        let trades = book.trades(now);
        let paid = trades.iter().filter(|trade| trade.state == TradeState::Paid);
        prop_assert_eq!(paid.map(|trade| trade.amount_fen).sum::<i64>(), came);
        prop_assert_eq!(trades.iter().map(super::book::Trade::refunded_fen).sum::<i64>(), went);
        for trade in &trades {
            prop_assert!(trade.refunded_fen() <= trade.amount_fen);
            prop_assert!(trade.state != TradeState::Waiting || now < NOW.plus_s(900));
        }
        let lines = (0..2).flat_map(|day| book.lines("shop", crate::days::plus_days(NOW.date(), day)));
        let net: i64 = lines
            .map(|(_, trade, refund)| refund.map_or(trade.amount_fen, |refund| -refund.amount_fen))
            .sum();
        prop_assert_eq!(net, came - went, "the bills tell all of it");
    }
}

#[test]
fn an_order_placed_again_is_the_same_trade_and_an_altered_one_is_refused() {
    let mut book = Book::default();
    let first = book.open(order(1, 100), "", NOW).expect("placed");
    assert_eq!(book.open(order(1, 100), "", NOW).expect("again").trade_no, first.trade_no);
    assert_eq!(book.open(order(1, 101), "", NOW), Err(Wrong::Differs));
    assert_eq!(book.trade_of_order("another shop", "order1", NOW), None);
    assert_eq!(book.open(order(2, 100), "", NOW.plus_s(900)), Err(Wrong::Closed), "too late");
    assert_eq!(book.trade(&first.trade_no, NOW.plus_s(900)).map(|trade| trade.state), Some(TradeState::Closed));
    assert_eq!((first.trade_no.len(), first.trade_no.starts_with("20260302")), (28, true));
}

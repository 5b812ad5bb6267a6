//! Every state against everything that can happen, written out; and the courses that money takes.

use super::*;

/// A payment in a state, by the way that leads there.
fn at(state: State) -> Kept {
    let way: Vec<Command> = match state {
        State::Pending => vec![],
        State::Closed => vec![Command::Cancel],
        State::Paid => vec![confirmed(0)],
        State::Posting => vec![confirmed(0), Command::BeginPosting],
        State::Posted => vec![confirmed(0), Command::BeginPosting, accepted()],
        State::Failed => vec![confirmed(0), Command::BeginPosting, Command::BillerRefused],
        State::Refunding => {
            vec![confirmed(0), Command::BeginPosting, Command::BillerRefused, sent(0)]
        }
        State::Refunded => {
            vec![confirmed(0), Command::BeginPosting, Command::BillerRefused, sent(0), done(0)]
        }
    };
    let mut kept = Kept::new(pending(merchant(), 2));
    for command in way {
        kept.tell(&command, Timestamp(2_000)).expect("the way");
    }
    assert_eq!(kept.facts.state, state);
    kept
}

fn number(part: u16) -> String {
    refund::number(&order(0), part)
}

fn sent(part: u16) -> Command {
    Command::RefundSent { refund_no: number(part) }
}

fn done(part: u16) -> Command {
    Command::RefundDone { refund_no: number(part) }
}

fn ask(fen: i64) -> Command {
    Command::AskRefund { amount: Money::from_fen(fen), by: ASKER }
}

fn approve(part: u16, by: Id) -> Command {
    Command::ApproveRefund { refund_no: number(part), by }
}

/// What a command does to a state, beside refunds and effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Nothing,
    To(State),
    /// The state stays, and something is recorded or done.
    Beside,
    /// A person must look; nothing else.
    Contradicts,
    Refused,
}
use Does::{Beside, Contradicts, Nothing, Refused, To};

#[test]
fn every_state_answers_everything_that_can_happen() {
    use State::{Closed, Failed, Paid, Pending, Posted, Posting, Refunded, Refunding};
    let late = Timestamp(EXPIRES_AT.0);
    // The columns: Pending, Closed, Paid, Posting, Posted, Failed, Refunding, Refunded.
    let rows: [(Command, [Does; 8]); 11] = [
        (confirmed(0), [To(Paid), Beside, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing]),
        (confirmed(1), [To(Paid), Beside, Beside, Beside, Beside, Beside, Beside, Beside]),
        (Command::AttemptClosed { out_trade_no: order(1) }, [Beside; 8]),
        (Command::Expire, [To(Closed), Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing]),
        (Command::Cancel, [To(Closed), Nothing, Refused, Refused, Refused, Refused, Refused, Refused]),
        (Command::BeginPosting, [Refused, Refused, To(Posting), Nothing, Refused, Refused, Refused, Refused]),
        (accepted(), [Refused, Refused, Refused, To(Posted), Nothing, Contradicts, Contradicts, Contradicts]),
        (Command::BillerRefused, [Refused, Refused, Refused, To(Failed), Contradicts, Nothing, Nothing, Nothing]),
        (ask(1), [Refused, Refused, Refused, Refused, Beside, Refused, Refused, Refused]),
        (Command::AskRest { amount: AMOUNT }, [Refused, Refused, Refused, Refused, Beside, Refused, Refused, Refused]),
        (Command::GiveBack { total: AMOUNT }, [Refused, Refused, Refused, Refused, Beside, Refused, Refused, Refused]),
    ];
    for (command, row) in rows {
        for (state, expected) in State::ALL.iter().zip(row) {
            let mut kept = at(*state);
            let before = kept.facts.clone();
            let does = match kept.tell(&command, late) {
                Err(_) => Refused,
                Ok(decision) if decision.state != before.state => To(decision.state),
                Ok(decision) if decision.is_nothing(&before) => Nothing,
                Ok(decision) if matches!(decision.effects.as_slice(), [Effect::Break(_)]) => Contradicts,
                Ok(_) => Beside,
            };
            assert_eq!(does, expected, "{state:?} {command:?}");
            if matches!(does, Nothing | Contradicts | Refused) {
                assert_eq!(kept.facts, before, "{state:?} {command:?} changes nothing");
            }
        }
    }
    assert_eq!(State::ALL, [Pending, Closed, Paid, Posting, Posted, Failed, Refunding, Refunded]);
}

#[test]
fn a_bill_is_paid_posted_and_receipted() {
    let mut kept = Kept::new(pending(merchant(), 2));
    let decision = kept.tell(&confirmed(1), Timestamp(2_000)).expect("paid");
    let provider = ProviderId::parse("alipay").expect("a slug");
    assert_eq!(
        decision.effects,
        [Effect::CloseOrder { out_trade_no: order(0), provider }, Effect::AskBiller, Effect::Tell(Tell::Paid),]
    );
    assert_eq!(decision.attempts[0].trade_no.as_deref(), Some("20261"));
    assert_eq!(kept.balance(&Account::parse("clearing:wechatpay").expect("an account")), 8_640);
    kept.tell(&Command::BeginPosting, Timestamp(2_000)).expect("begun");
    let decision = kept.tell(&accepted(), Timestamp(2_000)).expect("posted");
    assert_eq!(decision.effects, [Effect::IssueReceipt, Effect::Tell(Tell::Posted)]);
    assert_eq!(decision.biller_ref.as_deref(), Some("B1"));
    assert_eq!(kept.balance(&merchant().account()), 8_640);
}

#[test]
fn money_that_comes_twice_goes_back_by_itself() {
    let mut kept = at(State::Posted);
    let decision = kept.tell(&confirmed(1), Timestamp(2_000)).expect("arrived");
    let refund = &decision.refunds[0].facts;
    assert_eq!(
        (refund.reason, refund.state, refund.route),
        (Reason::Surplus, refund::State::Approved, Route::Provider)
    );
    assert_eq!(refund.amount, AMOUNT);
    assert!(decision.effects.contains(&Effect::SendRefund { refund_no: refund.refund_no.clone() }));
    kept.tell(&Command::RefundDone { refund_no: refund.refund_no.clone() }, Timestamp(3_000)).expect("back");
    assert_eq!(kept.facts.attempts[1].state, AttemptState::Refunded);
    assert_eq!((kept.facts.state, kept.facts.refunded()), (State::Posted, Money::ZERO), "the payment is untouched");
    assert_eq!(kept.balance(&Account::parse("clearing:wechatpay").expect("an account")), 0);
}

#[test]
fn money_that_comes_late_goes_back_by_itself() {
    let paid =
        |paid_at| Command::Confirmed { out_trade_no: order(0), trade_no: "1".to_owned(), amount: AMOUNT, paid_at };
    // In time by the provider's clock, though we hear of it late: it is the payment's.
    let mut kept = Kept::new(pending(merchant(), 1));
    kept.tell(&paid(EXPIRES_AT), EXPIRES_AT.plus_s(60)).expect("arrived");
    assert_eq!(kept.facts.state, State::Paid);
    // After its time, closed or not; on a closed order; after giving up.
    let closed = Command::AttemptClosed { out_trade_no: order(0) };
    for (before, paid_at) in [
        (None, EXPIRES_AT.plus_ms(1)),
        (Some(Command::Expire), Timestamp(1_000)),
        (Some(Command::Cancel), Timestamp(1_000)),
        (Some(closed), Timestamp(1_000)),
    ] {
        let mut kept = Kept::new(pending(treasury(), 1));
        if let Some(command) = &before {
            kept.tell(command, EXPIRES_AT).expect("closed");
        }
        let state = kept.facts.state;
        let decision = kept.tell(&paid(paid_at), EXPIRES_AT.plus_s(60)).expect("arrived");
        assert_eq!(decision.refunds[0].facts.reason, Reason::Late, "{before:?}");
        // Money of a fine that never reached the treasury is no money of the treasury.
        assert_eq!(decision.refunds[0].facts.route, Route::Provider);
        assert_eq!((kept.facts.state, kept.postings), (state, 0));
    }
}

#[test]
fn an_order_for_another_amount_than_the_payments_is_never_applied() {
    let mut facts = pending(merchant(), 1);
    facts.attempts[0].amount = Money::from_fen(1);
    let mut kept = Kept::new(facts);
    let paid = Command::Confirmed {
        out_trade_no: order(0),
        trade_no: "1".to_owned(),
        amount: Money::from_fen(1),
        paid_at: Timestamp(1_000),
    };
    let decision = kept.tell(&paid, Timestamp(2_000)).expect("arrived");
    assert_eq!((decision.state, decision.refunds[0].facts.amount), (State::Pending, Money::from_fen(1)));
}

#[test]
fn time_is_up_when_it_is_up() {
    let mut kept = Kept::new(pending(merchant(), 1));
    let before = EXPIRES_AT.plus_ms(-1);
    assert_eq!(kept.tell(&Command::Expire, before), Err(Refusal::NotExpired));
    assert!(kept.facts.takes_attempts(before) && !kept.facts.takes_attempts(EXPIRES_AT));
    kept.tell(&Command::Expire, EXPIRES_AT).expect("expired");
    assert!(!kept.facts.takes_attempts(before), "closed is closed");
    assert!(!at(State::Paid).facts.takes_attempts(before), "one payment is enough");
}

#[test]
fn a_wrong_amount_is_a_break_and_is_not_applied() {
    let mut kept = Kept::new(pending(merchant(), 1));
    let wrong = Command::Confirmed {
        out_trade_no: order(0),
        trade_no: "1".to_owned(),
        amount: Money::from_fen(1),
        paid_at: Timestamp(1_000),
    };
    let decision = kept.tell(&wrong, Timestamp(2_000)).expect("seen");
    let [Effect::Break(found)] = decision.effects.as_slice() else { panic!("{decision:?}") };
    assert_eq!((found.kind, found.side), (ledger::reconcile::Kind::Amount, ledger::reconcile::Side::Provider));
    assert_eq!((found.ours, found.theirs), (Some(AMOUNT), Some(Money::from_fen(1))));
    assert_eq!(kept.facts, pending(merchant(), 1));
    // The right one is still taken, and a second trade under the same number is a break again.
    kept.tell(&confirmed(0), Timestamp(2_000)).expect("paid");
    let other = Command::Confirmed {
        out_trade_no: order(0),
        trade_no: "other".to_owned(),
        amount: AMOUNT,
        paid_at: Timestamp(1_000),
    };
    let decision = kept.tell(&other, Timestamp(2_000)).expect("seen");
    assert!(
        matches!(decision.effects.as_slice(), [Effect::Break(found)] if found.kind == ledger::reconcile::Kind::Long)
    );
}

#[test]
fn what_the_department_refuses_goes_back_also_from_a_fine() {
    let mut kept = Kept::new(pending(treasury(), 1));
    for command in [confirmed(0), Command::BeginPosting] {
        kept.tell(&command, Timestamp(2_000)).expect("so far");
    }
    let decision = kept.tell(&Command::BillerRefused, Timestamp(2_000)).expect("refused");
    assert_eq!((decision.state, decision.refunds[0].facts.reason), (State::Failed, Reason::Refused));
    assert_eq!(decision.refunds[0].facts.route, Route::Provider);
    assert_eq!(kept.tell(&sent(0), Timestamp(2_000)).expect("sent").state, State::Refunding);
    assert_eq!(kept.tell(&done(0), Timestamp(2_000)).expect("back").state, State::Refunded);
    assert_eq!(kept.facts.attempts[0].state, AttemptState::Refunded);
    assert!(kept.balances.values().all(|fen| *fen == 0));
}

#[test]
fn the_answer_may_come_before_the_order_is_noted_as_sent() {
    let mut kept = at(State::Failed);
    assert_eq!(kept.tell(&done(0), Timestamp(2_000)).expect("back").state, State::Refunded);
    let decision = kept.tell(&sent(0), Timestamp(2_000)).expect("known");
    assert!(decision.is_nothing(&kept.facts));
}

#[test]
fn staff_refunds_need_four_eyes_and_never_exceed_what_was_paid() {
    let mut kept = at(State::Posted);
    let now = Timestamp(2_000);
    for fen in [0, -1] {
        assert_eq!(kept.tell(&ask(fen), now), Err(Refusal::NotPositive));
    }
    assert_eq!(kept.tell(&ask(8_641), now), Err(Refusal::TooMuch { left: AMOUNT }));
    let decision = kept.tell(&ask(640), now).expect("asked");
    assert_eq!(kept.tell(&ask(640), now), Err(Refusal::AlreadyAsked), "a form sent twice is one wish");
    assert!(decision.transfers.is_empty() && decision.effects.is_empty(), "a wish moves no money");
    assert_eq!(kept.tell(&ask(8_001), now), Err(Refusal::TooMuch { left: Money::from_fen(8_000) }));
    assert_eq!(kept.tell(&approve(0, ASKER), now), Err(Refusal::FourEyes));
    assert_eq!(kept.tell(&approve(9, APPROVER), now), Err(Refusal::UnknownRefund));
    kept.tell(&approve(0, APPROVER), now).expect("approved");
    assert_eq!(
        kept.tell(&approve(0, APPROVER), now),
        Err(Refusal::RefundNotNow(refund::State::Approved)),
        "one approval is enough"
    );
    kept.tell(&done(0), now).expect("back");
    assert_eq!((kept.facts.state, kept.facts.refunded()), (State::Posted, Money::from_fen(640)));
    // A declined wish frees what it asked for.
    kept.tell(&ask(8_000), now).expect("asked");
    kept.tell(&Command::DeclineRefund { refund_no: number(1), by: APPROVER }, now).expect("declined");
    kept.tell(&ask(8_000), now).expect("asked again");
    kept.tell(&approve(2, APPROVER), now).expect("approved");
    assert_eq!(kept.tell(&sent(2), now).expect("sent").state, State::Refunding);
    assert_eq!(kept.tell(&done(2), now).expect("back").state, State::Refunded);
    assert_eq!(kept.tell(&ask(1), now), Err(Refusal::NotNow(State::Refunded)));
    assert!(kept.balances.values().all(|fen| *fen == 0));
}

#[test]
fn the_treasury_gives_back_by_its_own_procedure() {
    let mut kept = Kept::new(pending(treasury(), 1));
    let now = Timestamp(2_000);
    for command in [confirmed(0), Command::BeginPosting, accepted()] {
        kept.tell(&command, now).expect("so far");
    }
    assert_eq!(kept.tell(&Command::AskRest { amount: AMOUNT }, now), Err(Refusal::Treasury));
    kept.tell(&ask(8_640), now).expect("asked");
    let decision = kept.tell(&approve(0, APPROVER), now).expect("approved");
    assert!(decision.transfers.is_empty(), "no money of ours moves");
    assert!(!decision.effects.iter().any(|effect| matches!(effect, Effect::SendRefund { .. })));
    assert_eq!(decision.state, State::Refunding);
    for command in [sent(0), done(0)] {
        assert_eq!(kept.tell(&command, now), Err(Refusal::Treasury), "the provider has no say in it");
    }
    let back = Command::GivenBack { refund_no: number(0), document_no: "T-7".to_owned(), by: APPROVER };
    let decision = kept.tell(&back, now).expect("back");
    assert_eq!(decision.refunds[0].document_no.as_deref(), Some("T-7"));
    assert_eq!((decision.state, decision.refunded), (State::Refunded, AMOUNT));
    assert_eq!(kept.tell(&back, now), Err(Refusal::RefundNotNow(refund::State::Done)));
    assert_eq!(kept.facts.attempts[0].state, AttemptState::Paid, "the provider's order was not touched");
}

#[test]
fn the_rest_of_a_top_up_goes_back_when_the_department_lets_go_of_it() {
    let mut kept = at(State::Posted);
    let now = Timestamp(2_000);
    let rest = Command::AskRest { amount: Money::from_fen(5_000) };
    let decision = kept.tell(&rest, now).expect("asked");
    assert_eq!(decision.effects, [Effect::AskRelease { refund_no: number(0), amount: Money::from_fen(5_000) }]);
    assert_eq!(kept.tell(&rest, now), Err(Refusal::AlreadyAsked), "asking twice is asking once");
    assert!(kept.tell(&approve(0, APPROVER), now).is_err(), "not staff, the department decides");
    let released = Command::RestReleased { refund_no: number(0) };
    let kept_there = Command::RestKept { refund_no: number(0) };
    let decision = kept.tell(&released, now).expect("released");
    assert!(decision.effects.contains(&Effect::SendRefund { refund_no: number(0) }));
    assert!(kept.tell(&released, now).expect("known").transfers.is_empty());
    let decision = kept.tell(&kept_there, now).expect("seen");
    assert!(matches!(decision.effects.as_slice(), [Effect::Break(_)]), "it cannot have both");
    kept.tell(&done(0), now).expect("back");
    assert_eq!((kept.facts.state, kept.facts.refunded()), (State::Posted, Money::from_fen(5_000)));
    // And when it does not.
    kept.tell(&Command::AskRest { amount: Money::from_fen(3_640) }, now).expect("asked");
    let keep = Command::RestKept { refund_no: number(1) };
    let decision = kept.tell(&keep, now).expect("kept");
    assert_eq!(decision.effects, [Effect::Tell(Tell::StaysHere { amount: Money::from_fen(3_640) })]);
    assert!(kept.tell(&keep, now).expect("known").is_nothing(&kept.facts));
}

#[test]
fn what_a_booking_gives_back_goes_back_once_however_often_it_is_said() {
    let mut kept = at(State::Posted);
    let now = Timestamp(2_000);
    let part = Command::GiveBack { total: Money::from_fen(5_000) };
    let decision = kept.tell(&part, now).expect("a part");
    assert!(decision.effects.contains(&Effect::SendRefund { refund_no: number(0) }));
    assert!(kept.tell(&part, now).expect("known").is_nothing(&kept.facts), "the same total again is nothing new");
    let more = Command::GiveBack { total: Money::from_fen(AMOUNT.fen() + 1) };
    assert!(matches!(kept.tell(&more, now), Err(Refusal::TooMuch { .. })), "never more than was paid");
    kept.tell(&Command::GiveBack { total: AMOUNT }, now).expect("the rest");
    for part in [0, 1] {
        kept.tell(&sent(part), now).expect("sent");
        kept.tell(&done(part), now).expect("back");
    }
    assert_eq!((kept.facts.state, kept.facts.refunded()), (State::Refunded, AMOUNT));
    assert!(kept.tell(&Command::GiveBack { total: AMOUNT }, now).expect("known").is_nothing(&kept.facts));
}

#[test]
fn a_refund_that_the_provider_cannot_make_is_mended_by_staff() {
    let mut kept = at(State::Refunding);
    let now = Timestamp(2_000);
    let again = Command::SendRefundAgain { refund_no: number(0) };
    assert_eq!(kept.tell(&again, now), Err(Refusal::RefundNotNow(refund::State::Sent)));
    kept.tell(&Command::RefundAbnormal { refund_no: number(0) }, now).expect("abnormal");
    let decision = kept.tell(&again, now).expect("again");
    assert_eq!(decision.effects, [Effect::SendRefund { refund_no: number(0) }]);
    let by_hand = Command::GivenBack { refund_no: number(0), document_no: "H-1".to_owned(), by: ASKER };
    assert_eq!(kept.tell(&by_hand, now).expect("by hand").state, State::Refunded);
    assert_eq!(kept.balance(&Account::parse("bank:alipay").expect("an account")), -8_640, "it left our bank");
    let decision = kept.tell(&done(0), now).expect("known");
    assert!(decision.is_nothing(&kept.facts), "what the provider says afterwards books nothing");
}

#[test]
fn a_refund_that_nobody_approved_is_a_break() {
    let mut kept = at(State::Posted);
    kept.tell(&ask(100), Timestamp(2_000)).expect("asked");
    let decision = kept.tell(&done(0), Timestamp(2_000)).expect("seen");
    assert!(matches!(decision.effects.as_slice(), [Effect::Break(_)]) && decision.transfers.is_empty());
}

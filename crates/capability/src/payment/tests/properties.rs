//! Whatever happens, in whatever order and however often.

use proptest::prelude::*;

use super::*;

const ATTEMPTS: usize = 3;

fn command() -> impl Strategy<Value = Command> {
    let attempt = 0..ATTEMPTS;
    let refund_no = (0..ATTEMPTS, 0u16..5).prop_map(|(n, part)| refund::number(&order(n), part));
    let amount = prop_oneof![Just(AMOUNT), (1i64..9_000).prop_map(Money::from_fen)];
    let person = prop_oneof![Just(ASKER), Just(APPROVER)];
    prop_oneof![
        6 => (attempt.clone(), prop_oneof![4 => Just(AMOUNT), 1 => Just(Money::from_fen(1))], 0i64..1_200_000, 0u8..9)
            .prop_map(|(n, amount, paid_at, other)| Command::Confirmed {
                out_trade_no: order(n),
                trade_no: format!("2026{n}{}", if other == 0 { "x" } else { "" }),
                amount,
                paid_at: Timestamp(paid_at),
            }),
        1 => attempt.prop_map(|n| Command::AttemptClosed { out_trade_no: order(n) }),
        1 => Just(Command::Expire),
        1 => Just(Command::Cancel),
        4 => Just(Command::BeginPosting),
        3 => Just(accepted()),
        2 => Just(Command::BillerRefused),
        2 => (amount.clone(), person.clone()).prop_map(|(amount, by)| Command::AskRefund { amount, by }),
        2 => amount.clone().prop_map(|amount| Command::AskRest { amount }),
        2 => amount.prop_map(|total| Command::GiveBack { total }),
        3 => (refund_no.clone(), person.clone()).prop_map(|(refund_no, by)| Command::ApproveRefund { refund_no, by }),
        1 => (refund_no.clone(), person.clone()).prop_map(|(refund_no, by)| Command::DeclineRefund { refund_no, by }),
        2 => refund_no.clone().prop_map(|refund_no| Command::RestReleased { refund_no }),
        1 => refund_no.clone().prop_map(|refund_no| Command::RestKept { refund_no }),
        3 => refund_no.clone().prop_map(|refund_no| Command::RefundSent { refund_no }),
        4 => refund_no.clone().prop_map(|refund_no| Command::RefundDone { refund_no }),
        1 => refund_no.clone().prop_map(|refund_no| Command::RefundAbnormal { refund_no }),
        1 => refund_no.clone().prop_map(|refund_no| Command::SendRefundAgain { refund_no }),
        2 => (refund_no, person).prop_map(|(refund_no, by)| Command::GivenBack {
            refund_no,
            document_no: "D".to_owned(),
            by,
        }),
    ]
}

fn payee() -> impl Strategy<Value = Payee> {
    prop_oneof![Just(merchant()), Just(treasury())]
}

/// What a provider or a department says, which may be said again.
fn may_repeat(command: &Command) -> bool {
    !matches!(
        command,
        Command::AskRefund { .. }
            | Command::AskRest { .. }
            | Command::ApproveRefund { .. }
            | Command::DeclineRefund { .. }
            | Command::SendRefundAgain { .. }
            | Command::GivenBack { .. }
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_books_agree_with_the_payment_after_anything(
        payee in payee(),
        commands in prop::collection::vec((command(), 0i64..1_200_000), 1..60),
    ) {
        let mut kept = Kept::new(pending(payee, ATTEMPTS));
        for (command, now) in commands {
            let before = kept.facts.clone();
            // `tell` checks the books.
            let told = kept.tell(&command, Timestamp(now));
            if before.state.is_final() {
                prop_assert_eq!(kept.facts.state, before.state, "an end is an end");
            }
            if told.is_ok() && may_repeat(&command) {
                let after = kept.facts.clone();
                let again = kept.tell(&command, Timestamp(now)).expect("what was heard may be heard again");
                let breaks = again.effects.iter().all(|effect| matches!(effect, Effect::Break(_)));
                prop_assert!(breaks, "{:?} twice: {:?}", command, again);
                prop_assert_eq!(&kept.facts, &after);
            }
        }
    }

    /// Three orders of one payment are all paid, and each callback comes one to ten times in any order.
    #[test]
    fn callbacks_have_one_effect_each_in_any_order(
        heard in prop::collection::vec(0..ATTEMPTS, 1..30),
        posting in prop::option::of(0usize..30),
    ) {
        let mut kept = Kept::new(pending(merchant(), ATTEMPTS));
        for (i, n) in heard.iter().enumerate() {
            kept.tell(&confirmed(*n), Timestamp(2_000)).expect("callbacks are never refused");
            if posting.is_some_and(|at| i >= at) {
                kept.tell(&Command::BeginPosting, Timestamp(2_000)).ok();
                kept.tell(&accepted(), Timestamp(2_000)).ok();
            }
        }
        let different = heard.iter().collect::<BTreeSet<_>>().len();
        let owed = kept.balance(&Account::escrow()) + kept.balance(&merchant().account());
        prop_assert_eq!(owed, AMOUNT.fen(), "the bill is paid once");
        prop_assert_eq!(kept.balance(&Account::refund()), (different as i64 - 1) * AMOUNT.fen());
        prop_assert_eq!(kept.facts.attempts[heard[0]].state, AttemptState::Paid, "by the first that came");
        prop_assert_eq!(kept.sent.len(), different - 1);
        prop_assert_eq!(kept.sent.iter().collect::<BTreeSet<_>>().len(), different - 1);
    }

    /// Whatever has happened, whoever sees to what is open brings all money to its owner.
    #[test]
    fn all_money_comes_to_its_owner_in_the_end(
        payee in payee(),
        commands in prop::collection::vec((command(), 0i64..1_200_000), 1..40),
    ) {
        let mut kept = Kept::new(pending(payee, ATTEMPTS));
        for (command, now) in commands {
            kept.tell(&command, Timestamp(now)).ok();
        }
        kept.tell(&Command::Expire, EXPIRES_AT).expect("time passes");
        if matches!(kept.facts.state, State::Paid | State::Posting) {
            kept.tell(&Command::BeginPosting, EXPIRES_AT).expect("begun");
            kept.tell(&accepted(), EXPIRES_AT).expect("posted");
        }
        for refund in kept.facts.refunds.clone() {
            if refund.route == Route::Provider && !matches!(refund.state, refund::State::Asked | refund::State::Declined) {
                kept.tell(&Command::RefundDone { refund_no: refund.refund_no }, EXPIRES_AT).expect("back");
            }
        }
        prop_assert_eq!(kept.balance(&Account::escrow()), 0);
        prop_assert_eq!(kept.balance(&Account::refund()), 0);
    }
}

//! `refund`: money on its way back, followed to its end.
//!
//! A refund that somebody asks for needs a second pair of eyes; one that follows from the rules (money that came late,
//! twice, or that the department refused) starts approved. Which transfers it makes is decided with its payment, in
//! [`crate::payment`], because what may go back depends on what was paid.

use kernel::{Id, Money};

use crate::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Somebody asks for it, and somebody else must agree: a second person of staff, or the department that has the money.
    Asked,
    /// It will happen: by the rules, or because the other one has agreed. The money is set aside.
    Approved,
    /// The provider has the order.
    Sent,
    Done,
    Declined,
    /// The provider cannot return it by itself: the account is closed, the card is lost. Staff see to it.
    Abnormal,
}
words!(State {
    Asked = "asked",
    Approved = "approved",
    Sent = "sent",
    Done = "done",
    Declined = "declined",
    Abnormal = "abnormal",
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Approved,
    Declined,
    Sent,
    Done,
    Failed,
}

pub const TABLE: &[(State, Event, State)] = &[
    (State::Asked, Event::Approved, State::Approved),
    (State::Asked, Event::Declined, State::Declined),
    (State::Approved, Event::Sent, State::Sent),
    // The answer may come in one breath with the order, and the treasury has no order.
    (State::Approved, Event::Done, State::Done),
    (State::Approved, Event::Failed, State::Abnormal),
    (State::Sent, Event::Done, State::Done),
    (State::Sent, Event::Failed, State::Abnormal),
    (State::Abnormal, Event::Sent, State::Sent),
    (State::Abnormal, Event::Done, State::Done),
];

#[must_use]
pub fn next(state: State, event: Event) -> Option<State> {
    crate::after(TABLE, state, event)
}

impl State {
    /// Nothing happens to it any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Declined)
    }
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It was paid already, through another attempt.
    Surplus,
    /// It came when the payment or the attempt was closed.
    Late,
    /// The department would not take it.
    Refused,
    /// What is left of a top-up, asked for by its owner.
    Rest,
    /// By staff, with a word of theirs.
    Staff,
    /// The rules of a booking that was given up or called off say so.
    Booking,
}
words!(Reason {
    Surplus = "surplus",
    Late = "late",
    Refused = "refused",
    Rest = "rest",
    Staff = "staff",
    Booking = "booking",
});

impl Reason {
    /// The money was never applied to the payment: it does not lessen what the payment has paid.
    #[must_use]
    pub const fn is_of_unapplied_money(self) -> bool {
        matches!(self, Self::Surplus | Self::Late)
    }
}

/// Who gives it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// The payment provider, to where it came from.
    Provider,
    /// The treasury, by its own procedure (退付): it never passes our accounts, and staff enter the document's number.
    Treasury,
}
words!(Route {
    Provider = "provider",
    Treasury = "treasury",
});

/// What is known of a refund when something happens to its payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Our number, which the provider knows it by; the same number never pays twice.
    pub refund_no: String,
    /// The attempt whose money it is.
    pub out_trade_no: String,
    pub amount: Money,
    pub state: State,
    pub reason: Reason,
    pub route: Route,
    /// The person of staff who asked; nobody for one that follows from the rules.
    pub asked_by: Option<Id>,
}

/// A refund as it is from now on: new, or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub facts: Facts,
    pub is_new: bool,
    /// The person of staff who decided it, where one did.
    pub decided_by: Option<Id>,
    /// The number of the document by which it was given back without the provider.
    pub document_no: Option<String>,
}

/// Our number of a payment's `part`-th refund: it can be written down before anybody is asked, and is never another's.
#[must_use]
pub fn number(out_trade_no: &str, part: u16) -> String {
    format!("{out_trade_no}r{part}")
}

/// The `part` that a number was made with; refunds of one payment differ in it.
#[must_use]
pub fn part(refund_no: &str) -> Option<u16> {
    refund_no.rsplit_once('r').and_then(|(_, part)| part.parse().ok())
}

/// Divides what is left on an account among the payments that filled it, the newest first: each gets back at most what
/// is left of it. `None` if they do not hold that much; then some of it came another way, and must go back that way.
#[must_use]
pub fn spread(rest: Money, left_of_each: &[Money]) -> Option<Vec<Money>> {
    let mut open = rest.fen().max(0);
    let shares: Vec<Money> = left_of_each
        .iter()
        .map(|left| {
            let share = left.fen().clamp(0, open);
            open -= share;
            Money::from_fen(share)
        })
        .collect();
    (open == 0).then_some(shares)
}

/// Four eyes: nobody approves what they asked for. One that nobody asked for has nothing to approve.
#[must_use]
pub fn may_approve(refund: &Facts, by: Id) -> bool {
    refund.asked_by.is_some_and(|asker| asker != by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.word()), Some(*state));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.word()), Some(*reason));
        }
        for route in Route::ALL {
            assert_eq!(Route::parse(route.word()), Some(*route));
        }
        assert_eq!(State::parse("open"), None);
    }

    #[test]
    fn the_table_is_a_function_and_every_end_is_an_end() {
        for (i, (from, on, _)) in TABLE.iter().enumerate() {
            assert!(!from.is_final(), "{from:?} is left by {on:?}");
            assert!(!TABLE[..i].iter().any(|(state, event, _)| (state, event) == (from, on)), "{from:?} {on:?} twice");
        }
        for state in State::ALL.iter().filter(|state| !state.is_final()) {
            assert!(TABLE.iter().any(|(from, _, _)| from == state), "{state:?} is left by nothing");
        }
    }

    #[test]
    fn a_rest_goes_back_to_the_newest_payments_first() {
        let fen = |list: &[i64]| list.iter().copied().map(Money::from_fen).collect::<Vec<_>>();
        assert_eq!(spread(Money::from_fen(250), &fen(&[100, 200, 300])), Some(fen(&[100, 150, 0])));
        assert_eq!(spread(Money::from_fen(600), &fen(&[100, 200, 300])), Some(fen(&[100, 200, 300])));
        assert_eq!(spread(Money::from_fen(601), &fen(&[100, 200, 300])), None);
        assert_eq!(spread(Money::from_fen(1), &[]), None);
    }

    #[test]
    fn a_number_tells_its_part() {
        assert_eq!(part(&number("990100r0r1", 12)), Some(12));
        assert_eq!((part("990100"), part("r"), part("r70000")), (None, None, None));
    }

    #[test]
    fn nobody_approves_their_own_wish() {
        let (one, other) = (Id([1; 16]), Id([2; 16]));
        let mut refund = Facts {
            refund_no: number("a", 0),
            out_trade_no: "a".to_owned(),
            amount: Money::from_fen(1),
            state: State::Asked,
            reason: Reason::Staff,
            route: Route::Provider,
            asked_by: Some(one),
        };
        assert!(may_approve(&refund, other));
        assert!(!may_approve(&refund, one));
        refund.asked_by = None;
        assert!(!may_approve(&refund, one));
    }
}

//! What can happen to a payment, what may follow from it, and why something does not happen.

use kernel::{Id, Money, ProviderId, Timestamp};
use ledger::{Transfer, reconcile::Break};

use super::{AttemptChange, Facts, State};
use crate::refund::{self, Reason};

/// Something that has happened, or that somebody wants. Whatever a provider or a department says may be said again at any
/// time: the second time is `Ok` and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A provider says, verified, that an order was paid: by callback or because it was asked.
    Confirmed {
        out_trade_no: String,
        trade_no: String,
        amount: Money,
        paid_at: Timestamp,
    },
    /// A provider says that an order will not be paid any more.
    AttemptClosed {
        out_trade_no: String,
    },
    /// The cashier's time is up. Whoever says so has asked the providers of open attempts first: what they answer comes
    /// before this.
    Expire,
    /// The citizen gives it up.
    Cancel,
    /// The department is about to be told.
    BeginPosting,
    BillerAccepted {
        biller_ref: String,
    },
    BillerRefused,
    /// Staff ask for money to go back.
    AskRefund {
        amount: Money,
        by: Id,
    },
    /// The owner asks for the rest of a top-up; the department must let go of it first.
    AskRest {
        amount: Money,
    },
    /// What was paid for is given up or called off, and its rules say that so much of the payment goes back in all: what is
    /// on its way for this reason already counts, so that saying it twice gives it back once.
    GiveBack {
        total: Money,
    },
    /// A second person of staff agrees.
    ApproveRefund {
        refund_no: String,
        by: Id,
    },
    DeclineRefund {
        refund_no: String,
        by: Id,
    },
    /// The department has let go of the rest.
    RestReleased {
        refund_no: String,
    },
    /// The department keeps it: it was spent, or the account is closed.
    RestKept {
        refund_no: String,
    },
    /// The provider has the order for a refund.
    RefundSent {
        refund_no: String,
    },
    /// The provider has given it back.
    RefundDone {
        refund_no: String,
    },
    /// The provider cannot give it back by itself.
    RefundAbnormal {
        refund_no: String,
    },
    /// Staff have mended what was in the way.
    SendRefundAgain {
        refund_no: String,
    },
    /// It was given back without the provider: by the treasury, or by bank transfer after the provider could not.
    GivenBack {
        refund_no: String,
        document_no: String,
        by: Id,
    },
}

/// What becomes of the payment. Everything in it is kept in one commit, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub state: State,
    /// What is back by now, of the payment's own money.
    pub refunded: Money,
    pub biller_ref: Option<String>,
    pub attempts: Vec<AttemptChange>,
    pub refunds: Vec<refund::Change>,
    pub transfers: Vec<Transfer>,
    pub effects: Vec<Effect>,
}

impl Decision {
    /// Nothing to keep and nothing to do: it was known.
    #[must_use]
    pub fn is_nothing(&self, facts: &Facts) -> bool {
        self.state == facts.state
            && self.attempts.is_empty()
            && self.refunds.is_empty()
            && self.transfers.is_empty()
            && self.effects.is_empty()
    }
}

/// What must happen outside, after the commit and until it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell the department that it was paid.
    AskBiller,
    /// Tell a provider that an order is no longer wanted.
    CloseOrder {
        out_trade_no: String,
        provider: ProviderId,
    },
    /// Order a refund of its provider, by its number.
    SendRefund {
        refund_no: String,
    },
    /// Ask the department to let go of the rest of a top-up.
    AskRelease {
        refund_no: String,
        amount: Money,
    },
    IssueReceipt,
    Tell(Tell),
    /// A person must look: what we were told contradicts what we know. Nothing was changed because of it.
    Break(Break),
}

/// What the citizen is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    Paid,
    Posted,
    /// Money is on its way back, and why.
    GoesBack {
        reason: Reason,
        amount: Money,
    },
    IsBack {
        amount: Money,
    },
    /// A refund that was asked for does not happen.
    StaysHere {
        amount: Money,
    },
}

/// Why nothing happens. These are for people and for our own mistakes; what providers and departments repeat is no
/// refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not in this state.
    NotNow(State),
    /// Not while the refund is in this state.
    RefundNotNow(refund::State),
    /// The cashier's time is not up.
    NotExpired,
    UnknownAttempt,
    UnknownRefund,
    /// Nothing or less cannot go back.
    NotPositive,
    /// More than what is left.
    TooMuch {
        left: Money,
    },
    /// The same person asked for it.
    FourEyes,
    /// One such wish is waiting already.
    AlreadyAsked,
    /// Money of the treasury goes back by its own procedure, and only that.
    Treasury,
}

impl Refusal {
    /// The stable code for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotNow(_) => "payment_not_now",
            Self::RefundNotNow(_) => "refund_not_now",
            Self::NotExpired => "payment_not_expired",
            Self::UnknownAttempt => "attempt_unknown",
            Self::UnknownRefund => "refund_unknown",
            Self::NotPositive => "refund_not_positive",
            Self::TooMuch { .. } => "refund_too_much",
            Self::FourEyes => "refund_four_eyes",
            Self::AlreadyAsked => "refund_already_asked",
            Self::Treasury => "refund_by_treasury",
        }
    }
}

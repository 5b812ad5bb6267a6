//! The narrow waist between the ledger and whoever moves the money: what can be ordered of a payment provider, what it
//! can answer, and what a callback can turn out to be. No wire format, no HTTP and no keys here; `connector-pay` has them.
//!
//! Nothing here compares a notice with our own order: that needs the order, which the engine has. What a provider says
//! is either understood completely or a [`Failure`]; there is no state to fall back on.

use std::{fmt, sync::Arc};

use kernel::{Date, Money, Pii, Text, Timestamp};
use serde::Serialize;

use crate::{BoxFuture, Failure, HealthState};

/// One order at one provider. Nothing in it says who pays: the provider asks that itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// At most 32 letters and digits, unique for ever: all that a provider and we have in common.
    pub out_trade_no: String,
    pub amount: Money,
    /// What the payer reads at the cashier. No personal data: it ends up in bill files.
    pub subject: String,
    /// After it the provider takes no money for this order.
    pub expires_at: Timestamp,
    pub notify_url: String,
    /// Where the cashier sends the payer afterwards. It proves nothing.
    pub return_url: String,
    pub device: Device,
    /// The address that the payer came from, which some cashiers compare.
    pub payer_ip: Pii<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The cashier opens on the same device.
    Phone,
    /// The cashier is a page of its own or a code to scan.
    Desktop,
}

/// Where the payer goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cashier {
    /// An address to go to.
    Open(String),
    /// The text of a code to show, which the provider's app scans.
    Scan(String),
}

/// What a provider knows of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trade {
    /// No such order. Some cashiers make the order only when the payer has signed in there.
    Unknown,
    /// Neither paid nor closed.
    Waiting,
    /// Paid, also if some or all of it went back since: what went back is the refund's to tell.
    Paid { trade_no: String, amount: Money, paid_at: Timestamp },
    /// Closed without having been paid.
    Closed,
}

/// Money to be given back from one paid order. The same `refund_no` is one refund, however often it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    pub out_trade_no: String,
    pub refund_no: String,
    pub amount: Money,
    /// What was paid for the order.
    pub total: Money,
    /// What the payer reads in the provider's app. No personal data.
    pub reason: String,
    pub notify_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// No such refund: it may be ordered, with the same number.
    Unknown,
    Processing,
    Done {
        at: Timestamp,
    },
    /// The provider cannot give it back by itself, and a person must look; its own code says why.
    Abnormal(String),
}

/// A message from a provider that turned out to be genuine and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The same for every copy of this notice.
    pub notify_id: String,
    pub event: Event,
    /// When it happened, by the provider's clock.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// To be compared with the order before anything is believed: a genuine notice can name a wrong amount.
    Paid { out_trade_no: String, trade_no: String, amount: Money },
    /// Closed without having been paid.
    Closed { out_trade_no: String },
    /// Something became of a refund. Providers disagree about what the amounts in it mean, so it only rings the bell:
    /// [`Provider::query_refund`] says what.
    Refund { out_trade_no: String, refund_no: String },
    /// The payer agreed that we debit them.
    Signed { external_no: String, agreement_no: String },
    /// The agreement has ended, whoever ended it.
    Ended { external_no: String, agreement_no: String },
    /// Genuine, ours, and without consequence: a state on the way to another. Acknowledged and kept like the rest.
    Nothing { out_trade_no: String },
}

impl Event {
    /// The order that the notice is about; `None` for agreements.
    #[must_use]
    pub fn out_trade_no(&self) -> Option<&str> {
        match self {
            Self::Paid { out_trade_no, .. }
            | Self::Closed { out_trade_no }
            | Self::Refund { out_trade_no, .. }
            | Self::Nothing { out_trade_no } => Some(out_trade_no),
            Self::Signed { .. } | Self::Ended { .. } => None,
        }
    }
}

/// What arrived at our door, untouched.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

impl<'a> Callback<'a> {
    /// The one header of that name. A name that comes twice is no header at all: two readers would pick different ones.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut found = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// Why a callback is not believed. Told to the operator, never to whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Forged {
    /// Not the agreed form: a part missing, twice, too large or unreadable.
    Malformed,
    /// Names a key that is not pinned here.
    Key,
    Signature,
    /// Too old, or from the future.
    Stale,
    /// Genuine, and for somebody else's shop.
    Merchant,
    /// Genuine, and not in yuan.
    Currency,
    /// Signed, and cannot be decrypted with our key.
    Sealed,
}

impl fmt::Display for Forged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed",
            Self::Key => "unknown key",
            Self::Signature => "wrong signature",
            Self::Stale => "stale",
            Self::Merchant => "another merchant",
            Self::Currency => "another currency",
            Self::Sealed => "not sealed with our key",
        })
    }
}

impl std::error::Error for Forged {}

/// What a provider expects to hear back. Anything else makes it send the notice again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    pub status: u16,
    pub content_type: &'static str,
    pub body: &'static str,
}

/// One line of a provider's bill of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    pub kind: BillKind,
    pub out_trade_no: String,
    pub trade_no: String,
    /// Present on refunds.
    pub refund_no: Option<String>,
    /// What the payer paid or got back; never negative.
    pub amount: Money,
    /// What the provider keeps for itself; negative if it gave some back.
    pub fee: Money,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillKind {
    Paid,
    Refund,
}

/// How a provider has been doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderHealth {
    pub provider: String,
    pub state: HealthState,
    pub last_answer_at: Option<Timestamp>,
    pub last_failure: Option<Failure>,
}

/// A payment provider with our shop in it.
pub trait Provider: Send + Sync + 'static {
    /// The word in ledger accounts, addresses and rows: a slug that never changes.
    fn id(&self) -> &str;

    fn name(&self) -> Text;

    /// Places an order. The same order may be placed again: the provider knows it by its number.
    fn open<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Cashier, Failure>>;

    fn query<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>>;

    /// Closes an order that was not paid, and says what it found. `Paid` means that the money came first.
    fn close<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>>;

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> BoxFuture<'a, Result<RefundState, Failure>>;

    fn query_refund<'a>(
        &'a self,
        out_trade_no: &'a str,
        refund_no: &'a str,
    ) -> BoxFuture<'a, Result<RefundState, Failure>>;

    /// What the provider has in its books for a day. `None`: it has no bill of that day, because the bill is not made
    /// yet or because nothing happened; providers do not tell the two apart, and whoever asks knows the hour.
    fn bill(&self, day: Date) -> BoxFuture<'_, Result<Option<Vec<BillLine>>, Failure>>;

    /// Reads a callback, or says why it is not believed. Pure: no question is asked, nothing is kept.
    fn verify(&self, callback: &Callback<'_>, now: Timestamp) -> Result<Notice, Forged>;

    /// `ok` after the notice is kept; otherwise it comes again.
    fn acknowledge(&self, ok: bool) -> Ack;

    /// Origins that a cashier may be at, for the content policy.
    fn cashier_origins(&self) -> Vec<String>;

    fn health(&self) -> ProviderHealth;

    /// Debiting by agreement, where the provider and our contract with it allow that.
    fn agreements(&self) -> Option<&dyn Agreements> {
        None
    }
}

/// What the payer is asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementOrder {
    /// Our number of the agreement: at most 32 letters and digits.
    pub external_no: String,
    /// No single debit may be larger.
    pub limit: Money,
    /// What the payer reads.
    pub subject: String,
    pub notify_url: String,
    pub return_url: String,
    pub device: Device,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementState {
    Unknown,
    /// Shown to the payer, who has not agreed yet.
    Asked,
    InForce {
        agreement_no: String,
    },
    Ended,
}

/// What became of a debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Debit {
    Trade(Trade),
    /// Refused by the payer's account; the provider's code says why. Trying again another day may help.
    Declined(String),
    /// There is no such agreement any more. Trying again cannot help.
    NoAgreement,
}

pub trait Agreements: Send + Sync {
    /// Where the payer reads the agreement and agrees.
    fn sign<'a>(&'a self, order: &'a AgreementOrder) -> BoxFuture<'a, Result<Cashier, Failure>>;

    fn query<'a>(&'a self, external_no: &'a str) -> BoxFuture<'a, Result<AgreementState, Failure>>;

    /// Ends an agreement. Ending one that has ended is not a failure.
    fn end<'a>(&'a self, external_no: &'a str) -> BoxFuture<'a, Result<(), Failure>>;

    /// Pays an order from the payer's account without the payer. The order's number makes it happen once.
    fn debit<'a>(&'a self, agreement_no: &'a str, order: &'a Order) -> BoxFuture<'a, Result<Debit, Failure>>;
}

/// The providers of an installation, in the order in which they are offered.
#[derive(Clone, Default)]
pub struct Providers(Arc<[Arc<dyn Provider>]>);

impl Providers {
    #[must_use]
    pub fn new(providers: impl IntoIterator<Item = Arc<dyn Provider>>) -> Self {
        Self(providers.into_iter().collect())
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Provider>> {
        self.0.iter().find(|provider| provider.id() == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_comes_twice_is_none() {
        let headers = [("Serial", "a"), ("sErial", "b"), ("Nonce", "n")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let callback = Callback { headers: &headers, body: b"" };
        assert_eq!(callback.header("nonce"), Some("n"));
        assert_eq!(callback.header("serial"), None);
        assert_eq!(callback.header("signature"), None);
    }
}

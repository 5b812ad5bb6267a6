//! The store as the engine sees it: ports that are one atomic, durable batch each, and the narrow waist below them.
//!
//! A port is a method of [`Platform`] or [`City`]. Whatever belongs together, the effect, its outbox message, its
//! idempotency key and its access-log entry, travels in one commit, and no transaction handle leaves this crate. SQL is
//! written once, in the file of its noun, and runs on every engine that implements [`Tx`] and [`Engine`].
//!
//! Deliberately not here: sealing of personal data (`identity`), deciding (`capability`), connections and DDL (the
//! engines). Refusals that a person can act on are typed per method; [`Error`] is for the infrastructure alone.

mod access;
mod account;
mod answer;
mod arrival;
mod audit;
mod autopay;
mod batcher;
mod booking;
mod callback;
mod card;
mod cell;
mod code;
mod companion;
mod consent;
#[cfg(feature = "contract")]
pub mod contract;
mod draw;
mod engine;
mod error;
mod gate;
mod hold;
mod home;
mod ledger;
mod numbering;
mod once;
mod outbox;
mod payment;
mod pool;
mod price;
mod queue;
mod receipt;
mod reconciliation;
mod refund;
mod session;
mod settlement;
mod staff;
mod staff_act;
mod statement;
mod stores;
mod value;
mod waiting;

/// What a payment can be, and what can become of its orders, is decided in `capability`.
pub use capability::payment::{AttemptChange, AttemptState, State as PaymentState};

pub use access::AccessEntry;
pub use account::{Preferences, Profile, RealNameRefused, SetRealName};
pub use answer::{KeepAnswer, KeptAnswer};
pub use arrival::{Arrival, ArrivalsOf, NewArrival};
pub use audit::{Audit, JournalAudit};
pub use autopay::{Autopay, AutopayDebit, AutopayRefused, PlanDebit, SetAutopay};
pub use batcher::Batcher;
pub use booking::{
    AdvanceBooking, BookingFacts, BookingInfo, BookingParty, BookingView, MoveBooking, NewMark, OnRecord, StockAudit,
    Tally, TallyOf,
};
pub use callback::{CallbackApplied, PendingCallback};
pub use card::{BindCard, BindRefused, Card, CardInfo, Relation};
pub use cell::Cell;
pub use code::{CodeRefused, SendCode, SignIn, SignedIn, TooSoon};
pub use companion::{AddCompanion, Companion, CompanionRefused};
pub use consent::{AskConsent, Consent, ConsentKey, ConsentState};
pub use draw::{ClosedDraw, DrawClaim, DrawInfo, DrawRefused, EnterDraw, NewDraw};
pub use engine::{CellName, Done, Engine, Fut, Job, Opener, Rows, Tx};
pub use error::{Error, Result};
pub use gate::GateEntry;
pub use hold::{BookingNames, Carried, HeldBooking, Hold, HoldParty, HoldRefused};
pub use home::AtHome;
pub use ledger::{Balance, JournalEntry, PostRefused, Posting, ROLL_UP};
pub use once::{KEPT_MS, KeyReused, Once};
pub use outbox::{Message, OutboxRow, Payload, StuckMessage};
pub use payment::{
    Advance, AttemptFacts, BillLine, DueQuery, MonthSum, NewAttempt, OpenPayment, OpenRefused, PaymentFacts,
    PaymentInfo, PaymentView,
};
pub use pool::{BelowTaken, NewPool, PoolInfo, PoolsOf};
pub use price::{NewPrice, PriceChange, PriceOf};
pub use queue::{BATCH_MAX, Inbox, Load, QUEUE_MAX, Queue, Waiting};
pub use receipt::{NewReceipt, Proof, ReceiptInfo};
pub use reconciliation::{BreakInfo, DepartmentLine, MetBreak, ProviderLine, Reconciled, ReconciledDay};
pub use refund::{Refund, RefundChange, RefundInfo};
pub use session::{NewSession, Session, SessionInfo, SessionKind};
pub use settlement::{CloseDay, CloseRefused, ClosedDay, Settlement};
pub use staff::{NewStaff, NewStaffSession, StaffInfo, StaffProof, StaffRefused, StaffRole, StaffSession, StaffTries};
pub use staff_act::{ActsOf, NewStaffAct, StaffAct};
pub use statement::{CellKind, Statement, statements};
pub use stores::{City, Platform, Stores};
pub use value::{Row, Value};
pub use waiting::{JoinWaiting, WaitingEntry};

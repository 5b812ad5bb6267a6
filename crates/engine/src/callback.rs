//! What payment providers tell us: verified over its raw bytes, kept for ever, acknowledged after the commit, and only then
//! applied. The same notice is one notice however often it comes; one that cannot be applied yet waits.

use connector::pay::{Ack, Callback, Event, Notice};
use kernel::{CityId, Error, Id, Kind, ProviderId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{CallbackApplied, PendingCallback};

use crate::Platform;

const BODY: &str = "callback.body";
/// Callbacks applied in one turn, and the seconds for which they are left to whoever took them.
const APPLIED_MAX: u32 = 64;
const LEASE_S: u32 = 30;
/// A callback of an order that we do not know waits so long for it, as long as providers repeat theirs; then it is staff's.
const WAIT_MS_MAX: i64 = 26 * 3_600_000;
/// Seconds until a callback that could not be applied is tried again: the first, and the longest.
const BACK_OFF_S: (i64, i64) = (1, 600);

/// Which kept callback something follows from.
#[derive(Clone, Debug)]
pub(crate) struct CallbackKey {
    provider: ProviderId,
    key_sha256: [u8; 32],
}

impl CallbackKey {
    pub(crate) fn applied(&self, outcome: &str) -> CallbackApplied {
        CallbackApplied { provider: self.provider.clone(), key_sha256: self.key_sha256, outcome: outcome.to_owned() }
    }
}

impl From<&PendingCallback> for CallbackKey {
    fn from(callback: &PendingCallback) -> Self {
        Self { provider: callback.provider.clone(), key_sha256: callback.key_sha256 }
    }
}

/// A notice as it is kept. Who paid is not in it.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: String,
    out_trade_no: String,
    /// The refund's or the agreement's number where it is about one.
    #[serde(default)]
    second_no: String,
    #[serde(default)]
    trade_no: String,
    #[serde(default)]
    amount_fen: i64,
    at: Timestamp,
}

impl From<&Notice> for Kept {
    fn from(notice: &Notice) -> Self {
        let mut kept = Self {
            kind: String::new(),
            out_trade_no: notice.event.out_trade_no().unwrap_or_default().to_owned(),
            second_no: String::new(),
            trade_no: String::new(),
            amount_fen: 0,
            at: notice.at,
        };
        let kind = match &notice.event {
            Event::Paid { trade_no, amount, .. } => {
                kept.trade_no.clone_from(trade_no);
                kept.amount_fen = amount.fen();
                "paid"
            }
            Event::Closed { .. } => "closed",
            Event::Refund { refund_no, .. } => {
                kept.second_no.clone_from(refund_no);
                "refund"
            }
            Event::Signed { external_no, agreement_no } => {
                kept.second_no.clone_from(external_no);
                kept.trade_no.clone_from(agreement_no);
                "signed"
            }
            Event::Ended { external_no, .. } => {
                kept.second_no.clone_from(external_no);
                "ended"
            }
            Event::Nothing { .. } => "nothing",
        };
        kept.kind = kind.to_owned();
        kept
    }
}

impl Platform {
    /// Hears a callback. `None`: there is no such provider or city, so nobody is answered anything in particular.
    pub async fn hear(&self, provider: &str, city: &CityId, callback: &Callback<'_>) -> Option<Ack> {
        let provider = self.provider(provider).ok()?;
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city).ok()?;
        let notice = match provider.verify(callback, self.now()) {
            Ok(notice) => notice,
            Err(forged) => {
                tracing::warn!(provider = provider.id(), %city, %forged, "a callback is not believed");
                return Some(provider.acknowledge(false));
            }
        };
        // Order numbers begin with the city's code: a notice at another city's door is not ours to keep.
        if notice.event.out_trade_no().is_some_and(|order| !order.starts_with(&pack.city.code)) {
            tracing::warn!(provider = provider.id(), %city, "a callback for another city's order");
            return Some(provider.acknowledge(false));
        }
        match self.keep_callback(provider.id(), city, &notice).await {
            Ok(()) => {
                self.inner.bells.ring(Some(city));
                Some(provider.acknowledge(true))
            }
            Err(cause) => {
                tracing::warn!(provider = provider.id(), %city, %cause, "a callback is not kept, so it will come again");
                Some(provider.acknowledge(false))
            }
        }
    }

    async fn keep_callback(&self, provider: &str, city: &CityId, notice: &Notice) -> Result<()> {
        let kept = serde_json::to_vec(&Kept::from(notice)).map_err(Error::internal)?;
        let body = self.inner.vault.seal(&*self.inner.rng, BODY, &kept);
        let key = identity::digest(&[provider.as_bytes(), notice.notify_id.as_bytes()]);
        let provider = ProviderId::parse(provider).ok_or_else(|| Error::internal("a provider's id is no slug"))?;
        let cell = self.inner.stores.city(city).await?;
        if !cell.receive(&provider, &key, &body, self.now()).await? {
            tracing::debug!(%provider, "a callback came again");
        }
        Ok(())
    }

    pub(crate) async fn apply_callbacks(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let pending = cell.pending_callbacks(self.now(), LEASE_S, APPLIED_MAX).await?;
        let count = pending.len();
        for callback in pending {
            if let Err(cause) = self.apply_callback(city, cell, &callback).await {
                let wait_s = BACK_OFF_S.0.saturating_mul(1 << callback.tries.min(16)).min(BACK_OFF_S.1);
                tracing::warn!(provider = %callback.provider, %cause, "a callback is not applied yet");
                let due_at = self.now().plus_s(wait_s);
                cell.postpone_callback(&callback.provider, &callback.key_sha256, due_at).await?;
            }
        }
        Ok(count)
    }

    async fn apply_callback(&self, city: &CityId, cell: &store::City, callback: &PendingCallback) -> Result<()> {
        let kept: Kept = self
            .inner
            .vault
            .process(BODY, &callback.body, |bytes| serde_json::from_slice(bytes))?
            .map_err(|_| Error::internal("a kept callback that cannot be read"))?;
        let key = CallbackKey::from(callback);
        let mark = async |outcome: &str| cell.mark_applied(key.applied(outcome), self.now()).await.map(drop);
        match kept.kind.as_str() {
            "paid" => {
                let Some(payment) = cell.payment_of_attempt(&kept.out_trade_no).await? else {
                    return self.unknown_order(cell, callback).await;
                };
                let money = kernel::Money::from_fen(kept.amount_fen);
                self.money_arrived(
                    city,
                    cell,
                    payment,
                    &kept.out_trade_no,
                    &kept.trade_no,
                    money,
                    kept.at,
                    Some(key.clone()),
                )
                .await
            }
            "refund" => {
                self.look_at_refund(city, cell, &kept.out_trade_no, &kept.second_no).await?;
                Ok(mark("refund").await?)
            }
            "signed" | "ended" => {
                self.agreement_changed(city, cell, &kept.second_no).await?;
                Ok(mark(&kept.kind).await?)
            }
            // A closed order is found closed when the payment runs out.
            other => Ok(mark(other).await?),
        }
    }

    /// A provider may be quicker than our own commit; but not by a day.
    async fn unknown_order(&self, cell: &store::City, callback: &PendingCallback) -> Result<()> {
        if self.now().since_ms(callback.received_at) > WAIT_MS_MAX {
            tracing::error!(provider = %callback.provider, "money for an order that we do not know");
            let applied = CallbackKey::from(callback).applied("unknown-order");
            return Ok(cell.mark_applied(applied, self.now()).await.map(drop)?);
        }
        Err(Error::new(Kind::NotFound).because("the order is not known yet"))
    }
}

/// An id for what has no other: the first bytes of a hash.
pub(crate) fn id_of(parts: &[&[u8]]) -> Id {
    Id::from_slice(&identity::digest(parts)[..16]).unwrap_or(Id([0; 16]))
}

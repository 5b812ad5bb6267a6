//! The outbox: messages that must leave the house, delivered at least once under one key, until the other side has them
//! or the message has outlived its use.
//!
//! The table is the truth; the bell only saves waiting. A message names its receiver's account in front of the sealed
//! text, so that the access entry can be written before the text is opened.

use connector::Question;
use kernel::{
    Access, AccountId, Actor, CityId, Error, Id, Result, Sealed, Timestamp, access::Purpose, identifier::Phone,
};
use manifest::binding::Check;
use serde::{Deserialize, Serialize};
use store::{Message, OutboxRow, Payload};

use crate::{
    Platform,
    autopay::NOTICE,
    booking::errand::is_errand,
    payment::drive::{CLOSE, Errand, POST, REFUND, RELEASE, TELL},
};

const SMS: &str = "outbox.sms";
/// Seconds for which a claimed message is left to whoever claimed it.
const LEASE_S: u32 = 60;
const CLAIM_MAX: u32 = 16;
/// Seconds until the next try: the first, and the longest.
const BACK_OFF_S: (i64, i64) = (2, 600);

/// What came of trying.
pub(crate) enum Delivery {
    /// The other side has it: the message goes.
    Done,
    /// It has gone already, in the commit of what followed from it.
    Settled,
    /// Under way; to be looked at in so many seconds.
    Later(i64),
}

#[derive(Serialize, Deserialize)]
struct Sms {
    phone: String,
    text: String,
    /// Afterwards nobody is helped by it: a code that has run out only confuses.
    useful_until: Timestamp,
}

impl Platform {
    /// A text message, sealed, with the account that the phone belongs to.
    pub(crate) fn sms(
        &self,
        phone: &Phone,
        text: &str,
        account: Option<AccountId>,
        useful_until: Timestamp,
    ) -> Message {
        let sms = Sms { phone: phone.expose().to_owned(), text: text.to_owned(), useful_until };
        let sealed = self.inner.vault.seal(&*self.inner.rng, SMS, &serde_json::to_vec(&sms).unwrap_or_default());
        let mut payload = account.map_or([0; 16], |account| account.0).to_vec();
        payload.extend_from_slice(&sealed.0);
        let key = Id::random(&*self.inner.rng);
        Message { key, kind: "sms", payload: Payload::Sealed(Sealed(payload)), due_at: self.now() }
    }

    /// Delivers what is due now in one cell, and says how much was tried. One department that hangs does not hold up what is
    /// for others.
    pub(crate) async fn deliver_due(&self, cell: &store::Cell, city: Option<&CityId>) -> Result<usize> {
        let rows = cell.claim(self.now(), LEASE_S, CLAIM_MAX).await?;
        let tried = rows.len();
        let each = rows.iter().map(async |row| {
            let delivered = match city {
                None => self.deliver(row).await.map(|()| Delivery::Done),
                Some(city) => self.run_errand(city, row).await,
            };
            match delivered {
                Ok(Delivery::Done) => cell.deliver(row.key).await.map(drop),
                Ok(Delivery::Settled) => Ok(()),
                Ok(Delivery::Later(wait_s)) => cell.postpone(row.key, self.now().plus_s(wait_s), "under_way").await.map(drop),
                Err(cause) => {
                    let wait_s = BACK_OFF_S.0.saturating_mul(1 << row.attempts.min(16)).min(BACK_OFF_S.1);
                    tracing::warn!(key = %row.key, kind = row.kind, attempts = row.attempts, %cause, "message is not delivered");
                    cell.postpone(row.key, self.now().plus_s(wait_s), cause.code()).await.map(drop)
                }
            }
        });
        for outcome in futures_util::future::join_all(each).await {
            outcome?;
        }
        Ok(tried)
    }

    /// A city's message: an errand of a payment or of a booking, or the notice before an automatic one.
    async fn run_errand(&self, city: &CityId, row: &OutboxRow) -> Result<Delivery> {
        let broken = || Error::internal("a message that this binary does not know");
        let Payload::Plain(payload) = &row.payload else { return Err(broken()) };
        let cell = self.inner.stores.city(city).await?;
        if row.kind == NOTICE {
            return self.autopay_notice(&cell, row.key, payload).await;
        }
        if is_errand(&row.kind) {
            return self.run_booking_errand(city, &cell, row, payload).await;
        }
        let errand: Errand = serde_json::from_slice(payload).map_err(|_| broken())?;
        match row.kind.as_str() {
            POST => self.post_payment(city, &cell, row, &errand).await,
            CLOSE => self.close_errand(city, &cell, &errand).await,
            REFUND => self.refund_errand(city, &cell, row, &errand).await,
            RELEASE => self.release_errand(city, &cell, row, &errand).await,
            TELL => self.tell(city, &cell, row.key, &errand).await,
            _ => Err(broken()),
        }
    }

    async fn deliver(&self, row: &OutboxRow) -> Result<()> {
        let broken = || Error::internal("a message that this binary does not know");
        let Payload::Sealed(Sealed(payload)) = &row.payload else { return Err(broken()) };
        let (account, sealed) = payload.split_at_checked(16).ok_or_else(broken)?;
        if let Some(subject) = Id::from_slice(account).filter(|id| id.0 != [0; 16]) {
            let at = self.now();
            let purpose = Purpose::Message;
            let access = Access { at, actor: Actor::Platform, subject, purpose, service: None, door: "job" };
            self.inner.stores.platform().record_access(vec![access]).await?;
        }
        let sealed = Sealed(sealed.to_vec());
        let now = self.now();
        let question = self.inner.vault.process(SMS, &sealed, |bytes| {
            let sms: Sms = serde_json::from_slice(bytes).map_err(|_| broken())?;
            if sms.useful_until < now {
                return Ok(None);
            }
            let values = [("phone", sms.phone), ("text", sms.text), ("key", row.key.to_string())];
            Ok::<_, Error>(Some(Question::new(values)))
        })??;
        let Some(question) = question else { return Ok(()) };
        match self.check(Check::Sms, None, question).await? {
            Some(_) => Ok(()),
            None => Err(Error::new(kernel::Kind::Unavailable("sms")).because("the gateway refused")),
        }
    }
}

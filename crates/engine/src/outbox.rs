//! The outbox: messages that must leave the house, delivered at least once under one key, until the other side has them
//! or the message has outlived its use.
//!
//! The table is the truth; the bell only saves waiting. A message names its receiver's account in front of the sealed
//! text, so that the access entry can be written before the text is opened.

use std::{future::Future, pin::pin, time::Duration};

use connector::Question;
use kernel::{Access, AccountId, Actor, Error, Id, Result, Sealed, Timestamp, access::Purpose, identifier::Phone};
use manifest::binding::Check;
use serde::{Deserialize, Serialize};
use store::{Message, OutboxRow, Payload};

use crate::Platform;

const SMS: &str = "outbox.sms";
/// Seconds for which a claimed message is left to whoever claimed it.
const LEASE_S: u32 = 60;
const CLAIM_MAX: u32 = 16;
/// How long the table is not looked at while no bell rings.
const NAP: Duration = Duration::from_secs(2);
/// Seconds until the next try: the first, and the longest.
const BACK_OFF_S: (i64, i64) = (2, 600);

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

    /// Delivers messages until `until` is ready. One that is under way then is sent again, under the same key, by whoever
    /// runs next.
    pub async fn run_outbox(&self, until: impl Future<Output = ()> + Send) {
        let mut until = pin!(until);
        loop {
            let delivered = tokio::select! {
                biased;
                () = &mut until => return,
                delivered = self.deliver_due() => delivered,
            };
            match delivered {
                Ok(0) => {}
                Ok(_) => continue,
                Err(cause) => tracing::warn!(%cause, "outbox"),
            }
            tokio::select! {
                () = &mut until => return,
                () = self.inner.outbox.notified() => {}
                () = tokio::time::sleep(NAP) => {}
            }
        }
    }

    /// Delivers what is due now, and says how much was tried.
    async fn deliver_due(&self) -> Result<usize> {
        let cell = self.inner.stores.platform();
        let rows = cell.claim(self.now(), LEASE_S, CLAIM_MAX).await?;
        let tried = rows.len();
        for row in rows {
            match self.deliver(&row).await {
                Ok(()) => {
                    cell.deliver(row.key).await?;
                }
                Err(cause) => {
                    let wait_s = BACK_OFF_S.0.saturating_mul(1 << row.attempts.min(16)).min(BACK_OFF_S.1);
                    tracing::warn!(key = %row.key, attempts = row.attempts, %cause, "message is not delivered");
                    cell.postpone(row.key, self.now().plus_s(wait_s), cause.code()).await?;
                }
            }
        }
        Ok(tried)
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

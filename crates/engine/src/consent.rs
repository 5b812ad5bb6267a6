//! Consent between two persons: one asks to see the other's vehicle or licence records, the other decides, either ends it.

use kernel::{
    AccountId, Id, Kind, Result, Timestamp,
    access::Purpose,
    identifier::{Mistake, PersonName, Phone},
    mask,
};
use manifest::service::Subject;
use serde::{Deserialize, Serialize};

use crate::{
    Citizen, OnceKey, Platform,
    platform::{key_reused, need_real_name, once},
    sign_in::{PHONE, keep},
};

const LABEL: &str = "consent.label";

/// The masked names of both sides, sealed with the consent.
#[derive(Serialize, Deserialize)]
struct Label {
    from: String,
    to: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentView {
    pub id: Id,
    pub direction: Direction,
    /// Masked name of the other person.
    pub other: String,
    pub kind: Subject,
    pub state: ConsentState,
    pub asked_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// Seen from the citizen who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Others may see the citizen's data.
    Given,
    /// The citizen may see another person's data.
    Received,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentState {
    Asked,
    Granted,
    Refused,
    Revoked,
    Expired,
}

impl ConsentState {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl From<store::ConsentState> for ConsentState {
    fn from(state: store::ConsentState) -> Self {
        match state {
            store::ConsentState::Asked => Self::Asked,
            store::ConsentState::Granted => Self::Granted,
            store::ConsentState::Refused => Self::Refused,
            store::ConsentState::Revoked => Self::Revoked,
            store::ConsentState::Expired => Self::Expired,
        }
    }
}

impl Platform {
    /// Asks a person for consent. The reply is the same whether or not that person is known here.
    pub async fn ask_consent(
        &self,
        citizen: &Citizen,
        person_phone: &str,
        person_name: &str,
        kind: Subject,
        key: OnceKey,
    ) -> Result<Id> {
        need_real_name(citizen)?;
        let mut mistakes = Vec::new();
        let phone = keep(&mut mistakes, "person_phone", Phone::parse(person_phone));
        let name = keep(&mut mistakes, "person_name", PersonName::parse(person_name));
        // Whoever knows the number and the holder of an account needs nobody's consent.
        let lent = keep(&mut mistakes, "kind", if kind.is_lent() { Ok(kind) } else { Err(Mistake::Choice) });
        let (Some(phone), Some(name), Some(kind)) = (phone, name, lent) else {
            return Err(Kind::Invalid(mistakes).into());
        };
        let (inner, now) = (&self.inner, self.now());
        inner.by_consent.take(citizen.account, now)?;
        let once = once(citizen, &key, "ask_consent", &[phone.expose(), name.expose(), kind.word()]);
        // The same for everybody, so that a stranger's reply looks like an acquaintance's, also when it is repeated.
        let id = {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(
                &inner.vault.code_hash(inner.vault.index(LABEL, key.as_str()), &citizen.account.to_string())[..16],
            );
            Id(bytes)
        };
        let index = inner.vault.index(PHONE, phone.expose());
        let known = inner.stores.platform().account_by_phone(&index).await?.filter(|from| *from != citizen.account);
        let Some(from) = known else { return Ok(id) };
        // Comparing the names reads the other person's profile: it stands in their log, whatever comes of it.
        let real_name = match self.real_name_of(citizen, from, Purpose::RealName).await {
            Ok((real_name, _)) => real_name,
            Err(error) if error.kind == Kind::RealNameNeeded => return Ok(id),
            Err(error) => return Err(error),
        };
        if real_name != name.expose() {
            return Ok(id);
        }
        let (own_name, _) = self.real_name_of(citizen, citizen.account, Purpose::Profile).await?;
        let label = Label { from: name.masked(), to: mask::name(&own_name) };
        let label = serde_json::to_vec(&label).map_err(kernel::Error::internal)?;
        let ask = store::AskConsent {
            id,
            from,
            to: citizen.account,
            kind: kind.word().to_owned(),
            label: inner.vault.seal(&*inner.rng, LABEL, &label),
            at: now,
            expires_at: now.plus_s(inner.limits.consent_s.into()),
            once: Some(once),
        };
        inner.stores.platform().ask_consent(ask).await?.map_err(|_| key_reused())
    }

    pub async fn consents(&self, citizen: &Citizen) -> Result<Vec<ConsentView>> {
        let consents = self.inner.stores.platform().consents(citizen.account, self.now()).await?;
        if consents.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.names(citizen, &consents).await?;
        let views = consents.into_iter().zip(names).filter_map(|(consent, (_, other))| {
            let given = consent.from == citizen.account;
            Some(ConsentView {
                id: consent.id,
                direction: if given { Direction::Given } else { Direction::Received },
                other,
                kind: Subject::parse(&consent.kind)?,
                state: consent.state.into(),
                asked_at: consent.asked_at,
                decided_at: consent.decided_at,
                expires_at: consent.expires_at,
            })
        });
        Ok(views.collect())
    }

    /// The other side of each consent with its masked name, in the same order. Logged.
    pub(crate) async fn names(
        &self,
        citizen: &Citizen,
        consents: &[store::Consent],
    ) -> Result<Vec<(AccountId, String)>> {
        let access = self.access(citizen, citizen.account, Purpose::Profile, None);
        let receipts = self.inner.stores.platform().record_access(vec![access]).await?;
        let receipt = receipts.first().ok_or(Kind::Internal)?;
        let name = |consent: &store::Consent| {
            let label = self.inner.vault.open(LABEL, &consent.label, receipt)?;
            let label: Label = serde_json::from_slice(&label).map_err(kernel::Error::internal)?;
            let given = consent.from == citizen.account;
            Ok(if given { (consent.to, label.to) } else { (consent.from, label.from) })
        };
        consents.iter().map(name).collect()
    }

    /// Grants or refuses what somebody asked of the citizen.
    pub async fn decide_consent(&self, citizen: &Citizen, id: Id, granted: bool) -> Result<()> {
        let decided = self.inner.stores.platform().decide_consent(citizen.account, id, granted, self.now()).await?;
        if decided { Ok(()) } else { Err(Kind::NotFound.into()) }
    }

    /// Ends a consent, from either side; the cards bound by it go at once, in every city.
    pub async fn revoke_consent(&self, citizen: &Citizen, id: Id) -> Result<()> {
        let platform = self.inner.stores.platform();
        if !platform.revoke_consent(citizen.account, id, self.now()).await? {
            return Err(Kind::NotFound.into());
        }
        // From here on no question is answered by it, because every question checks again; the cards go besides.
        for (_, cell) in self.cells().await? {
            cell.unbind_by_consent(id).await?;
        }
        Ok(())
    }
}

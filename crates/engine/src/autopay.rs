//! Automatic payment: bills of a card paid without asking, up to a limit, and never without a notice the day before.
//!
//! The citizen agrees at the provider; here stands what they allowed. A bill above the limit, one that changed after the
//! notice, and a fine are never paid this way: the citizen is told, and pays by hand or not at all.

mod debit;

use connector::pay::{AgreementOrder, AgreementState, Cashier, Device};
use kernel::{CityId, Error, Id, Kind, Money, ProviderId, Result, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Autopay, AutopayDebit, SetAutopay};

use crate::{
    Citizen, OnceKey, Platform,
    callback::id_of,
    platform::once,
    quote::{Till, typed_amount},
};

pub(crate) const NOTICE: &str = "autopay.notice";
const AGREEMENT: &str = "autopay.agreement";
/// An agreement that is not made yet is looked at every few minutes.
const ASKED_LOOK_S: i64 = 120;
const DEBITS_SHOWN: u32 = 12;

/// What the citizen allowed.
#[derive(Clone, Debug)]
pub struct AutopayView {
    pub id: Id,
    pub card: Id,
    pub service: ServiceId,
    pub provider: String,
    pub limit: Money,
    pub state: AutopayState,
    pub since_at: Timestamp,
    pub debits: Vec<DebitView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutopayState {
    /// Waits for the agreement at the provider.
    Asked,
    InForce,
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebitView {
    pub amount: Money,
    pub told_at: Timestamp,
    /// `None` once it was made, or will not be.
    pub debit_at: Option<Timestamp>,
    /// `paid`, `declined`, `changed`, `stopped`.
    pub outcome: Option<String>,
    pub payment: Option<Id>,
}

/// What is kept of the agreement: our number of it, and the provider's once it is made.
#[derive(Serialize, Deserialize)]
struct Agreement {
    external_no: String,
}

impl Platform {
    /// Begins an automatic payment: what comes back is the way to the provider, where the citizen agrees.
    #[expect(clippy::too_many_arguments, reason = "all of it is the citizen's form")]
    pub async fn set_autopay(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        limit: &str,
        provider: &str,
        device: Device,
        key: OnceKey,
    ) -> Result<Cashier> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let till = Till::of(&pack, service)?;
        if !till.takes_standing_orders() {
            return Err(Kind::NotFound.into());
        }
        let limit = typed_amount("limit", limit)?;
        let cell = self.inner.stores.city(city).await?;
        let held = self.held(citizen, &cell).await?;
        held.iter().find(|held| held.view.id == card && held.view.fits(service)).ok_or(Kind::NotFound)?;
        let provider_of = self.provider(provider)?;
        let agreements = provider_of.agreements().ok_or(Kind::Conflict("provider_without_autopay"))?;
        let now = self.now();
        let id = id_of(&[b"autopay", &citizen.account.0, key.as_str().as_bytes()]);
        let external_no = id.to_string();
        let agreement = serde_json::to_vec(&Agreement { external_no: external_no.clone() }).map_err(Error::internal)?;
        let parts = [city.as_str(), service.id.as_str(), &card.to_string(), &limit.fen().to_string(), provider];
        let set = SetAutopay {
            id,
            account: citizen.account,
            card,
            service: service.id.clone(),
            provider: ProviderId::parse(provider).ok_or(Kind::NotFound)?,
            agreement: self.inner.vault.seal(&*self.inner.rng, AGREEMENT, &agreement),
            limit,
            at: now,
            check_at: now.plus_s(ASKED_LOOK_S),
            once: Some(once(citizen, &key, "autopay", &parts)),
        };
        match cell.set_autopay(set).await? {
            Ok(_) => {}
            Err(store::AutopayRefused::AlreadySet(_)) => return Err(Kind::Conflict("autopay_set").into()),
            Err(store::AutopayRefused::KeyReused) => return Err(crate::platform::key_reused()),
        }
        let order = AgreementOrder {
            external_no,
            limit,
            subject: format!("{} {}", pack.city.name.zh_cn, service.short_name.zh_cn),
            notify_url: self.notify_url(provider, city),
            return_url: format!("{}/{city}/s/{}/autopay/{card}?back=1", self.inner.public_url, service.id),
            device,
        };
        let signed = agreements.sign(&order).await;
        signed.map_err(|failure| Error::new(Kind::Unavailable("provider")).because(failure))
    }

    /// What stands for a card, if anything does: the one in force, else the newest. `look` asks the provider whether the
    /// agreement was made.
    pub async fn autopay(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        look: bool,
    ) -> Result<Option<AutopayView>> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let fits = |autopay: &Autopay| autopay.card == card && autopay.service == *service;
        let mut all: Vec<Autopay> = cell.autopays(citizen.account).await?.into_iter().filter(fits).collect();
        all.sort_by_key(|autopay| (autopay.stopped_at.is_some(), std::cmp::Reverse(autopay.since_at)));
        let Some(autopay) = all.into_iter().next() else { return Ok(None) };
        let state = match autopay.stopped_at {
            Some(_) => AutopayState::Stopped,
            None if !look && !cell.autopay_debits(autopay.id, 1).await?.is_empty() => AutopayState::InForce,
            None => match self.agreement(&autopay).await {
                Ok(AgreementState::InForce { .. }) => AutopayState::InForce,
                Ok(AgreementState::Ended) => {
                    cell.stop_autopay(citizen.account, autopay.id, self.now()).await?;
                    AutopayState::Stopped
                }
                Ok(AgreementState::Asked | AgreementState::Unknown) | Err(_) => AutopayState::Asked,
            },
        };
        let debits = cell.autopay_debits(autopay.id, DEBITS_SHOWN).await?;
        Ok(Some(AutopayView {
            id: autopay.id,
            card,
            service: autopay.service,
            provider: autopay.provider.to_string(),
            limit: autopay.limit,
            state,
            since_at: autopay.since_at,
            debits: debits.into_iter().map(DebitView::from).collect(),
        }))
    }

    /// Nothing is debited from now on. The agreement at the provider ends too; if the provider does not answer, what we
    /// never ask for is not debited all the same.
    pub async fn stop_autopay(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<()> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let autopay = cell.autopay(id).await?.filter(|autopay| autopay.account == citizen.account);
        let autopay = autopay.ok_or(Kind::NotFound)?;
        cell.stop_autopay(citizen.account, id, self.now()).await?;
        let external_no = self.external_no(&autopay)?;
        if let Ok(provider) = self.provider(autopay.provider.as_str())
            && let Some(agreements) = provider.agreements()
            && let Err(failure) = agreements.end(&external_no).await
        {
            tracing::warn!(provider = %autopay.provider, %failure, "an agreement could not be ended at the provider");
        }
        Ok(())
    }

    fn external_no(&self, autopay: &Autopay) -> Result<String> {
        let read = self.inner.vault.process(AGREEMENT, &autopay.agreement, |bytes| {
            serde_json::from_slice::<Agreement>(bytes).map(|agreement| agreement.external_no)
        })?;
        read.map_err(|_| Error::internal("an agreement that cannot be read"))
    }

    async fn agreement(&self, autopay: &Autopay) -> Result<AgreementState> {
        let provider = self.provider(autopay.provider.as_str())?;
        let agreements = provider.agreements().ok_or(Kind::Unavailable("provider"))?;
        let known = agreements.query(&self.external_no(autopay)?).await;
        known.map_err(|failure| Error::new(Kind::Unavailable("provider")).because(failure))
    }

    /// A provider rang about an agreement: look at once.
    pub(crate) async fn agreement_changed(&self, city: &CityId, cell: &store::City, external_no: &str) -> Result<()> {
        let Some(id) = Id::parse(&external_no.to_lowercase()) else { return Ok(()) };
        if cell.autopay_checked(id, self.now()).await? {
            self.inner.bells.ring(Some(city));
        }
        Ok(())
    }
}

impl From<AutopayDebit> for DebitView {
    fn from(debit: AutopayDebit) -> Self {
        let AutopayDebit { amount, told_at, debit_at, outcome, payment, .. } = debit;
        Self { amount, told_at, debit_at, outcome, payment }
    }
}

//! The home page's strip: what is known already, without waiting for any department.

use capability::record;
use kernel::{CityId, Result, ServiceId, Text, Timestamp, access::Purpose};
use manifest::service::Tone;

use crate::{CardState, CardView, Citizen, Platform};

#[derive(Clone, Debug)]
pub struct Home {
    pub cards: Vec<CardView>,
    pub strip: Vec<HomeStat>,
    /// How many people wait for the citizen's consent.
    pub asked_consents: usize,
}

/// One figure of the strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeStat {
    pub service: ServiceId,
    pub label: Text,
    /// `None`: never asked, so there is nothing to show yet.
    pub value: Option<String>,
    pub unit: Text,
    pub tone: Tone,
    pub fetched_at: Option<Timestamp>,
}

impl Platform {
    /// From kept answers only.
    pub async fn home(&self, citizen: &Citizen, city: &CityId) -> Result<Home> {
        let (inner, catalogue) = (&self.inner, self.catalogue());
        let pack = self.open_city(&catalogue, city)?;
        let cell = inner.stores.city(city).await?;
        let held = self.held(citizen, &cell).await?;
        let in_force = || held.iter().filter(|held| held.view.state == CardState::InForce);
        let keys: Vec<_> = catalogue
            .services_of(&pack)
            .flat_map(|service| {
                let fitting = in_force().filter(|held| held.view.fits(service));
                fitting.map(|held| (service.id.clone(), held.key))
            })
            .collect();
        let mut strip = Vec::new();
        if !keys.is_empty() {
            let mut subjects: Vec<_> = in_force().map(|held| held.subject).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let access = |subject| self.access(citizen, subject, Purpose::Record, None);
            let accesses = subjects.into_iter().map(access).collect();
            let services: Vec<ServiceId> = keys.iter().map(|(service, _)| service.clone()).collect();
            let (answers, receipt) = cell.open_answers(accesses, keys).await?;
            for service in catalogue.services_of(&pack).filter(|service| services.contains(&service.id)) {
                let mine = services.iter().zip(&answers).filter(|(id, _)| **id == service.id);
                let kept: Vec<_> = mine.filter_map(|(_, answer)| answer.as_ref()).collect();
                let rows = kept
                    .iter()
                    .map(|kept| self.rows(&catalogue, &pack, service, &kept.rows, &receipt))
                    .collect::<Result<Vec<_>>>()?;
                let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
                let figure = (!rows.is_empty()).then(|| record::figure(service, &rows));
                strip.push(HomeStat {
                    service: service.id.clone(),
                    label: service.answer.home.label.clone(),
                    tone: figure.as_ref().map_or(Tone::Plain, |figure| figure.tone),
                    value: figure.and_then(|figure| figure.value),
                    unit: service.answer.home.unit.clone(),
                    // The oldest answer among them says how old the figure is.
                    fetched_at: kept.iter().map(|kept| kept.fetched_at).min(),
                });
            }
        }
        let consents = inner.stores.platform().consents(citizen.account, self.now()).await?;
        let asks =
            |consent: &&store::Consent| consent.from == citizen.account && consent.state == store::ConsentState::Asked;
        let asked_consents = consents.iter().filter(asks).count();
        Ok(Home { cards: held.into_iter().map(|held| held.view).collect(), strip, asked_consents })
    }
}

//! The home page's strip: what is known already, without waiting for any department.
//!
//! One read says which cards, bookings and payments there are. Whoever has no card has read nothing personal; for everybody
//! else cards and kept answers are opened in one commit with the entries that say so.

use capability::{payment::State, record};
use kernel::{CityId, Id, Receipt, Result, ServiceId, Text, Timestamp, access::Purpose};
use manifest::{
    Catalogue, CityPack, Service,
    service::{Subject, Tone},
};
use store::{AtHome, KeptAnswer};

use crate::{BookingLine, CardState, CardView, Citizen, Platform, card::Held};

/// More bookings than these are looked up in their list.
const BOOKINGS_MAX: usize = 5;

#[derive(Clone, Debug, Default)]
pub struct Home {
    pub cards: Vec<CardView>,
    pub strip: Vec<HomeStat>,
    /// What something is still to come of, the next first.
    pub bookings: Vec<BookingLine>,
    /// How many people wait for the citizen's consent.
    pub asked_consents: u64,
    /// The newest payment that has not come to an end, and how far it is.
    pub unfinished: Option<(Id, State)>,
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

/// A card with what is kept for each of the services that can be asked about it, in the city's order.
struct Known {
    held: Held,
    answers: Vec<Option<KeptAnswer>>,
}

impl Platform {
    /// From kept answers only.
    pub async fn home(&self, citizen: &Citizen, city: &CityId) -> Result<Home> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let person = self.may_be_asked(citizen, &catalogue, &pack).await?;
        let AtHome { cards, bookings, asked, unfinished } = cell.at_home(citizen.account, person).await?;
        let ahead = bookings.into_iter().take(BOOKINGS_MAX).collect();
        let mut bookings = self.bookings_ahead(&pack, &cell, ahead).await?;
        if let Some(person) = person {
            bookings.extend(self.asked_among(citizen, &pack, &cell, asked, person).await?);
            bookings.sort_by_key(|line| line.starts_at);
        }
        let home = Home { bookings, asked_consents: citizen.asked_consents, unfinished, ..Home::default() };
        if cards.is_empty() {
            return Ok(home);
        }
        let mut ask = Vec::new();
        for card in &cards {
            let services = Subject::parse(&card.kind).map(|kind| services_for(&catalogue, &pack, kind));
            // Whether a ward is still a minor stands on the card, so those are looked up once it is open.
            let in_force = match card.relation {
                store::Relation::Own => true,
                store::Relation::Consent => self.consent_holds(citizen, card).await?,
                store::Relation::Ward => false,
            };
            ask.extend(
                services.filter(|services| in_force && !services.is_empty()).map(|services| (card.id, services)),
            );
        }
        let access = self.access(citizen, citizen.account, Purpose::Cards, None);
        let (opened, receipt) = cell.open_home(access, citizen.account, ask).await?;
        let mut known = Vec::with_capacity(opened.len());
        for (card, answers) in opened {
            let ward = card.info.relation == store::Relation::Ward;
            let held = self.hold(citizen, card, &receipt).await?;
            let answers = if ward && held.view.state == CardState::InForce {
                self.kept_for(citizen, &cell, &held, services_for(&catalogue, &pack, held.view.kind)).await?
            } else {
                answers
            };
            known.push(Known { held, answers });
        }
        let strip = self.strip(&catalogue, &pack, &known, &receipt)?;
        let cards = known.into_iter().map(|known| known.held.view).collect();
        Ok(Home { cards, strip, ..home })
    }

    /// What is kept about one card, with an entry for it.
    async fn kept_for(
        &self,
        citizen: &Citizen,
        cell: &store::City,
        held: &Held,
        services: Vec<ServiceId>,
    ) -> Result<Vec<Option<KeptAnswer>>> {
        if services.is_empty() {
            return Ok(Vec::new());
        }
        let access = self.access(citizen, held.subject, Purpose::Record, None);
        let keys = services.into_iter().map(|service| (service, held.key)).collect();
        Ok(cell.open_answers(vec![access], keys).await?.0)
    }

    fn strip(
        &self,
        catalogue: &Catalogue,
        pack: &CityPack,
        known: &[Known],
        receipt: &Receipt,
    ) -> Result<Vec<HomeStat>> {
        let mut strip = Vec::new();
        for service in catalogue.services_of(pack) {
            let Some(answer) = &service.answer else { continue };
            let place = services_of(catalogue, pack, service.subject).position(|other| other.id == service.id);
            let fitting = known
                .iter()
                .filter(|known| known.held.view.fits(service) && known.held.view.state == CardState::InForce);
            let answers: Vec<Option<&KeptAnswer>> = fitting.map(|known| known.answers.get(place?)?.as_ref()).collect();
            if answers.is_empty() {
                continue;
            }
            let kept: Vec<&KeptAnswer> = answers.into_iter().flatten().collect();
            let rows = kept
                .iter()
                .map(|kept| self.rows(catalogue, pack, service, &kept.rows, receipt))
                .collect::<Result<Vec<_>>>()?;
            let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
            let figure = (!rows.is_empty()).then(|| record::figure(service, &rows));
            strip.push(HomeStat {
                service: service.id.clone(),
                label: answer.home.label.clone(),
                tone: figure.as_ref().map_or(Tone::Plain, |figure| figure.tone),
                value: figure.and_then(|figure| figure.value),
                unit: answer.home.unit.clone(),
                // The oldest answer among them says how old the figure is.
                fetched_at: kept.iter().map(|kept| kept.fetched_at).min(),
            });
        }
        Ok(strip)
    }
}

fn services_of<'a>(
    catalogue: &'a Catalogue,
    pack: &'a CityPack,
    kind: Subject,
) -> impl Iterator<Item = &'a std::sync::Arc<Service>> {
    catalogue.services_of(pack).filter(move |service| service.subject == kind)
}

fn services_for(catalogue: &Catalogue, pack: &CityPack, kind: Subject) -> Vec<ServiceId> {
    services_of(catalogue, pack, kind).map(|service| service.id.clone()).collect()
}

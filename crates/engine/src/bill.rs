//! All accounts of a citizen at billers, side by side: what each owes by the answer that is kept, and whether it is paid by
//! itself. No department is asked and no provider is: whoever wants the newest word opens the account.

use kernel::{CityId, Error, Money, Result, ServiceId, Timestamp, access::Purpose};
use manifest::service::Subject;

use crate::{CardState, CardView, Citizen, Platform, quote::Till};

/// An account at a biller.
#[derive(Clone, Debug)]
pub struct BillAccount {
    pub card: CardView,
    pub service: ServiceId,
    /// By the kept answer; `None` if there is none, which does not mean that nothing is owed.
    pub known: Option<BillKnown>,
    /// What may be debited at most each time, if the citizen asked for that.
    pub autopay: Option<Money>,
    /// Its bills can be paid by standing order.
    pub can_autopay: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillKnown {
    /// How many bills can be paid, and what they cost together.
    pub open_count: usize,
    pub due: Money,
    /// Of a prepaid account.
    pub balance: Option<Money>,
    pub fetched_at: Timestamp,
}

impl Platform {
    /// The citizen's accounts, in the order of the city's services.
    pub async fn bills(&self, citizen: &Citizen, city: &CityId) -> Result<Vec<BillAccount>> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let mut held = self.held(citizen, &cell).await?;
        held.retain(|held| held.view.kind == Subject::Customer && held.view.state == CardState::InForce);
        let mut asked = Vec::new();
        for service in catalogue.services_of(&pack) {
            asked.extend(held.iter().filter(|held| held.view.fits(service)).map(|held| (service, held)));
        }
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut subjects: Vec<_> = asked.iter().map(|(_, held)| held.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let accesses = subjects.into_iter().map(|subject| self.access(citizen, subject, Purpose::Record, None));
        let keys = asked.iter().map(|(service, held)| (service.id.clone(), held.key)).collect();
        let (kept, receipt) = cell.open_answers(accesses.collect(), keys).await?;
        let mut autopays = cell.autopays(citizen.account).await?;
        autopays.retain(|autopay| autopay.stopped_at.is_none());
        let mut accounts = Vec::with_capacity(asked.len());
        for ((service, held), kept) in asked.into_iter().zip(kept) {
            let till = Till::of(&pack, service).ok();
            let known = match kept {
                Some(kept) => {
                    let rows = self.rows(&catalogue, &pack, service, &kept.rows, &receipt)?;
                    let payable = till.as_ref().map(|till| self.payable_rows(till, &rows)).unwrap_or_default();
                    let due = payable.iter().try_fold(Money::ZERO, |sum, row| sum.checked_add(row.due));
                    let balance = till.as_ref().and_then(|till| till.balance(&rows));
                    Some(BillKnown {
                        open_count: payable.len(),
                        due: due.ok_or_else(|| Error::internal("bills beyond all money"))?,
                        balance,
                        fetched_at: kept.fetched_at,
                    })
                }
                None => None,
            };
            let own = autopays.iter().find(|autopay| autopay.card == held.view.id && autopay.service == service.id);
            accounts.push(BillAccount {
                card: held.view.clone(),
                service: service.id.clone(),
                known,
                autopay: own.map(|autopay| autopay.limit),
                can_autopay: till.as_ref().is_some_and(Till::takes_standing_orders),
            });
        }
        Ok(accounts)
    }
}

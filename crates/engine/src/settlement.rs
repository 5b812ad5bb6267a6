//! Settlement: what every department and the treasury is owed for a day, and the daily close that fixes it. A day with open
//! breaks, or one that was not compared with everybody, does not close, and says why.

use kernel::{CityId, Date, Error, Kind, Money, Result, Text, Timestamp};
use ledger::{Account, reconcile::Side};
use store::{CloseDay, CloseRefused};

use crate::{Deed, Platform, Staff, Verb};

const DAYS_MAX: u32 = 60;

/// One payee's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementView {
    /// The ledger account: `merchant:<department>`, `treasury:<code>:<item>`.
    pub account: String,
    /// The department's name, or what the treasury's account is for.
    pub name: Text,
    pub treasury: bool,
    pub payments: u64,
    pub gross: Money,
    pub refunds: u64,
    pub refunded: Money,
    pub net: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementDay {
    pub day: Date,
    pub closed_by: String,
    pub closed_at: Timestamp,
}

/// What keeps a day open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayOpen {
    TooEarly,
    AlreadyClosed,
    NotCompared(Vec<(Side, String)>),
    BreaksOpen(u64),
}

/// A ledger account with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceView {
    pub account: String,
    pub amount: Money,
}

impl Platform {
    /// The settlements of a closed day; of an open one, what it would be now.
    pub async fn settlements(&self, staff: &Staff, city: &CityId, day: Date) -> Result<Vec<SettlementView>> {
        let scope = staff.may(Verb::SeeSettlements, city).ok_or(Kind::Denied("not_your_role"))?;
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let closed = cell.settlements(day).await?;
        let settled = if closed.is_empty() { cell.settlements_so_far(day).await? } else { closed };
        let covered = |account: &Account| match (&scope, account.kind()) {
            (crate::Scope::City, _) => true,
            (scope, ledger::Kind::Merchant) => {
                kernel::DepartmentId::parse(account.owner()).is_some_and(|department| scope.covers(&department))
            }
            _ => false,
        };
        let view = |it: store::Settlement| {
            let treasury = it.payee.kind() == ledger::Kind::Treasury;
            let department = pack.bindings.department.get(it.payee.owner());
            SettlementView {
                account: it.payee.as_str().to_owned(),
                name: department.map_or_else(|| treasury_name(&it.payee), |department| department.name.clone()),
                treasury,
                payments: it.payments,
                gross: it.gross,
                refunds: it.refunds,
                refunded: it.refunded,
                net: it.net(),
            }
        };
        Ok(settled.into_iter().filter(|it| covered(&it.payee)).map(view).collect())
    }

    pub async fn closed_days(&self, staff: &Staff, city: &CityId) -> Result<Vec<SettlementDay>> {
        staff.may(Verb::SeeSettlements, city).ok_or(Kind::Denied("not_your_role"))?;
        let cell = self.inner.stores.city(city).await?;
        let mut days = Vec::new();
        for closed in cell.closed_days(DAYS_MAX).await? {
            let closed_by = self.staff_name(Some(closed.closed_by)).await?;
            days.push(SettlementDay { day: closed.day, closed_by, closed_at: closed.closed_at });
        }
        Ok(days)
    }

    /// Closes a day, or says what keeps it open. A day that stays open is no mistake of anybody's.
    pub async fn close_day(&self, staff: &Staff, city: &CityId, day: Date) -> Result<Result<(), DayOpen>> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let parties = self.parties_of_day(&pack);
        let close = CloseDay { day, parties, staff: staff.id, at: self.now() };
        let deed =
            Deed { verb: Verb::CloseDay, city, department: None, place: "", object: format!("day {day}"), reason: "" };
        let refused = std::sync::Mutex::new(None);
        let work = async {
            match cell.close_day(close).await? {
                Ok(_) => Ok(()),
                Err(why) => {
                    *refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(DayOpen::from(why));
                    Err(Error::new(Kind::Conflict("day_stays_open")))
                }
            }
        };
        let done = self.deed(staff, deed, work).await;
        match (done, refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)) {
            (Ok(()), _) => Ok(Ok(())),
            (Err(_), Some(why)) => Ok(Err(why)),
            (Err(error), None) => Err(error),
        }
    }

    /// What every ledger account says now.
    pub async fn balances(&self, staff: &Staff, city: &CityId) -> Result<Vec<BalanceView>> {
        match staff.may(Verb::SeeSettlements, city) {
            Some(crate::Scope::City) => {}
            _ => return Err(Kind::Denied("not_your_role").into()),
        }
        let cell = self.inner.stores.city(city).await?;
        let view = |balance: store::Balance| BalanceView {
            account: balance.account.as_str().to_owned(),
            amount: balance.amount(),
        };
        Ok(cell.balances().await?.into_iter().map(view).collect())
    }
}

fn treasury_name(account: &Account) -> Text {
    let item = account.owner().rsplit(':').next().unwrap_or_default();
    Text::new(format!("国库 · 科目 {item}"), format!("Treasury, item {item}"))
}

impl From<CloseRefused> for DayOpen {
    fn from(why: CloseRefused) -> Self {
        match why {
            CloseRefused::TooEarly => Self::TooEarly,
            CloseRefused::AlreadyClosed => Self::AlreadyClosed,
            CloseRefused::NotCompared(parties) => Self::NotCompared(parties),
            CloseRefused::BreaksOpen(count) => Self::BreaksOpen(count),
        }
    }
}

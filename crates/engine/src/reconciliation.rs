//! Reconciliation, three ways: what our books say of a day, what each provider's bill says, what each department's list
//! says. A break is a work item for a person; nothing is mended in silence.

mod looked;

use std::collections::BTreeSet;

use connector::{
    Question,
    pay::{BillKind, BillLine},
};
use kernel::{CityId, Date, DepartmentId, Error, Id, Kind, Money, Result, ServiceId, Timestamp, identifier::Mistake};
use ledger::reconcile::{self, Cause, Line, Side};
use manifest::{CityPack, act::Act};
use store::{BreakInfo, Reconciled};

pub(crate) use self::looked::Looked;
use crate::{Deed, Platform, Staff, Verb, act::Values, sign_in::keep};

/// The hour of the morning from which a provider's bill of the day before can be had.
const FROM_HOUR: i8 = 10;
/// Days that are made up for, if the platform stood still.
const DAYS_BACK: i64 = 7;
const OPEN_MAX: u32 = 500;

/// One disagreement, as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakView {
    pub id: Id,
    pub day: Date,
    pub side: Side,
    /// The provider or the department.
    pub party: String,
    pub kind: reconcile::Kind,
    /// The number that both sides know: an order, a refund, a payment.
    pub number: String,
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
    pub found_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: String,
    pub note: String,
    pub cause: Option<Cause>,
    /// Who has taken it up; empty for nobody.
    pub claimed_by: String,
    /// It is this member of staff who has.
    pub own: bool,
}

/// How far the comparison of a day is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayView {
    pub day: Date,
    pub parties: Vec<PartyView>,
    pub open: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyView {
    pub side: Side,
    pub party: String,
    /// `None`: not compared yet.
    pub compared_at: Option<Timestamp>,
    pub ours: u32,
    pub theirs: u32,
}

/// Whom a day is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Party {
    side: Side,
    name: String,
}

impl Platform {
    /// The breaks that wait for somebody, the oldest day first.
    pub async fn open_breaks(&self, staff: &Staff, city: &CityId) -> Result<Vec<BreakView>> {
        let cell = self.inner.stores.city(city).await?;
        let found = cell.open_breaks(OPEN_MAX).await?;
        self.break_views(staff, city, found).await
    }

    pub async fn breaks_of_day(&self, staff: &Staff, city: &CityId, day: Date) -> Result<Vec<BreakView>> {
        let cell = self.inner.stores.city(city).await?;
        let found = cell.breaks_of(day).await?;
        self.break_views(staff, city, found).await
    }

    pub async fn reconciliation_break(&self, staff: &Staff, city: &CityId, id: Id) -> Result<BreakView> {
        let found = self.break_for(staff, Verb::SeeBreaks, city, id).await?;
        self.break_view(staff, found).await
    }

    /// Those of the departments that this member of staff works for.
    async fn break_views(&self, staff: &Staff, city: &CityId, found: Vec<BreakInfo>) -> Result<Vec<BreakView>> {
        staff.may(Verb::SeeBreaks, city).ok_or(Kind::Denied("not_your_role"))?;
        let mut views = Vec::new();
        for found in found {
            if staff.may_at(Verb::SeeBreaks, city, department_of(&found).as_ref()) {
                views.push(self.break_view(staff, found).await?);
            }
        }
        Ok(views)
    }

    /// Somebody else's department has no breaks for this member of staff.
    async fn break_for(&self, staff: &Staff, verb: Verb, city: &CityId, id: Id) -> Result<BreakInfo> {
        staff.may(verb, city).ok_or(Kind::Denied("not_your_role"))?;
        let cell = self.inner.stores.city(city).await?;
        let found = cell.reconciliation_break(id).await?.ok_or(Kind::NotFound)?;
        let theirs = staff.may_at(verb, city, department_of(&found).as_ref());
        if theirs { Ok(found) } else { Err(Kind::NotFound.into()) }
    }

    async fn break_view(&self, staff: &Staff, found: BreakInfo) -> Result<BreakView> {
        Ok(BreakView {
            id: found.id,
            day: found.day,
            side: found.found.side,
            party: found.party,
            kind: found.found.kind,
            number: found.found.order,
            ours: found.found.ours,
            theirs: found.found.theirs,
            found_at: found.found_at,
            resolved_at: found.resolved_at,
            resolved_by: self.staff_name(found.resolved_by).await?,
            note: found.note.unwrap_or_default(),
            cause: found.cause,
            claimed_by: self.staff_name(found.claimed_by).await?,
            own: found.claimed_by == Some(staff.id),
        })
    }

    /// Takes a break up, so that two people do not work on one.
    pub async fn claim_break(&self, staff: &Staff, city: &CityId, id: Id) -> Result<()> {
        let (by, now) = (staff.id, self.now());
        self.break_deed(staff, city, id, "claim", move |cell| async move { cell.claim_break(id, by, now).await }).await
    }

    /// Gives it back, for a colleague to take up.
    pub async fn release_break(&self, staff: &Staff, city: &CityId, id: Id) -> Result<()> {
        let by = staff.id;
        self.break_deed(staff, city, id, "release", move |cell| async move { cell.release_break(id, by).await }).await
    }

    /// A person has seen to a break, and says what it came from and what was done.
    pub async fn resolve_break(&self, staff: &Staff, city: &CityId, id: Id, cause: &str, note: &str) -> Result<()> {
        let mut mistakes = Vec::new();
        let cause = keep(&mut mistakes, "cause", Cause::parse(cause).ok_or(Mistake::Choice));
        let note = note.trim();
        let given = if note.is_empty() { Err(Mistake::Empty("处理说明 / note")) } else { Ok(()) };
        keep(&mut mistakes, "note", given);
        let (Some(cause), true) = (cause, mistakes.is_empty()) else { return Err(Kind::Invalid(mistakes).into()) };
        let (by, now, said) = (staff.id, self.now(), note.to_owned());
        let work = move |cell: store::City| async move { cell.resolve_break(id, by, cause, &said, now).await };
        self.break_deed(staff, city, id, note, work).await
    }

    async fn break_deed<W>(
        &self,
        staff: &Staff,
        city: &CityId,
        id: Id,
        reason: &str,
        work: impl FnOnce(store::City) -> W + Send,
    ) -> Result<()>
    where
        W: Future<Output = store::Result<bool>> + Send,
    {
        let found = self.break_for(staff, Verb::ResolveBreak, city, id).await?;
        let department = department_of(&found);
        let cell = self.inner.stores.city(city).await?;
        let object = format!("break {id}");
        let deed = Deed { verb: Verb::ResolveBreak, city, department: department.as_ref(), place: "", object, reason };
        let done = async move { if work(cell).await? { Ok(()) } else { Err(Kind::Conflict("break_taken").into()) } };
        self.deed(staff, deed, done).await
    }

    /// What a day was compared with, and what is missing.
    pub async fn reconciliation_day(&self, staff: &Staff, city: &CityId, day: Date) -> Result<DayView> {
        staff.may(Verb::SeeBreaks, city).ok_or(Kind::Denied("not_your_role"))?;
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let done = cell.reconciled(day).await?;
        let parties = self.parties(&pack).into_iter().map(|party| {
            let found = done.iter().find(|done| done.side == party.side && done.party == party.name);
            PartyView {
                side: party.side,
                party: party.name,
                compared_at: found.map(|done| done.at),
                ours: found.map_or(0, |done| done.ours),
                theirs: found.map_or(0, |done| done.theirs),
            }
        });
        let open = cell.breaks_of(day).await?.iter().filter(|found| found.resolved_at.is_none()).count();
        Ok(DayView { day, parties: parties.collect(), open })
    }

    /// Everybody who holds a list against which ours can be held.
    fn parties(&self, pack: &CityPack) -> BTreeSet<Party> {
        let providers = self.inner.providers.load();
        let providers = providers.iter().map(|it| Party { side: Side::Provider, name: it.id().to_owned() });
        let lists = pack.bindings.act.iter().filter_map(|(service, acts)| Some((service, acts.get(&Act::List)?)));
        let departments = lists.map(|(service, binding)| {
            let side = if pack.offers.contains_key(service) { Side::Register } else { Side::Department };
            Party { side, name: binding.department.to_string() }
        });
        providers.chain(departments).collect()
    }

    /// With whom a day must have been compared before it is closed: everybody, also if nothing of ours happened on it,
    /// because then anything on the other side is a break.
    pub(crate) fn parties_of_day(&self, pack: &CityPack) -> Vec<(Side, String)> {
        self.parties(pack).into_iter().map(|party| (party.side, party.name)).collect()
    }

    /// Compares the days that can be compared by now and were not.
    pub(crate) async fn reconcile_due(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let now = self.now();
        let today = now.date();
        if !self.inner.looked.is_due(city, now) || now.civil().hour() < FROM_HOUR {
            return Ok(0);
        }
        // A city in which no money has ever moved and nothing was booked has nothing to compare, and asks nobody for lists.
        if cell.balances().await?.is_empty() && !cell.has_bookings().await? {
            return Ok(0);
        }
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let mut compared = 0;
        for back in 1..=DAYS_BACK {
            let day = Timestamp::from_civil(today.at(12, 0, 0, 0)).plus_s(-back * 86_400).date();
            let done = cell.reconciled(day).await?;
            let missing = self
                .parties(&pack)
                .into_iter()
                .filter(|party| !done.iter().any(|it| it.side == party.side && it.party == party.name));
            for party in missing {
                match self.compare(cell, &pack, &party, day).await {
                    Ok(()) => compared += 1,
                    Err(cause) => tracing::warn!(%city, %day, party = party.name, %cause, "a day is compared later"),
                }
            }
        }
        Ok(compared)
    }

    /// Compares a day now, whatever was compared before: the list of the other side may have come late.
    pub async fn reconcile_again(&self, staff: &Staff, city: &CityId, day: Date) -> Result<()> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        if day >= self.now().date() {
            return Err(Kind::Conflict("day_not_over").into());
        }
        let cell = self.inner.stores.city(city).await?;
        let deed = Deed {
            verb: Verb::ResolveBreak,
            city,
            department: None,
            place: "",
            object: format!("day {day}"),
            reason: "compare",
        };
        let work = async {
            let mut unavailable = None;
            for party in self.parties(&pack) {
                if let Err(cause) = self.compare(&cell, &pack, &party, day).await {
                    unavailable = Some(cause);
                }
            }
            unavailable.map_or(Ok(()), Err)
        };
        self.deed(staff, deed, work).await
    }

    async fn compare(&self, cell: &store::City, pack: &CityPack, party: &Party, day: Date) -> Result<()> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for day in around(day) {
            ours.extend(self.ours(cell, pack, party, day).await?);
            if day < self.now().date() {
                theirs.extend(self.theirs(pack, party, day).await?);
            }
        }
        let count =
            |lines: &[Line]| u32::try_from(lines.iter().filter(|line| line.on == day).count()).unwrap_or(u32::MAX);
        let breaks = reconcile::compare(party.side, day, &ours, &theirs);
        cell.put_reconciled(Reconciled {
            day,
            side: party.side,
            party: party.name.clone(),
            ours: count(&ours),
            theirs: count(&theirs),
            breaks,
            at: self.now(),
        })
        .await?;
        Ok(())
    }

    async fn ours(&self, cell: &store::City, pack: &CityPack, party: &Party, day: Date) -> Result<Vec<Line>> {
        match party.side {
            Side::Provider => {
                let lines = cell.provider_day(&party.name, day).await?;
                let line = |it: store::ProviderLine| match it.refund_no {
                    Some(order) => Line { order, amount: Money::from_fen(-it.amount.fen()), on: it.at.date() },
                    None => Line { order: it.out_trade_no, amount: it.amount, on: it.at.date() },
                };
                Ok(lines.into_iter().map(line).collect())
            }
            Side::Department => {
                let lines = cell.department_day(&party.name, day).await?;
                let line = |it: store::DepartmentLine| Line {
                    order: it.payment.to_string(),
                    amount: it.amount,
                    on: it.at.date(),
                };
                Ok(lines.into_iter().map(line).collect())
            }
            Side::Register => {
                let mut lines = Vec::new();
                for (service, _) in listed(pack, &party.name, party.side) {
                    let line =
                        |it: store::OnRecord| Line { order: it.number, amount: it.paid, on: it.starts_at.date() };
                    lines.extend(cell.bookings_on_record(service, day).await?.into_iter().map(line));
                }
                Ok(lines)
            }
        }
    }

    async fn theirs(&self, pack: &CityPack, party: &Party, day: Date) -> Result<Vec<Line>> {
        match party.side {
            Side::Provider => {
                let unavailable = |failure| Error::new(Kind::Unavailable("provider")).because(failure);
                let bill = self.provider(&party.name)?.bill(day).await.map_err(unavailable)?;
                // Another city's orders stand in the same shop's bill; ours begin with our code.
                let mine = |line: &BillLine| line.out_trade_no.starts_with(&pack.city.code);
                let line = |it: BillLine| match (it.kind, it.refund_no) {
                    (BillKind::Refund, number) => {
                        let order = number.unwrap_or(it.out_trade_no);
                        Line { order, amount: Money::from_fen(-it.amount.fen()), on: it.at.date() }
                    }
                    (BillKind::Paid, _) => Line { order: it.out_trade_no, amount: it.amount, on: it.at.date() },
                };
                Ok(bill.unwrap_or_default().into_iter().filter(mine).map(line).collect())
            }
            Side::Department | Side::Register => self.department_list(pack, party, day).await,
        }
    }

    /// Everything that a department has booked on a day, over all services that post to it.
    async fn department_list(&self, pack: &CityPack, party: &Party, day: Date) -> Result<Vec<Line>> {
        let catalogue = self.catalogue();
        let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
        let mut lines: Vec<Line> = Vec::new();
        for (service, binding) in listed(pack, &party.name, party.side) {
            // Two services of one department may share one list, which is then asked for once.
            if !asked.insert((binding.path.clone(), format!("{:?}", binding.send))) {
                continue;
            }
            let Some(service) = catalogue.services.get(service) else { continue };
            let values = Values::from([("day".to_owned(), day.to_string())]);
            let rows = self.act_rows(pack, service, Act::List, &Question::of_a_day(values)).await;
            let rows = rows.map_err(|failure| Error::new(Kind::Unavailable("department")).because(failure))?;
            for row in rows {
                let text = |field: &str| row.get(field).map(manifest::Value::text).unwrap_or_default();
                let amount = row.get("amount").and_then(manifest::Value::number).unwrap_or(0);
                let on = text("at").get(..10).and_then(|day| day.parse().ok()).unwrap_or(day);
                lines.push(Line { order: text("id"), amount: Money::from_fen(amount), on });
            }
        }
        Ok(lines)
    }
}

/// The services of a department that have a list: of bookings, or of money.
fn listed<'a>(
    pack: &'a CityPack,
    department: &'a str,
    side: Side,
) -> impl Iterator<Item = (&'a ServiceId, &'a manifest::Binding)> {
    let lists = pack.bindings.act.iter().filter_map(|(service, acts)| Some((service, acts.get(&Act::List)?)));
    lists.filter(move |(service, binding)| {
        binding.department.as_str() == department && pack.offers.contains_key(*service) == (side == Side::Register)
    })
}

/// The department that a break is with; a provider's concerns the whole city.
fn department_of(found: &BreakInfo) -> Option<DepartmentId> {
    (found.found.side != Side::Provider).then(|| DepartmentId::parse(&found.party)).flatten()
}

/// The day before, the day, the day after.
fn around(day: Date) -> [Date; 3] {
    let noon = Timestamp::from_civil(day.at(12, 0, 0, 0));
    [-86_400, 0, 86_400].map(|s| noon.plus_s(s).date())
}

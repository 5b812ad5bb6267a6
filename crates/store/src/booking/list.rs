//! Lists of bookings and single ones with their detail. Whoever opens a detail leaves an entry with everybody whose booking
//! it is.

use capability::booking::{State, number::Numbering};
use kernel::{Access, AccountId, Date, Id, Money, Receipt, Sealed, ServiceId, Timestamp};

use super::BookingFacts;
use crate::{
    BookingNames, City, Result, Row, Tx, Value,
    access::{Entry, receipt, record, record_daily},
    payment::money,
    statement::statement,
    value::values,
};

statement! {
    BOOKING_DETAIL = "SELECT seq, account, detail FROM booking WHERE id = ?1";
    BOOKING_PARTY_ACCOUNTS = "SELECT account FROM booking_party WHERE booking = ?1 AND account IS NOT NULL";
    BOOKING_LIST_OWN = "SELECT id, seq, service, place, section, resource, matter, class, state, starts_at, ends_at, held_until_at,
            price_fen, paid_fen, refunded_fen, units, account, detail
        FROM booking WHERE account = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    BOOKING_LIST_PARTY = "SELECT b.id, b.seq, b.service, b.place, b.section, b.resource, b.matter, b.class, b.state, b.starts_at,
            b.ends_at, b.held_until_at, b.price_fen, b.paid_fen, b.refunded_fen, b.units, b.account, b.detail
        FROM booking_party p JOIN booking b ON b.seq = p.booking
        WHERE p.account = ?1 AND p.booking < ?2 ORDER BY p.booking DESC LIMIT ?3";
    BOOKING_LIST_POOL = "SELECT b.id, b.seq, b.service, b.place, b.section, b.resource, b.matter, b.class, b.state, b.starts_at,
            b.ends_at, b.held_until_at, b.price_fen, b.paid_fen, b.refunded_fen, b.units, b.account, b.detail
        FROM booking_pool p JOIN booking b ON b.seq = p.booking WHERE p.pool = ?1 AND p.booking > ?2 ORDER BY p.booking LIMIT ?3";
    BOOKING_LIST_DAY = "SELECT b.id, b.seq, b.service, b.place, b.section, b.resource, b.matter, b.class, b.state, b.starts_at,
            b.ends_at, b.held_until_at, b.price_fen, b.paid_fen, b.refunded_fen, b.units, b.account, b.detail
        FROM pool s JOIN booking_pool p ON p.pool = s.number JOIN booking b ON b.seq = p.booking
        WHERE s.service = ?1 AND s.place = ?2 AND s.day = ?3 AND p.part = 0 ORDER BY b.starts_at, b.seq LIMIT ?4";
    BOOKING_ON_RECORD = "SELECT b.seq, b.paid_fen, b.refunded_fen, b.starts_at
        FROM pool s JOIN booking_pool p ON p.pool = s.number JOIN booking b ON b.seq = p.booking
        WHERE s.service = ?1 AND s.day = ?2 AND p.part = 0 AND b.state IN ('booked', 'paid', 'checked_in', 'done', 'no_show') ORDER BY b.seq";
    BOOKING_ANY = "SELECT seq FROM booking WHERE seq > 0 LIMIT 1";
    BOOKING_LIVE = "SELECT id FROM booking WHERE account = ?1 AND state IN ('held', 'booked', 'paid', 'checked_in')
        ORDER BY seq DESC LIMIT ?2";
    BOOKING_KEPT_FOR = "SELECT DISTINCT b.id FROM booking_party p JOIN booking b ON b.seq = p.booking
        WHERE p.person = ?1 AND b.state = 'held' LIMIT ?2";
}

/// A booking with what is sealed of it; `None` when that went with its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingView {
    pub facts: BookingFacts,
    pub detail: Option<Sealed>,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingInfo {
    pub id: Id,
    /// Names the place in the list: the next page is what comes before it.
    pub seq: i64,
    pub number: String,
    pub service: ServiceId,
    pub names: BookingNames,
    pub class: String,
    pub state: State,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub held_until_at: Timestamp,
    pub price: Money,
    pub paid: Money,
    pub refunded: Money,
    pub units: u32,
    pub account: Option<AccountId>,
    pub detail: Option<Sealed>,
}

impl BookingInfo {
    fn read(row: &Row, numbering: Numbering) -> Result<Self> {
        let seq = row.int(1)?;
        Ok(Self {
            id: row.id(0)?,
            seq,
            number: numbering.number(seq),
            service: row.word(2, ServiceId::parse)?,
            names: BookingNames {
                place: row.text(3)?,
                section: row.text(4)?,
                resource: row.text(5)?,
                matter: row.text(6)?,
            },
            class: row.text(7)?,
            state: row.word(8, State::parse)?,
            starts_at: row.timestamp(9)?,
            ends_at: row.timestamp(10)?,
            held_until_at: row.timestamp(11)?,
            price: money(row, 12)?,
            paid: money(row, 13)?,
            refunded: money(row, 14)?,
            units: row.small(15)?,
            account: row.maybe(16, Row::id)?,
            detail: row.maybe(17, Row::sealed)?,
        })
    }
}

/// A booking as both sides have it on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnRecord {
    pub number: String,
    /// And not given back.
    pub paid: Money,
    pub starts_at: Timestamp,
}

/// One entry for the subject that the reader names, and one for everybody else whose bookings are opened.
fn entries(entry: &Entry, accounts: impl IntoIterator<Item = AccountId>) -> Vec<Entry> {
    let mut others: Vec<AccountId> = accounts.into_iter().filter(|account| *account != entry.access.subject).collect();
    others.sort_unstable();
    others.dedup();
    let beside = (1..).zip(others).map(|(n, account)| entry.beside(n, account));
    std::iter::once(entry.clone()).chain(beside).collect()
}

/// The detail of a booking, for somebody who may see it.
async fn open(tx: &mut dyn Tx, entry: &Entry, id: Id, account: Option<AccountId>) -> Result<Option<Option<Sealed>>> {
    let Some(row) = tx.one(&BOOKING_DETAIL, values![id]).await? else { return Ok(None) };
    let mut accounts: Vec<AccountId> = row.maybe(1, Row::id)?.into_iter().collect();
    for row in tx.many(&BOOKING_PARTY_ACCOUNTS, values![row.int(0)?]).await? {
        accounts.push(row.id(0)?);
    }
    if account.is_some_and(|account| !accounts.contains(&account)) {
        return Ok(None);
    }
    record(tx, &entries(entry, accounts)).await?;
    row.maybe(2, Row::sealed).map(Some)
}

impl City {
    /// A booking of the account's own, or one to which it is a party; `None` for everybody else.
    pub async fn booking(&self, access: Access, account: AccountId, id: Id) -> Result<Option<(BookingView, Receipt)>> {
        self.open_booking(access, id, Some(account)).await
    }

    /// A booking for whoever may see it at the desk, or for the machine that tells the department. Whose it is, they get an
    /// entry; the subject that the access names gets one as well.
    pub async fn booking_for_staff(&self, access: Access, id: Id) -> Result<Option<(BookingView, Receipt)>> {
        self.open_booking(access, id, None).await
    }

    async fn open_booking(
        &self,
        access: Access,
        id: Id,
        account: Option<AccountId>,
    ) -> Result<Option<(BookingView, Receipt)>> {
        let at = access.at;
        let detail = self
            .write((self.entry(access), id, account), |(entry, id, account), tx| {
                Box::pin(async move { open(tx, entry, *id, *account).await })
            })
            .await?;
        let (Some(detail), Some(facts)) = (detail, self.booking_facts(id).await?) else { return Ok(None) };
        Ok(Some((BookingView { facts, detail }, receipt(at))))
    }

    /// The sealed detail, for the machine that tells the department or the citizen: nobody looks at it there.
    pub async fn booking_detail(&self, id: Id) -> Result<Option<Sealed>> {
        let row = self.read_one(&BOOKING_DETAIL, values![id]).await?;
        row.map_or(Ok(None), |row| row.maybe(2, Row::sealed))
    }

    /// The account's bookings and those to which it is a party, newest first; `before` is the place of the last one of the
    /// page before.
    pub async fn bookings(
        &self,
        access: Access,
        account: AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<BookingInfo>, Receipt)> {
        let at = access.at;
        let values = values![account, before.unwrap_or(i64::MAX), limit].to_vec();
        let list = self
            .write((self.entry(access), values, limit, self.numbering), |(entry, values, limit, numbering), tx| {
                Box::pin(async move {
                    let mut rows = tx.many(&BOOKING_LIST_OWN, values).await?;
                    rows.extend(tx.many(&BOOKING_LIST_PARTY, values).await?);
                    let read = |row| BookingInfo::read(row, *numbering);
                    let mut list: Vec<BookingInfo> = rows.iter().map(read).collect::<Result<_>>()?;
                    list.sort_unstable_by_key(|info| std::cmp::Reverse(info.seq));
                    list.dedup_by_key(|info| info.seq);
                    list.truncate(*limit as usize);
                    record(tx, &entries(entry, list.iter().filter_map(|info| info.account))).await?;
                    Ok(list)
                })
            })
            .await?;
        Ok((list, receipt(at)))
    }

    /// The account's own bookings of which something is still to come, newest first. Nothing personal is opened.
    pub async fn live_bookings(&self, account: AccountId, limit: u32) -> Result<Vec<Id>> {
        self.read(&BOOKING_LIVE, values![account, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// What is held and is this person's to agree to, whoever made it. Nothing personal is opened.
    pub async fn bookings_kept_for(&self, person: kernel::Index, limit: u32) -> Result<Vec<Id>> {
        self.read(&BOOKING_KEPT_FOR, values![&person, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// Who has something of a pool, in whatever state, in the order in which they came; `after` is the place of the last one
    /// of the page before. Nothing personal is opened: the detail is left out.
    pub async fn bookings_of_pool(&self, pool: i64, after: i64, limit: u32) -> Result<Vec<BookingInfo>> {
        let rows = self.read(&BOOKING_LIST_POOL, values![pool, after, limit]).await?;
        let closed = |row: &Row| Ok(BookingInfo { detail: None, ..BookingInfo::read(row, self.numbering)? });
        rows.iter().map(closed).collect()
    }

    /// What a department should have on its register for a day: numbers and money, and nothing of persons.
    pub async fn bookings_on_record(&self, service: &ServiceId, on: Date) -> Result<Vec<OnRecord>> {
        let read = |row: &Row| {
            let paid = Money::from_fen(money(row, 1)?.fen() - money(row, 2)?.fen());
            Ok(OnRecord { number: self.numbering.number(row.int(0)?), paid, starts_at: row.timestamp(3)? })
        };
        self.read(&BOOKING_ON_RECORD, values![service.as_str(), on]).await?.iter().map(read).collect()
    }

    /// Whether anything was ever booked here.
    pub async fn has_bookings(&self) -> Result<bool> {
        Ok(self.read_one(&BOOKING_ANY, values![]).await?.is_some())
    }

    /// Everybody who is expected at a place on a day, in the order of their times, with what the counter is to know.
    pub async fn bookings_of_day(
        &self,
        access: Access,
        service: &ServiceId,
        place: &str,
        on: Date,
        limit: u32,
    ) -> Result<(Vec<BookingInfo>, Receipt)> {
        let at = access.at;
        let values: Vec<Value> = values![service.as_str(), place, on, limit].to_vec();
        let list = self
            .write((self.entry(access), values, self.numbering), |(entry, values, numbering), tx| {
                Box::pin(async move {
                    let rows = tx.many(&BOOKING_LIST_DAY, values).await?;
                    let read = |row| BookingInfo::read(row, *numbering);
                    let list: Vec<BookingInfo> = rows.iter().map(read).collect::<Result<_>>()?;
                    record_daily(tx, entries(entry, list.iter().filter_map(|info| info.account))).await?;
                    Ok(list)
                })
            })
            .await?;
        Ok((list, receipt(at)))
    }
}

//! What a batch of claims asks of the database and writes into it: one statement for all of them, where the engine can.

use std::collections::{BTreeMap, BTreeSet};

use capability::booking::{State, decide::missed_at, pool::Taken, slot::Slot};
use kernel::{Id, Index};

use super::batch::Granted;
use crate::{
    City, Error, Result, Row, Rows, Tx, Value, booking, outbox,
    pool::load,
    statement::statement,
    value::{row, values},
    waiting,
};

statement! {
    HOLD_KNOWN = "SELECT request FROM booking WHERE id = ?1",
        set "SELECT q.n, b.request FROM unnest(?1::bytea[]) WITH ORDINALITY AS q(id, n)
        CROSS JOIN LATERAL (SELECT request FROM booking WHERE id = q.id LIMIT 1) b";
    HOLD_SLOTS = "SELECT ordinal FROM booking_slot WHERE what = ?1",
        set "SELECT q.n, s.ordinal FROM unnest(?1::bytea[]) WITH ORDINALITY AS q(what, n)
        CROSS JOIN LATERAL (SELECT ordinal FROM booking_slot WHERE what = q.what LIMIT 1000) s";
    HOLD_BOOKING = "INSERT INTO booking (seq, id, request, account, forgotten, service, place, section, resource, matter, fault_scope,
            class, door, drawn, state, version, day, starts_at, ends_at, held_until_at, missed_at, extended, consents, moves,
            price_fen, paid_fen, refunded_fen, parts, units, people, slots, withdrawn, lookup, detail, made_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'held', 1, ?14, ?15, ?16, ?17, ?18, 0, ?19, ?20, ?21, ?22, 0,
            ?23, ?24, ?25, ?26, 0, ?27, ?28, ?29, ?29)",
        set "INSERT INTO booking (seq, id, request, account, forgotten, service, place, section, resource, matter, fault_scope,
            class, door, drawn, state, version, day, starts_at, ends_at, held_until_at, missed_at, extended, consents, moves,
            price_fen, paid_fen, refunded_fen, parts, units, people, slots, withdrawn, lookup, detail, made_at, changed_at)
        SELECT q.a, q.b, q.c, q.d, 0, q.e, q.f, q.g, q.h, q.i, q.j, q.k, q.l, q.m, 'held', 1, q.n, q.o, q.p, q.q, q.r, 0, q.s, q.t, q.u, q.v, 0,
            q.w, q.x, q.y, q.z, 0, q.aa, q.ab, q.ac, q.ac
        FROM unnest(?1::bigint[], ?2::bytea[], ?3::bytea[], ?4::bytea[], ?5::text[], ?6::text[], ?7::text[], ?8::text[], ?9::text[],
            ?10::text[], ?11::text[], ?12::text[], ?13::bigint[], ?14::text[], ?15::bigint[], ?16::bigint[], ?17::bigint[], ?18::bigint[],
            ?19::text[], ?20::bigint[], ?21::bigint[], ?22::bigint[], ?23::text[], ?24::bigint[], ?25::bytea[], ?26::bytea[],
            ?27::bytea[], ?28::bytea[], ?29::bigint[])
            AS q(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac)";
    HOLD_POOL = "INSERT INTO booking_pool (pool, booking, part) VALUES (?1, ?2, ?3)",
        set "INSERT INTO booking_pool (pool, booking, part) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[])";
    HOLD_PARTY = "INSERT INTO booking_party (booking, part, person, account) VALUES (?1, ?2, ?3, ?4)",
        set "INSERT INTO booking_party (booking, part, person, account) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bytea[], ?4::bytea[])";
    HOLD_SLOT = "INSERT INTO booking_slot (what, ordinal) VALUES (?1, ?2)",
        set "INSERT INTO booking_slot (what, ordinal) SELECT * FROM unnest(?1::bytea[], ?2::bigint[])";
    HOLD_UNIT = "INSERT INTO unit_taken (pool, unit, leg, booking) VALUES (?1, ?2, ?3, ?4)",
        set "INSERT INTO unit_taken (pool, unit, leg, booking) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[])";
    HOLD_TALLY = "INSERT INTO booking_tally (service, place, day, state, units) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (service, place, day, state) DO UPDATE SET units = booking_tally.units + excluded.units",
        set "INSERT INTO booking_tally (service, place, day, state, units)
        SELECT * FROM unnest(?1::text[], ?2::text[], ?3::text[], ?4::text[], ?5::bigint[])
        ON CONFLICT (service, place, day, state) DO UPDATE SET units = booking_tally.units + excluded.units";
    HOLD_LEG = "UPDATE pool_leg SET taken_online = taken_online + ?3, taken_on_site = taken_on_site + ?4, taken_phone = taken_phone + ?5
        WHERE pool = ?1 AND leg = ?2 AND taken_online + taken_on_site + taken_phone + ?3 + ?4 + ?5 <= capacity",
        set "UPDATE pool_leg l SET taken_online = l.taken_online + q.a, taken_on_site = l.taken_on_site + q.b, taken_phone = l.taken_phone + q.c
        FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[], ?5::bigint[]) AS q(pool, leg, a, b, c)
        WHERE l.pool = q.pool AND l.leg = q.leg AND l.taken_online + l.taken_on_site + l.taken_phone + q.a + q.b + q.c <= l.capacity";
    HOLD_TURN = "UPDATE pool SET turn = turn + 1 WHERE number = ?1",
        set "UPDATE pool SET turn = turn + 1 WHERE number = ANY(?1::bigint[])";
    pub(crate) HOLD_MOVED = "UPDATE booking SET moved_from = ?2, payment = ?3 WHERE seq = ?1";
}

/// What a batch asks of the database before it decides.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) ids: Vec<Id>,
    pub(crate) pools: Vec<i64>,
    /// First slots.
    pub(crate) slots: Vec<Slot>,
    pub(crate) marks: Vec<(Index, String)>,
}

/// The answers, in the order of the questions.
pub(crate) struct Found {
    /// The request of the booking that has the id already.
    pub(crate) requests: Vec<Option<[u8; 32]>>,
    pub(crate) turns: Vec<Option<i64>>,
    /// The highest place in the city that is taken.
    pub(crate) last: i64,
    /// Ordinals in use.
    pub(crate) used: Vec<BTreeSet<u16>>,
    pub(crate) marks: Vec<Vec<capability::booking::block::Mark>>,
}

/// Everything at once.
pub(crate) async fn ask(tx: &mut dyn Tx, wanted: &Wanted) -> Result<Found> {
    let questions: [Rows; 4] = [
        (&HOLD_KNOWN, wanted.ids.iter().map(|id| row![*id]).collect()),
        (&load::POOL_TURN, wanted.pools.iter().map(|pool| row![*pool]).collect()),
        (&HOLD_SLOTS, wanted.slots.iter().map(|first| row![first.what()]).collect()),
        (&booking::BOOKING_MARKS, wanted.marks.iter().map(|(person, scope)| row![person, scope]).collect()),
    ];
    let answers = tx.eaches(&questions).await?;
    let [known, turns, used, marks] =
        answers.try_into().map_err(|_| Error::Corrupt("a question without an answer".into()))?;
    let ordinal = |row: &Row| u16::try_from(row.int(0)?).map_err(|_| Error::Corrupt("an ordinal too high".into()));
    Ok(Found {
        requests: known.iter().map(|rows| rows.first().map(|row| row.hash(0)).transpose()).collect::<Result<_>>()?,
        last: turns.iter().flatten().next().map_or(Ok(0), |row| row.int(1))?,
        turns: turns.iter().map(|rows| rows.first().map(|row| row.int(0)).transpose()).collect::<Result<_>>()?,
        used: used.iter().map(|rows| rows.iter().map(ordinal).collect()).collect::<Result<_>>()?,
        marks: marks.iter().map(|rows| rows.iter().map(booking::read_mark).collect()).collect::<Result<_>>()?,
    })
}

/// Whether a claim was granted once, here or by another process.
pub(crate) async fn was_granted(city: &City, id: Id) -> Result<bool> {
    Ok(city.read_one(&HOLD_KNOWN, values![id]).await?.is_some())
}

fn booking_row(one: &Granted<'_>) -> Result<Vec<Value>> {
    let Granted { hold, seq, held, slots } = one;
    let facts = &held.facts;
    let parts: Vec<(i64, &Taken)> = hold.pools.iter().map(|(pool, _)| *pool).zip(&held.taken).collect();
    let parts = serde_json::to_string(&parts).map_err(|cause| Error::Corrupt(format!("parts: {cause}")))?;
    let units = held.taken.first().map_or(0, |taken| taken.count);
    let people: Vec<u8> = hold.parties.iter().flat_map(|party| party.person.0).collect();
    Ok(row![
        *seq,
        hold.id,
        &hold.request,
        hold.account,
        hold.service.as_str(),
        &hold.names.place,
        &hold.names.section,
        &hold.names.resource,
        &hold.names.matter,
        &hold.fault_scope,
        &facts.class,
        hold.door.word(),
        hold.drawn,
        facts.starts_at.date(),
        facts.starts_at,
        facts.ends_at,
        facts.held_until_at,
        missed_at(facts, &hold.profile),
        &booking::consents_text(&facts.consents),
        i64::from(facts.moves),
        facts.price.fen(),
        facts.paid.fen(),
        &parts,
        units,
        people,
        Slot::join(slots.iter().map(|(slot, _)| *slot)),
        hold.lookup.as_ref(),
        &hold.detail,
        hold.at
    ])
}

/// What granted claims are, row by row.
#[derive(Default)]
struct Kept {
    bookings: Vec<Vec<Value>>,
    pools: Vec<Vec<Value>>,
    parties: Vec<Vec<Value>>,
    slots: Vec<Vec<Value>>,
    units: Vec<Vec<Value>>,
    messages: Vec<Vec<Value>>,
    waiting: Vec<Vec<Value>>,
}

impl Kept {
    fn add(&mut self, one: &Granted<'_>) -> Result<()> {
        let Granted { hold, seq, held, slots } = one;
        self.bookings.push(booking_row(one)?);
        for (part, (pool, taken)) in (0_i64..).zip(hold.pools.iter().map(|(pool, _)| *pool).zip(&held.taken)) {
            self.pools.push(row![pool, *seq, part]);
            for unit in &taken.units {
                let legs = taken.legs.from..taken.legs.to;
                self.units.extend(legs.map(|leg| row![pool, *unit, i64::from(leg), *seq]));
            }
        }
        for (part, party) in (0_i64..).zip(&hold.parties) {
            let asked = part > 0 && part < i64::from(hold.party_count);
            let account = party.account.filter(|account| hold.account != Some(*account));
            if asked || account.is_some() {
                self.parties.push(row![*seq, part, &party.person, account]);
            }
        }
        self.slots.extend(slots.iter().map(|(slot, _)| row![slot.what(), i64::from(slot.ordinal())]));
        self.messages.extend(hold.messages.iter().map(outbox::row));
        self.waiting.extend(hold.waiting.map(|id| row![id]));
        Ok(())
    }
}

/// What was taken of the pools: which changed, and how much of each of their legs went through each door.
#[derive(Default)]
pub(crate) struct Less {
    pub(crate) pools: Vec<i64>,
    pub(crate) legs: Vec<(i64, u8, [u32; 3])>,
}

impl Less {
    fn rows(&self) -> [Rows; 2] {
        let leg = |(pool, leg, [online, on_site, phone]): &(i64, u8, [u32; 3])| {
            row![*pool, i64::from(*leg), *online, *on_site, *phone]
        };
        [
            (&HOLD_LEG, self.legs.iter().map(leg).collect()),
            (&HOLD_TURN, self.pools.iter().map(|pool| row![*pool]).collect()),
        ]
    }

    fn fits(&self, changed: &[u64]) -> Result<()> {
        match changed.first() {
            Some(legs) if *legs == self.legs.len() as u64 => Ok(()),
            _ => Err(Error::Corrupt("memory promised more than there is".into())),
        }
    }

    /// Writes it ahead of the claims that took it.
    pub(crate) async fn take(self, tx: &mut dyn Tx) -> Result<Self> {
        self.fits(&tx.sets(&self.rows()).await?)?;
        Ok(Self::default())
    }
}

/// Writes the claims that were granted, and what they took: one row for each leg of a pool, one for each pool that its turn
/// has come.
pub(crate) async fn granted(tx: &mut dyn Tx, granted: &[Granted<'_>], less: &Less) -> Result<()> {
    let mut kept = Kept::default();
    let mut tallies: BTreeMap<(&str, &str, kernel::Date), i64> = BTreeMap::new();
    for one in granted {
        kept.add(one)?;
        let what = (one.hold.service.as_str(), one.hold.names.place.as_str(), one.held.facts.starts_at.date());
        *tallies.entry(what).or_default() += one.held.taken.first().map_or(0, |taken| i64::from(taken.count));
    }
    let tally = |((service, place, day), units)| row![service, place, day, State::Held.word(), units];
    let [legs, turns] = less.rows();
    let sets: [Rows; 9] = [
        legs,
        turns,
        (&HOLD_BOOKING, kept.bookings),
        (&HOLD_POOL, kept.pools),
        (&HOLD_PARTY, kept.parties),
        (&HOLD_SLOT, kept.slots),
        (&HOLD_UNIT, kept.units),
        (&HOLD_TALLY, tallies.into_iter().map(tally).collect()),
        (&outbox::OUTBOX_POST, kept.messages),
    ];
    less.fits(&tx.sets(&sets).await?)?;
    tx.batch(&waiting::WAITING_DROP, &kept.waiting).await.map(drop)
}

/// Some units of a day go from one state to another; below zero, out of it.
pub(crate) async fn tally(
    tx: &mut dyn Tx,
    (service, place, day): (&str, &str, kernel::Date),
    changes: &[(State, i64)],
) -> Result<()> {
    let row = |(state, units): &(State, i64)| row![service, place, day, state.word(), *units];
    let rows: Vec<Vec<Value>> = changes.iter().map(row).collect();
    tx.batch(&HOLD_TALLY, &rows).await.map(drop)
}

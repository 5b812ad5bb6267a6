//! What a batch of claims asks of the database and writes into it: one statement for all of them, where the engine can.

use std::collections::BTreeMap;

use capability::booking::{State, decide::missed_at, pool::Taken};
use kernel::{Id, Index};

use super::{Hold, HoldRefused, batch::Granted};
use crate::{
    City, Error, KeyReused, Once, Result, Row, Tx, Value, booking, once, outbox, statement::statement, value::values,
    waiting,
};

statement! {
    HOLD_LAST = "SELECT coalesce(max(seq), 0) FROM booking";
    HOLD_NUMBER = "SELECT seq FROM booking WHERE id = ?1 UNION ALL SELECT seq FROM booking WHERE number = ?2 LIMIT 1";
    HOLD_ORDINALS = "SELECT ordinal FROM booking_key WHERE person = ?1 AND key = ?2",
        set "SELECT q.n, k.ordinal FROM unnest(?1::bytea[], ?2::text[]) WITH ORDINALITY AS q(person, key, n)
        CROSS JOIN LATERAL (SELECT ordinal FROM booking_key WHERE person = q.person AND key = q.key LIMIT 1000) k";
    HOLD_BOOKING = "INSERT INTO booking (seq, id, number, account, forgotten, service, place, section, resource, matter, fault_scope,
            class, door, drawn, state, version, day, starts_at, ends_at, held_until_at, missed_at, extended, consents, moves,
            price_fen, paid_fen, refunded_fen, parts, units, withdrawn, lookup, detail, made_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'held', 1, ?14, ?15, ?16, ?17, ?18, 0, ?19, ?20, ?21, ?22, 0,
            ?23, ?24, 0, ?25, ?26, ?27, ?27)",
        set "INSERT INTO booking (seq, id, number, account, forgotten, service, place, section, resource, matter, fault_scope,
            class, door, drawn, state, version, day, starts_at, ends_at, held_until_at, missed_at, extended, consents, moves,
            price_fen, paid_fen, refunded_fen, parts, units, withdrawn, lookup, detail, made_at, changed_at)
        SELECT q.a, q.b, q.c, q.d, 0, q.e, q.f, q.g, q.h, q.i, q.j, q.k, q.l, q.m, 'held', 1, q.n, q.o, q.p, q.q, q.r, 0, q.s, q.t, q.u, q.v, 0,
            q.w, q.x, 0, q.y, q.z, q.aa, q.aa
        FROM unnest(?1::bigint[], ?2::bytea[], ?3::text[], ?4::bytea[], ?5::text[], ?6::text[], ?7::text[], ?8::text[], ?9::text[],
            ?10::text[], ?11::text[], ?12::text[], ?13::bigint[], ?14::text[], ?15::bigint[], ?16::bigint[], ?17::bigint[], ?18::bigint[],
            ?19::text[], ?20::bigint[], ?21::bigint[], ?22::bigint[], ?23::text[], ?24::bigint[], ?25::bytea[], ?26::bytea[],
            ?27::bigint[]) AS q(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa)";
    HOLD_POOL = "INSERT INTO booking_pool (pool, booking, part) VALUES (?1, ?2, ?3)",
        set "INSERT INTO booking_pool (pool, booking, part) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[])";
    HOLD_PARTY = "INSERT INTO booking_party (booking, part, person, account) VALUES (?1, ?2, ?3, ?4)",
        set "INSERT INTO booking_party (booking, part, person, account) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bytea[], ?4::bytea[])";
    HOLD_KEY = "INSERT INTO booking_key (person, key, ordinal, booking, live_only) VALUES (?1, ?2, ?3, ?4, ?5)",
        set "INSERT INTO booking_key (person, key, ordinal, booking, live_only)
        SELECT * FROM unnest(?1::bytea[], ?2::text[], ?3::bigint[], ?4::bigint[], ?5::bigint[])";
    HOLD_UNIT = "INSERT INTO unit_taken (pool, unit, leg, booking) VALUES (?1, ?2, ?3, ?4)",
        set "INSERT INTO unit_taken (pool, unit, leg, booking) SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[])";
    HOLD_TALLY = "INSERT INTO booking_tally (service, place, day, state, units) VALUES (?1, ?2, ?3, ?4, ?5)
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

/// What is kept of a claim's idempotency key: the booking, or that it is not a claim's.
fn kept(once: &Once, row: &Row) -> Result<Result<Id, HoldRefused>> {
    if row.hash(0)? != once.request_hash {
        return Ok(Err(HoldRefused::KeyReused));
    }
    let outcome: Result<Id, KeyReused> =
        serde_json::from_str(&row.text(1)?).map_err(|cause| Error::Corrupt(format!("kept outcome: {cause}")))?;
    Ok(outcome.map_err(|_| HoldRefused::KeyReused))
}

/// Which claims are repeats, with the booking of the first.
pub(crate) async fn recall(tx: &mut dyn Tx, holds: &[&Hold]) -> Result<Vec<Option<Result<Id, HoldRefused>>>> {
    let mut asked = Vec::new();
    let mut rows = Vec::new();
    for (at, hold) in holds.iter().enumerate() {
        if let Some(once) = &hold.once {
            once::check(once)?;
            asked.push((at, once));
            rows.push(values![once.actor, &once.key].to_vec());
        }
    }
    let mut outcomes = vec![None; holds.len()];
    for ((at, once), found) in asked.into_iter().zip(tx.each(&once::ONCE_FIND, &rows).await?) {
        outcomes[at] = found.first().map(|row| kept(once, row)).transpose()?;
    }
    Ok(outcomes)
}

/// Whether a claim with this key was granted once, here or by another process.
pub(crate) async fn was_kept(city: &City, once: &Once) -> Result<bool> {
    Ok(city.read_one(&once::ONCE_FIND, values![once.actor, &once.key]).await?.is_some())
}

/// Refuses claims whose id or number is another booking's.
pub(crate) async fn check_numbers(
    tx: &mut dyn Tx,
    holds: &[&Hold],
    outcomes: &mut [Option<Result<Id, HoldRefused>>],
) -> Result<()> {
    for (hold, outcome) in holds.iter().zip(outcomes) {
        if outcome.is_none() && tx.one(&HOLD_NUMBER, values![hold.id, &hold.number]).await?.is_some() {
            *outcome = Some(Err(HoldRefused::NumberTaken));
        }
    }
    Ok(())
}

pub(crate) async fn last_booking(tx: &mut dyn Tx) -> Result<i64> {
    tx.one(&HOLD_LAST, values![]).await?.map_or(Ok(0), |row| row.int(0))
}

/// The ordinals in use of each person's key.
pub(crate) async fn ordinals(
    tx: &mut dyn Tx,
    wanted: &[(Index, String)],
) -> Result<Vec<std::collections::BTreeSet<u16>>> {
    let rows: Vec<Vec<Value>> = wanted.iter().map(|(person, key)| values![person, key].to_vec()).collect();
    let ordinal = |row: &Row| u16::try_from(row.int(0)?).map_err(|_| Error::Corrupt("an ordinal too high".into()));
    let found = tx.each(&HOLD_ORDINALS, &rows).await?;
    found.iter().map(|rows| rows.iter().map(ordinal).collect()).collect()
}

fn booking_row(one: &Granted<'_>) -> Result<Vec<Value>> {
    let Granted { hold, seq, held, .. } = one;
    let facts = &held.facts;
    let parts: Vec<(i64, &Taken)> = hold.pools.iter().map(|(pool, _)| *pool).zip(&held.taken).collect();
    let parts = serde_json::to_string(&parts).map_err(|cause| Error::Corrupt(format!("parts: {cause}")))?;
    let units = held.taken.first().map_or(0, |taken| taken.count);
    Ok(values![
        *seq,
        hold.id,
        &hold.number,
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
        hold.lookup.as_ref(),
        &hold.detail,
        hold.at
    ]
    .to_vec())
}

/// What a granted claim is, row by row.
#[derive(Default)]
struct Rows {
    bookings: Vec<Vec<Value>>,
    pools: Vec<Vec<Value>>,
    parties: Vec<Vec<Value>>,
    keys: Vec<Vec<Value>>,
    units: Vec<Vec<Value>>,
    messages: Vec<Vec<Value>>,
    once: Vec<Vec<Value>>,
    waiting: Vec<Vec<Value>>,
}

impl Rows {
    fn add(&mut self, one: &Granted<'_>) -> Result<()> {
        let Granted { hold, seq, held, keys } = one;
        self.bookings.push(booking_row(one)?);
        for (part, (pool, taken)) in (0_i64..).zip(hold.pools.iter().map(|(pool, _)| *pool).zip(&held.taken)) {
            self.pools.push(values![pool, *seq, part].to_vec());
            for unit in &taken.units {
                let legs = taken.legs.from..taken.legs.to;
                self.units.extend(legs.map(|leg| values![pool, *unit, i64::from(leg), *seq].to_vec()));
            }
        }
        for (part, party) in (0_i64..).zip(&hold.parties) {
            self.parties.push(values![*seq, part, &party.person, party.account].to_vec());
        }
        for (person, key, ordinal) in keys {
            self.keys.push(values![person, &key.text, i64::from(*ordinal), *seq, key.live_only].to_vec());
        }
        self.messages.extend(hold.messages.iter().map(outbox::row));
        self.waiting.extend(hold.waiting.map(|id| values![id].to_vec()));
        if let Some(once) = &hold.once {
            self.once.push(once::row(once, &Ok::<Id, KeyReused>(hold.id), hold.at)?);
        }
        Ok(())
    }
}

/// Writes the claims that were granted.
pub(crate) async fn granted(tx: &mut dyn Tx, granted: &[Granted<'_>]) -> Result<()> {
    let mut rows = Rows::default();
    let mut tallies: BTreeMap<(&str, &str, kernel::Date), i64> = BTreeMap::new();
    for one in granted {
        rows.add(one)?;
        let what = (one.hold.service.as_str(), one.hold.names.place.as_str(), one.held.facts.starts_at.date());
        *tallies.entry(what).or_default() += one.held.taken.first().map_or(0, |taken| i64::from(taken.count));
    }
    tx.set(&HOLD_BOOKING, &rows.bookings).await?;
    tx.set(&HOLD_POOL, &rows.pools).await?;
    tx.set(&HOLD_PARTY, &rows.parties).await?;
    tx.set(&HOLD_KEY, &rows.keys).await?;
    tx.set(&HOLD_UNIT, &rows.units).await?;
    let tally = |((service, place, day), units)| values![service, place, day, State::Held.word(), units].to_vec();
    let tallies: Vec<Vec<Value>> = tallies.into_iter().map(tally).collect();
    tx.batch(&HOLD_TALLY, &tallies).await?;
    tx.set(&outbox::OUTBOX_POST, &rows.messages).await?;
    tx.set(&once::ONCE_KEEP, &rows.once).await?;
    tx.batch(&waiting::WAITING_DROP, &rows.waiting).await?;
    Ok(())
}

/// Some units of a day go from one state to another; below zero, out of it.
pub(crate) async fn tally(
    tx: &mut dyn Tx,
    (service, place, day): (&str, &str, kernel::Date),
    changes: &[(State, i64)],
) -> Result<()> {
    let row = |(state, units): &(State, i64)| values![service, place, day, state.word(), *units].to_vec();
    let rows: Vec<Vec<Value>> = changes.iter().map(row).collect();
    tx.batch(&HOLD_TALLY, &rows).await.map(drop)
}

/// Writes what was taken of the pools: one row for each leg, and one for each pool that its turn has come.
pub(crate) async fn pools(tx: &mut dyn Tx, changed: &[i64], legs: &[(i64, u8, [u32; 3])]) -> Result<()> {
    let leg = |(pool, leg, [online, on_site, phone]): &(i64, u8, [u32; 3])| {
        values![*pool, i64::from(*leg), *online, *on_site, *phone].to_vec()
    };
    let rows: Vec<Vec<Value>> = legs.iter().map(leg).collect();
    if tx.set(&HOLD_LEG, &rows).await? != rows.len() as u64 {
        return Err(Error::Corrupt("memory promised more than there is".into()));
    }
    let rows: Vec<Vec<Value>> = changed.iter().map(|pool| values![*pool].to_vec()).collect();
    tx.set(&HOLD_TURN, &rows).await.map(drop)
}

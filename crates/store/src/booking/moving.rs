//! Exchanging a booking for another one: the old one goes and the new one is there, in one commit or not at all.

use std::collections::BTreeSet;

use kernel::{Id, Index};

use super::advance::{self, Changed};
use crate::{
    AdvanceBooking, Carried, City, HeldBooking, Hold, HoldRefused, Result, Row, Tx,
    hold::{Desk, again, write},
    pool::mirror::{Mirror, Stand},
    statement::statement,
    value::values,
};

statement! {
    MOVE_KEYS = "SELECT person, key, ordinal FROM booking_key WHERE booking = ?1 AND (live_only = 1 OR ?2 = 1)";
}

/// What was decided about the old booking, the claim for the new one, and what goes along.
#[derive(Clone, Debug)]
pub struct MoveBooking {
    pub from: AdvanceBooking,
    pub to: Hold,
    pub carried: Carried,
}

enum Moved {
    Done(Box<HeldBooking>, Changed, Vec<Stand>),
    /// The repeat of an exchange that was made.
    Again(Id),
    Refused(HoldRefused),
}

async fn run(tx: &mut dyn Tx, mirror: &Mirror, moving: &MoveBooking) -> Result<Moved> {
    let MoveBooking { from, to, carried } = moving;
    if let Some(known) = write::recall(tx, &[to]).await?.into_iter().next().flatten() {
        return Ok(known.map_or_else(Moved::Refused, Moved::Again));
    }
    let Some(old) = advance::at(tx, from).await? else { return Ok(Moved::Refused(HoldRefused::Stale)) };
    // The same person may keep the same half-day: what the old one used up is free for the new one.
    let rows = tx.many(&MOVE_KEYS, values![old.seq, !from.facts.state.takes_stock()]).await?;
    let read = |row: &Row| Ok((row.index(0)?, row.text(1)?, u16::try_from(row.int(2)?).unwrap_or(u16::MAX)));
    let freed: BTreeSet<(Index, String, u16)> = rows.iter().map(read).collect::<Result<_>>()?;
    let mut desk = Desk::read(tx, mirror, &[to]).await?;
    let mut granted = match desk.grant(to, &freed) {
        Ok(granted) => granted,
        Err(refused) => return Ok(Moved::Refused(refused)),
    };
    granted.held.facts.paid = carried.paid;
    granted.held.facts.moves = carried.moves;
    // The old one first, because its keys go before the new one's come.
    let stands = desk.close(tx).await?;
    let changed = advance::run(tx, from, old, Some(to.id)).await?;
    write::granted(tx, std::slice::from_ref(&granted)).await?;
    tx.execute(&write::HOLD_MOVED, values![granted.seq, from.id, carried.payment]).await?;
    Ok(Moved::Done(Box::new(granted.held), changed, stands))
}

impl City {
    /// Exchanges a booking, or says why not; then the old one stands as it stood. [`HoldRefused::Stale`] says that it has
    /// changed meanwhile.
    pub async fn move_booking(&self, moving: MoveBooking) -> Result<Result<HeldBooking, HoldRefused>> {
        let (mirror, at) = (self.stock.clone(), moving.to.at);
        let moved = self.write((mirror, moving), |(mirror, moving), tx| Box::pin(run(tx, mirror, moving))).await?;
        match moved {
            Moved::Done(held, changed, stands) => {
                self.stock.granted(stands, [], [], at);
                self.remember(changed);
                Ok(Ok(*held))
            }
            Moved::Again(id) => again(self.cell(), id).await,
            Moved::Refused(refused) => Ok(Err(refused)),
        }
    }
}

//! Exchanging a booking for another one: the old one goes and the new one is there, in one commit or not at all.

use kernel::Id;

use super::advance::{self, Changed};
use crate::{
    AdvanceBooking, Carried, City, HeldBooking, Hold, HoldRefused, Result, Tx,
    hold::{Claim, Desk, again, write},
    pool::mirror::{Mirror, Stand},
    value::values,
};

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

/// The old one, the claim for the new one, and what goes along.
type Moving = (AdvanceBooking, Claim, Carried);

async fn run(tx: &mut dyn Tx, mirror: &Mirror, (from, claim, carried): &Moving) -> Result<Moved> {
    let to = &claim.hold;
    let mut desk = Desk::read(tx, mirror, std::slice::from_ref(claim)).await?;
    if let Some(known) = desk.known(to) {
        return Ok(known.map_or_else(Moved::Refused, Moved::Again));
    }
    let Some(old) = advance::at(tx, from).await? else { return Ok(Moved::Refused(HoldRefused::Stale)) };
    // The same person may keep the same half-day: what the old one used up is free for the new one.
    let mut granted = match desk.grant(claim, &old.freed_by(from.facts.state)) {
        Ok(granted) => granted,
        Err(refused) => return Ok(Moved::Refused(refused)),
    };
    granted.held.facts.paid = carried.paid;
    granted.held.facts.moves = carried.moves;
    let (less, stands) = desk.close();
    let less = less.take(tx).await?;
    // The old one first, because its slots go before the new one's come.
    let changed = advance::run(tx, from, old, Some(to.id)).await?;
    write::granted(tx, std::slice::from_ref(&granted), &less).await?;
    tx.execute(&write::HOLD_MOVED, values![granted.seq, from.id, carried.payment]).await?;
    Ok(Moved::Done(Box::new(granted.held), changed, stands))
}

impl Changed {
    fn and(mut self, other: Self) -> Self {
        self.back.extend(other.back);
        self.freed.extend(other.freed);
        self
    }
}

/// The old one first, because what it used up may be the new one's.
async fn replace(tx: &mut dyn Tx, from: &AdvanceBooking, to: &AdvanceBooking) -> Result<Option<Changed>> {
    let (Some(old), Some(new)) = (advance::at(tx, from).await?, advance::at(tx, to).await?) else { return Ok(None) };
    let seq = new.seq;
    let changed = advance::run(tx, from, old, Some(to.id)).await?;
    let changed = changed.and(advance::run(tx, to, new, None).await?);
    tx.execute(&write::HOLD_MOVED, values![seq, from.id, to.payment.flatten()]).await?;
    Ok(Some(changed))
}

impl City {
    /// What was held beside another booking takes its place, with its own payment: both change in one commit. False when
    /// one of them is no longer at its version; nothing has happened then.
    pub async fn replace_booking(&self, from: AdvanceBooking, to: AdvanceBooking) -> Result<bool> {
        let changed =
            self.write((from, to), |(from, to), tx| Box::pin(async move { replace(tx, from, to).await })).await?;
        let Some(changed) = changed else { return Ok(false) };
        self.remember(changed);
        Ok(true)
    }

    /// Exchanges a booking, or says why not; then the old one stands as it stood. [`HoldRefused::Stale`] says that it has
    /// changed meanwhile.
    pub async fn move_booking(&self, moving: MoveBooking) -> Result<Result<HeldBooking, HoldRefused>> {
        let MoveBooking { from, to, carried } = moving;
        let (mirror, at, moving) = (self.stock.clone(), to.at, (from, Claim::new(to), carried));
        let moved = self.write((mirror, moving), |(mirror, moving), tx| Box::pin(run(tx, mirror, moving))).await?;
        match moved {
            Moved::Done(held, changed, stands) => {
                self.stock.granted(stands, [], [], at);
                self.remember(changed);
                Ok(Ok(*held))
            }
            Moved::Again(id) => again(self.cell(), self.numbering, id).await,
            Moved::Refused(refused) => Ok(Err(refused)),
        }
    }
}

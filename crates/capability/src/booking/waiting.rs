//! The waiting list: who is offered a unit that comes back.
//!
//! Those who drew a lot come first, in the order of the lots; then those who came later, in the order in which they
//! came. A party for which too little is free is passed over and keeps its place: on a journey that may be whoever wants
//! the whole of it, while a part is free. An offer is a hold like any other, with a deadline, and whoever lets it pass
//! leaves the list.

use kernel::{Id, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub claim: Id,
    /// The place in the draw, for those who took part.
    pub lot: Option<u32>,
    pub joined_at: Timestamp,
    pub units: u32,
}

impl Waiting {
    /// Lower comes first. The id decides between two of the same instant, so that there is one order and not two.
    #[must_use]
    pub fn rank(&self) -> (u32, Timestamp, Id) {
        (self.lot.unwrap_or(u32::MAX), self.joined_at, self.claim)
    }
}

/// Who is offered something, in order. `takes` takes what one of them waits for, if all of it is still there.
#[must_use]
pub fn offers(list: &[Waiting], mut takes: impl FnMut(&Waiting) -> bool) -> Vec<Id> {
    let mut list: Vec<&Waiting> = list.iter().collect();
    list.sort_unstable_by_key(|waiting| waiting.rank());
    list.into_iter().filter(|waiting| takes(waiting)).map(|waiting| waiting.claim).collect()
}

/// How many stand before somebody; `None` for one who is not on the list.
#[must_use]
pub fn ahead(list: &[Waiting], claim: Id) -> Option<usize> {
    let rank = list.iter().find(|waiting| waiting.claim == claim)?.rank();
    Some(list.iter().filter(|waiting| waiting.rank() < rank).count())
}

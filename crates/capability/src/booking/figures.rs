//! How well a schedule was used. Shares are in thousandths, and absent where there is nothing to share.

use super::State;

/// How many bookings of a schedule are in which state, and how many units it had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub capacity: u64,
    /// Held, booked or paid: it may still come to something.
    pub ahead: u64,
    /// Checked in or done.
    pub came: u64,
    pub missed: u64,
    pub cancelled: u64,
    /// Called off, or refused by the department.
    pub called_off: u64,
}

impl Figures {
    #[must_use]
    pub fn of(capacity: u64, counts: impl IntoIterator<Item = (State, u64)>) -> Self {
        let mut figures = Self { capacity, ..Self::default() };
        for (state, count) in counts {
            let place = match state {
                State::Held | State::Booked | State::Paid => &mut figures.ahead,
                State::CheckedIn | State::Done => &mut figures.came,
                State::NoShow => &mut figures.missed,
                State::Cancelled => &mut figures.cancelled,
                State::Stopped | State::Refused => &mut figures.called_off,
                // Nobody ever had it, or had it somewhere else.
                State::Expired | State::Declined | State::Moved => continue,
            };
            *place += count;
        }
        figures
    }

    /// Of those who were expected, who did not come.
    #[must_use]
    pub fn no_show_permille(&self) -> Option<u64> {
        share(self.missed, self.came + self.missed)
    }

    /// Of all units, those that were used.
    #[must_use]
    pub fn used_permille(&self) -> Option<u64> {
        share(self.came, self.capacity)
    }

    /// Of all units, those that are or were somebody's.
    #[must_use]
    pub fn sold_permille(&self) -> Option<u64> {
        share(self.ahead + self.came + self.missed, self.capacity)
    }
}

/// Rounded half up.
fn share(part: u64, of: u64) -> Option<u64> {
    (part * 2000 + of).checked_div(of * 2)
}

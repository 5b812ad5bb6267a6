//! What the pages of a counter show.

use capability::booking::{State, pool::Door, voucher::Show};
use kernel::{Date, Id, Money, ServiceId, Text, Timestamp};
use manifest::booking::service::BookingKind;

/// A place where a service is given, and perhaps one section of it, or one resource. Written `service/place`,
/// `service/place/section` or `service/place/section/resource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskAt {
    pub service: ServiceId,
    pub place: String,
    /// Empty: all of them.
    pub section: String,
    /// The doctor or the window; empty: all of the section.
    pub resource: String,
}

impl DeskAt {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let service = ServiceId::parse(parts.next()?)?;
        let place = parts.next().filter(|place| kernel::id::is_slug(place))?.to_owned();
        let mut word = || match parts.next() {
            None => Some(String::new()),
            Some(word) => kernel::id::is_slug(word).then(|| word.to_owned()),
        };
        let (section, resource) = (word()?, word()?);
        parts.next().is_none().then_some(Self { service, place, section, resource })
    }
}

impl std::fmt::Display for DeskAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.service, self.place)?;
        [&self.section, &self.resource]
            .into_iter()
            .take_while(|part| !part.is_empty())
            .try_for_each(|part| write!(f, "/{part}"))
    }
}

/// A place that somebody of staff may work at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPlace {
    pub service: ServiceId,
    pub service_name: Text,
    pub kind: BookingKind,
    pub id: String,
    pub name: Text,
    pub sections: Vec<DeskSection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskSection {
    pub id: String,
    pub name: Text,
    /// Its doctors, windows or lines.
    pub resources: Vec<(String, Text)>,
}

/// What can be done at the counter with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtDesk {
    CheckIn,
    Finish,
    Miss,
    Correct,
}

impl AtDesk {
    pub const ALL: [Self; 4] = [Self::CheckIn, Self::Finish, Self::Miss, Self::Correct];

    /// As it is sent by a form and stands in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CheckIn => "check-in",
            Self::Finish => "finish",
            Self::Miss => "miss",
            Self::Correct => "correct",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// What a state leaves to do.
    #[must_use]
    pub const fn of(state: State) -> &'static [Self] {
        match state {
            State::Booked | State::Paid => &[Self::CheckIn, Self::Miss],
            State::CheckedIn => &[Self::Finish],
            State::NoShow => &[Self::Correct],
            _ => &[],
        }
    }
}

/// A booking as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskBooking {
    pub id: Id,
    pub number: String,
    pub service: ServiceId,
    pub at: DeskAt,
    pub place: Text,
    pub section: Text,
    pub resource: Text,
    pub matter: Text,
    pub state: State,
    pub door: Door,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The number that is called; a seat is its person's.
    pub call_no: Option<u32>,
    pub persons: Vec<DeskPerson>,
    pub price: Money,
    pub paid: Money,
    pub refunded: Money,
    /// What has to be seen before they go in.
    pub at_gate: Vec<Show>,
    pub bring: Vec<Text>,
    pub can: Vec<AtDesk>,
}

/// Somebody for whom it is, as far as staff see them: masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPerson {
    pub name: String,
    pub resident_id: String,
    /// Their seat; empty for none.
    pub unit: String,
}

/// Who waits at a place, in the order in which they are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub at: DeskAt,
    pub place: Text,
    pub section: Text,
    pub on: Date,
    /// Called and not finished, the latest first.
    pub called: Vec<QueueEntry>,
    pub waiting: Vec<QueueEntry>,
    /// Booked and not here yet.
    pub ahead: u32,
    pub done: u32,
    pub missed: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    pub id: Id,
    /// The booking's twelve digits.
    pub number: String,
    pub call_no: Option<u32>,
    pub resource: Text,
    /// Masked.
    pub name: String,
    pub starts_at: Timestamp,
    /// DeskAt they were called to; empty while they wait.
    pub window: String,
    pub called_at: Option<Timestamp>,
    /// How often.
    pub times: u32,
    /// Called, and did not come: others go first.
    pub passed: bool,
}

/// A day at a place: every sitting with its figures, and who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskDay {
    pub at: DeskAt,
    pub place: Text,
    pub section: Text,
    pub on: Date,
    pub pools: Vec<DayPool>,
    pub rows: Vec<DayRow>,
    /// There are more than a page shows.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPool {
    pub number: i64,
    pub section: Text,
    pub resource: Text,
    /// A band, a ride or a seat; empty for a sitting.
    pub part: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub capacity: u32,
    pub taken: u32,
    pub stopped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    pub id: Id,
    pub number: String,
    pub resource: Text,
    /// Masked.
    pub name: String,
    pub persons: u32,
    pub starts_at: Timestamp,
    pub state: State,
}

/// What a counter field led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterFind {
    Booking(Id),
    /// Neither a voucher nor a number.
    Unreadable,
    /// Not signed by this city.
    Forged,
    Unknown,
    /// Of a place that is not in this person's care.
    Elsewhere,
}

/// A deed at the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Next,
    Again(Id),
    /// They were called and did not come.
    Pass(Id),
    Finish(Id),
}

impl Call {
    /// As it stands in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Again(_) => "again",
            Self::Pass(_) => "pass",
            Self::Finish(_) => "finish",
        }
    }
}

/// What can be booked at the counter today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkInView {
    pub at: DeskAt,
    pub sittings: Vec<WalkIn>,
    pub matters: Vec<(String, Text)>,
    /// How many can be booked for at once.
    pub persons_max: usize,
    /// Of journeys from here: where one boards and leaves, in their order; otherwise none.
    pub stops: Vec<(String, Text)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkIn {
    /// The pool, by its number.
    pub pool: i64,
    pub resource: Text,
    pub part: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub free: u32,
    /// Taken at the place's own till.
    pub price: Money,
}

/// What was typed at the counter.
#[derive(Clone, Copy)]
pub struct WalkInForm<'a> {
    pub pool: &'a str,
    pub matter: &'a str,
    /// Stops of a journey; empty for the whole line.
    pub from: &'a str,
    pub to: &'a str,
    /// Name and resident ID of each, in the order of [`PERSON_FIELDS`]; lines that are empty are nobody's.
    pub persons: &'a [(&'a str, &'a str)],
}

/// The fields of those who are here, of whom there is one at least.
pub const PERSON_FIELDS: [(&str, &str); 5] = [
    ("name", "resident_id"),
    ("name_2", "resident_id_2"),
    ("name_3", "resident_id_3"),
    ("name_4", "resident_id_4"),
    ("name_5", "resident_id_5"),
];

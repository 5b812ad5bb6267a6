//! What services are made of: pure functions from state, rules and a day to values. No clock, no store, no network.

pub mod bill;
pub mod booking;
pub mod payment;
pub mod record;
pub mod refund;

/// A closed set of words that are stored, shown in addresses and read back.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word that is stored.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use words;

/// Where an event leads by a table of from, on and to. `None`: there is no such row, and the event changes nothing.
fn after<S: Copy + PartialEq, E: PartialEq>(table: &[(S, E, S)], state: S, event: E) -> Option<S> {
    table.iter().find(|(from, on, _)| *from == state && *on == event).map(|(_, _, to)| *to)
}

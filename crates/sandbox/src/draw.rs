//! Draws from the seed: every trait of a person or thing comes from a stream of its own, so that adding one trait
//! changes no other.

use kernel::rng::mix;

/// What is drawn. Each topic is a stream of its own.
#[derive(Clone, Copy)]
pub(crate) enum Topic {
    Kin = 1,
    Name,
    Licence,
    Renewal,
    Exam,
    Vehicle,
    ViolationCount,
    Violation,
    Tariff,
    Key,
    Customer,
    Home,
    Usage,
    Paying,
    Balance,
    Marriage,
    Household,
}

#[derive(Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, topic: Topic, subject: u64) -> Self {
        Self(mix(mix(seed ^ mix(topic as u64)) ^ subject))
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`, for `bound > 0`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound.max(1)
    }

    pub(crate) fn days(&mut self, bound: i32) -> i32 {
        i32::try_from(self.below(u64::from(bound.unsigned_abs()))).unwrap_or(0)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).unwrap_or(0)]
    }

    /// Picks by weight.
    pub(crate) fn weigh<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> u64) -> &'a T {
        let mut left = self.below(items.iter().map(&weight).sum());
        for item in items {
            let own = weight(item);
            if left < own {
                return item;
            }
            left -= own;
        }
        &items[0]
    }
}

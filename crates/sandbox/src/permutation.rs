//! A keyed permutation of `0..size`: how a number becomes an identifier and an identifier becomes the number again,
//! without a table. A Feistel network with cycle walking; it hides nothing from an attacker and need not.

use kernel::rng::mix;

const ROUNDS: u64 = 4;

#[derive(Clone, Copy)]
pub(crate) struct Permutation {
    size: u64,
    key: u64,
    half_bits: u32,
}

impl Permutation {
    pub(crate) fn new(size: u64, key: u64) -> Self {
        let bits = 64 - size.max(2).saturating_sub(1).leading_zeros();
        Self { size: size.max(1), key, half_bits: bits.div_ceil(2) }
    }

    /// The place of `x`, for `x < size`; numbers beyond have no place.
    pub(crate) fn forward(&self, x: u64) -> Option<u64> {
        self.walk(x, |x| {
            let (mut left, mut right) = self.split(x);
            for round in 0..ROUNDS {
                (left, right) = (right, left ^ self.scramble(round, right));
            }
            (left << self.half_bits) | right
        })
    }

    /// The number whose place is `y`.
    pub(crate) fn inverse(&self, y: u64) -> Option<u64> {
        self.walk(y, |y| {
            let (mut left, mut right) = self.split(y);
            for round in (0..ROUNDS).rev() {
                (left, right) = (right ^ self.scramble(round, left), left);
            }
            (left << self.half_bits) | right
        })
    }

    /// Applies the network until it lands inside the domain again; at most four steps are expected.
    fn walk(&self, from: u64, step: impl Fn(u64) -> u64) -> Option<u64> {
        if from >= self.size {
            return None;
        }
        let mut at = step(from);
        while at >= self.size {
            at = step(at);
        }
        Some(at)
    }

    const fn split(&self, x: u64) -> (u64, u64) {
        (x >> self.half_bits, x & ((1 << self.half_bits) - 1))
    }

    fn scramble(&self, round: u64, half: u64) -> u64 {
        mix(self.key ^ mix(half ^ (round << 56))) & ((1 << self.half_bits) - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_place_is_taken_once() {
        for size in [1, 2, 3, 10, 1000, 4097] {
            let permutation = Permutation::new(size, 7);
            let mut places: Vec<u64> = (0..size).filter_map(|x| permutation.forward(x)).collect();
            places.sort_unstable();
            assert_eq!(places, (0..size).collect::<Vec<_>>(), "{size}");
            assert_eq!(permutation.forward(size), None);
        }
    }

    proptest! {
        #[test]
        fn a_place_leads_back(size in 1..10_000_000_000_u64, key: u64, x: u64) {
            let permutation = Permutation::new(size, key);
            let place = permutation.forward(x % size).expect("inside");
            prop_assert!(place < size);
            prop_assert_eq!(permutation.inverse(place), Some(x % size));
        }
    }
}

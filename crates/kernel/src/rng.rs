//! Randomness as an argument: the system's for secrets, a seeded stream for whatever must be the same tomorrow.

use std::sync::Mutex;

pub trait Rng: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);

    fn u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number below `bound`, for `bound > 0`. The bias of the remainder is below 2^-32 for the bounds in use.
    fn below(&self, bound: u64) -> u64 {
        self.u64() % bound.max(1)
    }
}

/// The operating system's generator: session tokens, one-time codes, keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "this is the source of randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system must provide randomness");
    }
}

/// SplitMix64: the same seed gives the same stream on every machine. Never for secrets.
#[derive(Debug)]
pub struct SeededRng(Mutex<u64>);

impl SeededRng {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

/// One step of SplitMix64: a good mixer of a counter or of an id into 64 bits.
#[must_use]
pub fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            let word = mix(*state).to_le_bytes();
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_stream() {
        let (a, b) = (SeededRng::new(7), SeededRng::new(7));
        assert_eq!([a.u64(), a.u64()], [b.u64(), b.u64()]);
        assert_ne!(SeededRng::new(8).u64(), SeededRng::new(7).u64());
    }
}

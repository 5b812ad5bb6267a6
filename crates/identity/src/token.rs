//! Opaque tokens, one-time codes and fingerprints of requests.
//!
//! A token carries no meaning: 256 random bits that only their holder knows, stored as a hash, ended by deleting a row.
//! Tokens with claims inside are deliberately absent, because "sign out everywhere" must work at once.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Rng;

/// A new token for its holder, and what the store keeps of it.
#[must_use]
pub fn token(rng: &dyn Rng) -> (String, [u8; 32]) {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    token_of(bytes)
}

/// The token that 32 secret bytes stand for.
#[must_use]
pub fn token_of(bytes: [u8; 32]) -> (String, [u8; 32]) {
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let hash = token_hash(&text);
    (text, hash)
}

/// SHA-256 is enough here: a token has 256 bits, so that nobody can try them all.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    hash(&[token.as_bytes()], false)
}

/// Six digits.
#[must_use]
pub fn code(rng: &dyn Rng) -> String {
    format!("{:06}", rng.below(1_000_000))
}

/// A fingerprint of a request's parts, each behind its length, so that no two lists of parts share one.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    hash(parts, true)
}

/// Equality that takes as long for a near miss as for a far one.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn hash(parts: &[&[u8]], lengths: bool) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        if lengths {
            context.update(&(part.len() as u64).to_be_bytes());
        }
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn tokens_are_long_unlike_and_stored_as_hashes() {
        let rng = SeededRng::new(1);
        let (a, hash_a) = token(&rng);
        let (b, hash_b) = token(&rng);
        assert_eq!(a.len(), 43);
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        assert_ne!((&a, hash_a), (&b, hash_b));
        assert_eq!(token_hash(&a), hash_a);
        // SHA-256 of the empty text, from FIPS 180-4's examples.
        assert_eq!(token_hash("")[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }

    #[test]
    fn codes_have_six_digits_and_spread() {
        let rng = SeededRng::new(1);
        let codes: std::collections::BTreeSet<String> = (0..1_000).map(|_| code(&rng)).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        assert!(codes.len() > 990);
    }

    #[test]
    fn a_digest_keeps_the_borders_of_its_parts() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[b"ab"]), digest(&[b"ab"]));
    }
}

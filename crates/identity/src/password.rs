//! Passwords of staff: made by the machine, kept as Argon2id, compared slowly on purpose.
//!
//! Both functions take tens of milliseconds and 19 MiB, so they belong off the threads that serve requests. Rules about
//! capital letters are deliberately absent: nobody chooses a password here, it is drawn with a hundred random bits.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use kernel::{Error, Result, Rng};

const SALT_BYTES: usize = 16;

/// Without letters and digits that look alike on paper: 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Four groups of five: `k3mfp-…`. A hundred bits, for a person to copy once.
#[must_use]
pub fn new(rng: &dyn Rng) -> String {
    let mut bytes = [0; 20];
    rng.fill(&mut bytes);
    let mut text = String::with_capacity(23);
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 && i % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    text
}

/// What is kept of a password, in PHC form with its salt and cost. Argon2id, 19 MiB, two passes: OWASP's first choice.
pub fn hash(rng: &dyn Rng, password: &str) -> Result<String> {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// True if it is the password. Costs the same whether or not it is.
#[must_use]
pub fn verify(kept: &str, password: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Nobody's hash, for the login that does not exist: it is compared all the same, so that the time does not tell.
#[must_use]
pub fn decoy() -> &'static str {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| hash(&kernel::SeededRng::new(0), "a password that nobody has").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let rng = SeededRng::new(1);
        let (kept, again) = (hash(&rng, "k3mfp").unwrap(), hash(&rng, "k3mfp").unwrap());
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, again, "each has its salt");
        assert!(verify(&kept, "k3mfp") && verify(&again, "k3mfp"));
        assert!(!verify(&kept, "k3mfq") && !verify(&kept, "") && !verify(&kept, "k3mfp "));
        for broken in ["", "k3mfp", "$argon2id$v=19$m=19456,t=2,p=1$", &kept[..kept.len() - 9]] {
            assert!(!verify(broken, "k3mfp"), "{broken}");
        }
        assert!(!verify(decoy(), "k3mfp") && decoy().len() > 50);
    }

    #[test]
    fn new_passwords_are_long_unlike_and_readable() {
        let rng = SeededRng::new(1);
        let all: std::collections::BTreeSet<String> = (0..200).map(|_| new(&rng)).collect();
        assert_eq!(all.len(), 200);
        for one in &all {
            assert_eq!(one.len(), 23, "{one}");
            assert!(one.bytes().all(|c| c == b'-' || ALPHABET.contains(&c)), "{one}");
            assert!(!one.contains(['l', 'o', '0', '1']), "{one}");
        }
    }
}

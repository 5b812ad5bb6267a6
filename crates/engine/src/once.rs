//! The key under which a deed happens once, however often its form is sent.

use kernel::{Error, Kind, Result, Rng};

/// An idempotency key, from a hidden field of the form or from the `Idempotency-Key` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey(String);

impl OnceKey {
    /// 8 to 64 letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self> {
        let fits =
            (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits { Ok(Self(text.to_owned())) } else { Err(Error::new(Kind::Conflict("bad_idempotency_key"))) }
    }

    /// A new key, for the hidden field of a form about to be shown.
    #[must_use]
    pub fn random(rng: &dyn Rng) -> Self {
        Self(kernel::Id::random(rng).to_string())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

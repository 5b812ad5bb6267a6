//! Secrets of identity: the vault that seals personal data at rest, the tokens and one-time codes that stand for a person
//! who has signed in, and the two factors of staff.
//!
//! Pure computation over keys and bytes. Where the master key lies, who may sign in and what a session allows are
//! deliberately not here: `shimin` reads the key, `engine` decides, `store` remembers.

pub mod password;
pub mod token;
pub mod totp;
pub mod vault;

pub use token::{code, digest, same, token, token_hash, token_of};
pub use vault::Vault;

//! Signing in: a phone number, a one-time code, a session.

use std::net::IpAddr;

use kernel::{Lang, Result};

use crate::{Citizen, Platform, SessionKind};

/// A code is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSent {
    pub phone_masked: String,
    /// Seconds until another code may be asked for.
    pub resend_after_s: u32,
    /// Seconds for which the code is good.
    pub expires_s: u32,
}

/// Where somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What the owner will recognise in the list of sessions: the family of browser and system.
    pub label: String,
    pub address: IpAddr,
    pub kind: SessionKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret for the cookie or the `Authorization` header. Shown to nobody else, stored only as a hash.
    pub token: String,
    pub citizen: Citizen,
    /// This phone had no account before.
    pub created: bool,
}

impl Platform {
    /// Sends a one-time code. The reply is the same whether or not the phone has an account.
    pub async fn send_code(&self, phone: &str, address: IpAddr, lang: Lang) -> Result<CodeSent> {
        let _ = (phone, address, lang);
        Err(kernel::Error::internal("not built yet"))
    }

    /// Trades a code for a session; the first sign-in of a phone opens its account.
    pub async fn sign_in(&self, phone: &str, code: &str, device: Device) -> Result<SignedIn> {
        let _ = (phone, code, device);
        Err(kernel::Error::internal("not built yet"))
    }
}

//! RSA with SHA-256 and PKCS#1 v1.5 padding, which both providers sign with, and nothing else: the algorithm is never
//! taken from a message. Our key signs; a provider's key, pinned, verifies.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use connector::Failure;
use zeroize::Zeroizing;

/// Why a text is not a key. Never the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAKey {
    /// Neither PEM nor the bare Base64 that merchants' consoles show.
    Form,
    /// A certificate, where the public key in it is needed.
    Certificate,
    /// Not an RSA key of 2048 bits or more.
    Kind,
}

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a key: PEM or Base64 is needed",
            Self::Certificate => {
                "a certificate, not a public key: take the key out with `openssl x509 -pubkey -noout -in FILE`"
            }
            Self::Kind => "not an RSA key of at least 2048 bits of the expected kind",
        })
    }
}

impl std::error::Error for NotAKey {}

/// The shop's own key.
pub struct MerchantKey(KeyPair);

impl fmt::Debug for MerchantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MerchantKey")
    }
}

impl MerchantKey {
    /// A new key, from the cryptographic library's own source of randomness: RSA keys cannot be made from ours.
    pub fn generate() -> Result<Self, NotAKey> {
        KeyPair::generate(KeySize::Rsa2048).map(Self).map_err(|_| NotAKey::Kind)
    }

    /// Reads a private key: PKCS#8 or PKCS#1, PEM or bare Base64.
    pub fn read(text: &str) -> Result<Self, NotAKey> {
        let der = Zeroizing::new(der(text)?);
        KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der)).map(Self).map_err(|_| NotAKey::Kind)
    }

    /// PKCS#8 in PEM.
    pub fn pem(&self) -> Result<Zeroizing<String>, NotAKey> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| NotAKey::Kind)?;
        Ok(Zeroizing::new(pem("PRIVATE KEY", der.as_ref())))
    }

    /// What is given to the provider.
    pub fn public_pem(&self) -> Result<String, NotAKey> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().map_err(|_| NotAKey::Kind)?;
        Ok(pem("PUBLIC KEY", der.as_ref()))
    }

    /// The signature in Base64. It fails only when memory does, and then nothing is asked.
    pub fn sign(&self, message: &str) -> Result<String, Failure> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| Failure::NotAsked)?;
        Ok(STANDARD.encode(signature))
    }
}

/// A provider's public key, pinned.
#[derive(Debug)]
pub struct GatewayKey(ParsedPublicKey);

impl GatewayKey {
    pub fn read(text: &str) -> Result<Self, NotAKey> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(text)?).map(Self).map_err(|_| NotAKey::Kind)
    }

    /// True if the Base64 signature is this key's over exactly these bytes.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| self.0.verify_sig(message, &signature).is_ok())
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(base64.len() + base64.len() / 64 + 64);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

fn der(text: &str) -> Result<Vec<u8>, NotAKey> {
    let text = text.trim();
    let body = match text.strip_prefix("-----BEGIN ") {
        Some(rest) => {
            let (label, rest) = rest.split_once("-----").ok_or(NotAKey::Form)?;
            if label == "CERTIFICATE" {
                return Err(NotAKey::Certificate);
            }
            rest.split_once("-----END").ok_or(NotAKey::Form)?.0
        }
        None => text,
    };
    let base64 = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
    let der = STANDARD.decode(base64.as_bytes()).map_err(|_| NotAKey::Form)?;
    if der.is_empty() { Err(NotAKey::Form) } else { Ok(der) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text_and_its_public_half_verifies() {
        let key = MerchantKey::generate().expect("a key");
        let again = MerchantKey::read(&key.pem().expect("text")).expect("the key");
        assert_eq!(key.public_pem(), again.public_pem());
        let signature = again.sign("湖滨市").expect("signed");
        let public = key.public_pem().expect("text");
        let bare: String = public.lines().filter(|line| !line.starts_with('-')).collect();
        for text in [public, bare] {
            let key = GatewayKey::read(&text).expect("the public key");
            assert!(key.verifies("湖滨市".as_bytes(), &signature));
            assert!(!key.verifies("湖滨市 ".as_bytes(), &signature));
            assert!(!key.verifies("湖滨市".as_bytes(), &format!("{signature}\n")));
            assert!(!key.verifies("湖滨市".as_bytes(), ""));
        }
    }

    #[test]
    fn what_is_not_a_key_is_told_apart() {
        for (text, why) in [
            ("", NotAKey::Form),
            ("-----BEGIN PUBLIC KEY-----\nAAAA", NotAKey::Form),
            ("AAAA", NotAKey::Kind),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", NotAKey::Certificate),
        ] {
            assert_eq!(GatewayKey::read(text).err(), Some(why), "{text}");
            assert_eq!(MerchantKey::read(text).err(), Some(why), "{text}");
        }
    }
}

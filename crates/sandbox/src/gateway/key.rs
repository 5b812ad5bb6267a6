//! RSA-2048 with SHA-256, as both gateways sign. Keys are made when somebody first needs one, and die with the process.

use aws_lc_rs::{
    digest,
    encoding::{AsDer as _, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(crate) struct Key {
    pair: KeyPair,
    public: Vec<u8>,
}

impl Key {
    /// The library draws from the system itself: RSA keys cannot be made from a seed of ours.
    pub(crate) fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system must provide randomness");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a fresh key has a public half");
        Self { public: der.as_ref().to_vec(), pair }
    }

    pub(crate) fn public_pem(&self) -> String {
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        let base64 = STANDARD.encode(&self.public);
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, tail) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = tail;
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }

    /// The signature in Base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map_or_else(|_| String::new(), |()| STANDARD.encode(signature))
    }
}

/// A public key as a shop brings it: PEM or the bare Base64 that consoles show. Other kinds and sizes fail to verify.
pub(crate) fn read_public(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let body = match text.strip_prefix("-----BEGIN PUBLIC KEY-----") {
        Some(rest) => rest.split_once("-----END")?.0,
        None => text,
    };
    let der = STANDARD.decode(body.split_ascii_whitespace().collect::<String>()).ok()?;
    // Shorter than any RSA key of 2048 bits.
    (der.len() >= 270).then_some(der)
}

pub(crate) fn verifies(public: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(message, &signature).is_ok()
}

/// The first bytes of a hash as a number, for numbers that must be the same every time.
pub(crate) fn number_of(bytes: &[u8]) -> u64 {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

pub(crate) fn hex(algorithm: &'static digest::Algorithm, bytes: &[u8]) -> String {
    digest::digest(algorithm, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

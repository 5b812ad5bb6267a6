//! The vault: personal fields encrypted at rest, and the keyed hashes by which equal identifiers are found.
//!
//! One master key; every purpose has its own key, derived by HKDF, so that an index can never be mistaken for a code.
//! The name of the field is authenticated with the text: bytes moved from one column to another do not open. Key
//! rotation is deliberately not here yet; the leading version byte leaves room for it.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use kernel::{Error, Index, Receipt, Result, Rng, Sealed};
use zeroize::Zeroizing;

/// The form of a sealed text: this byte, a nonce, the encrypted bytes and their tag.
const VERSION: u8 = 1;

/// Keys of the platform. There is no way to get one out, and nothing of it can be printed.
pub struct Vault {
    seal: LessSafeKey,
    index: hmac::Key,
    code: hmac::Key,
    sign: hmac::Key,
}

impl Vault {
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        let master = Zeroizing::new(master);
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shimin vault 1");
        let root = salt.extract(master.as_slice());
        let seal = UnboundKey::new(&AES_256_GCM, derive(&root, b"seal").as_slice()).expect("AES-256 takes 32 bytes");
        Self {
            seal: LessSafeKey::new(seal),
            index: hmac::Key::new(hmac::HMAC_SHA256, derive(&root, b"index").as_slice()),
            code: hmac::Key::new(hmac::HMAC_SHA256, derive(&root, b"code").as_slice()),
            sign: hmac::Key::new(hmac::HMAC_SHA256, derive(&root, b"sign").as_slice()),
        }
    }

    /// Encrypts a field for storage. `field` names table and column, for example `account.phone`.
    #[must_use]
    pub fn seal(&self, rng: &dyn Rng, field: &'static str, bytes: &[u8]) -> Sealed {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + bytes.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(bytes);
        let tag = self
            .seal
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(field.as_bytes()),
                &mut sealed[1 + NONCE_LEN..],
            )
            .expect("AES-GCM refuses only texts of 64 GiB and more");
        sealed.extend_from_slice(tag.as_ref());
        Sealed(sealed)
    }

    /// Decrypts a field for somebody who is on record as reading it.
    pub fn open(&self, field: &'static str, sealed: &Sealed, _read: &Receipt) -> Result<Vec<u8>> {
        self.decrypt(field, sealed)
    }

    /// Decrypts a field for the machine alone: sending a message to the phone, asking the register that owns the data.
    /// The closure's result must not carry the text to a person.
    pub fn process<R>(&self, field: &'static str, sealed: &Sealed, work: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let clear = Zeroizing::new(self.decrypt(field, sealed)?);
        Ok(work(&clear))
    }

    fn decrypt(&self, field: &'static str, sealed: &Sealed) -> Result<Vec<u8>> {
        let broken = || Error::internal(format_args!("sealed field {field} does not open"));
        let [VERSION, rest @ ..] = sealed.0.as_slice() else { return Err(broken()) };
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut clear = text.to_vec();
        let length =
            self.seal.open_in_place(nonce, Aad::from(field.as_bytes()), &mut clear).map_err(|_| broken())?.len();
        clear.truncate(length);
        Ok(clear)
    }

    /// The blind index of an identifier: equal texts of one field have equal indexes, and nobody without the key can
    /// tell which text it is.
    #[must_use]
    pub fn index(&self, field: &'static str, text: &str) -> Index {
        Index(mac(&self.index, &[field.as_bytes(), text.as_bytes()]))
    }

    /// The seed of a signing key for one purpose. The same installation always draws the same one.
    #[must_use]
    pub fn signing_seed(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(&self.sign, &[purpose.as_bytes()]))
    }

    /// Secret bytes that belong to a row, for whoever needs the same ones again and keeps none: without the key, knowing
    /// the id tells nothing.
    #[must_use]
    pub fn secret(&self, purpose: &'static str, id: &[u8]) -> [u8; 32] {
        mac(&self.code, &[purpose.as_bytes(), id])
    }

    /// What is stored of a one-time code. Six digits could be guessed from a plain hash; without the key they cannot.
    #[must_use]
    pub fn code_hash(&self, phone: Index, code: &str) -> [u8; 32] {
        mac(&self.code, &[&phone.0, code.as_bytes()])
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

fn derive(root: &hkdf::Prk, purpose: &'static [u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    root.expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut_slice()))
        .expect("HKDF-SHA256 gives 32 bytes");
    key
}

/// Each part goes in behind its length, so that no two lists of parts have the same bytes.
fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use kernel::{SeededRng, Timestamp};

    use super::*;

    fn read() -> Receipt {
        Receipt::issued_after_commit(Timestamp(0))
    }

    #[test]
    fn what_is_sealed_opens_again_and_only_in_its_field() {
        let (vault, rng) = (Vault::new([7; 32]), SeededRng::new(1));
        let sealed = vault.seal(&rng, "account.name", "张三".as_bytes());
        assert_eq!(vault.open("account.name", &sealed, &read()).unwrap(), "张三".as_bytes());
        assert_eq!(vault.process("account.name", &sealed, <[u8]>::len).unwrap(), 6);
        assert!(vault.open("account.phone", &sealed, &read()).is_err(), "another column");
        assert!(Vault::new([8; 32]).open("account.name", &sealed, &read()).is_err(), "another key");
    }

    #[test]
    fn any_changed_byte_is_noticed_and_no_length_panics() {
        let (vault, rng) = (Vault::new([7; 32]), SeededRng::new(1));
        let sealed = vault.seal(&rng, "f", b"19900000001");
        for at in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[at] ^= 1;
            assert!(vault.open("f", &changed, &read()).is_err(), "byte {at}");
            assert!(vault.open("f", &Sealed(sealed.0[..at].to_vec()), &read()).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn equal_texts_are_sealed_differently_and_indexed_alike() {
        let (vault, rng) = (Vault::new([7; 32]), SeededRng::new(1));
        assert_ne!(vault.seal(&rng, "f", b"same"), vault.seal(&rng, "f", b"same"));
        assert_eq!(vault.index("person", "140100199003070010"), vault.index("person", "140100199003070010"));
        assert_ne!(vault.index("person", "x"), vault.index("phone", "x"));
        assert_ne!(vault.index("ab", "c"), vault.index("a", "bc"), "parts keep their borders");
        assert_ne!(Vault::new([8; 32]).index("person", "x"), vault.index("person", "x"));
    }

    #[test]
    fn a_code_belongs_to_its_phone() {
        let vault = Vault::new([7; 32]);
        let (a, b) = (vault.index("phone", "19900000001"), vault.index("phone", "19900000002"));
        assert_eq!(vault.code_hash(a, "123456"), vault.code_hash(a, "123456"));
        assert_ne!(vault.code_hash(a, "123456"), vault.code_hash(b, "123456"));
        assert_ne!(vault.code_hash(a, "123456"), vault.code_hash(a, "123457"));
    }

    #[test]
    fn a_signing_seed_belongs_to_its_purpose() {
        let vault = Vault::new([7; 32]);
        assert_eq!(*vault.signing_seed("a"), *vault.signing_seed("a"));
        assert_ne!(*vault.signing_seed("a"), *vault.signing_seed("b"));
        assert_ne!(*vault.signing_seed("a"), *Vault::new([8; 32]).signing_seed("a"));
    }

    #[test]
    fn nothing_of_a_key_is_printed() {
        assert_eq!(format!("{:?}", Vault::new([7; 32])), "Vault");
    }
}

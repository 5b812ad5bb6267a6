//! Signed notes and checkpoints in the form of C2SP (`signed-note`, `tlog-checkpoint`): a text that people can read, a
//! blank line, and a line with the signature. A checkpoint is such a note about a log: its origin, its size, its root.
//!
//! A key is an Ed25519 key with a name; the name is the origin of the log whose checkpoints it signs.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::merkle::{Hash, sha256};

/// The form's number for Ed25519 in key hashes and encoded keys.
const ED25519_KIND: u8 = 1;
pub const SIGNATURE_LEN: usize = 64;

/// What is wrong with something that claims to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Not in the form that we write; also a form that would mean the same.
    Form,
    /// Signed by another key, or about another log.
    Key,
    Signature,
    /// The proof does not lead from the receipt to the log's root.
    Inclusion,
    /// Signed, and does not add up: amount, capitals, lines.
    Sum,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not in the form of a receipt file",
            Self::Key => "signed by another key than the one given",
            Self::Signature => "the signature does not fit: something was changed",
            Self::Inclusion => "the proof does not lead to the log's root",
            Self::Sum => "the amounts do not add up",
        })
    }
}

impl std::error::Error for Wrong {}

/// The name of a key: something without spaces and plus signs.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// What is signed of something of a form: a first line that says so, then the thing.
fn message(form: &str, body: &[u8]) -> Vec<u8> {
    debug_assert!(form.contains(' ') && !form.contains('\n'), "a form is one line of words");
    [form.as_bytes(), b"\n", body].concat()
}

/// Signs with a key that only its holder has.
pub struct Signer {
    key: Ed25519KeyPair,
    public: PublicKey,
}

impl Signer {
    /// `None` for a name that a note cannot carry.
    #[must_use]
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Option<Self> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = PublicKey::new(name, key.public_key().as_ref().try_into().ok()?)?;
        Some(Self { key, public })
    }

    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs something that is no checkpoint. `form` names what it is, in words: a name of a key has no spaces, so that
    /// nothing signed under a form can pass for a checkpoint, nor for something of another form.
    #[must_use]
    pub fn sign_as(&self, form: &'static str, body: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.sign(&message(form, body))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        let mut signature = [0; SIGNATURE_LEN];
        signature.copy_from_slice(self.key.sign(message).as_ref());
        signature
    }

    /// The checkpoint of this signer's log.
    #[must_use]
    pub fn checkpoint(&self, size: u64, root: &Hash) -> String {
        let text = format!("{}\n{size}\n{}\n", self.public.name, STANDARD.encode(root));
        let mut signed = self.public.hash().to_vec();
        signed.extend_from_slice(&self.sign(text.as_bytes()));
        format!("{text}\n— {} {}\n", self.public.name, STANDARD.encode(signed))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹signer {}›", self.public.name)
    }
}

/// The half of a key that everybody may have. Written `name+hash+key`, as C2SP does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: [u8; 32],
}

/// What a checkpoint says of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: u64,
    pub root: Hash,
}

impl PublicKey {
    #[must_use]
    pub fn new(name: &str, key: [u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key })
    }

    /// Reads `name+hash+key`; the hash must be the key's own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, _, key) = (parts.next()?, parts.next()?, parts.next()?);
        let (kind, key) = STANDARD.decode(key).ok()?.split_first().map(|(kind, key)| (*kind, key.to_vec()))?;
        let public = (kind == ED25519_KIND).then(|| Self::new(name, key.try_into().ok()?)).flatten()?;
        (public.to_string() == text.trim()).then_some(public)
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key itself, for verifiers that know no names.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Tells keys of one name apart.
    #[must_use]
    pub fn hash(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[ED25519_KIND], &self.key]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The counterpart of [`Signer::sign_as`].
    pub fn verify_as(&self, form: &'static str, body: &[u8], signature: &[u8]) -> Result<(), Wrong> {
        self.verify(&message(form, body), signature)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Wrong> {
        UnparsedPublicKey::new(&ED25519, &self.key).verify(message, signature).map_err(|_| Wrong::Signature)
    }

    /// Reads a checkpoint of this key's log. Exactly the form that [`Signer::checkpoint`] writes.
    pub fn open(&self, note: &str) -> Result<Checkpoint, Wrong> {
        let (text, signature) = note.split_once("\n\n").ok_or(Wrong::Form)?;
        let (name, signed) = signature
            .strip_prefix("— ")
            .and_then(|line| line.strip_suffix('\n')?.split_once(' '))
            .ok_or(Wrong::Form)?;
        let signed = STANDARD.decode(signed).map_err(|_| Wrong::Form)?;
        let (hash, signature) = signed.split_at_checked(4).ok_or(Wrong::Form)?;
        if name != self.name || hash != self.hash() {
            return Err(Wrong::Key);
        }
        self.verify(format!("{text}\n").as_bytes(), signature)?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root] = lines.as_slice() else { return Err(Wrong::Form) };
        if *origin != self.name {
            return Err(Wrong::Key);
        }
        let number: u64 = size.parse().map_err(|_| Wrong::Form)?;
        let root: Hash = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(Wrong::Form)?;
        if number.to_string() == *size { Ok(Checkpoint { size: number, root }) } else { Err(Wrong::Form) }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_KIND];
        key.extend_from_slice(&self.key);
        write!(f, "{}+", self.name)?;
        self.hash().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "+{}", STANDARD.encode(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Go's `golang.org/x/mod/sumdb/note`.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_key_and_note_are_understood() {
        let key = PublicKey::parse(KEY).expect("a key");
        assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", KEY));
        let (text, line) = NOTE.split_once("\n\n").expect("a note");
        let signed = line.trim_end().rsplit(' ').next().expect("a signature");
        let signed = STANDARD.decode(signed).expect("base64");
        assert_eq!(key.hash(), signed[..4]);
        assert_eq!(key.verify(format!("{text}\n").as_bytes(), &signed[4..]), Ok(()));
        assert_eq!(key.open(NOTE), Err(Wrong::Form), "genuine, and no checkpoint");
    }

    #[test]
    fn a_checkpoint_is_read_back_by_its_key_alone() {
        let signer = Signer::from_seed("receipts.example", &[7; 32]).expect("a name");
        let note = signer.checkpoint(42, &[9; 32]);
        assert_eq!(signer.public().open(&note), Ok(Checkpoint { size: 42, root: [9; 32] }));
        let other = Signer::from_seed("receipts.example", &[8; 32]).expect("a name");
        assert_eq!(other.public().open(&note), Err(Wrong::Key));
        let renamed = Signer::from_seed("other.example", &[7; 32]).expect("a name");
        assert_eq!(renamed.public().open(&note), Err(Wrong::Key));
        assert_eq!(PublicKey::parse(&signer.public().to_string()).as_ref(), Some(signer.public()));
    }

    #[test]
    fn no_byte_of_a_checkpoint_can_be_another() {
        let signer = Signer::from_seed("receipts.example", &[7; 32]).expect("a name");
        let note = signer.checkpoint(42, &[9; 32]).into_bytes();
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut bent = note.clone();
                bent[at] ^= 1 << bit;
                let Ok(bent) = String::from_utf8(bent) else { continue };
                assert!(signer.public().open(&bent).is_err(), "byte {at}, bit {bit}: {bent}");
            }
        }
        let note = String::from_utf8(note).expect("text");
        for bent in [format!("{note}\n"), format!("{note}— x AAAA\n"), format!("\n{note}"), note.replace('\n', "\r\n")]
        {
            assert!(signer.public().open(&bent).is_err(), "{bent:?}");
        }
    }

    #[test]
    fn what_the_key_has_signed_is_not_therefore_a_checkpoint() {
        let signer = Signer::from_seed("receipts.example", &[7; 32]).expect("a name");
        let note = |text: &str| {
            let mut signed = signer.public.hash().to_vec();
            signed.extend_from_slice(&signer.sign(text.as_bytes()));
            format!("{text}\n— receipts.example {}\n", STANDARD.encode(signed))
        };
        let root = STANDARD.encode([9; 32]);
        let open = |text: String| signer.public.open(&note(&text));
        assert!(open(format!("receipts.example\n42\n{root}\n")).is_ok(), "as a control");
        assert_eq!(open(format!("other.example\n42\n{root}\n")), Err(Wrong::Key), "about another log");
        for text in [
            format!("receipts.example\n042\n{root}\n"),
            format!("receipts.example\n+42\n{root}\n"),
            format!("receipts.example\n-1\n{root}\n"),
            format!("receipts.example\n42\n{}\n", STANDARD.encode([9; 31])),
            format!("receipts.example\n42\n{root}\nmore\n"),
            format!("receipts.example\n42\n{root}"),
            "receipts.example\n42\n".to_owned(),
        ] {
            assert_eq!(open(text.clone()), Err(Wrong::Form), "{text}");
        }
    }

    #[test]
    fn keys_are_written_in_one_way() {
        for text in
            ["", "a", "a+b", "a+00000000+AQ==", &KEY.replace("c74f20a3", "c74f20a4"), &KEY.replace("ARpc", "AhpC")]
        {
            assert_eq!(PublicKey::parse(text), None, "{text}");
        }
        for name in ["", "a b", "a+b", "a\n"] {
            assert!(Signer::from_seed(name, &[7; 32]).is_none(), "{name:?}");
        }
    }
}

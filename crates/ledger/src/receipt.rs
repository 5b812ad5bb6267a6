//! Receipts that anybody can verify, also years later and without us: signed, and entered in a log that only grows.
//!
//! What is signed are the exact bytes of the body, one JSON object without spaces and in one order. The log holds a
//! salted commitment, so that it tells nothing; who forgets the body has forgotten the receipt (PIPL 47). A file carries
//! all that a verifier needs beside the public key, and there is one way to write it: any other is refused.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Id, Money, Rng, Text};
use serde::{Deserialize, Serialize};

use crate::{
    capitals::capitals,
    merkle::{self, Hash},
    note::{PublicKey, Signer, Wrong},
};

/// What is signed says first what it is.
const SIGNED: &str = "receipt of shimin, form 1";
const SALT_LEN: usize = 32;

/// What a receipt says. Names in both languages, because whoever reads it may know only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub receipt_no: String,
    pub payment: Id,
    pub city: Text,
    pub service: Text,
    pub biller: Text,
    /// The ledger account of the payee: it tells a department's revenue from the treasury's.
    pub payee: String,
    /// Masked.
    pub customer: String,
    pub lines: Vec<Line>,
    /// Surcharges included.
    pub amount_fen: Money,
    pub amount_capitals: String,
    pub surcharge_fen: Money,
    pub provider: String,
    /// RFC 3339, as are all times here.
    pub paid_at: String,
    pub posted_at: String,
    /// The department's own number of the posting.
    pub biller_ref: String,
    salt: String,
}

/// One bill: its period or its decision's number, its amount with what was added for being late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub title: String,
    pub amount_fen: Money,
    pub surcharge_fen: Money,
}

/// What a receipt is made of; the sums, the capitals and the salt come of themselves.
#[derive(Clone, Debug)]
pub struct Draft {
    pub receipt_no: String,
    pub payment: Id,
    pub city: Text,
    pub service: Text,
    pub biller: Text,
    pub payee: String,
    pub customer: String,
    pub lines: Vec<Line>,
    pub provider: String,
    pub paid_at: String,
    pub posted_at: String,
    pub biller_ref: String,
}

impl Draft {
    #[must_use]
    pub fn complete(self, rng: &dyn Rng) -> Body {
        let mut salt = [0; SALT_LEN];
        rng.fill(&mut salt);
        let (amount_fen, surcharge_fen) = sums(&self.lines);
        Body {
            receipt_no: self.receipt_no,
            payment: self.payment,
            city: self.city,
            service: self.service,
            biller: self.biller,
            payee: self.payee,
            customer: self.customer,
            lines: self.lines,
            amount_fen,
            amount_capitals: capitals(amount_fen),
            surcharge_fen,
            provider: self.provider,
            paid_at: self.paid_at,
            posted_at: self.posted_at,
            biller_ref: self.biller_ref,
            salt: STANDARD.encode(salt),
        }
    }
}

fn sums(lines: &[Line]) -> (Money, Money) {
    let sum = |of: fn(&Line) -> Money| {
        Money::from_fen(lines.iter().fold(0i64, |sum, line| sum.saturating_add(of(line).fen())))
    };
    (sum(|line| line.amount_fen), sum(|line| line.surcharge_fen))
}

impl Body {
    /// The bytes that are signed, committed to and kept.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // A struct of strings and numbers has no value that JSON cannot write.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads bytes that `bytes` wrote, and no others.
    pub fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        let body: Self = serde_json::from_slice(bytes).map_err(|_| Wrong::Form)?;
        if body.bytes() == bytes && body.salt().is_some() { Ok(body) } else { Err(Wrong::Form) }
    }

    fn salt(&self) -> Option<[u8; SALT_LEN]> {
        STANDARD.decode(&self.salt).ok()?.try_into().ok()
    }

    fn adds_up(&self) -> bool {
        sums(&self.lines) == (self.amount_fen, self.surcharge_fen)
            && self.amount_capitals == capitals(self.amount_fen)
            && self.lines.iter().all(|line| line.surcharge_fen >= Money::ZERO && line.amount_fen >= line.surcharge_fen)
    }
}

/// The leaf that stands in the log for the body with these bytes.
pub fn leaf(body: &[u8]) -> Result<Hash, Wrong> {
    let salt = Body::read(body)?.salt().ok_or(Wrong::Form)?;
    Ok(merkle::leaf(&merkle::sha256(&[&salt, body])))
}

/// A receipt with all that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The exact bytes that are signed.
    pub body: Vec<u8>,
    pub signature: Vec<u8>,
    /// The leaf's place, in a log of `size` leaves.
    pub index: u64,
    pub size: u64,
    pub path: Vec<Hash>,
    pub checkpoint: String,
}

/// A file as written: one JSON object, the body as a string so that its bytes survive every reader.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    body: String,
    signature: String,
    index: u64,
    size: u64,
    path: Vec<String>,
    checkpoint: String,
}

const FORM: &str = "shimin-receipt/1";

impl File {
    /// Signs a body and the log that it stands in. Signing is deterministic: the same receipt in the same log makes the
    /// same file.
    #[must_use]
    pub fn sign(signer: &Signer, body: Vec<u8>, index: u64, size: u64, path: Vec<Hash>, root: &Hash) -> Self {
        let signature = signer.sign_as(SIGNED, &body).to_vec();
        Self { body, signature, index, size, path, checkpoint: signer.checkpoint(size, root) }
    }

    #[must_use]
    pub fn write(&self) -> String {
        let written = Written {
            form: FORM.to_owned(),
            body: String::from_utf8_lossy(&self.body).into_owned(),
            signature: STANDARD.encode(&self.signature),
            index: self.index,
            size: self.size,
            path: self.path.iter().map(|hash| STANDARD.encode(hash)).collect(),
            checkpoint: self.checkpoint.clone(),
        };
        let mut text = serde_json::to_string(&written).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads what `write` wrote. The newline at the end may be missing: people copy and paste.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let written: Written = serde_json::from_str(text).map_err(|_| Wrong::Form)?;
        let hash = |text: &String| STANDARD.decode(text).ok().and_then(|bytes| Hash::try_from(bytes).ok());
        let file = Self {
            body: written.body.into_bytes(),
            signature: STANDARD.decode(written.signature).map_err(|_| Wrong::Form)?,
            index: written.index,
            size: written.size,
            path: written.path.iter().map(hash).collect::<Option<_>>().ok_or(Wrong::Form)?,
            checkpoint: written.checkpoint,
        };
        let again = file.write();
        if again == text || again.trim_end_matches('\n') == text { Ok(file) } else { Err(Wrong::Form) }
    }
}

/// Whether the receipt is genuine: signed by the key, in the log that the key signs, and adding up. What it says is
/// returned, because only what was verified may be shown as verified.
pub fn verify(file: &File, key: &PublicKey) -> Result<Body, Wrong> {
    key.verify_as(SIGNED, &file.body, &file.signature)?;
    let body = Body::read(&file.body)?;
    let checkpoint = key.open(&file.checkpoint)?;
    let leaf = leaf(&file.body)?;
    let included = checkpoint.size == file.size
        && merkle::verify_inclusion(file.index, file.size, &leaf, &file.path, &checkpoint.root);
    if !included {
        return Err(Wrong::Inclusion);
    }
    if body.adds_up() { Ok(body) } else { Err(Wrong::Sum) }
}

#[cfg(test)]
mod tests;

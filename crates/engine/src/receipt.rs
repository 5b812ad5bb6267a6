//! Receipts: made when a department has taken a payment, kept sealed for its owner, and verifiable by anybody, here or
//! without us.
//!
//! Each city has a log of its own and a key of its own, drawn from the master key. Whoever holds a receipt's file needs
//! only the city's public key; whoever sees a printed one follows its code to a page that confirms what stands on it, and
//! tells nothing else.

use kernel::{CityId, Date, Error, Id, Kind, Money, Result, Text, Timestamp, access::Purpose};
use ledger::{
    note::{PublicKey, Signer, Wrong},
    receipt::{self, Body, Draft, File, Line},
};
use store::{NewReceipt, PaymentFacts};

use crate::{Citizen, Platform};

const BODY: &str = "receipt.body";
/// The purpose of a city's signing key.
const KEY: &str = "receipt";
/// The index with which a printed receipt's claims are confirmed.
const CLAIMS: &str = "receipt.claims";
/// Bytes of the seal on claims: enough against guessing, short enough for a code that cheap cameras read.
const SEAL_BYTES: usize = 10;

/// A receipt as its owner reads it.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    pub id: Id,
    pub payment: Id,
    pub body: Body,
    pub issued_at: Timestamp,
    /// Address of the page that confirms it, for the printed code.
    pub verify_url: String,
}

/// What anybody learns of a receipt whose code they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPublic {
    pub receipt_no: String,
    pub issued_at: Timestamp,
    /// Its place among all receipts of the city.
    pub index: u64,
    /// What the code claims, if it is what the receipt says; `None`: the code was altered, or says nothing.
    pub claims: Option<Claims>,
}

/// What stands on a printed receipt without telling whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub amount: Money,
    pub paid_on: Date,
    pub biller: Text,
}

impl Platform {
    pub(crate) fn signer(&self, city: &CityId) -> Result<Signer> {
        let seed = self.inner.vault.signing_seed(&format!("{KEY}.{city}"));
        Signer::from_seed(&format!("receipts.shimin/{city}"), &seed).ok_or_else(|| Error::internal("a name of a key"))
    }

    /// The key that verifies a city's receipts, as `name+hash+key`.
    pub fn receipt_key(&self, city: &CityId) -> Result<PublicKey> {
        self.open_city(&self.catalogue(), city)?;
        Ok(self.signer(city)?.public().clone())
    }

    /// The receipt that goes with a posting, into the same commit.
    pub(crate) async fn new_receipt(
        &self,
        city: &CityId,
        cell: &store::City,
        facts: &PaymentFacts,
        biller_ref: Option<&str>,
        now: Timestamp,
    ) -> Result<NewReceipt> {
        let catalogue = self.catalogue();
        let pack = catalogue.city(city.as_str()).ok_or(Kind::NotFound)?;
        let detail = self.detail(cell, facts.id).await?;
        let paid = facts.attempts.iter().find(|attempt| attempt.paid_at.is_some());
        let id = Id::random(&*self.inner.rng);
        let service = catalogue.services.get(&facts.service);
        let biller = pack.bindings.department.get(&facts.department);
        let line = |line: crate::payment::DetailLine| Line {
            title: line.title,
            amount_fen: Money::from_fen(line.amount.fen() + line.surcharge.fen()),
            surcharge_fen: line.surcharge,
        };
        let draft = Draft {
            // The city's code, the day, and the payment's number within the city: unique, and easy to read aloud.
            receipt_no: format!("{}{}{:08}", pack.city.code, now.date().strftime("%Y%m%d"), facts.number),
            payment: facts.id,
            city: pack.city.name.clone(),
            service: service.map(|service| service.name.clone()).unwrap_or_default(),
            biller: biller.map(|biller| biller.name.clone()).unwrap_or_default(),
            payee: facts.payee.clone(),
            customer: detail.customer,
            lines: detail.lines.into_iter().map(line).collect(),
            provider: paid.map(|attempt| attempt.provider.to_string()).unwrap_or_default(),
            paid_at: facts.paid_at.unwrap_or(now).rfc3339(),
            posted_at: now.rfc3339(),
            biller_ref: biller_ref.unwrap_or_default().to_owned(),
        };
        let receipt_no = draft.receipt_no.clone();
        let bytes = draft.complete(&*self.inner.rng).bytes();
        let leaf = receipt::leaf(&bytes).map_err(Error::internal)?;
        let body = self.inner.vault.seal(&*self.inner.rng, BODY, &bytes);
        Ok(NewReceipt { id, receipt_no, leaf, body })
    }

    /// The receipt of the citizen's own payment. `NotFound` before there is one.
    pub async fn receipt(&self, citizen: &Citizen, city: &CityId, payment: Id) -> Result<ReceiptView> {
        let (info, bytes) = self.receipt_body(citizen, city, payment).await?;
        let body = Body::read(&bytes).map_err(Error::internal)?;
        let verify_url = self.verify_url(city, info.id, &body);
        Ok(ReceiptView { id: info.id, payment, body, issued_at: info.issued_at, verify_url })
    }

    /// The receipt with everything that proves it, for keeping.
    pub async fn receipt_file(&self, citizen: &Citizen, city: &CityId, payment: Id) -> Result<(String, File)> {
        let (info, bytes) = self.receipt_body(citizen, city, payment).await?;
        let cell = self.inner.stores.city(city).await?;
        let size = cell.tree_size().await?;
        let proof =
            cell.proof(info.index, size).await?.ok_or_else(|| Error::internal("a receipt without its proof"))?;
        let file = File::sign(&self.signer(city)?, bytes, proof.index, proof.size, proof.path, &proof.root);
        Ok((info.receipt_no, file))
    }

    async fn receipt_body(
        &self,
        citizen: &Citizen,
        city: &CityId,
        payment: Id,
    ) -> Result<(store::ReceiptInfo, Vec<u8>)> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let access = self.access(citizen, citizen.account, Purpose::Payment, None);
        let found = cell.receipt(access, citizen.account, payment).await?;
        let (info, body, receipt) = found.ok_or(Kind::NotFound)?;
        let bytes = self.inner.vault.open(BODY, &body, &receipt)?;
        Ok((info, bytes))
    }

    /// The address behind a printed receipt's code: the claims, and a seal over them and the receipt's id.
    fn verify_url(&self, city: &CityId, id: Id, body: &Body) -> String {
        let (amount, paid_on) = (body.amount_fen.fen(), body.paid_at.get(..10).unwrap_or_default());
        let biller = body.payee.strip_prefix("merchant:").unwrap_or("treasury");
        let seal = self.seal_of_claims(id, amount, paid_on, biller);
        let base = &self.inner.public_url;
        format!("{base}/{city}/verify/{id}?a={amount}&d={paid_on}&b={biller}&s={seal}")
    }

    fn seal_of_claims(&self, id: Id, amount: i64, paid_on: &str, biller: &str) -> String {
        let index = self.inner.vault.index(CLAIMS, &format!("{id}|{amount}|{paid_on}|{biller}"));
        index.0[..SEAL_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What anybody may know who holds a receipt's code. The claims are the code's; they are confirmed, not told.
    pub async fn verify_printed(
        &self,
        city: &CityId,
        id: Id,
        amount: &str,
        paid_on: &str,
        biller: &str,
        seal: &str,
    ) -> Result<ReceiptPublic> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let info = cell.receipt_public(id).await?.ok_or(Kind::NotFound)?;
        let claims = || {
            let (fen, day): (i64, Date) = (amount.parse().ok()?, paid_on.parse().ok()?);
            let genuine = identity::same(self.seal_of_claims(id, fen, paid_on, biller).as_bytes(), seal.as_bytes());
            let treasury = || Text::new("国库（财政部门）", "The treasury");
            let department = pack.bindings.department.get(biller);
            let name = department.map_or_else(treasury, |department| department.name.clone());
            genuine.then(|| Claims { amount: Money::from_fen(fen), paid_on: day, biller: name })
        };
        Ok(ReceiptPublic {
            receipt_no: info.receipt_no,
            issued_at: info.issued_at,
            index: info.index,
            claims: claims(),
        })
    }

    /// Verifies a receipt's file against the keys of all open cities. What it says is shown only if it is genuine.
    pub fn verify_file(&self, text: &str) -> Result<Body, Wrong> {
        let file = File::read(text.trim())?;
        let catalogue = self.catalogue();
        let mut wrong = Wrong::Key;
        for city in catalogue.cities.keys() {
            let Ok(signer) = self.signer(city) else { continue };
            match receipt::verify(&file, signer.public()) {
                Ok(body) => return Ok(body),
                // The most telling reason is the one of the city whose log it claims to stand in.
                Err(other) if signer.public().open(&file.checkpoint).is_ok() => wrong = other,
                Err(_) => {}
            }
        }
        Err(wrong)
    }
}

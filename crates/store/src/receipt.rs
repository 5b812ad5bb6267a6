//! Receipts, and the tree that proves that each was issued and none was changed.
//!
//! A leaf is a salted commitment. The body, with the salt in it, belongs to the account and goes with it; the leaf stays, so
//! every other proof goes on to hold. Signing is not here: the store keeps bytes and hashes.

use ::ledger::merkle::{self, Hash, Node, Place};
use kernel::{Access, AccountId, Id, Receipt, Sealed, Timestamp};

use crate::{
    City, Error, Result, Row, Tx, Value,
    access::{receipt, record},
    statement::statement,
    value::values,
};

statement! {
    RECEIPT_SIZE = "SELECT coalesce(max(number) + 1, 0) FROM receipt";
    RECEIPT_ADD = "INSERT INTO receipt (number, id, payment, receipt_no, leaf, body, issued_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    RECEIPT_NODE = "SELECT hash FROM merkle_node WHERE level = ?1 AND number = ?2";
    RECEIPT_NODE_ADD = "INSERT INTO merkle_node (level, number, hash) VALUES (?1, ?2, ?3)";
    RECEIPT_OF_PAYMENT = "SELECT r.id, r.receipt_no, r.number, r.leaf, r.issued_at, r.body
        FROM payment p JOIN receipt r ON r.payment = p.number WHERE p.id = ?2 AND p.account = ?1";
    RECEIPT_ID = "SELECT r.id FROM payment p JOIN receipt r ON r.payment = p.number WHERE p.id = ?1";
    RECEIPT_PUBLIC = "SELECT id, receipt_no, number, leaf, issued_at FROM receipt WHERE id = ?1";
    RECEIPT_FORGET = "UPDATE receipt SET body = NULL WHERE payment = ?1
        AND EXISTS (SELECT 1 FROM payment WHERE number = ?1 AND account IS NULL)";
}

/// A receipt to be issued with the advance that posts the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReceipt {
    /// Public, and not the payment's: whoever is shown a receipt does not learn how to ask for the payment.
    pub id: Id,
    pub receipt_no: String,
    /// The commitment that the tree keeps.
    pub leaf: Hash,
    /// What the leaf commits to, the salt included, and the signature.
    pub body: Sealed,
}

/// What anybody may know of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptInfo {
    pub id: Id,
    pub receipt_no: String,
    /// Its place in the tree.
    pub index: u64,
    pub leaf: Hash,
    pub issued_at: Timestamp,
}

impl ReceiptInfo {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            receipt_no: row.text(1)?,
            index: row.count(2)?,
            leaf: row.hash(3)?,
            issued_at: row.timestamp(4)?,
        })
    }
}

/// The path from a leaf to the root of the tree as it was when it had `size` leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub index: u64,
    pub size: u64,
    pub path: Vec<Hash>,
    pub root: Hash,
}

fn at_place(place: Place) -> [Value; 2] {
    [Value::Int(place.level.into()), Value::Int(place.index.cast_signed())]
}

/// Issues a receipt as part of the payment's advance. Of an account that is gone, only the commitment is kept.
pub(crate) async fn append(
    tx: &mut dyn Tx,
    payment: i64,
    new: &NewReceipt,
    at: Timestamp,
    forgotten: bool,
) -> Result<()> {
    let size = tx.one(&RECEIPT_SIZE, values![]).await?.ok_or(Error::Missing("tree"))?.count(0)?;
    let mut kept = Vec::new();
    for place in merkle::peaks(size) {
        let row = tx.one(&RECEIPT_NODE, &at_place(place)).await?.ok_or(Error::Missing("node of the tree"))?;
        kept.push((place, row.hash(0)?));
    }
    let nodes = merkle::append(size, new.leaf, |place| find(&kept, place)).map_err(damaged)?;
    let node = |Node { place, hash }: &Node| [&at_place(*place)[..], values![hash]].concat();
    let nodes: Vec<Vec<Value>> = nodes.iter().map(node).collect();
    tx.batch(&RECEIPT_NODE_ADD, &nodes).await?;
    let body = (!forgotten).then_some(&new.body);
    let size = size.cast_signed();
    tx.execute(&RECEIPT_ADD, values![size, new.id, payment, &new.receipt_no, &new.leaf, body, at]).await?;
    Ok(())
}

fn find(kept: &[(Place, Hash)], place: Place) -> Option<Hash> {
    kept.iter().find(|(of, _)| *of == place).map(|(_, hash)| *hash)
}

fn damaged(missing: merkle::Missing) -> Error {
    Error::Corrupt(missing.to_string())
}

/// The body goes, if the payment's account has gone; the leaf stays.
pub(crate) async fn forget(tx: &mut dyn Tx, payment: i64) -> Result<()> {
    tx.execute(&RECEIPT_FORGET, values![payment]).await.map(drop)
}

impl City {
    /// The receipt of a payment of the account's own, with its body; `None` for everybody else, and before it was issued.
    pub async fn receipt(
        &self,
        access: Access,
        account: AccountId,
        payment: Id,
    ) -> Result<Option<(ReceiptInfo, Sealed, Receipt)>> {
        let at = access.at;
        let found = self
            .write((self.entry(access), account, payment), |(entry, account, payment), tx| {
                Box::pin(async move {
                    let Some(row) = tx.one(&RECEIPT_OF_PAYMENT, values![*account, *payment]).await? else {
                        return Ok(None);
                    };
                    record(tx, std::slice::from_ref(entry)).await?;
                    Ok(Some((ReceiptInfo::read(&row)?, row.sealed(5)?)))
                })
            })
            .await?;
        Ok(found.map(|(info, body)| (info, body, receipt(at))))
    }

    /// Whether a payment has a receipt yet, and which.
    pub async fn receipt_of_payment(&self, payment: Id) -> Result<Option<Id>> {
        self.read_one(&RECEIPT_ID, values![payment]).await?.map(|row| row.id(0)).transpose()
    }

    /// What anybody who holds a receipt may compare it with. By the receipt's own id.
    pub async fn receipt_public(&self, id: Id) -> Result<Option<ReceiptInfo>> {
        self.read_one(&RECEIPT_PUBLIC, values![id]).await?.as_ref().map(ReceiptInfo::read).transpose()
    }

    /// How many receipts were issued.
    pub async fn tree_size(&self) -> Result<u64> {
        self.read_one(&RECEIPT_SIZE, values![]).await?.map_or(Ok(0), |row| row.count(0))
    }

    /// The root of the tree when it had `size` leaves; `None` if it never had.
    pub async fn tree_root(&self, size: u64) -> Result<Option<Hash>> {
        if size > self.tree_size().await? {
            return Ok(None);
        }
        let kept = self.nodes(merkle::peaks(size)).await?;
        merkle::root(size, |place| find(&kept, place)).map(Some).map_err(damaged)
    }

    /// The proof that a leaf is in the tree of `size` leaves; `None` if the tree never had so many, or not that leaf.
    pub async fn proof(&self, index: u64, size: u64) -> Result<Option<Proof>> {
        if index >= size || size > self.tree_size().await? {
            return Ok(None);
        }
        let mut places = merkle::inclusion_nodes(index, size);
        places.extend(merkle::peaks(size));
        let kept = self.nodes(places).await?;
        let read = |place| find(&kept, place);
        let path = merkle::inclusion(index, size, read).map_err(damaged)?;
        let root = merkle::root(size, read).map_err(damaged)?;
        Ok(Some(Proof { index, size, path, root }))
    }

    async fn nodes(&self, places: Vec<Place>) -> Result<Vec<(Place, Hash)>> {
        let mut kept = Vec::with_capacity(places.len());
        for place in places {
            let row = self.read_one(&RECEIPT_NODE, &at_place(place)).await?;
            kept.push((place, row.ok_or(Error::Missing("node of the tree"))?.hash(0)?));
        }
        Ok(kept)
    }
}

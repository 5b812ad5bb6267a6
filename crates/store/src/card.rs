//! Cards: the vehicles and licences that a citizen has bound, their own, a ward's, or somebody's who consented.
//!
//! A card's identifier is sealed; its blind index tells two cards of the same thing apart from two things. Unbinding
//! deletes the card, and the answers kept for it unless somebody else holds the same thing.

use kernel::{Access, AccountId, Id, Index, Receipt, Sealed, ServiceId, Timestamp, access::Purpose};
use serde::{Deserialize, Serialize};

use crate::{
    City, KeptAnswer, KeyReused, Once, Result, Row, Tx,
    access::{Entry, receipt, record},
    answer, autopay, booking,
    once::{recall, remember},
    payment,
    statement::statement,
    value::values,
};

statement! {
    CARD_SAME = "SELECT id FROM card WHERE account = ?1 AND kind = ?2 AND key = ?3";
    CARD_COUNT = "SELECT count(*) FROM card WHERE account = ?1 AND kind = ?2";
    CARD_BIND = "INSERT INTO card (id, account, subject, kind, relation, consent, key, sealed, bound_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    CARD_UNBIND = "DELETE FROM card WHERE id = ?2 AND account = ?1 RETURNING key";
    CARD_UNBIND_BY_CONSENT = "DELETE FROM card WHERE consent = ?1 RETURNING key";
    CARD_FORGET_HELD = "DELETE FROM card WHERE account = ?1 RETURNING key";
    CARD_FORGET_ABOUT = "DELETE FROM card WHERE subject = ?1 RETURNING key";
    CARD_FORGET_ANSWERS = "DELETE FROM answer WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM card WHERE key = ?1)";
    CARD_FORGET_ONCE = "DELETE FROM once WHERE actor = ?1";
    CARD_LIST = "SELECT id, kind, relation, subject, consent, bound_at FROM card
        WHERE account = ?1 ORDER BY bound_at, id";
    CARD_OPEN_ALL = "SELECT id, kind, relation, subject, consent, bound_at, key, sealed FROM card
        WHERE account = ?1 ORDER BY bound_at, id";
    CARD_OPEN = "SELECT id, kind, relation, subject, consent, bound_at, key, sealed FROM card
        WHERE id = ?2 AND account = ?1";
}

/// Why the holder may see what is on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is their own.
    Own,
    /// Its owner consented.
    Consent,
    /// They are the guardian of its owner.
    Ward,
}

impl Relation {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Consent => "consent",
            Self::Ward => "ward",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Own, Self::Consent, Self::Ward].into_iter().find(|relation| relation.word() == word)
    }
}

#[derive(Clone, Debug)]
pub struct BindCard {
    pub id: Id,
    /// Who holds the card.
    pub account: AccountId,
    /// Whose thing it is; `None` for a ward without an account.
    pub subject: Option<AccountId>,
    /// `vehicle`, `licence`.
    pub kind: String,
    pub relation: Relation,
    pub consent: Option<Id>,
    /// Of the thing's identifier. Kept answers carry the same index.
    pub key: Index,
    pub sealed: Sealed,
    pub at: Timestamp,
    /// How many cards of this kind one account holds.
    pub max: u32,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindRefused {
    AlreadyBound,
    TooMany { max: u32 },
    KeyReused,
}

impl From<KeyReused> for BindRefused {
    fn from(_: KeyReused) -> Self {
        Self::KeyReused
    }
}

/// A card without what is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardInfo {
    pub id: Id,
    pub kind: String,
    pub relation: Relation,
    pub subject: Option<AccountId>,
    pub consent: Option<Id>,
    pub bound_at: Timestamp,
}

impl CardInfo {
    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            kind: row.text(1)?,
            relation: row.word(2, Relation::parse)?,
            subject: row.maybe(3, Row::id)?,
            consent: row.maybe(4, Row::id)?,
            bound_at: row.timestamp(5)?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub info: CardInfo,
    pub key: Index,
    pub sealed: Sealed,
}

impl Card {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { info: CardInfo::read(row)?, key: Index(row.hash(6)?), sealed: row.sealed(7)? })
    }
}

/// One entry for the reader's own subject, and one for everybody else whose thing is among the cards.
fn entries(entry: &Entry, cards: &[Card]) -> Vec<Entry> {
    let mut others: Vec<AccountId> =
        cards.iter().filter_map(|card| card.info.subject).filter(|subject| *subject != entry.access.subject).collect();
    others.sort_unstable();
    others.dedup();
    let beside = (1..).zip(others).map(|(n, subject)| entry.beside(n, subject));
    std::iter::once(entry.clone()).chain(beside).collect()
}

/// Deletes the answers about things that nobody holds any more.
async fn forget_answers(tx: &mut dyn Tx, unbound: &[Row]) -> Result<()> {
    for row in unbound {
        tx.execute(&CARD_FORGET_ANSWERS, values![&row.hash(0)?]).await?;
    }
    Ok(())
}

impl City {
    pub async fn bind_card(&self, bind: BindCard) -> Result<Result<Id, BindRefused>> {
        self.write(bind, |bind, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, bind.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let count = tx.one(&CARD_COUNT, values![bind.account, &bind.kind]).await?;
                let outcome = if tx.one(&CARD_SAME, values![bind.account, &bind.kind, &bind.key]).await?.is_some() {
                    Err(BindRefused::AlreadyBound)
                } else if count.map_or(Ok(0), |row| row.count(0))? >= u64::from(bind.max) {
                    Err(BindRefused::TooMany { max: bind.max })
                } else {
                    let card = values![
                        bind.id,
                        bind.account,
                        bind.subject,
                        &bind.kind,
                        bind.relation.word(),
                        bind.consent,
                        &bind.key,
                        &bind.sealed,
                        bind.at
                    ];
                    tx.execute(&CARD_BIND, card).await?;
                    Ok(bind.id)
                };
                remember(tx, bind.once.as_ref(), bind.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// False when the account holds no such card.
    pub async fn unbind_card(
        &self,
        account: AccountId,
        id: Id,
        at: Timestamp,
        once: Option<Once>,
    ) -> Result<Result<bool, KeyReused>> {
        self.write((account, id, at, once), |(account, id, at, once), tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, once.as_ref()).await? {
                    return Ok(outcome);
                }
                let unbound = tx.many(&CARD_UNBIND, values![*account, *id]).await?;
                forget_answers(tx, &unbound).await?;
                if !unbound.is_empty() {
                    autopay::stop_for_card(tx, *id, *at).await?;
                }
                let outcome = Ok(!unbound.is_empty());
                remember(tx, once.as_ref(), *at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// The consent is over: every card that rests on it goes. Says how many.
    pub async fn unbind_by_consent(&self, consent: Id) -> Result<u64> {
        self.write(consent, |&consent, tx| {
            Box::pin(async move {
                let unbound = tx.many(&CARD_UNBIND_BY_CONSENT, values![consent]).await?;
                forget_answers(tx, &unbound).await?;
                Ok(unbound.len() as u64)
            })
        })
        .await
    }

    /// The city's part of deleting an account: its cards, others' cards of its things, the answers kept for them, autopays,
    /// what names it in payments and receipts, and kept outcomes. Access entries, the journal and the tree of receipts stay.
    pub async fn forget(&self, account: AccountId) -> Result<()> {
        self.write(account, |&account, tx| {
            Box::pin(async move {
                let mut unbound = tx.many(&CARD_FORGET_HELD, values![account]).await?;
                unbound.extend(tx.many(&CARD_FORGET_ABOUT, values![account]).await?);
                forget_answers(tx, &unbound).await?;
                autopay::forget(tx, account).await?;
                payment::forget(tx, account).await?;
                booking::forget(tx, account).await?;
                tx.execute(&CARD_FORGET_ONCE, values![account]).await?;
                Ok(())
            })
        })
        .await
    }

    /// The cards of an account without what is on them, the oldest first.
    pub async fn cards(&self, account: AccountId) -> Result<Vec<CardInfo>> {
        self.read(&CARD_LIST, values![account]).await?.iter().map(CardInfo::read).collect()
    }

    /// The cards with what is on them. Everybody whose thing is among them gets an entry in the same commit.
    pub async fn open_cards(&self, access: Access, account: AccountId) -> Result<(Vec<Card>, Receipt)> {
        let at = access.at;
        let cards = self
            .write((self.entry(access), account), |(entry, account), tx| {
                Box::pin(async move {
                    let rows = tx.many(&CARD_OPEN_ALL, values![*account]).await?;
                    let cards: Vec<Card> = rows.iter().map(Card::read).collect::<Result<_>>()?;
                    record(tx, &entries(entry, &cards)).await?;
                    Ok(cards)
                })
            })
            .await?;
        Ok((cards, receipt(at)))
    }

    /// What a home page shows, in one commit: the cards, and for each card that `ask` names what is kept about it, one
    /// for each of its services. Whose records are among them gets an entry for that as well.
    pub async fn open_home(
        &self,
        access: Access,
        account: AccountId,
        ask: Vec<(Id, Vec<ServiceId>)>,
    ) -> Result<(Vec<(Card, Vec<Option<KeptAnswer>>)>, Receipt)> {
        let at = access.at;
        let cards = self
            .write((self.entry(access), account, ask), |(entry, account, ask), tx| {
                Box::pin(async move {
                    let rows = tx.many(&CARD_OPEN_ALL, values![*account]).await?;
                    let cards: Vec<Card> = rows.iter().map(Card::read).collect::<Result<_>>()?;
                    let mut written = entries(entry, &cards);
                    let mut found = Vec::with_capacity(cards.len());
                    let mut subjects = Vec::new();
                    for card in cards {
                        let services = ask.iter().find(|(id, _)| *id == card.info.id).map(|(_, services)| services);
                        let mut answers = Vec::new();
                        for service in services.into_iter().flatten() {
                            answers.push(answer::kept(tx, &card.key, service).await?);
                        }
                        if !answers.is_empty() {
                            subjects.push(card.info.subject.unwrap_or(*account));
                        }
                        found.push((card, answers));
                    }
                    subjects.sort_unstable();
                    subjects.dedup();
                    let so_far = written.len() as u128;
                    let looked = (so_far..).zip(subjects).map(|(n, subject)| entry.beside(n, subject));
                    written.extend(looked.map(|entry| entry.with(Purpose::Record)));
                    record(tx, &written).await?;
                    Ok(found)
                })
            })
            .await?;
        Ok((cards, receipt(at)))
    }

    /// One card; `None` when the account does not hold it, which looks the same as when nobody does.
    pub async fn open_card(&self, access: Access, account: AccountId, id: Id) -> Result<Option<(Card, Receipt)>> {
        let at = access.at;
        let card = self
            .write((self.entry(access), account, id), |(entry, account, id), tx| {
                Box::pin(async move {
                    let Some(row) = tx.one(&CARD_OPEN, values![*account, *id]).await? else { return Ok(None) };
                    let card = Card::read(&row)?;
                    record(tx, &entries(entry, std::slice::from_ref(&card))).await?;
                    Ok(Some(card))
                })
            })
            .await?;
        Ok(card.map(|card| (card, receipt(at))))
    }
}

//! Draws by lot: the sealed seed with its published hash, the claims, and what came of it, for everybody to recompute.
//!
//! A draw is closed before its claims are read, in one commit, so that nobody is let in who is not drawn. What is drawn is
//! kept once and never changed.

use capability::booking::lottery::{Draw, Hash};
use kernel::{AccountId, Date, Id, Index, Sealed, ServiceId, Timestamp};

use crate::{City, Error, Result, Row, Tx, statement::statement, value::values};

statement! {
    DRAW_OPEN = "INSERT INTO draw (id, service, place, day, commitment, seed, opens_at, closes_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (service, place, day) DO NOTHING";
    DRAW_OF_DAY = "SELECT id, service, place, day, commitment, opens_at, closes_at, closed_at, drawn_at, result, seed FROM draw
        WHERE service = ?1 AND place = ?2 AND day = ?3";
    DRAW_OF_ID = "SELECT id, service, place, day, commitment, opens_at, closes_at, closed_at, drawn_at, result, seed FROM draw WHERE id = ?1";
    DRAW_IN = "SELECT claim FROM draw_person WHERE draw = ?1 AND person = ?2";
    DRAW_ENTER = "INSERT INTO draw_claim (draw, id, account, wishes, detail, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    DRAW_PERSON = "INSERT INTO draw_person (draw, person, claim) VALUES (?1, ?2, ?3)";
    DRAW_LEAVE = "DELETE FROM draw_claim WHERE draw = ?1 AND id = ?2 AND account = ?3
            AND EXISTS (SELECT 1 FROM draw WHERE draw.id = draw_claim.draw AND closed_at IS NULL)";
    DRAW_LEAVE_PERSON = "DELETE FROM draw_person WHERE draw = ?1 AND claim = ?2";
    DRAW_TO_CLOSE = "SELECT id FROM draw WHERE drawn_at IS NULL AND closes_at <= ?1 ORDER BY closes_at LIMIT ?2";
    DRAW_CLOSE = "UPDATE draw SET closed_at = coalesce(closed_at, ?2) WHERE id = ?1 AND closes_at <= ?2";
    DRAW_CLAIMS = "SELECT id, account, wishes, detail, made_at, draw FROM draw_claim WHERE draw = ?1 ORDER BY id";
    DRAW_CLAIMS_OF = "SELECT id, account, wishes, detail, made_at, draw FROM draw_claim WHERE account = ?1";
    DRAW_KEEP = "UPDATE draw SET result = ?2, drawn_at = ?3 WHERE id = ?1 AND closed_at IS NOT NULL AND drawn_at IS NULL";
}

/// A draw to be. One of a service, place and day.
#[derive(Clone, Debug)]
pub struct NewDraw {
    pub id: Id,
    pub service: ServiceId,
    pub place: String,
    pub on: Date,
    /// Of the seed; published from now on.
    pub commitment: Hash,
    pub seed: Sealed,
    /// Claims are taken from then on,
    pub opens_at: Timestamp,
    /// and no more from then on.
    pub closes_at: Timestamp,
}

/// What everybody may know of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawInfo {
    pub id: Id,
    pub service: ServiceId,
    pub place: String,
    pub on: Date,
    pub commitment: Hash,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub drawn_at: Option<Timestamp>,
    /// What was drawn, with all that is needed to recompute it.
    pub result: Option<Draw>,
}

impl DrawInfo {
    fn read(row: &Row) -> Result<Self> {
        let result = |row: &Row, at| {
            serde_json::from_str(&row.text(at)?).map_err(|cause| Error::Corrupt(format!("a draw: {cause}")))
        };
        Ok(Self {
            id: row.id(0)?,
            service: row.word(1, ServiceId::parse)?,
            place: row.text(2)?,
            on: row.date(3)?,
            commitment: row.hash(4)?,
            opens_at: row.timestamp(5)?,
            closes_at: row.timestamp(6)?,
            closed_at: row.maybe(7, Row::timestamp)?,
            drawn_at: row.maybe(8, Row::timestamp)?,
            result: row.maybe(9, result)?,
        })
    }
}

/// A claim to be drawn.
#[derive(Clone, Debug)]
pub struct EnterDraw {
    pub draw: Id,
    pub id: Id,
    pub account: AccountId,
    /// For whom. Nobody is in a draw twice, not even as one of two.
    pub persons: Vec<Index>,
    /// Numbers of pools, the dearest first.
    pub wishes: Vec<i64>,
    /// What the claim of a winner needs.
    pub detail: Sealed,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawRefused {
    NoSuchDraw,
    /// Claims are taken from then on.
    NotYet {
        opens_at: Timestamp,
    },
    Closed {
        closes_at: Timestamp,
    },
    /// One of the persons is in this claim already.
    AlreadyIn(Id),
}

/// A claim that is in a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawClaim {
    pub draw: Id,
    pub id: Id,
    /// `None` when the account was deleted: the claim stays, because the draw is to be recomputed, and wins nothing.
    pub account: Option<AccountId>,
    pub wishes: Vec<i64>,
    pub detail: Option<Sealed>,
    pub made_at: Timestamp,
}

impl DrawClaim {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            draw: row.id(5)?,
            id: row.id(0)?,
            account: row.maybe(1, Row::id)?,
            wishes: serde_json::from_str(&row.text(2)?).map_err(|cause| Error::Corrupt(format!("wishes: {cause}")))?,
            detail: row.maybe(3, Row::sealed)?,
            made_at: row.timestamp(4)?,
        })
    }
}

/// A draw to which nobody comes any more, with what is needed to draw it.
#[derive(Clone, Debug)]
pub struct ClosedDraw {
    pub info: DrawInfo,
    pub seed: Sealed,
    pub claims: Vec<DrawClaim>,
}

async fn enter(tx: &mut dyn Tx, enter: &EnterDraw) -> Result<Result<Id, DrawRefused>> {
    let Some(row) = tx.one(&DRAW_OF_ID, values![enter.draw]).await? else { return Ok(Err(DrawRefused::NoSuchDraw)) };
    let info = DrawInfo::read(&row)?;
    if enter.at < info.opens_at {
        return Ok(Err(DrawRefused::NotYet { opens_at: info.opens_at }));
    }
    if enter.at >= info.closes_at || info.closed_at.is_some() {
        return Ok(Err(DrawRefused::Closed { closes_at: info.closes_at }));
    }
    let mut persons = enter.persons.clone();
    persons.sort_unstable();
    persons.dedup();
    for person in &persons {
        if let Some(row) = tx.one(&DRAW_IN, values![enter.draw, person]).await? {
            return Ok(Err(DrawRefused::AlreadyIn(row.id(0)?)));
        }
    }
    let wishes = serde_json::to_string(&enter.wishes).map_err(|cause| Error::Corrupt(format!("wishes: {cause}")))?;
    tx.execute(&DRAW_ENTER, values![enter.draw, enter.id, enter.account, &wishes, &enter.detail, enter.at]).await?;
    for person in &persons {
        tx.execute(&DRAW_PERSON, values![enter.draw, person, enter.id]).await?;
    }
    Ok(Ok(enter.id))
}

impl City {
    /// Announces a draw, and answers with the one that there is from now on: the first that was announced for that day.
    pub async fn open_draw(&self, new: NewDraw) -> Result<DrawInfo> {
        self.write(new, |new, tx| {
            Box::pin(async move {
                let what = values![new.service.as_str(), &new.place, new.on];
                let values = values![
                    new.id,
                    new.service.as_str(),
                    &new.place,
                    new.on,
                    &new.commitment,
                    &new.seed,
                    new.opens_at,
                    new.closes_at
                ];
                tx.execute(&DRAW_OPEN, values).await?;
                let row = tx.one(&DRAW_OF_DAY, what).await?.ok_or(Error::Missing("draw"))?;
                DrawInfo::read(&row)
            })
        })
        .await
    }

    pub async fn draw_of(&self, service: &ServiceId, place: &str, on: Date) -> Result<Option<DrawInfo>> {
        let row = self.read_one(&DRAW_OF_DAY, values![service.as_str(), place, on]).await?;
        row.as_ref().map(DrawInfo::read).transpose()
    }

    pub async fn draw(&self, id: Id) -> Result<Option<DrawInfo>> {
        self.read_one(&DRAW_OF_ID, values![id]).await?.as_ref().map(DrawInfo::read).transpose()
    }

    /// Puts a claim into a draw.
    pub async fn enter_draw(&self, claim: EnterDraw) -> Result<Result<Id, DrawRefused>> {
        self.write(claim, |claim, tx| Box::pin(enter(tx, claim))).await
    }

    /// Takes the account's claim out again. False when it is not there, or the draw is closed.
    pub async fn leave_draw(&self, draw: Id, account: AccountId, claim: Id) -> Result<bool> {
        self.write((draw, account, claim), |(draw, account, claim), tx| {
            Box::pin(async move {
                let gone = tx.execute(&DRAW_LEAVE, values![*draw, *claim, *account]).await? == 1;
                if gone {
                    tx.execute(&DRAW_LEAVE_PERSON, values![*draw, *claim]).await?;
                }
                Ok(gone)
            })
        })
        .await
    }

    /// Draws whose time is up and which are not drawn yet.
    pub async fn draws_to_close(&self, now: Timestamp, limit: u32) -> Result<Vec<Id>> {
        self.read(&DRAW_TO_CLOSE, values![now, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// Closes a draw whose time is up and hands out what is needed to draw it. `None` before its time.
    pub async fn close_draw(&self, id: Id, at: Timestamp) -> Result<Option<ClosedDraw>> {
        self.write((id, at), |(id, at), tx| {
            Box::pin(async move {
                if tx.execute(&DRAW_CLOSE, values![*id, *at]).await? == 0 {
                    return Ok(None);
                }
                let row = tx.one(&DRAW_OF_ID, values![*id]).await?.ok_or(Error::Missing("draw"))?;
                let claims = tx.many(&DRAW_CLAIMS, values![*id]).await?;
                let claims = claims.iter().map(DrawClaim::read).collect::<Result<_>>()?;
                Ok(Some(ClosedDraw { info: DrawInfo::read(&row)?, seed: row.sealed(10)?, claims }))
            })
        })
        .await
    }

    /// Keeps what was drawn, once. False when it was drawn already, or is not closed.
    pub async fn keep_draw(&self, id: Id, drawn: &Draw, at: Timestamp) -> Result<bool> {
        let result = serde_json::to_string(drawn).map_err(|cause| Error::Corrupt(format!("a draw: {cause}")))?;
        Ok(self.execute(&DRAW_KEEP, values![id, &result, at]).await? == 1)
    }

    /// The claims of a draw, for the job that gives the winners theirs.
    pub async fn draw_claims(&self, id: Id) -> Result<Vec<DrawClaim>> {
        self.read(&DRAW_CLAIMS, values![id]).await?.iter().map(DrawClaim::read).collect()
    }

    pub async fn draw_claims_of_account(&self, account: AccountId) -> Result<Vec<DrawClaim>> {
        self.read(&DRAW_CLAIMS_OF, values![account]).await?.iter().map(DrawClaim::read).collect()
    }
}

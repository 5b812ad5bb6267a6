//! Kept answers: the last good answer of a department, so that a department that is down does not look like "none".

use kernel::{Access, DepartmentId, Index, Receipt, Sealed, ServiceId, Timestamp};

use crate::{
    City, Error, Result, Row, Tx,
    access::{Entry, receipt, record},
    statement::statement,
    value::values,
};

statement! {
    ANSWER_KEEP = "INSERT INTO answer (key, service, sealed, department, evidence_sha256, fetched_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (key, service) DO UPDATE SET sealed = excluded.sealed, department = excluded.department,
            evidence_sha256 = excluded.evidence_sha256, fetched_at = excluded.fetched_at
        WHERE excluded.fetched_at >= answer.fetched_at";
    ANSWER_FORGET = "DELETE FROM answer WHERE key = ?1 AND service = ?2";
    ANSWER_OPEN = "SELECT sealed, department, evidence_sha256, fetched_at FROM answer WHERE key = ?1 AND service = ?2";
}

#[derive(Clone, Debug)]
pub struct KeepAnswer {
    pub service: ServiceId,
    /// Of what was asked about; the same index as on the card.
    pub key: Index,
    /// The normalised rows.
    pub rows: Sealed,
    pub department: DepartmentId,
    pub evidence_sha256: [u8; 32],
    pub fetched_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub rows: Sealed,
    pub department: DepartmentId,
    pub evidence_sha256: [u8; 32],
    pub fetched_at: Timestamp,
}

impl KeptAnswer {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            rows: row.sealed(0)?,
            department: row.word(1, DepartmentId::parse)?,
            evidence_sha256: row.hash(2)?,
            fetched_at: row.timestamp(3)?,
        })
    }
}

/// What is kept, as part of a job that writes the entry for it.
pub(crate) async fn kept(tx: &mut dyn Tx, key: &Index, service: &ServiceId) -> Result<Option<KeptAnswer>> {
    tx.one(&ANSWER_OPEN, values![key, service.as_str()]).await?.as_ref().map(KeptAnswer::read).transpose()
}

impl City {
    /// Keeps the newest answer. False when a newer one was kept already.
    pub async fn keep_answer(&self, answer: KeepAnswer) -> Result<bool> {
        let values = values![
            &answer.key,
            answer.service.as_str(),
            &answer.rows,
            answer.department.as_str(),
            &answer.evidence_sha256,
            answer.fetched_at
        ];
        Ok(self.execute(&ANSWER_KEEP, values).await? == 1)
    }

    /// The department knows nothing under this key any more, so what it once said is nobody's to show.
    pub async fn forget_answer(&self, service: ServiceId, key: Index) -> Result<bool> {
        Ok(self.execute(&ANSWER_FORGET, values![&key, service.as_str()]).await? == 1)
    }

    pub async fn open_answer(
        &self,
        access: Access,
        service: ServiceId,
        key: Index,
    ) -> Result<(Option<KeptAnswer>, Receipt)> {
        let (answers, receipt) = self.open_answers(vec![access], vec![(service, key)]).await?;
        Ok((answers.into_iter().next().flatten(), receipt))
    }

    /// Many answers in one commit, for example those of the home page, in the order asked for. There is an access for
    /// everybody whose data is among them, and at least one.
    pub async fn open_answers(
        &self,
        accesses: Vec<Access>,
        keys: Vec<(ServiceId, Index)>,
    ) -> Result<(Vec<Option<KeptAnswer>>, Receipt)> {
        let Some(at) = accesses.first().map(|access| access.at) else { return Err(Error::NoAccess) };
        let entries: Vec<Entry> = accesses.into_iter().map(|access| self.entry(access)).collect();
        let answers = self
            .write((entries, keys), |(entries, keys), tx| {
                Box::pin(async move {
                    record(tx, entries).await?;
                    let mut answers = Vec::with_capacity(keys.len());
                    for (service, key) in keys {
                        answers.push(kept(tx, key, service).await?);
                    }
                    Ok(answers)
                })
            })
            .await?;
        Ok((answers, receipt(at)))
    }
}

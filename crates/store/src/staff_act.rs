//! What staff did: who, what, to which object, and why. Append-only: the schema itself refuses to change or delete.
//!
//! A deed often happens in a city's cell, and nothing is atomic across cells. So the intention is written before the
//! deed and the outcome after it: a deed without an entry cannot be, and an entry without an outcome says that the
//! process ended in between.

use kernel::{CityId, DepartmentId, Id, Timestamp};

use crate::{Platform, Result, Row, statement::statement, value::values};

statement! {
    STAFF_ACT_BEGIN = "INSERT INTO staff_act (id, at, staff, act, city, department, object, reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    STAFF_ACT_END = "INSERT INTO staff_act_end (act, at, outcome) VALUES (?1, ?2, ?3) ON CONFLICT (act) DO NOTHING";
    STAFF_ACTS_BY = "SELECT a.id, a.at, a.staff, a.act, a.city, a.department, a.object, a.reason, e.outcome, s.name
        FROM staff_act a LEFT JOIN staff_act_end e ON e.act = a.id LEFT JOIN staff s ON s.id = a.staff
        WHERE a.staff = ?1 AND (a.at, a.id) < (?2, ?3) ORDER BY a.at DESC, a.id DESC LIMIT ?4";
    STAFF_ACTS_IN = "SELECT a.id, a.at, a.staff, a.act, a.city, a.department, a.object, a.reason, e.outcome, s.name
        FROM staff_act a LEFT JOIN staff_act_end e ON e.act = a.id LEFT JOIN staff s ON s.id = a.staff
        WHERE a.city = ?1 AND (a.at, a.id) < (?2, ?3) ORDER BY a.at DESC, a.id DESC LIMIT ?4";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStaffAct {
    pub id: Id,
    pub at: Timestamp,
    pub staff: Id,
    /// The verb, in one word.
    pub act: &'static str,
    pub city: Option<CityId>,
    pub department: Option<DepartmentId>,
    /// What it was done to, by kind and id. Never personal data.
    pub object: String,
    /// In the person's own words; empty where none is asked for.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffAct {
    pub id: Id,
    pub at: Timestamp,
    pub staff: Id,
    pub name: String,
    pub act: String,
    pub city: Option<CityId>,
    pub department: Option<DepartmentId>,
    pub object: String,
    pub reason: String,
    /// `done`, or the code of the refusal. `None`: the process ended in between.
    pub outcome: Option<String>,
}

impl StaffAct {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            at: row.timestamp(1)?,
            staff: row.id(2)?,
            act: row.text(3)?,
            city: row.maybe(4, |row, at| row.word(at, CityId::parse))?,
            department: row.maybe(5, |row, at| row.word(at, DepartmentId::parse))?,
            object: row.text(6)?,
            reason: row.text(7)?,
            outcome: row.maybe(8, Row::text)?,
            name: row.maybe(9, Row::text)?.unwrap_or_default(),
        })
    }
}

/// Whose deeds are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActsOf {
    Staff(Id),
    City(CityId),
}

impl Platform {
    /// Before the deed.
    pub async fn begin_staff_act(&self, act: &NewStaffAct) -> Result<()> {
        let row = values![
            act.id,
            act.at,
            act.staff,
            act.act,
            act.city.as_ref().map(CityId::as_str),
            act.department.as_ref().map(DepartmentId::as_str),
            &act.object,
            &act.reason
        ];
        self.execute(&STAFF_ACT_BEGIN, row).await?;
        Ok(())
    }

    /// After the deed. The first outcome stands.
    pub async fn end_staff_act(&self, act: Id, at: Timestamp, outcome: &str) -> Result<bool> {
        Ok(self.execute(&STAFF_ACT_END, values![act, at, outcome]).await? == 1)
    }

    /// Deeds, newest first; `before` is the last entry of the page before.
    pub async fn staff_acts(&self, of: &ActsOf, before: Option<(Timestamp, Id)>, limit: u32) -> Result<Vec<StaffAct>> {
        let (at, id) = before.unwrap_or((Timestamp(i64::MAX), Id([0xff; 16])));
        let rows = match of {
            ActsOf::Staff(staff) => self.read(&STAFF_ACTS_BY, values![*staff, at, id, limit]).await?,
            ActsOf::City(city) => self.read(&STAFF_ACTS_IN, values![city.as_str(), at, id, limit]).await?,
        };
        rows.iter().map(StaffAct::read).collect()
    }
}

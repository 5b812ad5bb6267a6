//! Staff: who may sit at the desk, how they prove it, and for how long.
//!
//! A try at signing in is counted before its secrets are handed out, so that a thousand tries at once are still a
//! thousand tries. A code of the authenticator works once: its step only moves forward, in the commit that starts the
//! session. What a role may do is deliberately not known here.

use kernel::{CityId, DepartmentId, Id, Sealed, Timestamp};

use crate::{Platform, Result, Row, Tx, statement::statement, value::values};

statement! {
    STAFF_NEW = "INSERT INTO staff (id, login, name, password, totp, totp_step, failures, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6) ON CONFLICT (login) DO NOTHING";
    STAFF_BY_LOGIN = "SELECT id, password, totp, totp_step, failures, locked_until, disabled_at FROM staff WHERE login = ?1";
    STAFF_TRY = "UPDATE staff SET failures = ?2, locked_until = ?3 WHERE id = ?1";
    STAFF_PROVED = "UPDATE staff SET totp_step = ?2, failures = 0, locked_until = NULL
        WHERE id = ?1 AND totp_step < ?2 AND disabled_at IS NULL";
    STAFF_RENEW = "UPDATE staff SET password = ?2, totp = ?3, totp_step = 0, failures = 0, locked_until = NULL, disabled_at = NULL
        WHERE login = ?1";
    STAFF_DISABLE = "UPDATE staff SET disabled_at = ?2 WHERE login = ?1 AND disabled_at IS NULL";
    STAFF_LIST = "SELECT s.id, s.login, s.name, s.created_at, s.disabled_at, s.locked_until, r.role, r.city, r.department
        FROM staff s LEFT JOIN staff_role r ON r.staff = s.id AND r.taken_at IS NULL
        WHERE s.login > ?1 ORDER BY s.login, r.city, r.role, r.department";
    STAFF_NAMED = "SELECT s.name, r.role, r.city, r.department
        FROM staff s LEFT JOIN staff_role r ON r.staff = s.id WHERE s.id = ?1 ORDER BY r.city, r.role, r.department";
    STAFF_ROLE_GIVE = "INSERT INTO staff_role (staff, role, city, department, given_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (staff, role, city, department) DO UPDATE SET given_at = excluded.given_at, taken_at = NULL";
    STAFF_ROLE_TAKE_ALL = "UPDATE staff_role SET taken_at = ?2 WHERE staff = ?1 AND taken_at IS NULL";
    STAFF_SESSION_START = "INSERT INTO staff_session (id, staff, token_hash, created_at, last_seen_at, idle_ms, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)";
    STAFF_SESSION_FIND = "SELECT s.id, s.staff, a.login, a.name, s.created_at, s.last_seen_at, s.stepped_up_at, r.role, r.city, r.department
        FROM staff_session s JOIN staff a ON a.id = s.staff
        LEFT JOIN staff_role r ON r.staff = s.staff AND r.taken_at IS NULL
        WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND s.last_seen_at + s.idle_ms > ?2 AND a.disabled_at IS NULL";
    STAFF_SESSION_TOUCH = "UPDATE staff_session SET last_seen_at = ?2
        WHERE id = ?1 AND last_seen_at < ?2 AND expires_at > ?2 AND last_seen_at + idle_ms > ?2";
    STAFF_SESSION_STEP_UP = "UPDATE staff_session SET stepped_up_at = ?3 WHERE id = ?2 AND staff = ?1";
    STAFF_SESSION_END = "DELETE FROM staff_session WHERE id = ?1";
    STAFF_SESSION_END_ALL = "DELETE FROM staff_session WHERE staff = ?1";
    STAFF_SESSION_PURGE = "DELETE FROM staff_session WHERE expires_at <= ?1";
}

/// A role, by its word, in a city: for one department, or for all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaffRole {
    pub role: String,
    pub city: CityId,
    pub department: Option<DepartmentId>,
}

impl StaffRole {
    /// The role in the columns from `at` on, if the outer join found one.
    fn read(row: &Row, at: usize) -> Result<Option<Self>> {
        let Some(role) = row.maybe(at, Row::text)? else { return Ok(None) };
        let whole = row.text(at + 2)?.is_empty();
        let department = if whole { None } else { Some(row.word(at + 2, DepartmentId::parse)?) };
        Ok(Some(Self { role, city: row.word(at + 1, CityId::parse)?, department }))
    }
}

#[derive(Clone, Debug)]
pub struct NewStaff {
    pub id: Id,
    pub login: String,
    /// What colleagues call them. Citizens are shown department and role instead.
    pub name: String,
    /// A hash in PHC form, never the password.
    pub password: String,
    /// The secret that the authenticator shares.
    pub totp: Sealed,
    pub roles: Vec<StaffRole>,
    pub at: Timestamp,
}

/// What a try at proving oneself is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffProof {
    pub id: Id,
    pub password: String,
    pub totp: Sealed,
    /// Steps up to this one are used.
    pub totp_step: u64,
}

/// How many tries an account survives.
#[derive(Clone, Copy, Debug)]
pub struct StaffTries {
    pub max: u32,
    pub lock_s: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffRefused {
    /// No such login, or it is disabled.
    Unknown,
    /// Tried too often.
    Locked { until: Timestamp },
}

#[derive(Clone, Debug)]
pub struct NewStaffSession {
    pub id: Id,
    pub token_hash: [u8; 32],
    pub created_at: Timestamp,
    pub idle_s: u32,
    pub expires_at: Timestamp,
}

/// A live session at the desk, with everything that a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffSession {
    pub id: Id,
    pub staff: Id,
    pub login: String,
    pub name: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// When the authenticator's code was last entered again for a deed that asks for it.
    pub stepped_up_at: Option<Timestamp>,
    pub roles: Vec<StaffRole>,
}

/// A member of staff in the list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffInfo {
    pub id: Id,
    pub login: String,
    pub name: String,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    pub locked_until: Option<Timestamp>,
    pub roles: Vec<StaffRole>,
}

async fn give(tx: &mut dyn Tx, staff: Id, roles: &[StaffRole], at: Timestamp) -> Result<()> {
    for role in roles {
        let department = role.department.as_ref().map_or("", DepartmentId::as_str);
        tx.execute(&STAFF_ROLE_GIVE, values![staff, &role.role, role.city.as_str(), department, at]).await?;
    }
    Ok(())
}

impl Platform {
    /// False when the login is taken, also by somebody who left.
    pub async fn new_staff(&self, new: NewStaff) -> Result<bool> {
        self.write(new, |new, tx| {
            Box::pin(async move {
                let row = values![new.id, &new.login, &new.name, &new.password, &new.totp, new.at];
                if tx.execute(&STAFF_NEW, row).await? == 0 {
                    return Ok(false);
                }
                give(tx, new.id, &new.roles, new.at).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Counts a try and hands out what it is compared with. [`Platform::staff_proved`] forgets the count.
    pub async fn staff_try(
        &self,
        login: &str,
        now: Timestamp,
        tries: StaffTries,
    ) -> Result<Result<StaffProof, StaffRefused>> {
        self.write((login.to_owned(), now, tries), |(login, now, tries), tx| {
            Box::pin(async move {
                let Some(row) = tx.one(&STAFF_BY_LOGIN, values![login]).await? else {
                    return Ok(Err(StaffRefused::Unknown));
                };
                if row.maybe(6, Row::timestamp)?.is_some() {
                    return Ok(Err(StaffRefused::Unknown));
                }
                if let Some(until) = row.maybe(5, Row::timestamp)?.filter(|until| until > now) {
                    return Ok(Err(StaffRefused::Locked { until }));
                }
                let (id, failures) = (row.id(0)?, row.int(4)? + 1);
                // The last try of a series is still answered; the lock closes behind it.
                let full = failures >= i64::from(tries.max);
                let (failures, locked) =
                    if full { (0, Some(now.plus_s(tries.lock_s.into()))) } else { (failures, None) };
                tx.execute(&STAFF_TRY, values![id, failures, locked]).await?;
                Ok(Ok(StaffProof { id, password: row.text(1)?, totp: row.sealed(2)?, totp_step: row.count(3)? }))
            })
        })
        .await
    }

    /// Both factors were right: uses up the code and starts the session. False when the code was used meanwhile, or the
    /// account was disabled.
    pub async fn staff_proved(&self, staff: Id, totp_step: u64, session: NewStaffSession) -> Result<bool> {
        self.write((staff, totp_step, session), |(staff, step, session), tx| {
            Box::pin(async move {
                if tx.execute(&STAFF_PROVED, values![*staff, whole(*step)]).await? == 0 {
                    return Ok(false);
                }
                let row = values![
                    session.id,
                    *staff,
                    &session.token_hash,
                    session.created_at,
                    i64::from(session.idle_s) * 1000,
                    session.expires_at
                ];
                tx.execute(&STAFF_SESSION_START, row).await?;
                Ok(true)
            })
        })
        .await
    }

    /// The authenticator's code was entered again, for a deed that asks for it. False when it was used before.
    pub async fn staff_stepped_up(&self, staff: Id, session: Id, totp_step: u64, at: Timestamp) -> Result<bool> {
        self.write((staff, session, totp_step, at), |&(staff, session, step, at), tx| {
            Box::pin(async move {
                let fresh = tx.execute(&STAFF_PROVED, values![staff, whole(step)]).await? == 1;
                Ok(fresh && tx.execute(&STAFF_SESSION_STEP_UP, values![staff, session, at]).await? == 1)
            })
        })
        .await
    }

    /// Who holds this token; `None` when the session is over or the account is disabled.
    pub async fn staff_session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<StaffSession>> {
        let rows = self.read(&STAFF_SESSION_FIND, values![token_hash, now]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(StaffSession {
            id: row.id(0)?,
            staff: row.id(1)?,
            login: row.text(2)?,
            name: row.text(3)?,
            created_at: row.timestamp(4)?,
            last_seen_at: row.timestamp(5)?,
            stepped_up_at: row.maybe(6, Row::timestamp)?,
            roles: roles(&rows, 7)?,
        }))
    }

    /// The session was seen. Never revives one that is over, and never goes back in time.
    pub async fn touch_staff(&self, session: Id, now: Timestamp) -> Result<bool> {
        Ok(self.execute(&STAFF_SESSION_TOUCH, values![session, now]).await? == 1)
    }

    pub async fn end_staff_session(&self, session: Id) -> Result<bool> {
        Ok(self.execute(&STAFF_SESSION_END, values![session]).await? == 1)
    }

    /// Everybody who has or had a login, by login.
    pub async fn all_staff(&self) -> Result<Vec<StaffInfo>> {
        let mut all: Vec<StaffInfo> = Vec::new();
        for row in self.read(&STAFF_LIST, values![""]).await? {
            let id = row.id(0)?;
            let role = StaffRole::read(&row, 6)?;
            match all.last_mut().filter(|last| last.id == id) {
                Some(last) => last.roles.extend(role),
                None => all.push(StaffInfo {
                    id,
                    login: row.text(1)?,
                    name: row.text(2)?,
                    created_at: row.timestamp(3)?,
                    disabled_at: row.maybe(4, Row::timestamp)?,
                    locked_until: row.maybe(5, Row::timestamp)?,
                    roles: role.into_iter().collect(),
                }),
            }
        }
        Ok(all)
    }

    /// The name and every role, also those taken away since: for naming whoever stands in an old entry.
    pub async fn staff_named(&self, staff: Id) -> Result<Option<(String, Vec<StaffRole>)>> {
        let rows = self.read(&STAFF_NAMED, values![staff]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((row.text(0)?, roles(&rows, 1)?)))
    }

    /// A new password and a new secret; a lock and a disabling end, and so do all sessions. `None`: no such login.
    pub async fn renew_staff(&self, login: &str, password: &str, totp: Sealed) -> Result<Option<Id>> {
        self.write((login.to_owned(), password.to_owned(), totp), |(login, password, totp), tx| {
            Box::pin(async move {
                tx.execute(&STAFF_RENEW, values![login, password, &*totp]).await?;
                sign_out_everywhere(tx, login).await
            })
        })
        .await
    }

    /// Nobody signs in with this login any more, and whoever is signed in is out at once. `None`: no such login.
    pub async fn disable_staff(&self, login: &str, at: Timestamp) -> Result<Option<Id>> {
        self.write((login.to_owned(), at), |(login, at), tx| {
            Box::pin(async move {
                tx.execute(&STAFF_DISABLE, values![login, *at]).await?;
                sign_out_everywhere(tx, login).await
            })
        })
        .await
    }

    /// These roles and no others, from the next page on. `None`: no such login.
    pub async fn set_staff_roles(&self, login: &str, roles: Vec<StaffRole>, at: Timestamp) -> Result<Option<Id>> {
        self.write((login.to_owned(), roles, at), |(login, roles, at), tx| {
            Box::pin(async move {
                let Some(row) = tx.one(&STAFF_BY_LOGIN, values![login]).await? else { return Ok(None) };
                let id = row.id(0)?;
                tx.execute(&STAFF_ROLE_TAKE_ALL, values![id, *at]).await?;
                give(tx, id, roles, *at).await?;
                Ok(Some(id))
            })
        })
        .await
    }

    /// Forgets sessions that can never be used again.
    pub async fn purge_staff_sessions(&self, now: Timestamp) -> Result<u64> {
        self.execute(&STAFF_SESSION_PURGE, values![now]).await
    }
}

async fn sign_out_everywhere(tx: &mut dyn Tx, login: &str) -> Result<Option<Id>> {
    let Some(row) = tx.one(&STAFF_BY_LOGIN, values![login]).await? else { return Ok(None) };
    let id = row.id(0)?;
    tx.execute(&STAFF_SESSION_END_ALL, values![id]).await?;
    Ok(Some(id))
}

fn roles(rows: &[Row], at: usize) -> Result<Vec<StaffRole>> {
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        roles.extend(StaffRole::read(row, at)?);
    }
    Ok(roles)
}

/// Steps of thirty seconds since 1970 stay far below 2^63.
fn whole(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

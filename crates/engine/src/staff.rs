//! Staff at the desk: two factors, a session, and what the roles in it allow.
//!
//! Every refusal of a sign-in says the same and takes as long, whether the login exists, rests after too many tries, or
//! only the password or the code was wrong. The password is compared off the threads that serve pages.

use std::net::IpAddr;

use kernel::{
    Access, AccountId, Actor, CityId, DepartmentId, Error, Id, Kind, Result, ServiceId, Timestamp,
    access::Purpose,
    identifier::{Mistake, normalise},
};

use crate::{
    Platform,
    sign_in::keep,
    staff_role::{Grant, Role, Scope, Verb, scope},
};

/// The field of the authenticator's secret, for sealing.
pub(crate) const TOTP: &str = "staff.totp";

/// Longer texts are nobody's password, and hashing them would cost.
const PASSWORD_BYTES_MAX: usize = 200;

/// The person of staff behind a request, as found by their token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: Id,
    pub session: Id,
    pub login: String,
    /// What colleagues call them.
    pub name: String,
    pub grants: Vec<Grant>,
    pub signed_in_at: Timestamp,
    pub stepped_up_at: Option<Timestamp>,
}

impl Staff {
    /// Where in a city they may do this; `None` is nowhere.
    #[must_use]
    pub fn may(&self, verb: Verb, city: &CityId) -> Option<Scope> {
        scope(&self.grants, verb, city)
    }

    /// The same for one thing of one department; `None` for a thing of the whole city.
    #[must_use]
    pub fn may_at(&self, verb: Verb, city: &CityId, department: Option<&DepartmentId>) -> bool {
        match (self.may(verb, city), department) {
            (Some(Scope::City), _) => true,
            (Some(scope), Some(department)) => scope.covers(department),
            (Some(Scope::Departments(_)), None) | (None, _) => false,
        }
    }

    /// The same for one thing at one place of a department.
    #[must_use]
    pub fn may_in(&self, verb: Verb, city: &CityId, department: Option<&DepartmentId>, place: &str) -> bool {
        let here = || Some(self.may(verb, city)?.covers_place(department?, place));
        self.may_at(verb, city, department) || (!place.is_empty() && here() == Some(true))
    }

    /// Cities in which they have any role, in order.
    #[must_use]
    pub fn cities(&self) -> Vec<CityId> {
        let cities: std::collections::BTreeSet<_> = self.grants.iter().map(|grant| grant.city.clone()).collect();
        cities.into_iter().collect()
    }
}

/// What was typed, as typed.
#[derive(Clone, Copy)]
pub struct StaffSignIn<'a> {
    pub login: &'a str,
    pub password: &'a str,
    pub code: &'a str,
}

pub struct StaffSignedIn {
    /// The secret for the cookie. Stored only as a hash.
    pub token: String,
    pub staff: Staff,
}

/// Roles of this binary among those that are stored: one that it does not know allows nothing.
pub(crate) fn grants(roles: Vec<store::StaffRole>) -> Vec<Grant> {
    let known = |role: store::StaffRole| {
        Some(Grant { role: Role::parse(&role.role)?, city: role.city, department: role.department })
    };
    roles.into_iter().filter_map(known).collect()
}

/// Lower case, without the spaces that phones add.
pub(crate) fn login_of(typed: &str) -> String {
    typed.trim().to_lowercase()
}

fn given(label: &'static str, text: &str) -> Result<(), Mistake> {
    if text.trim().is_empty() { Err(Mistake::Empty(label)) } else { Ok(()) }
}

impl Platform {
    /// Trades login, password and code for a session.
    pub async fn staff_sign_in(&self, form: StaffSignIn<'_>, address: IpAddr) -> Result<StaffSignedIn> {
        let mut mistakes = Vec::new();
        keep(&mut mistakes, "login", given("登录名 / login", form.login));
        keep(&mut mistakes, "password", given("密码 / password", form.password));
        keep(&mut mistakes, "code", given("动态码 / authenticator code", form.code));
        if !mistakes.is_empty() {
            return Err(Kind::Invalid(mistakes).into());
        }
        self.take_address(address)?;
        let (inner, now) = (&self.inner, self.now());
        let refused = || Error::field("login", Mistake::StaffProof);
        let cell = inner.stores.platform();
        let proof = cell.staff_try(&login_of(form.login), now, self.staff_tries()).await?.ok();
        let kept =
            proof.as_ref().map_or_else(|| identity::password::decoy().to_owned(), |proof| proof.password.clone());
        let right = self.fits(kept, form.password).await?;
        let step = match &proof {
            Some(proof) => self.totp_step(proof, form.code, now)?,
            None => None,
        };
        let (Some(proof), true, Some(step)) = (proof, right, step) else { return Err(refused()) };
        let (token, token_hash) = identity::token(&*inner.rng);
        let session = store::NewStaffSession {
            id: Id::random(&*inner.rng),
            token_hash,
            created_at: now,
            idle_s: inner.limits.staff_idle_s,
            expires_at: now.plus_s(inner.limits.staff_session_s.into()),
        };
        if !cell.staff_proved(proof.id, step, session).await? {
            return Err(refused());
        }
        let staff = self.staff(&token).await?.ok_or_else(refused)?;
        self.note(&staff, "sign-in", "session").await?;
        Ok(StaffSignedIn { token, staff })
    }

    /// Who of staff holds this token.
    pub async fn staff(&self, token: &str) -> Result<Option<Staff>> {
        let (now, cell) = (self.now(), self.inner.stores.platform());
        let Some(session) = cell.staff_session(&identity::token_hash(token), now).await? else { return Ok(None) };
        if now.since_ms(session.last_seen_at) >= i64::from(self.inner.limits.touch_s) * 1_000 {
            cell.touch_staff(session.id, now).await?;
        }
        Ok(Some(Staff {
            id: session.staff,
            session: session.id,
            login: session.login,
            name: session.name,
            grants: grants(session.roles),
            signed_in_at: session.created_at,
            stepped_up_at: session.stepped_up_at,
        }))
    }

    pub async fn staff_sign_out(&self, staff: &Staff) -> Result<()> {
        self.note(staff, "sign-out", "session").await?;
        self.inner.stores.platform().end_staff_session(staff.session).await?;
        Ok(())
    }

    /// True while the code that was entered again still counts.
    #[must_use]
    pub fn has_stepped_up(&self, staff: &Staff) -> bool {
        let until = |at: Timestamp| at.plus_s(self.inner.limits.step_up_s.into());
        staff.stepped_up_at.is_some_and(|at| self.now() < until(at))
    }

    /// The authenticator's code, entered again. A wrong one is a try like any other.
    pub async fn step_up(&self, staff: &Staff, code: &str) -> Result<()> {
        given("动态码 / authenticator code", code).map_err(|mistake| Error::field("code", mistake))?;
        let (now, cell) = (self.now(), self.inner.stores.platform());
        let refused = || Error::field("code", Mistake::AuthenticatorCode);
        let proof = match cell.staff_try(&staff.login, now, self.staff_tries()).await? {
            Ok(proof) => proof,
            Err(store::StaffRefused::Unknown) => return Err(Kind::SignInNeeded.into()),
            Err(store::StaffRefused::Locked { until }) => {
                let retry_after_s = u32::try_from(until.since_ms(now) / 1000 + 1).unwrap_or(u32::MAX);
                return Err(Kind::TooMany { retry_after_s }.into());
            }
        };
        let step = self.totp_step(&proof, code, now)?.ok_or_else(refused)?;
        let fresh = cell.staff_stepped_up(staff.id, staff.session, step, now).await?;
        if fresh { Ok(()) } else { Err(refused()) }
    }

    /// The entry for a reading of a citizen's data by staff: the citizen sees department and role.
    #[must_use]
    pub fn staff_access(
        &self,
        staff: &Staff,
        subject: AccountId,
        purpose: Purpose,
        service: Option<&ServiceId>,
    ) -> Access {
        let actor = Actor::Staff(staff.id);
        Access { at: self.now(), actor, subject, purpose, service: service.cloned(), door: "desk" }
    }

    /// What colleagues call somebody; empty for nobody, which is the rules or the command line.
    pub async fn staff_name(&self, staff: Option<Id>) -> Result<String> {
        let Some(staff) = staff else { return Ok(String::new()) };
        Ok(self.inner.stores.platform().staff_named(staff).await?.map(|(name, _)| name).unwrap_or_default())
    }

    fn staff_tries(&self) -> store::StaffTries {
        let limits = &self.inner.limits;
        store::StaffTries { max: limits.staff_tries_max, lock_s: limits.staff_lock_s }
    }

    fn totp_step(&self, proof: &store::StaffProof, code: &str, now: Timestamp) -> Result<Option<u64>> {
        let code = normalise(code);
        self.inner
            .vault
            .process(TOTP, &proof.totp, |secret| identity::totp::verify(secret, &code, now, proof.totp_step))
    }

    /// Slow on purpose, so it has threads of its own, and not many.
    async fn fits(&self, kept: String, password: &str) -> Result<bool> {
        let _turn = self.inner.hashing.acquire().await.map_err(Error::internal)?;
        let password = if password.len() <= PASSWORD_BYTES_MAX { password.to_owned() } else { String::new() };
        let compared = tokio::task::spawn_blocking(move || identity::password::verify(&kept, &password));
        compared.await.map_err(Error::internal)
    }
}

//! Accounts of staff: made on the machine's command line, seen and disabled by the operator.
//!
//! Nobody chooses a password: it is drawn, shown once together with the authenticator's secret, and replaced when it is
//! lost. A login is never given to another person, so that an old entry always means the same one.

use kernel::{CityId, Error, Id, Kind, Result, Timestamp, identifier::Mistake};

use crate::{
    Deed, Grant, Platform, Staff, Verb, clash,
    staff::{TOTP, grants, login_of},
    staff_act::NOBODY,
};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewStaffForm {
    pub login: String,
    pub name: String,
    pub grants: Vec<Grant>,
}

/// What a new or renewed account is opened with. Shown once; only a hash and a sealed secret are kept.
pub struct StaffSecrets {
    pub login: String,
    pub password: String,
    /// For the authenticator: `otpauth://totp/…`.
    pub uri: String,
    /// The same secret for typing.
    pub secret: String,
}

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffView {
    pub id: Id,
    pub login: String,
    pub name: String,
    pub grants: Vec<Grant>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// It rests until then, after too many wrong tries.
    pub locked_until: Option<Timestamp>,
}

/// 2 to 32 lower-case letters, digits, dots and hyphens, beginning with a letter.
fn parse_login(typed: &str) -> Result<String> {
    let login = login_of(typed);
    let fits = (2..=32).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_lowercase())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if fits { Ok(login) } else { Err(Error::new(Kind::Conflict("bad_login"))) }
}

fn check_grants(grants: &[Grant]) -> Result<()> {
    if grants.is_empty() {
        return Err(Error::new(Kind::Conflict("no_role")));
    }
    match clash(grants) {
        Some((one, other)) => {
            let because = format_args!("one person cannot be {} and {}", one.word(), other.word());
            Err(Error::new(Kind::Conflict("roles_clash")).because(because))
        }
        None => Ok(()),
    }
}

fn stored(grants: Vec<Grant>) -> Vec<store::StaffRole> {
    let role = |grant: Grant| store::StaffRole {
        role: grant.role.word().to_owned(),
        city: grant.city,
        department: grant.department,
    };
    grants.into_iter().map(role).collect()
}

impl Platform {
    /// Makes an account. Its secrets are in the answer and nowhere else.
    pub async fn add_staff(&self, form: NewStaffForm) -> Result<StaffSecrets> {
        let login = parse_login(&form.login)?;
        let name: String = form.name.trim().chars().filter(|c| !c.is_control()).take(40).collect();
        if name.is_empty() {
            return Err(Error::field("name", Mistake::Empty("姓名 / name")));
        }
        check_grants(&form.grants)?;
        self.known_places(&form.grants)?;
        let (secrets, password, totp) = self.new_secrets(&login).await?;
        let (id, at) = (Id::random(&*self.inner.rng), self.now());
        let new = store::NewStaff { id, login, name, password, totp, roles: stored(form.grants), at };
        if !self.inner.stores.platform().new_staff(new).await? {
            return Err(Error::new(Kind::Conflict("login_taken")));
        }
        self.note_of(NOBODY, "add-staff", &format!("staff/{id}")).await?;
        Ok(secrets)
    }

    /// A new password and a new secret. Ends every session of the account, its lock, and its disabling.
    pub async fn reset_staff(&self, login: &str) -> Result<StaffSecrets> {
        let login = parse_login(login)?;
        let (secrets, password, totp) = self.new_secrets(&login).await?;
        let renewed = self.inner.stores.platform().renew_staff(&login, &password, totp).await?;
        let id = renewed.ok_or(Kind::NotFound)?;
        self.note_of(NOBODY, "reset-staff", &format!("staff/{id}")).await?;
        Ok(secrets)
    }

    /// These roles and no others, from the account's next page on.
    pub async fn set_staff_roles(&self, login: &str, grants: Vec<Grant>) -> Result<()> {
        check_grants(&grants)?;
        self.known_places(&grants)?;
        let login = parse_login(login)?;
        let changed = self.inner.stores.platform().set_staff_roles(&login, stored(grants), self.now()).await?;
        let id = changed.ok_or(Kind::NotFound)?;
        self.note_of(NOBODY, "change-roles", &format!("staff/{id}")).await
    }

    /// From the machine's command line.
    pub async fn disable_staff(&self, login: &str) -> Result<()> {
        let disabled = self.inner.stores.platform().disable_staff(&login_of(login), self.now()).await?;
        let id = disabled.ok_or(Kind::NotFound)?;
        self.note_of(NOBODY, "disable-staff", &format!("staff/{id}")).await
    }

    /// Every account there is, or was.
    pub async fn all_staff(&self) -> Result<Vec<StaffView>> {
        let view = |info: store::StaffInfo| StaffView {
            id: info.id,
            login: info.login,
            name: info.name,
            grants: grants(info.roles),
            created_at: info.created_at,
            disabled_at: info.disabled_at,
            locked_until: info.locked_until.filter(|until| *until > self.now()),
        };
        Ok(self.inner.stores.platform().all_staff().await?.into_iter().map(view).collect())
    }

    /// Accounts with a role in the operator's city.
    pub async fn staff_of_city(&self, operator: &Staff, city: &CityId) -> Result<Vec<StaffView>> {
        if operator.may(Verb::SeeStaff, city).is_none() {
            return Err(Kind::Denied("not_your_role").into());
        }
        let mut all = self.all_staff().await?;
        all.retain(|one| one.grants.iter().any(|grant| grant.city == *city));
        Ok(all)
    }

    /// Whoever left is out at once. Only somebody whose every role is in the operator's own cities, and never oneself.
    pub async fn disable_colleague(&self, operator: &Staff, city: &CityId, id: Id, reason: &str) -> Result<()> {
        let all = self.staff_of_city(operator, city).await?;
        let one = all.into_iter().find(|one| one.id == id).ok_or(Kind::NotFound)?;
        if one.id == operator.id {
            return Err(Kind::Conflict("oneself").into());
        }
        if reason.trim().is_empty() {
            return Err(Error::field("reason", Mistake::Empty("原因 / reason")));
        }
        let elsewhere = |grant: &Grant| operator.may(Verb::ChangeStaff, &grant.city).is_none();
        if one.grants.iter().any(elsewhere) {
            return Err(Kind::Denied("works_elsewhere").into());
        }
        let deed =
            Deed { verb: Verb::ChangeStaff, city, department: None, place: "", object: format!("staff/{id}"), reason };
        self.deed(operator, deed, async {
            let disabled = self.inner.stores.platform().disable_staff(&one.login, self.now()).await?;
            disabled.map(drop).ok_or_else(|| Kind::NotFound.into())
        })
        .await
    }

    /// The cities and departments of these grants are in the packs.
    fn known_places(&self, grants: &[Grant]) -> Result<()> {
        let catalogue = self.catalogue();
        for grant in grants {
            let pack = catalogue.city(grant.city.as_str()).ok_or_else(|| {
                Error::new(Kind::Conflict("unknown_city")).because(format_args!("there is no city {}", grant.city))
            })?;
            if let Some(department) = &grant.department
                && !pack.bindings.department.contains_key(department)
            {
                let because = format_args!("{} has no department {department}", grant.city);
                return Err(Error::new(Kind::Conflict("unknown_department")).because(because));
            }
        }
        Ok(())
    }

    async fn new_secrets(&self, login: &str) -> Result<(StaffSecrets, String, kernel::Sealed)> {
        let rng = std::sync::Arc::clone(&self.inner.rng);
        let password = identity::password::new(&*rng);
        let secret = identity::totp::secret(&*rng);
        let sealed = self.inner.vault.seal(&*rng, TOTP, &secret);
        let secrets = StaffSecrets {
            login: login.to_owned(),
            password: password.clone(),
            uri: identity::totp::uri(&secret, login),
            secret: identity::totp::base32(&secret),
        };
        let hashed = tokio::task::spawn_blocking(move || identity::password::hash(&*rng, &password));
        Ok((secrets, hashed.await.map_err(Error::internal)??, sealed))
    }
}

//! The real-name check: name and resident ID, answered by the public-security register.

use connector::Question;
use kernel::{
    Error, Kind, Result,
    access::Purpose,
    identifier::{Mistake, PersonName, ResidentId},
};
use manifest::binding::Check;

use crate::{
    Citizen, OnceKey, Platform,
    platform::{key_reused, once},
    sign_in::keep,
};

pub(crate) const NAME: &str = "account.name";
pub(crate) const RESIDENT_ID: &str = "account.resident_id";
const BORN_ON: &str = "account.born_on";
/// The index by which one person has one account.
pub(crate) const PERSON: &str = "person";

impl Platform {
    /// Checks name and number at the register and keeps them, sealed, if they belong together.
    pub async fn verify_real_name(&self, citizen: &Citizen, name: &str, resident_id: &str, key: OnceKey) -> Result<()> {
        let now = self.now();
        let mut mistakes = Vec::new();
        let name = keep(&mut mistakes, "name", PersonName::parse(name));
        let id = keep(&mut mistakes, "resident_id", ResidentId::parse(resident_id, now.date()));
        let (Some(name), Some(id)) = (name, id) else { return Err(Kind::Invalid(mistakes).into()) };
        let inner = &self.inner;
        inner.by_register.take(citizen.account, now)?;
        let access = self.access(citizen, citizen.account, Purpose::RealName, None);
        inner.stores.platform().record_access(vec![access]).await?;
        self.check_name(&name, &id, "resident_id").await?;
        let seal = |field, text: &str| inner.vault.seal(&*inner.rng, field, text.as_bytes());
        let real = store::SetRealName {
            account: citizen.account,
            person: inner.vault.index(PERSON, id.expose()),
            name: seal(NAME, name.expose()),
            resident_id: seal(RESIDENT_ID, id.expose()),
            born_on: Some(seal(BORN_ON, &id.birth().to_string())),
            at: now,
            once: Some(once(citizen, &key, "real_name", &[name.expose(), id.expose()])),
        };
        inner.stores.platform().set_real_name(real).await?.map_err(|why| match why {
            store::RealNameRefused::PersonHasAccount => Error::field("resident_id", Mistake::PersonHasAccount),
            store::RealNameRefused::AlreadyVerified => Error::new(Kind::Conflict("already_verified")),
            store::RealNameRefused::KeyReused => key_reused(),
        })
    }

    /// The register's word that name and number belong together; else the mistake on `field`.
    pub(crate) async fn check_name(&self, name: &PersonName, id: &ResidentId, field: &'static str) -> Result<()> {
        let values = [("name", name.expose().to_owned()), ("resident_id", id.expose().to_owned())];
        match self.check(Check::RealName, None, Question::new(values)).await? {
            Some(_) => Ok(()),
            None => Err(Error::field(field, Mistake::NameAndIdDiffer)),
        }
    }
}

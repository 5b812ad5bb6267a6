//! Companions: a child, a parent, whoever travels along. Name and number are compared by the register once, when they are
//! added; of a child, also that it is theirs.

use connector::Question;
use kernel::{
    Date, Error, Id, Index, Kind, Result,
    access::Purpose,
    identifier::{Mistake, PersonName, ResidentId},
    mask,
};
use manifest::binding::Check;
use serde::{Deserialize, Serialize};
use store::{AddCompanion, CompanionRefused};

use crate::{
    Citizen, OnceKey, Platform,
    platform::{key_reused, need_real_name, once},
    real_name::PERSON,
    sign_in::keep,
};

const FACE: &str = "companion.face";

/// What somebody is to the one who books for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kin {
    /// Themselves. Never stored: nobody adds themselves.
    Own,
    Child,
    Parent,
    Spouse,
    Other,
}

impl Kin {
    pub const ALL: [Self; 5] = [Self::Own, Self::Child, Self::Parent, Self::Spouse, Self::Other];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Child => "child",
            Self::Parent => "parent",
            Self::Spouse => "spouse",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kin| kin.word() == word)
    }
}

/// A companion to add, exactly as typed.
#[derive(Clone, Debug)]
pub struct CompanionForm<'a> {
    pub name: &'a str,
    pub resident_id: &'a str,
    pub relation: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionView {
    pub id: Id,
    /// Masked.
    pub name: String,
    pub resident_id: String,
    pub relation: Kin,
    /// On the day on which it is shown.
    pub age: i16,
}

/// Somebody for whom something is booked, in clear. It cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) resident_id: String,
    pub(crate) kin: Kin,
}

impl Who {
    pub(crate) fn resident(&self, today: Date) -> Result<ResidentId> {
        ResidentId::parse(&self.resident_id, today).map_err(|_| Error::internal("a kept number that is none"))
    }
}

#[derive(Serialize, Deserialize)]
struct Face {
    name: String,
    resident_id: String,
}

impl Platform {
    /// Adds somebody. Adding them again answers with the one that is there.
    pub async fn add_companion(&self, citizen: &Citizen, form: CompanionForm<'_>, key: OnceKey) -> Result<Id> {
        need_real_name(citizen)?;
        let now = self.now();
        let mut mistakes = Vec::new();
        let name = keep(&mut mistakes, "name", PersonName::parse(form.name));
        let resident = keep(&mut mistakes, "resident_id", ResidentId::parse(form.resident_id, now.date()));
        let kin = Kin::parse(form.relation).filter(|kin| *kin != Kin::Own);
        let relation = keep(&mut mistakes, "relation", kin.ok_or(Mistake::Empty("关系 / relation")));
        let (Some(name), Some(resident), Some(kin), true) = (name, resident, relation, mistakes.is_empty()) else {
            return Err(Kind::Invalid(mistakes).into());
        };
        let inner = &self.inner;
        inner.by_register.take(citizen.account, now)?;
        let (_, own_id) = self.real_name_of(citizen, citizen.account, Purpose::RealName).await?;
        if own_id == resident.expose() {
            return Err(Error::field("resident_id", Mistake::OwnNumber));
        }
        self.check_name(&name, &resident, "resident_id").await?;
        if kin == Kin::Child {
            let values = [("guardian_id", own_id), ("ward_id", resident.expose().to_owned())];
            if self.check(Check::Guardian, None, Question::new(values)).await?.is_none() {
                return Err(Error::field("resident_id", Mistake::NotGuardian));
            }
        }
        let face = Face { name: name.expose().to_owned(), resident_id: resident.expose().to_owned() };
        let face = serde_json::to_vec(&face).map_err(Error::internal)?;
        let parts = [name.expose(), resident.expose(), kin.word()];
        let added = inner.stores.platform().add_companion(AddCompanion {
            id: Id::random(&*inner.rng),
            account: citizen.account,
            person: inner.vault.index(PERSON, resident.expose()),
            relation: kin.word().to_owned(),
            face: inner.vault.seal(&*inner.rng, FACE, &face),
            at: now,
            max: inner.limits.companions_max,
            once: Some(once(citizen, &key, "companion", &parts)),
        });
        match added.await? {
            Ok(id) | Err(CompanionRefused::Known(id)) => Ok(id),
            Err(CompanionRefused::Full) => Err(Kind::Conflict("too_many_companions").into()),
            Err(CompanionRefused::KeyReused) => Err(key_reused()),
        }
    }

    /// How many an account may have.
    #[must_use]
    pub fn companions_max(&self) -> u64 {
        self.inner.limits.companions_max
    }

    /// Those whom the citizen has added.
    pub async fn companions(&self, citizen: &Citizen) -> Result<Vec<CompanionView>> {
        let today = self.now().date();
        let opened = self.open_companions(citizen).await?;
        let view = |(id, _, who): (Id, Index, Who)| {
            Ok(CompanionView {
                id,
                name: mask::name(&who.name),
                resident_id: mask::resident_id(&who.resident_id),
                relation: who.kin,
                age: who.resident(today)?.age_on(today),
            })
        };
        opened.into_iter().map(view).collect()
    }

    /// `NotFound` if there is no such companion of theirs. What was booked for them stays.
    pub async fn remove_companion(&self, citizen: &Citizen, id: Id) -> Result<()> {
        let removed = self.inner.stores.platform().remove_companion(citizen.account, id).await?;
        if removed { Ok(()) } else { Err(Kind::NotFound.into()) }
    }

    pub(crate) async fn open_companions(&self, citizen: &Citizen) -> Result<Vec<(Id, Index, Who)>> {
        let access = self.access(citizen, citizen.account, Purpose::Booking, None);
        let (list, receipt) = self.inner.stores.platform().companions(access).await?;
        let open = |companion: store::Companion| {
            let bytes = self.inner.vault.open(FACE, &companion.face, &receipt)?;
            let face: Face = serde_json::from_slice(&bytes).map_err(|_| Error::internal("a companion's face"))?;
            let kin = Kin::parse(&companion.relation).unwrap_or(Kin::Other);
            let who = Who { name: face.name, resident_id: face.resident_id, kin };
            Ok((companion.id, companion.person, who))
        };
        list.into_iter().map(open).collect()
    }
}

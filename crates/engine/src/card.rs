//! Cards: the vehicles and licences that a citizen has bound in a city, their own or their family's. Accounts at billers
//! are bound in `customer`.

use connector::Question;
use kernel::{
    AccountId, CityId, Date, Error, Id, Index, Kind, Receipt, Result, ServiceId, Timestamp,
    access::Purpose,
    identifier::{LicenceFileNo, Mistake, PersonName, Plate, PlateKind, ResidentId, Vin},
    mask,
};
use manifest::{CityPack, Service, binding::Check, service::Subject};

use crate::{
    Citizen, OnceKey, Platform,
    platform::{key_reused, need_real_name, once},
    real_name::{NAME, PERSON, RESIDENT_ID},
    sign_in::keep,
    thing::{Face, Thing},
};

const SEALED: &str = "card.sealed";
/// From this birthday on, a person speaks for themselves.
const AGE_OF_MAJORITY: i16 = 18;

/// A bound vehicle or licence, as the person who bound it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    pub id: Id,
    pub kind: Subject,
    pub relation: Relation,
    pub state: CardState,
    /// The plate in full, or the licence number masked.
    pub title: String,
    /// Brand and colour of the vehicle, or class of the licence; may be empty.
    pub subtitle: String,
    /// Masked name of the person it belongs to, if that is not the citizen.
    pub whose: Option<String>,
    pub plate_kind: Option<PlateKind>,
    /// Licence class, for example C1.
    pub class: Option<String>,
    /// Licence: valid to. Vehicle: inspection valid to.
    pub valid_to: Option<Date>,
    /// Of a customer's account: the one service that it belongs to.
    pub service: Option<ServiceId>,
    pub bound_at: Timestamp,
}

impl CardView {
    /// True if this service can be asked about the card.
    #[must_use]
    pub fn fits(&self, service: &Service) -> bool {
        self.kind == service.subject && self.service.as_ref().is_none_or(|own| *own == service.id)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The citizen's own.
    Own,
    /// Somebody else's, with their consent.
    Consent,
    /// A minor's, whose guardian the citizen is.
    Ward,
}

impl Relation {
    /// The word stored with the card and shown by the API.
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

/// Whether questions may be asked with the card. Checked again on every question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardState {
    InForce,
    /// The ward has turned 18: they speak for themselves now.
    WardGrownUp,
    /// The consent has run out.
    ConsentEnded,
}

/// A vehicle to bind, exactly as typed.
#[derive(Clone, Debug)]
pub struct VehicleForm<'a> {
    pub plate: &'a str,
    /// Two digits, for example `02`.
    pub plate_kind: &'a str,
    pub vin_tail: &'a str,
    pub whose: Whose<'a>,
}

/// A licence to bind, exactly as typed. Its number is the holder's resident ID, which is known already.
#[derive(Clone, Debug)]
pub struct LicenceForm<'a> {
    pub file_no: &'a str,
    pub whose: Whose<'a>,
}

/// Whose vehicle or licence it is.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Me,
    /// A minor's: `ward_name`, `ward_id` of the form.
    Ward {
        name: &'a str,
        resident_id: &'a str,
    },
    /// Of the person who gave this consent.
    Consent(Id),
}

/// An opened card with what a question needs.
pub(crate) struct Held {
    pub(crate) view: CardView,
    pub(crate) thing: Thing,
    pub(crate) key: Index,
    /// In whose access log a reading stands: the person's, or the guardian's for a ward without an account.
    pub(crate) subject: AccountId,
}

/// Whose thing it is, as the registers have confirmed.
pub(crate) struct Owner {
    pub(crate) subject: Option<AccountId>,
    pub(crate) resident_id: String,
    pub(crate) whose: Option<String>,
    pub(crate) born_on: Option<Date>,
    pub(crate) relation: store::Relation,
    pub(crate) consent: Option<Id>,
}

impl Platform {
    /// The citizen's cards in a city, oldest first. Reading them is logged.
    pub async fn cards(&self, citizen: &Citizen, city: &CityId) -> Result<Vec<CardView>> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        Ok(self.held(citizen, &cell).await?.into_iter().map(|held| held.view).collect())
    }

    pub async fn bind_vehicle(
        &self,
        citizen: &Citizen,
        city: &CityId,
        form: VehicleForm<'_>,
        key: OnceKey,
    ) -> Result<Id> {
        need_real_name(citizen)?;
        let pack = self.open_city(&self.catalogue(), city)?;
        let mut mistakes = Vec::new();
        let plate = keep(&mut mistakes, "plate", Plate::parse(form.plate));
        let kind = PlateKind::parse(form.plate_kind.trim()).ok_or(Mistake::Choice);
        let kind = keep(&mut mistakes, "plate_kind", kind);
        let tail = keep(&mut mistakes, "vin_tail", Vin::parse_tail(form.vin_tail));
        let ward = self.parse_ward(&mut mistakes, form.whose);
        let (Some(plate), Some(plate_kind), Some(vin_tail), true) = (plate, kind, tail, mistakes.is_empty()) else {
            return Err(Kind::Invalid(mistakes).into());
        };
        let thing = Thing::Vehicle {
            plate: plate.expose().to_owned(),
            plate_kind,
            vin_tail,
            brand: None,
            colour: None,
            inspection_to: None,
        };
        self.bind(citizen, &pack, thing, form.whose, ward, key).await
    }

    pub async fn bind_licence(
        &self,
        citizen: &Citizen,
        city: &CityId,
        form: LicenceForm<'_>,
        key: OnceKey,
    ) -> Result<Id> {
        need_real_name(citizen)?;
        let pack = self.open_city(&self.catalogue(), city)?;
        let mut mistakes = Vec::new();
        let file_no = keep(&mut mistakes, "file_no", LicenceFileNo::parse(form.file_no));
        let ward = self.parse_ward(&mut mistakes, form.whose);
        let (Some(file_no), true) = (file_no, mistakes.is_empty()) else {
            return Err(Kind::Invalid(mistakes).into());
        };
        let (licence_no, file_no) = (String::new(), file_no.expose().to_owned());
        let thing = Thing::Licence { licence_no, file_no, class: None, valid_to: None };
        self.bind(citizen, &pack, thing, form.whose, ward, key).await
    }

    fn parse_ward(&self, mistakes: &mut Vec<kernel::FieldError>, whose: Whose<'_>) -> Option<(PersonName, ResidentId)> {
        let Whose::Ward { name, resident_id } = whose else { return None };
        let today = self.now().date();
        let name = keep(mistakes, "ward_name", PersonName::parse(name));
        // Whoever is of age answers for themselves: they are asked for their consent instead.
        let minor = ResidentId::parse(resident_id, today)
            .and_then(|id| if id.age_on(today) < AGE_OF_MAJORITY { Ok(id) } else { Err(Mistake::NotYours) });
        name.zip(keep(mistakes, "ward_id", minor))
    }

    async fn bind(
        &self,
        citizen: &Citizen,
        pack: &CityPack,
        mut thing: Thing,
        whose: Whose<'_>,
        ward: Option<(PersonName, ResidentId)>,
        key: OnceKey,
    ) -> Result<Id> {
        let (inner, now) = (&self.inner, self.now());
        inner.by_register.take(citizen.account, now)?;
        let kind = thing.kind();
        let whom = match (whose, &ward) {
            (Whose::Me, _) => String::new(),
            (Whose::Consent(id), _) => id.to_string(),
            (Whose::Ward { .. }, ward) => ward.as_ref().map_or_else(String::new, |(_, id)| id.expose().to_owned()),
        };
        let parts = [pack.city.id.as_str(), kind.word(), &thing.identity(), &whom];
        let once = once(citizen, &key, "bind", &parts);
        let owner = self.owner(citizen, kind, whose, ward).await?;
        if let Thing::Licence { licence_no, .. } = &mut thing {
            licence_no.clone_from(&owner.resident_id);
        }
        let mut question = thing.question();
        let (check, field, max) = match kind {
            Subject::Vehicle => (Check::VehicleOwner, "plate", inner.limits.vehicles_max),
            Subject::Licence => (Check::LicenceHolder, "file_no", inner.limits.licences_max),
            // A biller knows its customers by number and name, whoever asks: see `customer`. What is booked needs no card.
            Subject::Customer | Subject::Person => return Err(Kind::NotFound.into()),
        };
        question.values = question.values.map(|mut values| {
            values.insert("resident_id".to_owned(), owner.resident_id.clone());
            values
        });
        let Some(row) = self.check(check, Some(pack), question).await? else {
            return Err(Error::field(field, Mistake::NotYours));
        };
        thing.describe(&row);
        let consent = owner.consent;
        let (cell, id) = self.keep_card(citizen, pack, thing, owner, once, (field, max)).await?;
        // The consent may have been revoked while the register was asked; then the card must not outlive it.
        if let Some(consent) = consent
            && inner.stores.platform().consent_in_force(&store::ConsentKey::Id(consent), self.now()).await?.is_none()
        {
            cell.unbind_by_consent(consent).await?;
            return Err(Kind::NotFound.into());
        }
        Ok(id)
    }

    /// Writes a card that its register has confirmed.
    pub(crate) async fn keep_card(
        &self,
        citizen: &Citizen,
        pack: &CityPack,
        thing: Thing,
        owner: Owner,
        once: store::Once,
        (field, max): (&'static str, usize),
    ) -> Result<(store::City, Id)> {
        let inner = &self.inner;
        let kind = thing.kind();
        let key = inner.vault.index(kind.word(), &thing.identity());
        let face = Face { thing, whose: owner.whose, born_on: owner.born_on };
        let face = serde_json::to_vec(&face).map_err(Error::internal)?;
        let bind = store::BindCard {
            id: Id::random(&*inner.rng),
            account: citizen.account,
            subject: owner.subject,
            kind: kind.word().to_owned(),
            relation: owner.relation,
            consent: owner.consent,
            key,
            sealed: inner.vault.seal(&*inner.rng, SEALED, &face),
            at: self.now(),
            max: u32::try_from(max).unwrap_or(u32::MAX),
            once: Some(once),
        };
        let cell = inner.stores.city(&pack.city.id).await?;
        let id = cell.bind_card(bind).await?.map_err(|why| match why {
            store::BindRefused::AlreadyBound => Error::field(field, Mistake::AlreadyBound),
            store::BindRefused::TooMany { max } => Error::field(field, Mistake::TooManyCards { max: max as usize }),
            store::BindRefused::KeyReused => key_reused(),
        })?;
        Ok((cell, id))
    }

    /// The person whose thing it is to be, with what makes the citizen allowed to see it.
    async fn owner(
        &self,
        citizen: &Citizen,
        kind: Subject,
        whose: Whose<'_>,
        ward: Option<(PersonName, ResidentId)>,
    ) -> Result<Owner> {
        let (subject, relation, consent) = match whose {
            Whose::Consent(id) => {
                let key = store::ConsentKey::Id(id);
                let consent = self.inner.stores.platform().consent_in_force(&key, self.now()).await?;
                let consent = consent
                    .filter(|consent| consent.to == citizen.account && consent.kind == kind.word())
                    .ok_or(Kind::NotFound)?;
                (consent.from, store::Relation::Consent, Some(id))
            }
            Whose::Me => (citizen.account, store::Relation::Own, None),
            Whose::Ward { .. } => (citizen.account, store::Relation::Ward, None),
        };
        let (name, resident_id) = self.real_name_of(citizen, subject, Purpose::Ownership).await?;
        let Some((ward_name, ward_id)) = ward else {
            let whose = (relation == store::Relation::Consent).then(|| mask::name(&name));
            return Ok(Owner { subject: Some(subject), resident_id, whose, born_on: None, relation, consent });
        };
        self.check_name(&ward_name, &ward_id, "ward_id").await?;
        let values = [("guardian_id", resident_id), ("ward_id", ward_id.expose().to_owned())];
        if self.check(Check::Guardian, None, Question::new(values)).await?.is_none() {
            return Err(Error::field("ward_id", Mistake::NotYours));
        }
        let person = self.inner.vault.index(PERSON, ward_id.expose());
        Ok(Owner {
            subject: self.inner.stores.platform().account_by_person(&person).await?,
            resident_id: ward_id.expose().to_owned(),
            whose: Some(ward_name.masked()),
            born_on: Some(ward_id.birth()),
            relation,
            consent,
        })
    }

    /// Name and number of an account's person, for a register to compare with. Logged.
    pub(crate) async fn real_name_of(
        &self,
        citizen: &Citizen,
        subject: AccountId,
        purpose: Purpose,
    ) -> Result<(String, String)> {
        let access = self.access(citizen, subject, purpose, None);
        let (profile, receipt) = self.inner.stores.platform().open_profile(access).await?.ok_or(Kind::NotFound)?;
        let (Some(name), Some(id)) = (profile.name, profile.resident_id) else {
            return Err(Kind::RealNameNeeded.into());
        };
        let open = |field, sealed| {
            let bytes = self.inner.vault.open(field, sealed, &receipt)?;
            String::from_utf8(bytes).map_err(Error::internal)
        };
        Ok((open(NAME, &name)?, open(RESIDENT_ID, &id)?))
    }

    /// Removes a card. `NotFound` if it is not the citizen's.
    pub async fn unbind(&self, citizen: &Citizen, city: &CityId, card: Id, key: OnceKey) -> Result<()> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let once = once(citizen, &key, "unbind", &[city.as_str(), &card.to_string()]);
        let unbound = cell.unbind_card(citizen.account, card, self.now(), Some(once)).await?;
        if unbound.map_err(|_| key_reused())? { Ok(()) } else { Err(Kind::NotFound.into()) }
    }

    /// All cards, opened and logged. Whoever has none leaves no entry, because nothing is read.
    pub(crate) async fn held(&self, citizen: &Citizen, cell: &store::City) -> Result<Vec<Held>> {
        if cell.cards(citizen.account).await?.is_empty() {
            return Ok(Vec::new());
        }
        let access = self.access(citizen, citizen.account, Purpose::Cards, None);
        let (cards, receipt) = cell.open_cards(access, citizen.account).await?;
        let mut held = Vec::with_capacity(cards.len());
        for card in cards {
            held.push(self.hold(citizen, card, &receipt).await?);
        }
        Ok(held)
    }

    /// Whether the consent that a card rests on is in force, and is about this citizen and this kind of card.
    pub(crate) async fn consent_holds(&self, citizen: &Citizen, card: &store::CardInfo) -> Result<bool> {
        let Some(id) = card.consent else { return Ok(false) };
        let key = store::ConsentKey::Id(id);
        let consent = self.inner.stores.platform().consent_in_force(&key, self.now()).await?;
        Ok(consent.is_some_and(|consent| {
            consent.to == citizen.account && Some(consent.from) == card.subject && consent.kind == card.kind
        }))
    }

    pub(crate) async fn hold(&self, citizen: &Citizen, card: store::Card, receipt: &Receipt) -> Result<Held> {
        let store::Card { info, key, sealed } = card;
        let face = self.inner.vault.open(SEALED, &sealed, receipt)?;
        let face: Face = serde_json::from_slice(&face).map_err(|_| Error::internal("a card that cannot be read"))?;
        let kind = face.thing.kind();
        let state = match info.relation {
            store::Relation::Own => CardState::InForce,
            store::Relation::Ward => match face.born_on {
                Some(born_on) if age_on(born_on, self.now().date()) < AGE_OF_MAJORITY => CardState::InForce,
                _ => CardState::WardGrownUp,
            },
            store::Relation::Consent if self.consent_holds(citizen, &info).await? => CardState::InForce,
            store::Relation::Consent => CardState::ConsentEnded,
        };
        let relation = match info.relation {
            store::Relation::Own => Relation::Own,
            store::Relation::Consent => Relation::Consent,
            store::Relation::Ward => Relation::Ward,
        };
        let shown = state == CardState::InForce;
        let mut view = CardView {
            id: info.id,
            kind,
            relation,
            state,
            title: String::new(),
            subtitle: String::new(),
            whose: face.whose,
            plate_kind: None,
            class: None,
            valid_to: None,
            service: None,
            bound_at: info.bound_at,
        };
        face.thing.show(shown, &mut view);
        let subject = info.subject.unwrap_or(citizen.account);
        Ok(Held { view, thing: face.thing, key, subject })
    }
}

/// Whole years on a day; the birthday itself counts.
fn age_on(born_on: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (born_on.month(), born_on.day());
    day.year() - born_on.year() - i16::from(before_birthday)
}

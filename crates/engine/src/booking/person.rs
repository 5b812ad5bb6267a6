//! For whom a claim is, in clear, and whether the rules of what it is for let them come.

use connector::Question;
use kernel::{
    Date, Error, Kind, Result,
    access::Purpose,
    identifier::{Mistake, PersonName, ResidentId},
};
use manifest::{
    binding::Check,
    booking::{marriage::Origin, offer::Place},
};

use super::{
    claim::Wanted,
    companion::{Kin, Who},
    hold::HoldForm,
    offer::Offered,
    price::Said,
};
use capability::booking::Refusal;

use crate::{Citizen, Platform, real_name::PERSON, sign_in::keep};

impl Platform {
    /// Everybody for whom it is, in clear. Reading them is on record.
    pub(super) async fn persons(&self, citizen: &Citizen, wanted: &Wanted<'_>) -> Result<Vec<(Who, Said)>> {
        let (form, booking) = (wanted.form, wanted.offered.booking()?);
        let most = usize::from(booking.persons_max.max(1));
        if form.persons.is_empty() || form.persons.len() > most {
            return Err(Error::field("persons", Mistake::PersonsMax { max: most }));
        }
        let companions = if form.persons.iter().any(|one| one.who.is_some()) {
            if !booking.for_others {
                return Err(Kind::Denied("own_only").into());
            }
            self.open_companions(citizen).await?
        } else {
            Vec::new()
        };
        let mut persons = Vec::with_capacity(form.persons.len() + 1);
        for one in form.persons {
            let who = match one.who {
                None => {
                    let (name, resident_id) = self.real_name_of(citizen, citizen.account, Purpose::Booking).await?;
                    Who { name, resident_id, kin: Kin::Own }
                }
                Some(id) => {
                    let found = companions.iter().find(|(known, _, _)| *known == id);
                    found.map(|(_, _, who)| who.clone()).ok_or(Kind::NotFound)?
                }
            };
            persons.push((who, one.said.clone()));
        }
        if booking.parties > 1 {
            persons.push((self.partner(citizen, form).await?, Said::default()));
        }
        let mut ids: Vec<&str> = persons.iter().map(|(who, _)| who.resident_id.as_str()).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::field("persons", Mistake::PersonTwice));
        }
        Ok(persons)
    }

    async fn partner(&self, citizen: &Citizen, form: &HoldForm<'_>) -> Result<Who> {
        let typed =
            form.partner.ok_or_else(|| Error::field("partner_name", Mistake::Empty("对方姓名 / their name")))?;
        let now = self.now();
        let mut mistakes = Vec::new();
        let name = keep(&mut mistakes, "partner_name", PersonName::parse(typed.name));
        let id = keep(&mut mistakes, "partner_id", ResidentId::parse(typed.resident_id, now.date()));
        let (Some(name), Some(id)) = (name, id) else { return Err(Kind::Invalid(mistakes).into()) };
        self.inner.by_register.take(citizen.account, now)?;
        self.check_name(&name, &id, "partner_id").await?;
        Ok(Who { name: name.expose().to_owned(), resident_id: id.expose().to_owned(), kin: Kin::Spouse })
    }

    /// Whether the rules of what it is for let them come, as far as the one who asks may know.
    pub(super) async fn may_come(&self, wanted: &Wanted<'_>, persons: &[(Who, Said)]) -> Result<Option<Refusal>> {
        let who: Vec<&Who> = persons.iter().map(|(who, _)| who).collect();
        self.may_marry(&wanted.offered, wanted.place()?, wanted.starts_at.date(), &who, 1).await
    }

    /// For a marriage: age, the registry that is responsible, and the register's word on the first so many of the two. What
    /// it knows of somebody is not asked before they have agreed by their own login, because "may not marry" tells that a
    /// person is married; until then a household is taken to be where the registry is.
    pub(super) async fn may_marry(
        &self,
        offered: &Offered,
        place: &Place,
        on: Date,
        persons: &[&Who],
        agreed: usize,
    ) -> Result<Option<Refusal>> {
        use capability::booking::marriage::{self, Office, Person};
        if offered.booking()?.check.is_none() {
            return Ok(None);
        }
        let rule = offered.catalogue.rules.booking.marriage_on(on);
        let rule = rule.ok_or_else(|| Error::internal("no rule of marriage is in force"))?;
        let mut pair = Vec::with_capacity(persons.len());
        for (at, who) in persons.iter().enumerate() {
            let resident = who.resident(self.now().date())?;
            let household = if at < agreed { self.household(offered, who).await? } else { place.area.clone() };
            pair.push(Person {
                index: self.inner.vault.index(PERSON, resident.expose()),
                sex: resident.sex(),
                born_on: resident.birth(),
                origin: origin(resident.expose()),
                household,
            });
        }
        let [one, other] = pair.as_slice() else { return Err(Error::internal("a marriage of other than two")) };
        let office = Office { area: place.area.clone(), designated: place.designated };
        Ok(marriage::check(rule, [one, other], &office, on).err())
    }

    /// Where somebody is registered, if the register says that they may marry.
    async fn household(&self, offered: &Offered, who: &Who) -> Result<String> {
        let values = [("name", who.name.clone()), ("resident_id", who.resident_id.clone())];
        let row = self.check(Check::MaritalStatus, Some(&offered.pack), Question::new(values)).await?;
        let row = row.ok_or(Kind::Conflict("may_not_marry"))?;
        Ok(row.get("household").map(manifest::Value::text).unwrap_or_default())
    }
}

/// Permits of residents from Hong Kong, Macau and Taiwan have prefixes of their own.
fn origin(resident_id: &str) -> Origin {
    match resident_id.get(..2) {
        Some("81") => Origin::HongKong,
        Some("82") => Origin::Macau,
        Some("83") => Origin::Taiwan,
        _ => Origin::Mainland,
    }
}

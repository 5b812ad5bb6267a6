//! Accounts at billers: water, electricity, a hospital card. Whoever knows the customer number and how its holder's name
//! ends may see and pay the bills, so a parent's account is bound like one's own; the biller compares both.

use connector::Question;
use kernel::{
    CityId, Id, Kind, Result,
    access::Purpose,
    identifier::{Mistake, normalise},
    mask,
};
use manifest::{Act, Biller, service::Subject};

use crate::{
    Citizen, OnceKey, Platform,
    card::Owner,
    platform::{need_real_name, once},
    sign_in::keep,
    thing::Thing,
};

/// An account to bind, exactly as typed.
#[derive(Clone, Debug)]
pub struct CustomerForm<'a> {
    /// Id of the service.
    pub service: &'a str,
    pub customer_no: &'a str,
    /// The last character of the holder's name, or the last two.
    pub holder_tail: &'a str,
}

impl Platform {
    pub async fn bind_customer(
        &self,
        citizen: &Citizen,
        city: &CityId,
        form: CustomerForm<'_>,
        key: OnceKey,
    ) -> Result<Id> {
        need_real_name(citizen)?;
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, form.service).filter(|service| service.subject == Subject::Customer);
        let service = service.ok_or(Kind::NotFound)?;
        let biller = pack.bindings.biller.get(&service.id).ok_or(Kind::NotFound)?;
        let mut mistakes = Vec::new();
        let number = keep(&mut mistakes, "customer_no", customer_no(biller, form.customer_no));
        let tail = keep(&mut mistakes, "holder_tail", holder_tail(form.holder_tail));
        let (Some(customer_no), Some(holder_tail), true) = (number, tail, mistakes.is_empty()) else {
            return Err(Kind::Invalid(mistakes).into());
        };
        self.inner.by_register.take(citizen.account, self.now())?;
        let mut thing = Thing::Customer {
            service: service.id.clone(),
            customer_no,
            holder_tail: holder_tail.clone(),
            holder: None,
            address: None,
        };
        let parts = [city.as_str(), Subject::Customer.word(), &thing.identity(), &holder_tail];
        let once = once(citizen, &key, "bind", &parts);
        let asked: Question = thing.question();
        let row = self.act(&pack, service, Act::Bind, &asked).await?;
        if row.get("match").map(manifest::Value::text).as_deref() != Some("yes") {
            return Err(kernel::Error::field("customer_no", Mistake::CustomerUnknown));
        }
        thing.describe(&row);
        let (own_name, _) = self.real_name_of(citizen, citizen.account, Purpose::Ownership).await?;
        let whose = match &thing {
            // Father and son may look alike behind the mask, and differ in how their names end.
            Thing::Customer { holder, .. } => holder
                .clone()
                .filter(|holder| *holder != mask::name(&own_name) || !own_name.ends_with(holder_tail.as_str())),
            _ => None,
        };
        let owner = Owner {
            subject: Some(citizen.account),
            resident_id: String::new(),
            whose,
            born_on: None,
            relation: store::Relation::Own,
            consent: None,
        };
        let bound = ("customer_no", self.inner.limits.customers_max);
        let (_, id) = self.keep_card(citizen, &pack, thing, owner, once, bound).await?;
        Ok(id)
    }
}

fn customer_no(biller: &Biller, text: &str) -> Result<String, Mistake> {
    let number = normalise(text);
    if number.is_empty() {
        return Err(Mistake::Empty("户号 / customer number"));
    }
    if biller.customer_no.accepts(&number) {
        Ok(number)
    } else {
        Err(Mistake::CustomerNo { example: biller.customer_no.example.clone() })
    }
}

/// One or two characters of a name in any script.
fn holder_tail(text: &str) -> Result<String, Mistake> {
    let tail: String = text.trim().to_owned();
    let letter = |c: char| c.is_alphabetic() || ('\u{E000}'..='\u{F8FF}').contains(&c);
    match tail.chars().count() {
        0 => Err(Mistake::Empty("户主姓名最后一个字 / last character of the holder's name")),
        1 | 2 if tail.chars().all(letter) => Ok(tail),
        _ => Err(Mistake::HolderTail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_is_one_or_two_letters() {
        assert_eq!(holder_tail(" 三 ").as_deref(), Ok("三"));
        assert_eq!(holder_tail("向荣").as_deref(), Ok("向荣"));
        assert_eq!(
            holder_tail("").err(),
            Some(Mistake::Empty("户主姓名最后一个字 / last character of the holder's name"))
        );
        for wrong in ["张向荣", "3", "*三", "三 "] {
            let fits = wrong.trim().chars().count() == 1 && wrong.starts_with('三');
            assert_eq!(holder_tail(wrong).is_ok(), fits, "{wrong}");
        }
    }
}

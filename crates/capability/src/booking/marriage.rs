//! The appointment at the marriage registry: may these two come, to this registry, on that day?
//!
//! The registry decides about the marriage. This only spares two people a day off for an errand that cannot succeed.

use kernel::{Calendar, Date, Index, identifier::Sex};

use super::{
    limit,
    refusal::{Jurisdiction, Refusal},
    rule::marriage::{MarriageRule, Origin, Registry},
};

/// One of the two. It is about a person, so it cannot be printed.
#[derive(Clone)]
pub struct Person {
    /// Who they are, whatever account they use.
    pub index: Index,
    pub sex: Sex,
    pub born_on: Date,
    pub origin: Origin,
    /// The area code of their household; empty for those who have none.
    pub household: String,
}

/// Where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// The area it serves: two, four or six digits of the area code.
    pub area: String,
    /// Named by the province for couples of whom one is not of the mainland.
    pub designated: bool,
}

pub fn check(rule: &MarriageRule, pair: [&Person; 2], office: &Office, on: Date) -> Result<(), Refusal> {
    if pair[0].index == pair[1].index {
        return Err(Refusal::SamePerson);
    }
    for person in pair {
        let min = match person.sex {
            Sex::Male => rule.age_min_man,
            Sex::Female => rule.age_min_woman,
        };
        if limit::age_on(person.born_on, on) < min {
            return Err(Refusal::Age { min: Some(min), max: None });
        }
    }
    if pair.iter().any(|person| rule.designated_for.contains(&person.origin)) {
        return if office.designated { Ok(()) } else { Err(Refusal::Jurisdiction { rule: Jurisdiction::Designated }) };
    }
    let at_home = |person: &&Person| person.household.starts_with(&office.area);
    match rule.registry {
        Registry::Household if !pair.iter().any(at_home) => {
            Err(Refusal::Jurisdiction { rule: Jurisdiction::Household })
        }
        _ => Ok(()),
    }
}

/// The two periods of a divorce by agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divorce {
    /// The last day on which either may withdraw.
    pub withdraw_until_on: Date,
    /// The days on which both collect the certificate; later, the application counts as withdrawn.
    pub collect_from_on: Date,
    pub collect_until_on: Date,
    /// A year without a published calendar is involved.
    pub estimated: bool,
}

/// `None` under a rule that knows no such period.
#[must_use]
pub fn divorce(rule: &MarriageRule, applied_on: Date, calendar: &Calendar) -> Option<Divorce> {
    if rule.divorce_withdraw_days == 0 {
        return None;
    }
    let withdraw = calendar.add_days(applied_on, i32::from(rule.divorce_withdraw_days));
    let collect = calendar.add_days(withdraw.on, i32::from(rule.divorce_collect_days));
    Some(Divorce {
        withdraw_until_on: withdraw.on,
        collect_from_on: limit::plus_days(withdraw.on, 1),
        collect_until_on: collect.on,
        estimated: withdraw.estimated || collect.estimated,
    })
}

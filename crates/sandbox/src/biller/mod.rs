//! The companies that send a household its bills, and the hospital with its prepaid cards: who has an account, where, and
//! by which rules the company takes money. All of it is computed; what was paid here lies in the [`Journal`] on top.
//!
//! [`Journal`]: crate::posting::Journal

mod bill;
mod counter;

use kernel::Date;
use serde::Serialize;

pub use bill::{Bill, BillState};
pub(crate) use counter::{Order, Withdrawal};

use crate::{
    days::age_on,
    demo,
    department::Department,
    draw::Topic,
    permutation::Permutation,
    population::{District, Person},
    violation::ROADS,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Biller {
    Water,
    Electricity,
    Gas,
    Heating,
    Broadband,
    Hospital,
}

/// How a company takes money.
pub(crate) struct Rules {
    /// What stands before the eight digits of a customer number.
    prefix: Prefix,
    /// The unit of usage; empty where nothing is metered.
    pub(crate) unit: &'static str,
    /// The least that may be paid towards a bill; `None` wants bills paid whole.
    pub(crate) partial_min_fen: Option<i64>,
    pub(crate) oldest_first: bool,
    pub(crate) late: Option<Late>,
    /// Least and most of one top-up, where an account has a balance.
    pub(crate) top_up_fen: Option<(i64, i64)>,
    /// Whether a balance is given back.
    pub(crate) withdraw: bool,
}

/// What a day of lateness costs.
pub(crate) struct Late {
    pub(crate) per_mille_a_day: i64,
    /// The least that is asked for once a day is late.
    pub(crate) min_fen: i64,
}

enum Prefix {
    Fixed(&'static str),
    /// So many digits of the area's code.
    Area(usize),
}

const POSTPAID: Rules = Rules {
    prefix: Prefix::Fixed(""),
    unit: "",
    partial_min_fen: None,
    oldest_first: false,
    late: None,
    top_up_fen: None,
    withdraw: false,
};

static WATER: Rules = Rules { unit: "吨", partial_min_fen: Some(1_000), ..POSTPAID };
static ELECTRICITY: Rules = Rules {
    prefix: Prefix::Area(2),
    unit: "千瓦时",
    oldest_first: true,
    late: Some(Late { per_mille_a_day: 1, min_fen: 100 }),
    ..POSTPAID
};
static GAS: Rules = Rules {
    prefix: Prefix::Area(4),
    unit: "立方米",
    oldest_first: true,
    top_up_fen: Some((1_000, 200_000)),
    ..POSTPAID
};
static HEATING: Rules = Rules {
    prefix: Prefix::Fixed("R"),
    unit: "平方米",
    oldest_first: true,
    late: Some(Late { per_mille_a_day: 1, min_fen: 0 }),
    ..POSTPAID
};
static BROADBAND: Rules =
    Rules { prefix: Prefix::Fixed("KD"), unit: "月", top_up_fen: Some((1_000, 50_000)), ..POSTPAID };
static HOSPITAL: Rules =
    Rules { prefix: Prefix::Fixed("88"), top_up_fen: Some((1_000, 100_000)), withdraw: true, ..POSTPAID };

impl Biller {
    pub const ALL: [Self; 6] =
        [Self::Water, Self::Electricity, Self::Gas, Self::Heating, Self::Broadband, Self::Hospital];

    #[must_use]
    pub const fn department(self) -> Department {
        match self {
            Self::Water => Department::Water,
            Self::Electricity => Department::Electricity,
            Self::Gas => Department::Gas,
            Self::Heating => Department::Heating,
            Self::Broadband => Department::Broadband,
            Self::Hospital => Department::Hospital,
        }
    }

    /// The word in paths.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.department().word()
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|biller| biller.word() == word)
    }

    pub(crate) fn rules(self) -> &'static Rules {
        match self {
            Self::Water => &WATER,
            Self::Electricity => &ELECTRICITY,
            Self::Gas => &GAS,
            Self::Heating => &HEATING,
            Self::Broadband => &BROADBAND,
            Self::Hospital => &HOSPITAL,
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// An account at a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Customer {
    pub biller: Biller,
    /// The number on the bill.
    pub no: String,
    /// The person in whose name it runs.
    pub n: u64,
    pub holder: String,
    pub address: String,
}

impl Customer {
    /// The last character of the holder's name: what a stranger who found a number on a meter does not know.
    #[must_use]
    pub fn holder_tail(&self) -> String {
        self.holder.chars().last().map(String::from).unwrap_or_default()
    }

    /// The road, and nothing that leads to a door.
    pub(crate) fn masked_address(&self) -> String {
        self.address.split_once(' ').map_or_else(|| "***".to_owned(), |(road, _)| format!("{road} ***"))
    }
}

/// Numbers of one company in one area.
const NUMBERS: u64 = 100_000_000;

/// One permutation a company, so that the numbers of a person at two companies tell nothing about each other.
pub(crate) fn numbers(seed: u64) -> [Permutation; 6] {
    std::array::from_fn(|i| {
        Permutation::new(NUMBERS, crate::draw::Draw::new(seed, Topic::Customer, 1 << 60 | i as u64).word())
    })
}

impl District {
    fn prefix(&self, biller: Biller) -> &str {
        match biller.rules().prefix {
            Prefix::Fixed(text) => text,
            Prefix::Area(digits) => self.area.code.get(..digits).unwrap_or_default(),
        }
    }

    /// The account of person `n`, if they have one: grown-ups of the demo families have every one of them.
    pub(crate) fn customer(&self, biller: Biller, n: u64, today: Date) -> Option<Customer> {
        self.account(biller, &self.person(n)?, today)
    }

    /// The same for a person who is at hand.
    pub(crate) fn account(&self, biller: Biller, person: &Person, today: Date) -> Option<Customer> {
        let n = person.n;
        let adult = age_on(person.birth, today) >= 18;
        let share = match (biller, n % 4) {
            (Biller::Hospital, _) if demo::part(n).is_some() => 100,
            (Biller::Hospital, _) => 70,
            _ if !adult => 0,
            _ if demo::part(n).is_some() => 100,
            (_, 0) => 92,
            (_, 3) => 65,
            _ => 25,
        };
        if !self.draw(Topic::Customer, n << 4 | biller.index() as u64).chance(share) {
            return None;
        }
        let number = self.customer_nos[biller.index()].forward(n)?;
        let no = format!("{}{number:08}", self.prefix(biller));
        Some(Customer { biller, no, n, holder: person.name.clone(), address: self.home(n) })
    }

    /// The account with a number.
    pub(crate) fn customer_of_no(&self, biller: Biller, no: &str, today: Date) -> Option<Customer> {
        let digits = no.strip_prefix(self.prefix(biller)).filter(|tail| tail.len() == 8)?;
        let n = self.customer_nos[biller.index()].inverse(digits.parse().ok()?)?;
        self.customer(biller, n, today).filter(|customer| customer.no == no)
    }

    /// Where a person lives: the couple and the child together, the parent elsewhere.
    fn home(&self, n: u64) -> String {
        let household = if n % 4 == 3 { n } else { n / 4 * 4 };
        let mut draw = self.draw(Topic::Home, household);
        let road = draw.pick(&ROADS);
        let (yard, house, unit) = (1 + draw.below(180), 1 + draw.below(24), 1 + draw.below(4));
        let (floor, door) = (1 + draw.below(18), 1 + draw.below(2));
        format!("{}{road} {yard} 号院 {house} 号楼 {unit} 单元 {floor}{door:02}", self.area.name)
    }

    /// The size of a home, which the heating company bills by.
    fn floor_area(&self, n: u64) -> i64 {
        let household = if n % 4 == 3 { n } else { n / 4 * 4 };
        50 + i64::try_from(self.draw(Topic::Home, household ^ 1 << 40).below(90)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;

    use super::*;
    use crate::population::lakeside;

    const TODAY: Date = date(2026, 11, 24);

    #[test]
    fn a_number_leads_to_its_account_and_to_no_other() {
        let population = lakeside(20_000);
        for area in ["659900", "429900"] {
            let district = population.district(area).expect("area");
            for biller in Biller::ALL {
                let mut numbers = HashSet::new();
                for n in 0..2_000 {
                    let Some(customer) = district.customer(biller, n, TODAY) else { continue };
                    assert_eq!(district.customer_of_no(biller, &customer.no, TODAY).as_ref(), Some(&customer));
                    assert!(numbers.insert(customer.no.clone()), "{}", customer.no);
                    assert!(customer.holder.ends_with(&customer.holder_tail()));
                    assert!(!customer.masked_address().contains('号'), "{}", customer.masked_address());
                }
                assert!(numbers.len() > 700, "{biller:?}: {}", numbers.len());
                for wrong in ["", "1", "二零二六", "99999999", "R9999999X"] {
                    assert_eq!(district.customer_of_no(biller, wrong, TODAY), None);
                }
            }
        }
    }

    #[test]
    fn grown_ups_of_the_demo_families_have_every_account() {
        let population = lakeside(1_000);
        let district = population.district("659900").expect("area");
        for n in 0..demo::PERSONS {
            let adult = age_on(district.birth(n).expect("birth"), TODAY) >= 18;
            for biller in Biller::ALL {
                let has = district.customer(biller, n, TODAY).is_some();
                assert_eq!(has, adult || biller == Biller::Hospital, "{n} {biller:?}");
            }
        }
    }
}

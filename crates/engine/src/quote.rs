//! What a citizen is about to pay, priced now: the rows that can be paid, what has been added for being late and why, and
//! whose money it becomes. A quote promises nothing; it is made again at the moment of paying, and if the two differ the
//! citizen is asked again.

pub(crate) mod payable;

use capability::bill;
use kernel::{CityId, Date, Error, Id, Kind, Money, Result, ServiceId, Text, Timestamp, identifier::Mistake};
use manifest::{
    Binding, CityPack, Department, Service,
    act::{Act, Biller, Prepaid},
    binding::Row,
    pay::{Late, Pay, Payee, Purpose},
    service::Match,
};

use crate::{Answer, Asked, CardView, Citizen, Freshness, Platform, provider::ProviderView, record::row_key};

/// What is to be paid. Everything that a person must see before they pay.
#[derive(Clone, Debug)]
pub struct Quote {
    pub service: ServiceId,
    pub purpose: Purpose,
    pub card: CardView,
    pub lines: Vec<QuoteLine>,
    /// Everything together.
    pub total: Money,
    pub payee: PayeeView,
    /// The department that was asked, and when.
    pub department: Text,
    pub phone: String,
    pub fetched_at: Timestamp,
    pub providers: Vec<ProviderView>,
}

impl Quote {
    /// True if paying includes accepting a decision.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.lines.iter().any(|line| line.accept)
    }
}

/// One bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    /// The row's name in paths.
    pub row: String,
    /// The department's own number of it.
    pub bill: String,
    pub title: String,
    /// Without the surcharge.
    pub amount: Money,
    pub surcharge: Money,
    /// The law or order that the surcharge is by, if it is computed here.
    pub surcharge_source: Option<Text>,
    /// The first day on which more will be due, if that is known.
    pub grows_on: Option<Date>,
    pub decision: Option<String>,
    /// The decision does not exist yet: accepting makes it.
    pub accept: bool,
}

impl QuoteLine {
    /// What this bill costs, surcharge included.
    #[must_use]
    pub fn due(&self) -> Money {
        Money::from_fen(self.amount.fen() + self.surcharge.fen())
    }
}

/// Whose money it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeView {
    /// True: the money goes to the city's treasury, and only a treasury procedure gives it back.
    pub treasury: bool,
    /// Name of the department that collects it.
    pub department: Text,
    /// Budget item of the treasury.
    pub item: Option<String>,
    /// What the pack tells the payer about it.
    pub note: Text,
}

/// What a biller's rules mean for a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillerRules {
    pub oldest_first: bool,
    pub partial: bool,
    pub top_up: Option<(Money, Money)>,
}

impl From<Option<&Biller>> for BillerRules {
    fn from(biller: Option<&Biller>) -> Self {
        let money = |Prepaid { min_fen, max_fen }: Prepaid| (Money::from_fen(min_fen), Money::from_fen(max_fen));
        biller.map_or_else(Self::default, |biller| Self {
            oldest_first: biller.oldest_first,
            partial: biller.partial,
            top_up: biller.prepaid.map(money),
        })
    }
}

/// A service of a city with what is needed to be paid there.
pub(crate) struct Till<'a> {
    pub(crate) pack: &'a CityPack,
    pub(crate) service: &'a Service,
    pub(crate) pay: &'a Pay,
}

impl<'a> Till<'a> {
    /// `NotFound` where nothing can be paid.
    pub(crate) fn of(pack: &'a CityPack, service: &'a Service) -> Result<Self> {
        let pay = service.pay.as_ref().ok_or(Kind::NotFound)?;
        Ok(Self { pack, service, pay })
    }

    pub(crate) fn biller(&self) -> Option<&'a Biller> {
        self.pack.bindings.biller.get(&self.service.id)
    }

    /// The department that is told of the payment, which for merchants is whose money it is.
    pub(crate) fn act(&self, act: Act) -> Result<(&'a Department, &'a Binding)> {
        let missing = || Error::new(Kind::Unavailable("department")).because("the act is not bound");
        let binding =
            self.pack.bindings.act.get(&self.service.id).and_then(|acts| acts.get(&act)).ok_or_else(missing)?;
        let department = self.pack.bindings.department.get(&binding.department).ok_or_else(missing)?;
        Ok((department, binding))
    }

    /// Bills of a merchant can be paid by standing order; a penalty and a top-up are each decided by a person.
    pub(crate) fn takes_standing_orders(&self) -> bool {
        self.pay.payee == Payee::Merchant && self.pay.purpose == Purpose::Bill
    }

    /// What is on a prepaid account.
    pub(crate) fn balance(&self, rows: &[Row]) -> Option<Money> {
        money(rows.first()?, self.pay.balance.as_ref())
    }

    pub(crate) fn payee(&self) -> Result<PayeeView> {
        let (department, _) = self.act(Act::Pay)?;
        Ok(PayeeView {
            treasury: self.pay.payee == Payee::Treasury,
            department: department.name.clone(),
            item: self.pay.item.clone(),
            note: self.pay.note.clone(),
        })
    }

    pub(crate) fn can_be_paid(&self, row: &Row) -> bool {
        let numbered = self.pay.decision.as_ref().is_none_or(|field| text(row, Some(field)).is_some());
        matches(self.pay.when.as_ref(), row) && numbered
    }

    pub(crate) fn can_be_accepted(&self, row: &Row) -> bool {
        self.pay.accept.as_ref().is_some_and(|rule| matches(Some(rule), row))
    }
}

/// A row that names a state of the rule; every row where there is no rule.
fn matches(rule: Option<&Match>, row: &Row) -> bool {
    rule.is_none_or(|rule| row.get(&rule.field).is_some_and(|value| rule.equals.contains(&value.text())))
}

fn text(row: &Row, field: Option<&String>) -> Option<String> {
    field.and_then(|field| row.get(field)).map(manifest::Value::text).filter(|text| !text.trim().is_empty())
}

fn money(row: &Row, field: Option<&String>) -> Option<Money> {
    field.and_then(|field| row.get(field)).and_then(manifest::Value::number).map(Money::from_fen)
}

impl Platform {
    /// Prices rows of a card, asking the department anew: an amount that has changed since is a changed amount.
    pub async fn quote(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        rows: &[String],
    ) -> Result<Quote> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let till = Till::of(&pack, service)?;
        let answer = self.fresh(citizen, city, &service.id, card).await?;
        let mut lines = Vec::new();
        for wanted in rows {
            let found = answer.rows.iter().enumerate().find(|(place, row)| row_key(row, *place) == *wanted);
            let (_, row) = found.ok_or(Kind::NotFound)?;
            if lines.iter().any(|(_, line): &(_, QuoteLine)| line.row == *wanted) {
                continue;
            }
            let line = self.line(&till, row, wanted.clone()).ok_or(Kind::Conflict("bill_not_payable"))?;
            lines.push((text(row, till.pay.period.as_ref()), line));
        }
        lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.check_selection(&till, &answer, &lines)?;
        let lines: Vec<QuoteLine> = lines.into_iter().map(|(_, line)| line).collect();
        // The points of a decision go onto the licence of whoever accepts it, so nobody accepts for somebody else.
        if lines.iter().any(|line| line.accept) && answer.card.relation != crate::Relation::Own {
            return Err(Kind::Denied("accept_own_only").into());
        }
        let total = lines.iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(line.due()));
        let total = total.filter(|total| total.fen() > 0).ok_or(Kind::Conflict("nothing_to_pay"))?;
        Ok(Quote {
            service: service.id.clone(),
            purpose: till.pay.purpose,
            lines,
            total,
            payee: till.payee()?,
            department: answer.department.clone(),
            phone: answer.phone.clone(),
            fetched_at: answer.fetched_at,
            providers: self.providers(),
            card: answer.card,
        })
    }

    /// Prices a part of one bill: an amount as typed. The surcharge is paid first, as the biller books it.
    pub async fn quote_part(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        row: &str,
        amount: &str,
    ) -> Result<Quote> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let mut quote = self.quote(citizen, city, service, card, &[row.to_owned()]).await?;
        let rules = BillerRules::from(pack.bindings.biller.get(service));
        let part = typed_amount("amount", amount)?;
        bill::check_part(rules.partial, quote.total, part).map_err(|refused| outside("amount", refused))?;
        if let Some(line) = quote.lines.first_mut() {
            line.surcharge = line.surcharge.min(part);
            line.amount = Money::from_fen(part.fen() - line.surcharge.fen());
        }
        quote.total = part;
        Ok(quote)
    }

    /// Prices a top-up: an amount as typed, checked against the biller's range.
    pub async fn quote_top_up(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        amount: &str,
    ) -> Result<Quote> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let till = Till::of(&pack, service)?;
        let range = BillerRules::from(till.biller()).top_up.ok_or(Kind::NotFound)?;
        let amount = typed_amount("amount", amount)?;
        if bill::check_top_up(range.0, range.1, amount).is_err() {
            return Err(Error::field("amount", Mistake::AmountOutside { min: range.0, max: range.1 }));
        }
        let answer = self.fresh(citizen, city, &service.id, card).await?;
        let line = QuoteLine {
            row: String::new(),
            bill: String::new(),
            title: service.short_name.zh_cn.clone(),
            amount,
            surcharge: Money::ZERO,
            surcharge_source: None,
            grows_on: None,
            decision: None,
            accept: false,
        };
        Ok(Quote {
            service: service.id.clone(),
            purpose: Purpose::TopUp,
            lines: vec![line],
            total: amount,
            payee: till.payee()?,
            department: answer.department.clone(),
            phone: answer.phone.clone(),
            fetched_at: answer.fetched_at,
            providers: self.providers(),
            card: answer.card,
        })
    }

    /// The department's word of this moment. Money is not asked for on the strength of an old answer.
    pub(crate) async fn fresh(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
    ) -> Result<Answer> {
        match self.ask(citizen, city, service, Some(card), true).await? {
            Asked::Answered(answer) => match answer.freshness {
                Freshness::Fresh | Freshness::Cached => Ok(answer),
                Freshness::Stale(failure) => Err(Error::new(Kind::Unavailable("department")).because(failure)),
            },
            Asked::Unavailable(why) => Err(Error::new(Kind::Unavailable("department")).because(why.failure)),
            Asked::NeedsCard(_) | Asked::Unmatched(_) => Err(Kind::NotFound.into()),
        }
    }

    /// One row as a bill; `None` if it cannot be paid.
    pub(crate) fn line(&self, till: &Till<'_>, row: &Row, key: String) -> Option<QuoteLine> {
        let pay = till.pay;
        let accept = !till.can_be_paid(row) && till.can_be_accepted(row);
        if !accept && !till.can_be_paid(row) {
            return None;
        }
        let amount = money(row, pay.amount.as_ref()).filter(|amount| amount.fen() > 0)?;
        let said = money(row, pay.surcharge.as_ref()).filter(|_| !accept);
        let computed = pay.late.as_ref().filter(|_| !accept).and_then(|late| self.late(till, late, row, amount));
        // The department's own figure is what it will compare with; ours explains it, and stands in where it says none.
        let surcharge = said.or_else(|| computed.as_ref().map(|late| late.surcharge)).unwrap_or(Money::ZERO);
        let title = text(row, pay.title.as_ref()).unwrap_or_else(|| till.service.short_name.zh_cn.clone());
        Some(QuoteLine {
            row: key,
            bill: text(row, pay.id.as_ref())?,
            title,
            amount,
            surcharge,
            surcharge_source: computed.as_ref().map(|late| late.source.clone()).filter(|_| surcharge.fen() > 0),
            grows_on: computed.and_then(|late| late.grows_on),
            decision: text(row, pay.decision.as_ref()),
            accept,
        })
    }

    fn late(&self, till: &Till<'_>, late: &Late, row: &Row, amount: Money) -> Option<Added> {
        let catalogue = self.catalogue();
        let day = |field: &str| row.get(field).map(manifest::Value::text).and_then(|text| text.get(..10)?.parse().ok());
        let (from, today): (Date, Date) = (day(&late.from)?, self.now().date());
        let (rule, source) = catalogue.rules.late_fee_on(from, &till.pack.city.code, &late.rule)?;
        let pause_from = late.paused_from.as_deref().and_then(day);
        let paused: Vec<(Date, Option<Date>)> =
            pause_from.map(|from| (from, late.paused_to.as_deref().and_then(day))).into_iter().collect();
        let surcharge = bill::late_fee(rule, amount, from, today, &paused);
        let grows_on = bill::grows_on(rule, amount, from, today, &paused);
        Some(Added { surcharge, source: source.source.clone(), grows_on })
    }

    fn check_selection(&self, till: &Till<'_>, answer: &Answer, chosen: &[(Option<String>, QuoteLine)]) -> Result<()> {
        if !BillerRules::from(till.biller()).oldest_first {
            return Ok(());
        }
        let open = self.payable(till.pack, till.service, answer).map(|payable| payable.rows).unwrap_or_default();
        let chosen: Vec<&str> = chosen.iter().map(|(_, line)| line.row.as_str()).collect();
        let open: Vec<&str> = open.iter().map(|row| row.row.as_str()).collect();
        if bill::is_oldest_first(&open, &chosen) { Ok(()) } else { Err(Kind::Conflict("oldest_first").into()) }
    }
}

/// An amount in yuan as a person types it.
pub(crate) fn typed_amount(field: &'static str, text: &str) -> Result<Money> {
    let amount = Money::parse_yuan(&kernel::identifier::normalise(text)).filter(|amount| amount.fen() > 0);
    amount.ok_or_else(|| Error::field(field, Mistake::Amount))
}

fn outside(field: &'static str, refused: bill::AmountRefused) -> Error {
    use bill::AmountRefused::{TooLarge, TooSmall, WholeOnly};
    let (min, max) = match refused {
        TooSmall { min } => (min, Money::from_fen(i64::MAX)),
        TooLarge { max } => (Money::from_fen(1), max),
        WholeOnly { due } => (due, due),
    };
    Error::field(field, Mistake::AmountOutside { min, max })
}

/// What being late adds.
struct Added {
    surcharge: Money,
    source: Text,
    grows_on: Option<Date>,
}

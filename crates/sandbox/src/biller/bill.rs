//! Bills: one a month (gas: every second month; heating: one a season) for the last year, computed from the household.
//! Old bills get paid by themselves as the clock moves, as people do who never open this platform.

use jiff::civil::date;
use kernel::Date;
use serde::Serialize;

use super::{Biller, Customer, Late};
use crate::{
    days::{days_between, plus_days},
    demo,
    draw::Topic,
    population::District,
    posting::Journal,
};

/// One bill as the company's books have it on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bill {
    pub id: String,
    /// `202610`, or `2026-2027` for a season.
    pub period: String,
    pub from: Date,
    pub to: Date,
    pub usage: Option<i64>,
    /// What the bill was made out for.
    pub amount_fen: i64,
    /// What of it is still to be paid, without the late fee.
    pub rest_fen: i64,
    /// As of the day.
    pub late_fee_fen: i64,
    /// The least that may be paid of it now; the same as `rest_fen` where it is to be paid whole.
    pub min_fen: i64,
    pub issued_on: Date,
    pub due_on: Date,
    pub state: BillState,
    pub paid_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BillState {
    Unpaid,
    Paid,
}

/// Months that a company shows.
const MONTHS: i32 = 12;
/// Days from issue to the last day without a late fee.
const DUE_DAYS: i32 = 19;
/// Fen for a square metre and season, a ton, a cubic metre.
const HEATING_FEN: i64 = 1_800;
const WATER_FEN: i64 = 280;
const GAS_FEN: i64 = 261;
const PLANS_FEN: [i64; 4] = [4_900, 7_900, 9_900, 12_900];
/// Electricity of a month by tier: up to so many kWh, at so many tenths of a fen.
const TIERS: [(i64, i64); 3] = [(170, 477), (260, 527), (i64::MAX, 777)];

/// The newest bills that demo persons have not paid: water, electricity, gas, heating, broadband.
const ARREARS: [[i32; 5]; 16] = [
    [1, 3, 0, 1, 0],
    [0, 1, 1, 0, 1],
    [0; 5],
    [2, 2, 0, 1, 0],
    [4, 5, 2, 1, 2],
    [0; 5],
    [0; 5],
    [0, 1, 0, 1, 0],
    [1, 0, 1, 0, 0],
    [0, 2, 0, 1, 1],
    [0, 0, 0, 0, 1],
    [3, 0, 1, 1, 0],
    [0, 1, 0, 0, 0],
    [1, 1, 1, 1, 1],
    [0; 5],
    [0, 0, 2, 0, 0],
];

/// A bill before anybody paid here: `age` is 0 for the newest.
struct Period {
    age: i32,
    /// Stays the same for ever, whatever the day.
    index: i32,
    label: String,
    from: Date,
    to: Date,
    issued_on: Date,
    due_on: Date,
}

/// Months since year 0.
fn month_index(day: Date) -> i32 {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

fn first_of(index: i32) -> Date {
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    date(i16::try_from(year).unwrap_or(2026), i8::try_from(month).unwrap_or(1), 1)
}

/// The periods billed until today, newest first.
fn periods(biller: Biller, today: Date) -> Vec<Period> {
    let this_month = month_index(today);
    match biller {
        Biller::Hospital => Vec::new(),
        Biller::Heating => {
            // Billed on 15 October for the season that begins on 1 November.
            let season = |year: i16| (date(year, 10, 15), date(year, 11, 1), date(year + 1, 3, 31), date(year, 12, 31));
            let newest = if today >= season(today.year()).0 { today.year() } else { today.year() - 1 };
            let period = |age: i16| {
                let year = newest - age;
                let (issued_on, from, to, due_on) = season(year);
                let label = format!("{year}-{}", year + 1);
                Period { age: i32::from(age), index: i32::from(year), label, from, to, issued_on, due_on }
            };
            (0..2).map(period).collect()
        }
        _ => {
            let step = if biller == Biller::Gas { 2 } else { 1 };
            // The last month of the newest period that has ended; gas is read after each even month.
            let newest = if step == 2 { (this_month - 1) - (this_month % 2) } else { this_month - 1 };
            let period = |age: i32| {
                let last = newest - age * step;
                let issued_on = first_of(last + 1);
                Period {
                    age,
                    index: last,
                    label: first_of(last).strftime("%Y%m").to_string(),
                    from: first_of(last + 1 - step),
                    to: plus_days(issued_on, -1),
                    issued_on,
                    due_on: plus_days(issued_on, DUE_DAYS),
                }
            };
            (0..MONTHS / step).map(period).collect()
        }
    }
}

/// Tiered price of a month's electricity, half up to the fen.
fn electricity_fen(kwh: i64) -> i64 {
    let mut below = 0;
    let mut tenths = 0;
    for (to, price) in TIERS {
        tenths += (kwh.min(to) - below).max(0) * price;
        below = to;
    }
    (tenths + 5) / 10
}

/// The late fee of a sum after some days, half up to the fen.
pub(super) fn late_fee_fen(late: Option<&Late>, rest_fen: i64, days: i32) -> i64 {
    match late {
        Some(late) if days > 0 && rest_fen > 0 => {
            ((rest_fen * i64::from(days) * late.per_mille_a_day + 500) / 1_000).max(late.min_fen)
        }
        _ => 0,
    }
}

impl District {
    /// The bills of an account as of a day, newest first, with what was paid here.
    pub(crate) fn bills(&self, customer: &Customer, journal: &Journal, today: Date) -> Vec<Bill> {
        let made = periods(customer.biller, today);
        made.into_iter().map(|period| self.bill(customer, &period, journal, today)).collect()
    }

    fn bill(&self, customer: &Customer, period: &Period, journal: &Journal, today: Date) -> Bill {
        let rules = customer.biller.rules();
        let (usage, amount_fen) = self.meter(customer, period.index);
        let id = format!("{}{}", customer.no, period.label.replace('-', ""));
        let mut rest_fen = amount_fen;
        let mut paid_on = self.paid_by_itself_on(customer, period, today);
        let mut late_from = period.due_on;
        if paid_on.is_some() {
            rest_fen = 0;
        }
        for part in journal.paid(&id) {
            rest_fen -= part.amount_fen;
            late_from = late_from.max(part.on);
            if rest_fen <= 0 {
                paid_on = Some(part.on);
            }
        }
        let rest_fen = rest_fen.max(0);
        Bill {
            late_fee_fen: late_fee_fen(rules.late.as_ref(), rest_fen, days_between(late_from, today)),
            min_fen: rules.partial_min_fen.unwrap_or(rest_fen).min(rest_fen),
            state: if rest_fen == 0 { BillState::Paid } else { BillState::Unpaid },
            id,
            period: period.label.clone(),
            from: period.from,
            to: period.to,
            usage,
            amount_fen,
            rest_fen,
            issued_on: period.issued_on,
            due_on: period.due_on,
            paid_on,
        }
    }

    /// What was used and what it costs.
    fn meter(&self, customer: &Customer, index: i32) -> (Option<i64>, i64) {
        let Customer { biller, n, .. } = *customer;
        let subject = (n << 4 | biller.index() as u64) << 24;
        let index = u64::from(index.unsigned_abs());
        let mut household = self.draw(Topic::Usage, subject);
        let mut draw = self.draw(Topic::Usage, subject | index);
        let mut between = |from: u64, to: u64| i64::try_from(from + draw.below(to - from)).unwrap_or(0);
        match biller {
            Biller::Electricity => {
                // Summers and winters take more.
                let season = if matches!(index % 12, 0 | 5..=7 | 11) { 90 } else { 0 };
                let kwh = between(70, 250) + season;
                (Some(kwh), electricity_fen(kwh))
            }
            Biller::Water => {
                let tons = between(4, 22);
                (Some(tons), tons * WATER_FEN)
            }
            Biller::Gas => {
                let cubic_metres = between(12, 70);
                (Some(cubic_metres), cubic_metres * GAS_FEN)
            }
            Biller::Heating => {
                let area = self.floor_area(n);
                (Some(area), area * HEATING_FEN)
            }
            Biller::Broadband => (Some(1), *household.pick(&PLANS_FEN)),
            Biller::Hospital => (None, 0),
        }
    }

    /// When the household paid without this platform. Demo persons leave their newest bills open, whatever the day.
    fn paid_by_itself_on(&self, customer: &Customer, period: &Period, today: Date) -> Option<Date> {
        let Customer { biller, n, .. } = *customer;
        let subject = (n << 4 | biller.index() as u64) << 24 | u64::from(period.index.unsigned_abs());
        let mut draw = self.draw(Topic::Paying, subject);
        let on = match draw.below(100) {
            0..80 => plus_days(period.issued_on, 1 + draw.days(DUE_DAYS)),
            80..95 => plus_days(period.due_on, 1 + draw.days(60)),
            _ => plus_days(period.due_on, 400),
        };
        if demo::part(n).is_some() {
            let open = ARREARS.get(usize::try_from(n).ok()?)?.get(biller.index()).copied().unwrap_or(0);
            return (period.age >= open).then(|| on.min(today));
        }
        (on <= today).then_some(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::lakeside;

    #[test]
    fn tariff_and_late_fees_follow_the_vectors() {
        assert_eq!(electricity_fen(300), 15_960);
        assert_eq!(electricity_fen(170), 8_109);
        let electricity = Biller::Electricity.rules().late.as_ref();
        assert_eq!(late_fee_fen(electricity, 8_640, 12), 104);
        assert_eq!(late_fee_fen(electricity, 8_640, 5), 100, "one yuan at least");
        assert_eq!(late_fee_fen(electricity, 8_640, 0), 0);
        assert_eq!(late_fee_fen(Biller::Water.rules().late.as_ref(), 8_640, 90), 0);
    }

    #[test]
    fn demo_arrears_are_there_on_any_day() {
        let population = lakeside(1_000);
        let district = population.district("659900").expect("area");
        let journal = Journal::default();
        for today in [date(2026, 1, 1), date(2026, 3, 31), date(2026, 6, 15), date(2026, 11, 24), date(2027, 2, 28)] {
            for n in 0..demo::PERSONS {
                for biller in Biller::ALL.into_iter().take(5) {
                    let Some(customer) = district.customer(biller, n, today) else { continue };
                    let bills = district.bills(&customer, &journal, today);
                    let open = bills.iter().filter(|bill| bill.state == BillState::Unpaid).count();
                    let wanted = ARREARS[usize::try_from(n).expect("small")][biller.index()];
                    assert_eq!(open, usize::try_from(wanted).expect("positive"), "{today} {n} {biller:?}");
                    for bill in &bills {
                        assert!(bill.issued_on <= today && bill.amount_fen > 0 && bill.from < bill.to, "{bill:?}");
                        assert_eq!(bill.state == BillState::Paid, bill.paid_on.is_some());
                        assert!(bill.paid_on.is_none_or(|on| on <= today));
                    }
                    assert!(bills.windows(2).all(|pair| pair[0].issued_on > pair[1].issued_on));
                }
            }
        }
    }

    #[test]
    fn a_bill_keeps_its_number_and_sum_as_it_grows_old() {
        let population = lakeside(1_000);
        let district = population.district("659900").expect("area");
        let journal = Journal::default();
        for biller in Biller::ALL.into_iter().take(5) {
            let of = |today| {
                let customer = district.customer(biller, 400, today)?;
                Some(district.bills(&customer, &journal, today))
            };
            let (Some(before), Some(after)) = (of(date(2026, 10, 20)), of(date(2026, 12, 3))) else { continue };
            let old = &before[0];
            let same = after.iter().find(|bill| bill.id == old.id).expect("still shown");
            assert_eq!((same.amount_fen, same.due_on, &same.period), (old.amount_fen, old.due_on, &old.period));
        }
    }
}

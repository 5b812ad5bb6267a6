//! What of an answer can be paid, and what all of it costs, by the answer as it is. Nobody is asked: the price at which
//! somebody pays is made anew.

use kernel::Money;
use manifest::{CityPack, Service, binding::Row, pay::Purpose};

use super::{BillerRules, QuoteLine, Till, text};
use crate::{Answer, Platform, record::row_key};

/// What a card's service offers to pay.
#[derive(Clone, Debug)]
pub struct Payable {
    pub purpose: Purpose,
    /// What can be paid, the oldest first.
    pub rows: Vec<PayableRow>,
    /// All of them together, as the kept answer has it.
    pub total: Money,
    pub rules: BillerRules,
}

/// A row that can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayableRow {
    /// The row's name in paths.
    pub row: String,
    pub title: String,
    pub due: Money,
    /// Paying it begins with accepting a decision.
    pub accept: bool,
}

impl Payable {
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&PayableRow> {
        self.rows.iter().find(|row| row.row == name)
    }
}

impl Platform {
    /// Which rows of an answer can be paid, and what all of them cost, from the answer as it is.
    #[must_use]
    pub fn payable(&self, pack: &CityPack, service: &Service, answer: &Answer) -> Option<Payable> {
        let till = Till::of(pack, service).ok()?;
        let rows = self.payable_rows(&till, &answer.rows);
        let total = Money::from_fen(rows.iter().map(|row| row.due.fen()).sum());
        Some(Payable { purpose: till.pay.purpose, rows, total, rules: BillerRules::from(till.biller()) })
    }

    /// What can be paid of some rows, the oldest first.
    pub(crate) fn payable_rows(&self, till: &Till<'_>, rows: &[Row]) -> Vec<PayableRow> {
        let mut payable: Vec<(Option<String>, PayableRow)> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| {
                till.pay.purpose != Purpose::TopUp && (till.can_be_paid(row) || till.can_be_accepted(row))
            })
            .filter_map(|(place, row)| {
                let line = self.line(till, row, row_key(row, place))?;
                let due = line.due();
                let QuoteLine { row: name, title, accept, .. } = line;
                Some((text(row, till.pay.period.as_ref()), PayableRow { row: name, title, due, accept }))
            })
            .collect();
        payable.sort_by(|(a, _), (b, _)| a.cmp(b));
        payable.into_iter().map(|(_, row)| row).collect()
    }
}

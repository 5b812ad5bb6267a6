//! What the traffic police are told to do from outside: to decide a record that its driver accepts, and to take note that
//! a fine was paid. Laid over the computed records, so that a question afterwards shows it.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use kernel::{Date, Timestamp};

use crate::{
    department::Department,
    population::District,
    posting::{Outcome, Posting, PostingKind, Refusal, Share},
    violation::{State, Violation},
};

/// Days during which no surcharge runs: the decision is being reconsidered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) from: Date,
    pub(crate) to: Option<Date>,
}

/// What happened to records since the start, by record number.
#[derive(Default)]
pub(crate) struct Acts {
    accepted: HashMap<String, Acceptance>,
    by_driver: HashMap<u64, Vec<String>>,
    paid: HashMap<String, Date>,
    contested: HashSet<String>,
    paused: HashMap<String, Vec<Pause>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(crate) driver: u64,
    pub(crate) at: DateTime,
}

impl Acts {
    pub(crate) fn accepted(&self, id: &str) -> Option<Acceptance> {
        self.accepted.get(id).copied()
    }

    /// Records that a driver accepted, whosever the car is.
    pub(crate) fn accepted_by(&self, driver: u64) -> Vec<String> {
        self.by_driver.get(&driver).cloned().unwrap_or_default()
    }

    pub(crate) fn paid_on(&self, id: &str) -> Option<Date> {
        self.paid.get(id).copied()
    }

    pub(crate) fn pauses(&self, id: &str) -> Vec<Pause> {
        self.paused.get(id).cloned().unwrap_or_default()
    }
}

/// Steps of the permutation of decision numbers, and the number that undoes them.
const STEP: u64 = 7;
const STEP_BACK: u64 = 7_142_857_143;
const OFFSET: u64 = 3;
const NUMBERS: u64 = 10_000_000_000;

/// What the number of a fine's payment says besides the sums.
#[derive(Clone, Debug)]
pub(crate) struct FinePaid {
    pub(crate) key: String,
    pub(crate) decision_no: String,
    pub(crate) fine_fen: i64,
    pub(crate) surcharge_fen: i64,
    pub(crate) paid_at: DateTime,
    pub(crate) trade_no: String,
}

impl District {
    /// The number of the decision about a record.
    pub(crate) fn decision_no(&self, record_number: u64) -> String {
        format!("{}{:010}", self.area.code, (record_number * STEP + OFFSET) % NUMBERS)
    }

    /// The record that a decision is about.
    pub(crate) fn record_of_decision(&self, no: &str) -> Option<String> {
        let digits = no.strip_prefix(self.area.code.as_str())?;
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = (digits.parse::<u64>().ok()? + NUMBERS - OFFSET) % NUMBERS;
        let back = u128::from(number) * u128::from(STEP_BACK) % u128::from(NUMBERS);
        Some(format!("{}{back:010}", self.area.code))
    }

    /// Decides an open record for the driver who accepts it. Asked again by the same driver it shows the same decision.
    pub(crate) fn accept(&self, id: &str, licence_no: &str, now: Timestamp) -> Option<Result<Violation, Refusal>> {
        let driver = self.n_of_resident_id(licence_no).filter(|&n| self.grant(n).is_some())?;
        // Whoever accepts or pays waits here, so that a record is decided and paid once.
        let _counter = self.journal(Department::TrafficPolice);
        let (_, violation) = self.violation(id, now.date())?;
        let own = |v: &Violation| v.decision.as_ref().is_some_and(|decision| decision.licence_no == licence_no);
        match violation.state {
            State::Paid => return Some(Err(Refusal::AlreadyPaid)),
            State::Decided if own(&violation) => return Some(Ok(violation)),
            State::Decided => return Some(Err(Refusal::DecidedOtherwise)),
            State::Open => {}
        }
        {
            let mut acts = self.acts();
            if acts.contested.contains(id) {
                return Some(Err(Refusal::Contested));
            }
            acts.accepted.insert(id.to_owned(), Acceptance { driver, at: now.civil() });
            acts.by_driver.entry(driver).or_default().push(id.to_owned());
        }
        self.violation(id, now.date()).map(|(_, decided)| Ok(decided))
    }

    /// Takes note of a payment, once per key. `None` for a decision that does not exist.
    pub(crate) fn fine_paid(&self, paid: FinePaid, now: Timestamp) -> Option<Outcome> {
        let id = self.record_of_decision(&paid.decision_no)?;
        // The surcharge ends on the day of payment, however long the news took to arrive.
        let on = paid.paid_at.date();
        let mut journal = self.journal(Department::TrafficPolice);
        let (_, violation) = self.violation(&id, now.date())?;
        let decision = violation.decision.as_ref()?;
        let surcharge_fen = self.surcharge_fen(&violation, on);
        let changed = Refusal::AmountChanged { due_fen: violation.fine_fen, late_fee_fen: surcharge_fen };
        let key = paid.key.clone();
        let outcome = journal.once(&key, format!("{paid:?}"), |journal| {
            if decision.paid_on.is_some() {
                return Err(Refusal::AlreadyPaid);
            }
            if paid.fine_fen != violation.fine_fen || paid.surcharge_fen != surcharge_fen || on < decision.at.date() {
                return Err(changed);
            }
            Ok(Posting {
                kind: PostingKind::Paid,
                key: paid.key,
                subject: paid.decision_no,
                bills: vec![Share { id: id.clone(), amount_fen: paid.fine_fen, late_fee_fen: paid.surcharge_fen }],
                amount_fen: paid.fine_fen,
                late_fee_fen: paid.surcharge_fen,
                paid_at: paid.paid_at,
                booked_at: now,
                reference: journal.next_reference("FK", now.date()),
                trade_no: paid.trade_no,
                against: None,
            })
        });
        if outcome.is_ok() {
            self.acts().paid.entry(id).or_insert(on);
        }
        Some(outcome)
    }

    /// The citizen contests a record, or no longer does: it cannot be accepted meanwhile.
    pub(crate) fn contest(&self, id: &str, contested: bool) {
        let mut acts = self.acts();
        if contested {
            acts.contested.insert(id.to_owned());
        } else {
            acts.contested.remove(id);
        }
    }

    /// A decision is reconsidered during these days; an earlier pause that was still open is replaced.
    pub(crate) fn pause(&self, id: &str, pause: Pause) {
        let mut acts = self.acts();
        let pauses = acts.paused.entry(id.to_owned()).or_default();
        pauses.retain(|earlier| earlier.to.is_some() && earlier.from != pause.from);
        pauses.push(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::lakeside;

    #[test]
    fn a_decision_leads_back_to_its_record() {
        let population = lakeside(1_000);
        let district = population.district("659900").expect("area");
        for number in [0, 1, 42, 1_234_567_890, NUMBERS - 1] {
            let no = district.decision_no(number);
            assert_eq!(district.record_of_decision(&no), Some(format!("659900{number:010}")), "{no}");
        }
        for wrong in ["", "659900", "6599000000000", "429900000000000300", "659900abcdefghij", "659900+000000003"] {
            assert_eq!(district.record_of_decision(wrong), None, "{wrong}");
        }
    }
}

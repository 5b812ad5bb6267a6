//! Why something is not booked, for machines: the rule that stood in the way, with its figures. The code and the sentence
//! are the problem's, like every other.

use capability::booking::{
    Refusal,
    refusal::{Jurisdiction, Which},
    rule::{Fault, Per, What},
};
use kernel::{Date, Money, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// The figures of a refusal. Which are there depends on the code.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"opens_at": "2026-03-02T06:30:00+08:00"}))]
pub struct Why {
    /// `sold_out`: so many are left, fewer than were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    free: Option<u32>,
    /// `taken`, `no_such_unit`
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<u32>,
    /// `over_quota`, `no_more_moves`, `full`
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    /// `over_quota`: `door` for what is sold here, else what one person may have so many of: `place`, `section`, `resource`
    /// or `matter`
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_of: Option<&'static str>,
    /// `over_quota`: within `half-day`, `day` or `month`, or `live`
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_per: Option<&'static str>,
    /// `too_early`, `not_yet`
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
    /// `too_late`, `hold_expired`
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    /// `closed_day`: the next day on which the place works
    #[serde(skip_serializing_if = "Option::is_none")]
    next_on: Option<String>,
    /// `blocked_until`
    #[serde(skip_serializing_if = "Option::is_none")]
    until_on: Option<String>,
    /// `blocked_until`: `no-show` or `cancel`, and how often
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u16>,
    /// `age`
    #[serde(skip_serializing_if = "Option::is_none")]
    age_min: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_max: Option<i16>,
    /// `consent_missing`: of so many
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u16>,
    /// `payment_needed`, `wrong_amount`, `proof_missing`, `too_tall`: what is owed
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_fen: Option<i64>,
    /// `wrong_state`: the state of the booking
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// `proof_missing`
    #[serde(skip_serializing_if = "Option::is_none")]
    concession: Option<String>,
    /// `too_tall`
    #[serde(skip_serializing_if = "Option::is_none")]
    height_cm_max: Option<u16>,
    /// `jurisdiction`: `household` or `designated`
    #[serde(skip_serializing_if = "Option::is_none")]
    registry: Option<&'static str>,
}

impl From<&Refusal> for Why {
    fn from(refusal: &Refusal) -> Self {
        let none = Self::default();
        let at = |at: Timestamp| Some(at.rfc3339());
        let on = |on: Date| Some(on.to_string());
        let fen = |amount: Money| Some(amount.fen());
        match refusal {
            Refusal::SoldOut { free } => Self { free: Some(*free), ..none },
            Refusal::Taken { unit } | Refusal::NoSuchUnit { unit } => Self { unit: Some(*unit), ..none },
            Refusal::OverQuota { which, max } => {
                let (of, per) = quota(*which);
                Self { max: Some(*max), quota_of: Some(of), quota_per: per, ..none }
            }
            Refusal::TooEarly { opens_at } | Refusal::NotYet { from_at: opens_at } => {
                Self { opens_at: at(*opens_at), ..none }
            }
            Refusal::TooLate { closed_at } | Refusal::HoldExpired { expired_at: closed_at } => {
                Self { closed_at: at(*closed_at), ..none }
            }
            Refusal::ClosedDay { next_on } => Self { next_on: on(*next_on), ..none },
            Refusal::BlockedUntil { until_on, fault, count } => {
                Self { until_on: on(*until_on), fault: Some(fault_word(*fault)), count: Some(*count), ..none }
            }
            Refusal::Age { min, max } => Self { age_min: *min, age_max: *max, ..none },
            Refusal::ConsentMissing { missing } => Self { missing: Some(*missing), ..none },
            Refusal::PaymentNeeded { amount } | Refusal::WrongAmount { expected: amount } => {
                Self { amount_fen: fen(*amount), ..none }
            }
            Refusal::NoMoreMoves { max } => Self { max: Some((*max).into()), ..none },
            Refusal::WrongState { state } => Self { state: Some(state.word()), ..none },
            Refusal::Full { max, .. } => Self { max: Some(*max), ..none },
            Refusal::ProofMissing { concession, owed } => {
                Self { concession: Some(concession.clone()), amount_fen: fen(*owed), ..none }
            }
            Refusal::TooTall { height_cm_max, owed } => {
                Self { height_cm_max: Some(*height_cm_max), amount_fen: fen(*owed), ..none }
            }
            Refusal::Jurisdiction { rule } => {
                let registry = match rule {
                    Jurisdiction::Household => "household",
                    Jurisdiction::Designated => "designated",
                };
                Self { registry: Some(registry), ..none }
            }
            Refusal::SameHalfDay
            | Refusal::OneLiveBookingPerMatter
            | Refusal::AlreadyExtended
            | Refusal::NoSuchParty { .. }
            | Refusal::AlreadyUsed
            | Refusal::Stopped
            | Refusal::SamePerson
            | Refusal::NoSuchStop => none,
        }
    }
}

const fn quota(which: Which) -> (&'static str, Option<&'static str>) {
    match which {
        Which::Door(_) => ("door", None),
        Which::Person { of, per } => {
            let of = match of {
                What::Place => "place",
                What::Section => "section",
                What::Resource => "resource",
                What::Matter => "matter",
            };
            let per = match per {
                Per::HalfDay => "half-day",
                Per::Day => "day",
                Per::Month => "month",
                Per::Live => "live",
            };
            (of, Some(per))
        }
    }
}

const fn fault_word(fault: Fault) -> &'static str {
    match fault {
        Fault::NoShow => "no-show",
        Fault::Cancel => "cancel",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn figures_are_told_and_nothing_else() {
        let told = |refusal: &Refusal| serde_json::to_value(Why::from(refusal)).expect("JSON");
        let opens_at = Timestamp::from_civil(date(2026, 3, 2).at(6, 30, 0, 0));
        assert_eq!(
            told(&Refusal::TooEarly { opens_at }),
            serde_json::json!({ "opens_at": "2026-03-02T06:30:00+08:00" })
        );
        assert_eq!(told(&Refusal::SameHalfDay), serde_json::json!({}));
        let which = Which::Person { of: What::Section, per: Per::Day };
        assert_eq!(
            told(&Refusal::OverQuota { which, max: 1 }),
            serde_json::json!({ "max": 1, "quota_of": "section", "quota_per": "day" })
        );
        let until_on = date(2026, 4, 1);
        assert_eq!(
            told(&Refusal::BlockedUntil { until_on, fault: Fault::NoShow, count: 3 }),
            serde_json::json!({ "until_on": "2026-04-01", "fault": "no-show", "count": 3 })
        );
    }
}

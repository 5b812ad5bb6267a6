//! Every refusal there is.

use capability::booking::{Refusal, State};

use super::{
    super::sample::NOW,
    made::{at, day, fen},
};

pub(super) fn refusals() -> Vec<Refusal> {
    use capability::booking::{
        pool::Door,
        refusal::{Jurisdiction, Which},
    };
    use manifest::booking::{Fault, Per, What};
    let quota = |of, per| Refusal::OverQuota { which: Which::Person { of, per }, max: 1 };
    vec![
        Refusal::SoldOut { free: 0 },
        Refusal::SoldOut { free: 2 },
        Refusal::Taken { unit: 3 },
        Refusal::NoSuchUnit { unit: 3 },
        Refusal::OverQuota { which: Which::Door(Door::Online), max: 3 },
        quota(What::Place, Per::Day),
        quota(What::Section, Per::HalfDay),
        quota(What::Resource, Per::Month),
        quota(What::Matter, Per::Live),
        Refusal::SameHalfDay,
        Refusal::OneLiveBookingPerMatter,
        Refusal::TooEarly { opens_at: at(6, 30) },
        Refusal::TooLate { closed_at: at(6, 30) },
        Refusal::ClosedDay { next_on: day(3) },
        Refusal::BlockedUntil { until_on: day(30), fault: Fault::NoShow, count: 3 },
        Refusal::BlockedUntil { until_on: day(30), fault: Fault::Cancel, count: 1 },
        Refusal::Age { min: Some(14), max: None },
        Refusal::Age { min: None, max: Some(60) },
        Refusal::HoldExpired { expired_at: NOW },
        Refusal::AlreadyExtended,
        Refusal::ConsentMissing { missing: 1 },
        Refusal::NoSuchParty { party: 3 },
        Refusal::PaymentNeeded { amount: fen(1) },
        Refusal::WrongAmount { expected: fen(1) },
        Refusal::NotYet { from_at: at(6, 30) },
        Refusal::AlreadyUsed,
        Refusal::Stopped,
        Refusal::NoMoreMoves { max: 2 },
        Refusal::WrongState { state: State::Done },
        Refusal::Full { inside: 1, max: 1 },
        Refusal::ProofMissing { concession: String::new(), owed: fen(1) },
        Refusal::TooTall { height_cm_max: 120, owed: fen(1) },
        Refusal::Jurisdiction { rule: Jurisdiction::Household },
        Refusal::Jurisdiction { rule: Jurisdiction::Designated },
        Refusal::SamePerson,
        Refusal::NoSuchStop,
    ]
}

//! What a role at the desk may do, as a table: verbs by roles, each role for one city and perhaps one department.
//!
//! Three administrations are kept apart, as the rules for important systems ask: the operator runs the machines, the
//! auditor reads what everybody did, and neither touches money or anybody's booking.

use std::collections::BTreeSet;

use kernel::{CityId, DepartmentId, Lang};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $word:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$case_doc])* $case),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$case),+];

            /// As it is stored, and typed on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }

            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }

            /// As people say it.
            #[must_use]
            pub const fn name(self, lang: Lang) -> &'static str {
                match self { $(Self::$case => lang.pick($zh, $en)),+ }
            }
        }
    };
}

words!(
    Role {
        /// Reconciles, settles and closes the day.
        Treasurer = "treasurer", "资金核算", "treasurer";
        /// Asks for refunds.
        RefundClerk = "refund-clerk", "退款经办", "refund clerk";
        /// Approves or declines what a clerk asked for.
        RefundApprover = "refund-approver", "退款审核", "refund approver";
        /// Payment providers, departments and staff accounts.
        Operator = "operator", "系统运行", "operator";
        /// Reads what staff did.
        Auditor = "auditor", "安全审计", "auditor";
        /// Sits at a counter or stands at a gate: finds a booking, lets people in, calls them.
        Counter = "counter", "窗口服务", "counter clerk";
        /// Says how much there is on which day, and calls a sitting off.
        Scheduler = "scheduler", "排班管理", "scheduler";
    }
);

words!(
    /// What is done at the desk. The word stands in the log of deeds.
    Verb {
        SeeBreaks = "see-breaks", "查看差错", "look at breaks";
        ResolveBreak = "resolve-break", "处理差错", "resolve a break";
        SeeRefunds = "see-refunds", "查看退款", "look at refunds";
        AskRefund = "ask-refund", "申请退款", "ask for a refund";
        DecideRefund = "decide-refund", "审核退款", "decide a refund";
        CompleteRefund = "complete-refund", "登记退付", "complete a treasury refund";
        SeeSettlements = "see-settlements", "查看结算", "look at settlements";
        CloseDay = "close-day", "日终", "close a day";
        SeeProviders = "see-providers", "查看支付渠道", "look at payment providers";
        SeeStaff = "see-staff", "查看工作人员账号", "look at staff accounts";
        ChangeStaff = "change-staff", "变更工作人员账号", "change a staff account";
        SeeActs = "see-acts", "查看操作记录", "look at the log of deeds";
        SeeCounter = "see-counter", "查看预约", "look at bookings";
        Attend = "attend", "办理到场", "attend to somebody";
        BookOnSite = "book-on-site", "现场预约", "book at the counter";
        LetIn = "let-in", "检票", "let in at a gate";
        SeeSchedule = "see-schedule", "查看排班", "look at the schedule";
        ChangeSchedule = "change-schedule", "变更排班", "change the schedule";
        StopSitting = "stop-sitting", "停诊停办", "call a sitting off";
        SeePrices = "see-prices", "查看价格", "look at prices";
        AskPrice = "ask-price", "申请调价", "ask for another price";
        DecidePrice = "decide-price", "审核调价", "decide a price";
    }
);

/// Who may do what. A verb that is not here may be done by nobody.
pub const POLICY: &[(Verb, &[Role])] = &[
    (Verb::SeeBreaks, &[Role::Treasurer]),
    (Verb::ResolveBreak, &[Role::Treasurer]),
    (Verb::SeeRefunds, &[Role::Treasurer, Role::RefundClerk, Role::RefundApprover]),
    (Verb::AskRefund, &[Role::RefundClerk]),
    (Verb::DecideRefund, &[Role::RefundApprover]),
    (Verb::CompleteRefund, &[Role::Treasurer]),
    (Verb::SeeSettlements, &[Role::Treasurer]),
    (Verb::CloseDay, &[Role::Treasurer]),
    (Verb::SeeProviders, &[Role::Operator]),
    (Verb::SeeStaff, &[Role::Operator]),
    (Verb::ChangeStaff, &[Role::Operator]),
    (Verb::SeeActs, &[Role::Auditor]),
    (Verb::SeeCounter, &[Role::Counter]),
    (Verb::Attend, &[Role::Counter]),
    (Verb::BookOnSite, &[Role::Counter]),
    (Verb::LetIn, &[Role::Counter]),
    (Verb::SeeSchedule, &[Role::Counter, Role::Scheduler]),
    (Verb::ChangeSchedule, &[Role::Scheduler]),
    (Verb::StopSitting, &[Role::Scheduler]),
    (Verb::SeePrices, &[Role::Counter, Role::Scheduler, Role::Treasurer]),
    (Verb::AskPrice, &[Role::Scheduler]),
    (Verb::DecidePrice, &[Role::Treasurer]),
];

/// Deeds for which the authenticator's code is entered again.
const STEP_UP: &[Verb] = &[
    Verb::DecideRefund,
    Verb::CompleteRefund,
    Verb::CloseDay,
    Verb::ChangeStaff,
    Verb::StopSitting,
    Verb::DecidePrice,
];

/// Deeds that concern a whole city: a role for one department is not enough.
const WHOLE_CITY: &[Verb] = &[Verb::CloseDay, Verb::SeeProviders, Verb::SeeStaff, Verb::ChangeStaff, Verb::SeeActs];

/// Roles that one person cannot hold together.
pub const CLASHES: &[(Role, &[Role])] = &[
    (
        Role::Operator,
        &[Role::Treasurer, Role::RefundClerk, Role::RefundApprover, Role::Auditor, Role::Counter, Role::Scheduler],
    ),
    (Role::Auditor, &[Role::Treasurer, Role::RefundClerk, Role::RefundApprover, Role::Counter, Role::Scheduler]),
];

impl Verb {
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        POLICY.iter().find(|(verb, _)| *verb == self).map_or(&[], |(_, roles)| roles)
    }

    #[must_use]
    pub fn needs_step_up(self) -> bool {
        STEP_UP.contains(&self)
    }
}

/// A role that somebody holds: in a city, for one department or for all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub role: Role,
    pub city: CityId,
    pub department: Option<DepartmentId>,
}

/// Where in a city a verb may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    City,
    Departments(BTreeSet<DepartmentId>),
}

impl Scope {
    #[must_use]
    pub fn covers(&self, department: &DepartmentId) -> bool {
        match self {
            Self::City => true,
            Self::Departments(some) => some.contains(department),
        }
    }

    /// The same for a place where a department's service is given. A hospital's clerk may have the hospital alone: a role
    /// names a place by its id as it names a department.
    #[must_use]
    pub fn covers_place(&self, department: &DepartmentId, place: &str) -> bool {
        match self {
            Self::City => true,
            Self::Departments(some) => some.contains(department) || some.iter().any(|one| one.as_str() == place),
        }
    }
}

/// Where these grants allow a verb in a city; `None` is nowhere.
pub(crate) fn scope(grants: &[Grant], verb: Verb, city: &CityId) -> Option<Scope> {
    let mut departments = BTreeSet::new();
    for grant in grants.iter().filter(|grant| grant.city == *city && verb.roles().contains(&grant.role)) {
        match &grant.department {
            None => return Some(Scope::City),
            Some(department) => departments.insert(department.clone()),
        };
    }
    (!departments.is_empty() && !WHOLE_CITY.contains(&verb)).then_some(Scope::Departments(departments))
}

/// Two roles among the grants that one person cannot hold together.
#[must_use]
pub fn clash(grants: &[Grant]) -> Option<(Role, Role)> {
    let held: BTreeSet<Role> = grants.iter().map(|grant| grant.role).collect();
    CLASHES
        .iter()
        .filter(|(one, _)| held.contains(one))
        .find_map(|(one, others)| others.iter().find(|other| held.contains(other)).map(|other| (*one, *other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(word: &str) -> CityId {
        CityId::parse(word).unwrap()
    }

    fn department(word: &str) -> DepartmentId {
        DepartmentId::parse(word).unwrap()
    }

    fn grant(role: Role, of: Option<&str>) -> Grant {
        Grant { role, city: city("lakeside"), department: of.map(department) }
    }

    /// Every cell of the table, written out: a change here is a change of who may touch money.
    #[test]
    fn the_whole_table() {
        let table = [
            // verb                     treasurer clerk  approver operator auditor counter scheduler
            (Verb::SeeBreaks, [true, false, false, false, false, false, false]),
            (Verb::ResolveBreak, [true, false, false, false, false, false, false]),
            (Verb::SeeRefunds, [true, true, true, false, false, false, false]),
            (Verb::AskRefund, [false, true, false, false, false, false, false]),
            (Verb::DecideRefund, [false, false, true, false, false, false, false]),
            (Verb::CompleteRefund, [true, false, false, false, false, false, false]),
            (Verb::SeeSettlements, [true, false, false, false, false, false, false]),
            (Verb::CloseDay, [true, false, false, false, false, false, false]),
            (Verb::SeeProviders, [false, false, false, true, false, false, false]),
            (Verb::SeeStaff, [false, false, false, true, false, false, false]),
            (Verb::ChangeStaff, [false, false, false, true, false, false, false]),
            (Verb::SeeActs, [false, false, false, false, true, false, false]),
            (Verb::SeeCounter, [false, false, false, false, false, true, false]),
            (Verb::Attend, [false, false, false, false, false, true, false]),
            (Verb::BookOnSite, [false, false, false, false, false, true, false]),
            (Verb::LetIn, [false, false, false, false, false, true, false]),
            (Verb::SeeSchedule, [false, false, false, false, false, true, true]),
            (Verb::ChangeSchedule, [false, false, false, false, false, false, true]),
            (Verb::StopSitting, [false, false, false, false, false, false, true]),
            (Verb::SeePrices, [true, false, false, false, false, true, true]),
            (Verb::AskPrice, [false, false, false, false, false, false, true]),
            (Verb::DecidePrice, [true, false, false, false, false, false, false]),
        ];
        assert_eq!(table.map(|(verb, _)| verb), Verb::ALL);
        for (verb, cells) in table {
            for (role, may) in Role::ALL.iter().zip(cells) {
                let grants = [grant(*role, None)];
                assert_eq!(scope(&grants, verb, &city("lakeside")).is_some(), may, "{verb:?} {role:?}");
                assert_eq!(scope(&grants, verb, &city("seaside")), None, "{verb:?} {role:?} in another city");
            }
        }
    }

    #[test]
    fn a_department_is_a_narrower_place_and_never_enough_for_a_city() {
        let one = [grant(Role::RefundClerk, Some("bicycle-police"))];
        let scope_of = |grants: &[Grant], verb| scope(grants, verb, &city("lakeside"));
        let there = scope_of(&one, Verb::AskRefund).unwrap();
        assert!(there.covers(&department("bicycle-police")) && !there.covers(&department("harbour")));
        let wide = [grant(Role::RefundClerk, Some("harbour")), grant(Role::RefundClerk, None)];
        assert_eq!(scope_of(&wide, Verb::AskRefund), Some(Scope::City));
        let narrow = [grant(Role::Treasurer, Some("harbour"))];
        assert!(scope_of(&narrow, Verb::SeeBreaks).is_some());
        assert_eq!(scope_of(&narrow, Verb::CloseDay), None);
        let both = [grant(Role::Treasurer, Some("harbour")), grant(Role::RefundClerk, Some("bicycle-police"))];
        let seen = scope_of(&both, Verb::SeeBreaks).unwrap();
        assert!(!seen.covers(&department("bicycle-police")), "another role's department does not widen this one's");
        assert!(scope_of(&[], Verb::SeeRefunds).is_none());
    }

    #[test]
    fn a_place_may_have_a_clerk_of_its_own() {
        let scope_of = |of| scope(&[grant(Role::Counter, of)], Verb::Attend, &city("lakeside")).unwrap();
        let (health, other) = (department("health"), department("harbour"));
        assert!(scope_of(None).covers_place(&health, "clinic-one"));
        assert!(scope_of(Some("health")).covers_place(&health, "clinic-one"));
        assert!(scope_of(Some("clinic-one")).covers_place(&health, "clinic-one"));
        assert!(!scope_of(Some("clinic-one")).covers_place(&health, "clinic-two"));
        assert!(!scope_of(Some("clinic-one")).covers(&health), "one place is not the department");
        assert!(!scope_of(Some("health")).covers_place(&other, "pier"));
    }

    #[test]
    fn three_administrations_are_kept_apart() {
        let pair = |a, b| clash(&[grant(a, None), grant(b, Some("harbour"))]);
        let work = [Role::Treasurer, Role::RefundClerk, Role::RefundApprover, Role::Counter, Role::Scheduler];
        for work in work {
            assert_eq!(pair(work, Role::Operator), Some((Role::Operator, work)));
            assert_eq!(pair(Role::Auditor, work), Some((Role::Auditor, work)));
        }
        assert_eq!(pair(Role::Auditor, Role::Operator), Some((Role::Operator, Role::Auditor)));
        assert_eq!(pair(Role::Treasurer, Role::RefundClerk), None);
        assert_eq!(pair(Role::Counter, Role::Scheduler), None);
        assert_eq!(clash(&[grant(Role::Operator, None), grant(Role::Operator, None)]), None);
    }

    #[test]
    fn every_deed_with_money_going_out_steps_up() {
        let asks: Vec<Verb> = Verb::ALL.iter().copied().filter(|verb| verb.needs_step_up()).collect();
        let money = [
            Verb::DecideRefund,
            Verb::CompleteRefund,
            Verb::CloseDay,
            Verb::ChangeStaff,
            Verb::StopSitting,
            Verb::DecidePrice,
        ];
        assert_eq!(asks, money);
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(*role));
        }
        for verb in Verb::ALL {
            assert_eq!(Verb::parse(verb.word()), Some(*verb));
        }
        assert_eq!(Role::parse("mayor"), None);
    }
}

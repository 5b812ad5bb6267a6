//! The desk's day: accounts, tries, sessions, roles and the log of deeds.

use super::*;
use crate::{
    ActsOf, NewStaff, NewStaffAct, NewStaffSession, StaffProof, StaffRefused, StaffRole, StaffTries, Statement,
    value::values,
};

const TRIES: StaffTries = StaffTries { max: 3, lock_s: 900 };

fn role(word: &str, department: Option<&str>) -> StaffRole {
    StaffRole {
        role: word.into(),
        city: CityId::parse("lakeside").expect("slug"),
        department: department.map(|word| DepartmentId::parse(word).expect("slug")),
    }
}

fn new_staff(n: u64, login: &str) -> NewStaff {
    NewStaff {
        id: id(n),
        login: login.into(),
        name: format!("colleague {n}"),
        password: "$phc$".into(),
        totp: sealed("secret"),
        roles: vec![role("treasurer", None), role("refund-clerk", Some("bicycle-police"))],
        at: NOON,
    }
}

fn desk_session(n: u64, at: Timestamp) -> NewStaffSession {
    NewStaffSession { id: id(n), token_hash: hash(n), created_at: at, idle_s: 1800, expires_at: at.plus_s(7200) }
}

pub async fn a_login_belongs_to_one_person_for_ever(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    assert!(platform.new_staff(new_staff(1, "li.na")).await.expect("store"));
    assert!(!platform.new_staff(new_staff(2, "li.na")).await.expect("store"), "taken");
    platform.disable_staff("li.na", NOON.plus_s(1)).await.expect("store").expect("known");
    assert!(!platform.new_staff(new_staff(3, "li.na")).await.expect("store"), "also after its owner left");
    assert!(platform.new_staff(new_staff(4, "an.ran")).await.expect("store"));
    let all = platform.all_staff().await.expect("store");
    let seen: Vec<_> = all.iter().map(|one| (one.login.as_str(), one.id, one.disabled_at, one.roles.len())).collect();
    assert_eq!(seen, [("an.ran", id(4), None, 2), ("li.na", id(1), Some(NOON.plus_s(1)), 2)]);
    assert_eq!(platform.disable_staff("nobody", NOON).await.expect("store"), None);
}

pub async fn tries_at_the_desk_are_counted_before_they_are_answered(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    assert_eq!(platform.staff_try("li.na", NOON, TRIES).await.expect("store"), Err(StaffRefused::Unknown));
    platform.new_staff(new_staff(1, "li.na")).await.expect("store");
    let tries: Vec<_> = (0..32)
        .map(|_| {
            let stores = Arc::clone(&stores);
            tokio::spawn(async move { stores.platform().staff_try("li.na", NOON, TRIES).await.expect("store") })
        })
        .collect();
    let mut answered = 0;
    for one in tries {
        match one.await.expect("task") {
            Ok(proof) => {
                let expected = StaffProof { id: id(1), password: "$phc$".into(), totp: sealed("secret"), totp_step: 0 };
                assert_eq!(proof, expected);
                answered += 1;
            }
            Err(refused) => assert_eq!(refused, StaffRefused::Locked { until: NOON.plus_s(900) }),
        }
    }
    assert_eq!(answered, 3, "thirty-two tries at once are no more than three");
    let later = NOON.plus_s(900);
    assert!(platform.staff_try("li.na", later, TRIES).await.expect("store").is_ok(), "the lock ends");
    assert!(platform.staff_proved(id(1), 5, desk_session(9, later)).await.expect("store"));
    for _ in 0..2 {
        assert!(platform.staff_try("li.na", later, TRIES).await.expect("store").is_ok(), "a success forgets tries");
    }
    platform.disable_staff("li.na", later).await.expect("store");
    assert_eq!(platform.staff_try("li.na", later, TRIES).await.expect("store"), Err(StaffRefused::Unknown));
}

pub async fn a_code_of_the_authenticator_works_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    platform.new_staff(new_staff(1, "li.na")).await.expect("store");
    let tries: Vec<_> = (0..16)
        .map(|n| {
            let stores = Arc::clone(&stores);
            tokio::spawn(async move {
                stores.platform().staff_proved(id(1), 100, desk_session(50 + n, NOON)).await.expect("store")
            })
        })
        .collect();
    let mut started = 0;
    for one in tries {
        started += u32::from(one.await.expect("task"));
    }
    assert_eq!(started, 1, "one code, one session");
    assert!(!platform.staff_proved(id(1), 99, desk_session(80, NOON)).await.expect("store"), "an older one");
    assert!(platform.staff_proved(id(1), 101, desk_session(81, NOON)).await.expect("store"), "the next one");
    assert!(!platform.staff_stepped_up(id(1), id(81), 101, NOON).await.expect("store"), "used for signing in");
    assert!(platform.staff_stepped_up(id(1), id(81), 102, NOON.plus_s(9)).await.expect("store"));
    let session = platform.staff_session(&hash(81), NOON.plus_s(9)).await.expect("store").expect("live");
    assert_eq!(session.stepped_up_at, Some(NOON.plus_s(9)));
    assert!(!platform.staff_stepped_up(id(2), id(81), 103, NOON).await.expect("store"), "somebody else's session");
}

pub async fn a_desk_session_idles_expires_ends_and_dies_with_its_account(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    platform.new_staff(new_staff(1, "li.na")).await.expect("store");
    let live = async |n: u64, at: Timestamp| platform.staff_session(&hash(n), at).await.expect("store").is_some();
    assert!(platform.staff_proved(id(1), 1, desk_session(10, NOON)).await.expect("store"));
    let session = platform.staff_session(&hash(10), NOON).await.expect("store").expect("live");
    assert_eq!((session.id, session.staff, session.login.as_str()), (id(10), id(1), "li.na"));
    assert_eq!(session.roles.len(), 2);
    assert!(!live(11, NOON).await, "another token");
    assert!(!live(10, NOON.plus_s(1800)).await, "idle");
    assert!(platform.touch_staff(id(10), NOON.plus_s(1700)).await.expect("store"));
    assert!(live(10, NOON.plus_s(3000)).await);
    assert!(!platform.touch_staff(id(10), NOON.plus_s(3500)).await.expect("store"), "never revived");
    assert!(platform.end_staff_session(id(10)).await.expect("store"));
    assert!(!live(10, NOON.plus_s(1701)).await);

    for (n, step, login) in [(20, 2, "renewed"), (21, 3, "disabled")] {
        assert!(platform.staff_proved(id(1), step, desk_session(n, NOON)).await.expect("store"));
        assert!(live(n, NOON).await, "{login}");
        match login {
            "renewed" => platform.renew_staff("li.na", "$new$", sealed("new")).await,
            _ => platform.disable_staff("li.na", NOON).await,
        }
        .expect("store")
        .expect("known");
        assert!(!live(n, NOON).await, "{login}");
    }
    assert!(!platform.staff_proved(id(1), 4, desk_session(22, NOON)).await.expect("store"), "disabled");
    platform.renew_staff("li.na", "$new$", sealed("new")).await.expect("store");
    assert!(platform.staff_proved(id(1), 4, desk_session(23, NOON)).await.expect("store"), "renewed is enabled");
    assert_eq!(platform.purge_staff_sessions(NOON.plus_s(7199)).await.expect("store"), 0);
    assert_eq!(platform.purge_staff_sessions(NOON.plus_s(7200)).await.expect("store"), 1);
}

pub async fn roles_are_given_taken_and_still_named(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    platform.new_staff(new_staff(1, "li.na")).await.expect("store");
    assert!(platform.staff_proved(id(1), 1, desk_session(10, NOON)).await.expect("store"));
    let given = [role("refund-clerk", Some("bicycle-police")), role("treasurer", None)];
    let held = async || platform.staff_session(&hash(10), NOON).await.expect("store").expect("live").roles;
    let mut now = held().await;
    now.sort();
    assert_eq!(now, given);
    let other = vec![role("auditor", None)];
    platform.set_staff_roles("li.na", other.clone(), NOON.plus_s(1)).await.expect("store").expect("known");
    assert_eq!(held().await, other, "at once, in the running session");
    let (name, ever) = platform.staff_named(id(1)).await.expect("store").expect("known");
    assert_eq!((name.as_str(), ever.len()), ("colleague 1", 3), "what was held stays nameable");
    platform.set_staff_roles("li.na", given.to_vec(), NOON.plus_s(2)).await.expect("store");
    assert_eq!(held().await.len(), 2, "given again");
    platform.set_staff_roles("li.na", Vec::new(), NOON.plus_s(3)).await.expect("store");
    assert_eq!(held().await, [], "a session without a role is still a session");
    assert_eq!(platform.staff_named(id(2)).await.expect("store"), None);
    assert_eq!(platform.set_staff_roles("nobody", Vec::new(), NOON).await.expect("store"), None);
}

pub async fn deeds_of_staff_are_written_and_never_changed(opener: Arc<dyn Opener>) {
    static FORGE: Statement = Statement::new("FORGE", "UPDATE staff_act SET reason = 'another'");
    static ERASE: Statement = Statement::new("ERASE", "DELETE FROM staff_act");
    static FORGE_END: Statement = Statement::new("FORGE_END", "UPDATE staff_act_end SET outcome = 'done'");
    static ERASE_END: Statement = Statement::new("ERASE_END", "DELETE FROM staff_act_end");

    let stores = open(&opener).await;
    let platform = stores.platform();
    platform.new_staff(new_staff(1, "li.na")).await.expect("store");
    let act = |n: u64, staff: u64, city: bool| NewStaffAct {
        id: id(n),
        at: NOON.plus_s(n as i64),
        staff: id(staff),
        act: "decide-refund",
        city: city.then(|| CityId::parse("lakeside").expect("slug")),
        department: Some(department()),
        object: format!("refund/{n}"),
        reason: "paid twice".into(),
    };
    for (n, staff, city) in [(1, 1, true), (2, 2, true), (3, 1, false), (4, 1, true)] {
        platform.begin_staff_act(&act(n, staff, city)).await.expect("store");
    }
    assert!(platform.end_staff_act(id(1), NOON, "done").await.expect("store"));
    assert!(!platform.end_staff_act(id(1), NOON, "refused").await.expect("store"), "the first outcome stands");
    let seen = async |of: ActsOf, before: Option<(Timestamp, Id)>| {
        let acts = platform.staff_acts(&of, before, 2).await.expect("store");
        acts.into_iter().map(|act| (act.object, act.name, act.outcome)).collect::<Vec<_>>()
    };
    let line = |n: u64, name: &str, outcome: Option<&str>| {
        (format!("refund/{n}"), name.to_owned(), outcome.map(str::to_owned))
    };
    let own = ActsOf::Staff(id(1));
    assert_eq!(seen(own.clone(), None).await, [line(4, "colleague 1", None), line(3, "colleague 1", None)]);
    let before = Some((NOON.plus_s(3), id(3)));
    assert_eq!(seen(own, before).await, [line(1, "colleague 1", Some("done"))]);
    let city = ActsOf::City(CityId::parse("lakeside").expect("slug"));
    assert_eq!(seen(city, None).await, [line(4, "colleague 1", None), line(2, "", None)]);

    for forbidden in [&FORGE, &ERASE, &FORGE_END, &ERASE_END] {
        platform.execute(forbidden, values![]).await.expect_err(forbidden.name);
    }
    let all = platform.staff_acts(&ActsOf::Staff(id(1)), None, 9).await.expect("store");
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|act| act.reason == "paid twice"));
}

pub async fn a_break_is_taken_up_by_one_person_who_resolves_it(opener: Arc<dyn Opener>) {
    use ::ledger::reconcile::{Break, Cause, Kind, Side};

    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let day = NOON.date();
    let ours = Some(kernel::Money::from_fen(100));
    let found = Break { side: Side::Provider, kind: Kind::Short, order: "order-1".into(), ours, theirs: None };
    let reconciled = || crate::Reconciled {
        day,
        side: Side::Provider,
        party: "pay".into(),
        ours: 1,
        theirs: 0,
        breaks: vec![found.clone()],
        at: NOON,
    };
    city.put_reconciled(reconciled()).await.expect("store");
    let id = city.open_breaks(9).await.expect("store")[0].id;
    let claims: Vec<_> = (0..16_u64)
        .map(|n| {
            let city = city.clone();
            tokio::spawn(async move { (n, city.claim_break(id, super::id(n), NOON).await.expect("store")) })
        })
        .collect();
    let mut owners = Vec::new();
    for claim in claims {
        let (n, claimed) = claim.await.expect("task");
        owners.extend(claimed.then_some(n));
    }
    let [owner] = owners.as_slice() else { panic!("taken up by {owners:?}") };
    let (owner, other) = (super::id(*owner), super::id(99));
    city.put_reconciled(reconciled()).await.expect("store");
    let info = city.reconciliation_break(id).await.expect("store").expect("there");
    assert_eq!((info.claimed_by, info.claimed_at), (Some(owner), Some(NOON)), "a new comparison leaves it with them");
    assert!(!city.release_break(id, other).await.expect("store"), "somebody else's");
    assert!(!city.resolve_break(id, other, Cause::Other, "n", NOON).await.expect("store"), "somebody else's");
    assert!(city.release_break(id, owner).await.expect("store"));
    assert!(city.claim_break(id, other, NOON).await.expect("store"), "free again");
    assert!(city.resolve_break(id, other, Cause::PaidTwice, "given back", NOON).await.expect("store"));
    assert!(!city.resolve_break(id, other, Cause::Other, "again", NOON).await.expect("store"), "once");
    assert!(!city.claim_break(id, owner, NOON).await.expect("store"), "nothing to take up");
    let info = city.reconciliation_break(id).await.expect("store").expect("there");
    assert_eq!(
        (info.resolved_by, info.cause, info.note.as_deref()),
        (Some(other), Some(Cause::PaidTwice), Some("given back"))
    );
    assert!(city.open_breaks(9).await.expect("store").is_empty());
}

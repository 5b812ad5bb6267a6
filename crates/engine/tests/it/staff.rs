//! The desk's door: two factors, one answer for every refusal, roles by city and department, deeds on record.

use std::net::{IpAddr, Ipv4Addr};

use engine::{Deed, Grant, NewStaffForm, Role, Staff, StaffSecrets, StaffSignIn, Verb, Who};
use kernel::{CityId, DepartmentId, Error, Id, Kind, Lang, Result, Timestamp, access::Purpose, identifier::Mistake};

use crate::town::{Town, mistakes};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn grant(town: &Town, role: Role) -> Grant {
    Grant { role, city: town.city.clone(), department: None }
}

async fn add(town: &Town, login: &str, roles: &[Role]) -> StaffSecrets {
    let grants = roles.iter().map(|role| grant(town, *role)).collect();
    let form = NewStaffForm { login: login.into(), name: format!("{login} Li"), grants };
    town.platform.add_staff(form).await.expect("added")
}

/// What the authenticator app makes of the address that it scanned.
fn code(secrets: &StaffSecrets, at: Timestamp) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secrets.secret.chars().map(|c| format!("{:05b}", alphabet.find(c).expect("base 32"))).collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|eight| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap())
        .collect();
    assert!(secrets.uri.contains(&format!("secret={}&", secrets.secret)));
    identity::totp::code(&bytes, at)
}

async fn enter(town: &Town, login: &str, password: &str, code: &str) -> Result<Staff> {
    let signed_in = town.platform.staff_sign_in(StaffSignIn { login, password, code }, HERE).await?;
    let again = town.platform.staff(&signed_in.token).await?.expect("a session");
    assert_eq!(again, signed_in.staff);
    Ok(again)
}

async fn signed_in(town: &Town, secrets: &StaffSecrets) -> Staff {
    town.clock.advance_s(31);
    let code = code(secrets, town.platform.now());
    enter(town, &secrets.login, &secrets.password, &code).await.expect("signed in")
}

fn refused(error: &Error) {
    assert_eq!(mistakes(error), [("login", Mistake::StaffProof)]);
}

#[tokio::test]
async fn both_factors_open_the_desk_and_every_refusal_is_the_same() {
    let town = Town::open().await;
    let secrets = add(&town, "li.na", &[Role::Treasurer]).await;
    let now = code(&secrets, town.platform.now());
    for (login, password, code) in [
        ("nobody", secrets.password.as_str(), now.as_str()),
        ("li.na", "not the password", &now),
        ("li.na", &secrets.password, "000000"),
        ("li.na", &"x".repeat(5_000), &now),
    ] {
        refused(&enter(&town, login, password, code).await.expect_err(login));
    }
    let staff = enter(&town, " Li.Na ", &secrets.password, &format!("{} {}", &now[..3], &now[3..])).await.expect("in");
    assert_eq!((staff.login.as_str(), staff.name.as_str()), ("li.na", "li.na Li"));
    assert_eq!(staff.grants, [grant(&town, Role::Treasurer)]);
    refused(&enter(&town, "li.na", &secrets.password, &now).await.expect_err("one code, one session"));
    let empty = enter(&town, "", " ", "").await.expect_err("empty");
    assert_eq!(mistakes(&empty).iter().map(|one| one.0).collect::<Vec<_>>(), ["login", "password", "code"]);
}

#[tokio::test]
async fn an_account_rests_after_five_wrong_tries_and_wakes_by_itself() {
    let town = Town::open().await;
    let secrets = add(&town, "li.na", &[Role::Treasurer]).await;
    for _ in 0..5 {
        refused(&enter(&town, "li.na", "wrong", "000000").await.expect_err("wrong"));
    }
    let now = code(&secrets, town.platform.now());
    refused(&enter(&town, "li.na", &secrets.password, &now).await.expect_err("the right answer comes too late"));
    town.clock.advance_s(900);
    signed_in(&town, &secrets).await;
}

#[tokio::test]
async fn a_session_idles_ends_and_dies_with_its_account() {
    let town = Town::open().await;
    let secrets = add(&town, "li.na", &[Role::Treasurer]).await;
    let enter = async || {
        town.clock.advance_s(31);
        let (now, login) = (code(&secrets, town.platform.now()), secrets.login.as_str());
        let form = StaffSignIn { login, password: &secrets.password, code: &now };
        town.platform.staff_sign_in(form, HERE).await.expect("signed in").token
    };
    let live = async |token: &str| town.platform.staff(token).await.expect("store").is_some();
    let idle = enter().await;
    town.clock.advance_s(1_799);
    assert!(live(&idle).await, "seen in time");
    town.clock.advance_s(1_800);
    assert!(!live(&idle).await);
    let ended = enter().await;
    let staff = town.platform.staff(&ended).await.expect("store").expect("live");
    town.platform.staff_sign_out(&staff).await.expect("out");
    assert!(!live(&ended).await);
    let disabled = enter().await;
    town.platform.disable_staff("li.na").await.expect("disabled");
    assert!(!live(&disabled).await);
    let renewed = town.platform.reset_staff("li.na").await.expect("renewed");
    assert!(renewed.password != secrets.password && renewed.secret != secrets.secret);
    signed_in(&town, &renewed).await;
    assert_eq!(town.platform.reset_staff("nobody").await.err().map(|error| error.kind), Some(Kind::NotFound));
}

async fn nothing() -> Result<()> {
    Ok(())
}

fn deed(town: &Town, verb: Verb) -> Deed<'_> {
    Deed { verb, city: &town.city, department: None, place: "", object: "break/1".into(), reason: " found it " }
}

#[tokio::test]
async fn a_deed_needs_its_role_and_money_a_second_code() {
    let town = Town::open().await;
    let secrets = add(&town, "li.na", &[Role::Treasurer]).await;
    let staff = signed_in(&town, &secrets).await;
    let code_of = |error: Error| (error.code(), error.status());
    let no = town.platform.deed(&staff, deed(&town, Verb::AskRefund), nothing()).await.expect_err("another's role");
    assert_eq!(code_of(no), ("not_your_role", 403));
    let elsewhere = CityId::parse("seaside").expect("slug");
    let deed_there = Deed { city: &elsewhere, ..deed(&town, Verb::ResolveBreak) };
    let no = town.platform.deed(&staff, deed_there, nothing()).await.expect_err("another city");
    assert_eq!(code_of(no), ("not_your_role", 403));
    town.platform.deed(&staff, deed(&town, Verb::ResolveBreak), nothing()).await.expect("no second code for that");
    let no = town.platform.deed(&staff, deed(&town, Verb::CloseDay), nothing()).await.expect_err("no second code yet");
    assert_eq!(code_of(no), ("step_up_needed", 403));

    let wrong = town.platform.step_up(&staff, "000000").await.expect_err("wrong");
    assert_eq!(mistakes(&wrong), [("code", Mistake::AuthenticatorCode)]);
    let used = code(&secrets, town.platform.now());
    assert!(town.platform.step_up(&staff, &used).await.is_err(), "used for signing in");
    town.clock.advance_s(30);
    town.platform.step_up(&staff, &code(&secrets, town.platform.now())).await.expect("the next code");
    let signed = enter_again(&town, &staff, &secrets).await;
    assert!(!town.platform.has_stepped_up(&signed), "another session has not");

    town.clock.advance_s(1);
    let staff = Staff { stepped_up_at: Some(town.platform.now()), ..staff };
    let refusing = async { Err::<(), _>(Kind::Conflict("breaks_open").into()) };
    let no = town.platform.deed(&staff, deed(&town, Verb::CloseDay), refusing).await.expect_err("refused");
    assert_eq!(no.code(), "breaks_open");
    town.clock.advance_s(300);
    assert!(!town.platform.has_stepped_up(&staff), "it counts for five minutes");

    let acts = town.platform.own_acts(&staff, None).await.expect("log").items;
    let seen: Vec<_> = acts.iter().map(|act| (act.act.as_str(), act.outcome.as_deref(), act.reason.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("close-day", Some("breaks_open"), "found it"),
            ("sign-in", Some("done"), ""),
            ("resolve-break", Some("done"), "found it"),
            ("sign-in", Some("done"), ""),
        ]
    );
}

async fn enter_again(town: &Town, staff: &Staff, secrets: &StaffSecrets) -> Staff {
    let again = signed_in(town, secrets).await;
    assert_ne!(again.session, staff.session);
    again
}

#[tokio::test]
async fn five_wrong_second_codes_rest_the_account() {
    let town = Town::open().await;
    let secrets = add(&town, "li.na", &[Role::Treasurer]).await;
    let staff = signed_in(&town, &secrets).await;
    for _ in 0..5 {
        assert!(town.platform.step_up(&staff, "000000").await.is_err());
    }
    town.clock.advance_s(30);
    let right = code(&secrets, town.platform.now());
    let error = town.platform.step_up(&staff, &right).await.expect_err("resting");
    assert!(matches!(error.kind, Kind::TooMany { .. }), "{error}");
}

#[tokio::test]
async fn accounts_are_made_with_sense() {
    let town = Town::open().await;
    let made = async |login: &str, name: &str, grants: Vec<Grant>| {
        let form = NewStaffForm { login: login.into(), name: name.into(), grants };
        town.platform.add_staff(form).await.map(drop).map_err(|error| error.code())
    };
    let one = || vec![grant(&town, Role::Treasurer)];
    assert_eq!(made("li.na", "Li", one()).await, Ok(()));
    assert_eq!(made("Li.Na ", "Li", one()).await, Err("login_taken"));
    for login in ["", "l", "1li", "li na", "李娜", "li/na", &"l".repeat(33)] {
        assert_eq!(made(login, "Li", one()).await, Err("bad_login"), "{login}");
    }
    assert_eq!(made("an", " ", one()).await, Err("invalid"));
    assert_eq!(made("an", "An", Vec::new()).await, Err("no_role"));
    let both = vec![grant(&town, Role::Auditor), grant(&town, Role::Treasurer)];
    assert_eq!(made("an", "An", both.clone()).await, Err("roles_clash"));
    let there = Grant { city: CityId::parse("seaside").expect("slug"), ..grant(&town, Role::Treasurer) };
    assert_eq!(made("an", "An", vec![there]).await, Err("unknown_city"));
    let department = DepartmentId::parse("harbour").ok_or("slug").expect("slug");
    let there = Grant { department: Some(department), ..grant(&town, Role::Treasurer) };
    assert_eq!(made("an", "An", vec![there]).await, Err("unknown_department"));
    assert_eq!(town.platform.set_staff_roles("li.na", both).await.map_err(|error| error.code()), Err("roles_clash"));
    let all = town.platform.all_staff().await.expect("list");
    assert_eq!(all.iter().map(|one| one.login.as_str()).collect::<Vec<_>>(), ["li.na"]);
}

#[tokio::test]
async fn an_operator_disables_colleagues_of_their_own_city_and_never_themselves() {
    let town = Town::open().await;
    let secrets = add(&town, "op", &[Role::Operator]).await;
    let other = add(&town, "li.na", &[Role::Treasurer]).await;
    let colleague = signed_in(&town, &other).await;
    let operator = signed_in(&town, &secrets).await;
    let disable = async |by: &Staff, id: Id, reason: &str| {
        town.platform.disable_colleague(by, &town.city, id, reason).await.map_err(|error| error.code())
    };
    assert_eq!(disable(&operator, colleague.id, "left").await, Err("step_up_needed"));
    let operator = Staff { stepped_up_at: Some(town.platform.now()), ..operator };
    assert_eq!(disable(&colleague, operator.id, "left").await, Err("not_your_role"));
    assert_eq!(disable(&operator, operator.id, "left").await, Err("oneself"));
    assert_eq!(disable(&operator, Id([9; 16]), "left").await, Err("not_found"));
    assert_eq!(disable(&operator, colleague.id, " ").await, Err("invalid"));
    assert_eq!(disable(&operator, colleague.id, "left").await, Ok(()));
    let list = town.platform.staff_of_city(&operator, &town.city).await.expect("list");
    let seen: Vec<_> = list.iter().map(|one| (one.login.as_str(), one.disabled_at.is_some())).collect();
    assert_eq!(seen, [("li.na", true), ("op", false)]);

    let auditor = signed_in(&town, &add(&town, "eye", &[Role::Auditor]).await).await;
    let acts = town.platform.city_acts(&auditor, &town.city, None).await.expect("log").items;
    assert_eq!(
        (acts[0].act.as_str(), acts[0].name.as_str(), acts[0].reason.as_str()),
        ("change-staff", "op Li", "left")
    );
    assert!(town.platform.city_acts(&operator, &town.city, None).await.is_err(), "the log is the auditor's");
}

#[tokio::test]
async fn a_citizen_sees_department_and_role_and_no_name() {
    let town = Town::open().await;
    let (me, _) = town.owner().await;
    let desk = DepartmentId::parse("desk").expect("slug");
    let for_desk = Grant { department: Some(desk), ..grant(&town, Role::RefundApprover) };
    let form = NewStaffForm { login: "an".into(), name: "An Ran".into(), grants: vec![for_desk] };
    let approver = signed_in(&town, &town.platform.add_staff(form).await.expect("added")).await;
    let treasurer = signed_in(&town, &add(&town, "li.na", &[Role::Treasurer]).await).await;
    let cell = town.stores.city(&town.city).await.expect("the city");
    let look = async |staff: &Staff| {
        town.clock.advance_s(1);
        let access = town.platform.staff_access(staff, me.account, Purpose::Record, Some(&town.fines));
        cell.record_access(vec![access]).await.expect("on record");
    };
    look(&approver).await;
    town.platform.set_staff_roles("an", vec![grant(&town, Role::Auditor)]).await.expect("moved on");
    look(&treasurer).await;
    let stranger = Staff { id: Id([3; 16]), ..treasurer };
    look(&stranger).await;
    let log = town.platform.access_log(&me, None, None).await.expect("log").items;
    let said: Vec<(String, &str)> = log
        .iter()
        .filter_map(|entry| match &entry.who {
            Who::Staff(title) => Some((title.say(Lang::En), entry.door.as_str())),
            _ => None,
        })
        .collect();
    let expected = ["staff", "Lakeside · treasurer", "Lakeside desk · refund approver"];
    assert_eq!(said, expected.map(|title| (title.to_owned(), "desk")));
    let Who::Staff(title) = &log[2].who else { panic!("staff") };
    assert_eq!(title.say(Lang::ZhCn), "湖滨窗口 · 退款审核");
}

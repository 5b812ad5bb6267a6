//! The behaviours, roughly in the order of a citizen's day.

use super::*;
use crate::{
    AskConsent, BindRefused, CellKind, CodeRefused, ConsentKey, ConsentState, Error, KeepAnswer, Preferences,
    RealNameRefused, SetRealName, TooSoon, statements, value::values,
};

pub async fn every_statement_is_prepared(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let mut names = std::collections::HashSet::new();
    for (kind, statement) in statements() {
        assert!(names.insert((kind, statement.name)), "{} is named twice", statement.name);
        let cell = match kind {
            CellKind::Platform => stores.platform().engine(),
            CellKind::City => city.engine(),
        };
        cell.prepare(statement).await.expect(statement.name);
    }
}

pub async fn one_live_code_per_phone_and_not_too_often(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    assert_eq!(platform.send_code(send(PHONE, 1, NOON)).await.expect("store"), Ok(()));
    let soon = platform.send_code(send(PHONE, 2, NOON.plus_s(20))).await.expect("store");
    assert_eq!(soon, Err(TooSoon { retry_after_s: 40 }));
    assert_eq!(platform.outbox_depth().await.expect("store"), 1, "a refusal posts nothing");
    for n in 2..=3_u64 {
        let at = NOON.plus_s(60 * n as i64);
        assert_eq!(platform.send_code(send(PHONE, n, at)).await.expect("store"), Ok(()), "{n}");
    }
    let fourth = platform.send_code(send(PHONE, 4, NOON.plus_s(3600))).await.expect("store");
    assert_eq!(fourth, Err(TooSoon { retry_after_s: 23 * 3600 }));
    assert_eq!(platform.send_code(send(PHONE, 5, NOON.plus_s(24 * 3600))).await.expect("store"), Ok(()));
    let older = platform.sign_in(sign_in(PHONE, 3, NOON.plus_s(24 * 3600 + 1), 9)).await.expect("store");
    assert_eq!(older, Err(CodeRefused::Wrong { tries_left: 2 }), "the newest code replaced the others");
    assert_eq!(platform.send_code(send(Index([2; 32]), 6, NOON)).await.expect("store"), Ok(()), "another phone");
}

pub async fn a_code_is_tried_counted_and_used_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let at = NOON.plus_s(1);
    assert_eq!(platform.sign_in(sign_in(PHONE, 1, at, 9)).await.expect("store"), Err(CodeRefused::Expired), "none");
    platform.send_code(send(PHONE, 1, NOON)).await.expect("store").expect("sent");
    let late = platform.sign_in(sign_in(PHONE, 1, NOON.plus_s(300), 9)).await.expect("store");
    assert_eq!(late, Err(CodeRefused::Expired));
    let wrong = platform.sign_in(sign_in(PHONE, 2, at, 9)).await.expect("store");
    assert_eq!(wrong, Err(CodeRefused::Wrong { tries_left: 2 }));
    let right = platform.sign_in(sign_in(PHONE, 1, at, 9)).await.expect("store").expect("the right code");
    assert_eq!((right.account, right.created), (id(9), true));
    assert_eq!(platform.sign_in(sign_in(PHONE, 1, at, 10)).await.expect("store"), Err(CodeRefused::Expired), "used");

    let at = NOON.plus_s(61);
    platform.send_code(send(PHONE, 3, at)).await.expect("store").expect("sent");
    for tries_left in [2, 1, 0] {
        let wrong = platform.sign_in(sign_in(PHONE, 2, at, 9)).await.expect("store");
        assert_eq!(wrong, Err(CodeRefused::Wrong { tries_left }));
    }
    let right = platform.sign_in(sign_in(PHONE, 3, at, 10)).await.expect("store");
    assert_eq!(right, Err(CodeRefused::Expired), "tried too often");

    let at = NOON.plus_s(122);
    platform.send_code(send(PHONE, 4, at)).await.expect("store").expect("sent");
    let again = platform.sign_in(sign_in(PHONE, 4, at, 11)).await.expect("store").expect("signed in");
    assert_eq!((again.account, again.created), (id(9), false), "the account is found again");
    assert_eq!(platform.account_by_phone(&PHONE).await.expect("store"), Some(id(9)));
}

pub async fn sixty_four_tasks_and_one_code(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    stores.platform().send_code(send(PHONE, 1, NOON)).await.expect("store").expect("sent");
    let tasks: Vec<_> = (100..164)
        .map(|n| {
            let stores = Arc::clone(&stores);
            tokio::spawn(async move { stores.platform().sign_in(sign_in(PHONE, 1, NOON, n)).await.expect("store") })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        winners += u32::from(task.await.expect("task").is_ok());
    }
    assert_eq!(winners, 1);
}

pub async fn a_session_expires_idles_rotates_and_ends(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let account = account(&stores, 1).await;
    let live = async |n: u64, s: i64| platform.session(&hash(n), NOON.plus_s(s)).await.expect("store").is_some();
    assert!(live(1, 1799).await);
    assert!(!live(1, 1800).await, "idle for too long");
    assert!(!live(2, 0).await, "no such token");
    assert!(platform.touch(id(1), NOON.plus_s(1700)).await.expect("store"));
    assert!(!platform.touch(id(1), NOON.plus_s(60)).await.expect("store"), "a clock that jumps back");
    assert!(live(1, 1800).await);
    assert!(!platform.touch(id(1), NOON.plus_s(1700 + 1800)).await.expect("store"), "never revived");
    for s in [3000, 4500, 6000, 7199] {
        assert!(platform.touch(id(1), NOON.plus_s(s)).await.expect("store"), "{s}");
    }
    assert!(!live(1, 7200).await, "its whole time is over");

    assert!(platform.rotate(id(1), hash(50)).await.expect("store"));
    assert!(!live(1, 7199).await && live(50, 7199).await, "only the new token works");

    for n in [2, 3, 4] {
        platform.start_session(account, new_session(n, NOON), None).await.expect("store").expect("no key");
    }
    let listed = platform.sessions(account, NOON).await.expect("store");
    assert_eq!(listed.len(), 4);
    assert_eq!(listed.first().map(|info| (info.id, info.last_seen_at)), Some((id(1), NOON.plus_s(7199))));
    assert!(!platform.end_session(id(77), id(2)).await.expect("store"), "somebody else's");
    assert!(platform.end_session(account, id(2)).await.expect("store"));
    assert!(!live(2, 0).await);
    assert_eq!(platform.end_all_sessions(account, Some(id(3))).await.expect("store"), 2);
    assert!(live(3, 0).await && !live(4, 0).await);
    assert_eq!(platform.end_all_sessions(account, None).await.expect("store"), 1);
    assert!(!live(3, 0).await);
    let nobody = platform.start_session(id(77), new_session(5, NOON), None).await;
    assert_eq!(nobody, Err(Error::Missing("account")));
}

fn real_name(account: AccountId, person: u64) -> SetRealName {
    SetRealName {
        account,
        person: Index(hash(person)),
        name: sealed("name"),
        resident_id: sealed("number"),
        born_on: Some(sealed("day")),
        at: NOON,
        once: None,
    }
}

pub async fn preferences_and_verification_travel_with_the_session(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let account = account(&stores, 1).await;
    let session = platform.session(&hash(1), NOON).await.expect("store").expect("live");
    assert!(!session.verified && session.preferences == Preferences::default());
    assert_eq!((session.account, session.created_at, session.last_seen_at), (account, NOON, NOON));
    let large = Preferences { lang: Some("en".into()), size: Some("elder".into()), theme: None };
    assert!(platform.set_preferences(account, large.clone()).await.expect("store"));
    assert!(!platform.set_preferences(id(77), large.clone()).await.expect("store"));
    platform.set_real_name(real_name(account, 1)).await.expect("store").expect("verified");
    let session = platform.session(&hash(1), NOON).await.expect("store").expect("live");
    assert!(session.verified);
    assert_eq!(session.preferences, large);
}

pub async fn one_person_has_one_account(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let (first, second) = (account(&stores, 1).await, account(&stores, 2).await);
    assert_eq!(platform.set_real_name(real_name(first, 1)).await.expect("store"), Ok(()));
    let again = platform.set_real_name(real_name(first, 1)).await.expect("store");
    assert_eq!(again, Err(RealNameRefused::AlreadyVerified));
    let other = platform.set_real_name(real_name(second, 1)).await.expect("store");
    assert_eq!(other, Err(RealNameRefused::PersonHasAccount));
    assert_eq!(platform.account_by_person(&Index(hash(1))).await.expect("store"), Some(first));
    assert_eq!(platform.set_real_name(real_name(id(77), 3)).await, Err(Error::Missing("account")));
}

pub async fn a_repeat_with_the_same_key_has_one_effect(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let me = id(1);
    let first = BindCard { once: Some(once(me, "k", 1)), ..bind(10, me, 1) };
    assert_eq!(city.bind_card(first.clone()).await.expect("store"), Ok(id(10)));
    let repeat = BindCard { id: id(11), ..first.clone() };
    assert_eq!(city.bind_card(repeat).await.expect("store"), Ok(id(10)), "the same outcome, not `AlreadyBound`");
    let changed = BindCard { once: Some(once(me, "k", 2)), ..bind(12, me, 2) };
    assert_eq!(city.bind_card(changed).await.expect("store"), Err(BindRefused::KeyReused));
    assert_eq!(city.cards(me).await.expect("store").len(), 1);
    let other = BindCard { once: Some(once(id(2), "k", 2)), ..bind(13, id(2), 2) };
    assert_eq!(city.bind_card(other).await.expect("store"), Ok(id(13)), "keys belong to their actor");

    let refused = BindCard { once: Some(once(me, "r", 3)), ..bind(14, me, 1) };
    assert_eq!(city.bind_card(refused.clone()).await.expect("store"), Err(BindRefused::AlreadyBound));
    for _ in 0..2 {
        let gone = city.unbind_card(me, id(10), NOON, Some(once(me, "u", 4))).await.expect("store");
        assert_eq!(gone, Ok(true), "the repeat says what the first said");
    }
    assert_eq!(city.bind_card(refused).await.expect("store"), Err(BindRefused::AlreadyBound), "refusals repeat too");

    city.purge_once(NOON.plus_ms(crate::KEPT_MS + 1)).await.expect("store");
    assert_eq!(city.bind_card(first).await.expect("store"), Ok(id(10)), "forgotten, so it is a new request");
}

pub async fn sixty_four_tasks_bind_one_card(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let tasks: Vec<_> = (100..164)
        .map(|n| {
            let city = city.clone();
            tokio::spawn(async move { city.bind_card(bind(n, id(1), 1)).await.expect("store") })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        match task.await.expect("task") {
            Ok(card) => winners.push(card),
            Err(refused) => assert_eq!(refused, BindRefused::AlreadyBound),
        }
    }
    let cards = city.cards(id(1)).await.expect("store");
    assert_eq!(cards.iter().map(|card| card.id).collect::<Vec<_>>(), winners);
    assert_eq!(winners.len(), 1);
}

pub async fn cards_are_their_holders_and_limited(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let me = id(1);
    for n in 1..=3 {
        assert_eq!(city.bind_card(bind(n, me, n)).await.expect("store"), Ok(id(n)));
    }
    assert_eq!(city.bind_card(bind(4, me, 4)).await.expect("store"), Err(BindRefused::TooMany { max: 3 }));
    let licence = BindCard { kind: "licence".into(), ..bind(5, me, 1) };
    assert_eq!(city.bind_card(licence).await.expect("store"), Ok(id(5)), "each kind has its own limit");
    assert!(city.open_card(access(id(2), NOON), id(2), id(1)).await.expect("store").is_none(), "not theirs");
    assert_eq!(city.unbind_card(id(2), id(1), NOON, None).await.expect("store"), Ok(false), "not theirs");
    assert!(city.open_card(access(me, NOON), me, id(1)).await.expect("store").is_some());
    assert_eq!(city.unbind_card(me, id(1), NOON, None).await.expect("store"), Ok(true));
    assert_eq!(city.bind_card(bind(6, me, 4)).await.expect("store"), Ok(id(6)));
    let elsewhere = stores.city(&CityId::parse("hillside").expect("slug")).await.expect("opens");
    assert_eq!(elsewhere.cards(me).await.expect("store"), [], "another city knows nothing of it");
}

fn answer(key: u64, rows: &str, fetched_at: Timestamp) -> KeepAnswer {
    KeepAnswer {
        service: service(),
        key: Index(hash(key)),
        rows: sealed(rows),
        department: department(),
        evidence_sha256: hash(9),
        fetched_at,
    }
}

async fn kept(city: &City, key: u64) -> Option<Sealed> {
    let (answer, _) = city.open_answer(access(id(1), NOON), service(), Index(hash(key))).await.expect("store");
    answer.map(|answer| answer.rows)
}

pub async fn unbinding_forgets_answers_that_nobody_else_holds(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let consent = id(50);
    city.bind_card(bind(1, id(1), 1)).await.expect("store").expect("bound");
    let shared =
        BindCard { subject: Some(id(1)), consent: Some(consent), relation: Relation::Consent, ..bind(2, id(2), 1) };
    city.bind_card(shared).await.expect("store").expect("bound");
    city.keep_answer(answer(1, "rows", NOON)).await.expect("store");
    city.unbind_card(id(1), id(1), NOON, None).await.expect("store").expect("unbound");
    assert!(kept(&city, 1).await.is_some(), "somebody else holds it");
    assert_eq!(city.unbind_by_consent(consent).await.expect("store"), 1);
    assert!(kept(&city, 1).await.is_none());
    assert_eq!(city.unbind_by_consent(consent).await.expect("store"), 0);
}

pub async fn a_newer_answer_is_never_overwritten(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    assert!(city.keep_answer(answer(1, "old", NOON)).await.expect("store"));
    assert!(city.keep_answer(answer(1, "new", NOON.plus_s(10))).await.expect("store"));
    assert!(!city.keep_answer(answer(1, "late", NOON.plus_s(5))).await.expect("store"));
    assert_eq!(kept(&city, 1).await, Some(sealed("new")));
    city.keep_answer(answer(3, "third", NOON)).await.expect("store");
    let keys = [3, 2, 1].map(|key| (service(), Index(hash(key)))).to_vec();
    let (answers, _) = city.open_answers(vec![access(id(1), NOON)], keys.clone()).await.expect("store");
    let rows: Vec<_> = answers.into_iter().map(|answer| answer.map(|answer| answer.rows)).collect();
    assert_eq!(rows, [Some(sealed("third")), None, Some(sealed("new"))], "in the order asked for");
    assert_eq!(city.open_answers(vec![], keys).await.err(), Some(Error::NoAccess), "not without an entry");
    assert!(city.forget_answer(service(), Index(hash(1))).await.expect("store"));
    assert!(kept(&city, 1).await.is_none() && kept(&city, 3).await.is_some(), "that one and no other");
    assert!(!city.forget_answer(service(), Index(hash(1))).await.expect("store"));
}

pub async fn data_comes_with_its_entry(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let (platform, city) = (stores.platform(), lakeside(&stores).await);
    let me = account(&stores, 1).await;
    let (profile, receipt) = platform.open_profile(access(me, NOON)).await.expect("store").expect("profile");
    assert_eq!((profile.phone, profile.name, receipt.at()), (sealed("phone"), None, NOON));
    assert_eq!(platform.access_log(me, None, 10).await.expect("store").len(), 1);
    assert!(platform.open_profile(access(id(77), NOON)).await.expect("store").is_none());
    assert_eq!(platform.access_log(id(77), None, 10).await.expect("store"), [], "nothing was read");

    let other = id(2);
    city.bind_card(bind(1, me, 1)).await.expect("store").expect("bound");
    let theirs =
        BindCard { subject: Some(other), consent: Some(id(50)), relation: Relation::Consent, ..bind(2, me, 2) };
    city.bind_card(theirs).await.expect("store").expect("bound");
    let (cards, _) = city.open_cards(access(me, NOON), me).await.expect("store");
    assert_eq!(cards.len(), 2);
    for subject in [me, other] {
        let log = city.access_log(subject, None, 10).await.expect("store");
        assert_eq!(log.len(), 1, "everybody whose thing was shown sees it");
        assert_eq!((&log[0].actor, log[0].purpose, log[0].door.as_str()), (&Actor::Citizen(me), Purpose::Cards, "web"));
    }
    let by_service = Access { service: Some(service()), actor: Actor::Platform, ..access(other, NOON.plus_s(1)) };
    let receipts = city.record_access(vec![by_service, access(other, NOON.plus_s(2))]).await.expect("store");
    assert_eq!(receipts.len(), 2);
    let log = city.access_log(other, None, 10).await.expect("store");
    assert_eq!(log[1].service, Some(service()));
    assert_eq!(log[1].actor, Actor::Platform);
}

pub async fn the_access_log_is_paged_newest_first(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let accesses = (0..25).map(|n| access(id(1), NOON.plus_s(n / 3))).collect();
    city.record_access(accesses).await.expect("store");
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = city.access_log(id(1), before, 4).await.expect("store");
        let Some(last) = page.last() else { break };
        before = Some((last.at, last.id));
        seen.extend(page.into_iter().map(|entry| (entry.at, entry.id)));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
}

pub async fn consent_runs_its_course(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let (owner, reader) = (id(1), id(2));
    let ask = |n: u64| AskConsent {
        id: id(n),
        from: owner,
        to: reader,
        kind: "vehicle".into(),
        label: sealed("label"),
        at: NOON.plus_s(n as i64),
        expires_at: NOON.plus_s(1000),
        once: Some(once(reader, &format!("ask {n}"), n)),
    };
    let between = ConsentKey::Between { from: owner, to: reader, kind: "vehicle".into() };
    let in_force = async |key: &ConsentKey, s| platform.consent_in_force(key, NOON.plus_s(s)).await.expect("store");
    let states = async |s| -> Vec<ConsentState> {
        let listed = platform.consents(owner, NOON.plus_s(s)).await.expect("store");
        assert_eq!(listed, platform.consents(reader, NOON.plus_s(s)).await.expect("store"), "both sides see it");
        listed.into_iter().map(|consent| consent.state).collect()
    };

    assert_eq!(platform.ask_consent(ask(10)).await.expect("store"), Ok(id(10)));
    let repeat = AskConsent { id: id(11), ..ask(10) };
    assert_eq!(platform.ask_consent(repeat).await.expect("store"), Ok(id(10)));
    assert_eq!(states(20).await, [ConsentState::Asked]);
    assert!(in_force(&between, 20).await.is_none(), "asked is not granted");
    assert!(!platform.decide_consent(reader, id(10), true, NOON.plus_s(20)).await.expect("store"), "not theirs");
    assert!(platform.decide_consent(owner, id(10), true, NOON.plus_s(20)).await.expect("store"));
    assert!(!platform.decide_consent(owner, id(10), false, NOON.plus_s(21)).await.expect("store"), "decided once");
    assert_eq!(in_force(&between, 21).await.map(|consent| consent.id), Some(id(10)));
    assert!(in_force(&ConsentKey::Id(id(10)), 999).await.is_some());
    assert!(in_force(&ConsentKey::Id(id(10)), 1000).await.is_none(), "over");
    assert_eq!(states(1000).await, [ConsentState::Expired]);
    assert!(!platform.revoke_consent(id(77), id(10), NOON.plus_s(30)).await.expect("store"), "a stranger");
    assert!(platform.revoke_consent(reader, id(10), NOON.plus_s(30)).await.expect("store"), "either side");
    assert!(in_force(&between, 31).await.is_none());

    platform.ask_consent(ask(12)).await.expect("store").expect("asked");
    assert!(platform.decide_consent(owner, id(12), false, NOON.plus_s(40)).await.expect("store"));
    platform.ask_consent(ask(13)).await.expect("store").expect("asked");
    assert!(!platform.decide_consent(owner, id(13), true, NOON.plus_s(1000)).await.expect("store"), "too late");
    assert_eq!(states(50).await, [ConsentState::Asked, ConsentState::Refused, ConsentState::Revoked]);
}

pub async fn the_outbox_leases_postpones_and_delivers(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let plain = Message { payload: Payload::Plain(b"open".to_vec()), ..message(3, NOON.plus_s(100)) };
    city.post(vec![message(1, NOON), message(2, NOON), plain.clone(), message(1, NOON)]).await.expect("store");
    assert_eq!(city.outbox_depth().await.expect("store"), 3, "the same key is posted once");
    let claimed = city.claim(NOON, 30, 10).await.expect("store");
    assert_eq!(claimed.len(), 2, "the third is not due");
    assert!(claimed.iter().all(|row| row.attempts == 1 && row.payload == Payload::Sealed(sealed("text"))));
    assert!(city.claim(NOON.plus_s(29), 30, 10).await.expect("store").is_empty(), "leased");
    assert!(city.deliver(claimed[0].key).await.expect("store"));
    assert!(!city.deliver(claimed[0].key).await.expect("store"), "once");
    let again = city.claim(NOON.plus_s(30), 30, 10).await.expect("store");
    assert_eq!(again.iter().map(|row| (row.key, row.attempts)).collect::<Vec<_>>(), [(claimed[1].key, 2)]);
    assert!(city.postpone(again[0].key, NOON.plus_s(500), "503").await.expect("store"));
    let third = city.claim(NOON.plus_s(100), 30, 10).await.expect("store");
    assert_eq!(third.iter().map(|row| row.payload.clone()).collect::<Vec<_>>(), [plain.payload]);
    assert_eq!(city.claim(NOON.plus_s(500), 30, 1).await.expect("store").len(), 1, "at most the limit");

    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let city = city.clone();
            tokio::spawn(async move { city.claim(NOON.plus_s(9000), 30, 1).await.expect("store") })
        })
        .collect();
    let mut keys = Vec::new();
    for task in tasks {
        keys.extend(task.await.expect("task").into_iter().map(|row| row.key));
    }
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 2, "each of the two is claimed by one");
}

pub async fn a_deleted_account_leaves_only_the_access_log(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let (platform, city) = (stores.platform(), lakeside(&stores).await);
    let me = account(&stores, 1).await;
    platform.set_real_name(real_name(me, 1)).await.expect("store").expect("verified");
    platform.open_profile(access(me, NOON)).await.expect("store").expect("profile");
    city.bind_card(bind(1, me, 1)).await.expect("store").expect("bound");
    let about_me = BindCard { subject: Some(me), relation: Relation::Consent, ..bind(2, id(2), 1) };
    city.bind_card(about_me).await.expect("store").expect("bound");
    city.keep_answer(answer(1, "rows", NOON)).await.expect("store");
    assert!(platform.delete_account(me).await.expect("store"));
    assert!(!platform.delete_account(me).await.expect("store"));
    city.forget(me).await.expect("store");
    assert!(platform.session(&hash(1), NOON).await.expect("store").is_none());
    assert_eq!(platform.account_by_phone(&Index(hash(1))).await.expect("store"), None);
    assert_eq!(platform.account_by_person(&Index(hash(1))).await.expect("store"), None);
    assert!(platform.open_profile(access(me, NOON)).await.expect("store").is_none());
    assert_eq!(platform.access_log(me, None, 10).await.expect("store").len(), 1);
    assert_eq!(city.cards(me).await.expect("store"), []);
    assert_eq!(city.cards(id(2)).await.expect("store"), [], "others lose sight of the person's things");
    assert!(kept(&city, 1).await.is_none());
}

pub async fn whatever_was_acknowledged_is_found_again(opener: Arc<dyn Opener>) {
    let mut acknowledged = Vec::new();
    for round in 0..3_u64 {
        let stores = open(&opener).await;
        let city = lakeside(&stores).await;
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let city = city.clone();
                let n = 1000 + round * 1000 + n;
                tokio::spawn(async move { city.bind_card(bind(n, id(n), n)).await.map(|bound| bound.expect("bound")) })
            })
            .collect();
        for (n, task) in (0..).zip(tasks) {
            // Half of the callers are killed while they wait; what they asked for may or may not stand.
            if n % 2 == 0 {
                task.abort();
            } else if let Ok(Ok(card)) = task.await {
                acknowledged.push((1000 + round * 1000 + n, card));
            }
        }
        drop(city);
        drop(stores);
        let stores = open(&opener).await;
        let city = lakeside(&stores).await;
        for (n, card) in &acknowledged {
            let cards = city.cards(id(*n)).await.expect("store");
            assert_eq!(cards.iter().map(|card| card.id).collect::<Vec<_>>(), [*card]);
        }
    }
    assert_eq!(acknowledged.len(), 300);
}

pub async fn a_failed_job_undoes_itself_and_no_other(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let tasks: Vec<_> = (0..60_u64)
        .map(|n| {
            let city = city.clone();
            tokio::spawn(async move {
                city.write(n, |&n, tx| {
                    Box::pin(async move {
                        crate::outbox::post(tx, &message(n, NOON)).await?;
                        match n % 4 {
                            1 => Err(Error::Missing("thing")),
                            2 => panic!("a mistake in a job, on purpose"),
                            3 => {
                                tx.execute(crate::once::ALL[1], values![id(n), "k", &hash(1), None::<&str>, NOON]).await
                            }
                            _ => Ok(0),
                        }
                    })
                })
                .await
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        let outcome = task.await.expect("task");
        assert_eq!(outcome.is_ok(), n % 4 == 0, "{n}: {outcome:?}");
    }
    assert_eq!(city.outbox_depth().await.expect("store"), 15);
}

pub async fn a_closed_store_refuses_to_write(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    city.post(vec![message(1, NOON)]).await.expect("store");
    stores.close().await.expect("closes");
    assert_eq!(city.post(vec![message(2, NOON)]).await, Err(Error::Closed));
    assert_eq!(stores.platform().post(vec![message(2, NOON)]).await, Err(Error::Closed));
    assert_eq!(city.outbox_depth().await.expect("reads go on"), 1);
}

pub async fn old_things_are_purged(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    account(&stores, 1).await;
    platform.send_code(send(PHONE, 2, NOON)).await.expect("store").expect("sent");
    assert_eq!(platform.purge_codes(NOON.plus_s(299)).await.expect("store"), 0);
    assert_eq!(platform.purge_codes(NOON.plus_s(300)).await.expect("store"), 1, "the code that nobody used");
    assert_eq!(platform.purge_codes(NOON.plus_s(24 * 3600)).await.expect("store"), 2, "both sendings");
    assert_eq!(platform.purge_sessions(NOON.plus_s(7199)).await.expect("store"), 0);
    assert_eq!(platform.purge_sessions(NOON.plus_s(7200)).await.expect("store"), 1);
}

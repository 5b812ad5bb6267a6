//! Twenty thousand people with proven names, without twenty thousand messages: their accounts are written as the platform
//! writes them, beside it.

use std::{path::Path, sync::Arc};

use identity::Vault;
use kernel::{Id, Sealed, SystemRng, Timestamp, identifier::ResidentId};
use store::{Message, NewSession, Payload, SendCode, SessionKind, SetRealName, SignIn, Stores};
use tokio::task::JoinSet;

const AT_ONCE: usize = 256;
const TEN_YEARS_S: i64 = 10 * 366 * 86_400;

/// A token for each of so many people, good for the API or as a browser's cookie.
///
/// # Panics
/// If the store does not take them.
pub async fn settle(
    stores: &Arc<Stores>,
    data: &Path,
    area: &str,
    people: std::ops::Range<usize>,
    kind: SessionKind,
    now: Timestamp,
) -> Vec<String> {
    let key = shimin::key::load_or_create(data, &SystemRng).expect("the key of this house");
    let vault = Arc::new(Vault::new(key));
    let mut tokens = Vec::with_capacity(people.len());
    let mut under_way = JoinSet::new();
    for n in people {
        if under_way.len() >= AT_ONCE {
            tokens.push(under_way.join_next().await.expect("one of them").expect("an account"));
        }
        let resident = resident(area, n, now);
        under_way.spawn(open(Arc::clone(stores), Arc::clone(&vault), n, resident, kind, now));
    }
    while let Some(one) = under_way.join_next().await {
        tokens.push(one.expect("an account"));
    }
    tokens
}

/// Somebody's number that is nobody's: the city's own area, which is issued to no one.
fn resident(area: &str, n: usize, now: Timestamp) -> ResidentId {
    let day: kernel::Date = "1970-01-01".parse().expect("a date");
    let day = capability::booking::limit::plus_days(day, i32::try_from(n / 900).expect("not so many"));
    let first = format!("{area}{}{:03}", day.strftime("%Y%m%d"), 100 + n % 900);
    ResidentId::from_parts(&first, now.date()).expect("a number")
}

async fn open(
    stores: Arc<Stores>,
    vault: Arc<Vault>,
    n: usize,
    resident: ResidentId,
    kind: SessionKind,
    now: Timestamp,
) -> String {
    let platform = stores.platform();
    let phone = format!("199{n:08}");
    let index = vault.index("account.phone", &phone);
    let seal = |field, text: &str| vault.seal(&SystemRng, field, text.as_bytes());
    let hash = identity::digest(&[phone.as_bytes()]);
    // The text of the code: nobody waits for it, and it is due when nobody remembers.
    let message = Message {
        key: Id::random(&SystemRng),
        kind: "sms",
        payload: Payload::Sealed(Sealed(vec![0; 32])),
        due_at: now.plus_s(TEN_YEARS_S),
    };
    let sent = platform.send_code(SendCode {
        phone: index,
        code_hash: hash,
        now,
        expires_at: now.plus_s(300),
        wait_s: 60,
        day_max: 10,
        message,
    });
    sent.await.expect("store").expect("the first code");
    let (token, token_hash) = identity::token(&SystemRng);
    let session = NewSession {
        id: Id::random(&SystemRng),
        token_hash,
        kind,
        label: "rush".to_owned(),
        created_at: now,
        idle_s: 86_400,
        expires_at: now.plus_s(86_400),
    };
    let signed = platform.sign_in(SignIn {
        phone: index,
        phone_sealed: seal("account.phone", &phone),
        code_hash: hash,
        now,
        tries_max: 5,
        new_account: Id::random(&SystemRng),
        session,
    });
    let account = signed.await.expect("store").expect("the right code").account;
    let real = platform.set_real_name(SetRealName {
        account,
        person: vault.index("person", resident.expose()),
        name: seal("account.name", "王小明"),
        resident_id: seal("account.resident_id", resident.expose()),
        born_on: Some(seal("account.born_on", &resident.birth().to_string())),
        at: now,
        once: None,
    });
    real.await.expect("store").expect("nobody else's name");
    token
}

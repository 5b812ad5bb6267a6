//! Companions: added once, counted, seen by their account alone, and gone with it.

use super::*;
use crate::{AddCompanion, CompanionRefused};

fn add(n: u64, account: AccountId, once: Option<Once>) -> AddCompanion {
    let person = Index(hash(n));
    AddCompanion { id: id(n), account, person, relation: "child".into(), face: sealed("face"), at: NOON, max: 2, once }
}

pub async fn companions_are_their_accounts_and_limited(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let platform = stores.platform();
    let (own, other) = (id(101), id(102));
    let key = Once { actor: own, key: "companion-1".into(), request_hash: hash(9) };
    for _ in 0..2 {
        assert_eq!(platform.add_companion(add(1, own, Some(key.clone()))).await.expect("store"), Ok(id(1)));
    }
    let again = AddCompanion { id: id(7), ..add(1, own, None) };
    assert_eq!(platform.add_companion(again).await.expect("store"), Err(CompanionRefused::Known(id(1))));
    assert_eq!(platform.add_companion(add(2, own, None)).await.expect("store"), Ok(id(2)));
    assert_eq!(platform.add_companion(add(3, own, None)).await.expect("store"), Err(CompanionRefused::Full));
    assert_eq!(platform.add_companion(add(4, other, None)).await.expect("store"), Ok(id(4)), "another's own");
    let access = |subject| Access {
        at: NOON,
        actor: Actor::Citizen(subject),
        subject,
        purpose: Purpose::Booking,
        service: None,
        door: "web",
    };
    let (list, _) = platform.companions(access(own)).await.expect("store");
    assert_eq!(list.iter().map(|one| one.id).collect::<Vec<_>>(), [id(1), id(2)]);
    let log = platform.access_log(own, None, 10).await.expect("store");
    assert_eq!(log.iter().filter(|entry| entry.purpose == Purpose::Booking).count(), 1, "the reading is on record");
    assert!(!platform.remove_companion(other, id(1)).await.expect("store"), "not theirs");
    assert!(platform.remove_companion(own, id(1)).await.expect("store"));
    platform.delete_account(own).await.expect("store");
    assert!(platform.companions(access(own)).await.expect("store").0.is_empty());
}

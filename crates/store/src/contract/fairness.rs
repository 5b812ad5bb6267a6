//! Waiting lists and draws.

use capability::booking::{
    lottery::{self, Draw},
    waiting::offers,
};
use serde_json::json;

use super::{
    booking::{claim, day, facts_of, given_up, hold, new_pool, nine, person, plan, profile},
    *,
};
use crate::{DrawRefused, EnterDraw, Hold, JoinWaiting, NewDraw};

pub async fn a_waiting_list_keeps_its_places(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 1)).await;
    let profile = profile(&json!({}));
    hold(&city, claim(1, 1, "d1", pool, &profile)).await.expect("held");
    let join = |n, who, lot, s| JoinWaiting {
        id: id(n),
        pool,
        account: id(600_000 + who),
        person: person(who),
        units: 1,
        lot,
        detail: sealed("form"),
        at: NOON.plus_s(s),
        until_at: nine(),
    };
    assert_eq!(city.join_waiting(join(11, 2, None, 1)).await, Ok(id(11)));
    assert_eq!(city.join_waiting(join(12, 3, None, 0)).await, Ok(id(12)));
    assert_eq!(city.join_waiting(join(13, 4, Some(7), 2)).await, Ok(id(13)));
    assert_eq!(city.join_waiting(join(14, 2, None, 0)).await, Ok(id(11)), "nobody waits twice");
    let order = async || {
        let list: Vec<_> = city.waiting_of(&[pool]).await.expect("store").iter().map(|entry| entry.waiting).collect();
        offers(&list, |_| true)
    };
    assert_eq!(order().await, [id(13), id(12), id(11)], "lots first, then who came first");
    assert_eq!(city.leave_waiting(id(600_002), id(12)).await, Ok(false), "it is another's place");
    assert_eq!(city.leave_waiting(id(600_003), id(12)).await, Ok(true));
    // Whoever has it does not wait any more, in one commit with it.
    assert_eq!(city.advance_booking(given_up(&facts_of(&city, 1).await)).await, Ok(true));
    let offer = Hold { waiting: Some(id(13)), drawn: true, ..claim(2, 4, "d1", pool, &profile) };
    hold(&city, offer).await.expect("held");
    let refused = Hold { waiting: Some(id(11)), drawn: true, ..claim(3, 2, "d1", pool, &profile) };
    hold(&city, refused).await.expect_err("sold out");
    assert_eq!(order().await, [id(11)]);
    assert_eq!(city.waiting_of_account(id(600_002)).await.expect("store").len(), 1);
    assert_eq!((city.purge_waiting(nine().plus_ms(-1)).await, city.purge_waiting(nine()).await), (Ok(0), Ok(1)));
    assert_eq!(city.drop_waiting(id(11)).await, Ok(false));
}

pub async fn a_draw_is_closed_before_it_is_drawn_and_drawn_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let seed = [7; 32];
    let new = |n| NewDraw {
        id: id(n),
        service: service(),
        place: "lakeside-registry".into(),
        on: day(),
        commitment: lottery::commit(&seed),
        seed: sealed("seed"),
        opens_at: NOON,
        closes_at: NOON.plus_s(3600),
    };
    let info = city.open_draw(new(1)).await.expect("store");
    assert_eq!(city.open_draw(new(2)).await.expect("store"), info, "announced once");
    let enter = |n, who: &[u64], s| EnterDraw {
        draw: id(1),
        id: id(n),
        account: id(600_000 + who[0]),
        persons: who.iter().map(|who| person(*who)).collect(),
        wishes: vec![3, 1],
        detail: sealed("form"),
        at: NOON.plus_s(s),
    };
    let entered = async |claim| city.enter_draw(claim).await.expect("store");
    assert_eq!(entered(enter(11, &[1, 2], -1)).await, Err(DrawRefused::NotYet { opens_at: NOON }));
    assert_eq!(entered(enter(11, &[1, 2], 0)).await, Ok(id(11)));
    assert_eq!(entered(enter(12, &[3, 2], 1)).await, Err(DrawRefused::AlreadyIn(id(11))), "not even as one of two");
    assert_eq!(entered(enter(12, &[3, 4], 1)).await, Ok(id(12)));
    assert_eq!(entered(enter(13, &[5, 6], 2)).await, Ok(id(13)));
    assert_eq!(city.leave_draw(id(1), id(600_003), id(13)).await, Ok(false), "it is another's claim");
    assert_eq!(city.leave_draw(id(1), id(600_005), id(13)).await, Ok(true));
    assert_eq!(entered(enter(14, &[6], 3)).await, Ok(id(14)), "who left may come again");
    let closes_at = info.closes_at;
    assert_eq!(city.draws_to_close(closes_at.plus_ms(-1), 9).await, Ok(vec![]));
    assert!(city.close_draw(id(1), closes_at.plus_ms(-1)).await.expect("store").is_none());
    assert_eq!(city.draws_to_close(closes_at, 9).await, Ok(vec![id(1)]));
    let closed = city.close_draw(id(1), closes_at).await.expect("store").expect("closed");
    // A claim that was on its way when it was closed is told so, and not left out in silence.
    assert_eq!(entered(enter(15, &[7], 3599)).await, Err(DrawRefused::Closed { closes_at }));
    assert_eq!(city.leave_draw(id(1), id(600_001), id(11)).await, Ok(false));
    let claims: Vec<Id> = closed.claims.iter().map(|claim| claim.id).collect();
    assert_eq!(claims.len(), 3);
    let drawn = lottery::draw(seed, b"", claims);
    assert_eq!(city.keep_draw(id(1), &drawn, closes_at).await, Ok(true));
    let other = Draw { order: vec![], ..drawn.clone() };
    assert_eq!(city.keep_draw(id(1), &other, closes_at).await, Ok(false), "what is drawn is drawn");
    let public = city.draw_of(&service(), "lakeside-registry", day()).await.expect("store").expect("announced");
    assert_eq!(lottery::verify(&info.commitment, public.result.as_ref().expect("drawn")), Ok(()));
    assert_eq!(city.draws_to_close(closes_at, 9).await, Ok(vec![]));
    // An account that goes leaves its claim behind without its name: the draw can still be recomputed.
    city.forget(id(600_001)).await.expect("store");
    let claims = city.draw_claims(id(1)).await.expect("store");
    assert!(claims.iter().any(|claim| claim.id == id(11) && claim.account.is_none() && claim.detail.is_none()));
    assert_eq!(city.draw_claims_of_account(id(600_003)).await.expect("store")[0].wishes, [3, 1]);
}

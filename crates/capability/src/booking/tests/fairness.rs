//! Lots that anyone can recompute, the waiting list, a little work, the queue before the doors.

use kernel::{Id, Rng, SeededRng};

use super::{
    super::{
        admission::{Came, Place, Queue, Turn},
        friction,
        lottery::{self, Wrong},
        pool::{Door, Legs, Pool, Take},
        waiting::{self, Waiting},
    },
    *,
};

fn id(n: u8) -> Id {
    Id([n; 16])
}

fn seed() -> [u8; 32] {
    std::array::from_fn(|i| i as u8)
}

#[test]
fn a_draw_is_what_another_program_computes() {
    // Computed with Python's hashlib from the recipe in the module's first lines.
    let claims = vec![id(5), id(2), id(8), id(1), id(3), id(7), id(4), id(6), id(2)];
    let draw = lottery::draw(seed(), b"03 11 19 24 30", claims);
    let commitment: String = draw.commitment.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(commitment, "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
    let order: Vec<u8> = draw.order.iter().map(|claim| claim.0[0]).collect();
    assert_eq!(order, [2, 4, 5, 6, 8, 1, 3, 7]);
    assert_eq!(lottery::verify(&draw.commitment, &draw), Ok(()));
}

#[test]
fn a_draw_that_was_tampered_with_is_found_out() {
    let honest = lottery::draw(seed(), b"beacon", (1..=50).map(id).collect());
    let commitment = lottery::commit(&seed());
    let verify = |change: fn(&mut lottery::Draw)| {
        let mut draw = honest.clone();
        change(&mut draw);
        lottery::verify(&commitment, &draw)
    };
    assert_eq!(verify(|_| ()), Ok(()));
    assert_eq!(verify(|draw| draw.seed[0] ^= 1), Err(Wrong::Seed));
    let other_seed = |draw: &mut lottery::Draw| *draw = lottery::draw([9; 32], b"beacon", draw.claims.clone());
    assert_eq!(verify(other_seed), Err(Wrong::Seed), "a seed of which nothing was published before");
    assert_eq!(verify(|draw| draw.order.swap(0, 49)), Err(Wrong::Order));
    assert_eq!(verify(|draw| draw.beacon.push(0)), Err(Wrong::Order));
    assert_eq!(verify(|draw| draw.order.truncate(49)), Err(Wrong::Order));
    let left_out = |draw: &mut lottery::Draw| {
        let gone = draw.claims.remove(7);
        draw.order.retain(|claim| *claim != gone);
    };
    assert_eq!(verify(left_out), Err(Wrong::Order), "a claim cannot be left out afterwards");
    assert_eq!(verify(|draw| draw.claims.swap(0, 1)), Err(Wrong::Claims));
    assert_eq!(verify(|draw| draw.claims.insert(1, draw.claims[0])), Err(Wrong::Claims));
}

#[test]
fn everybody_has_the_same_chance() {
    let rng = SeededRng::new(20);
    let (claims, places, rounds) = (20u8, 5, 2_000);
    let mut won = [0u32; 20];
    for _ in 0..rounds {
        let mut seed = [0; 32];
        rng.fill(&mut seed);
        for claim in &lottery::draw(seed, b"", (0..claims).map(id).collect()).order[..places] {
            won[usize::from(claim.0[0])] += 1;
        }
    }
    // Expected 500 each, with a standard deviation of about 19.
    for (claim, won) in won.iter().enumerate() {
        assert!((400..600).contains(won), "claim {claim} won {won} of {rounds}");
    }
}

#[test]
fn lots_choose_in_their_order_among_what_is_left() {
    let wishes = BTreeMap::from([
        (id(1), vec!["mon", "tue"]),
        (id(2), vec!["mon"]),
        (id(3), vec!["mon", "tue"]),
        (id(4), vec!["tue"]),
        (id(5), vec!["sun", "tue"]),
    ]);
    let order = [id(3), id(2), id(1), id(5), id(4), id(6)];
    let free = BTreeMap::from([("mon", 1), ("tue", 2)]);
    let given = lottery::allot(&order, &wishes, free);
    let expected =
        [(id(3), Some("mon")), (id(2), None), (id(1), Some("tue")), (id(5), Some("tue")), (id(4), None), (id(6), None)];
    assert_eq!(given, expected);
}

fn waits(n: u8, lot: Option<u32>, joined: i64, units: u32) -> Waiting {
    Waiting { claim: id(n), lot, joined_at: Timestamp(joined), units }
}

#[test]
fn the_waiting_list_follows_the_lots_and_then_the_clock() {
    let list = [
        waits(1, None, 5, 1),
        waits(2, Some(9), 50, 1),
        waits(3, Some(2), 60, 2),
        waits(4, None, 4, 1),
        waits(5, None, 5, 1),
    ];
    let offers = |free: u32| {
        let mut pool = Pool::counted(free);
        waiting::offers(&list, |one| pool.take(&Take::any(Door::Online, one.units)).is_ok())
    };
    assert_eq!(offers(9), [id(3), id(2), id(4), id(1), id(5)]);
    assert_eq!(offers(1), [id(2)], "two do not fit into one, and keep their place");
    assert_eq!(offers(3), [id(3), id(2)]);
    assert_eq!(offers(0), []);
    assert_eq!(waiting::ahead(&list, id(3)), Some(0));
    assert_eq!(waiting::ahead(&list, id(5)), Some(4));
    assert_eq!(waiting::ahead(&list, id(9)), None);
}

#[test]
fn on_a_journey_a_part_is_offered_to_whoever_wants_no_more() {
    let list = [waits(1, None, 1, 1), waits(2, None, 2, 1), waits(3, None, 3, 1)];
    let legs = |from, to| Legs { from, to };
    // The first wants the whole way, the others its ends; the middle is somebody's.
    let wants = [(id(1), legs(0, 3)), (id(2), legs(0, 1)), (id(3), legs(2, 3))];
    let mut pool = Pool::numbered(1).over_legs(3);
    let take = |legs| Take { legs, ..Take::any(Door::Online, 1) };
    pool.take(&take(legs(1, 2))).unwrap();
    assert!(pool.has_room(Door::Online));
    let offered = waiting::offers(&list, |one| {
        let (_, legs) = wants.iter().find(|(claim, _)| *claim == one.claim).unwrap();
        pool.take(&take(*legs)).is_ok()
    });
    assert_eq!(offered, [id(2), id(3)]);
    assert!(!pool.has_room(Door::Online));
}

#[test]
fn work_is_asked_for_in_a_rush_and_has_a_ceiling() {
    for (waiting, served, bits) in [
        (0, 1_000, 0),
        (1_999, 1_000, 0),
        (2_000, 1_000, 11),
        (4_000, 1_000, 12),
        (64_000, 1_000, 16),
        (u64::MAX, 0, friction::BITS_MAX),
        (1, 0, 0),
    ] {
        assert_eq!(friction::bits(waiting, served), bits, "{waiting} waiting, {served} served a second");
    }
}

const TURN: &str = "session/1";

fn key() -> friction::Key {
    friction::Key::new(&[7; 32])
}

#[test]
fn a_challenge_is_bound_to_its_claim_and_known_again() {
    let challenge = friction::Challenge { bits: 12, at: at("2026-03-20T06:30") };
    let text = challenge.seal(&key(), TURN);
    let open = |subject: &str, text: &str| friction::Challenge::open(&key(), subject, text);
    assert_eq!(open(TURN, &text), Some(challenge));
    assert_eq!(open("session/2", &text), None);
    assert_eq!(friction::Challenge::open(&friction::Key::new(&[8; 32]), TURN, &text), None, "another house");
    let easier = text.replacen("12.", "0.", 1);
    for forged in ["", "12", "12.5", "a.b.c", &easier, &text[..text.len() - 1]] {
        assert_eq!(open(TURN, forged), None, "{forged}");
    }
}

#[test]
fn work_is_paid_with_a_sum_or_with_patience() {
    let now = at("2026-03-20T06:30");
    let challenge = friction::Challenge { bits: 12, at: now };
    let text = challenge.seal(&key(), TURN);
    let solution = (0..1_000_000).find(|number| friction::solves(&text, 12, *number)).expect("a number solves it");
    assert!(challenge.is_paid(&text, Some(solution), now));
    assert!(!challenge.is_paid(&text, Some(solution + 1), now) || friction::solves(&text, 12, solution + 1));
    assert!(!challenge.is_paid(&text.replacen('.', ",", 1), Some(solution), now), "the sum of another text");
    assert_eq!((friction::wait_s(12), challenge.left_s(now), challenge.left_s(now.plus_s(14))), (15, 15, 1));
    assert!(!challenge.is_paid(&text, None, now.plus_s(14)));
    assert!(challenge.is_paid(&text, None, now.plus_s(15)), "nobody is shut out who cannot compute");
    assert_eq!(challenge.left_s(now.plus_s(-3_600)), 15, "a clock that was set back makes nobody wait longer");
    assert!(friction::wait_s(friction::BITS_MAX) <= 60);
    let free = friction::Challenge { bits: 0, at: now };
    assert!(free.is_paid(&free.seal(&key(), TURN), None, now));
}

/// Serves one every so many milliseconds, up to an instant.
fn serves(queue: &mut Queue, came: Came, (from, to): (Timestamp, Timestamp), every_ms: i64) {
    let mut now = from;
    while now < to {
        now = now.plus_ms(every_ms);
        queue.pass(now);
        queue.served(came, now);
    }
}

#[test]
fn the_queue_tells_a_place_and_a_time_that_is_kept() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    let turns: Vec<Turn> = (0..10_000).map(|_| queue.enter(start)).collect();
    assert_eq!(queue.place(turns[0]), Place::Waiting { ahead: 0, wait_s: None }, "nobody knows the pace yet");
    serves(&mut queue, Came::ByTurn, (start, start.plus_s(2)), 2);
    // 1,000 are in, at 500 a second.
    assert_eq!(queue.place(turns[999]), Place::In);
    assert_eq!(queue.place(turns[1_000]), Place::Waiting { ahead: 0, wait_s: Some(1) });
    assert_eq!(queue.place(turns[9_999]), Place::Waiting { ahead: 8_999, wait_s: Some(18) });
    assert_eq!((queue.waiting(), queue.rate_per_s()), (9_000, 500));
    serves(&mut queue, Came::ByTurn, (start.plus_s(2), start.plus_s(20)), 2);
    assert_eq!((queue.place(turns[9_999]), queue.waiting()), (Place::In, 0));
    queue.served(Came::ByTurn, start.plus_s(21));
    assert_eq!(queue.waiting(), 0, "nobody is let in who is not there");
}

#[test]
fn a_long_wait_is_told_in_round_figures_and_a_clock_set_back_does_no_harm() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    let turns: Vec<Turn> = (0..5_000).map(|_| queue.enter(start)).collect();
    serves(&mut queue, Came::ByTurn, (start, start.plus_s(4)), 500);
    let wait = |queue: &Queue, n: usize| match queue.place(turns[n]) {
        Place::Waiting { wait_s, .. } => wait_s,
        Place::In => Some(0),
    };
    assert_eq!(wait(&queue, 8), Some(1));
    assert_eq!(wait(&queue, 77), Some(35), "seconds in fives");
    assert_eq!(wait(&queue, 207), Some(120), "a hundred seconds are two minutes");
    assert_eq!(wait(&queue, 4_999), Some(2_520), "in whole minutes");
    queue.served(Came::ByTurn, start.plus_s(-3_600));
    queue.pass(start.plus_s(-3_600));
    assert!(queue.waiting() > 4_900, "{} are left", queue.waiting());
    assert_eq!(wait(&queue, 10), Some(1));
}

#[test]
fn for_each_who_comes_between_somebody_is_missing() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    let turns: Vec<Turn> = (0..100).map(|_| queue.enter(start)).collect();
    serves(&mut queue, Came::Between, (start, start.plus_ms(200)), 10);
    assert_eq!((queue.place(turns[39]), queue.waiting()), (Place::In, 60));
}

#[test]
fn a_crowd_that_went_home_is_forgotten_within_moments_and_one_that_waits_is_not() {
    let start = at("2026-03-20T06:30");
    let mut gone = Queue::default();
    let turns: Vec<Turn> = (0..1_000_000).map(|_| gone.enter(start)).collect();
    let mut waits = gone.clone();
    serves(&mut gone, Came::Between, (start, start.plus_ms(1_900)), 10);
    assert!(gone.waiting() > 999_000, "they may still come");
    serves(&mut gone, Came::Between, (start.plus_ms(1_900), start.plus_s(4)), 10);
    assert_eq!((gone.waiting(), gone.place(turns[999_999])), (0, Place::In));
    serves(&mut waits, Came::ByTurn, (start, start.plus_s(60)), 10);
    assert_eq!(waits.waiting(), 1_000_000 - 6_000);
    let mut jammed = Queue::default();
    let turn = jammed.enter(start);
    jammed.pass(start.plus_s(60));
    assert_eq!(
        jammed.place(turn),
        Place::Waiting { ahead: 0, wait_s: None },
        "where nobody is served nobody is missed"
    );
}

#[test]
fn a_turn_is_good_for_minutes_and_not_for_tomorrow() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    queue.pass(start);
    let turn = queue.enter(start);
    queue.served(Came::ByTurn, start);
    for minute in 0..=3 {
        queue.pass(start.plus_s(minute * 60));
        assert!(queue.knows(turn), "after {minute} minutes");
    }
    queue.pass(start.plus_s(420));
    assert!(!queue.knows(turn), "nobody keeps a turn for another day");
    assert!(!queue.knows(Turn(0)) && !queue.knows(Turn(2)), "nobody has a turn that was not given out");
}

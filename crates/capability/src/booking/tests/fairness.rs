//! Lots that anyone can recompute, the waiting list, a little work, the queue before the doors.

use kernel::{Id, Rng, SeededRng};

use super::{
    super::{
        admission::{Place, Queue, Turn},
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

const KEY: [u8; 32] = [7; 32];

#[test]
fn a_challenge_is_solved_once_known_and_bound_to_its_claim() {
    let now = Timestamp(1_772_416_800_000);
    let challenge = friction::issue(&KEY, b"session/pool", 12, now);
    // Computed with Python's hmac and hashlib.
    assert_eq!(challenge, "12.1772416800000.1d47200de2e5983f204e852030a5dd65");
    let verify = |subject: &[u8], bits, challenge: &str, solution, s| {
        friction::verify(&KEY, subject, bits, challenge, solution, now.plus_s(s))
    };
    let good = Some(21_513);
    assert_eq!(verify(b"session/pool", 12, &challenge, good, 1), Ok(()));
    assert_eq!(verify(b"session/pool", 14, &challenge, good, 1), Ok(()), "the rush has grown a little");
    assert_eq!(verify(b"session/pool", 15, &challenge, good, 1), Err(friction::Wrong::TooEasy));
    assert_eq!(verify(b"session/other", 12, &challenge, good, 1), Err(friction::Wrong::Forged));
    assert_eq!(verify(b"session/pool", 12, &challenge, Some(21_512), 1), Err(friction::Wrong::Unsolved));
    assert_eq!(verify(b"session/pool", 12, &challenge, good, 121), Err(friction::Wrong::Stale));
    assert_eq!(verify(b"session/pool", 12, &challenge, good, -1), Err(friction::Wrong::Stale));
    for forged in ["", "0.5.ab", "1.1772416800000.1d47200de2e5983f204e852030a5dd65", "12.9.9.9"] {
        assert_eq!(verify(b"session/pool", 12, forged, good, 1), Err(friction::Wrong::Forged), "{forged}");
    }
    assert!((0..21_513).all(|number| !friction::solves(&challenge, 12, number)));
}

#[test]
fn whoever_cannot_compute_waits_instead() {
    let now = Timestamp(1_772_416_800_000);
    let challenge = friction::issue(&KEY, b"one", 12, now);
    let verify = |s| friction::verify(&KEY, b"one", 12, &challenge, None, now.plus_s(s));
    assert_eq!(friction::wait_s(12), 15);
    assert_eq!(verify(14), Err(friction::Wrong::Unsolved));
    assert_eq!(verify(15), Ok(()));
    assert!(friction::wait_s(friction::BITS_MAX) <= 60);
    // Without a rush there is nothing to do; such a challenge is worth nothing in a rush.
    let free = friction::issue(&KEY, b"one", 0, now);
    assert_eq!(friction::verify(&KEY, b"one", 0, &free, None, now), Ok(()));
    assert_eq!(friction::verify(&KEY, b"one", 1, &free, None, now.plus_s(60)), Err(friction::Wrong::TooEasy));
}

#[test]
fn the_queue_tells_a_place_and_a_time_that_is_kept() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    let turns: Vec<Turn> = (0..10_000).map(|_| queue.enter()).collect();
    assert_eq!(queue.place(turns[0]), Place::Waiting { ahead: 0, wait_s: None }, "nobody knows the pace yet");
    for tenth in 0..=20 {
        queue.admit(50, start.plus_ms(tenth * 100));
    }
    // 1,050 are in, at 500 a second.
    assert_eq!(queue.place(turns[1_049]), Place::In);
    assert_eq!(queue.place(turns[1_050]), Place::Waiting { ahead: 0, wait_s: Some(5) });
    assert_eq!(queue.place(turns[9_999]), Place::Waiting { ahead: 8_949, wait_s: Some(20) });
    assert_eq!(queue.waiting(), 8_950);
    let mut promised_at = None;
    for tenth in 21..=400 {
        if queue.place(turns[9_999]) == Place::In {
            promised_at.get_or_insert(tenth);
        }
        queue.admit(50, start.plus_ms(tenth * 100));
    }
    assert!(promised_at.is_some_and(|tenth| tenth <= 220), "let in after {promised_at:?} tenths of a second");
    assert_eq!((queue.waiting(), queue.admit(50, start.plus_s(41))), (0, 0));
}

#[test]
fn a_long_wait_is_told_in_round_figures_and_a_clock_set_back_does_no_harm() {
    let mut queue = Queue::default();
    let start = at("2026-03-20T06:30");
    let turns: Vec<Turn> = (0..5_000).map(|_| queue.enter()).collect();
    queue.admit(0, start);
    queue.admit(2, start.plus_s(1));
    let wait = |queue: &Queue, n: usize| match queue.place(turns[n]) {
        Place::Waiting { wait_s, .. } => wait_s,
        Place::In => Some(0),
    };
    assert_eq!(wait(&queue, 11), Some(5));
    assert_eq!(wait(&queue, 201), Some(120), "a hundred seconds are two minutes");
    assert_eq!(wait(&queue, 4_999), Some(2_520), "in whole minutes");
    queue.admit(1, start.plus_s(-3_600));
    assert_eq!(wait(&queue, 12), Some(5));
    queue.admit(2, start.plus_s(-3_599));
    assert_eq!(wait(&queue, 15), Some(10));
}

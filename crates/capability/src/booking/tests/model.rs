//! Random operations against a model that is too simple to be wrong: a list of claims, counted anew at every question.
//!
//! The model (in `model/simple.rs`) knows nothing of tables, keys, ladders or bits. It says with which word something is
//! answered, and how many are free; the pool, the persons' keys, [`hold::decide`] and [`decide`] have to say the same.

mod simple;

use kernel::{Rng, SeededRng};
use simple::{Simple, Wish};

use super::{
    super::{
        block::Mark,
        hold::{self, Ask, Names, Person},
        pool::{Door, Legs, Pool, Take, Taken},
        rule::{Block, Delay, Fault, Length, Pay, Per, Quota, Release, What},
    },
    *,
};

const SEQUENCES: u64 = 10_000;
const STEPS: usize = 40;
const PERSONS: usize = 5;
/// 2026-03-20T09:00 in Asia/Shanghai.
const START: Timestamp = Timestamp(1_773_968_400_000);
const HOUR_MS: i64 = 3_600_000;
const PRICE: Money = Money::from_fen(4_500);

struct Booking {
    person: usize,
    facts: Facts,
    taken: Taken,
}

/// The subject: what a store would keep, in memory.
struct World {
    profile: Profile,
    pool: Pool,
    bookings: Vec<Booking>,
    counts: Vec<BTreeMap<String, u16>>,
    marks: Vec<Vec<Mark>>,
    /// Given up, and not back yet.
    returning: Vec<(Timestamp, usize)>,
    rng: SeededRng,
    now: Timestamp,
}

fn ends_at() -> Timestamp {
    START.plus_ms(HOUR_MS)
}

fn names() -> Names<'static> {
    Names { place: "one", section: "eyes", resource: "d1", matter: "card" }
}

impl World {
    fn hold(&mut self, person: usize, take: &Take) -> Result<Taken, Refusal> {
        let persons = [Person { born_on: day("1990-03-07"), marks: &self.marks[person], counts: &self.counts[person] }];
        let ask = Ask {
            door: take.door,
            class: "",
            names: names(),
            starts_at: START,
            ends_at: ends_at(),
            persons: &persons,
            parties: 1,
            price: PRICE,
            drawn: false,
        };
        let rules = Rules { profile: &self.profile, calendar: &CHINA };
        let held = hold::decide(&ask, &[(&self.pool, take.clone())], rules, self.now)?;
        let taken = self.pool.take(take).expect("what was granted can be taken");
        for key in held.keys {
            *self.counts[person].entry(key.text).or_default() += 1;
        }
        self.bookings.push(Booking { person, facts: held.facts, taken: taken.clone() });
        Ok(taken)
    }

    fn command(&mut self, at: usize, command: &Command) -> Result<(), Refusal> {
        let rules = Rules { profile: &self.profile, calendar: &CHINA };
        let booking = &mut self.bookings[at];
        let decision = decide(&booking.facts, command, rules, self.now)?;
        for key in hold::keys(&self.profile, &names(), START) {
            if key.in_use(booking.facts.state) && !key.in_use(decision.facts.state) {
                *self.counts[booking.person].get_mut(&key.text).expect("a key in use") -= 1;
            }
        }
        booking.facts = decision.facts;
        let marks = &mut self.marks[booking.person];
        for effect in decision.effects {
            match effect {
                Effect::Release { after } => {
                    let back_at = returns::back_at(after, self.now, START, &self.rng);
                    assert!(back_at >= self.now && back_at <= START.max(self.now));
                    self.returning.push((back_at, at));
                }
                Effect::Mark { fault, on } => marks.push(Mark { on, fault }),
                Effect::Forgive { fault } => {
                    let of_it = |mark: &Mark| mark.fault == fault && mark.on == START.date();
                    let found = marks.iter().position(of_it).expect("a fault that is on record");
                    marks.remove(found);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts back what is due; the answer says whose it was.
    fn sweep(&mut self) -> Vec<usize> {
        let now = self.now;
        let due: Vec<usize> = self.returning.extract_if(.., |(back_at, _)| *back_at <= now).map(|(_, at)| at).collect();
        for &at in &due {
            assert!(self.pool.give_back(&self.bookings[at].taken), "what was taken can be given back");
        }
        due
    }
}

fn pick<T: Copy>(rng: &SeededRng, from: &[T]) -> T {
    from[rng.below(from.len() as u64) as usize]
}

fn between(rng: &SeededRng, from: i64, to: i64) -> i64 {
    from + i64::try_from(rng.below((to - from + 1).unsigned_abs())).expect("a small number")
}

fn world(rng: &SeededRng) -> (World, Simple) {
    let pay = pick(rng, &[Pay::Never, Pay::Upfront, Pay::Later]);
    let live = rng.below(2) == 0;
    let quota = match live {
        true => Quota { of: What::Matter, per: Per::Live, max: 1 },
        false => Quota { of: What::Resource, per: Per::HalfDay, max: 1 },
    };
    let lasts = Length { days: 30, ..Length::default() };
    let profile = Profile {
        pay,
        hold_s: 900,
        extend_s: 300,
        online_age_min: None,
        release: Release { days_from: 0, days_to: 14, ..profile("hospital-a").release.clone() },
        quota: vec![quota],
        block: vec![Block { fault: Fault::Cancel, count: 2, within: None, lasts }],
        cancel: Vec::new(),
        check_in: rule::CheckIn { minutes_before: Some(30), ..rule::CheckIn::default() },
        returns: (rng.below(2) == 0).then_some(Delay { from_s: 600, to_s: 1200 }),
        moves_max: 1,
        ..profile("hospital-a").clone()
    };
    let (capacity, legs) = (rng.below(6) as u32 + 1, rng.below(3) as u8 + 1);
    let numbered = rng.below(2) == 0;
    let online_max = rng.below(u64::from(capacity) + 2) as u32;
    let pool = if numbered { Pool::numbered(capacity) } else { Pool::counted(capacity) };
    let world = World {
        profile,
        pool: pool.over_legs(legs).with_share(Door::Online, online_max),
        bookings: Vec::new(),
        counts: vec![BTreeMap::new(); PERSONS],
        marks: vec![Vec::new(); PERSONS],
        returning: Vec::new(),
        rng: SeededRng::new(rng.u64()),
        now: START.plus_ms(-between(rng, 0, 26 * HOUR_MS)),
    };
    (world, Simple::new(capacity, legs, numbered, online_max, pay, live))
}

fn wish(rng: &SeededRng, legs: u8, numbered: bool) -> (usize, Take) {
    let from = rng.below(u64::from(legs)) as u8;
    let to = from + 1 + rng.below(u64::from(legs - from)) as u8;
    let door = pick(rng, &[Door::Online, Door::Online, Door::OnSite, Door::Phone]);
    let count = pick(rng, &[1, 1, 1, 2]);
    let chosen = match numbered && rng.below(2) == 0 {
        true => (0..count).map(|_| rng.below(8) as u32).collect(),
        false => Vec::new(),
    };
    (rng.below(PERSONS as u64) as usize, Take { door, count, chosen, legs: Legs { from, to } })
}

/// Any command, and more often one that goes on from the state: refusals at random are many, but not deep.
fn command(rng: &SeededRng, state: State, now: Timestamp) -> Command {
    let paid = |amount| Command::Paid { amount, paid_at: now };
    let go_on = rng.below(3) > 0;
    match (state, rng.below(if go_on { 6 } else { 13 })) {
        (State::Held, 0..3) if go_on => Command::Confirm,
        (State::Held, 3..5) if go_on => paid(PRICE),
        (State::Held, _) if go_on => Command::Extend,
        (State::Booked, 0..2) if go_on => paid(PRICE),
        (State::Booked | State::Paid, 0..4) if go_on => Command::CheckIn,
        (State::Booked | State::Paid, _) if go_on => Command::Cancel,
        (_, 0) => Command::Confirm,
        (_, 1) => paid(PRICE),
        (_, 2) => Command::CheckIn,
        (_, 3) => Command::Finish,
        (_, 4) => Command::Miss,
        (_, 5) => Command::Correct,
        (_, 6) => Command::Cancel,
        (_, 7) => Command::Expire,
        (_, 8) => Command::Extend,
        (_, 9) => Command::Stop,
        (_, 10) => Command::Refuse { unit_gone: rng.below(2) == 0 },
        (_, 11) => Command::Move { to_price: PRICE },
        _ => paid(Money::from_fen(1)),
    }
}

/// How often each word was answered: a check that never meets a refusal checks nothing.
type Met = BTreeMap<String, u64>;

fn sequence(seed: u64, met: &mut Met) {
    let rng = SeededRng::new(seed);
    let (mut world, mut simple) = world(&rng);
    for step in 0..STEPS {
        let told = format!("seed {seed}, step {step}");
        world.now = world.now.plus_ms(match rng.below(20) {
            0 => -between(&rng, 0, HOUR_MS),
            1 => between(&rng, 0, 6 * HOUR_MS),
            2..6 => between(&rng, 0, HOUR_MS / 6),
            _ => 0,
        });
        let now = world.now;
        let what = rng.below(40);
        let word = if what < 14 || world.bookings.is_empty() {
            let (person, take) = wish(&rng, simple.legs, simple.numbered);
            let wish = Wish { person, door: take.door, count: take.count, chosen: &take.chosen, legs: take.legs };
            let expected = simple.hold(&wish, now);
            let answered = world.hold(person, &take).map(|taken| taken.units).map_err(|refusal| refusal.code());
            assert_eq!(answered, expected, "{told}: {take:?}");
            answered.map_or_else(str::to_owned, |_| "a hold".to_owned())
        } else if what < 38 {
            let at = rng.below(world.bookings.len() as u64) as usize;
            let command = command(&rng, simple.claims[at].state, now);
            let expected = simple.command(at, &command, now);
            let answered = world.command(at, &command).map_err(|refusal| refusal.code());
            assert_eq!(answered, expected, "{told}: {command:?} of {at}");
            answered.map_or_else(str::to_owned, |()| "a step".to_owned())
        } else if what < 39 {
            let capacity = rng.below(8) as u32;
            let answered = world.pool.resize(capacity).map_err(|below| below.least);
            assert_eq!(answered, simple.resize(capacity), "{told}: {capacity} units");
            "a new size".to_owned()
        } else if rng.below(10) == 0 {
            world.pool.stop();
            simple.stopped = true;
            "a stop".to_owned()
        } else {
            "a pause".to_owned()
        };
        *met.entry(word).or_default() += 1;
        for at in world.sweep() {
            simple.back(at);
        }
        for (booking, claim) in world.bookings.iter().zip(&simple.claims) {
            assert_eq!((booking.facts.state, booking.facts.held_until_at), (claim.state, claim.until_at), "{told}");
        }
        if step % 8 == 7 {
            compare(&world, &simple, &told);
        }
    }
}

fn compare(world: &World, simple: &Simple, told: &str) {
    assert!(simple.sold() <= simple.capacity, "{told}: oversold");
    assert_eq!(world.pool.taken(), simple.sold(), "{told}");
    for from in 0..simple.legs {
        for to in from + 1..=simple.legs {
            let legs = Legs { from, to };
            for &door in Door::ALL {
                assert_eq!(world.pool.free(door, legs), simple.free(door, legs), "{told}: {door:?} {legs:?}");
            }
        }
    }
    for person in 0..PERSONS {
        let used: u16 = world.counts[person].values().sum();
        assert_eq!(usize::from(used), simple.in_use(person), "{told}: person {person}");
        assert!(used <= 1, "{told}: two for one person");
    }
    for (booking, claim) in world.bookings.iter().zip(&simple.claims) {
        assert_eq!(booking.facts.paid > Money::ZERO, claim.paid, "{told}");
        assert_eq!(booking.facts.refunded > Money::ZERO, claim.paid_back(), "{told}");
        assert!(matches!(booking.facts.refunded.fen(), 0 | 4_500), "{told}");
    }
}

#[test]
fn ten_thousand_sequences_differ_from_the_model_in_nothing() {
    let mut met = Met::new();
    for seed in 0..SEQUENCES {
        sequence(seed, &mut met);
    }
    for word in [
        "a hold",
        "a step",
        "a new size",
        "a stop",
        "sold_out",
        "taken",
        "no_such_unit",
        "over_quota",
        "same_half_day",
        "one_live_booking_per_matter",
        "too_early",
        "too_late",
        "blocked_until",
        "hold_expired",
        "already_extended",
        "payment_needed",
        "wrong_amount",
        "not_yet",
        "already_used",
        "stopped",
        "wrong_state",
    ] {
        assert!(met.get(word).is_some_and(|&times| times >= 100), "{word} was met {:?} times: {met:?}", met.get(word));
    }
}

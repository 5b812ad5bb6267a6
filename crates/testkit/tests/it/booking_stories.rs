//! Stories of what is booked, run as acceptance tests: for every open city that lists the service, on both engines. The
//! cashier, the departments and the desk are real; the clock is the test's, so that a day's deadline passes in a moment.

use std::{sync::Arc, time::Duration};

use capability::booking::{Refusal, State, plan};
use engine::{
    Citizen, CompanionForm, HoldForm, HoldOutcome, OnceKey, PartnerForm, Pass, PersonForm, Role, SaidOfPerson, Where,
};
use kernel::{Clock as _, FakeClock, Id, Kind, Timestamp};
use manifest::{
    CityPack, Service, StoryFile,
    booking::{
        BookingKind, Offer,
        coach::Line,
        story::{BookingState, BookingStory, Deed, Guest, REFUSALS, Step, Wants},
    },
    city::CityState,
};
use sandbox::Marital;
use testkit::{Cast, Engine, Payer, Town, TownConfig};

/// A Monday at ten, when everything that is released in the morning has been.
const MONDAY: Timestamp = Timestamp(1_772_416_800_000);
const PATIENCE: u32 = 600;
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// An office is never closed for longer.
const DAYS_LOOKED_AT: u16 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_booked_goes_as_its_stories_say_on_sqlite() {
    run(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_booked_goes_as_its_stories_say_on_postgres() {
    run(Engine::Postgres).await;
}

#[test]
fn the_words_of_stories_are_those_of_the_machine() {
    let all = [
        Refusal::SameHalfDay,
        Refusal::OneLiveBookingPerMatter,
        Refusal::AlreadyExtended,
        Refusal::AlreadyUsed,
        Refusal::Stopped,
        Refusal::SamePerson,
        Refusal::NoSuchStop,
        Refusal::SoldOut { free: 0 },
        Refusal::ConsentMissing { missing: 1 },
        Refusal::Age { min: None, max: None },
        Refusal::TooEarly { opens_at: MONDAY },
    ];
    assert!(all.iter().all(|refusal| REFUSALS.contains(&refusal.code())), "{all:?}");
    assert_eq!(
        BookingState::ALL.map(BookingState::word).as_slice(),
        State::ALL.iter().map(|state| state.word()).collect::<Vec<_>>()
    );
}

async fn run(engine: Engine) {
    let files = shimin::packs::Source::Directory(testkit::packs()).read().expect("packs");
    let stories = shimin::packs::check(&files).stories;
    let mut told = 0;
    for file in stories.into_iter().filter(|file| !file.booking.is_empty()) {
        told += tell(engine, &file).await;
    }
    assert!(told >= 20, "only {told} stories were told");
}

/// Every story of one service, in a town of its own.
async fn tell(engine: Engine, file: &StoryFile) -> usize {
    let clock = Arc::new(FakeClock::at(MONDAY));
    let town = Town::start(TownConfig { clock: clock.clone(), ..TownConfig::new(engine) }).await.with_shops().await;
    let catalogue = town.catalogue();
    let open = catalogue.cities.values().filter(|pack| pack.city.state == CityState::Open);
    let mut told = 0;
    for city in open {
        let Some(service) = catalogue.service(city, file.service.as_str()) else { continue };
        for story in &file.booking {
            let offer = Arc::clone(&city.offers[&service.id]);
            let mut teller = Teller::of(&town, &clock, city, service, offer, story).await;
            for (i, step) in story.step.iter().enumerate() {
                teller.step(i, step).await;
            }
            told += 1;
        }
    }
    told
}

struct Teller<'t> {
    town: &'t Town,
    clock: &'t FakeClock,
    city: &'t Arc<CityPack>,
    service: &'t Service,
    offer: Arc<Offer>,
    story: &'t BookingStory,
    citizen: Citizen,
    /// The other party.
    other: Option<(Cast, Option<Citizen>)>,
    booking: Option<Id>,
}

/// What a step came to: a booking, or the word of a refusal.
type Came = Result<Id, &'static str>;

/// Something free that a story wants.
struct Found {
    place: String,
    section: String,
    resource: Option<String>,
    matter: Option<String>,
    starts_at: Timestamp,
    band: String,
    from: Option<String>,
    to: Option<String>,
}

impl<'t> Teller<'t> {
    async fn of(
        town: &'t Town,
        clock: &'t FakeClock,
        city: &'t Arc<CityPack>,
        service: &'t Service,
        offer: Arc<Offer>,
        story: &'t BookingStory,
    ) -> Self {
        let area = city.city.code.clone();
        let alone = |person: &sandbox::Citizen| {
            let marital = town.sandbox.marital(&area, person.person.n);
            matches!(marital, Some(Marital::Single | Marital::Widowed))
        };
        let (own, other) = match story.given {
            Guest::Adult => (town.guest(city, |_, age| (25..60).contains(&age)), None),
            Guest::Senior => (town.guest(city, |_, age| age >= 65), None),
            Guest::Couple => {
                let he = town.guest(city, |one, age| alone(one) && one.person.male && age >= 22);
                let she = town.guest(city, |one, age| alone(one) && !one.person.male && age >= 20);
                (he, Some(she))
            }
            Guest::TooYoung => {
                let he = town.guest(city, |one, age| alone(one) && one.person.male && age >= 22);
                let she = town.guest(city, |one, age| alone(one) && !one.person.male && age < 19);
                (he, Some(she))
            }
        };
        let citizen = enters(town, city, own).await;
        let other = other.map(|cast| (cast, None));
        Self { town, clock, city, service, offer, story, citizen, other, booking: None }
    }

    fn says(&self, i: usize) -> String {
        format!("{} in {}: step {} of {:?}", self.service.id, self.city.city.name.en, i + 1, self.story.name.en)
    }

    async fn step(&mut self, i: usize, step: &Step) {
        let says = self.says(i);
        let came = self.does(step, &says).await;
        match (came, step.becomes, &step.refused) {
            (Err(word), _, Some(refused)) => assert_eq!(word, refused, "{says}"),
            (Err(word), ..) => panic!("{says}: refused with {word}"),
            (Ok(_), _, Some(refused)) => panic!("{says}: should be refused with {refused}"),
            (Ok(id), Some(becomes), None) => {
                self.waits(id, &says, becomes.word(), |view| view.state.word() == becomes.word()).await;
                if step.does != Deed::HoldAgain {
                    self.booking = Some(id);
                }
            }
            (Ok(_), None, None) => panic!("{says}: the linter lets no such step through"),
        }
        let Some(id) = self.booking else { return };
        if let Some(fen) = step.price_fen {
            self.waits(id, &says, &format!("a price of {fen} fen"), |view| view.price.fen() == fen).await;
        }
        if let Some(fen) = step.back_fen {
            self.waits(id, &says, &format!("{fen} fen to come back"), |view| view.refunded.fen() == fen).await;
        }
    }

    async fn does(&mut self, step: &Step, says: &str) -> Came {
        let (platform, city) = (&self.town.platform, &self.city.city.id);
        let booking = self.booking;
        let own = || booking.expect("a story begins with a hold");
        let wished = match step.does {
            Deed::Hold | Deed::HoldAgain | Deed::Move => return self.claims(step, says).await,
            Deed::Pay => return self.pays(own(), says).await,
            Deed::LetExpire => {
                let held_until_at = self.sees(own()).await.held_until_at;
                self.clock.set(held_until_at.plus_s(1));
                return Ok(own());
            }
            Deed::Stop => return self.stops(own()).await,
            Deed::Consent => {
                let id = own();
                let other = self.other().await;
                platform.consent_booking(&other, city, id).await
            }
            Deed::Confirm => platform.confirm_booking(&self.citizen, city, own()).await,
            Deed::Extend => platform.extend_hold(&self.citizen, city, own()).await,
            Deed::Cancel => platform.cancel_booking(&self.citizen, city, own()).await,
        };
        let wished = wished.unwrap_or_else(|cause| panic!("{says}: {cause}"));
        wished.map(|_| own()).map_err(|refusal| refusal.code())
    }

    /// The other party, signed in by their own login.
    async fn other(&mut self) -> Citizen {
        let (cast, known) = self.other.as_mut().expect("another party");
        if let Some(citizen) = known {
            return citizen.clone();
        }
        let citizen = enters(self.town, self.city, cast.clone()).await;
        *known = Some(citizen.clone());
        citizen
    }

    async fn claims(&self, step: &Step, says: &str) -> Came {
        let wants = &step.wants;
        let found = self.find(wants).unwrap_or_else(|| panic!("{says}: nothing of the kind is planned"));
        let persons = self.persons(wants).await;
        let partner = self.other.as_ref().map(|(cast, _)| PartnerForm {
            name: &cast.person.person.name,
            resident_id: &cast.person.person.resident_id,
        });
        let form = HoldForm {
            at: Where {
                place: &found.place,
                section: Some(&found.section),
                resource: found.resource.as_deref(),
                matter: found.matter.as_deref(),
                from: found.from.as_deref(),
                to: found.to.as_deref(),
            },
            starts_at: found.starts_at,
            band: &found.band,
            period: None,
            seats: &[],
            persons: &persons,
            partner,
            quoted: None,
            confirm: false,
            pass: Pass::default(),
        };
        let (platform, city, service) = (&self.town.platform, &self.city.city.id, &self.service.id);
        for _ in 0..PATIENCE {
            let key = self.key();
            let outcome = match (step.does, self.booking) {
                (Deed::Move, Some(id)) => platform.move_booking(&self.citizen, city, id, &form, key).await,
                _ => platform.hold_booking(&self.citizen, city, service, &form, key).await,
            };
            match outcome {
                Ok(HoldOutcome::Booking(id)) => return Ok(id),
                Ok(HoldOutcome::Refused { refusal, .. }) => return Err(refusal.code()),
                Ok(HoldOutcome::Changed { total }) => panic!("{says}: it costs {total:?}, and nothing was quoted"),
                Ok(HoldOutcome::Waits(_)) => {}
                // The pools of the days ahead are made by a job, which has only just begun.
                Err(cause) if matches!(cause.kind, Kind::NotFound) => {}
                Err(cause) => panic!("{says}: {cause}"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("{says}: never let in")
    }

    fn key(&self) -> OnceKey {
        OnceKey::random(&*self.town.platform.rng().clone())
    }

    /// The citizen, and companions of about the same age.
    async fn persons(&self, wants: &Wants) -> Vec<PersonForm> {
        let said = SaidOfPerson { proofs: wants.proofs.iter().cloned().collect(), ..SaidOfPerson::default() };
        let mut persons = vec![PersonForm { who: None, said: said.clone() }];
        for _ in 1..wants.persons {
            let cast = self.town.guest(self.city, |_, age| (25..60).contains(&age));
            let (name, resident_id) = (&cast.person.person.name, &cast.person.person.resident_id);
            let form = CompanionForm { name, resident_id, relation: "other" };
            let id = self.town.platform.add_companion(&self.citizen, form, self.key()).await.expect("a companion");
            persons.push(PersonForm { who: Some(id), said: said.clone() });
        }
        persons
    }

    /// The first thing of the kind that is planned, from the wanted day on.
    fn find(&self, wants: &Wants) -> Option<Found> {
        let catalogue = self.town.catalogue();
        let (kind, rules) = (self.service.booking.as_ref()?.kind, &catalogue.rules.booking);
        (wants.day..wants.day + DAYS_LOOKED_AT).find_map(|ahead| {
            let day = capability::booking::limit::plus_days(self.clock.today(), i32::from(ahead));
            let pools = plan::pools(&self.offer, kind, rules, &catalogue.calendar, day);
            pools.iter().find_map(|pool| self.fits(kind, wants, pool))
        })
    }

    fn fits(&self, kind: BookingKind, wants: &Wants, pool: &plan::PlannedPool) -> Option<Found> {
        let place = self.offer.place(&pool.place)?;
        let resource = place.resource(&pool.resource).map(|(_, resource)| resource);
        let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let matters = self.offer.matter.iter().map(|matter| matter.id.as_str());
        let matter = matters
            .filter(|id| same(&wants.matter, id))
            .find(|id| resource.is_some_and(|resource| resource.takes(id)))
            .map(str::to_owned);
        let part = match kind {
            BookingKind::Appointment => pool.part.is_empty(),
            BookingKind::Ticket => wants.band.as_deref().unwrap_or(plan::DAY) == pool.part,
            BookingKind::Coach => pool.part == plan::RIDE,
        };
        let fits = part
            && (matter.is_some() || self.offer.matter.is_empty())
            && same(&wants.class, &pool.class)
            && same(&wants.profile, self.offer.profile_of(place))
            && wants.designated.is_none_or(|designated| place.designated == designated)
            && wants.seats.is_none_or(|seats| resource.is_some_and(|one| one.seats.is_some() == seats));
        let end = |of: fn(&Line) -> Option<&manifest::booking::coach::Stop>| {
            resource.and_then(|resource| resource.line.as_ref()).and_then(of).map(|stop| stop.id.clone())
        };
        fits.then(|| Found {
            place: pool.place.clone(),
            section: pool.section.clone(),
            resource: (!pool.resource.is_empty()).then(|| pool.resource.clone()),
            matter,
            starts_at: pool.starts_at,
            band: wants.band.clone().unwrap_or_default(),
            from: end(|line| line.stop.first()),
            to: end(|line| line.stop.last()),
        })
    }

    async fn pays(&self, id: Id, says: &str) -> Came {
        let (platform, city) = (&self.town.platform, &self.city.city.id);
        let opened = platform.pay_booking(&self.citizen, city, id, "alipay", self.key()).await;
        let payment = opened.unwrap_or_else(|cause| panic!("{says}: {cause}")).map_err(|refusal| refusal.code())?;
        let payer = Payer::with(self.town, self.citizen.clone(), city.clone(), self.service.id.clone());
        payer.looks_at_cashier(payment).await;
        payer.pays_at_cashier(payment).await;
        Ok(id)
    }

    /// The desk calls off what the booking is of.
    async fn stops(&self, id: Id) -> Came {
        let city = &self.city.city.id;
        let cell = self.town.stores.city(city).await.expect("the cell");
        let facts = cell.booking_facts(id).await.expect("answers").expect("a booking");
        let clerk = self.town.staff(city, Role::Scheduler).await.steps_up().await;
        let staff = self.town.platform.staff(&clerk.token).await.expect("answers").expect("signed in");
        let (pool, _) = facts.parts.first().expect("a part");
        self.town.platform.stop_sitting(&staff, city, *pool, "called off").await.expect("stopped");
        Ok(id)
    }

    async fn sees(&self, id: Id) -> engine::BookingView {
        self.town.platform.booking(&self.citizen, &self.city.city.id, id).await.expect("their own booking")
    }

    async fn waits(&self, id: Id, says: &str, what: &str, fits: impl Fn(&engine::BookingView) -> bool) {
        for _ in 0..PATIENCE {
            if fits(&self.sees(id).await) {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let view = self.sees(id).await;
        panic!("{says}: waits for {what}, and is {:?}, {:?} paid, {:?} back", view.state, view.paid, view.refunded)
    }
}

/// Signs in and proves who they are.
async fn enters(town: &Town, city: &CityPack, cast: Cast) -> Citizen {
    let visitor = town.visitor(&city.city.id, cast).signs_in().await.passes_real_name().await;
    town.platform.citizen(&visitor.token, "api").await.expect("answers").expect("signed in")
}

//! Bookings on pages: one of them, the list, and what a number and the end of a resident ID bring up.

use std::net::IpAddr;

use capability::booking::{Command, State, decide as rules_of, limit, rule::Pay, voucher::Show};
use kernel::{
    CityId, Error, Id, Kind, Money, Receipt, Result, ServiceId, Text, access::Purpose, identifier::normalise, mask,
};
use manifest::{Act, CityPack, booking::BookingKind};
use store::BookingFacts;

use super::{
    change::owed,
    claim::{DETAIL, Detail, DetailPerson},
    errand::unit_labels,
    hold::HoldForm,
    offer::{Offered, matter_view},
    price,
    view::{
        Again, BookingFound, BookingLine, BookingPage, BookingParty, BookingView, Can, CancelView, MatterView,
        PersonLine, PlaceRef, RulesView,
    },
};
use crate::{Citizen, Platform, VoucherFacts};

/// Bookings on one page of the list.
const PAGE: u32 = 30;

impl Platform {
    /// One booking: the citizen's own, or one to which they are a party.
    pub async fn booking(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<BookingView> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        // A party that has not agreed yet is known by their name alone; their login comes with their consent.
        let own = facts.account == Some(citizen.account)
            || facts.parties.iter().any(|party| party.account == Some(citizen.account));
        let party = if facts.facts.consents.len() > 1 && citizen.verified {
            self.party_of(citizen, &facts).await?
        } else {
            None
        };
        if !own && party.is_none() {
            tracing::warn!(booking = %id, "somebody asks for a booking that is not theirs");
            return Err(Kind::NotFound.into());
        }
        let access =
            self.access(citizen, facts.account.unwrap_or(citizen.account), Purpose::Booking, Some(&facts.service));
        let opened = match facts.account {
            Some(account) => cell.booking(access, account, id).await?,
            None => cell.booking_for_staff(access, id).await?,
        };
        let (kept, receipt) = opened.ok_or(Kind::NotFound)?;
        let detail = match &kept.detail {
            Some(sealed) => Some(self.open_booking_detail(sealed, &receipt)?),
            None => None,
        };
        let instead_of = detail.as_ref().and_then(|detail| detail.instead_of).filter(|_| own);
        let mut view = self.booking_view(citizen, city, &kept.facts, detail, party)?;
        if let Some(old) = instead_of {
            view.instead_of = self.instead_view(&cell, old).await?;
        }
        Ok(view)
    }

    pub(crate) fn open_booking_detail(&self, sealed: &kernel::Sealed, receipt: &Receipt) -> Result<Detail> {
        let bytes = self.inner.vault.open(DETAIL, sealed, receipt)?;
        serde_json::from_slice(&bytes).map_err(|_| Error::internal("a booking's detail cannot be read"))
    }

    fn booking_view(
        &self,
        citizen: &Citizen,
        city: &CityId,
        facts: &BookingFacts,
        detail: Option<Detail>,
        party: Option<u16>,
    ) -> Result<BookingView> {
        let offered = self.offered(city, &facts.service)?;
        let place = offered.offer.place(&facts.names.place);
        let found = place.and_then(|place| place.resource(&facts.names.resource));
        let matter = matter_of(&offered, facts);
        let persons = detail.as_ref().map(|detail| person_lines(&offered, facts, detail)).unwrap_or_default();
        let stop = |id: Option<&String>| {
            let line = found.and_then(|(_, resource)| resource.line.as_ref())?;
            line.stop.iter().find(|stop| Some(&stop.id) == id).map(|stop| stop.name.clone())
        };
        let own = facts.account == Some(citizen.account);
        let department = offered.pack.bindings.act.get(&facts.service).and_then(|acts| acts.get(&Act::Book));
        let department = department.and_then(|binding| offered.pack.bindings.department.get(&binding.department));
        let kept = self.kept_rules(facts)?;
        let lets_in = matches!(facts.facts.state, State::Booked | State::Paid | State::CheckedIn);
        let pay_first = pays_first(kept.profile.pay, offered.booking()?.kind, facts);
        Ok(BookingView {
            id: facts.id,
            number: facts.number.clone(),
            service: facts.service.clone(),
            kind: offered.booking()?.kind,
            state: self.shown_state(facts),
            place: place_ref(&offered, facts),
            section: found.map(|(section, _)| section.name.clone()),
            resource_id: facts.names.resource.clone(),
            resource: found.map(|(_, resource)| resource.name.clone()),
            class: facts.facts.class.clone(),
            bring: bring(&offered, facts),
            matter,
            starts_at: facts.facts.starts_at,
            ends_at: facts.facts.ends_at,
            units: unit_labels(&offered, facts),
            count: facts.units(),
            from: stop(detail.as_ref().and_then(|detail| detail.from.as_ref())),
            to: stop(detail.as_ref().and_then(|detail| detail.to.as_ref())),
            held_until_at: facts.facts.held_until_at,
            price: facts.facts.price,
            paid: facts.facts.paid,
            refunded: facts.facts.refunded,
            parties: parties(facts, detail.as_ref(), party, own),
            persons,
            can: self.can(facts, own, party)?,
            payment: facts.payment.filter(|_| own),
            department_ref: facts.department_ref.clone(),
            department: department.map(|department| department.name.clone()).unwrap_or_default(),
            phone: department.map(|department| department.phone.clone()).unwrap_or_default(),
            voucher: match lets_in && !pay_first {
                true => Some(self.voucher_of(city, facts, detail.as_ref())?),
                false => None,
            },
            check_in_until_at: facts.missed_at,
            moved_to: facts.moved_to,
            instead_of: None,
            again: Again {
                section: facts.names.section.clone(),
                matter: facts.names.matter.clone(),
                from: detail.as_ref().and_then(|detail| detail.from.clone()),
                to: detail.as_ref().and_then(|detail| detail.to.clone()),
                band: detail.map(|detail| detail.band).unwrap_or_default(),
            },
        })
    }

    /// A hold whose deadline has passed is nobody's, whether or not it has been swept up.
    pub(crate) fn shown_state(&self, facts: &BookingFacts) -> State {
        let over = facts.facts.state == State::Held && self.now() >= facts.facts.held_until_at;
        if over && facts.payment.is_none() { State::Expired } else { facts.facts.state }
    }

    fn voucher_of(&self, city: &CityId, facts: &BookingFacts, detail: Option<&Detail>) -> Result<String> {
        let at_gate = detail.map(shows).unwrap_or_default();
        self.voucher(
            city,
            VoucherFacts {
                number: &facts.number,
                service: &facts.service,
                place: &facts.names.place,
                starts_at: facts.facts.starts_at,
                ends_at: facts.facts.ends_at,
                persons: u16::try_from(facts.units()).unwrap_or(u16::MAX),
                at_gate,
            },
        )
    }

    fn can(&self, facts: &BookingFacts, own: bool, party: Option<u16>) -> Result<Can> {
        let (kept, now) = (self.kept_rules(facts)?, self.now());
        let rules = kept.rules();
        let would = |command: &Command| capability::booking::decide(&facts.facts, command, rules, now);
        let owed = owed(facts);
        let held = facts.facts.state == State::Held && now < facts.facts.held_until_at;
        let agreed = facts.facts.consents.iter().all(|agreed| *agreed);
        let pays = match kept.profile.pay {
            Pay::Upfront => held && agreed,
            Pay::Later => facts.facts.state == State::Booked,
            Pay::Never => false,
        };
        let waits = |place: u16| facts.facts.consents.get(usize::from(place)) == Some(&false);
        let cancel = would(&Command::Cancel).ok().map(|decision| {
            let back = Money::from_fen(decision.facts.refunded.fen() - facts.facts.refunded.fen());
            let kept = Money::from_fen(facts.facts.paid.fen() - decision.facts.refunded.fen());
            let until_at = (facts.facts.state != State::Held).then(|| rules_of::cancel_ends_at(&facts.facts, rules));
            CancelView { until_at, kept, back }
        });
        Ok(Can {
            confirm: own && held && would(&Command::Confirm).is_ok(),
            pay: (own && pays && owed > Money::ZERO).then_some(owed),
            extend_s: (own && would(&Command::Extend).is_ok()).then_some(kept.profile.extend_s),
            cancel: cancel.filter(|_| own),
            move_: own
                && matches!(facts.facts.state, State::Booked | State::Paid)
                && would(&Command::Move { to_price: facts.facts.price }).is_ok(),
            consent: held && party.is_some_and(waits),
            decline: held && party.is_some_and(|place| place > 0),
        })
    }

    /// The citizen's bookings in a city, newest first, with those to which they are a party.
    pub async fn bookings(&self, citizen: &Citizen, city: &CityId, before: Option<i64>) -> Result<BookingPage> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let access = self.access(citizen, citizen.account, Purpose::Booking, None);
        let (mut list, _) = cell.bookings(access, citizen.account, before, PAGE + 1).await?;
        let more = list.len() > PAGE as usize;
        list.truncate(PAGE as usize);
        let next = list.last().filter(|_| more).map(|last| last.seq);
        let now = self.now();
        let line = |info: store::BookingInfo| {
            let offer = pack.offers.get(&info.service);
            let place = offer.and_then(|offer| offer.place(&info.names.place));
            let resource = place.and_then(|place| place.resource(&info.names.resource));
            let over = info.state == State::Held && now >= info.held_until_at;
            BookingLine {
                id: info.id,
                number: info.number,
                state: if over { State::Expired } else { info.state },
                place: place.map(|place| place.name.clone()).unwrap_or_default(),
                resource: resource.map(|(_, resource)| resource.name.clone()),
                service: info.service,
                starts_at: info.starts_at,
                ends_at: info.ends_at,
                held_until_at: info.held_until_at,
                price: info.price,
                count: info.units,
            }
        };
        // Whoever is asked for their yes finds it first.
        let mut items = match before {
            None => self.asked_of(citizen, &catalogue, &pack, &cell).await?,
            Some(_) => Vec::new(),
        };
        items.extend(list.into_iter().map(line));
        Ok(BookingPage { items, next })
    }

    /// What something is still to come of among these, the next first, for the home page. Nothing personal is opened.
    pub(crate) async fn bookings_ahead(
        &self,
        pack: &CityPack,
        cell: &store::City,
        ids: Vec<Id>,
    ) -> Result<Vec<BookingLine>> {
        let mut lines = Vec::new();
        for id in ids {
            let Some(facts) = cell.booking_facts(id).await? else { continue };
            let line = self.line_of(pack, facts);
            if line.state.is_live() {
                lines.push(line);
            }
        }
        lines.sort_by_key(|line| line.starts_at);
        Ok(lines)
    }

    /// By number and the last four of the resident ID, without signing in. Wrong pairs look alike, and tries are counted.
    pub async fn find_booking(
        &self,
        city: &CityId,
        service: &ServiceId,
        number: &str,
        tail: &str,
        address: IpAddr,
    ) -> Result<BookingFound> {
        let offered = self.offered(city, service)?;
        self.inner.by_address.take(address, self.now())?;
        let (number, tail) = (normalise(number), normalise(tail));
        let cell = self.inner.stores.city(city).await?;
        let id = cell.booking_by_number(&number).await?.ok_or(Kind::NotFound)?;
        if !cell.knows_lookup(id, &self.lookup(id, &tail)).await? {
            return Err(Kind::NotFound.into());
        }
        let facts = cell.booking_facts(id).await?.filter(|facts| facts.service == *service).ok_or(Kind::NotFound)?;
        let place = offered.offer.place(&facts.names.place);
        let found = place.and_then(|place| place.resource(&facts.names.resource));
        Ok(BookingFound {
            state: self.shown_state(&facts),
            place: place_ref(&offered, &facts),
            section: found.map(|(section, _)| section.name.clone()),
            resource: found.map(|(_, resource)| resource.name.clone()),
            matter: matter_of(&offered, &facts),
            starts_at: facts.facts.starts_at,
            ends_at: facts.facts.ends_at,
            units: unit_labels(&offered, &facts),
            bring: bring(&offered, &facts),
            number: facts.number,
        })
    }

    /// The rules that would hold for what is about to be asked for.
    pub async fn booking_rules(&self, city: &CityId, service: &ServiceId, form: &HoldForm<'_>) -> Result<RulesView> {
        let wanted = self.wanted(city, service, form, capability::booking::pool::Door::Online).await?;
        let (profile, calendar) = (&wanted.profile, &wanted.offered.catalogue.calendar);
        let fits = |classes: &[String]| classes.is_empty() || classes.contains(&wanted.class);
        let cancel = profile.cancel.iter().find(|cancel| fits(&cancel.classes));
        let step = |step: &manifest::booking::RefundStep| {
            let until_at = limit::ends_at(&step.until, wanted.starts_at, calendar);
            (until_at, step.keep_percent, Money::from_fen(step.keep_min_fen))
        };
        Ok(RulesView {
            cancel_until_at: cancel
                .map_or(wanted.starts_at, |cancel| limit::ends_at(&cancel.until, wanted.starts_at, calendar)),
            refund: profile.refund.iter().map(step).collect(),
            concessions: price::concessions(&wanted.offered, wanted.place()?, wanted.starts_at.date()),
            profile: wanted.profile.clone(),
        })
    }
}

/// Whether it has no code before it is paid. A counter finds whoever is to pay there by the code, and asks for the money; a
/// gate without a line cannot ask.
fn pays_first(pay: Pay, kind: BookingKind, facts: &BookingFacts) -> bool {
    match pay {
        Pay::Never => false,
        Pay::Later if kind == BookingKind::Appointment => false,
        Pay::Later | Pay::Upfront => owed(facts) > Money::ZERO,
    }
}

fn parties(facts: &BookingFacts, detail: Option<&Detail>, party: Option<u16>, own: bool) -> Vec<BookingParty> {
    if facts.facts.consents.len() < 2 {
        return Vec::new();
    }
    // Parties stand first among the persons, the one who asks at their head.
    let name = |at: usize| detail.and_then(|detail| detail.persons.get(at)).map(|one| mask::name(&one.who.name));
    let view = |(at, agreed): (usize, &bool)| BookingParty {
        name: name(at).unwrap_or_default(),
        agreed: *agreed,
        own: party.map_or(own && at == 0, |party| usize::from(party) == at),
    };
    facts.facts.consents.iter().enumerate().map(view).collect()
}

fn person_lines(offered: &Offered, facts: &BookingFacts, detail: &Detail) -> Vec<PersonLine> {
    let place = offered.offer.place(&facts.names.place);
    let concessions =
        place.map(|place| price::concessions(offered, place, facts.facts.starts_at.date())).unwrap_or_default();
    let line = |one: &DetailPerson| PersonLine {
        name: mask::name(&one.who.name),
        kin: one.who.kin,
        price: one.price,
        concession: one
            .concession
            .as_ref()
            .and_then(|id| concessions.iter().find(|concession| concession.id == *id))
            .map(|concession| concession.name.clone()),
        height_cm_max: one.height_cm_max,
        proofs: one.proofs.clone(),
        seat: one.seat,
    };
    detail.persons.iter().map(line).collect()
}

pub(crate) fn place_ref(offered: &Offered, facts: &BookingFacts) -> PlaceRef {
    let place = offered.offer.place(&facts.names.place);
    PlaceRef {
        id: facts.names.place.clone(),
        name: place.map(|place| place.name.clone()).unwrap_or_default(),
        address: place.map(|place| place.address.clone()).unwrap_or_default(),
        phone: place.map(|place| place.phone.clone()).unwrap_or_default(),
        way: place.map(|place| place.way.clone()).unwrap_or_default(),
    }
}

fn matter_of(offered: &Offered, facts: &BookingFacts) -> Option<MatterView> {
    offered.offer.matter(&facts.names.matter).map(matter_view)
}

pub(crate) fn bring(offered: &Offered, facts: &BookingFacts) -> Vec<Text> {
    let place = offered.offer.place(&facts.names.place).into_iter().flat_map(|place| place.bring.clone());
    let matter = offered.offer.matter(&facts.names.matter).into_iter().flat_map(|matter| matter.bring.clone());
    let rule = offered.booking().is_ok_and(|booking| booking.check.is_some());
    let rule = offered.catalogue.rules.booking.marriage_on(facts.facts.starts_at.date()).filter(|_| rule);
    let papers = rule.into_iter().flat_map(|rule| rule.bring.iter().map(|one| one.name.clone()));
    let mut all: Vec<Text> = Vec::new();
    for one in place.chain(matter).chain(papers) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// What has to be seen before they go in, gathered by concession.
pub(crate) fn shows(detail: &Detail) -> Vec<Show> {
    let mut at_gate: Vec<Show> = Vec::new();
    for person in &detail.persons {
        let Some(concession) = &person.concession else { continue };
        if person.height_cm_max.is_none() && person.proofs.is_empty() {
            continue;
        }
        match at_gate.iter_mut().find(|show| show.concession == *concession) {
            Some(show) => show.persons = show.persons.saturating_add(1),
            None => at_gate.push(Show {
                persons: 1,
                concession: concession.clone(),
                height_cm_max: person.height_cm_max.and_then(|height| u8::try_from(height).ok()),
            }),
        }
    }
    at_gate
}

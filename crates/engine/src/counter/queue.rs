//! Calling: who is next, and what a hall shows of it. Nothing here opens anybody's booking.

use capability::booking::State;
use kernel::{CityId, Error, Kind, Result};
use store::{Arrival, ArrivalsOf, TallyOf};

use super::{AtDesk, Call, Desk, DeskAt, Queue, QueueEntry};
use crate::{Deed, Platform, Staff, Verb};

/// The name of a window on a hall's screen.
const WINDOW_CHARS_MAX: usize = 20;

fn entry(desk: &Desk, at: &DeskAt, arrival: Arrival) -> QueueEntry {
    let (_, resource) = desk.names(&at.place, &arrival.section, &arrival.resource);
    QueueEntry {
        id: arrival.booking,
        number: arrival.number,
        call_no: arrival.call_no,
        resource,
        name: arrival.name,
        starts_at: arrival.starts_at,
        window: arrival.called_to,
        called_at: arrival.called_at,
        times: arrival.times,
        passed: arrival.passed_at.is_some(),
    }
}

impl Platform {
    fn arrivals_of(&self, at: &DeskAt) -> ArrivalsOf {
        ArrivalsOf {
            service: at.service.clone(),
            place: at.place.clone(),
            section: at.section.clone(),
            resource: at.resource.clone(),
            on: self.now().date(),
        }
    }

    /// Who is here today, and who is not yet.
    pub async fn queue(&self, staff: &Staff, city: &CityId, at: &DeskAt) -> Result<Queue> {
        let desk = self.desk_at(staff, Verb::SeeCounter, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let of = self.arrivals_of(at);
        let on = of.on;
        let (mut called, mut waiting) = (Vec::new(), Vec::new());
        for arrival in cell.arrivals(&of).await? {
            let list = if arrival.called_at.is_some() { &mut called } else { &mut waiting };
            list.push(entry(&desk, at, arrival));
        }
        called.sort_by_key(|entry: &QueueEntry| std::cmp::Reverse(entry.called_at));
        let tally = TallyOf { service: at.service.clone(), place: Some(at.place.clone()), from_on: on, to_on: on };
        let tallies = cell.tallies(tally).await?;
        let count = |states: &[State]| {
            let counts = tallies.iter().flat_map(|tally| &tally.counts).filter(|(state, _)| states.contains(state));
            u32::try_from(counts.map(|(_, units)| units).sum::<u64>()).unwrap_or(u32::MAX)
        };
        let (section, _) = desk.names(&at.place, &at.section, "");
        Ok(Queue {
            at: at.clone(),
            place: desk.place_name(&at.place),
            section,
            on,
            called,
            waiting,
            ahead: count(&[State::Booked, State::Paid]),
            done: count(&[State::Done]),
            missed: count(&[State::NoShow]),
        })
    }

    /// Calls, calls again, passes over or finishes.
    pub async fn call(&self, staff: &Staff, city: &CityId, at: &DeskAt, window: &str, call: Call) -> Result<()> {
        let desk = self.desk_at(staff, Verb::Attend, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let window: String = window.trim().chars().take(WINDOW_CHARS_MAX).collect();
        let id = match call {
            Call::Finish(id) => return self.attend(staff, city, id, AtDesk::Finish, "").await,
            Call::Next => None,
            Call::Again(id) | Call::Pass(id) => Some(id),
        };
        if let Some(id) = id {
            let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
            self.desk_of_booking(staff, Verb::Attend, city, &facts)?;
        }
        let object =
            id.map_or_else(|| format!("queue {at} {}", call.word()), |id| format!("booking {id} {}", call.word()));
        let deed = Deed {
            verb: Verb::Attend,
            city,
            department: Some(&desk.department),
            place: &at.place,
            object,
            reason: &window,
        };
        let now = self.now();
        let work = async {
            let done = match call {
                Call::Next => cell.call_next(self.arrivals_of(at), &window, now).await?.is_some(),
                Call::Again(id) => cell.call_again(id, &window, now).await?,
                Call::Pass(id) => cell.pass_over(id, now).await?,
                Call::Finish(_) => true,
            };
            let code = if call == Call::Next { "nobody_waits" } else { "not_called" };
            if done { Ok(()) } else { Err(Error::new(Kind::Conflict(code))) }
        };
        self.deed(staff, deed, work).await
    }
}

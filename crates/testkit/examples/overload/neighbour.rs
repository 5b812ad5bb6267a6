//! Somebody who wants nothing of the rush: they open the signed-in home page, twenty times a second, while it is on.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{count::per_mille, wire::Wire};

const EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Neighbour {
    /// When they wanted it, how long it took, and whether it came.
    seen: RefCell<Vec<(Instant, u32, bool)>>,
    pub gone: Cell<bool>,
}

impl Neighbour {
    pub async fn look(self: &Rc<Self>, host: &str, path: &str, cookie: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
        let request: Rc<[u8]> = request.into_bytes().into();
        let wires: Rc<RefCell<Vec<Wire>>> = Rc::default();
        let mut looks = JoinSet::new();
        let mut tick = tokio::time::interval(EVERY);
        while !self.gone.get() {
            let due = tick.tick().await.into_std();
            let (own, request, wires) = (Rc::clone(self), Rc::clone(&request), Rc::clone(&wires));
            let mut wire = wires.borrow_mut().pop().unwrap_or_else(|| Wire::new(host));
            looks.spawn_local(async move {
                let came = matches!(
                    tokio::time::timeout(PATIENCE, wire.call(&request)).await,
                    Ok(Ok(answer)) if answer.status == 200
                );
                let took = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                own.seen.borrow_mut().push((due, took, came));
                if came {
                    wires.borrow_mut().push(wire);
                }
            });
            while looks.try_join_next().is_some() {}
        }
        while looks.join_next().await.is_some() {}
    }

    /// Median and p99 in milliseconds between two moments, and how many pages did not come.
    pub fn between(&self, from: Instant, to: Instant) -> (f64, f64, usize) {
        let seen = self.seen.borrow();
        let within = || seen.iter().filter(|(due, ..)| (from..to).contains(due));
        let mut took: Vec<u32> = within().map(|(_, took, _)| *took).collect();
        let missed = within().filter(|(.., came)| !came).count();
        let ms = |us: u32| f64::from(us) / 1000.0;
        (ms(per_mille(&mut took, 500)), ms(per_mille(&mut took, 990)), missed)
    }
}

//! Gateways that lie, double, lose, delay and forge, departments that fail, and the one who kills the server.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sandbox::{Bills, Department, Fault, Gateway, Sandbox};

use testkit::Server;

use crate::{Acknowledged, PATIENCE};

const FAULT_EVERY: Duration = Duration::from_millis(700);

/// Gateways and departments that change their faults all the time.
pub async fn hostility(sandbox: Arc<Sandbox>) {
    let gateways = [
        Fault::Doubled,
        Fault::Lost,
        Fault::Forged,
        Fault::Shuffled,
        Fault::None,
        Fault::Early,
        Fault::WrongAmount,
        Fault::Garbage,
        Fault::Late,
        Fault::Half,
        Fault::Down,
        Fault::None,
    ];
    let departments = [Fault::None, Fault::Garbage, Fault::None, Fault::Down, Fault::None, Fault::Half];
    sandbox.set_gateways(sandbox::Settings { speed: 20, bills: Bills::AtOnce, ..sandbox.gateway_settings() });
    for n in 0.. {
        for (at, gateway) in Gateway::ALL.into_iter().enumerate() {
            sandbox.set_fault(gateway.department(), gateways[(n + at * 5) % gateways.len()], 500);
        }
        for (at, department) in Department::ALL.into_iter().filter(|it| books(*it)).enumerate() {
            sandbox.set_fault(department, departments[(n / 2 + at) % departments.len()], 500);
        }
        tokio::time::sleep(FAULT_EVERY).await;
    }
}

/// Departments at which something is posted.
pub fn books(department: Department) -> bool {
    department == Department::TrafficPolice || sandbox::Biller::parse(department.word()).is_some()
}

/// Kills the server evenly over the payments. Says how often.
pub async fn kill(server: Arc<Server>, done: Arc<Mutex<Vec<Acknowledged>>>, payments: usize, kills: usize) -> usize {
    for n in 1..=kills {
        let at = payments * n / (kills + 1);
        let waiting = Instant::now();
        while done.lock().expect("a lock").len() < at && waiting.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.kill()).await.expect("killed");
        eprintln!("kill {n} of {kills}, after {} payments", done.lock().expect("a lock").len());
    }
    kills
}

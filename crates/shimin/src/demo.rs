//! Demo staff: one person for each role in the foremost city, and whoever sits at the counters of the others, as long as
//! the sandbox runs beside the platform.
//!
//! Their passwords and secrets are drawn anew at every start, printed, and given to the sandbox's authenticator. Whoever
//! later serves the same data without a sandbox finds the accounts disabled.

use engine::{Grant, NewStaffForm, Platform, Role};
use kernel::{Error, Lang, Result};
use sandbox::Sandbox;
use serde::Serialize;

/// How a demo login begins. Nobody else should choose such a one: it ends with the sandbox.
const PREFIX: &str = "demo-";

/// Who can sign in at the desk, for the print-out.
#[derive(Clone, Debug, Serialize)]
pub struct DemoStaff {
    pub role: &'static str,
    pub login: String,
    pub password: String,
    pub name: &'static str,
    pub city: String,
    pub about: &'static str,
}

/// Synthetic, as everybody in the sandbox.
const PEOPLE: &[(Role, &str, &str)] = &[
    (Role::Treasurer, "周明账", "reconciles, settles, closes the day"),
    (Role::RefundClerk, "吴有据", "asks for refunds"),
    (Role::RefundApprover, "郑四目", "approves refunds that somebody else asked for"),
    (Role::Operator, "王守机", "payment providers, departments, staff accounts"),
    (Role::Auditor, "冯观止", "reads what everybody at the desk did"),
    (Role::Counter, "褚迎门", "checks people in, calls them, lets them through the gate"),
    (Role::Scheduler, "卫排班", "says how much there is on which day, and calls a sitting off"),
];

/// Roles that every city with something to book has.
const EVERYWHERE: &[Role] = &[Role::Counter, Role::Scheduler];

/// Opens the accounts, with new secrets, and puts those on the sandbox's phone. Those of the foremost city come first.
pub async fn open(platform: &Platform, sandbox: &Sandbox) -> Result<Vec<DemoStaff>> {
    let catalogue = platform.catalogue();
    let Some(foremost) = catalogue.foremost() else {
        return Ok(Vec::new());
    };
    let known = platform.all_staff().await?;
    let mut opened = Vec::new();
    let others = catalogue.cities.values().filter(|pack| pack.city.id != foremost.city.id && !pack.offers.is_empty());
    let of_others = others.flat_map(|pack| {
        let here = PEOPLE.iter().filter(|(role, ..)| EVERYWHERE.contains(role));
        here.map(move |person| (pack, person, format!("{PREFIX}{}-{}", person.0.word(), pack.city.id)))
    });
    let all = PEOPLE.iter().map(|person| (foremost, person, format!("{PREFIX}{}", person.0.word())));
    for (pack, &(role, name, about), login) in all.chain(of_others) {
        let grants = vec![Grant { role, city: pack.city.id.clone(), department: None }];
        let secrets = if known.iter().any(|one| one.login == login) {
            platform.set_staff_roles(&login, grants).await?;
            platform.reset_staff(&login).await?
        } else {
            platform.add_staff(NewStaffForm { login: login.clone(), name: name.to_owned(), grants }).await?
        };
        sandbox.scan(&secrets.uri).map_err(Error::internal)?;
        let city = pack.city.name.get(Lang::ZhCn).to_owned();
        opened.push(DemoStaff { role: role.word(), login, password: secrets.password, name, city, about });
    }
    Ok(opened)
}

/// Shuts the accounts of an earlier run. Says how many there were.
pub async fn shut(platform: &Platform) -> Result<usize> {
    let all = platform.all_staff().await?;
    let mut shut = 0;
    for one in all.iter().filter(|one| one.login.starts_with(PREFIX) && one.disabled_at.is_none()) {
        platform.disable_staff(&one.login).await?;
        shut += 1;
    }
    Ok(shut)
}

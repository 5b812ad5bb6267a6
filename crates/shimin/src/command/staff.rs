//! `shimin staff`: accounts of the desk, made and renewed on the machine itself. Whoever can read the data can do this
//! anyway; over the network nobody can.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use engine::{Grant, NewStaffForm, Platform, Role, StaffSecrets};
use kernel::{CityId, DepartmentId, Error, Kind, Lang, SystemClock, SystemRng};
use serde_json::json;

use crate::{
    house::{House, Settings},
    output::{self, Ending, Trouble},
    packs::{self, Source},
    terminal,
};

#[derive(Subcommand)]
pub enum Command {
    /// Make an account; its password and the authenticator's QR code are shown once
    Add {
        login: String,
        /// What colleagues call them
        #[arg(long)]
        name: String,
        #[command(flatten)]
        roles: Roles,
        #[command(flatten)]
        place: Place,
    },
    /// Every account there is, or was
    List(Place),
    /// Give an account these roles and no others
    Roles {
        login: String,
        #[command(flatten)]
        roles: Roles,
        #[command(flatten)]
        place: Place,
    },
    /// A new password and a new QR code; ends every session, a lock, and a disabling
    Reset {
        login: String,
        #[command(flatten)]
        place: Place,
    },
    /// Whoever left is out at once
    Disable {
        login: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
pub struct Roles {
    /// treasurer, refund-clerk, refund-approver, operator, auditor, counter or scheduler, for a city, one of its departments,
    /// or a single place where a department's service is booked; may be repeated
    #[arg(long = "role", required = true, value_name = "ROLE@CITY[/DEPARTMENT]", value_parser = grant)]
    roles: Vec<Grant>,
}

/// Where the accounts are.
#[derive(Args)]
pub struct Place {
    /// Where data is kept
    #[arg(long, env = "SHIMIN_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Data is in PostgreSQL: postgres://…
    #[arg(long, env = "SHIMIN_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// What the names of its schemas begin with
    #[arg(long, env = "SHIMIN_SCHEMA_PREFIX", value_name = "PREFIX")]
    schema_prefix: Option<String>,
    /// Directory of packs; ./packs if it is there, else those inside the binary
    #[arg(long, env = "SHIMIN_PACKS", value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// `treasurer@lakeside`, `refund-clerk@lakeside/bicycle-police`.
fn grant(text: &str) -> Result<Grant, String> {
    let (role, place) = text.split_once('@').ok_or("write ROLE@CITY, or ROLE@CITY/DEPARTMENT")?;
    let (city, department) = place.split_once('/').map_or((place, None), |(city, of)| (city, Some(of)));
    let words = || Role::ALL.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ");
    Ok(Grant {
        role: Role::parse(role).ok_or_else(|| format!("`{role}` is no role; one of {}", words()))?,
        city: CityId::parse(city).ok_or_else(|| format!("`{city}` is no city's id"))?,
        department: match department {
            Some(id) => Some(DepartmentId::parse(id).ok_or_else(|| format!("`{id}` is no department's id"))?),
            None => None,
        },
    })
}

pub async fn run(command: Command) -> Result<Ending, Trouble> {
    match command {
        Command::Add { login, name, roles, place } => {
            let form = NewStaffForm { login, name, grants: roles.roles };
            let secrets = platform(&place).await?.add_staff(form).await.map_err(said)?;
            show(&secrets, place.json)
        }
        Command::Reset { login, place } => {
            let secrets = platform(&place).await?.reset_staff(&login).await.map_err(said)?;
            show(&secrets, place.json)
        }
        Command::Roles { login, roles, place } => {
            platform(&place).await?.set_staff_roles(&login, roles.roles).await.map_err(said)?;
            done(&login, "roles", place.json)
        }
        Command::Disable { login, place } => {
            platform(&place).await?.disable_staff(&login).await.map_err(said)?;
            done(&login, "disabled", place.json)
        }
        Command::List(place) => list(&platform(&place).await?, place.json).await,
    }
}

async fn platform(place: &Place) -> Result<Platform, Trouble> {
    let settings = Settings {
        catalogue: packs::open(&Source::choose(place.packs.as_deref()))?,
        data: place.data.clone(),
        database: place.database.clone(),
        schema_prefix: place.schema_prefix.clone(),
        sandbox_url: None,
        sandbox_public_url: None,
        public_url: String::new(),
        payment_file: None,
        allow_hosts: Vec::new(),
        secure_cookies: false,
        limits: engine::Limits::default(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    };
    Ok(House::build(settings).await?.platform)
}

/// What to do about a refusal.
fn said(error: Error) -> Trouble {
    let (ending, says) = match (&error.kind, error.code()) {
        (Kind::NotFound, _) => (Ending::Invalid, "there is no such login; `shimin staff list` shows all".to_owned()),
        (_, "bad_login") => (
            Ending::Invalid,
            "a login is 2 to 32 lower-case letters, digits, dots and hyphens, and begins with a letter".to_owned(),
        ),
        (_, "login_taken") => (
            Ending::Invalid,
            "this login is taken, also if its owner left: choose another, or `shimin staff reset`".to_owned(),
        ),
        (Kind::Invalid(mistakes), _) => (
            Ending::Invalid,
            mistakes.iter().map(|one| format!("{}: {}", one.field, one.say(Lang::En))).collect::<Vec<_>>().join("; "),
        ),
        (Kind::Conflict(_), _) => (Ending::Invalid, error.to_string()),
        _ => (Ending::Failed, error.to_string()),
    };
    Trouble::new(ending, says)
}

fn done(login: &str, what: &str, json: bool) -> Result<Ending, Trouble> {
    if json {
        output::json(&json!({ "login": login, "done": what }))?;
    } else {
        output::data(format_args!("{login}: {what}"));
    }
    Ok(Ending::Well)
}

fn show(secrets: &StaffSecrets, json: bool) -> Result<Ending, Trouble> {
    if json {
        output::json(&json!({
            "login": secrets.login, "password": secrets.password, "uri": secrets.uri, "secret": secrets.secret,
        }))?;
        return Ok(Ending::Well);
    }
    let rows = [
        ("login", &secrets.login),
        ("password", &secrets.password),
        ("secret", &secrets.secret),
        ("uri", &secrets.uri),
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().map(|(label, value)| vec![(*label).to_owned(), (*value).clone()]).collect();
    output::data(terminal::table(&rows).trim_end());
    if let Some(code) = terminal::qr(&secrets.uri) {
        output::data(format_args!("\n{code}"));
    }
    output::progress("Shown once. Scan the code with an authenticator app and hand over the password in person.");
    Ok(Ending::Well)
}

async fn list(platform: &Platform, json: bool) -> Result<Ending, Trouble> {
    let all = platform.all_staff().await.map_err(said)?;
    let place = |grant: &Grant| match &grant.department {
        Some(department) => format!("{}@{}/{department}", grant.role.word(), grant.city),
        None => format!("{}@{}", grant.role.word(), grant.city),
    };
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|one| {
                json!({
                    "login": one.login,
                    "name": one.name,
                    "roles": one.grants.iter().map(place).collect::<Vec<_>>(),
                    "created_at": one.created_at.rfc3339(),
                    "disabled_at": one.disabled_at.map(kernel::Timestamp::rfc3339),
                    "locked_until": one.locked_until.map(kernel::Timestamp::rfc3339),
                })
            })
            .collect();
        output::json(&rows)?;
        return Ok(Ending::Well);
    }
    let mut rows = vec![["login", "name", "state", "roles"].map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|one| {
        let state = match (one.disabled_at, one.locked_until) {
            (Some(at), _) => format!("disabled {}", at.date()),
            (None, Some(until)) => format!("rests until {}", until.rfc3339()),
            (None, None) => "active".to_owned(),
        };
        vec![one.login.clone(), one.name.clone(), state, one.grants.iter().map(place).collect::<Vec<_>>().join(", ")]
    }));
    output::data(terminal::table(&rows).trim_end());
    Ok(Ending::Well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_typed_with_its_place() {
        let whole = grant("treasurer@lakeside").expect("a role");
        assert_eq!((whole.role, whole.city.as_str(), whole.department), (Role::Treasurer, "lakeside", None));
        let part = grant("refund-clerk@lakeside/bicycle-police").expect("a role");
        assert_eq!(part.department.expect("one").as_str(), "bicycle-police");
        for (bad, says) in [
            ("treasurer", "ROLE@CITY"),
            ("mayor@lakeside", "one of treasurer"),
            ("treasurer@Lake Side", "no city's id"),
            ("treasurer@lakeside/", "no department's id"),
        ] {
            let why = grant(bad).expect_err(bad);
            assert!(why.contains(says), "{bad}: {why}");
        }
    }
}

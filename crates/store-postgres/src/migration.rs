//! Numbered steps of the schema, as on SQLite. Several processes may start at once: one migrates, the others wait.

use store::{CellKind, Error, Result, Statement};

use crate::{pool::Pool, writer::lock};

/// Number, name, statements.
type Step = (i64, &'static str, &'static str);

const PLATFORM: &[Step] = &[
    (1, "accounts", include_str!("../migrations/platform/0001_accounts.sql")),
    (2, "staff", include_str!("../migrations/platform/0002_staff.sql")),
    (3, "companions", include_str!("../migrations/platform/0003_companions.sql")),
];
const CITY: &[Step] = &[
    (1, "cards", include_str!("../migrations/city/0001_cards.sql")),
    (2, "money", include_str!("../migrations/city/0002_money.sql")),
    (3, "booking", include_str!("../migrations/city/0003_booking.sql")),
    (4, "counter", include_str!("../migrations/city/0004_counter.sql")),
];

static DONE: Statement = Statement::new("MIGRATIONS", "SELECT number, name FROM migration ORDER BY number");

pub(crate) async fn run(pool: &Pool, schema: &str, kind: CellKind) -> Result<()> {
    let steps = match kind {
        CellKind::Platform => PLATFORM,
        CellKind::City => CITY,
    };
    let mut connection = pool.lease(schema).await?;
    connection.spoiled = true;
    let lock = lock(schema);
    connection
        .script(&format!(
            "BEGIN; {lock}; CREATE SCHEMA IF NOT EXISTS \"{schema}\";
             CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"
        ))
        .await?;
    let done = connection.many(&DONE, &[]).await?;
    for (at, row) in done.iter().enumerate() {
        let (number, name) = (row.int(0)?, row.text(1)?);
        if steps.get(at).is_none_or(|step| (step.0, step.1) != (number, name.as_str())) {
            return Err(Error::Corrupt(format!(
                "this database has migration {number} ({name}), which this version of shimin does not know"
            )));
        }
    }
    for (number, name, sql) in steps.iter().skip(done.len()) {
        connection.script(&format!("{sql}; INSERT INTO migration (number, name) VALUES ({number}, '{name}')")).await?;
    }
    connection.script("COMMIT").await?;
    connection.spoiled = false;
    Ok(())
}

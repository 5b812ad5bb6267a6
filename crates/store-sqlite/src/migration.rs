//! Numbered steps of the schema. A step that has been released is never edited; a file that is newer than this binary is
//! refused rather than guessed at.

use rusqlite::{Connection, TransactionBehavior};
use store::{CellKind, Error, Result};

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

pub(crate) fn run(connection: &mut Connection, kind: CellKind) -> Result<()> {
    let steps = match kind {
        CellKind::Platform => PLATFORM,
        CellKind::City => CITY,
    };
    migrate(connection, steps).map_err(|cause| Error::Unavailable(format!("migration: {cause}")))?
}

fn migrate(connection: &mut Connection, steps: &[Step]) -> rusqlite::Result<Result<()>> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT",
    )?;
    let done: Vec<(i64, String)> = tx
        .prepare("SELECT number, name FROM migration ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (at, (number, name)) in done.iter().enumerate() {
        if steps.get(at).is_none_or(|step| (step.0, step.1) != (*number, name.as_str())) {
            return Ok(Err(Error::Corrupt(format!(
                "this database has migration {number} ({name}), which this version of shimin does not know"
            ))));
        }
    }
    for (number, name, sql) in steps.iter().skip(done.len()) {
        tx.execute_batch(sql)?;
        tx.execute("INSERT INTO migration (number, name) VALUES (?1, ?2)", (number, name))?;
    }
    tx.commit()?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_database_is_refused_and_an_older_one_moves_on() {
        let mut connection = Connection::open_in_memory().expect("memory");
        let steps: &[Step] = &[(1, "a", "CREATE TABLE a (x INTEGER)"), (2, "b", "CREATE TABLE b (x INTEGER)")];
        migrate(&mut connection, &steps[..1]).expect("runs").expect("first");
        migrate(&mut connection, steps).expect("runs").expect("second");
        migrate(&mut connection, steps).expect("runs").expect("nothing to do");
        let refused = migrate(&mut connection, &steps[..1]).expect("runs").expect_err("newer");
        assert!(refused.to_string().contains("migration 2 (b)"), "{refused}");
    }
}

//! How SQLite runs every statement, committed as a text, so that a lost index shows in review.

use std::fmt::Write as _;

use store::{CellKind, CellName, Opener, statements};
use store_sqlite::Files;

/// Statements that may read a whole table, never on a page's way.
const MAY_SCAN: &[&str] = &[
    // An operator's gauges, over what waits.
    "OUTBOX_DEPTH",
    "OUTBOX_STUCK",
    // The audit reads everything: that is what it is for.
    "AUDIT_JOURNAL",
    "AUDIT_ROLLED",
    "AUDIT_PAYMENTS",
    "AUDIT_EXPECTED",
    // The chart of accounts has as many rows as a city has payees and providers.
    "LEDGER_ROLL_UP",
    "LEDGER_BALANCES",
    // The prices that desks have set, all of them by their own index: a city has few.
    "PRICE_APPROVED",
    // Two pages, each found by its index and cut to its limit, are laid side by side.
    "LEDGER_HISTORY",
    // In the order of the index, and no further than the limit.
    "RECONCILIATION_OPEN",
    "SETTLEMENT_DAYS",
];

/// With `UPDATE_PLANS=1` the committed text is written anew.
#[tokio::test]
async fn plans_are_as_reviewed() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plans-{}", std::process::id()));
    let files = Files::new(&dir);
    let cells = [CellName::Platform, CellName::City(kernel::CityId::parse("lakeside").expect("slug"))];
    let mut text = String::new();
    let mut scans = Vec::new();
    for (cell, kind) in cells.iter().zip([CellKind::Platform, CellKind::City]) {
        drop(files.open(cell).await.expect("opens"));
        let connection = rusqlite::Connection::open(files.path(cell)).expect("opens");
        for (_, statement) in statements().into_iter().filter(|(of, _)| *of == kind) {
            writeln!(text, "{kind:?} {}", statement.name).expect("text");
            let mut explain =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).expect(statement.name);
            let mut rows = explain.raw_query();
            while let Some(row) = rows.next().expect("plan") {
                let step: String = row.get("detail").expect("detail");
                writeln!(text, "    {step}").expect("text");
                if step.starts_with("SCAN") && step != "SCAN CONSTANT ROW" && !MAY_SCAN.contains(&statement.name) {
                    scans.push(format!("{}: {step}", statement.name));
                }
            }
        }
    }
    drop(std::fs::remove_dir_all(&dir));
    assert!(scans.is_empty(), "full scans: {scans:#?}");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/plans.txt");
    if std::env::var_os("UPDATE_PLANS").is_some() {
        std::fs::write(&path, &text).expect("writable");
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == reviewed,
        "plans differ from tests/it/plans.txt; review them with UPDATE_PLANS=1 and git diff\n{text}"
    );
}

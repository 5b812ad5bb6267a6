//! Connections, and statements run on them.

use std::path::Path;

use rusqlite::{
    CachedStatement, Connection, ErrorCode, OpenFlags,
    config::DbConfig,
    types::{ToSqlOutput, ValueRef},
};
use store::{Error, Result, Row, Statement, Value};

/// More than there are statements, so that none is ever prepared twice on one connection.
const STATEMENTS_KEPT: usize = 256;

/// The one connection of a file that writes.
pub(crate) fn writing(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|cause| open_failed(path, &cause))?;
    // The writer checkpoints itself, after it has answered, so that an I/O error of a checkpoint is seen.
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;
             PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192;",
        )
        .map_err(|cause| open_failed(path, &cause))?;
    keep_plans(&connection).map_err(|cause| open_failed(path, &cause))?;
    Ok(connection)
}

/// One of the connections of a file that only read.
pub(crate) fn reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|cause| open_failed(path, &cause))?;
    connection
        .execute_batch("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
        .map_err(|cause| open_failed(path, &cause))?;
    keep_plans(&connection).map_err(|cause| open_failed(path, &cause))?;
    Ok(connection)
}

/// Every statement is prepared once. Without the stability guarantee SQLite prepares anew whenever the value of a range
/// changes, to look at it, which costs many times what a point read costs.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn open_failed(path: &Path, cause: &rusqlite::Error) -> Error {
    Error::Unavailable(format!("{}: {cause}", path.display()))
}

/// A value as SQLite takes it, borrowed.
struct Bound<'a>(&'a Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn bound<'c>(connection: &'c Connection, statement: &Statement, values: &[Value]) -> Result<CachedStatement<'c>> {
    let mut prepared = connection.prepare_cached(statement.sql).map_err(|cause| failed(statement, &cause))?;
    bind(&mut prepared, statement, values)?;
    Ok(prepared)
}

fn bind(prepared: &mut CachedStatement<'_>, statement: &Statement, values: &[Value]) -> Result<()> {
    if prepared.parameter_count() != values.len() {
        return Err(Error::Corrupt(format!("{}: {} values", statement.name, values.len())));
    }
    for (at, value) in (1..).zip(values) {
        prepared.raw_bind_parameter(at, Bound(value)).map_err(|cause| failed(statement, &cause))?;
    }
    Ok(())
}

pub(crate) fn prepare(connection: &Connection, statement: &Statement) -> Result<()> {
    connection.prepare_cached(statement.sql).map(drop).map_err(|cause| failed(statement, &cause))
}

pub(crate) fn execute(connection: &Connection, statement: &Statement, values: &[Value]) -> Result<u64> {
    let changed = bound(connection, statement, values)?.raw_execute().map_err(|cause| failed(statement, &cause))?;
    Ok(changed as u64)
}

/// The same statement for many rows, looked up once.
pub(crate) fn execute_all(connection: &Connection, statement: &Statement, rows: &[Vec<Value>]) -> Result<u64> {
    let failed = |cause| failed(statement, &cause);
    let mut prepared = connection.prepare_cached(statement.sql).map_err(failed)?;
    let mut changed = 0;
    for values in rows {
        bind(&mut prepared, statement, values)?;
        changed += prepared.raw_execute().map_err(failed)? as u64;
    }
    Ok(changed)
}

pub(crate) fn many(connection: &Connection, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
    fetch(&mut bound(connection, statement, values)?, statement)
}

/// The same question for many rows, looked up once.
pub(crate) fn many_each(connection: &Connection, statement: &Statement, rows: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
    let mut prepared = connection.prepare_cached(statement.sql).map_err(|cause| failed(statement, &cause))?;
    let ask = |values: &Vec<Value>| {
        bind(&mut prepared, statement, values)?;
        fetch(&mut prepared, statement)
    };
    rows.iter().map(ask).collect()
}

fn fetch(prepared: &mut CachedStatement<'_>, statement: &Statement) -> Result<Vec<Row>> {
    let failed = |cause| failed(statement, &cause);
    let columns = prepared.column_count();
    let mut cursor = prepared.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = cursor.next().map_err(failed)? {
        let mut cells = Vec::with_capacity(columns);
        for at in 0..columns {
            cells.push(match row.get_ref(at).map_err(failed)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(int) => Value::Int(int),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                ValueRef::Real(_) => return Err(Error::Corrupt(format!("{}: a float", statement.name))),
            });
        }
        rows.push(Row(cells));
    }
    Ok(rows)
}

/// Says which statement failed and how, and nothing about its values.
pub(crate) fn failed(statement: &Statement, cause: &rusqlite::Error) -> Error {
    let text = format!("{}: {}", statement.name, code(cause));
    match cause.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly,
        ) => Error::Unavailable(text),
        _ => Error::Corrupt(text),
    }
}

/// The error's code in words. The full message may quote a statement, never a value, yet the code is enough.
fn code(cause: &rusqlite::Error) -> String {
    cause.sqlite_error().map_or_else(|| cause.to_string(), ToString::to_string)
}

/// True when the disk failed, after which nothing that this process believes about the file can be trusted.
pub(crate) fn is_io_failure(cause: &rusqlite::Error) -> bool {
    cause.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

//! A connection, and statements run on it.

use std::collections::HashMap;

use futures_util::{
    TryFutureExt,
    future::{join_all, try_join},
};
use store::{Error, Result, Row, Rows, Statement, Value};
use tokio_postgres::{Client, Config, NoTls, error::Severity, types::ToSql};

use crate::value::{Bound, Column, row};

/// How many schemas' statements a connection keeps prepared before it starts anew.
const SCHEMAS_KEPT: usize = 16;

/// Which of a statement's texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Text {
    Row,
    Set,
}

pub(crate) struct Connection {
    client: Client,
    /// Where unqualified names point.
    schema: String,
    /// By schema, because a plan belongs to its tables: preparing anew is cheaper than planning at every change of schema.
    prepared: HashMap<String, HashMap<(&'static str, Text), tokio_postgres::Statement>>,
}

impl Connection {
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        let (client, io) = config.connect(NoTls).await.map_err(|cause| lost("connect", &cause))?;
        tokio::spawn(async move {
            if let Err(cause) = io.await {
                tracing::warn!(%cause, "a connection to the database ended");
            }
        });
        let connection = Self { client, schema: String::new(), prepared: HashMap::new() };
        // Durable whatever the server's defaults are. Short statements gain nothing from just-in-time compilation.
        connection
            .script("SET synchronous_commit = on; SET jit = off; SET client_min_messages = warning; SET statement_timeout = '30s'")
            .await?;
        Ok(connection)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    pub(crate) async fn point_to(&mut self, schema: &str) -> Result<()> {
        if self.schema != schema {
            self.schema.clear();
            self.script(&format!("SET search_path TO \"{schema}\"")).await?;
            self.schema.push_str(schema);
        }
        Ok(())
    }

    /// Several statements without values, in one round trip.
    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(|cause| lost("script", &cause))
    }

    /// Ends a transaction. The flag beside an error says that the server refused, so that certainly nothing stands.
    pub(crate) async fn commit(&self, sql: &str) -> Result<(), (bool, Error)> {
        self.client.batch_execute(sql).await.map_err(|cause| {
            let refused = cause.as_db_error().and_then(|db| db.parsed_severity()) == Some(Severity::Error);
            (refused, lost("commit", &cause))
        })
    }

    pub(crate) async fn prepare(&mut self, statement: &'static Statement) -> Result<tokio_postgres::Statement> {
        self.prepare_as(statement, Text::Row).await
    }

    pub(crate) async fn prepare_as(
        &mut self,
        statement: &'static Statement,
        text: Text,
    ) -> Result<tokio_postgres::Statement> {
        let key = (statement.name, text);
        if let Some(prepared) = self.prepared.get(&self.schema).and_then(|of| of.get(&key)) {
            return Ok(prepared.clone());
        }
        let sql = match text {
            Text::Row => Some(statement.sql),
            Text::Set => statement.set,
        };
        let sql = sql.ok_or_else(|| Error::Corrupt(format!("{} has no text for sets", statement.name)))?;
        // SQLite reads `$1` as a name, so statements are authored with `?1`.
        let prepared = self.client.prepare(&sql.replace('?', "$")).await.map_err(|cause| failed(statement, &cause))?;
        if self.prepared.len() >= SCHEMAS_KEPT && !self.prepared.contains_key(&self.schema) {
            self.prepared.clear();
        }
        self.prepared.entry(self.schema.clone()).or_default().insert(key, prepared.clone());
        Ok(prepared)
    }

    pub(crate) async fn execute(
        &mut self,
        first: Option<&str>,
        statement: &'static Statement,
        values: &[Value],
    ) -> Result<u64> {
        let prepared = self.prepare(statement).await?;
        let bound: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let run = self.client.execute_raw(&prepared, refer(&bound)).map_err(|cause| failed(statement, &cause));
        self.after(first, run).await
    }

    pub(crate) async fn many(&mut self, statement: &'static Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.many_after(None, statement, values).await
    }

    pub(crate) async fn many_after(
        &mut self,
        first: Option<&str>,
        statement: &'static Statement,
        values: &[Value],
    ) -> Result<Vec<Row>> {
        let prepared = self.prepare(statement).await?;
        let bound: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let references: Vec<&(dyn ToSql + Sync)> = refer(&bound).collect();
        let run = self.client.query(&prepared, &references).map_err(|cause| failed(statement, &cause));
        self.after(first, run).await?.iter().map(row).collect()
    }

    /// One statement for many rows, sent without waiting in between.
    pub(crate) async fn batch(
        &mut self,
        first: Option<&str>,
        statement: &'static Statement,
        rows: &[Vec<Value>],
    ) -> Result<Vec<u64>> {
        let prepared = self.prepare(statement).await?;
        let bound: Vec<Vec<Bound<'_>>> = rows.iter().map(|values| values.iter().map(Bound).collect()).collect();
        let all = join_all(bound.iter().map(|values| self.client.execute_raw(&prepared, refer(values))));
        let run = async { all.await.into_iter().collect::<Result<Vec<u64>, _>>() };
        self.after(first, run.map_err(|cause| failed(statement, &cause))).await
    }

    /// The text for sets, with a column of all rows in each place.
    pub(crate) async fn set(
        &mut self,
        first: Option<&str>,
        statement: &'static Statement,
        rows: &[Vec<Value>],
    ) -> Result<u64> {
        let prepared = self.prepare_as(statement, Text::Set).await?;
        self.after(first, self.run_set(statement, &prepared, rows)).await
    }

    /// Several of them, sent without waiting in between. The server runs them in their order.
    pub(crate) async fn sets(&mut self, first: Option<&str>, sets: &[Rows]) -> Result<Vec<u64>> {
        let prepared = self.prepared_sets(sets).await?;
        let all = prepared.iter().zip(sets).map(async |(prepared, (statement, rows))| match prepared {
            Some(prepared) => self.run_set(statement, prepared, rows).await,
            None => Ok(0),
        });
        self.after(first, async { join_all(all).await.into_iter().collect() }).await
    }

    async fn run_set(
        &self,
        statement: &'static Statement,
        prepared: &tokio_postgres::Statement,
        rows: &[Vec<Value>],
    ) -> Result<u64> {
        let columns = columns(prepared, statement, rows)?;
        let values = columns.iter().map(|column| column as &(dyn ToSql + Sync));
        self.client.execute_raw(prepared, values).await.map_err(|cause| failed(statement, &cause))
    }

    /// Statements for sets, but `None` where there are no rows to run them for.
    async fn prepared_sets(&mut self, all: &[Rows]) -> Result<Vec<Option<tokio_postgres::Statement>>> {
        let mut prepared = Vec::with_capacity(all.len());
        for (statement, rows) in all {
            prepared.push(match rows.is_empty() {
                true => None,
                false => Some(self.prepare_as(statement, Text::Set).await?),
            });
        }
        Ok(prepared)
    }

    /// The text for sets as a question: the answers to each row, found by the place that leads every answer.
    pub(crate) async fn each(
        &mut self,
        first: Option<&str>,
        statement: &'static Statement,
        rows: &[Vec<Value>],
    ) -> Result<Vec<Vec<Row>>> {
        let prepared = self.prepare_as(statement, Text::Set).await?;
        self.after(first, self.ask_each(statement, &prepared, rows)).await
    }

    /// Several of them, sent without waiting in between.
    pub(crate) async fn eaches(&mut self, first: Option<&str>, questions: &[Rows]) -> Result<Vec<Vec<Vec<Row>>>> {
        let prepared = self.prepared_sets(questions).await?;
        let all = prepared.iter().zip(questions).map(async |(prepared, (statement, rows))| match prepared {
            Some(prepared) => self.ask_each(statement, prepared, rows).await,
            None => Ok(Vec::new()),
        });
        self.after(first, async { join_all(all).await.into_iter().collect() }).await
    }

    async fn ask_each(
        &self,
        statement: &'static Statement,
        prepared: &tokio_postgres::Statement,
        rows: &[Vec<Value>],
    ) -> Result<Vec<Vec<Row>>> {
        let columns = columns(prepared, statement, rows)?;
        let references: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
        let mut answers = vec![Vec::new(); rows.len()];
        for found in self.client.query(prepared, &references).await.map_err(|cause| failed(statement, &cause))? {
            let mut found = row(&found)?;
            let place = usize::try_from(found.int(0)?).ok().and_then(|place| place.checked_sub(1));
            let of = place.and_then(|place| answers.get_mut(place));
            let of = of.ok_or_else(|| Error::Corrupt(format!("{}: an answer to no row", statement.name)))?;
            found.0.remove(0);
            of.push(found);
        }
        Ok(answers)
    }

    /// Sends `first` and what follows in one round trip. If `first` fails the transaction is aborted, so what follows it has
    /// no effect.
    async fn after<T>(&self, first: Option<&str>, run: impl Future<Output = Result<T>>) -> Result<T> {
        match first {
            None => run.await,
            Some(first) => try_join(self.script(first), run).await.map(|((), output)| output),
        }
    }
}

/// Every column of all rows.
fn columns<'a>(
    prepared: &tokio_postgres::Statement,
    statement: &Statement,
    rows: &'a [Vec<Value>],
) -> Result<Vec<Column<'a>>> {
    let column = |at| Column(rows.iter().filter_map(|row| row.get(at)).map(Bound).collect());
    let columns: Vec<Column<'_>> = (0..prepared.params().len()).map(column).collect();
    if columns.iter().any(|column| column.0.len() != rows.len()) {
        return Err(Error::Corrupt(format!("{}: a row is too short", statement.name)));
    }
    Ok(columns)
}

fn refer<'a>(bound: &'a [Bound<'a>]) -> impl ExactSizeIterator<Item = &'a (dyn ToSql + Sync)> {
    bound.iter().map(|bound| bound as &(dyn ToSql + Sync))
}

/// The server's code in words. Its details may quote values, so they stay out.
fn words(cause: &tokio_postgres::Error) -> String {
    cause.as_db_error().map_or_else(|| cause.to_string(), |db| format!("{} {}", db.code().code(), db.message()))
}

fn lost(what: &str, cause: &tokio_postgres::Error) -> Error {
    Error::Unavailable(format!("{what}: {}", words(cause)))
}

fn failed(statement: &Statement, cause: &tokio_postgres::Error) -> Error {
    let text = format!("{}: {}", statement.name, words(cause));
    // Classes 08 connection, 40 rollback, 53 resources, 55 not in the right state, 57 operator, 58 system.
    let passing = |code: &str| ["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class));
    match cause.code() {
        Some(code) if !passing(code.code()) => Error::Corrupt(text),
        None if !cause.is_closed() => Error::Corrupt(text),
        _ => Error::Unavailable(text),
    }
}

//! PostgreSQL as it is usually written: an interactive transaction that locks the pool's row, looks, inserts the booking and
//! counts; and the best that can be made of it, the same in one call of a function. Statements are prepared; callers have a
//! connection each. A person has one, by a unique index, and that is all that is asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio_postgres::{Client, NoTls, Statement};

use crate::{Load, cpu};

const SCHEMA: &str = "
    DROP SCHEMA IF EXISTS usual CASCADE; CREATE SCHEMA usual; SET search_path TO usual;
    CREATE TABLE pool (id BIGINT PRIMARY KEY, capacity BIGINT NOT NULL, taken BIGINT NOT NULL, CHECK (taken <= capacity));
    CREATE TABLE booking (id BYTEA PRIMARY KEY, pool BIGINT NOT NULL, person BYTEA NOT NULL, number BIGINT NOT NULL, state TEXT NOT NULL,
        held_until_at BIGINT NOT NULL, detail BYTEA NOT NULL, UNIQUE (pool, person));
    INSERT INTO pool VALUES (1, 100000000, 0);
    CREATE FUNCTION claim(claim_id BYTEA, of_pool BIGINT, who BYTEA, until_at BIGINT, sealed BYTEA) RETURNS BIGINT LANGUAGE plpgsql AS $$
    DECLARE unit BIGINT;
    BEGIN
        UPDATE pool SET taken = taken + 1 WHERE id = of_pool AND taken < capacity RETURNING taken INTO unit;
        IF unit IS NULL THEN RETURN NULL; END IF;
        INSERT INTO booking VALUES (claim_id, of_pool, who, unit, 'held', until_at, sealed);
        RETURN unit;
    END $$;";

struct Caller {
    client: Client,
    lock: Statement,
    book: Statement,
    count: Statement,
    claim: Statement,
}

impl Caller {
    async fn connect(url: &str) -> Self {
        let (client, io) = tokio_postgres::connect(url, NoTls).await.expect("connects");
        tokio::spawn(io);
        client.batch_execute("SET search_path TO usual; SET synchronous_commit = on").await.expect("set");
        let prepare = async |sql: &str| client.prepare(sql).await.expect("sql");
        let lock = prepare("SELECT capacity, taken FROM pool WHERE id = 1 FOR UPDATE").await;
        let book = prepare("INSERT INTO booking VALUES ($1, 1, $2, $3, 'held', $4, $5)").await;
        let count = prepare("UPDATE pool SET taken = taken + 1 WHERE id = 1").await;
        let claim = prepare("SELECT claim($1, 1, $2, $3, $4)").await;
        Self { client, lock, book, count, claim }
    }

    async fn lock_row(&self, n: u64) {
        let (id, person) = (key(n, 1), key(n, 2));
        self.client.batch_execute("BEGIN").await.expect("begins");
        let row = self.client.query_one(&self.lock, &[]).await.expect("locked");
        let (capacity, taken): (i64, i64) = (row.get(0), row.get(1));
        assert!(taken < capacity, "there are many");
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&id, &person, &(taken + 1), &1_772_424_600_000_i64, &DETAIL];
        self.client.execute(&self.book, &values).await.expect("inserted");
        self.client.execute(&self.count, &[]).await.expect("counted");
        self.client.batch_execute("COMMIT").await.expect("commits");
    }

    async fn call_function(&self, n: u64) {
        let (id, person) = (key(n, 1), key(n, 2));
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] = [&id, &person, &1_772_424_600_000_i64, &DETAIL];
        let row = self.client.query_one(&self.claim, &values).await.expect("called");
        assert!(row.get::<_, Option<i64>>(0).is_some(), "there are many");
    }
}

const DETAIL: &[u8] = &[7; 220];

fn key(n: u64, salt: u64) -> Vec<u8> {
    [kernel::rng::mix(n ^ salt).to_be_bytes(), n.to_be_bytes()].concat()
}

pub struct Usual {
    url: String,
    callers: Arc<Vec<Caller>>,
    next: Arc<AtomicU64>,
}

impl Usual {
    pub async fn new(url: &str, callers: usize) -> Self {
        let (client, io) = tokio_postgres::connect(url, NoTls).await.expect("connects");
        tokio::spawn(io);
        client.batch_execute(SCHEMA).await.expect("the schema");
        let callers = join_all((0..callers).map(|_| Caller::connect(url))).await;
        Self { url: url.to_owned(), callers: Arc::new(callers), next: Arc::default() }
    }

    pub async fn lock_row(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let connections = Arc::clone(&self.callers);
        crate::load(time, callers, &self.next, server, move |caller, n| {
            let connections = Arc::clone(&connections);
            async move { connections[caller].lock_row(n).await }
        })
        .await
    }

    pub async fn call_function(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let connections = Arc::clone(&self.callers);
        crate::load(time, callers, &self.next, server, move |caller, n| {
            let connections = Arc::clone(&connections);
            async move { connections[caller].call_function(n).await }
        })
        .await
    }

    pub async fn audit(&self) -> Result<(), String> {
        let (client, io) = tokio_postgres::connect(&self.url, NoTls).await.expect("connects");
        tokio::spawn(io);
        let counts = "SELECT (SELECT count(*) FROM usual.booking), (SELECT taken FROM usual.pool)";
        let row = client.query_one(counts, &[]).await.map_err(|cause| cause.to_string())?;
        let found: [i64; 2] = [row.get(0), row.get(1)];
        let acknowledged = self.next.load(Ordering::SeqCst).cast_signed();
        if found == [acknowledged; 2] { Ok(()) } else { Err(format!("the usual sale: {found:?} of {acknowledged}")) }
    }
}

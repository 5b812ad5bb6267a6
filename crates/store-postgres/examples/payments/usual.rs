//! PostgreSQL as it is usually written: an interactive transaction that locks the account's row, inserts the payment and its
//! two entries, and updates both balances. Statements are prepared; callers have a connection each.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio_postgres::{Client, NoTls, Statement};

use crate::{Load, cpu, spread};

const SCHEMA: &str = "
    DROP SCHEMA IF EXISTS usual CASCADE; CREATE SCHEMA usual; SET search_path TO usual;
    CREATE TABLE account (id BIGINT PRIMARY KEY, balance_fen BIGINT NOT NULL);
    CREATE TABLE payment (id BIGINT PRIMARY KEY, account BIGINT NOT NULL, amount_fen BIGINT NOT NULL, at BIGINT NOT NULL);
    CREATE TABLE entry (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment BIGINT NOT NULL, account BIGINT NOT NULL,
        amount_fen BIGINT NOT NULL);
    CREATE INDEX entry_account ON entry (account, id);";

struct Caller {
    client: Client,
    lock: Statement,
    pay: Statement,
    enter: Statement,
    move_balance: Statement,
    batch: [Statement; 3],
}

impl Caller {
    async fn connect(url: &str) -> Self {
        let (client, io) = tokio_postgres::connect(url, NoTls).await.expect("connects");
        tokio::spawn(io);
        client.batch_execute("SET search_path TO usual; SET synchronous_commit = on").await.expect("set");
        let prepare = async |sql: &str| client.prepare(sql).await.expect("sql");
        let lock = prepare("SELECT balance_fen FROM account WHERE id = $1 FOR UPDATE").await;
        let pay = prepare("INSERT INTO payment (id, account, amount_fen, at) VALUES ($1, $2, $3, $4)").await;
        let enter =
            prepare("INSERT INTO entry (payment, account, amount_fen) VALUES ($1, 0, -$3::bigint), ($1, $2, $3)").await;
        let move_balance = prepare(
            "UPDATE account SET balance_fen = balance_fen + CASE WHEN id = 0 THEN -$2::bigint ELSE $2 END WHERE id IN (0, $1)",
        )
        .await;
        let batch = [
            prepare("INSERT INTO payment SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])")
                .await,
            prepare(
                "INSERT INTO entry (payment, account, amount_fen)
                SELECT p, 0, -f FROM unnest($1::bigint[], $3::bigint[]) AS a(p, f) WHERE $2::bigint[] IS NOT NULL
                UNION ALL SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])",
            )
            .await,
            prepare(
                "UPDATE account SET balance_fen = balance_fen + moved.fen FROM (
                    SELECT a AS id, sum(f)::bigint AS fen FROM unnest($1::bigint[], $2::bigint[]) AS u(a, f) GROUP BY a
                    UNION ALL SELECT 0, -sum(f)::bigint FROM unnest($2::bigint[]) AS u(f)
                ) moved WHERE account.id = moved.id",
            )
            .await,
        ];
        Self { client, lock, pay, enter, move_balance, batch }
    }

    async fn pay(&self, accounts: u64, n: u64) {
        let account = 1 + spread(n, accounts).cast_signed();
        let (id, fen, at) = (n.cast_signed(), 100 + (n % 10_000).cast_signed(), 1_772_424_000_000 + n.cast_signed());
        self.client.batch_execute("BEGIN").await.expect("begins");
        // The clearing account is locked by its update, last and shortly; the account that is paid into is locked first.
        self.client.query_one(&self.lock, &[&account]).await.expect("locked");
        self.client.execute(&self.pay, &[&id, &account, &fen, &at]).await.expect("inserted");
        self.client.execute(&self.enter, &[&id, &account, &fen]).await.expect("inserted");
        self.client.execute(&self.move_balance, &[&account, &fen]).await.expect("updated");
        self.client.batch_execute("COMMIT").await.expect("commits");
    }

    async fn pay_batch(&self, accounts: u64, first: u64) {
        let numbers = first..first + 1000;
        let ids: Vec<i64> = numbers.clone().map(u64::cast_signed).collect();
        let of: Vec<i64> = numbers.clone().map(|n| 1 + spread(n, accounts).cast_signed()).collect();
        let fen: Vec<i64> = numbers.map(|n| 100 + (n % 10_000).cast_signed()).collect();
        let at: Vec<i64> = ids.iter().map(|n| 1_772_424_000_000 + n).collect();
        let [payments, entries, balances] = &self.batch;
        self.client.batch_execute("BEGIN").await.expect("begins");
        self.client.execute(payments, &[&ids, &of, &fen, &at]).await.expect("inserted");
        self.client.execute(entries, &[&ids, &of, &fen]).await.expect("inserted");
        self.client.execute(balances, &[&of, &fen]).await.expect("updated");
        self.client.batch_execute("COMMIT").await.expect("commits");
    }
}

pub struct Usual {
    url: String,
    accounts: u64,
    callers: Arc<Vec<Caller>>,
    next: Arc<AtomicU64>,
    acknowledged: Arc<AtomicU64>,
}

impl Usual {
    pub async fn new(url: &str, accounts: u64) -> Self {
        let (client, io) = tokio_postgres::connect(url, NoTls).await.expect("connects");
        tokio::spawn(io);
        client.batch_execute(SCHEMA).await.expect("the schema");
        let fill = "INSERT INTO usual.account SELECT n, 0 FROM generate_series(0, $1::bigint) n";
        client.execute(fill, &[&accounts.cast_signed()]).await.expect("accounts");
        let callers = join_all((0..crate::CALLERS).map(|_| Caller::connect(url))).await;
        let (next, acknowledged) = Default::default();
        Self { url: url.to_owned(), accounts, callers: Arc::new(callers), next, acknowledged }
    }

    pub async fn load(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let (connections, accounts) = (Arc::clone(&self.callers), self.accounts);
        crate::load(time, callers, &self.next, &self.acknowledged, server, move |caller, n| {
            let connections = Arc::clone(&connections);
            async move { connections[caller].pay(accounts, n).await }
        })
        .await
    }

    /// One caller that sends a thousand at a time: the best that PostgreSQL is known for.
    pub async fn load_batches(&self, time: Duration, server: &cpu::Server) -> Load {
        let began = std::time::Instant::now();
        let before = server.cpu_us() + cpu::own_us();
        let mut payments = 0;
        while began.elapsed() < time {
            let first = 1 + self.next.fetch_add(1000, Ordering::SeqCst);
            self.callers[0].pay_batch(self.accounts, first).await;
            payments += 1000;
        }
        self.acknowledged.fetch_add(payments, Ordering::SeqCst);
        let cpu_us = (server.cpu_us() + cpu::own_us() - before) as f64 / payments as f64;
        Load { payments, per_s: payments as f64 / began.elapsed().as_secs_f64(), cpu_us }
    }

    pub async fn audit(&self) -> Result<(), String> {
        let (client, io) = tokio_postgres::connect(&self.url, NoTls).await.expect("connects");
        tokio::spawn(io);
        let sums = "SELECT (SELECT coalesce(sum(amount_fen), 0)::bigint FROM usual.entry),
            (SELECT coalesce(sum(balance_fen), 0)::bigint FROM usual.account),
            (SELECT count(*) FROM usual.payment), (SELECT count(*) FROM usual.entry), (SELECT coalesce(max(id), 0) FROM usual.payment)";
        let row = client.query_one(sums, &[]).await.map_err(|cause| cause.to_string())?;
        let found: [i64; 5] = std::array::from_fn(|at| row.get(at));
        let acknowledged = self.acknowledged.load(Ordering::SeqCst).cast_signed();
        let expected = [0, 0, acknowledged, 2 * acknowledged, acknowledged];
        if found == expected { Ok(()) } else { Err(format!("the usual books: {found:?}, not {expected:?}")) }
    }
}

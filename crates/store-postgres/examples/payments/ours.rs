//! Our store: callers with one payment each, whatever waits in one commit.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kernel::{CityId, DepartmentId, Money, ProviderId, Timestamp};
use ledger::{Account, Step, Transfer};
use store::{CellName, City, Opener, Posting, Stores};

use crate::{Load, cpu, spread};

const NOW: Timestamp = Timestamp(1_772_424_000_000);

pub struct Ours {
    pub stores: Arc<Stores>,
    pub city: City,
    accounts: Arc<Vec<Account>>,
    next: Arc<AtomicU64>,
    acknowledged: Arc<AtomicU64>,
    /// Goes with the bench.
    pub dir: Option<PathBuf>,
    pub schema: String,
}

impl Drop for Ours {
    fn drop(&mut self) {
        if let Some(dir) = &self.dir {
            drop(std::fs::remove_dir_all(dir));
        }
    }
}

pub fn lakeside() -> CityId {
    CityId::parse("lakeside").expect("slug")
}

impl Ours {
    pub async fn sqlite(accounts: u64) -> Self {
        let dir = std::env::temp_dir().join(format!("shimin-payments-{}", std::process::id()));
        let opener = Arc::new(store_sqlite::Files::new(&dir));
        Self::open(opener, accounts, Some(dir), String::new()).await
    }

    pub async fn postgres(url: &str, accounts: u64) -> Self {
        let database = store_postgres::Database::connect(url).await.expect("connects");
        let database = database.with_prefix(&format!("bench{accounts}_"));
        let schema = database.schema(&CellName::City(lakeside()));
        Self::open(Arc::new(database), accounts, None, schema).await
    }

    async fn open(opener: Arc<dyn Opener>, accounts: u64, dir: Option<PathBuf>, schema: String) -> Self {
        let stores = Stores::open(opener).await.expect("opens");
        let city = stores.city(&lakeside()).await.expect("opens");
        let department = |n| DepartmentId::parse(&format!("department-{n}")).expect("slug");
        let accounts = (0..accounts).map(|n| Account::merchant(&department(n))).collect();
        let (next, acknowledged) = Default::default();
        Self { stores, city, accounts: Arc::new(accounts), next, acknowledged, dir, schema }
    }

    /// The n-th payment: one posting to an account, keyed by the payment.
    pub fn posting(accounts: &[Account], n: u64) -> Posting {
        let debit = Account::clearing(&ProviderId::parse("shell-pay").expect("slug"));
        let credit = accounts[spread(n, accounts.len() as u64) as usize].clone();
        let amount = Money::from_fen(100 + (n % 10_000).cast_signed());
        let transfer = Transfer { debit, credit, amount, step: Step::Posted, part: 0 };
        Posting { payment: n.cast_signed(), transfer, at: NOW.plus_ms(n.cast_signed()) }
    }

    pub async fn load(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let (city, accounts) = (self.city.clone(), Arc::clone(&self.accounts));
        crate::load(time, callers, &self.next, &self.acknowledged, server, move |_, n| {
            let (city, posting) = (city.clone(), Self::posting(&accounts, n));
            async move {
                city.post_transfer(posting).await.expect("the store answers").expect("it is new");
            }
        })
        .await
    }

    /// One caller that sends a thousand at a time.
    pub async fn load_batches(&self, time: Duration) -> Load {
        let (began, before) = (std::time::Instant::now(), cpu::own_us());
        let mut payments = 0;
        while began.elapsed() < time {
            payments += self.fill(1000).await;
        }
        let cpu_us = (cpu::own_us() - before) as f64 / payments as f64;
        Load { payments, per_s: payments as f64 / began.elapsed().as_secs_f64(), cpu_us }
    }

    /// So many payments in commits of a thousand.
    pub async fn fill(&self, payments: u64) -> u64 {
        let first = 1 + self.next.fetch_add(payments, Ordering::SeqCst);
        for first in (first..first + payments).step_by(1000) {
            let postings = (first..first + 1000).map(|n| Self::posting(&self.accounts, n)).collect();
            for outcome in self.city.post_transfers(postings).await.expect("the store answers") {
                outcome.expect("it is new");
            }
        }
        self.acknowledged.fetch_add(payments, Ordering::SeqCst);
        payments
    }

    /// Numbers were given out from 1 on and every one was acknowledged, so exactly these must be there.
    pub async fn audit(&self) -> Result<(), String> {
        let audit = self.city.audit_journal().await.map_err(|cause| cause.to_string())?;
        if !audit.is_clean() {
            return Err(format!("{audit:?}"));
        }
        let acknowledged = self.acknowledged.load(Ordering::SeqCst);
        if acknowledged != self.next.load(Ordering::SeqCst) || audit.transfers != acknowledged {
            return Err(format!("{acknowledged} acknowledged, {} in the journal", audit.transfers));
        }
        // The journal's own page by page: each payment once, and none that was not acknowledged.
        let mut seen = vec![false; acknowledged as usize + 1];
        for account in self.accounts.iter() {
            let mut before = None;
            loop {
                let page = self.city.history(account, before, 10_000).await.map_err(|cause| cause.to_string())?;
                let Some(last) = page.last() else { break };
                before = Some(last.seq);
                for entry in page {
                    let seen = usize::try_from(entry.payment).ok().and_then(|n| seen.get_mut(n));
                    if seen.is_none_or(|seen| std::mem::replace(seen, true)) {
                        return Err(format!("payment {} is there twice, or was never acknowledged", entry.payment));
                    }
                }
            }
        }
        match seen.iter().skip(1).position(|seen| !seen) {
            Some(missing) => Err(format!("payment {} was acknowledged and is lost", missing + 1)),
            None => Ok(()),
        }
    }
}

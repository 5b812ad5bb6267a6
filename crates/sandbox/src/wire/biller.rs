//! Companies that send bills, and the hospital's cards. One wire for all six:
//! `/{area}/{water|electricity|gas|heating|broadband|hospital}/…`, JSON by POST, money in yuan as text (`"86.40"`).
//!
//! Every answer repeats `hh` (where the question has it) and says `code`/`msg`: `0000` done or found, `0001` nothing on
//! record, `0002` unknown number or the name does not fit, `9001` busy. `pay` and `withdraw` have refusals: `2001` already
//! paid, `2002` the amount has changed (`yjje` due now, `wyj` late fee now), `2003` the key was used for something else,
//! `2004` older bills first, `2005` below the least (`zdjn`), `2006` outside the range of top-ups (`zxcz`, `zdcz`), `2007`
//! no such bill, `2008` not so much to give back (`ktje`), `2009` not offered here.
//!
//! | path | asks | answers |
//! |---|---|---|
//! | `/customer` | `hh` number, `hmwz` last character(s) of the holder's name | `match` 1/0, `data`: `hh`, `hm` masked holder, `dz` masked address, `jffs` 后付费/预付费, `ye` balance (where there is one) |
//! | `/bills` | `hh` | `total`, `list` newest first, paid ones of the last year too: `zdbh` bill, `hh`, `zq` period, `zqks`/`zqjs` from/to, `yl` usage, `yldw` its unit, `zdze` made out for, `je` still due without late fee, `wyj` late fee today, `hj` both, `zdjn` least that may be paid now, `cjrq` issued, `jzrq` due, `zt` 未缴/已缴, `jfrq` paid on (if paid). Beside them `bfjf` partial 1/0, `xjhx` oldest first 1/0. The hospital has none: `0001` |
//! | `/balance` | `hh` | `total` 1, `list` of one: `hh`, `hm`, `ye` balance, `ktje` of it can be given back, `zxcz`/`zdcz` least and most of a top-up. Gas, broadband and hospital; others `2009` |
//! | `/pay` | `lsh` idempotency key, `hh`, `zdbh` bills joined by `,` (empty or absent: top up the balance), `je` without late fee, `wyj` late fee (absent: 0), `jfsj` paid at (`2026-11-24 10:00:00` or RFC 3339), `jylsh` the provider's trade number | `lsh`, `hh`, `jg` 已入账/拒绝, `jzlsh` the company's own number, `jzsj` booked at, `je`, `wyj`. The late fee is as of the day of `jfsj` |
//! | `/withdraw` | `lsh`, `hh`, `je`, `yjzlsh` the `jzlsh` of the top-up it belongs to (may be absent) | as `/pay` |
//! | `/list` | `rq` day of booking (`2026-11-24`) | `rq`, `total`, `list`: `lsh`, `hh`, `zdbh`, `lx` 缴费/充值/退款, `je`, `wyj`, `hj` both, `jfsj`, `jzsj`, `jzlsh`, `jylsh`; `0001` without any |

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use jiff::civil::DateTime;
use kernel::{Date, Money, Timestamp, mask};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{FOUND, NOTHING, UNKNOWN, head, tidy};
use crate::{
    Sandbox,
    biller::{Bill, BillState, Biller, Customer, Order, Withdrawal},
    days::plus_days,
    demo,
    population::District,
    posting::{Outcome, Posting, PostingKind, Refusal},
    reply::{Reply, Whose, answer},
};

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Biller::ALL.into_iter().fold(Router::new(), |router, biller| {
        let at = |act: &str| format!("/{{area}}/{}/{act}", biller.word());
        router
            .route(&at("customer"), asked(biller, customer))
            .route(&at("bills"), asked(biller, bills))
            .route(&at("balance"), asked(biller, balance))
            .route(&at("pay"), asked(biller, pay))
            .route(&at("withdraw"), asked(biller, withdraw))
            .route(&at("list"), asked(biller, list))
    })
}

/// A question that has been read, at the company that is asked.
struct Desk<'a> {
    sandbox: &'a Sandbox,
    district: &'a District,
    biller: Biller,
    whose: Whose,
}

/// A route whose question is `Q`.
fn asked<Q: DeserializeOwned + Send + 'static>(
    biller: Biller,
    make: fn(&Desk<'_>, Q) -> Reply,
) -> axum::routing::MethodRouter<Arc<Sandbox>> {
    post(move |State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes| async move {
        let response: Response = answer(&sandbox, biller.department(), |whose| {
            let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
            let Ok(question) = serde_json::from_slice::<Q>(&body) else { return Reply::Unreadable };
            make(&Desk { sandbox: &sandbox, district, biller, whose }, question)
        })
        .await;
        response
    })
}

impl Desk<'_> {
    fn today(&self) -> Date {
        self.sandbox.today()
    }

    /// The account asked about, or another's for a company that confuses persons.
    fn customer(&self, no: &str) -> Option<Customer> {
        match self.whose {
            Whose::Asked => self.district.customer_of_no(self.biller, no, self.today()),
            Whose::Another => (0..demo::PERSONS)
                .filter_map(|n| self.district.customer(self.biller, n, self.today()))
                .find(|other| other.no != no),
        }
    }
}

#[derive(Deserialize)]
struct OfCustomer {
    hh: String,
    #[serde(default)]
    hmwz: String,
}

fn customer(desk: &Desk<'_>, asked: OfCustomer) -> Reply {
    let (no, tail) = (tidy(&asked.hh), asked.hmwz.trim());
    let fits =
        |customer: &Customer| desk.whose == Whose::Another || (!tail.is_empty() && customer.holder.ends_with(tail));
    let Some(customer) = desk.customer(&no).filter(fits) else {
        let mut row = head(UNKNOWN, "hh", &no);
        row.insert("match".into(), "0".into());
        return Reply::Row(row);
    };
    let mut row = head(FOUND, "hh", &customer.no);
    row.insert("match".into(), "1".into());
    let journal = desk.district.journal(desk.biller.department());
    let balance = desk.district.balance(&customer, &journal);
    let mut data = json!({
        "hh": customer.no,
        "hm": mask::name(&customer.holder),
        "dz": customer.masked_address(),
        "jffs": if balance.is_some() { "预付费" } else { "后付费" },
    });
    if let Some(balance) = balance {
        data["ye"] = yuan(balance.fen).into();
    }
    row.insert("data".into(), data);
    Reply::Row(row)
}

fn bills(desk: &Desk<'_>, asked: OfCustomer) -> Reply {
    let no = tidy(&asked.hh);
    let Some(customer) = desk.customer(&no) else { return Reply::Row(head(UNKNOWN, "hh", &no)) };
    let journal = desk.district.journal(desk.biller.department());
    let bills = desk.district.bills(&customer, &journal, desk.today());
    let rules = desk.biller.rules();
    let mut head = head(if bills.is_empty() { NOTHING } else { FOUND }, "hh", &customer.no);
    let flag = |yes: bool| Value::from(if yes { "1" } else { "0" });
    head.insert("bfjf".into(), flag(rules.partial_min_fen.is_some()));
    head.insert("xjhx".into(), flag(rules.oldest_first));
    Reply::List { head, list: bills.iter().map(|bill| record(&customer, bill)).collect() }
}

/// A bill in the company's words. What is not there is absent, not empty.
fn record(customer: &Customer, bill: &Bill) -> Value {
    let mut row = json!({
        "zdbh": bill.id,
        "hh": customer.no,
        "zq": bill.period,
        "zqks": bill.from.to_string(),
        "zqjs": bill.to.to_string(),
        "zdze": yuan(bill.amount_fen),
        "je": yuan(bill.rest_fen),
        "wyj": yuan(bill.late_fee_fen),
        "hj": yuan(bill.rest_fen + bill.late_fee_fen),
        "zdjn": yuan(bill.min_fen),
        "cjrq": bill.issued_on.to_string(),
        "jzrq": bill.due_on.to_string(),
        "zt": match bill.state {
            BillState::Unpaid => "未缴",
            BillState::Paid => "已缴",
        },
    });
    if let Some(usage) = bill.usage {
        row["yl"] = usage.to_string().into();
        row["yldw"] = customer.biller.rules().unit.into();
    }
    if let Some(on) = bill.paid_on {
        row["jfrq"] = on.to_string().into();
    }
    row
}

fn balance(desk: &Desk<'_>, asked: OfCustomer) -> Reply {
    let no = tidy(&asked.hh);
    let Some(customer) = desk.customer(&no) else { return Reply::Row(head(UNKNOWN, "hh", &no)) };
    let journal = desk.district.journal(desk.biller.department());
    let (Some(balance), Some((least, most))) =
        (desk.district.balance(&customer, &journal), desk.biller.rules().top_up_fen)
    else {
        return refused(head(FOUND, "hh", &no), &Refusal::NotOffered, "wyj");
    };
    let row = json!({
        "hh": customer.no,
        "hm": mask::name(&customer.holder),
        "ye": yuan(balance.fen),
        "ktje": yuan(balance.withdrawable_fen),
        "zxcz": yuan(least),
        "zdcz": yuan(most),
    });
    Reply::List { head: head(FOUND, "hh", &customer.no), list: vec![row] }
}

#[derive(Deserialize)]
struct Pay {
    lsh: String,
    hh: String,
    #[serde(default)]
    zdbh: String,
    je: String,
    #[serde(default)]
    wyj: String,
    jfsj: String,
    #[serde(default)]
    jylsh: String,
}

#[derive(Deserialize)]
struct Withdraw {
    lsh: String,
    hh: String,
    je: String,
    #[serde(default)]
    yjzlsh: String,
}

fn pay(desk: &Desk<'_>, asked: Pay) -> Reply {
    let no = tidy(&asked.hh);
    let read = || {
        let order = Order {
            key: key(&asked.lsh)?,
            bills: asked.zdbh.split(',').map(tidy).filter(|id| !id.is_empty()).collect(),
            amount_fen: fen(&asked.je)?,
            late_fee_fen: if asked.wyj.trim().is_empty() { 0 } else { fen(&asked.wyj)? },
            paid_at: instant(&asked.jfsj)?,
            trade_no: asked.jylsh.trim().to_owned(),
        };
        // Nobody pays tomorrow, and nobody tells after a year.
        let on = order.paid_at.date();
        (on <= desk.today() && on > plus_days(desk.today(), -366)).then_some(order)
    };
    let Some(order) = read() else { return Reply::Unreadable };
    let Some(customer) = desk.customer(&no) else { return Reply::Row(head(UNKNOWN, "hh", &no)) };
    if desk.whose == Whose::Another {
        return confused(&customer, order.key);
    }
    let mut journal = desk.district.journal(desk.biller.department());
    let key = order.key.clone();
    let outcome = desk.district.post(&customer, order, &mut journal, desk.sandbox.clock.now());
    booked(&customer, &key, outcome)
}

fn withdraw(desk: &Desk<'_>, asked: Withdraw) -> Reply {
    let no = tidy(&asked.hh);
    let (Some(key), Some(amount_fen)) = (key(&asked.lsh), fen(&asked.je)) else { return Reply::Unreadable };
    let Some(customer) = desk.customer(&no) else { return Reply::Row(head(UNKNOWN, "hh", &no)) };
    if desk.whose == Whose::Another {
        return confused(&customer, key);
    }
    let against = Some(asked.yjzlsh.trim().to_owned()).filter(|reference| !reference.is_empty());
    let wanted = Withdrawal { key: key.clone(), amount_fen, against };
    let mut journal = desk.district.journal(desk.biller.department());
    let outcome = desk.district.withdraw(&customer, wanted, &mut journal, desk.sandbox.clock.now());
    booked(&customer, &key, outcome)
}

/// An answer about somebody else's account. Nothing is booked for anybody.
fn confused(customer: &Customer, key: String) -> Reply {
    let mut row = head(FOUND, "hh", &customer.no);
    row.insert("lsh".into(), key.into());
    row.insert("jg".into(), "已入账".into());
    row.insert("jzlsh".into(), "SF000000000000000".into());
    Reply::Row(row)
}

fn booked(customer: &Customer, key: &str, outcome: Outcome) -> Reply {
    let mut row = head(FOUND, "hh", &customer.no);
    row.insert("lsh".into(), key.into());
    match outcome {
        Ok(posting) => {
            row.insert("jg".into(), "已入账".into());
            row.insert("jzlsh".into(), posting.reference.into());
            row.insert("jzsj".into(), written(posting.booked_at).into());
            row.insert("je".into(), yuan(posting.amount_fen).into());
            row.insert("wyj".into(), yuan(posting.late_fee_fen).into());
            Reply::Row(row)
        }
        Err(refusal) => refused(row, &refusal, "wyj"),
    }
}

/// `late` is the department's word for a late fee.
pub(super) fn refused(mut row: Map<String, Value>, refusal: &Refusal, late: &str) -> Reply {
    row.insert("code".into(), refusal.code().into());
    row.insert("msg".into(), refusal.message().into());
    row.insert("jg".into(), "拒绝".into());
    let mut tell = |field: &str, fen: i64| row.insert(field.into(), yuan(fen).into());
    match *refusal {
        Refusal::AmountChanged { due_fen, late_fee_fen } => {
            tell("yjje", due_fen);
            tell(late, late_fee_fen);
        }
        Refusal::BelowMinimum { min_fen } => {
            tell("zdjn", min_fen);
        }
        Refusal::OutOfRange { min_fen, max_fen } => {
            tell("zxcz", min_fen);
            tell("zdcz", max_fen);
        }
        Refusal::BalanceShort { left_fen } => {
            tell("ktje", left_fen);
        }
        _ => {}
    }
    Reply::Row(row)
}

#[derive(Deserialize)]
pub(super) struct OfDay {
    rq: String,
}

fn list(desk: &Desk<'_>, asked: OfDay) -> Reply {
    day_list(desk.district, desk.biller.department(), &asked, "hh")
}

/// The postings that a department booked on a day, for whoever compares books.
pub(super) fn day_list(
    district: &District,
    department: crate::department::Department,
    asked: &OfDay,
    subject: &str,
) -> Reply {
    let Ok(day) = asked.rq.trim().parse::<Date>() else { return Reply::Unreadable };
    let journal = district.journal(department);
    let rows: Vec<Value> = journal
        .postings()
        .iter()
        .filter(|posting| posting.booked_at.date() == day)
        .map(|posting| line(posting, subject))
        .collect();
    Reply::List { head: head(if rows.is_empty() { NOTHING } else { FOUND }, "rq", &day.to_string()), list: rows }
}

fn line(posting: &Posting, subject: &str) -> Value {
    let bills: Vec<&str> = posting.bills.iter().map(|share| share.id.as_str()).collect();
    let mut row = json!({
        "lsh": posting.key,
        "zdbh": bills.join(","),
        "lx": match posting.kind {
            PostingKind::Paid => "缴费",
            PostingKind::TopUp => "充值",
            PostingKind::Withdrawn => "退款",
        },
        "je": yuan(posting.amount_fen),
        "wyj": yuan(posting.late_fee_fen),
        "hj": yuan(posting.amount_fen + posting.late_fee_fen),
        "jfsj": posting.paid_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "jzsj": written(posting.booked_at),
        "jzlsh": posting.reference,
        "jylsh": posting.trade_no,
    });
    row[subject] = posting.subject.as_str().into();
    row
}

/// An idempotency key as sent, if it can be one.
pub(super) fn key(text: &str) -> Option<String> {
    let key = text.trim();
    ((1..=64).contains(&key.len()) && key.is_ascii()).then(|| key.to_owned())
}

pub(super) fn fen(text: &str) -> Option<i64> {
    Money::parse_yuan(text).map(Money::fen).filter(|fen| *fen >= 0)
}

pub(super) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen.unsigned_abs() % 100)
}

pub(super) fn written(at: Timestamp) -> String {
    at.civil().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-24 10:00:00` in the area's time, or an instant with its offset.
pub(super) fn instant(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_millisecond()).civil());
    }
    text.replacen(' ', "T", 1).parse::<DateTime>().ok()
}

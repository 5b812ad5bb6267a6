//! Made-up payments, bills and receipts, and a provider that is there and does nothing.

use capability::{
    payment::State,
    refund::{self, Reason, Route},
};
use connector::{
    BoxFuture, Failure, HealthState,
    pay::{
        Ack, AgreementOrder, AgreementState, Agreements, BillLine, Callback, Cashier, Debit, Forged, Notice, Order,
        Provider, ProviderHealth, RefundOrder, RefundState, Trade,
    },
};
use engine::{
    Answer, AutopayState, AutopayView, BillAccount, BillKnown, CashierView, DebitView, Freshness, MonthPaid, PaidLine,
    PayeeView, PaymentInfo, PaymentPage, PaymentView, ProviderView, Quote, QuoteLine, RefundLine,
};
use kernel::{CityId, Date, Money, SeededRng, ServiceId, Text, Timestamp};
use ledger::receipt::{Draft, Line};
use manifest::{Value, binding::Row, pay::Purpose};

use crate::tests::sample::{self, NOW, id};

/// A provider that is there and does nothing.
pub(super) struct Shop;

impl Provider for Shop {
    fn id(&self) -> &str {
        "shell-pay"
    }
    fn name(&self) -> Text {
        Text::new("贝壳支付", "Shell Pay")
    }
    fn open<'a>(&'a self, _: &'a Order) -> BoxFuture<'a, Result<Cashier, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn query<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn close<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn refund<'a>(&'a self, _: &'a RefundOrder) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn query_refund<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn bill(&self, _: Date) -> BoxFuture<'_, Result<Option<Vec<BillLine>>, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn verify(&self, _: &Callback<'_>, _: Timestamp) -> Result<Notice, Forged> {
        Err(Forged::Signature)
    }
    fn acknowledge(&self, _: bool) -> Ack {
        Ack { status: 200, content_type: "text/plain", body: "" }
    }
    fn cashier_origins(&self) -> Vec<String> {
        vec!["https://cashier.example".to_owned()]
    }
    fn health(&self) -> ProviderHealth {
        ProviderHealth {
            provider: "shell-pay".to_owned(),
            state: HealthState::Up,
            last_answer_at: None,
            last_failure: None,
        }
    }
    fn agreements(&self) -> Option<&dyn Agreements> {
        Some(self)
    }
}

impl Agreements for Shop {
    fn sign<'a>(&'a self, _: &'a AgreementOrder) -> BoxFuture<'a, Result<Cashier, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn query<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<AgreementState, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn end<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
    fn debit<'a>(&'a self, _: &'a str, _: &'a Order) -> BoxFuture<'a, Result<Debit, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }
}

pub(super) fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

pub(super) fn office() -> Text {
    Text::new("湖滨市路灯公司", "Lakeside Lamp Company")
}

pub(super) fn lamps() -> ServiceId {
    ServiceId::parse("lamp-bill").expect("a slug")
}

pub(super) fn lamp(month: u32, open: bool) -> Row {
    Row::from([
        ("id".to_owned(), Value::Text(format!("L2026{month:02}"))),
        ("period".to_owned(), Value::Text(format!("2026-{month:02}"))),
        ("state".to_owned(), Value::Text(if open { "open" } else { "paid" }.to_owned())),
        ("due".to_owned(), Value::Number(6_010)),
        ("late_fee".to_owned(), Value::Number(100)),
        ("due_on".to_owned(), Value::Text(format!("2026-{month:02}-20"))),
    ])
}

pub(super) fn lamp_answer(rows: Vec<Row>) -> Answer {
    Answer {
        card: sample::account(),
        cards: vec![sample::account()],
        department: office(),
        ..sample::answer(rows, Freshness::Fresh)
    }
}

pub(super) fn provider(id: &str, up: bool) -> ProviderView {
    let name = if id == "alipay" { Text::new("支付宝", "Alipay") } else { Text::new("微信支付", "WeChat Pay") };
    ProviderView { id: id.to_owned(), name, up }
}

pub(super) fn quoted(lines: usize, accept: bool) -> Quote {
    let line = |n: usize| QuoteLine {
        row: format!("L{n}"),
        bill: format!("L{n}"),
        title: format!("2026-{:02}", n + 1),
        amount: fen(6_010),
        surcharge: fen(if accept { 0 } else { 100 }),
        surcharge_source: (!accept).then(|| Text::new("《供用电条例》第三十九条", "Article 39")),
        grows_on: Some(jiff::civil::date(2026, 3, 3)),
        decision: None,
        accept,
    };
    let lines: Vec<QuoteLine> = (0..lines).map(line).collect();
    Quote {
        service: lamps(),
        purpose: if accept { Purpose::Fine } else { Purpose::Bill },
        card: sample::account(),
        total: fen(lines.iter().map(|line| line.due().fen()).sum()),
        lines,
        payee: PayeeView {
            treasury: accept,
            department: office(),
            item: accept.then(|| "103050101".to_owned()),
            note: Text::new("款项付给路灯公司，不收手续费。", "To the lamp company, without any charge."),
        },
        department: office(),
        phone: "0000-1234567".to_owned(),
        fetched_at: NOW,
        providers: vec![provider("alipay", true), provider("wechatpay", false)],
    }
}

pub(super) fn payment_in(state: State, cashier: Option<CashierView>, refunds: Vec<RefundLine>) -> PaymentView {
    let paid = !matches!(state, State::Pending | State::Closed);
    PaymentView {
        id: id(60),
        service: lamps(),
        card: Some(id(32)),
        purpose: Purpose::Bill,
        state,
        amount: fen(12_220),
        refunded: Money::ZERO,
        lines: (1..3)
            .map(|n| PaidLine { title: format!("2026-{n:02}"), amount: fen(6_010), surcharge: fen(100) })
            .collect(),
        customer: "***0002".to_owned(),
        department: office(),
        phone: "0000-1234567".to_owned(),
        treasury: false,
        provider: Some(provider("alipay", true)),
        others: if state == State::Pending { vec![provider("wechatpay", true)] } else { vec![] },
        cashier,
        opened_at: NOW.plus_s(-300),
        expires_at: NOW.plus_s(600),
        paid_at: paid.then(|| NOW.plus_s(-60)),
        posted_at: (state == State::Posted).then_some(NOW),
        biller_ref: (state == State::Posted).then(|| "FK20260302000001".to_owned()),
        receipt: (state == State::Posted).then(|| id(61)),
        booking: None,
        refunds,
    }
}

pub(super) fn given_back(reason: Reason, state: refund::State, route: Route) -> RefundLine {
    RefundLine {
        amount: fen(12_220),
        reason,
        state,
        route,
        asked_at: NOW.plus_s(-30),
        done_at: (state == refund::State::Done).then_some(NOW),
    }
}

pub(super) fn accounts() -> Vec<BillAccount> {
    let one =
        |known, autopay| BillAccount { card: sample::account(), service: lamps(), known, autopay, can_autopay: true };
    let known =
        |count, due| Some(BillKnown { open_count: count, due: fen(due), balance: None, fetched_at: NOW.plus_s(-600) });
    let prepaid = BillKnown { open_count: 0, due: Money::ZERO, balance: Some(fen(18_780)), fetched_at: NOW };
    vec![
        one(known(0, 0), None),
        one(known(2, 12_220), Some(fen(20_000))),
        one(None, None),
        BillAccount { can_autopay: false, ..one(Some(prepaid), None) },
    ]
}

pub(super) fn receipt_body() -> ledger::receipt::Body {
    Draft {
        receipt_no: "9901002026030200000001".to_owned(),
        payment: id(60),
        city: Text::new("湖滨市", "Lakeside"),
        service: Text::new("路灯费查询缴费", "Lamp bills"),
        biller: office(),
        payee: "treasury:990100:103050101".to_owned(),
        customer: "***0002".to_owned(),
        lines: (1..3)
            .map(|n| Line { title: format!("2026-{n:02}"), amount_fen: fen(6_110), surcharge_fen: fen(100) })
            .collect(),
        provider: "alipay".to_owned(),
        paid_at: NOW.rfc3339(),
        posted_at: NOW.plus_s(5).rfc3339(),
        biller_ref: "FK20260302000001".to_owned(),
    }
    .complete(&SeededRng::new(3))
}

pub(super) fn history(count: u8) -> PaymentPage {
    let states = [State::Pending, State::Posting, State::Posted, State::Closed, State::Refunding, State::Refunded];
    let one = |n: u8| PaymentInfo {
        id: id(n),
        city: CityId::parse("lakeside").expect("a slug"),
        service: lamps(),
        state: states[usize::from(n) % states.len()],
        amount: fen(6_110),
        refunded: Money::ZERO,
        titles: vec!["2026-01".to_owned(), "2026-02".to_owned()],
        customer: "***0002".to_owned(),
        opened_at: NOW.plus_s(-86_400 * i64::from(n)),
        paid_at: None,
    };
    PaymentPage { items: (0..count).map(one).collect(), next: (count > 10).then_some(3) }
}

pub(super) fn year() -> Vec<MonthPaid> {
    (1..=12_i8).map(|month| MonthPaid { year: 2026, month, amount: fen(6_110 * i64::from(month % 5)) }).collect()
}

pub(super) fn set(state: AutopayState) -> AutopayView {
    let debit = |debit_at, outcome: Option<&str>| DebitView {
        amount: fen(6_110),
        told_at: NOW,
        debit_at,
        outcome: outcome.map(str::to_owned),
        payment: None,
    };
    AutopayView {
        id: id(70),
        card: id(32),
        service: lamps(),
        provider: "shell-pay".to_owned(),
        limit: fen(20_000),
        state,
        since_at: NOW.plus_s(-86_400),
        debits: vec![
            debit(Some(NOW.plus_s(86_400)), None),
            debit(None, Some("paid")),
            debit(None, Some("declined")),
            debit(None, Some("changed")),
        ],
    }
}

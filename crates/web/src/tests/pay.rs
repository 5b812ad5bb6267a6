//! Every page of paying, in every state that a payment has, with sample data.

use std::sync::Arc;

use capability::{
    payment::State,
    refund::{self, Reason, Route},
};
use connector::pay::{Provider, Providers};
use engine::{AutopayState, AutopayView, CashierView, Claims, Quote, ReceiptPublic, ReceiptView, Rest};
use kernel::{Lang, identifier::Mistake};
use ledger::note::Wrong;
use manifest::{CityPack, Service};

use self::made::{
    Shop, accounts, fen, given_back, history, lamp, lamp_answer, office, payment_in, quoted, receipt_body, set, year,
};
use super::{
    Shot, mistakes,
    sample::{self, NOW, id},
    shot, signed_in, visit,
};
use crate::{Site, autopay, bill, mishap::Mishap, payment, quote, receipt, record, rest, trouble};

mod made;

/// The check page.
async fn checking(site: &Site, pack: &CityPack, service: &Service, lang: Lang, pages: &mut Vec<Shot>) {
    let own = |path: &str| signed_in(site, path, lang);
    let here = "/lakeside/s/lamp-bill/pay/x?bill=L0&bill=L1";
    let none = Quote { providers: vec![], ..quoted(1, false) };
    for (name, quote, before) in [
        ("check", quoted(2, false), None),
        ("check-accept", quoted(1, true), None),
        ("check-changed", quoted(3, false), Some(fen(12_220))),
        ("check-no-provider", none, None),
    ] {
        pages.push(shot(name, quote::page(&own(here), pack, service, &quote, before)).await);
    }
    for code in [
        "bill_open_elsewhere",
        "bill_paid",
        "accept_refused",
        "bill_not_payable",
        "nothing_to_pay",
        "provider_without_autopay",
    ] {
        let error = kernel::Kind::Conflict(code).into();
        let page = quote::stopped(&own(here), pack, service, id(32), error).expect("a page of its own");
        pages.push(shot(&format!("stopped-{code}"), page).await);
    }
    for (name, kind) in [
        ("stopped-own-only", kernel::Kind::Denied("accept_own_only")),
        ("stopped-department", kernel::Kind::Unavailable("department")),
        ("stopped-provider", kernel::Kind::Unavailable("provider")),
    ] {
        let page = quote::stopped(&own(here), pack, service, id(32), kind.into()).expect("a page of its own");
        pages.push(shot(name, page).await);
    }
}

async fn paying(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    let own = |path: &str| signed_in(site, path, lang);
    let open = Some(CashierView::Open("https://cashier.example/pay/1".to_owned()));
    let scan = Some(CashierView::Scan("weixin://wxpay/bizpayurl?pr=abc".to_owned()));
    let surplus = vec![given_back(Reason::Surplus, refund::State::Sent, Route::Provider)];
    let staff = vec![
        given_back(Reason::Staff, refund::State::Asked, Route::Treasury),
        given_back(Reason::Rest, refund::State::Declined, Route::Provider),
        given_back(Reason::Late, refund::State::Abnormal, Route::Provider),
    ];
    let refused = |state| vec![given_back(Reason::Refused, state, Route::Provider)];
    for (name, view) in [
        ("payment-pending", payment_in(State::Pending, open, vec![])),
        ("payment-scan", payment_in(State::Pending, scan, vec![])),
        ("payment-cashier-down", payment_in(State::Pending, Some(CashierView::Unavailable), vec![])),
        ("payment-closed", payment_in(State::Closed, None, vec![])),
        ("payment-paid", payment_in(State::Paid, None, vec![])),
        ("payment-posting", payment_in(State::Posting, None, vec![])),
        ("payment-posted", payment_in(State::Posted, None, vec![])),
        ("payment-posted-twice", payment_in(State::Posted, None, surplus)),
        ("payment-posted-refunds", payment_in(State::Posted, None, staff)),
        ("payment-failed", payment_in(State::Failed, None, refused(refund::State::Approved))),
        ("payment-refunding", payment_in(State::Refunding, None, refused(refund::State::Sent))),
        ("payment-refunded", payment_in(State::Refunded, None, refused(refund::State::Done))),
    ] {
        pages.push(shot(name, payment::page(&own("/lakeside/payments/x"), pack, &view)).await);
    }
    let late = payment_in(State::Posted, None, vec![]);
    pages.push(shot("payment-late", payment::page(&own("/lakeside/payments/x?late=1"), pack, &late)).await);
    for (name, count) in [("payments", 20), ("payments-one", 1), ("payments-none", 0)] {
        let page = payment::list_page(&own("/lakeside/payments"), pack, &history(count), &year());
        pages.push(shot(name, page).await);
    }
    pages.push(shot("bills", bill::list_page(&own("/lakeside/bills"), pack, &accounts())).await);
    pages.push(shot("bills-paid", bill::list_page(&own("/lakeside/bills"), pack, &accounts()[..1])).await);
    pages.push(shot("bills-none", bill::list_page(&own("/lakeside/bills"), pack, &[])).await);
}

async fn receipts(site: &Site, pack: &CityPack, lang: Lang, pages: &mut Vec<Shot>) {
    let out = |path: &str| visit(site, path, lang);
    let view = ReceiptView {
        id: id(61),
        payment: id(60),
        body: receipt_body(),
        issued_at: NOW,
        verify_url: "https://shimin.example/lakeside/verify/x?a=12220&d=2026-03-02&b=treasury&s=0123456789".to_owned(),
    };
    let own = signed_in(site, "/lakeside/payments/x/receipt", lang);
    pages.push(shot("receipt", receipt::page(&own, pack, &view)).await);
    let claims = Claims { amount: fen(12_220), paid_on: NOW.date(), biller: office() };
    for (name, claims) in [("confirmed", Some(claims)), ("confirmed-altered", None)] {
        let public = ReceiptPublic { receipt_no: view.body.receipt_no.clone(), issued_at: NOW, index: 7, claims };
        pages.push(shot(name, receipt::confirmed(&out("/lakeside/verify/x"), pack, &public)).await);
    }
    pages.push(shot("verify", receipt::verify_page(&out("/verify"), None)).await);
    pages.push(shot("verify-genuine", receipt::verify_page(&out("/verify"), Some(&Ok(receipt_body())))).await);
    for wrong in [Wrong::Form, Wrong::Key, Wrong::Signature, Wrong::Inclusion, Wrong::Sum] {
        let page = receipt::verify_page(&out("/verify"), Some(&Err(wrong)));
        pages.push(shot(&format!("verify-{wrong:?}"), page).await);
    }
    let mut key = out("/lakeside/receipt-key");
    key.set_params(&[("city", "lakeside")]);
    pages.push(shot("receipt-key", receipt::key(&mut key).await.expect("a page")).await);
}

/// Every page of paying in one language.
pub(crate) async fn pages(site: &Site, pack: &CityPack, lang: Lang) -> Vec<Shot> {
    let catalogue = site.platform.catalogue();
    let service = catalogue.service(pack, "lamp-bill").cloned().expect("a sample service");
    let own = |path: &str| signed_in(site, path, lang);
    let ask = "/lakeside/s/lamp-bill/ask";
    let mut pages = Vec::new();
    // Without a provider first: pages must say so, and none may offer what does not work.
    let form = |set: Option<&AutopayView>, mishap: &Mishap| {
        autopay::page(&own("/lakeside/s/lamp-bill/autopay/x"), pack, &service, id(32), set, mishap)
    };
    pages.push(shot("autopay-no-provider", form(None, &Mishap::none())).await);
    site.platform.provide(Providers::new([Arc::new(Shop) as Arc<dyn Provider>]));
    pages.push(shot("autopay", form(None, &Mishap::none())).await);
    pages.push(shot("autopay-mistake", form(None, &mistakes(&[("limit", Mistake::Amount)], lang))).await);
    for state in [AutopayState::Asked, AutopayState::InForce, AutopayState::Stopped] {
        pages.push(shot(&format!("autopay-{state:?}"), form(Some(&set(state)), &Mishap::none())).await);
    }
    let bills = |rows| record::answered(&own(ask), pack, &service, &lamp_answer(rows));
    pages.push(shot("bill-list", bills(vec![lamp(3, true), lamp(2, true), lamp(1, false)])).await);
    pages.push(shot("bill-one", bills(vec![lamp(3, true)])).await);
    pages.push(shot("bill-settled", bills(vec![lamp(1, false)])).await);
    let one = lamp_answer(vec![lamp(3, true)]);
    let detail = record::detail::page(&own(ask), pack, &service, &one, &one.rows[0], "L202603");
    pages.push(shot("bill-detail", detail).await);
    checking(site, pack, &service, lang, &mut pages).await;
    paying(site, pack, lang, &mut pages).await;
    receipts(site, pack, lang, &mut pages).await;
    let left = |returnable| Rest {
        balance: fen(18_780),
        returnable: fen(returnable),
        department: office(),
        phone: "0000-1234567".to_owned(),
        parts: vec![],
    };
    for (name, returnable, changed) in [("rest", 5_000, false), ("rest-changed", 5_000, true), ("rest-none", 0, false)]
    {
        let page = rest::page(&own("/lakeside/s/lamp-bill/rest/x"), pack, &service, id(32), &left(returnable), changed);
        pages.push(shot(name, page).await);
    }
    pages.push(
        shot("payment-nobodys", trouble::page(&own("/lakeside/payments/x"), kernel::Kind::NotFound.into())).await,
    );
    pages
}

async fn page(name: &str, lang: Lang) -> Shot {
    let site = sample::site().await;
    let pack = site.platform.catalogue().city("lakeside").cloned().expect("the sample city");
    let pages = pages(&site, &pack, lang).await;
    pages.into_iter().find(|page| page.name == name).unwrap_or_else(|| panic!("no page {name}"))
}

#[tokio::test]
async fn a_bill_is_called_by_its_month_on_every_page() {
    for name in ["bill-list", "check", "payment-posted", "payments", "receipt", "verify-genuine"] {
        let html = page(name, Lang::ZhCn).await.html;
        assert!(html.contains("2026 年 2 月"), "{name} names the month");
        assert!(!html.contains(">2026-02"), "{name} shows a department's way of writing");
    }
    assert!(page("check", Lang::En).await.html.contains("Feb 2026"));
}

#[tokio::test]
async fn the_button_names_the_act_and_the_amount() {
    assert!(page("check", Lang::ZhCn).await.html.contains("付款 122.20 元"));
    assert!(page("check-accept", Lang::ZhCn).await.html.contains("接受决定并付款 60.10 元"));
    let changed = page("check-changed", Lang::ZhCn).await;
    assert_eq!(changed.status, axum::http::StatusCode::CONFLICT);
    assert!(changed.html.contains("刚才是 122.20 元，现在是 183.30 元。还没有付款。"));
    let none = page("check-no-provider", Lang::ZhCn).await.html;
    assert!(!none.contains("name=\"total_fen\""), "nothing is offered that does not work");
}

#[tokio::test]
async fn a_page_that_waits_says_where_to_ask_and_one_that_does_not_is_quiet() {
    let refunding = ["payment-failed", "payment-refunding"];
    for (name, word) in [("payment-pending", "pending"), ("payment-paid", "paid"), ("payment-posting", "posting")] {
        let html = page(name, Lang::ZhCn).await.html;
        assert!(html.contains(&format!("data-state=\"{word}\"")) && html.contains("/state\""), "{name}");
    }
    for name in refunding {
        assert!(page(name, Lang::ZhCn).await.html.contains("data-poll"), "{name}");
    }
    for name in ["payment-closed", "payment-posted", "payment-refunded"] {
        assert!(!page(name, Lang::ZhCn).await.html.contains("data-poll"), "{name}");
    }
    assert!(page("payment-scan", Lang::ZhCn).await.html.contains("data-go"));
    assert!(!page("payment-pending", Lang::ZhCn).await.html.contains("data-go"));
}

#[tokio::test]
async fn what_is_owed_comes_first_and_what_was_never_asked_is_not_called_paid() {
    let html = page("bills", Lang::ZhCn).await.html;
    assert!(html.contains("一共待缴 122.20 元") && html.contains("还没查过"));
    let (owed, paid) = (html.find("¥122.20").expect("owed"), html.find("不欠费").expect("paid"));
    assert!(owed < paid);
    assert!(!html.contains("都缴清了"), "one account was never asked");
    assert!(page("bills-paid", Lang::ZhCn).await.html.contains("都缴清了"));
}

#[tokio::test]
async fn a_receipt_has_figures_capitals_and_a_code_and_a_forged_one_says_which_part_is_wrong() {
    let html = page("receipt", Lang::ZhCn).await.html;
    for part in ["¥122.20", "壹佰贰拾贰元贰角整", "class=\"qr\"", "支付宝", "其中逾期加收 ¥1.00", "款项已进国库"]
    {
        assert!(html.contains(part), "{part}");
    }
    for (name, says) in [
        ("verify-Form", "完整的凭证文件"),
        ("verify-Key", "不是这里的城市签发的"),
        ("verify-Signature", "签名对不上"),
        ("verify-Inclusion", "日志里没有"),
        ("verify-Sum", "加起来不对"),
    ] {
        let shot = page(name, Lang::ZhCn).await;
        assert!(shot.status.is_client_error() && shot.html.contains(says), "{name}");
    }
}

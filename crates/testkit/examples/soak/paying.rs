//! Paying as a phone's browser does it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use kernel::{CityId, Id};

use testkit::Server;

use crate::{Acknowledged, Errand, PATIENCE};

pub fn client() -> reqwest::Client {
    let phone = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36";
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(phone)
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client")
}

/// Pays as a browser does: the form, the way to the cashier, the cashier's button. Whatever does not answer is tried again,
/// under the same key. `None` if the form was refused for good.
pub async fn pay(
    http: &reqwest::Client,
    server: &Server,
    city: &CityId,
    errand: &Errand,
    twice: &AtomicUsize,
) -> Option<Acknowledged> {
    let begun = Instant::now();
    let mut form = errand.form.clone();
    form.push(("total_fen".to_owned(), errand.total_fen.to_string()));
    form.push(("provider".to_owned(), errand.provider.to_owned()));
    form.push(("key".to_owned(), errand.key.clone()));
    let path = format!("/{city}/s/{}/pay/{}", errand.service, errand.card);
    let mut last = String::new();
    let to = loop {
        if begun.elapsed() > PATIENCE {
            eprintln!("{}: no payment opens: {last}", errand.key);
            return None;
        }
        let request = http.post(format!("{}{path}", server.url)).header("cookie", &errand.cookie).form(&form);
        match request.send().await {
            Ok(answer) if answer.status().as_u16() == 303 => {
                let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
                break to.to_owned();
            }
            Ok(answer) => last = answer.status().to_string(),
            Err(cause) => last = cause.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let payment = to.split(['/', '?']).find_map(Id::parse);
    let Some(payment) = payment else {
        eprintln!("{}: sent to {to}", errand.key);
        return None;
    };
    // From here on the platform has said yes: whatever happens now, this payment must be there.
    let acknowledged = Acknowledged { payment, amount_fen: errand.total_fen };
    while begun.elapsed() < PATIENCE {
        if at_cashier(http, server, errand, &to, twice).await.is_some() {
            return Some(acknowledged);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    eprintln!("{}: {payment} finds no cashier", errand.key);
    Some(acknowledged)
}

/// The way to the cashier and its button; `None` if it has to be tried again.
async fn at_cashier(
    http: &reqwest::Client,
    server: &Server,
    errand: &Errand,
    to: &str,
    twice: &AtomicUsize,
) -> Option<()> {
    let page = http.get(format!("{}{to}", server.url)).header("cookie", &errand.cookie).send().await.ok()?;
    if page.status().as_u16() != 303 {
        // A page that offers no way out is one of a payment that is not open any more: it was paid after all.
        let answered = page.status().is_success();
        let text = page.text().await.ok()?;
        return (answered && !text.contains("/cancel\"")).then_some(());
    }
    let cashier = page.headers().get("location")?.to_str().ok()?.to_owned();
    let mut url = reqwest::Url::parse(&cashier).ok()?;
    let mut seen = http.get(url.clone()).send().await.ok()?;
    while seen.status().is_redirection() {
        url = url.join(seen.headers().get("location")?.to_str().ok()?).ok()?;
        seen = http.get(url.clone()).send().await.ok()?;
    }
    if !seen.status().is_success() {
        return None;
    }
    let act = if errand.key.ends_with('7') { "pay-twice" } else { "pay" };
    let paid = http.post(url).form(&[("act", act)]).send().await.ok()?;
    // Back at the cashier: the button did not pay.
    let to_cashier =
        paid.headers().get("location").is_some_and(|to| to.as_bytes().windows(9).any(|it| it == b"/cashier/"));
    if paid.status().as_u16() >= 400 || to_cashier {
        return None;
    }
    twice.fetch_add(usize::from(act == "pay-twice"), Ordering::Relaxed);
    if errand.key.ends_with('3') {
        // Some come back at once, some never.
        let back = format!("{}{}", server.url, to.replace("go=1", "back=1"));
        let _ = http.get(back).header("cookie", &errand.cookie).send().await;
    }
    Some(())
}

//! How fast the engine is here, for whoever reads the output of the tests.

use super::*;

/// Measures rather than judges: machines differ. The count at the end is what can fail.
pub async fn grouped_writes_per_second(opener: Arc<dyn Opener>) {
    const CALLERS: u64 = 256;
    const EACH: u64 = 20;
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let started = std::time::Instant::now();
    let tasks: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let city = city.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    city.post(vec![message(1 + caller * EACH + n, NOON)]).await.expect("store");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("task");
    }
    let grouped = (CALLERS * EACH) as f64 / started.elapsed().as_secs_f64();
    account(&stores, 1).await;
    let started = std::time::Instant::now();
    for _ in 0..2000 {
        stores.platform().session(&hash(1), NOON).await.expect("store").expect("live");
    }
    let read_us = started.elapsed().as_secs_f64() * 1e6 / 2000.0;
    eprintln!("{CALLERS} callers: {grouped:.0} acknowledged writes/s; a session is read in {read_us:.1} us");
    assert_eq!(city.outbox_depth().await.expect("store"), CALLERS * EACH);
}

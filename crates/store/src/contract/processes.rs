//! Two processes on one database, played by two sets of stores. Only an engine that allows it is asked.

use super::{
    books::posting,
    money::{open_payment, paid},
    *,
};

pub async fn two_processes_keep_one_book(first: Arc<dyn Opener>, second: Arc<dyn Opener>) {
    let mut cities = Vec::new();
    for opener in [first, second] {
        let stores = open(&opener).await;
        cities.push(lakeside(&stores).await);
    }
    let [here, there] = cities.as_slice() else { panic!("two cities") };
    let both = |n: u64| if n.is_multiple_of(2) { here.clone() } else { there.clone() };

    let tasks: Vec<_> = (100..164)
        .map(|n| {
            let city = both(n);
            tokio::spawn(async move { city.open_payment(open_payment(n, id(1), 1)).await.expect("store").ok() })
        })
        .collect();
    let mut opened = Vec::new();
    for task in tasks {
        opened.extend(task.await.expect("task"));
    }
    assert_eq!(opened.len(), 1, "a bill is in one open payment, whoever opens it");
    let n = (100..164).find(|n| id(*n) == opened[0]).expect("one of them");

    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let city = both(task);
            tokio::spawn(async move { city.advance(paid(n, 1)).await.expect("store") })
        })
        .collect();
    let mut stood = 0;
    for task in tasks {
        stood += u32::from(task.await.expect("task"));
    }
    assert_eq!(stood, 1, "it is paid once");

    // Everything is posted from both sides at once: one of them is the repeat.
    let tasks: Vec<_> = (0..200)
        .map(|task| {
            let city = both(task);
            let payment = 1000 + (task / 2).cast_signed();
            tokio::spawn(async move { (payment, city.post_transfer(posting(payment, 10)).await.expect("store")) })
        })
        .collect();
    let mut places = std::collections::BTreeMap::new();
    for task in tasks {
        let (payment, place) = task.await.expect("task");
        let place = place.expect("posted");
        assert_eq!(*places.entry(payment).or_insert(place), place, "both were told the same place");
    }
    let distinct: std::collections::BTreeSet<_> = places.values().collect();
    assert_eq!(distinct.len(), 100, "nothing was put over another's entry");
    let audit = here.audit_journal().await.expect("store");
    assert!(audit.is_clean() && audit.transfers == 101, "{audit:?}");
    assert_eq!(there.audit_journal().await.expect("store"), audit);
}

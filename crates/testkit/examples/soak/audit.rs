//! What must be true afterwards, whatever was killed and whatever lied.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use capability::payment::State;
use kernel::{CityId, Clock as _, FakeClock, Id, Timestamp};
use ledger::{Kind, reconcile};
use manifest::act::Act;
use sandbox::{Department, Gateway, TradeState};
use testkit::Town;

use crate::{Acknowledged, PATIENCE, hostility::books};

/// Waits until every payment has come to its end. Names those that have not.
pub async fn settled(town: &Town, city: &CityId, done: &[Acknowledged]) -> BTreeMap<Id, String> {
    let cell = town.stores.city(city).await.expect("the cell");
    let mut open: BTreeMap<Id, String> = done.iter().map(|it| (it.payment, String::new())).collect();
    let began = Instant::now();
    while !open.is_empty() && began.elapsed() < PATIENCE {
        for id in open.keys().copied().collect::<Vec<_>>() {
            match cell.payment_facts(id).await.expect("answers") {
                None => drop(open.insert(id, "it is gone".to_owned())),
                Some(facts) if matches!(facts.state, State::Posted | State::Refunded) => drop(open.remove(&id)),
                Some(facts) => drop(open.insert(id, format!("still {:?}", facts.state))),
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    open
}

/// What the books say against what was acknowledged and what the gateways hold.
pub async fn audit(town: &Town, city: &CityId, done: &[Acknowledged], unsettled: BTreeMap<Id, String>) -> Vec<String> {
    let mut faults: Vec<String> = unsettled.into_iter().map(|(id, why)| format!("payment {id}: {why}")).collect();
    let cell = town.stores.city(city).await.expect("the cell");
    let known: BTreeSet<Id> = done.iter().map(|it| it.payment).collect();
    if known.len() != done.len() {
        faults.push(format!("{} errands share {} payments", done.len(), known.len()));
    }
    // Money that was paid twice is on its way back for a moment.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let balances = cell.balances().await.expect("answers");
    let sum =
        |kind: Kind| balances.iter().filter(|it| it.account.kind() == kind).map(|it| it.amount().fen()).sum::<i64>();
    let debits: i64 = balances.iter().map(|it| it.debit.fen()).sum();
    let credits: i64 = balances.iter().map(|it| it.credit.fen()).sum();
    if debits != credits {
        faults.push(format!("debits {debits}, credits {credits}"));
    }
    for kind in [Kind::Escrow, Kind::Refund] {
        if sum(kind) != 0 {
            faults.push(format!("{kind:?} holds {}", sum(kind)));
        }
    }
    let kept: i64 = Gateway::ALL
        .into_iter()
        .flat_map(|gateway| town.sandbox.gateway(gateway).trades)
        .filter(|trade| trade.state == TradeState::Paid)
        .map(|trade| trade.amount_fen - trade.refunds.iter().map(|refund| refund.amount_fen).sum::<i64>())
        .sum();
    let payees = sum(Kind::Merchant) + sum(Kind::Treasury);
    if payees != kept {
        faults.push(format!("payees have {payees}, the gateways keep {kept}"));
    }
    let posted: i64 = Department::ALL
        .into_iter()
        .filter(|it| books(*it))
        .flat_map(|department| town.sandbox.postings(&town.open_city().city.code, department))
        .map(|posting| posting.amount_fen + posting.late_fee_fen)
        .sum();
    if posted != payees {
        faults.push(format!("the departments have booked {posted}, our books give them {payees}"));
    }
    let acknowledged: i64 = done.iter().map(|it| it.amount_fen).sum();
    eprintln!("acknowledged {acknowledged} fen, payees {payees}, gateways {kept}, departments {posted}");
    faults
}

/// The next morning, every day of the soak is compared three ways. Says how many contradictions had been kept before.
pub async fn compare(
    town: &Town,
    city: &CityId,
    clock: &FakeClock,
    from: Timestamp,
    faults: &mut Vec<String>,
) -> usize {
    let cell = town.stores.city(city).await.expect("the cell");
    let (first, last) = (from.date(), clock.today());
    let pack = town.open_city();
    let lists = pack.bindings.act.values().filter_map(|acts| acts.get(&Act::List));
    let parties = Gateway::ALL.len() + lists.map(|binding| &binding.department).collect::<BTreeSet<_>>().len();
    clock.set(Timestamp::from_civil(last.at(10, 30, 0, 0)).plus_s(86_400));
    let mut contradictions = 0;
    for day in BTreeSet::from([first, last]) {
        let began = Instant::now();
        while cell.reconciled(day).await.expect("answers").len() < parties && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let compared = cell.reconciled(day).await.expect("answers");
        for side in [reconcile::Side::Provider, reconcile::Side::Department] {
            let lines = |it: fn(&store::ReconciledDay) -> u32| {
                compared.iter().filter(|day| day.side == side).map(it).sum::<u32>()
            };
            eprintln!("{day} {side:?}: ours {}, theirs {}", lines(|it| it.ours), lines(|it| it.theirs));
        }
        if compared.len() < parties {
            faults.push(format!("{day} was compared with {} parties only", compared.len()));
        }
        for found in cell.breaks_of(day).await.expect("answers") {
            // A notice that told a wrong amount is kept for a person; the comparison itself must find nothing.
            if found.found.kind == reconcile::Kind::Amount && found.found.side == reconcile::Side::Provider {
                contradictions += 1;
            } else {
                faults.push(format!("{day} {}: {:?} {}", found.party, found.found.kind, found.found.order));
            }
        }
    }
    contradictions
}

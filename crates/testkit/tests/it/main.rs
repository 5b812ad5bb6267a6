//! The whole house under test, on both engines, over real HTTP; and the rules that hold its walls.

/// Each story once on SQLite and once on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident)+) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(testkit::Engine::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(testkit::Engine::Postgres).await; })+ }
    };
}

mod authorisation;
mod bills;
mod booking_days;
mod booking_exchanges;
mod booking_pairs;
mod booking_stories;
mod booking_waiting;
mod bookings;
mod counter;
mod desk;
mod desk_money;
mod fairness;
mod full;
mod misbehaviour;
mod money;
mod offers;
mod prices;
mod queue;
mod reload;
mod restart;
mod stories;
mod tidy;
mod truth;
mod unseen;
mod walk_in;

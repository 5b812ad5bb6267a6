//! What every engine must show. Each behaviour is a public async function over an opener, listed once in
//! [`contract_suite!`](crate::contract_suite), which stamps one test per behaviour.
//!
//! The persons in here are numbers; nothing looks like an identifier.

mod behaviour;
mod booking;
mod booking_change;
mod books;
mod companion;
mod counter;
mod fairness;
mod killed;
mod killed_claims;
mod model;
mod money;
mod money_back;
mod pace;
mod payment_model;
mod pool;
mod processes;
mod rush;
mod staff;
mod stock_model;

use std::sync::Arc;

pub use behaviour::*;
pub use booking::*;
pub use booking_change::*;
pub use books::*;
pub use companion::*;
pub use counter::*;
pub use fairness::*;
use kernel::{
    Access, AccountId, Actor, CityId, DepartmentId, Id, Index, Rng, Sealed, SeededRng, ServiceId, Timestamp,
    access::Purpose,
};
pub use killed::*;
pub use killed_claims::*;
pub use model::*;
pub use money::*;
pub use money_back::*;
pub use pace::*;
pub use payment_model::*;
pub use pool::*;
pub use processes::*;
pub use rush::*;
pub use staff::*;
pub use stock_model::*;

use crate::{
    BindCard, City, Message, NewSession, Once, Opener, Payload, Relation, SendCode, SessionKind, SignIn, Stores,
};

/// Stamps one test per behaviour. The expression makes an `Arc<dyn Opener>` over an empty place and may await.
#[macro_export]
macro_rules! contract_suite {
    ($opener:expr) => {
        $crate::contract_suite!(@ $opener;
            every_statement_is_prepared
            one_live_code_per_phone_and_not_too_often
            a_code_is_tried_counted_and_used_once
            sixty_four_tasks_and_one_code
            a_session_expires_idles_rotates_and_ends
            a_session_is_started_once_for_one_key
            companions_are_their_accounts_and_limited
            preferences_and_verification_travel_with_the_session
            one_person_has_one_account
            a_repeat_with_the_same_key_has_one_effect
            sixty_four_tasks_bind_one_card
            cards_are_their_holders_and_limited
            unbinding_forgets_answers_that_nobody_else_holds
            a_newer_answer_is_never_overwritten
            data_comes_with_its_entry
            the_access_log_is_paged_newest_first
            consent_runs_its_course
            the_outbox_leases_postpones_and_delivers
            a_deleted_account_leaves_only_the_access_log
            whatever_was_acknowledged_is_found_again
            a_failed_job_undoes_itself_and_no_other
            a_closed_store_refuses_to_write
            old_things_are_purged
            grouped_writes_per_second
            cards_follow_the_model
            sessions_follow_the_model
            a_bill_is_in_one_open_payment
            sixty_four_tasks_open_one_payment
            one_key_opens_one_payment
            an_advance_stands_whole_or_not_at_all
            sixty_four_tasks_advance_once
            another_order_joins_a_pending_payment
            orders_are_asked_about_and_payments_expire
            a_payment_is_shown_to_its_account_alone
            a_refund_takes_four_eyes
            a_deleted_account_leaves_the_books
            payments_follow_the_rules
            a_transfer_is_posted_once
            many_callers_share_the_journals_batches
            a_balance_is_its_roll_up_and_its_tail
            receipts_are_proved_at_every_size
            a_callback_is_kept_for_ever_and_applied_once
            a_break_waits_for_a_person
            a_day_is_closed_once_and_clean
            autopay_tells_before_it_debits
            the_outbox_says_when_it_is_due
            a_login_belongs_to_one_person_for_ever
            tries_at_the_desk_are_counted_before_they_are_answered
            a_code_of_the_authenticator_works_once
            a_desk_session_idles_expires_ends_and_dies_with_its_account
            roles_are_given_taken_and_still_named
            deeds_of_staff_are_written_and_never_changed
            a_break_is_taken_up_by_one_person_who_resolves_it
            whoever_is_here_is_called_in_turn
            an_entry_is_told_from_a_second_one
            a_price_is_decided_once_by_somebody_else
            a_sitting_that_no_plan_has_stays_as_it_was_added
            pools_are_planned_edited_and_listed
            a_pool_never_shrinks_below_what_is_taken
            a_claim_is_kept_whole
            one_key_claims_once
            keys_are_freed_by_state
            given_up_units_come_back_when_it_is_time
            faults_block_and_are_forgiven
            a_booking_is_moved_in_one_commit
            what_was_held_beside_a_booking_takes_its_place
            seats_are_sold_over_legs
            bookings_are_shown_to_whose_they_are
            time_that_was_told_is_kept
            a_waiting_list_keeps_its_places
            a_draw_is_closed_before_it_is_drawn_and_drawn_once
            five_thousand_claim_twenty_units
            whatever_happens_at_once_the_stock_agrees
            sixty_four_tasks_change_one_booking_once
            random_operations_follow_the_model_of_the_stock
        );
    };
    (@ $opener:expr; $($behaviour:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::contract::$behaviour($opener).await;
            }
        )+
    };
}

/// Noon of a day in March.
const NOON: Timestamp = Timestamp(1_772_424_000_000);
const PHONE: Index = Index([1; 32]);

async fn open(opener: &Arc<dyn Opener>) -> Arc<Stores> {
    Stores::open_with(Arc::clone(opener), Arc::new(SeededRng::new(7))).await.expect("the store opens")
}

async fn lakeside(stores: &Stores) -> City {
    stores.city(&CityId::parse("lakeside").expect("slug")).await.expect("the city opens")
}

fn service() -> ServiceId {
    ServiceId::parse("bicycle-fine").expect("slug")
}

fn department() -> DepartmentId {
    DepartmentId::parse("bicycle-police").expect("slug")
}

/// The n-th made-up thing.
fn id(n: u64) -> Id {
    let rng = SeededRng::new(n);
    Id::random(&rng)
}

fn hash(n: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    SeededRng::new(n).fill(&mut bytes);
    bytes
}

fn sealed(text: &str) -> Sealed {
    Sealed(text.as_bytes().to_vec())
}

fn new_session(n: u64, at: Timestamp) -> NewSession {
    NewSession {
        id: id(n),
        token_hash: hash(n),
        kind: SessionKind::Web,
        label: "a browser".into(),
        created_at: at,
        idle_s: 1800,
        expires_at: at.plus_s(7200),
    }
}

fn message(n: u64, due_at: Timestamp) -> Message {
    Message { key: id(n), kind: "sms", payload: Payload::Sealed(sealed("text")), due_at }
}

fn send(phone: Index, code: u64, now: Timestamp) -> SendCode {
    SendCode {
        phone,
        code_hash: hash(code),
        now,
        expires_at: now.plus_s(300),
        wait_s: 60,
        day_max: 3,
        message: message(code, now),
    }
}

fn sign_in(phone: Index, code: u64, now: Timestamp, n: u64) -> SignIn {
    SignIn {
        phone,
        phone_sealed: sealed("phone"),
        code_hash: hash(code),
        now,
        tries_max: 3,
        new_account: id(n),
        session: new_session(n, now),
    }
}

/// The account of a phone that has just signed in, with the session `new_session(n, NOON)`.
async fn account(stores: &Stores, n: u64) -> AccountId {
    let phone = Index(hash(n));
    stores.platform().send_code(send(phone, n, NOON)).await.expect("store").expect("sent");
    let signed_in = stores.platform().sign_in(sign_in(phone, n, NOON, n)).await.expect("store").expect("signed in");
    assert!(signed_in.created);
    signed_in.account
}

fn bind(n: u64, account: AccountId, key: u64) -> BindCard {
    BindCard {
        id: id(n),
        account,
        subject: Some(account),
        kind: "vehicle".into(),
        relation: Relation::Own,
        consent: None,
        key: Index(hash(key)),
        sealed: sealed("card"),
        at: NOON,
        max: 3,
        once: None,
    }
}

fn once(actor: AccountId, key: &str, request: u64) -> Once {
    Once { actor, key: key.into(), request_hash: hash(request) }
}

fn access(subject: AccountId, at: Timestamp) -> Access {
    Access { at, actor: Actor::Citizen(subject), subject, purpose: Purpose::Cards, service: None, door: "web" }
}

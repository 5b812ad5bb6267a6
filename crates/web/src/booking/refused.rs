//! Why not, in words: which rule stood in the way, and what would help. A refusal is an answer, and it keeps the form.

use axum::http::StatusCode;
use capability::booking::{
    Refusal,
    pool::Door,
    refusal::{Jurisdiction, Which},
};
use kernel::Lang;
use manifest::booking::{Fault, Per, What};
use maud::{Markup, html};
use ui::{Tone, component::notice, format, text};

use crate::visit::Visit;

/// Title and explanation.
pub(crate) fn words(visit: &Visit, refusal: &Refusal) -> (String, String) {
    let l = visit.lang;
    let at = |at| format::moment(l, at, visit.now);
    let day = |day| format::day_and_weekday(l, day, visit.now.date());
    let said = |title: &str, detail: &str| (title.to_owned(), detail.to_owned());
    match refusal {
        Refusal::SoldOut { free: 0 } => said(text::refused_sold_out_title(l), text::refused_sold_out_none(l)),
        Refusal::SoldOut { free } => {
            (text::refused_sold_out_title(l).to_owned(), text::refused_sold_out_detail(l, u64::from(*free)))
        }
        Refusal::Taken { .. } | Refusal::NoSuchUnit { .. } => said(text::refused_gone_title(l), text::refused_kept(l)),
        Refusal::OverQuota { which: Which::Door(Door::Online), .. } => {
            said(text::refused_sold_out_title(l), text::refused_door_detail(l))
        }
        Refusal::OverQuota { which, max } => (
            text::refused_quota_title(l).to_owned(),
            text::refused_quota_detail(l, &counted(l, *which), u64::from(*max)),
        ),
        Refusal::SameHalfDay => said(text::refused_half_day_title(l), text::refused_half_day_detail(l)),
        Refusal::OneLiveBookingPerMatter => said(text::refused_matter_title(l), text::refused_matter_detail(l)),
        Refusal::TooEarly { opens_at: from_at } | Refusal::NotYet { from_at } => {
            (text::refused_early_title(l, &at(*from_at)), text::refused_early_detail(l).to_owned())
        }
        Refusal::TooLate { closed_at } => {
            (text::refused_late_title(l).to_owned(), text::refused_late_detail(l, &at(*closed_at)))
        }
        Refusal::ClosedDay { next_on } => (text::refused_closed_title(l, &day(*next_on)), String::new()),
        Refusal::BlockedUntil { until_on, fault, count } => {
            let why = match fault {
                Fault::NoShow => text::refused_blocked_no_show(l, u64::from(*count)),
                Fault::Cancel => text::refused_blocked_cancel(l, u64::from(*count)),
            };
            (text::refused_blocked_title(l, &day(*until_on)), why)
        }
        Refusal::Age { min, max } => {
            let why = match (min, max) {
                (Some(min), _) => text::refused_age_min(l, i64::from(*min)),
                (None, Some(max)) => text::refused_age_max(l, i64::from(*max)),
                (None, None) => String::new(),
            };
            (text::refused_age_title(l).to_owned(), why)
        }
        Refusal::HoldExpired { .. } => said(text::refused_expired_title(l), text::refused_expired_detail(l)),
        Refusal::AlreadyExtended => said(text::refused_extended_title(l), text::refused_extended_detail(l)),
        Refusal::ConsentMissing { missing } => {
            (text::refused_consent_title(l, u64::from(*missing)), text::booking_partner_detail(l).to_owned())
        }
        Refusal::Stopped => said(text::refused_stopped_title(l), text::refused_stopped_detail(l)),
        Refusal::NoMoreMoves { max } => {
            (text::refused_moves_title(l, u64::from(*max)), text::refused_moves_detail(l).to_owned())
        }
        Refusal::SamePerson => said(text::refused_same_person_title(l), text::refused_same_person_detail(l)),
        Refusal::Jurisdiction { rule } => {
            let detail = match rule {
                Jurisdiction::Household => text::refused_household_detail(l),
                Jurisdiction::Designated => text::refused_designated_detail(l),
            };
            said(text::refused_household_title(l), detail)
        }
        Refusal::NoSuchStop => said(text::refused_stop_title(l), text::refused_stop_detail(l)),
        Refusal::AlreadyUsed => said(text::refused_used_title(l), text::refused_state_detail(l)),
        Refusal::NoSuchParty { .. }
        | Refusal::PaymentNeeded { .. }
        | Refusal::WrongAmount { .. }
        | Refusal::WrongState { .. }
        | Refusal::Full { .. }
        | Refusal::ProofMissing { .. }
        | Refusal::TooTall { .. } => said(text::refused_state_title(l), text::refused_state_detail(l)),
    }
}

/// What a person has as many of as they may: "in this department on one day".
fn counted(lang: Lang, which: Which) -> String {
    let Which::Person { of, per } = which else { return String::new() };
    let of = match of {
        What::Place => text::quota_of_place(lang),
        What::Section => text::quota_of_section(lang),
        What::Resource => text::quota_of_resource(lang),
        What::Matter => text::quota_of_matter(lang),
    };
    let per = match per {
        Per::HalfDay => text::quota_per_half_day(lang),
        Per::Day => text::quota_per_day(lang),
        Per::Month => text::quota_per_month(lang),
        Per::Live => text::quota_per_live(lang),
    };
    match lang {
        Lang::ZhCn => format!("{of}{per}"),
        Lang::En => format!("{of} {per}"),
    }
}

/// Whoever comes second is told so by a status, too.
pub(crate) const STATUS: StatusCode = StatusCode::CONFLICT;

/// Something that is free nearby.
pub(crate) struct Near {
    pub label: String,
    pub words: String,
    /// The form as it would be about it, everything typed included.
    pub form: Vec<(String, String)>,
}

/// The refusal above the form, with the nearest that are free. Each is a form and no link: what was typed is not for an
/// address.
pub(crate) fn above(visit: &Visit, action: &str, refusal: &Refusal, nearest: &[Near]) -> Markup {
    let l = visit.lang;
    let gone = matches!(refusal, Refusal::Taken { .. } | Refusal::NoSuchUnit { .. } | Refusal::SoldOut { free: 0 });
    let (title, detail) = if gone && !nearest.is_empty() {
        (text::refused_gone_title(l).to_owned(), text::refused_kept(l).to_owned())
    } else {
        words(visit, refusal)
    };
    html! {
        div #refused tabindex="-1" role="alert" {
            (notice(Tone::Warn, &title, html! { @if !detail.is_empty() { p { (detail) } } }))
        }
        @if !nearest.is_empty() {
            section.card {
                h2 { (text::refused_nearest(l)) }
                ul.slots.near {
                    @for near in nearest {
                        li { form method="post" action=(action) {
                            @for (name, value) in &near.form { input type="hidden" name=(name) value=(value); }
                            button.slot type="submit" name="look" value="1" { strong { (near.label) } " " span { (near.words) } }
                        } }
                    }
                }
            }
        }
    }
}

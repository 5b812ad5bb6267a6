//! The rules of a booking in words: until when it can be given up and what comes back, what follows when nobody comes, for
//! how long it is kept. They are the pack's; here they are only said, with the moments that follow from one start.

use std::sync::Arc;

use capability::booking::{
    Facts, State,
    decide::{cancel_ends_at, kept},
    hold::Rules,
};
use kernel::{Lang, Money, Timestamp};
use manifest::booking::{Block, Fault, Length, Pay, Profile, limit};
use maud::{Markup, html};
use ui::{
    component::{Rung, card, ladder},
    format, text,
};

use super::browse::Steps;
use crate::visit::Visit;

/// What is in force today at the chosen place.
pub(crate) fn profile<'a>(visit: &'a Visit, steps: &Steps<'_>) -> Option<&'a Arc<Profile>> {
    let offer = steps.pack.offers.get(&steps.service.id)?;
    let place = offer.place(steps.chosen.get("place"))?;
    visit.catalogue.rules.booking.profile_on(visit.now.date(), offer.profile_of(place))
}

/// What is good to know while one chooses.
pub(crate) fn browsing(visit: &Visit, steps: &Steps<'_>) -> Markup {
    let l = visit.lang;
    let Some(profile) = profile(visit, steps) else { return html! {} };
    let release = &profile.release;
    let at = format!("{:02}:{:02}", release.at.hour(), release.at.minute());
    let from = match release.days_from {
        0 => text::booking_rule_from_today(l).to_owned(),
        1 => text::booking_rule_from_tomorrow(l).to_owned(),
        days => text::booking_rule_from_day(l, u64::from(days)),
    };
    card(
        text::booking_rules_title(l),
        None,
        html! {
            div.prose { ul {
                li { (text::booking_rule_release(l, &at, &from, u64::from(release.days_to))) }
                li { (hold(l, profile)) }
                @for line in blocks(l, &profile.block) { li { (line) } }
            } }
            p.hint { (profile.source.get(l)) }
        },
    )
}

/// What holds for one unit: the last moment to cancel, what comes back when, and the rest.
pub(crate) fn of_unit(
    visit: &Visit,
    profile: &Profile,
    class: &str,
    (starts_at, ends_at): (Timestamp, Timestamp),
    price: Money,
) -> Markup {
    let l = visit.lang;
    let rules = Rules { profile, calendar: &visit.catalogue.calendar };
    let facts = booked(class, (starts_at, ends_at), price);
    let until_at = cancel_ends_at(&facts, rules);
    let until = if until_at >= starts_at {
        text::cancel_until_start(l).to_owned()
    } else {
        text::cancel_free_until(l, &format::moment(l, until_at, visit.now))
    };
    let pays = profile.pay != Pay::Never && price > Money::ZERO;
    card(
        text::booking_rules_title(l),
        None,
        html! {
            @if pays && !profile.refund.is_empty() { (refunds(visit, &facts, rules)) }
            div.prose { ul {
                @if visit.now < until_at || until_at >= starts_at { li { (until) } } @else { li { (text::cancel_late_title(l)) } }
                @if pays && profile.refund.is_empty() { li { (text::booking_rule_all_back(l)) } }
                @if profile.moves_max > 0 { li { (text::booking_rule_moves(l, u64::from(profile.moves_max))) } }
                li { (hold(l, profile)) }
                @for line in blocks(l, &profile.block) { li { (line) } }
            } }
            p.hint { (profile.source.get(l)) }
        },
    )
}

/// A booking as it will be, for asking what the rules say of it.
fn booked(class: &str, (starts_at, ends_at): (Timestamp, Timestamp), price: Money) -> Facts {
    Facts {
        state: State::Booked,
        held_until_at: starts_at,
        extended: false,
        class: class.to_owned(),
        starts_at,
        ends_at,
        price,
        paid: price,
        refunded: Money::ZERO,
        consents: vec![true],
        moves: 0,
    }
}

/// The ladder with its moments and amounts.
fn refunds(visit: &Visit, facts: &Facts, rules: Rules<'_>) -> Markup {
    let l = visit.lang;
    let cancel_ends_at = cancel_ends_at(facts, rules);
    let mut ends: Vec<Timestamp> = rules
        .profile
        .refund
        .iter()
        .map(|step| limit::ends_at(&step.until, facts.starts_at, rules.calendar).min(cancel_ends_at))
        .filter(|end| *end > visit.now)
        .collect();
    ends.dedup();
    let back = |end: Timestamp| {
        let kept = kept(facts, rules, end.plus_ms(-1)).unwrap_or(facts.paid);
        match Money::from_fen(facts.paid.fen() - kept.fen()) {
            Money::ZERO => text::refund_nothing(l).to_owned(),
            back if back == facts.paid => text::refund_all(l, &back.yuan()),
            back => text::refund_part(l, &back.yuan()),
        }
    };
    let at = |at| format::moment(l, at, visit.now);
    let mut lines: Vec<(String, String)> =
        ends.iter().map(|end| (text::refund_until(l, &at(*end)), back(*end))).collect();
    let last = ends.last().copied().unwrap_or(visit.now);
    lines.push((text::refund_after(l, &at(last)), text::refund_nothing(l).to_owned()));
    let rungs: Vec<Rung<'_>> =
        lines.iter().enumerate().map(|(at, (until, back))| Rung { until, back, now: at == 0 }).collect();
    ladder(text::refund_caption(l), (text::refund_when(l), text::refund_back(l)), &rungs)
}

fn hold(lang: Lang, profile: &Profile) -> String {
    match profile.hold_s {
        seconds if seconds >= 172_800 => text::booking_rule_hold_days(lang, u64::from(seconds / 86_400)),
        seconds => text::booking_rule_hold(lang, u64::from(seconds.div_ceil(60))),
    }
}

fn blocks(lang: Lang, blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .map(|block| {
            let within = block.within.as_ref().map(|within| length(lang, within)).unwrap_or_default();
            let (count, lasts) = (u64::from(block.count), length(lang, &block.lasts));
            match block.fault {
                Fault::NoShow => text::booking_rule_no_shows(lang, count, &within, &lasts),
                Fault::Cancel => text::booking_rule_cancels(lang, count, &within, &lasts),
            }
        })
        .collect()
}

/// A length as a person says it: 12 个月, 30 天, 当月.
fn length(lang: Lang, length: &Length) -> String {
    match (length.calendar_month, length.months, length.days) {
        (true, _, _) => text::length_calendar_month(lang).to_owned(),
        (_, 0, days) => text::length_days(lang, u64::from(days)),
        (_, months, _) => text::length_months(lang, u64::from(months)),
    }
}

//! What the house says about itself: help, privacy, accessibility, and the page for when the network is gone.

use maud::html;
use ui::{
    Button,
    component::{card, disclosure, heading, section},
    text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn help(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let hotline = visit.hotline().to_owned();
    let questions = [
        (text::help_q_code(l), text::help_a_code(l)),
        (text::help_q_source(l), text::help_a_source(l)),
        (text::help_q_family(l), text::help_a_family(l)),
        (text::help_q_wrong(l), text::help_a_wrong(l)),
        (text::help_q_size(l), text::help_a_size(l)),
    ];
    let body = html! {
        (heading(text::help_title(l), text::help_call_detail(l)))
        p.actions { (Button::primary(&text::help_call(l, &hotline)).href(&format!("tel:{hotline}")).icon("phone").wide()) }
        (card(text::help_questions(l), None, html! {
            @for (question, answer) in questions { (disclosure(question, html! { p { (answer) } })) }
        }))
        p.actions {
            (Button::link(text::settings(l)).href("/settings"))
            (Button::link(text::status(l)).href("/status"))
            (Button::link(text::privacy(l)).href("/privacy"))
        }
    };
    Ok(visit.show(Sheet { title: text::help_title(l), body, ..Sheet::default() }))
}

pub(crate) async fn privacy(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let parts = [
        (text::privacy_what_title(l), text::privacy_what(l)),
        (text::privacy_who_title(l), text::privacy_who(l)),
        (text::privacy_choice_title(l), text::privacy_choice(l)),
        (text::privacy_cookies_title(l), text::privacy_cookies(l)),
    ];
    let body = html! {
        (heading(text::privacy_title(l), text::privacy_lead(l)))
        @for (title, words) in parts { (section(title, html! { p { (words) } })) }
        p.actions { (Button::secondary(text::access_title(l)).href("/me/access").icon("eye")) }
    };
    Ok(visit.show(Sheet { title: text::privacy_title(l), body, ..Sheet::default() }))
}

pub(crate) async fn accessibility(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let tell = text::accessibility_tell(l, visit.hotline());
    let parts = [
        (text::accessibility_done_title(l), text::accessibility_done(l)),
        (text::accessibility_known_title(l), text::accessibility_known(l)),
        (text::accessibility_tell_title(l), tell.as_str()),
    ];
    let body = html! {
        (heading(text::accessibility_title(l), text::accessibility_lead(l)))
        @for (title, words) in parts { (section(title, html! { p { (words) } })) }
        p.actions { (Button::secondary(text::settings(l)).href("/settings").icon("a-large-small")) }
    };
    Ok(visit.show(Sheet { title: text::accessibility_title(l), body, ..Sheet::default() }))
}

/// Kept by the service worker, and shown by it when a page cannot be fetched.
pub(crate) async fn offline(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let body = html! {
        (heading(text::offline_title(l), text::offline_detail(l)))
        p.actions { (Button::primary(text::try_again(l)).href("/").icon("refresh-cw")) (Button::link(text::help(l)).href("/help")) }
    };
    Ok(visit.show(Sheet { title: text::offline_title(l), body, ..Sheet::default() }))
}

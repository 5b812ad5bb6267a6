//! Access tokens for a person's own programs. The secret is shown once, right after it is made, and never again.

use axum::response::Response;
use engine::{SessionKind, SessionView};
use kernel::Kind;
use maud::html;
use ui::{
    Button, Tone,
    component::{Field, form, heading, notice},
    format, icon, text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Carries a new token over the redirect to the page that shows it, and only there.
const ONCE_COOKIE: &str = "shimin-token-once";
const ONCE_PATH: &str = "/me/tokens";

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let sessions = visit.platform().sessions(visit.citizen()?).await?;
    let fresh = visit.cookie(ONCE_COOKIE).filter(|token| !token.is_empty()).map(str::to_owned);
    if fresh.is_some() {
        visit.drop_cookie(ONCE_COOKIE, ONCE_PATH);
    }
    Ok(page(visit, &sessions, fresh.as_deref(), &Mishap::none()))
}

pub(crate) fn page(visit: &Visit, sessions: &[SessionView], fresh: Option<&str>, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let tokens: Vec<&SessionView> = sessions.iter().filter(|session| session.kind == SessionKind::Token).collect();
    let body = html! {
        (mishap.above(l))
        (heading(text::tokens_title(l), text::tokens_lead(l)))
        @if let Some(token) = fresh {
            (notice(Tone::Ok, text::token_shown_once(l), html! { p { code translate="no" { (token) } } }))
        }
        section.card {
            @if tokens.is_empty() { p.hint { (text::tokens_none(l)) } }
            ul.rows {
                @for token in tokens {
                    li { div.row {
                        span.ico { (icon("key")) }
                        span.row-text {
                            span.row-title { (token.label) }
                            span.row-detail { (text::session_seen(l, &format::age(l, token.last_seen_at, visit.now))) }
                        }
                        form method="post" action={ "/me/tokens/" (token.id) "/end" } { (Button::link(text::token_revoke(l))) }
                    } }
                }
            }
        }
        (form(l, "/me/tokens", &visit.new_key(), html! {
            (Field { name: "label", label: text::token_name_label(l), hint: text::token_name_hint(l), error: mishap.of("label"),
                value: visit.form.get("label"), ..Field::default() }.html(l))
            (Button::primary(text::token_create(l)).wide())
        }))
    };
    visit.show(Sheet { title: text::tokens_title(l), back: "/me", status: mishap.status(), body, ..Sheet::default() })
}

pub(crate) async fn create(visit: &mut Visit) -> Outcome {
    let citizen = visit.citizen()?;
    match visit.platform().new_token(citizen, visit.form.get("label"), visit.once()?).await {
        Ok(token) => {
            visit.set_cookie(ONCE_COOKIE, &token, ONCE_PATH, 60);
            Ok(visit.see_other(ONCE_PATH))
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let sessions = visit.platform().sessions(citizen).await?;
            Ok(page(visit, &sessions, None, &mishap))
        }
    }
}

pub(crate) async fn end(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    if visit.platform().end_session(visit.citizen()?, id).await? {
        Ok(visit.see_other(ONCE_PATH))
    } else {
        Err(Kind::NotFound.into())
    }
}

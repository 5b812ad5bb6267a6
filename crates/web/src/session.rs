//! Signed-in devices: which they are, ending one, ending all.

use axum::response::Response;
use engine::{SessionKind, SessionView};
use kernel::Kind;
use maud::html;
use ui::{
    Button,
    component::{Session, card, heading},
    text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let sessions = visit.platform().sessions(visit.citizen()?).await?;
    Ok(page(visit, &sessions))
}

pub(crate) fn page(visit: &Visit, sessions: &[SessionView]) -> Response {
    let l = visit.lang;
    let body = html! {
        (heading(text::sessions_title(l), ""))
        section.card {
            ul.rows {
                @for session in sessions.iter().filter(|session| session.kind == SessionKind::Web) {
                    (Session {
                        device: &session.label,
                        phone: is_phone(&session.label),
                        last_seen_at: session.last_seen_at,
                        now: visit.now,
                        current: session.current,
                        end: &format!("/me/sessions/{}/end", session.id),
                    }.html(l))
                }
            }
        }
        (card(text::session_end_all(l), None, html! {
            p { (text::session_end_all_detail(l)) }
            form.actions method="post" action="/me/sessions/end-all" data-sign-out { (Button::danger(text::session_end_all(l)).wide()) }
        }))
    };
    visit.show(Sheet { title: text::sessions_title(l), back: "/me", body, ..Sheet::default() })
}

pub(crate) async fn end(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    let citizen = visit.citizen()?;
    let this = citizen.session == id;
    if !visit.platform().end_session(citizen, id).await? {
        return Err(Kind::NotFound.into());
    }
    if this {
        visit.drop_session();
        return Ok(visit.see_other("/"));
    }
    Ok(visit.see_other("/me/sessions"))
}

pub(crate) async fn end_all(visit: &mut Visit) -> Outcome {
    visit.platform().sign_out_everywhere(visit.citizen()?, false).await?;
    visit.drop_session();
    Ok(visit.see_other("/"))
}

const PHONES: [&str; 4] = ["iPhone", "Android", "HarmonyOS", "iPad"];

fn is_phone(label: &str) -> bool {
    PHONES.iter().any(|phone| label.starts_with(phone))
}

/// The system and the program of a `User-Agent`, as a person would say them: `iPhone · 支付宝`. Nothing finer is kept.
pub(crate) fn device_label(agent: &str) -> String {
    let first = |pairs: &[(&str, &'static str)], or: &'static str| {
        pairs.iter().find(|(mark, _)| agent.contains(mark)).map_or(or, |(_, name)| name)
    };
    // Order matters: phones name themselves beside the desktop systems that they imitate, and so do browsers.
    let system = first(
        &[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("HarmonyOS", "HarmonyOS"),
            ("OpenHarmony", "HarmonyOS"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ],
        "",
    );
    let program = first(
        &[
            ("AlipayClient", "支付宝"),
            ("MicroMessenger", "微信"),
            ("Weibo", "微博"),
            ("AliApp(TB", "淘宝"),
            ("Edg", "Edge"),
            ("Firefox", "Firefox"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
        ],
        "",
    );
    match (system, program) {
        ("", "") => "—".to_owned(),
        ("", one) | (one, "") => one.to_owned(),
        (system, program) => format!("{system} · {program}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_as_its_owner_would() {
        for (agent, label) in [
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Safari/604.1", "iPhone · Safari"),
            ("Mozilla/5.0 (Linux; Android 14) Chrome/120 AlipayClient/10.5", "Android · 支付宝"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Windows · Edge"),
            ("curl/8.0", "—"),
            ("", "—"),
        ] {
            assert_eq!(device_label(agent), label);
        }
        assert!(is_phone("Android · Chrome") && !is_phone("Windows · Edge"));
    }
}

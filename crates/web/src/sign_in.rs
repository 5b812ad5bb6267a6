//! Signing in with a phone number and a one-time code, and signing out.
//!
//! The number travels from the first page to the second in a cookie of ten minutes that only `/sign-in` receives: never in
//! an address, where it would end up in histories and logs.

use engine::{Device, SessionKind};
use kernel::{identifier, mask};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, form, heading, notice},
    text,
};

use crate::{
    mishap::Mishap,
    return_path::{encode, with_return},
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Holds the number, and when another code may be asked for.
const PHONE_COOKIE: &str = "shimin-phone";
const PHONE_COOKIE_S: u32 = 600;
const SESSION_COOKIE_S: u32 = 90 * 86_400;

struct Pending {
    phone: String,
    resend_at_ms: i64,
}

impl Pending {
    fn read(visit: &Visit) -> Option<Self> {
        let mut parts = visit.cookie(PHONE_COOKIE)?.split('.');
        let phone = percent_encoding::percent_decode_str(parts.next()?).decode_utf8().ok()?.into_owned();
        Some(Self { phone, resend_at_ms: parts.next()?.parse().ok()? })
    }
}

pub(crate) async fn phone(visit: &mut Visit) -> Outcome {
    if visit.citizen.is_some() {
        return Ok(visit.see_other(visit.return_to().unwrap_or("/")));
    }
    Ok(phone_page(visit, "", &Mishap::none()))
}

pub(crate) fn phone_page(visit: &Visit, typed: &str, mishap: &Mishap) -> axum::response::Response {
    let l = visit.lang;
    let to = visit.return_to();
    let body = html! {
        (mishap.above(l))
        (heading(text::sign_in_title(l), text::sign_in_lead(l)))
        (form(l, "/sign-in", "", html! {
            (to_input(to))
            (Field { name: "phone", label: text::phone_label(l), hint: text::phone_hint(l), error: mishap.of("phone"),
                value: typed, input: Input::Phone, ..Field::default() }.html(l))
            (Button::primary(text::send_code(l)).wide())
        }))
        p.hint {
            (text::privacy_cookies(l)) " " a href="/privacy" { (text::privacy_title(l)) }
        }
    };
    visit.show(Sheet { title: text::sign_in(l), back: "/", status: mishap.status(), body, ..Sheet::default() })
}

pub(crate) fn to_input(to: Option<&str>) -> Markup {
    html! { @if let Some(to) = to { input type="hidden" name="to" value=(to); } }
}

pub(crate) async fn send_code(visit: &mut Visit) -> Outcome {
    // "Send another" carries no number: it is the one that the last code went to.
    let again = visit.form.has("again");
    let typed = match (again, Pending::read(visit)) {
        (true, Some(pending)) => pending.phone,
        _ => visit.form.get("phone").to_owned(),
    };
    match visit.platform().send_code(&typed, visit.address, visit.lang).await {
        Ok(sent) => {
            let phone = identifier::normalise(&typed);
            let value = format!(
                "{}.{}",
                encode(&phone).to_string().replace('.', "%2E"),
                visit.now.plus_s(i64::from(sent.resend_after_s)).0
            );
            visit.set_cookie(PHONE_COOKIE, &value, "/sign-in", PHONE_COOKIE_S);
            Ok(visit.see_other(&with_return("/sign-in/code", visit.return_to())))
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            if again && Pending::read(visit).is_some() {
                return Ok(code_page(visit, &mishap));
            }
            Ok(phone_page(visit, &typed, &mishap))
        }
    }
}

pub(crate) async fn code(visit: &mut Visit) -> Outcome {
    if visit.citizen.is_some() {
        return Ok(visit.see_other(visit.return_to().unwrap_or("/")));
    }
    Ok(code_page(visit, &Mishap::none()))
}

pub(crate) fn code_page(visit: &Visit, mishap: &Mishap) -> axum::response::Response {
    let l = visit.lang;
    let to = visit.return_to();
    let Some(pending) = Pending::read(visit) else {
        return visit.see_other(&with_return("/sign-in", to));
    };
    let wait_s = u32::try_from((pending.resend_at_ms - visit.now.0).max(0) + 999).map_or(0, |ms| ms / 1000);
    let body = html! {
        (mishap.above(l))
        (heading(text::code_title(l), &text::code_sent_to(l, &mask::phone(&pending.phone))))
        @if let Some(sandbox) = &visit.site.sandbox_url {
            (notice(Tone::Info, "", html! { p { a href={ (sandbox) "/sms" } { (text::code_sandbox(l)) } } }))
        }
        (form(l, "/sign-in/code", "", html! {
            (to_input(to))
            (Field { name: "code", label: text::code_label(l), hint: text::code_hint(l), error: mishap.of("code"),
                input: Input::Code, ..Field::default() }.html(l))
            (Button::primary(text::sign_in(l)).wide())
        }))
        form.actions method="post" action="/sign-in" {
            (to_input(to))
            input type="hidden" name="again" value="1";
            (Button::link(text::code_resend(l)).after_s(wait_s))
            (Button::link(text::other_phone(l)).href(&with_return("/sign-in", to)))
        }
        p.hint { (text::code_never_tell(l)) }
    };
    visit.show(Sheet {
        title: text::code_title(l),
        back: "/sign-in",
        status: mishap.status(),
        body,
        ..Sheet::default()
    })
}

pub(crate) async fn finish(visit: &mut Visit) -> Outcome {
    let Some(pending) = Pending::read(visit) else {
        return Ok(visit.see_other(&with_return("/sign-in", visit.return_to())));
    };
    let device = Device { label: visit.device_label(), address: visit.address, kind: SessionKind::Web };
    match visit.platform().sign_in(&pending.phone, visit.form.get("code"), device).await {
        Ok(signed_in) => {
            visit.drop_cookie(PHONE_COOKIE, "/sign-in");
            visit.set_session(&signed_in.token, SESSION_COOKIE_S);
            let to = visit.return_to().unwrap_or("/").to_owned();
            Ok(visit.see_other(&to))
        }
        Err(error) => Ok(code_page(visit, &Mishap::of_error(error, visit.lang)?)),
    }
}

pub(crate) async fn sign_out(visit: &mut Visit) -> Outcome {
    if let Some(citizen) = &visit.citizen {
        visit.platform().sign_out(citizen).await?;
    }
    visit.drop_session();
    let mut response = visit.see_other("/");
    // What the browser kept of a person's pages goes with the session, except on old browsers that ignore this line.
    response.headers_mut().insert("clear-site-data", axum::http::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Puts a new token into the session cookie, after the real-name check.
pub(crate) fn renew(visit: &mut Visit, token: &str) {
    visit.set_session(token, SESSION_COOKIE_S);
}

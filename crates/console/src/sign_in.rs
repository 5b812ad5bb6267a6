//! The desk's door: login, password and code; the code once more before money moves; and the way out.

use axum::response::Response;
use engine::StaffSignIn;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, form as ui_form, heading, notice},
    text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    visit::{Sheet, Visit},
};

fn to_input(visit: &Visit) -> Markup {
    html! { @if let Some(to) = visit.return_to() { input type="hidden" name="to" value=(to); } }
}

fn code_field(visit: &Visit, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    Field {
        name: "code",
        label: text::totp_label(l),
        hint: text::totp_hint(l),
        error: mishap.of("code"),
        input: Input::Code,
        ..Field::default()
    }
    .html(l)
}

fn sandbox_hint(visit: &Visit) -> Markup {
    html! {
        @if let Some(sandbox) = &visit.site.sandbox_url {
            (notice(Tone::Info, "", html! { p { a href={ (sandbox) "/authenticator" } { (text::desk_sandbox_codes(visit.lang)) } } }))
        }
    }
}

pub(crate) async fn form(visit: &mut Visit) -> Outcome {
    if visit.staff.is_some() {
        return Ok(visit.see_other(visit.return_to().unwrap_or("/desk")));
    }
    Ok(page(visit, "", &Mishap::none()))
}

pub(crate) fn page(visit: &Visit, login: &str, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let body = html! {
        div.desk-narrow {
            (mishap.above(l))
            (heading(text::desk(l), text::desk_lead(l)))
            (sandbox_hint(visit))
            (ui_form(l, "/desk/sign-in", "", html! {
                (to_input(visit))
                (Field { name: "login", label: text::login_label(l), error: mishap.of("login"), value: login,
                    input: Input::Login, ..Field::default() }.html(l))
                (Field { name: "password", label: text::password_label(l), error: mishap.of("password"),
                    input: Input::Password, ..Field::default() }.html(l))
                (code_field(visit, mishap))
                (Button::primary(text::sign_in(l)).wide())
            }))
            p.hint { (text::desk_lost(l)) }
        }
    };
    visit.show(Sheet::new(text::sign_in(l), body).status(mishap.status()))
}

pub(crate) async fn enter(visit: &mut Visit) -> Outcome {
    let (login, address) = (visit.form.get("login").to_owned(), visit.address);
    let typed = StaffSignIn { login: &login, password: visit.form.get("password"), code: visit.form.get("code") };
    match visit.platform().staff_sign_in(typed, address).await {
        Ok(signed_in) => {
            visit.set_session(&signed_in.token);
            let to = visit.return_to().unwrap_or("/desk").to_owned();
            Ok(visit.see_other(&to))
        }
        // The password does not come back to the page; everything else does.
        Err(error) => Ok(page(visit, &login, &Mishap::of_error(error, visit.lang)?)),
    }
}

pub(crate) async fn leave(visit: &mut Visit) -> Outcome {
    visit.platform().staff_sign_out(visit.staff()?).await?;
    visit.drop_session();
    let mut response = visit.see_other("/desk/sign-in");
    response.headers_mut().insert("clear-site-data", axum::http::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

pub(crate) async fn step_up_form(visit: &mut Visit) -> Outcome {
    if visit.platform().has_stepped_up(visit.staff()?) {
        return Ok(visit.see_other(visit.return_to().unwrap_or("/desk")));
    }
    Ok(step_up_page(visit, &Mishap::none()))
}

pub(crate) fn step_up_page(visit: &Visit, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let body = html! {
        div.desk-narrow {
            (mishap.above(l))
            (heading(text::step_up_title(l), text::step_up_lead(l)))
            (sandbox_hint(visit))
            (ui_form(l, "/desk/step-up", "", html! {
                (to_input(visit))
                (code_field(visit, mishap))
                (Button::primary(text::step_up_go(l)).wide())
            }))
            p.actions { (Button::link(text::cancel(l)).href("/desk")) }
        }
    };
    visit.show(Sheet::new(text::step_up_title(l), body).status(mishap.status()))
}

pub(crate) async fn step_up(visit: &mut Visit) -> Outcome {
    match visit.platform().step_up(visit.staff()?, visit.form.get("code")).await {
        Ok(()) => {
            let to = visit.return_to().unwrap_or("/desk").to_owned();
            Ok(visit.see_other(&to))
        }
        Err(error) => Ok(step_up_page(visit, &Mishap::of_error(error, visit.lang)?)),
    }
}

//! The real-name check: name and resident ID, asked once.

use maud::html;
use ui::{
    Button, Tone,
    component::{Field, Input, heading, notice},
    text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    sign_in::{renew, to_input},
    visit::{Sheet, Visit},
};

pub(crate) async fn form(visit: &mut Visit) -> Outcome {
    if visit.citizen()?.verified {
        return Ok(visit.see_other(visit.return_to().unwrap_or("/me")));
    }
    Ok(page(visit, &Mishap::none()))
}

pub(crate) fn page(visit: &Visit, mishap: &Mishap) -> axum::response::Response {
    let l = visit.lang;
    let body = html! {
        (mishap.above(l))
        (heading(text::real_name_title(l), text::real_name_lead(l)))
        (form_markup(visit, mishap))
        (notice(Tone::Plain, "", html! { p { (text::privacy_lead(l)) } }))
    };
    let title = text::real_name_title(l);
    visit.show(Sheet { title, back: "/", status: mishap.status(), body, ..Sheet::default() })
}

fn form_markup(visit: &Visit, mishap: &Mishap) -> maud::Markup {
    let l = visit.lang;
    ui::component::form(
        l,
        "/real-name",
        &visit.new_key(),
        html! {
            (to_input(visit.return_to()))
            (Field { name: "name", label: text::name_label(l), hint: text::name_hint(l), error: mishap.of("name"),
                value: visit.form.get("name"), input: Input::PersonName, ..Field::default() }.html(l))
            (Field { name: "resident_id", label: text::resident_id_label(l), hint: text::resident_id_hint(l),
                error: mishap.of("resident_id"), value: visit.form.get("resident_id"), input: Input::ResidentId, ..Field::default() }.html(l))
            (Button::primary(text::real_name_submit(l)).wide())
        },
    )
}

pub(crate) async fn verify(visit: &mut Visit) -> Outcome {
    let citizen = visit.citizen()?;
    let (name, resident_id) = (visit.form.get("name"), visit.form.get("resident_id"));
    match visit.platform().verify_real_name(citizen, name, resident_id, visit.once()?).await {
        Ok(()) => {
            // Whoever held the old token before the check must not hold a checked one now.
            let token = visit.platform().rotate(citizen).await?;
            renew(visit, &token);
            Ok(visit.see_other(visit.return_to().unwrap_or("/")))
        }
        Err(error) => Ok(page(visit, &Mishap::of_error(error, visit.lang)?)),
    }
}

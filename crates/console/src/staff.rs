//! Staff accounts, for the operator: who has which role, and out with whoever left.

use axum::response::Response;
use engine::{StaffView, Verb};
use kernel::{Id, Kind};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, Field, card, form, heading, table, tag},
    text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    staff_act::grant_name,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let all = visit.platform().staff_of_city(visit.staff()?, &city).await?;
    Ok(list_page(visit, &all))
}

pub(crate) fn list_page(visit: &Visit, all: &[StaffView]) -> Response {
    let l = visit.lang;
    let own = visit.staff.as_ref().map(|staff| staff.id);
    let columns = [
        Column::text(text::act_who(l)),
        Column::text(text::login_label(l)),
        Column::text(text::staff_roles(l)),
        Column::text(text::staff_state(l)),
        Column::text(text::staff_disable(l)),
    ];
    let rows: Vec<Vec<Markup>> = all
        .iter()
        .map(|one| {
            let disables = one.disabled_at.is_none() && own != Some(one.id) && visit.may(Verb::ChangeStaff);
            vec![
                html! { (one.name) },
                html! { span.mono translate="no" { (one.login) } },
                html! { @for grant in &one.grants { div { (grant_name(visit, grant)) } } },
                match (one.disabled_at, one.locked_until) {
                    (Some(_), _) => tag(Tone::Plain, text::staff_disabled(l)),
                    (None, Some(_)) => tag(Tone::Warn, text::staff_resting(l)),
                    (None, None) => tag(Tone::Ok, text::staff_active(l)),
                },
                html! {
                    @if disables {
                        a href=(visit.below(&format!("staff/{}/disable", one.id))) aria-label=(text::staff_disable_title(l, &one.name)) {
                            (text::staff_disable(l))
                        }
                    }
                },
            ]
        })
        .collect();
    let body = html! {
        (heading(text::staff_title(l), text::staff_lead(l)))
        (card("", None, table(text::staff_title(l), &columns, &rows, &[])))
    };
    visit.show(Sheet::new(text::staff_title(l), body))
}

async fn one(visit: &Visit, id: Id) -> Result<StaffView, Trouble> {
    let all = visit.platform().staff_of_city(visit.staff()?, &visit.city()?.city.id).await?;
    all.into_iter().find(|one| one.id == id).ok_or_else(|| Kind::NotFound.into())
}

pub(crate) async fn disable_form(visit: &mut Visit) -> Outcome {
    let one = one(visit, visit.id_param("id")?).await?;
    Ok(disable_page(visit, &one, &Mishap::none()))
}

pub(crate) fn disable_page(visit: &Visit, one: &StaffView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let title = text::staff_disable_title(l, &one.name);
    let body = html! {
        div.desk-narrow {
            (mishap.above(l))
            (heading(&title, text::staff_disable_lead(l)))
            (form(l, &visit.below(&format!("staff/{}/disable", one.id)), "", html! {
                (Field { name: "reason", label: text::reason_label(l), hint: text::staff_reason_hint(l),
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                (Button::danger(text::staff_disable_go(l)).wide())
            }))
            p.actions { (Button::link(text::cancel(l)).href(&visit.below("staff"))) }
        }
    };
    visit.show(Sheet::new(&title, body).status(mishap.status()))
}

pub(crate) async fn disable(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    let city = visit.city()?.city.id.clone();
    let done = visit.platform().disable_colleague(visit.staff()?, &city, id, visit.form.get("reason")).await;
    match done {
        Ok(()) => Ok(visit.see_other(&visit.below("staff"))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let one = one(visit, id).await?;
            Ok(disable_page(visit, &one, &mishap))
        }
    }
}

//! The persons one books for: a child, a parent, whoever travels along. Added once, checked once, removed at any time.

use axum::response::Response;
use engine::{CompanionForm, CompanionView, Kin};
use kernel::Lang;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Radio, form, heading, notice, radios},
    icon, text,
};

use crate::{
    mishap::Mishap,
    return_path::with_return,
    route::Outcome,
    visit::{Sheet, Visit},
};

const PATH: &str = "/me/companions";

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let companions = visit.platform().companions(visit.citizen()?).await?;
    Ok(page(visit, &companions, &Mishap::none()))
}

pub(crate) const fn kin(lang: Lang, kin: Kin) -> &'static str {
    match kin {
        Kin::Own => text::booking_self(lang),
        Kin::Child => text::companion_child(lang),
        Kin::Parent => text::companion_parent(lang),
        Kin::Spouse => text::companion_spouse(lang),
        Kin::Other => text::companion_other(lang),
    }
}

pub(crate) fn page(visit: &Visit, companions: &[CompanionView], mishap: &Mishap) -> Response {
    let l = visit.lang;
    let max = visit.platform().companions_max();
    let full = companions.len() as u64 >= max;
    let body = html! {
        (mishap.above(l))
        (heading(text::companions_title(l), &text::companions_lead(l, max)))
        @if visit.query.has("added") && visit.form.is_empty() { (notice(Tone::Ok, text::companion_added(l), html! {})) }
        section.card {
            @if companions.is_empty() { p.hint { (text::companions_none(l)) } }
            ul.rows {
                @for companion in companions { (one(l, companion)) }
            }
        }
        @if full {
            (notice(Tone::Info, "", html! { p { (text::companions_full(l, max)) } }))
        } @else {
            (add(visit, mishap))
        }
    };
    let back = visit.return_to().unwrap_or("/me");
    visit.show(Sheet { title: text::companions_title(l), back, status: mishap.status(), body, ..Sheet::default() })
}

fn one(lang: Lang, companion: &CompanionView) -> Markup {
    html! {
        li { div.row {
            span.ico { (icon(if companion.relation == Kin::Child { "baby" } else { "user" })) }
            span.row-text {
                span.row-title translate="no" { (companion.name) }
                span.row-detail { (kin(lang, companion.relation)) " · " span.masked translate="no" { (companion.resident_id) } }
            }
            form method="post" action={ (PATH) "/" (companion.id) "/remove" } {
                // Five buttons with the same word would be five times the same thing to a screen reader.
                button.btn.btn-link type="submit" aria-label={ (text::companion_remove(lang)) " · " (companion.name) } { span { (text::companion_remove(lang)) } }
            }
        } }
    }
}

fn add(visit: &Visit, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    let relation = visit.form.get("relation");
    let options: Vec<Radio<'_>> = Kin::ALL
        .into_iter()
        .filter(|one| *one != Kin::Own)
        .map(|one| Radio { value: one.word(), label: kin(l, one), ..Radio::default() })
        .collect();
    form(
        l,
        PATH,
        &visit.new_key(),
        html! {
            @if let Some(to) = visit.return_to() { input type="hidden" name="to" value=(to); }
            h2 { (text::companion_add(l)) }
            (Field { name: "name", label: text::name_label(l), hint: text::name_hint(l), error: mishap.of("name"), value: visit.form.get("name"), input: Input::PersonName, ..Field::default() }.html(l))
            (Field { name: "resident_id", label: text::resident_id_label(l), hint: text::resident_id_hint(l), error: mishap.of("resident_id"), value: visit.form.get("resident_id"), input: Input::ResidentId, ..Field::default() }.html(l))
            (radios(l, &Field { name: "relation", label: text::companion_relation(l), error: mishap.of("relation"), value: relation, ..Field::default() }, &options))
            (Button::primary(text::companion_add(l)).wide())
        },
    )
}

pub(crate) async fn create(visit: &mut Visit) -> Outcome {
    let form = CompanionForm {
        name: visit.form.get("name"),
        resident_id: visit.form.get("resident_id"),
        relation: visit.form.get("relation"),
    };
    match visit.platform().add_companion(visit.citizen()?, form, visit.once()?).await {
        // Whoever came from a check goes on there.
        Ok(_) => Ok(visit.see_other(visit.return_to().unwrap_or("/me/companions?added=1"))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let companions = visit.platform().companions(visit.citizen()?).await?;
            Ok(page(visit, &companions, &mishap))
        }
    }
}

pub(crate) async fn remove(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    visit.platform().remove_companion(visit.citizen()?, id).await?;
    Ok(visit.see_other(PATH))
}

/// The way here and back.
pub(crate) fn href(here: &str) -> String {
    with_return(PATH, crate::return_path::own_path(here))
}

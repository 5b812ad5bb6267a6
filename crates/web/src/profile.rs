//! Me: what the platform knows of a person, a copy of it to take away, and the end of it.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use engine::ProfileView;
use maud::html;
use ui::{
    Button, Tone,
    component::{Field, Row, Summary, card, checkbox, form, heading, masked, notice, rows, summary},
    format, text,
};

use crate::{
    mishap::Mishap,
    return_path::with_return,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let profile = visit.platform().profile(visit.citizen()?).await?;
    Ok(me_page(visit, &profile))
}

pub(crate) fn me_page(visit: &Visit, profile: &ProfileView) -> Response {
    let l = visit.lang;
    let own = own(visit);
    let own: Vec<Row<'_>> = own
        .iter()
        .map(|(title, detail, href, icon)| Row { title, detail, href: Some(href), icon: Some(icon), ..Row::default() })
        .collect();
    let data = [
        Row {
            title: text::access_title(l),
            detail: text::home_who_looked_detail(l),
            href: Some("/me/access"),
            icon: Some("eye"),
            ..Row::default()
        },
        Row { title: text::sessions_title(l), href: Some("/me/sessions"), icon: Some("smartphone"), ..Row::default() },
        Row { title: text::tokens_title(l), href: Some("/me/tokens"), icon: Some("key"), ..Row::default() },
        Row { title: text::export_title(l), href: Some("/me/export"), icon: Some("download"), ..Row::default() },
        Row { title: text::settings_title(l), href: Some("/settings"), icon: Some("settings"), ..Row::default() },
        Row { title: text::delete_title(l), href: Some("/me/delete"), icon: Some("trash-2"), ..Row::default() },
    ];
    let real_name = with_return("/real-name", Some("/me"));
    let body = html! {
        (heading(profile.name.as_deref().unwrap_or_else(|| text::me_title(l)), ""))
        (card("", None, summary([
            Summary::markup(text::phone_label(l), masked(&profile.phone)),
            match &profile.resident_id {
                Some(id) => Summary::markup(text::resident_id_label(l), masked(id)),
                None => Summary::markup(text::real_name_title(l), html! { a href=(real_name) { (text::real_name_needed(l)) } }),
            },
            match profile.verified_at {
                Some(at) => Summary::text(text::real_name_done(l), &format::date(l, at.date())),
                None => Summary::text(l.pick("开户时间", "Account since"), &format::date(l, profile.created_at.date())),
            },
        ])))
        section.card { (rows(&own)) }
        (card(text::my_data_title(l), None, rows(&data)))
        form.actions method="post" action="/sign-out" data-sign-out { (Button::secondary(text::sign_out(l)).icon("log-out").wide()) }
    };
    visit.show(Sheet { title: text::me_title(l), body, ..Sheet::default() })
}

/// What is mine: title, second line, address, icon. What belongs to a city leads to the one last visited.
fn own(visit: &Visit) -> Vec<(&'static str, String, String, &'static str)> {
    let l = visit.lang;
    let said = |text: &str| text.to_owned();
    let mut own = Vec::new();
    if let Some(pack) = &visit.look {
        let here = |page: &str| format!("/{}/{page}", pack.city.id);
        own.push((text::bookings_title(l), said(text::bookings_row_detail(l)), here("bookings"), "calendar-check"));
        own.push((text::bills_title(l), said(text::bills_row_detail(l)), here("bills"), "receipt"));
        own.push((text::payments_title(l), said(text::payments_row_detail(l)), here("payments"), "wallet"));
        own.push((text::cards_title(l), said(text::cards_lead(l)), here("cards"), "id-card"));
    }
    own.push((text::family_title(l), said(text::family_lead(l)), said("/me/consents"), "users"));
    let max = visit.platform().companions_max();
    own.push((text::companions_title(l), text::companions_lead(l, max), said("/me/companions"), "user-plus"));
    own
}

pub(crate) async fn export_form(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let body = html! {
        (heading(text::export_title(l), text::export_detail(l)))
        (notice(Tone::Info, "", html! { p { (l.pick(
            "文件里有您的完整信息，存到自己的手机或电脑上，不要转发。下载本身也会记入“谁看过我的信息”。",
            "The file holds your data in full: keep it on your own device and do not pass it on. The download itself goes on the record.")) } }))
        form.actions method="post" action="/me/export" { (Button::primary(text::export_button(l)).icon("download").wide()) }
    };
    Ok(visit.show(Sheet { title: text::export_title(l), back: "/me", body, ..Sheet::default() }))
}

pub(crate) async fn export(visit: &mut Visit) -> Outcome {
    let data = visit.platform().export(visit.citizen()?).await?;
    let text = serde_json::to_string_pretty(&data).map_err(kernel::Error::internal)?;
    let mut response = crate::headers::html(text, StatusCode::OK, &visit.headers, None, true);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"shimin-my-data.json\""));
    Ok(response)
}

pub(crate) async fn delete_form(visit: &mut Visit) -> Outcome {
    Ok(delete_page(visit, None))
}

pub(crate) fn delete_page(visit: &Visit, missing: Option<&str>) -> Response {
    let l = visit.lang;
    let status = if missing.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        (ui::component::error_summary(l, missing.map(|message| ("confirm", message))))
        (heading(text::delete_title(l), text::delete_detail(l)))
        (form(l, "/me/delete", &visit.new_key(), html! {
            (checkbox(l, &Field { name: "confirm", label: text::delete_confirm_label(l), error: missing, ..Field::default() }))
            (Button::danger(text::delete_button(l)).wide())
        }))
        p.actions { (Button::link(text::cancel(l)).href("/me")) }
    };
    visit.show(Sheet { title: text::delete_title(l), back: "/me", status, body, ..Sheet::default() })
}

pub(crate) async fn delete(visit: &mut Visit) -> Outcome {
    if visit.form.get("confirm") != "yes" {
        return Ok(delete_page(visit, Some(text::delete_confirm_missing(visit.lang))));
    }
    match visit.platform().delete_account(visit.citizen()?, visit.once()?).await {
        Ok(()) => {
            visit.drop_session();
            Ok(visit.see_other("/"))
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let l = visit.lang;
            let body = html! { (mishap.above(l)) (heading(text::delete_title(l), text::delete_detail(l))) };
            Ok(visit.show(Sheet {
                title: text::delete_title(l),
                back: "/me",
                status: mishap.status(),
                body,
                ..Sheet::default()
            }))
        }
    }
}

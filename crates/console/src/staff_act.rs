//! The log of deeds: one's own for everybody, and everybody's for the auditor.

use axum::response::Response;
use engine::{ActView, Cursor, Grant, Page, Staff, Verb};
use kernel::{CityId, DepartmentId, Lang};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, card, empty, heading, table, tag},
    format, text,
};
use web::shell::encode;

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Words of acts that are not verbs of the table.
const NOTES: &[(&str, &str, &str)] = &[
    ("sign-in", "登录", "signed in"),
    ("sign-out", "退出登录", "signed out"),
    ("add-staff", "新增账号", "made an account"),
    ("reset-staff", "重置账号", "reset an account"),
    ("change-roles", "调整岗位", "changed roles"),
    ("disable-staff", "停用账号", "disabled an account"),
];

pub(crate) async fn own(visit: &mut Visit) -> Outcome {
    let before = Cursor::parse(visit.query.get("before"));
    let staff = visit.staff()?;
    let page = visit.platform().own_acts(staff, before).await?;
    Ok(own_page(visit, staff, &page, before.is_none()))
}

pub(crate) fn own_page(visit: &Visit, staff: &Staff, page: &Page<ActView>, first: bool) -> Response {
    let l = visit.lang;
    let body = html! {
        (heading(text::acts_own_title(l), text::acts_own_lead(l)))
        (grants_card(visit, staff))
        (list(visit, page, first, "/desk/me", false))
    };
    visit.show(Sheet::new(text::acts_own_title(l), body))
}

pub(crate) async fn all(visit: &mut Visit) -> Outcome {
    let before = Cursor::parse(visit.query.get("before"));
    let city = visit.city()?.city.id.clone();
    let page = visit.platform().city_acts(visit.staff()?, &city, before).await?;
    Ok(all_page(visit, &page, before.is_none()))
}

pub(crate) fn all_page(visit: &Visit, page: &Page<ActView>, first: bool) -> Response {
    let l = visit.lang;
    let body = html! {
        (heading(text::acts_title(l), text::acts_lead(l)))
        (list(visit, page, first, &visit.below("acts"), true))
    };
    visit.show(Sheet::new(text::acts_title(l), body))
}

fn list(visit: &Visit, page: &Page<ActView>, first: bool, path: &str, who: bool) -> Markup {
    let l = visit.lang;
    let mut columns = vec![Column::text(text::act_when(l))];
    if who {
        columns.push(Column::text(text::act_who(l)));
    }
    columns.extend(
        [text::act_what, text::act_object, text::act_reason, text::act_outcome].map(|label| Column::text(label(l))),
    );
    let rows: Vec<Vec<Markup>> = page
        .items
        .iter()
        .map(|act| {
            let mut row = vec![html! { (format::moment(l, act.at, visit.now)) }];
            if who {
                row.push(html! { @if act.name.is_empty() { (text::act_command_line(l)) } @else { (act.name) } });
            }
            let department = act.city.as_ref().zip(act.department.as_ref());
            row.push(html! {
                (what(l, &act.act))
                @if let Some((city, department)) = department { small { (department_name(visit, city, department)) } }
            });
            row.push(html! { span.mono translate="no" { (act.object) } });
            row.push(html! { (act.reason) });
            row.push(outcome(l, act));
            row
        })
        .collect();
    let older = page.next.as_ref().map(|cursor| format!("{path}?before={}", encode(&cursor.to_string())));
    html! {
        @if rows.is_empty() { (empty("clipboard-list", text::acts_none(l), "", html! {})) }
        @else { (card("", None, table(text::acts_title(l), &columns, &rows, &[]))) }
        @if !first || older.is_some() {
            p.actions {
                @if !first { (Button::link(text::newest(l)).href(path)) }
                @if let Some(href) = &older { (Button::secondary(text::earlier(l)).href(href)) }
            }
        }
    }
}

fn what(lang: Lang, act: &str) -> String {
    let note = NOTES.iter().find(|(word, ..)| *word == act).map(|(_, zh, en)| lang.pick(zh, en));
    note.or_else(|| Verb::parse(act).map(|verb| verb.name(lang))).unwrap_or(act).to_owned()
}

fn outcome(lang: Lang, act: &ActView) -> Markup {
    match act.outcome.as_deref() {
        Some("done") => tag(Tone::Ok, text::act_done(lang)),
        Some(code) => html! { (tag(Tone::Warn, text::act_refused(lang))) small.mono translate="no" { (code) } },
        None => tag(Tone::Bad, text::act_broken(lang)),
    }
}

pub(crate) fn department_name(visit: &Visit, city: &CityId, department: &DepartmentId) -> String {
    let pack = visit.catalogue.cities.get(city);
    let known = pack.and_then(|pack| pack.bindings.department.get(department));
    known.map_or_else(|| department.to_string(), |known| known.name.get(visit.lang).to_owned())
}

/// `资金核算 · 全市`.
pub(crate) fn grant_name(visit: &Visit, grant: &Grant) -> String {
    let l = visit.lang;
    let place = match &grant.department {
        Some(department) => department_name(visit, &grant.city, department),
        None => text::whole_city(l).to_owned(),
    };
    let city = visit.catalogue.cities.get(&grant.city).map_or(grant.city.as_str(), |pack| pack.city.name.get(l));
    format!("{city} · {place} · {}", grant.role.name(l))
}

pub(crate) fn grants_card(visit: &Visit, staff: &Staff) -> Markup {
    let l = visit.lang;
    card(
        text::my_roles(l),
        None,
        html! {
            @if staff.grants.is_empty() { p { (text::desk_no_role(l)) } }
            @else { ul { @for grant in &staff.grants { li { (grant_name(visit, grant)) } } } }
        },
    )
}

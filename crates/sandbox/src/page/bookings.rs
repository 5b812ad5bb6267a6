//! What a department was told of bookings, on a page: who comes when, and every message with its answer.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::{Money, Text};
use maud::{Markup, html};

use super::page;
use crate::{
    Sandbox,
    booking::{Booked, BookedState, Bookings, Told, What},
    department::Department,
};

const REFRESH_S: u32 = 5;
/// The page shows the newest; the truth has them all.
const SHOWN: usize = 60;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/bookings/{department}", get(show))
}

async fn show(State(sandbox): State<Arc<Sandbox>>, Path(department): Path<String>) -> Response {
    let Some(department) = Department::parse(&department).filter(|one| Department::BOOKED.contains(one)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let name = department.name();
    let areas = sandbox.population.areas().map(|area| (area, sandbox.bookings(&area.code, department)));
    let told: Vec<_> = areas.filter(|(_, bookings)| !bookings.told.is_empty()).collect();
    let body = html! {
        h2 { (name.zh_cn) " " span.en lang="en" { (name.en) ": what it was told, newest first" } }
        p { a href={ "/#" (department.word()) } { "故障与拒绝" } " · "
            @for other in Department::BOOKED.into_iter().filter(|other| *other != department) {
                a href={ "/bookings/" (other.word()) } { (other.name().zh_cn) } " "
            } }
        @if told.is_empty() {
            p { "还没有收到预约，收到后会自己出现。" span.en lang="en" { " Nothing yet; this page refreshes itself." } }
        }
        @for (area, bookings) in &told { (of_area(&area.name, &area.code, department, bookings)) }
    };
    page(&name.zh_cn, Some(REFRESH_S), body)
}

fn of_area(name: &str, code: &str, department: Department, bookings: &Bookings) -> Markup {
    html! {
        h2 { (name) " " small { a href={ "/truth/" (code) "/bookings/" (department.word()) } { "全部数据 JSON" } } }
        div.grid { @for booked in bookings.booked.iter().rev().take(SHOWN) { (card(booked)) } }
        h3 { "收到的报文 " span.en lang="en" { "Messages" } }
        div.grid { @for told in bookings.told.iter().rev().take(SHOWN) { (line(told)) } }
    }
}

fn card(booked: &Booked) -> Markup {
    let state = booked.state.name();
    let is_gone = matches!(booked.state, BookedState::Cancelled | BookedState::CalledOff);
    let things = [&booked.place, &booked.section, &booked.resource, &booked.matter];
    let things: Vec<&str> = things.into_iter().map(String::as_str).filter(|thing| !thing.is_empty()).collect();
    html! {
        article.card {
            span.state.bad[is_gone] { (state.zh_cn) " " span lang="en" { (state.en) } }
            h3 { (booked.starts_at) @if !booked.unit.is_empty() { " · " (booked.unit) } }
            p { (things.join(" / ")) }
            @for (name, id) in booked.names.iter().zip(&booked.ids) { p { (name) " " small { (id) } } }
            p { small { "预约号 " (booked.number) " · 本单位编号 " (booked.reference) } }
            @if booked.paid_fen > 0 { p { small { "已付 ¥" (Money::from_fen(booked.paid_fen).yuan()) } } }
            @if is_gone {
                p { small { (booked.reason) @if booked.back_fen > 0 { " 退 ¥" (Money::from_fen(booked.back_fen).yuan()) } } }
            }
        }
    }
}

fn line(told: &Told) -> Markup {
    let what = told.what.name();
    html! {
        article.card {
            span.state.bad[told.refused.is_some()] { @match told.refused { Some(code) => { "拒绝 " (code) } None => "完成" } }
            p { (what.zh_cn) " " span.en lang="en" { (what.en) } " · " (told.number) }
            p { small { (told.at.civil().strftime("%m-%d %H:%M:%S").to_string()) " · " (told.key)
                @if told.times > 1 { " · 来了 " (told.times) " 次" } } }
        }
    }
}

impl BookedState {
    fn name(self) -> Text {
        match self {
            Self::Booked => Text::new("已预约", "booked"),
            Self::Cancelled => Text::new("已取消", "cancelled"),
            Self::CalledOff => Text::new("已停办", "called off"),
            Self::Arrived => Text::new("已到场", "arrived"),
        }
    }
}

impl What {
    fn name(self) -> Text {
        match self {
            Self::Book => Text::new("预约", "booking"),
            Self::Cancel => Text::new("取消", "cancellation"),
            Self::Arrive => Text::new("到场", "arrival"),
        }
    }
}

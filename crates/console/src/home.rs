//! The desk's front: which city, and the rooms that one's roles open there.

use engine::Verb;
use kernel::CityId;
use maud::html;
use ui::{
    Button,
    component::{Row, card, empty, heading, rows},
    text,
};

use crate::{
    route::Outcome,
    staff_act::grants_card,
    visit::{Sheet, Visit},
};

/// The verb that opens a room, its address below the city, its name.
type Room = (Verb, &'static str, fn(kernel::Lang) -> &'static str);

/// In the order of a day's work.
const ROOMS: &[Room] = &[
    (Verb::SeeCounter, "counter", text::counter_title),
    (Verb::SeeCounter, "queue", text::calling_title),
    (Verb::SeeCounter, "day", text::day_title),
    (Verb::LetIn, "gate", text::gate_title),
    (Verb::SeeSchedule, "schedule", text::schedule_title),
    (Verb::SeeSchedule, "figures", text::figures_title),
    (Verb::SeePrices, "prices", text::prices_title),
    (Verb::SeeBreaks, "breaks", text::breaks_title),
    (Verb::SeeRefunds, "refunds", text::refunds_title),
    (Verb::SeeSettlements, "settlements", text::settlements_title),
    (Verb::SeeProviders, "providers", text::providers_title),
    (Verb::SeeStaff, "staff", text::staff_title),
    (Verb::SeeActs, "acts", text::acts_title),
];

/// The rooms that are open to whoever visits, with their addresses.
pub(crate) fn tabs(visit: &Visit) -> Vec<(&'static str, String)> {
    let open = ROOMS.iter().filter(|(verb, ..)| visit.may(*verb));
    open.map(|(_, path, name)| (name(visit.lang), visit.below(path))).collect()
}

/// `/desk`: the door, the one city, or the choice.
pub(crate) async fn landing(visit: &mut Visit) -> Outcome {
    let Some(staff) = &visit.staff else { return Ok(visit.see_other("/desk/sign-in")) };
    let cities = staff.cities();
    if let [city] = cities.as_slice() {
        return Ok(visit.see_other(&format!("/desk/{city}")));
    }
    let l = visit.lang;
    let hrefs: Vec<String> = cities.iter().map(|city| format!("/desk/{city}")).collect();
    let row = |(city, href): (&'_ CityId, &'_ String)| {
        let title = visit.catalogue.cities.get(city).map_or("", |pack| pack.city.name.get(l));
        (title.to_owned(), href.clone())
    };
    let named: Vec<(String, String)> = cities.iter().zip(&hrefs).map(row).collect();
    let list: Vec<Row<'_>> = named
        .iter()
        .map(|(title, href)| Row { title, href: Some(href), icon: Some("landmark"), ..Row::default() })
        .collect();
    let body = html! {
        (heading(text::desk_city_title(l), text::desk_lead(l)))
        @if list.is_empty() { (empty("users", text::desk(l), text::desk_no_role(l), html! {})) }
        @else { (card("", None, rows(&list))) }
    };
    Ok(visit.show(Sheet::new(text::desk_city_title(l), body)))
}

/// `/desk/{city}`: the rooms.
pub(crate) async fn city(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let pack = visit.city()?;
    let staff = visit.staff()?;
    let rooms = tabs(visit);
    let list: Vec<Row<'_>> =
        rooms.iter().map(|(label, href)| Row { title: label, href: Some(href), ..Row::default() }).collect();
    let body = html! {
        (heading(pack.city.name.get(l), text::desk_lead(l)))
        div.two {
            div { (card("", None, rows(&list))) }
            div {
                (grants_card(visit, staff))
                p.actions { (Button::link(text::acts_own_title(l)).href("/desk/me")) }
            }
        }
    };
    Ok(visit.show(Sheet::new(text::desk(l), body)))
}

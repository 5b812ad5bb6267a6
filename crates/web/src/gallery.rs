//! Every component on one page, and the pages that nobody meets on purpose, for whoever builds pages and for the tests that
//! look at them in a browser. Only where the sandbox runs.

use kernel::Kind;
use manifest::city::CityState;

use crate::{
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    Ok(visit.show(Sheet { title: "Gallery", picture: true, body: ui::gallery(visit.lang), ..Sheet::default() }))
}

/// A page for what went wrong, made as it is made when it goes wrong, with its status.
pub(crate) async fn trouble(visit: &mut Visit) -> Outcome {
    Err(match visit.param("trouble") {
        "busy" => Kind::Unavailable("store").into(),
        "timeout" => Kind::Unavailable("time").into(),
        "internal" => Kind::Internal.into(),
        "too-many" => Kind::TooMany { retry_after_s: 400 }.into(),
        "denied" => Kind::Denied("gallery").into(),
        "conflict" => Kind::Conflict("gallery").into(),
        "gone" => Trouble::Gone,
        "too-large" => Trouble::TooLarge,
        "foreign-form" => Trouble::ForeignForm,
        "city-soon" => {
            let mut packs = visit.catalogue.cities.values();
            packs
                .find(|pack| pack.city.state == CityState::Soon)
                .cloned()
                .map_or(Kind::NotFound.into(), Trouble::CitySoon)
        }
        _ => Kind::NotFound.into(),
    })
}

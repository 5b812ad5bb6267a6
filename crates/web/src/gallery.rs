//! Every component on one page, for whoever builds pages. Only where the sandbox runs.

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    Ok(visit.show(Sheet { title: "Gallery", body: ui::gallery(visit.lang), ..Sheet::default() }))
}

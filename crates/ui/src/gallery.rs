//! Every component on one page.
use kernel::Lang;
use maud::{Markup, html};
#[must_use]
pub fn gallery(_lang: Lang) -> Markup {
    html! {}
}

//! The choices of size and appearance, as on the settings page.

use kernel::Lang;
use maud::{Markup, html};

use crate::page::{Size, Theme, route};
use crate::text;

/// A form whose buttons take effect at once; the script does it without a reload. `back` is the path to return to.
#[must_use]
pub fn display_form(lang: Lang, size: Size, theme: Theme, back: &str) -> Markup {
    html! {
        form.card.sizes method="post" action=(route::DISPLAY) data-display {
            input type="hidden" name="back" value=(back);
            fieldset {
                legend { (text::text_size(lang)) }
                @for choice in Size::ALL {
                    button type="submit" name="size" value=(choice.word()) aria-pressed=(choice == size) { (text::size_name(lang, choice)) }
                }
            }
            fieldset {
                legend { (text::theme(lang)) }
                @for choice in Theme::ALL {
                    button type="submit" name="theme" value=(choice.word()) aria-pressed=(choice == theme) { (text::theme_name(lang, choice)) }
                }
            }
            p.hint { (text::settings_sample(lang)) }
        }
    }
}

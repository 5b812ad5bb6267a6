//! What a citizen sees: design tokens, style sheet, script, icons, components as functions, words, and the page around them.
//!
//! No handlers and no HTTP: this crate turns values into markup and holds the files that `web` serves. It knows no city and
//! no service; what it says about one, it was given.
//!
//! - [`page::Page`] is a whole document, [`desk::Desk`] one of the staff desk.
//! - [`component`] holds the parts, [`gallery`] shows them all on one page.
//! - [`text`] holds every word, in both languages, one function per message.
//! - [`format`] says dates, ages and money.
//! - [`hue`] makes a city's colours out of one number.

pub mod assets;
pub mod colour;
pub mod component;
pub mod desk;
pub mod format;
pub mod gallery;
pub mod hue;
pub mod icon;
pub mod page;
mod svg;
#[macro_use]
pub mod text;

#[cfg(test)]
mod tests;

pub use component::{Button, Tone};
pub use desk::Desk;
pub use gallery::gallery;
pub use icon::{ICONS, icon};
pub use page::{Band, Channel, Css, Page, Size, Theme};

//! Components: functions and small structs that become markup. No state, no requests, no pack or store types beyond words.
//!
//! A struct with `Default` is used where a component has many optional parts; it implements [`maud::Render`], so that it is
//! written straight into `html!`: `(Button::primary("保存"))`. Components that speak take the language first.

pub mod access;
pub mod band;
pub mod button;
pub mod card;
pub mod chart;
pub mod consent;
pub mod display;
pub mod empty;
pub mod evidence;
pub mod field;
pub mod notice;
pub mod pagination;
pub mod provenance;
pub mod qr;
pub mod row;
pub mod session;
pub mod stat;
pub mod step;
pub mod summary;
pub mod table;
pub mod tag;
pub mod tile;
pub mod timeline;

pub use access::Access;
pub use band::search;
pub use button::Button;
pub use card::{card, columns, disclosure, heading, section};
pub use chart::{bars, months, points_gauge, sparkline};
pub use consent::Consent;
pub use display::display_form;
pub use empty::{empty, good_news};
pub use evidence::evidence;
pub use field::{Field, Input, Radio, checkbox, form, radios, select, text_area};
pub use notice::{error_summary, notice};
pub use pagination::pagination;
pub use provenance::Provenance;
pub use qr::qr;
pub use row::{Row, rows};
pub use session::Session;
pub use stat::{Stat, stats};
pub use step::{Step, StepState, steps};
pub use summary::{Summary, masked, summary};
pub use table::{Column, filters, table};
pub use tag::{Tone, tag};
pub use tile::{Tile, tiles};
pub use timeline::{Moment, MomentState, timeline};

//! Seats to tick: one set of boxes that is drawn as a map of the vehicle, and as a list for whoever prefers one or reads
//! in large letters. Boxes are boxes: they go by keyboard, without script, and a taken seat says so in a word.

use kernel::Lang;
use maud::{Markup, html};

use crate::{component::field::Field, icon::icon, text};

#[derive(Clone, Copy, Debug)]
pub struct Seat<'a> {
    /// The number that is sent.
    pub unit: u32,
    /// 3A
    pub label: &'a str,
    pub row: u16,
    /// Counted with the aisle, which is a column without seats.
    pub column: u16,
    /// 靠窗, 靠过道; empty where nothing is to be said.
    pub side: &'a str,
    pub free: bool,
    pub chosen: bool,
}

/// `field` gives name, label, hint and error. The seats come in order of rows.
#[must_use]
pub fn seats(lang: Lang, field: &Field<'_>, seats: &[Seat<'_>]) -> Markup {
    let columns = seats.iter().map(|seat| seat.column).max().unwrap_or(0);
    let first = seats.iter().map(|seat| seat.column).min().unwrap_or(0);
    let rows = seats.chunk_by(|a, b| a.row == b.row);
    let first_free = seats.iter().find(|seat| seat.free).map(|seat| seat.unit);
    html! {
        fieldset.field.bad[field.error.is_some()] {
            legend { (field.label) }
            (field.hint_and_error())
            input.as-list type="checkbox" id={ (field.name) "-as-list" };
            label.as-list for={ (field.name) "-as-list" } { (icon("list-checks")) span { (text::seat_as_list(lang)) } }
            ul.seats {
                @for row in rows {
                    li.seat-row {
                        @for column in first..=columns {
                            @if let Some(seat) = row.iter().find(|seat| seat.column == column) {
                                (one(lang, field, seat, first_free == Some(seat.unit)))
                            } @else {
                                span.gap {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The first free seat has the field's own id, so that the summary of mistakes can lead to it.
fn one(lang: Lang, field: &Field<'_>, seat: &Seat<'_>, first: bool) -> Markup {
    let id = if first { field.name.to_owned() } else { format!("{}-{}", field.name, seat.unit) };
    html! {
        div.seat {
            input type="checkbox" id=(id) name=(field.name) value=(seat.unit) checked[seat.chosen && seat.free] disabled[!seat.free];
            label for=(id) {
                strong { (seat.label) }
                @if seat.free { small.side { " " (seat.side) } } @else { small { " " (text::seat_taken(lang)) } }
            }
        }
    }
}

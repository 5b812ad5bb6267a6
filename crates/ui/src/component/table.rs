//! Tables of the desk: rows of figures on a wide screen, cards on a phone; and the filters above them.

use maud::{Markup, html};

/// A column, by its heading.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    pub label: &'a str,
    /// Figures, set to the right.
    pub numeric: bool,
}

impl<'a> Column<'a> {
    #[must_use]
    pub const fn text(label: &'a str) -> Self {
        Self { label, numeric: false }
    }

    #[must_use]
    pub const fn number(label: &'a str) -> Self {
        Self { label, numeric: true }
    }
}

/// `caption` is for whoever does not see the heading above. `total` is the last line; empty for none. The roles are
/// written out, because a browser forgets them when a style sheet stacks the cells.
#[must_use]
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Vec<Markup>], total: &[Markup]) -> Markup {
    let cells = |row: &[Markup]| {
        html! {
            @for (column, cell) in columns.iter().zip(row) {
                td.num[column.numeric].none[cell.0.is_empty()] role="cell" data-label=(column.label) { (cell) }
            }
        }
    };
    html! {
        table.table role="table" {
            caption.sr { (caption) }
            thead role="rowgroup" {
                tr role="row" { @for column in columns { th.num[column.numeric] role="columnheader" scope="col" { (column.label) } } }
            }
            tbody role="rowgroup" { @for row in rows { tr role="row" { (cells(row)) } } }
            @if !total.is_empty() { tfoot role="rowgroup" { tr role="row" { (cells(total)) } } }
        }
    }
}

/// One choice at a time, as links, so that the address holds the choice: `(label, href, chosen)`.
#[must_use]
pub fn filters(label: &str, choices: &[(String, String, bool)]) -> Markup {
    html! {
        nav aria-label=(label) {
            ul.filters {
                @for (label, href, chosen) in choices {
                    li { a href=(href) aria-current=[chosen.then_some("true")] { (label) } }
                }
            }
        }
    }
}

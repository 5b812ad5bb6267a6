//! What is shown at the counter or the gate: the number in large digits, the code to scan, when and where, and what to
//! bring. It prints on one sheet, and it is the same page when there is no network.

use kernel::Lang;
use maud::{Markup, html};

use crate::{
    component::{qr::qr, summary::Summary, summary::summary},
    text,
};

#[derive(Clone, Debug, Default)]
pub struct Voucher<'a> {
    /// What it is for: the service, the doctor, the trip.
    pub title: &'a str,
    /// Thursday, 26 November, 09:30–10:00
    pub when: &'a str,
    /// 第 12 号, 3A 3B; empty for none.
    pub unit: &'a str,
    /// Twelve digits.
    pub number: &'a str,
    /// What the code holds; none while the city has no key.
    pub code: Option<&'a str>,
    pub lines: Vec<Summary<'a>>,
    pub bring: Vec<&'a str>,
    /// How one gets there, in words; empty for none.
    pub way: &'a str,
}

impl Voucher<'_> {
    #[must_use]
    pub fn html(self, lang: Lang) -> Markup {
        html! {
            section.card.receipt.voucher {
                h2 { (self.title) }
                p.voucher-when { (self.when) }
                @if !self.unit.is_empty() { p.voucher-unit { (self.unit) } }
                @if let Some(code) = self.code { (qr(code, text::voucher_qr(lang))) p.hint { (text::voucher_qr(lang)) } }
                p.hint { (text::booking_number(lang)) }
                p.digits translate="no" { (grouped(self.number)) }
                (summary(self.lines))
                @if !self.bring.is_empty() {
                    h3 { (text::voucher_bring(lang)) }
                    div.prose { ul { @for thing in &self.bring { li { (thing) } } } }
                }
                @if !self.way.is_empty() { h3 { (text::voucher_way(lang)) } p { (self.way) } }
            }
        }
    }
}

/// In fours, because nobody reads out twelve digits.
fn grouped(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

//! Form fields. Label above, hint before the input, the error beside it in the same words as in the summary.
//!
//! Checking is the server's: forms carry `novalidate`, and what a person typed always comes back.

use kernel::Lang;
use maud::{Markup, html};

use crate::icon::icon;
use crate::text;

/// What is being typed: chooses the keyboard, the autofill and the length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Input {
    #[default]
    Text,
    PersonName,
    ResidentId,
    Phone,
    Plate,
    /// A one-time code of six digits.
    Code,
    /// The last six of a VIN.
    VinTail,
    /// A driver's file number, twelve digits.
    FileNo,
    /// A customer number at a biller.
    CustomerNo,
    /// The end of a name, one or two characters.
    HolderTail,
    /// The last four of an ID number.
    IdTail,
    /// A length in centimetres.
    Height,
    /// Yuan.
    Amount,
    Search,
    /// A name that staff sign in with.
    Login,
    Password,
    /// A civil date, with the browser's own calendar.
    Date,
    /// A time of day.
    Time,
    /// How many.
    Count,
    /// Digits that a scanner types: it is where the page begins.
    Scan,
}

impl Input {
    /// `(type, inputmode, autocomplete, maxlength, class of width)`. The lengths leave room for spaces, which are accepted.
    const fn traits(self) -> (&'static str, &'static str, &'static str, u16, &'static str) {
        match self {
            Self::Text => ("text", "text", "off", 200, ""),
            Self::PersonName => ("text", "text", "name", 60, ""),
            Self::ResidentId => ("text", "text", "off", 30, "mono"),
            Self::Phone => ("tel", "tel", "tel-national", 20, "mono"),
            Self::Plate => ("text", "text", "off", 14, "mono w-10"),
            Self::Code => ("text", "numeric", "one-time-code", 12, "mono code w-10"),
            Self::VinTail => ("text", "text", "off", 14, "mono w-10"),
            Self::FileNo => ("text", "numeric", "off", 24, "mono"),
            Self::CustomerNo => ("text", "text", "off", 40, "mono"),
            Self::HolderTail => ("text", "text", "off", 4, "w-10"),
            Self::Login => ("text", "text", "username", 40, "mono w-20"),
            Self::Password => ("password", "text", "current-password", 200, "mono w-20"),
            Self::Date => ("date", "text", "off", 10, "w-10"),
            Self::IdTail => ("text", "text", "off", 8, "mono w-10"),
            Self::Height => ("text", "numeric", "off", 6, "mono w-10"),
            Self::Time => ("time", "text", "off", 5, "w-10"),
            Self::Count => ("text", "numeric", "off", 8, "mono w-10"),
            Self::Scan => ("text", "numeric", "off", 800, "mono"),
            Self::Amount => ("text", "decimal", "transaction-amount", 12, "mono w-10"),
            Self::Search => ("search", "search", "off", 60, ""),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// Both the name in the form and the id on the page.
    pub name: &'a str,
    pub label: &'a str,
    /// Empty for none.
    pub hint: &'a str,
    pub error: Option<&'a str>,
    pub value: &'a str,
    pub input: Input,
    pub optional: bool,
}

impl Field<'_> {
    fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
            (hint, error) => hint.or(error),
        }
    }

    pub(crate) fn hint_and_error(&self) -> Markup {
        html! {
            @if !self.hint.is_empty() { p.hint id={ (self.name) "-hint" } { (self.hint) } }
            @if let Some(error) = self.error { p.error id={ (self.name) "-error" } { (icon("circle-alert")) span { (error) } } }
        }
    }

    fn frame(&self, lang: Lang, control: Markup) -> Markup {
        html! {
            div.field.bad[self.error.is_some()] {
                label for=(self.name) { (self.label) @if self.optional { " " small { (text::optional(lang)) } } }
                (self.hint_and_error())
                (control)
            }
        }
    }

    /// A line of input.
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        let (kind, inputmode, autocomplete, maxlength, class) = self.input.traits();
        let spoken = !matches!(self.input, Input::Text | Input::Search);
        self.frame(
            lang,
            html! {
                input class=[(!class.is_empty()).then_some(class)] type=(kind) id=(self.name) name=(self.name) value=(self.value)
                    inputmode=(inputmode) autocomplete=(autocomplete) maxlength=(maxlength)
                    autocapitalize=[spoken.then_some("off")] spellcheck=[spoken.then_some("false")]
                    aria-describedby=[self.described_by()] aria-invalid=[self.error.map(|_| "true")]
                    autofocus[matches!(self.input, Input::Scan)];
            },
        )
    }
}

/// A choice out of many: `(value, label)`.
#[must_use]
pub fn select(lang: Lang, field: &Field<'_>, options: &[(&str, &str)]) -> Markup {
    field.frame(
        lang,
        html! {
            select id=(field.name) name=(field.name) aria-describedby=[field.described_by()] aria-invalid=[field.error.map(|_| "true")] {
                @for (value, label) in options { option value=(value) selected[*value == field.value] { (label) } }
            }
        },
    )
}

/// Several lines, for something that is pasted.
#[must_use]
pub fn text_area(lang: Lang, field: &Field<'_>) -> Markup {
    field.frame(
        lang,
        html! {
            textarea class="mono" id=(field.name) name=(field.name) rows="6" spellcheck="false" autocomplete="off"
                aria-describedby=[field.described_by()] aria-invalid=[field.error.map(|_| "true")] { (field.value) }
        },
    )
}

/// One card of a choice out of few.
#[derive(Clone, Copy, Debug, Default)]
pub struct Radio<'a> {
    pub value: &'a str,
    pub label: &'a str,
    /// Second line; empty for none.
    pub detail: &'a str,
    pub disabled: bool,
}

/// A choice out of few, each a card. The first card has the field's own id, so that the error summary can lead to it.
#[must_use]
pub fn radios(lang: Lang, field: &Field<'_>, options: &[Radio<'_>]) -> Markup {
    html! {
        fieldset.field.bad[field.error.is_some()] aria-describedby=[field.described_by()] {
            legend { (field.label) @if field.optional { " " small { (text::optional(lang)) } } }
            (field.hint_and_error())
            div.radios {
                @for (i, option) in options.iter().enumerate() {
                    @let id = if i == 0 { field.name.to_owned() } else { format!("{}-{}", field.name, i + 1) };
                    div.radio {
                        input type="radio" id=(id) name=(field.name) value=(option.value)
                            checked[option.value == field.value] disabled[option.disabled];
                        label for=(id) { span { (option.label) } @if !option.detail.is_empty() { small { (option.detail) } } }
                    }
                }
            }
        }
    }
}

/// Several inputs under one question.
#[must_use]
pub fn group(field: &Field<'_>, body: Markup) -> Markup {
    html! {
        fieldset.field.bad[field.error.is_some()] aria-describedby=[field.described_by()] {
            legend { (field.label) }
            (field.hint_and_error())
            (body)
        }
    }
}

/// A single box to tick. `field.value` other than empty means ticked; it is sent as `yes`.
#[must_use]
pub fn checkbox(_lang: Lang, field: &Field<'_>) -> Markup {
    html! {
        div.field.bad[field.error.is_some()] {
            (field.hint_and_error())
            div.check {
                input type="checkbox" id=(field.name) name=(field.name) value="yes" checked[!field.value.is_empty()]
                    aria-describedby=[field.described_by()] aria-invalid=[field.error.map(|_| "true")];
                label for=(field.name) { (field.label) }
            }
        }
    }
}

/// A form that posts. The script disables its button while it is under way; `key` is an idempotency key (empty for none).
#[must_use]
pub fn form(lang: Lang, action: &str, key: &str, body: Markup) -> Markup {
    html! {
        form.card.form method="post" action=(action) novalidate data-busy=(text::busy(lang)) {
            @if !key.is_empty() { input type="hidden" name="key" value=(key); }
            (body)
        }
    }
}

//! Every word of the house, in both languages, one function per message.
//!
//! A message is one line in a [`texts!`] table. A missing translation does not compile; a message nobody calls costs
//! nothing. There is no look-up at run time: each call is a `match` on the language.
//!
//! How it speaks: short, warm, to a person who may be eighty. It says what happened and how to mend it. It does not
//! apologise, does not scold and does not plead; a test keeps 请, 抱歉, 非法 and 无效 out.

mod account;
mod booking;
mod counter;
mod desk;
mod house;
mod pay;
mod problem;
mod record;
mod voucher;

pub use account::*;
pub use booking::*;
pub use counter::*;
pub use desk::*;
pub use house::*;
pub use pay::*;
pub use problem::*;
pub use record::*;
pub use voucher::*;

/// One line per message:
///
/// ```
/// ui::texts! {
///     /// What a caller should know.
///     save: "保存", "Save";
///     greeting(name: &str): "{name}，您好", "Hello, {name}";
///     /// With a plural the first parameter is the count, and English has a form for one and a form for many.
///     records(count: u64): "{count} 条记录", "{count} record", "{count} records";
/// }
/// assert_eq!(save(kernel::Lang::En), "Save");
/// assert_eq!(records(kernel::Lang::En, 1), "1 record");
/// assert_eq!(records(kernel::Lang::En, 2), "2 records");
/// ```
///
/// Without parameters the function gives `&'static str`, with parameters `String`. `TEXTS` beside them lists all lines for
/// tests: name, Chinese, and the English forms.
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $(($($arg:ident: $type:ty),+ $(,)?))? : $zh:literal, $en:literal $(, $many:literal)? ;)+) => {
        $($crate::text_function! { [$(#[$doc])*] $name [$($($arg: $type),+)?] $zh, $en $(, $many)? })+

        /// Every line of this table: name, Chinese, English.
        #[allow(dead_code)]
        pub(crate) const TEXTS: &[(&str, &str, &[&str])] = &[$((stringify!($name), $zh, &[$en $(, $many)?])),+];
    };
}

/// One function of [`texts!`]; not for use by itself.
#[doc(hidden)]
#[macro_export]
macro_rules! text_function {
    ([$($doc:tt)*] $name:ident [] $zh:literal, $en:literal) => {
        $($doc)*
        #[must_use]
        pub const fn $name(lang: ::kernel::Lang) -> &'static str {
            lang.pick($zh, $en)
        }
    };
    ([$($doc:tt)*] $name:ident [$($arg:ident: $type:ty),+] $zh:literal, $en:literal) => {
        $($doc)*
        #[must_use]
        pub fn $name(lang: ::kernel::Lang, $($arg: $type),+) -> String {
            match lang {
                ::kernel::Lang::ZhCn => format!($zh),
                ::kernel::Lang::En => format!($en),
            }
        }
    };
    ([$($doc:tt)*] $name:ident [$count:ident: $count_type:ty $(, $arg:ident: $type:ty)*] $zh:literal, $one:literal, $many:literal) => {
        $($doc)*
        #[must_use]
        pub fn $name(lang: ::kernel::Lang, $count: $count_type $(, $arg: $type)*) -> String {
            match lang {
                ::kernel::Lang::ZhCn => format!($zh),
                ::kernel::Lang::En if $count == 1 => format!($one),
                ::kernel::Lang::En => format!($many),
            }
        }
    };
}

/// All tables of this crate, for tests.
#[cfg(test)]
pub(crate) const ALL: [&[(&str, &str, &[&str])]; 9] = [
    house::TEXTS,
    account::TEXTS,
    record::TEXTS,
    pay::TEXTS,
    problem::TEXTS,
    desk::TEXTS,
    booking::TEXTS,
    voucher::TEXTS,
    counter::TEXTS,
];

use kernel::Lang;

use crate::page::{Size, Theme};

#[must_use]
pub const fn size_name(lang: Lang, size: Size) -> &'static str {
    match size {
        Size::Standard => size_standard(lang),
        Size::Large => size_large(lang),
        Size::Huge => size_huge(lang),
    }
}

#[must_use]
pub const fn theme_name(lang: Lang, theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => theme_auto(lang),
        Theme::Light => theme_light(lang),
        Theme::Dark => theme_dark(lang),
    }
}

/// A language's name in itself.
#[must_use]
pub const fn language_name(lang: Lang) -> &'static str {
    lang.pick("中文", "English")
}

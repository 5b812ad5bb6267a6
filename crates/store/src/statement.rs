//! Statements, authored once with `?1` placeholders, and the registry of all of them.
//!
//! Text that is put together at run time is deliberately impossible: a statement is a static, so that a test can prepare
//! every one on every engine and show its plan for review.

/// Which of the two schemas a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellKind {
    Platform,
    City,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    pub name: &'static str,
    pub sql: &'static str,
    /// On PostgreSQL, the same for many rows at once: every place holds the values of a column as an array. Written only
    /// where a bench shows that it pays.
    pub set: Option<&'static str>,
}

impl Statement {
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, set: None }
    }

    #[must_use]
    pub const fn with_set(name: &'static str, sql: &'static str, set: &'static str) -> Self {
        Self { name, sql, set: Some(set) }
    }
}

/// Declares the statements of a file, and `ALL` of them for the registry.
macro_rules! statement {
    ($($vis:vis $name:ident = $sql:literal $(, set $set:literal)?;)+) => {
        $($vis static $name: $crate::Statement = $crate::statement::of!($name, $sql $(, $set)?);)+
        pub(crate) static ALL: &[&$crate::Statement] = &[$(&$name),+];
    };
}
macro_rules! of {
    ($name:ident, $sql:literal) => {
        $crate::Statement::new(stringify!($name), $sql)
    };
    ($name:ident, $sql:literal, $set:literal) => {
        $crate::Statement::with_set(stringify!($name), $sql, $set)
    };
}
pub(crate) use of;
pub(crate) use statement;

/// Every statement with the cell it runs in. Those that both cells know occur twice.
#[must_use]
pub fn statements() -> Vec<(CellKind, &'static Statement)> {
    let both = [crate::access::ALL, crate::once::ALL, crate::outbox::ALL];
    let platform = [
        crate::account::ALL,
        crate::code::ALL,
        crate::companion::ALL,
        crate::consent::ALL,
        crate::session::ALL,
        crate::staff::ALL,
        crate::staff_act::ALL,
    ];
    let city = [
        crate::answer::ALL,
        crate::arrival::ALL,
        crate::audit::ALL,
        crate::autopay::ALL,
        crate::booking::ALL,
        crate::booking::advance::ALL,
        crate::booking::audit::ALL,
        crate::booking::due::ALL,
        crate::booking::list::ALL,
        crate::callback::ALL,
        crate::card::ALL,
        crate::draw::ALL,
        crate::gate::ALL,
        crate::hold::write::ALL,
        crate::home::ALL,
        crate::ledger::ALL,
        crate::numbering::ALL,
        crate::payment::ALL,
        crate::payment::state::ALL,
        crate::payment::advance::ALL,
        crate::pool::ALL,
        crate::pool::edit::ALL,
        crate::pool::give_back::ALL,
        crate::pool::load::ALL,
        crate::pool::plan::ALL,
        crate::price::ALL,
        crate::receipt::ALL,
        crate::reconciliation::ALL,
        crate::refund::ALL,
        crate::settlement::ALL,
        crate::waiting::ALL,
    ];
    let of = |kind: CellKind, files: &[&'static [&'static Statement]]| {
        files.iter().flat_map(|all| all.iter()).map(|statement| (kind, *statement)).collect::<Vec<_>>()
    };
    [
        of(CellKind::Platform, &both),
        of(CellKind::Platform, &platform),
        of(CellKind::City, &both),
        of(CellKind::City, &city),
    ]
    .concat()
}

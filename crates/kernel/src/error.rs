//! What can go wrong, told three ways: to the citizen (`Kind` and `FieldError` become words in their language), to the
//! operator (the status and the code), and to the log (`private`, which never reaches a page).

use std::fmt;

use crate::{identifier::Mistake, lang::Lang};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing, or it is not this person's: the two look the same from outside.
    NotFound,
    /// Something that was typed is wrong. Each entry names a field, the mistake and the fix.
    Invalid(Vec<FieldError>),
    /// The thing changed meanwhile, or the act was done already. The code says which.
    Conflict(&'static str),
    /// Nobody is signed in.
    SignInNeeded,
    /// Signed in, but the real-name check is missing.
    RealNameNeeded,
    /// Signed in, and not allowed.
    Denied(&'static str),
    /// Too many tries; come back after so many seconds.
    TooMany { retry_after_s: u32 },
    /// A department or the store does not answer now.
    Unavailable(&'static str),
    /// Our own mistake.
    Internal,
}

/// One mistake in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub mistake: Mistake,
}

impl FieldError {
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        self.mistake.say(lang)
    }
}

/// An error on its way to a person. `Display` is the log's text and may name causes, never personal data.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: Kind,
    private: String,
}

impl Error {
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, private: String::new() }
    }

    /// Adds a cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        if !self.private.is_empty() {
            self.private.push_str(": ");
        }
        self.private.push_str(&cause.to_string());
        self
    }

    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Kind::Internal).because(cause)
    }

    #[must_use]
    pub fn field(field: &'static str, mistake: Mistake) -> Self {
        Self::new(Kind::Invalid(vec![FieldError { field, mistake }]))
    }

    /// The stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            Kind::NotFound => "not_found",
            Kind::Invalid(_) => "invalid",
            Kind::Conflict(code) | Kind::Denied(code) | Kind::Unavailable(code) => code,
            Kind::SignInNeeded => "sign_in_needed",
            Kind::RealNameNeeded => "real_name_needed",
            Kind::TooMany { .. } => "too_many",
            Kind::Internal => "internal",
        }
    }

    /// The HTTP status that pages and the API answer with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind {
            Kind::NotFound => 404,
            Kind::Invalid(_) => 422,
            Kind::Conflict(_) => 409,
            Kind::SignInNeeded => 401,
            Kind::RealNameNeeded | Kind::Denied(_) => 403,
            Kind::TooMany { .. } => 429,
            Kind::Unavailable(_) => 503,
            Kind::Internal => 500,
        }
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())?;
        if !self.private.is_empty() {
            write!(f, ": {}", self.private)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

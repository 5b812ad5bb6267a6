//! Sessions: who is signed in, by which token, on which device, and how that ends.

use kernel::{AccountId, Id, Lang, Result, Timestamp};

use crate::Platform;

/// The person behind a request, as found by their token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citizen {
    pub account: AccountId,
    pub session: Id,
    pub kind: SessionKind,
    /// The real-name check is passed.
    pub verified: bool,
    pub preferences: Preferences,
    /// Through which door they come: `web`, `api`.
    pub door: &'static str,
    pub signed_in_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A browser, by cookie.
    Web,
    /// An access token for the API.
    Token,
}

/// How the citizen wants pages to be. `None`: never chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub lang: Option<Lang>,
    pub size: Option<Size>,
    pub theme: Option<Theme>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($case:ident = $word:literal),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($case),+ }

        impl $name {
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }

            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$case),)+ _ => None }
            }
        }
    };
}

words!(
    /// The size of text.
    Size { Standard = "standard", Large = "large", Huge = "huge" }
);
words!(
    /// Light, dark, or as the phone is set.
    Theme { Auto = "auto", Light = "light", Dark = "dark" }
);

/// One signed-in device or access token, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    pub id: Id,
    pub label: String,
    pub kind: SessionKind,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

impl Platform {
    /// Who holds this token. Every signed-in request begins here.
    pub async fn citizen(&self, token: &str, door: &'static str) -> Result<Option<Citizen>> {
        let _ = (token, door);
        Err(kernel::Error::internal("not built yet"))
    }

    /// A new token for the same session; the old one stops working.
    pub async fn rotate(&self, citizen: &Citizen) -> Result<String> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn sign_out(&self, citizen: &Citizen) -> Result<()> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    /// Ends every session and token, this one too unless it is to be kept. Returns how many ended.
    pub async fn sign_out_everywhere(&self, citizen: &Citizen, keep_this: bool) -> Result<u64> {
        let _ = (citizen, keep_this);
        Err(kernel::Error::internal("not built yet"))
    }

    /// Ends one session of the citizen's own; false if there is no such session of theirs.
    pub async fn end_session(&self, citizen: &Citizen, id: Id) -> Result<bool> {
        let _ = (citizen, id);
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn sessions(&self, citizen: &Citizen) -> Result<Vec<SessionView>> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    /// A personal access token for the API. Shown once; listed among the sessions.
    pub async fn new_token(&self, citizen: &Citizen, label: &str) -> Result<String> {
        let _ = (citizen, label);
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn set_preferences(&self, citizen: &Citizen, preferences: Preferences) -> Result<()> {
        let _ = (citizen, preferences);
        Err(kernel::Error::internal("not built yet"))
    }
}

//! Sessions: who is signed in, by which token, on which device, and how that ends.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{AccountId, Id, Kind, Lang, Result, Timestamp};

use crate::{
    OnceKey, Platform,
    platform::{key_reused, once},
};

/// What an owner calls a device or a token; longer texts are cut.
const LABEL_CHARS_MAX: usize = 60;
/// So many uses of sessions are written at once, this often.
const TOUCHES_AT_ONCE: usize = 256;
const TOUCH_EVERY: Duration = Duration::from_millis(500);
/// More do not wait: they will come again.
const TOUCHES_MAX: usize = 65_536;

/// Who came lately is remembered for so long, and so many of them.
const SEEN_MS: i64 = 600_000;
const SEEN_MAX: usize = 65_536;

/// Who came lately, by the hash of their token.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<[u8; 32], (Citizen, Timestamp)>>);

impl Seen {
    fn note(&self, token: [u8; 32], citizen: &Citizen, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX && !seen.contains_key(&token) {
            seen.retain(|_, (_, at)| now.since_ms(*at) < SEEN_MS / 2);
            // All of them within minutes: half of them, whichever, make room.
            if seen.len() >= SEEN_MAX {
                let mut keep = false;
                seen.retain(|_, _| {
                    keep = !keep;
                    keep
                });
            }
        }
        seen.insert(token, (citizen.clone(), now));
    }

    fn of(&self, token: &[u8; 32], now: Timestamp) -> Option<Citizen> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (citizen, at) = seen.get(token)?;
        (0..SEEN_MS).contains(&now.since_ms(*at)).then(|| citizen.clone())
    }
}

/// Uses of sessions that are not written yet.
#[derive(Default)]
pub(crate) struct Touches(Mutex<Touched>);

#[derive(Default)]
struct Touched {
    waiting: HashMap<Id, Timestamp>,
    /// Somebody writes them, and will look again before they end.
    busy: bool,
}

impl Touches {
    fn lock(&self) -> MutexGuard<'_, Touched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody must be found who writes it.
    fn note(&self, session: Id, now: Timestamp) -> bool {
        let mut touched = self.lock();
        if touched.waiting.len() < TOUCHES_MAX {
            touched.waiting.insert(session, now);
        }
        !std::mem::replace(&mut touched.busy, true)
    }

    /// The next to be written; with none, whoever writes goes home.
    fn some(&self) -> Vec<(Id, Timestamp)> {
        let mut touched = self.lock();
        let some: Vec<_> = touched.waiting.iter().take(TOUCHES_AT_ONCE).map(|(id, at)| (*id, *at)).collect();
        for (id, _) in &some {
            touched.waiting.remove(id);
        }
        touched.busy = !some.is_empty();
        some
    }

    fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }
}

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
    /// How many people wait for their consent.
    pub asked_consents: u64,
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

impl From<store::SessionKind> for SessionKind {
    fn from(kind: store::SessionKind) -> Self {
        match kind {
            store::SessionKind::Web => Self::Web,
            store::SessionKind::Token => Self::Token,
        }
    }
}

impl Platform {
    /// Who holds this token. Every signed-in request begins here: one hash and one read.
    pub async fn citizen(&self, token: &str, door: &'static str) -> Result<Option<Citizen>> {
        let (hash, now) = (identity::token_hash(token), self.now());
        let Some(session) = self.inner.stores.platform().session(&hash, now).await? else {
            return Ok(None);
        };
        if now.since_ms(session.last_seen_at) >= i64::from(self.inner.limits.touch_s) * 1_000 {
            self.touch(session.id, now);
        }
        let word = session.preferences;
        let citizen = Citizen {
            account: session.account,
            session: session.id,
            kind: session.kind.into(),
            verified: session.verified,
            preferences: Preferences {
                lang: word.lang.as_deref().and_then(Lang::parse),
                size: word.size.as_deref().and_then(Size::parse),
                theme: word.theme.as_deref().and_then(Theme::parse),
            },
            door,
            signed_in_at: session.created_at,
            asked_consents: session.asked_consents,
        };
        self.inner.seen.note(hash, &citizen, now);
        Ok(Some(citizen))
    }

    /// Whose token this was a few minutes ago at most. Good for telling somebody to wait and for nothing else: the session
    /// may have ended since.
    #[must_use]
    pub fn seen_lately(&self, token: &str) -> Option<Citizen> {
        self.inner.seen.of(&identity::token_hash(token), self.now())
    }

    /// Nobody waits for this: a lost touch costs at most a minute of the session's idle time. Alone it is written at once;
    /// when thousands come within a second it waits, so that writing who came costs nothing of what they came for.
    fn touch(&self, session: Id, now: Timestamp) {
        if !self.inner.touches.note(session, now) {
            return;
        }
        let platform = self.clone();
        tokio::spawn(async move {
            loop {
                let some = platform.inner.touches.some();
                if some.is_empty() {
                    return;
                }
                let store = platform.inner.stores.platform();
                let written = some.into_iter().map(|(session, at)| store.touch(session, at));
                for written in futures_util::future::join_all(written).await {
                    if let Err(cause) = written {
                        tracing::warn!(%cause, "last use of a session is not written");
                    }
                }
                if platform.inner.touches.is_empty() {
                    continue;
                }
                tokio::time::sleep(TOUCH_EVERY).await;
            }
        });
    }

    /// A new token for the same session; the old one stops working.
    pub async fn rotate(&self, citizen: &Citizen) -> Result<String> {
        let (token, hash) = identity::token(&*self.inner.rng);
        let rotated = self.inner.stores.platform().rotate(citizen.session, hash).await?;
        if rotated { Ok(token) } else { Err(Kind::SignInNeeded.into()) }
    }

    pub async fn sign_out(&self, citizen: &Citizen) -> Result<()> {
        self.end_session(citizen, citizen.session).await.map(drop)
    }

    /// Ends every session and token, this one too unless it is to be kept. Returns how many ended.
    pub async fn sign_out_everywhere(&self, citizen: &Citizen, keep_this: bool) -> Result<u64> {
        let except = keep_this.then_some(citizen.session);
        Ok(self.inner.stores.platform().end_all_sessions(citizen.account, except).await?)
    }

    /// Ends one session of the citizen's own; false if there is no such session of theirs.
    pub async fn end_session(&self, citizen: &Citizen, id: Id) -> Result<bool> {
        Ok(self.inner.stores.platform().end_session(citizen.account, id).await?)
    }

    pub async fn sessions(&self, citizen: &Citizen) -> Result<Vec<SessionView>> {
        let sessions = self.inner.stores.platform().sessions(citizen.account, self.now()).await?;
        let view = |session: store::SessionInfo| SessionView {
            id: session.id,
            label: session.label,
            kind: session.kind.into(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            current: session.id == citizen.session,
        };
        Ok(sessions.into_iter().map(view).collect())
    }

    /// A personal access token for the API. Shown once; listed among the sessions. A repeat with the same key gives the
    /// same token, which is kept nowhere: it follows from the session's id and the vault.
    pub async fn new_token(&self, citizen: &Citizen, label: &str, key: OnceKey) -> Result<String> {
        let secret = |id: Id| identity::token_of(self.inner.vault.secret("token", &id.0));
        let (_, session) = self.new_session(SessionKind::Token, label);
        let once = once(citizen, &key, "new_token", &[&session.label]);
        let session = store::NewSession { token_hash: secret(session.id).1, ..session };
        let started = self.inner.stores.platform().start_session(citizen.account, session, Some(once)).await?;
        started.map(|id| secret(id).0).map_err(|_| key_reused())
    }

    pub(crate) fn new_session(&self, kind: SessionKind, label: &str) -> (String, store::NewSession) {
        let (token, token_hash) = identity::token(&*self.inner.rng);
        let (limits, now) = (&self.inner.limits, self.now());
        let (kind, idle_s, whole_s) = match kind {
            SessionKind::Web => (store::SessionKind::Web, limits.session_idle_s, limits.session_s),
            SessionKind::Token => (store::SessionKind::Token, limits.token_s, limits.token_s),
        };
        let label: String = label.trim().chars().filter(|c| !c.is_control()).take(LABEL_CHARS_MAX).collect();
        let id = Id::random(&*self.inner.rng);
        let expires_at = now.plus_s(whole_s.into());
        (token, store::NewSession { id, token_hash, kind, label, created_at: now, idle_s, expires_at })
    }

    pub async fn set_preferences(&self, citizen: &Citizen, preferences: Preferences) -> Result<()> {
        let words = store::Preferences {
            lang: preferences.lang.map(|lang| lang.tag().to_owned()),
            size: preferences.size.map(|size| size.word().to_owned()),
            theme: preferences.theme.map(|theme| theme.word().to_owned()),
        };
        self.inner.stores.platform().set_preferences(citizen.account, words).await?;
        Ok(())
    }
}

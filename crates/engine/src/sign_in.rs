//! Signing in: a phone number, a one-time code, a session.

use std::net::IpAddr;

use kernel::{
    Error, FieldError, Kind, Lang, Result,
    identifier::{Mistake, Phone, What, normalise},
};

use crate::{Citizen, Platform, SessionKind};

/// The field of a phone number, for sealing and for the index.
pub(crate) const PHONE: &str = "account.phone";

/// A code is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSent {
    pub phone_masked: String,
    /// Seconds until another code may be asked for.
    pub resend_after_s: u32,
    /// Seconds for which the code is good.
    pub expires_s: u32,
}

/// Where somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What the owner will recognise in the list of sessions: the family of browser and system.
    pub label: String,
    pub address: IpAddr,
    pub kind: SessionKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret for the cookie or the `Authorization` header. Shown to nobody else, stored only as a hash.
    pub token: String,
    pub citizen: Citizen,
    /// This phone had no account before.
    pub created: bool,
}

impl Platform {
    /// Sends a one-time code. The reply is the same whether or not the phone has an account.
    pub async fn send_code(&self, phone: &str, address: IpAddr, lang: Lang) -> Result<CodeSent> {
        let phone = Phone::parse(phone).map_err(|mistake| Error::field("phone", mistake))?;
        let (inner, now) = (&self.inner, self.now());
        self.take_address(address)?;
        let (index, code) = (inner.vault.index(PHONE, phone.expose()), identity::code(&*inner.rng));
        let minutes = inner.limits.code_s / 60;
        let text = match lang {
            Lang::ZhCn => format!("【市民之家】登录验证码 {code}，{minutes} 分钟内有效。工作人员不会向您索要验证码。"),
            Lang::En => {
                format!("[Shimin] Your sign-in code is {code}, good for {minutes} minutes. We never ask for it.")
            }
        };
        let account = inner.stores.platform().account_by_phone(&index).await?;
        let expires_at = now.plus_s(inner.limits.code_s.into());
        let message = self.sms(&phone, &text, account, expires_at);
        let send = store::SendCode {
            phone: index,
            code_hash: inner.vault.code_hash(index, &code),
            now,
            expires_at,
            wait_s: inner.limits.code_wait_s,
            day_max: inner.limits.code_day_max,
            message,
        };
        if let Err(store::TooSoon { retry_after_s }) = inner.stores.platform().send_code(send).await? {
            return Err(Kind::TooMany { retry_after_s }.into());
        }
        inner.bells.ring(None);
        Ok(CodeSent {
            phone_masked: phone.masked(),
            resend_after_s: inner.limits.code_wait_s,
            expires_s: inner.limits.code_s,
        })
    }

    /// Trades a code for a session; the first sign-in of a phone opens its account.
    pub async fn sign_in(&self, phone: &str, code: &str, device: Device) -> Result<SignedIn> {
        let mut mistakes = Vec::new();
        let phone = keep(&mut mistakes, "phone", Phone::parse(phone));
        let code = keep(&mut mistakes, "code", parse_code(code));
        let (Some(phone), Some(code)) = (phone, code) else { return Err(Kind::Invalid(mistakes).into()) };
        self.take_address(device.address)?;
        let (inner, now) = (&self.inner, self.now());
        let index = inner.vault.index(PHONE, phone.expose());
        let (token, session) = self.new_session(device.kind, &device.label);
        let id = session.id;
        let sign_in = store::SignIn {
            phone: index,
            phone_sealed: inner.vault.seal(&*inner.rng, PHONE, phone.expose().as_bytes()),
            code_hash: inner.vault.code_hash(index, &code),
            now,
            tries_max: inner.limits.code_tries_max,
            new_account: kernel::Id::random(&*inner.rng),
            session,
        };
        let refused = |mistake| Error::field("code", mistake);
        let signed_in = inner.stores.platform().sign_in(sign_in).await?.map_err(|why| match why {
            store::CodeRefused::Wrong { tries_left: 0 } | store::CodeRefused::Expired => refused(Mistake::CodeExpired),
            store::CodeRefused::Wrong { tries_left } => refused(Mistake::CodeWrong { tries_left }),
        })?;
        let door = match device.kind {
            SessionKind::Web => "web",
            SessionKind::Token => "api",
        };
        // Read back, because an account that existed before has its own preferences and real name.
        let citizen = self.citizen(&token, door).await?.ok_or_else(|| Error::new(Kind::SignInNeeded))?;
        debug_assert_eq!((citizen.account, citizen.session), (signed_in.account, id));
        Ok(SignedIn { token, citizen, created: signed_in.created })
    }

    /// Loopback is the machine itself: a reverse proxy, or a test of many citizens.
    pub(crate) fn take_address(&self, address: IpAddr) -> Result<()> {
        if address.is_loopback() { Ok(()) } else { self.inner.by_address.take(address, self.now()) }
    }
}

fn parse_code(text: &str) -> Result<String, Mistake> {
    let text = normalise(text);
    let got = text.chars().count();
    if got == 0 {
        return Err(Mistake::Empty("验证码 / code"));
    }
    if let Some(found) = text.chars().find(|c| !c.is_ascii_digit()) {
        return Err(Mistake::Character { what: What::Code, found });
    }
    if got == 6 { Ok(text) } else { Err(Mistake::Length { what: What::Code, wanted: "6", got }) }
}

/// Takes the value, or notes the mistake, so that all mistakes of a form are told at once.
pub(crate) fn keep<T>(mistakes: &mut Vec<FieldError>, field: &'static str, parsed: Result<T, Mistake>) -> Option<T> {
    parsed.map_err(|mistake| mistakes.push(FieldError { field, mistake })).ok()
}

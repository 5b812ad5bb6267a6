//! The citizen's own data: what the platform knows of them, a copy of it, and its end.

use kernel::{Error, Kind, Receipt, Result, Sealed, Timestamp, access::Purpose, mask};
use serde_json::json;

use crate::{
    Citizen, OnceKey, Platform,
    real_name::{NAME, RESIDENT_ID},
    sign_in::PHONE,
};

/// What the platform knows of a person, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileView {
    pub phone: String,
    pub name: Option<String>,
    pub resident_id: Option<String>,
    pub verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl Platform {
    pub async fn profile(&self, citizen: &Citizen) -> Result<ProfileView> {
        let (profile, receipt) = self.open_profile(citizen, Purpose::Profile).await?;
        let shown = |field, sealed: Option<&Sealed>, mask: fn(&str) -> String| {
            sealed.map(|sealed| self.open_text(field, sealed, &receipt).map(|text| mask(&text))).transpose()
        };
        Ok(ProfileView {
            phone: mask::phone(&self.open_text(PHONE, &profile.phone, &receipt)?),
            name: shown(NAME, profile.name.as_ref(), mask::name)?,
            resident_id: shown(RESIDENT_ID, profile.resident_id.as_ref(), mask::resident_id)?,
            verified_at: profile.verified_at,
            created_at: profile.created_at,
        })
    }

    /// Everything that is kept about the citizen, in clear, for the citizen.
    pub async fn export(&self, citizen: &Citizen) -> Result<serde_json::Value> {
        let (profile, receipt) = self.open_profile(citizen, Purpose::Export).await?;
        let clear =
            |field, sealed: Option<&Sealed>| sealed.map(|sealed| self.open_text(field, sealed, &receipt)).transpose();
        let mut cities = serde_json::Map::new();
        for (id, cell) in self.cells().await? {
            let held = self.held(citizen, &cell).await?;
            let cards: Vec<_> = held
                .iter()
                .map(|held| {
                    let own = held.view.relation == crate::Relation::Own;
                    json!({
                        "id": held.view.id,
                        "kind": held.view.kind,
                        "relation": held.view.relation.word(),
                        "title": held.view.title,
                        "whose": held.view.whose,
                        "bound_at": held.view.bound_at.rfc3339(),
                        // What the family's documents say is theirs, and not part of the citizen's copy.
                        "thing": own.then(|| json!(held.thing)),
                    })
                })
                .collect();
            if !cards.is_empty() {
                cities.insert(id.to_string(), json!({ "cards": cards }));
            }
        }
        let consents: Vec<_> = self
            .consents(citizen)
            .await?
            .iter()
            .map(|consent| {
                json!({
                    "id": consent.id,
                    "given": consent.direction == crate::Direction::Given,
                    "other": consent.other,
                    "kind": consent.kind,
                    "state": consent.state.word(),
                    "asked_at": consent.asked_at.rfc3339(),
                    "expires_at": consent.expires_at.rfc3339(),
                })
            })
            .collect();
        let sessions: Vec<_> = self
            .sessions(citizen)
            .await?
            .iter()
            .map(|session| json!({ "label": session.label, "created_at": session.created_at.rfc3339() }))
            .collect();
        Ok(json!({
            "account": citizen.account,
            "phone": clear(PHONE, Some(&profile.phone))?,
            "name": clear(NAME, profile.name.as_ref())?,
            "resident_id": clear(RESIDENT_ID, profile.resident_id.as_ref())?,
            "created_at": profile.created_at.rfc3339(),
            "verified_at": profile.verified_at.map(Timestamp::rfc3339),
            "cities": cities,
            "consents": consents,
            "sessions": sessions,
        }))
    }

    /// Ends the account: personal data goes, the log of whose data they read stays with those people.
    ///
    /// Cities go first and the account last, so that a deletion that breaks off can be repeated. Being repeatable
    /// already, it keeps nothing under its key: a kept outcome would be one more thing about a person who is gone.
    pub async fn delete_account(&self, citizen: &Citizen, _key: OnceKey) -> Result<()> {
        for (city, cell) in self.cells().await? {
            self.give_up_bookings(citizen, &city, &cell).await?;
            cell.forget(citizen.account).await?;
        }
        self.inner.stores.platform().delete_account(citizen.account).await?;
        Ok(())
    }

    async fn open_profile(&self, citizen: &Citizen, purpose: Purpose) -> Result<(store::Profile, Receipt)> {
        let access = self.access(citizen, citizen.account, purpose, None);
        let opened = self.inner.stores.platform().open_profile(access).await?;
        opened.ok_or_else(|| Kind::SignInNeeded.into())
    }

    pub(crate) fn open_text(&self, field: &'static str, sealed: &Sealed, receipt: &Receipt) -> Result<String> {
        String::from_utf8(self.inner.vault.open(field, sealed, receipt)?).map_err(Error::internal)
    }
}

//! Cards: the vehicles and licences that a citizen has bound in a city, their own or their family's.

use kernel::{CityId, Date, Id, Result, Timestamp, identifier::PlateKind};
use manifest::service::Subject;

use crate::{Citizen, OnceKey, Platform};

/// A bound vehicle or licence, as the person who bound it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    pub id: Id,
    pub kind: Subject,
    pub relation: Relation,
    pub state: CardState,
    /// The plate in full, or the licence number masked.
    pub title: String,
    /// Brand and colour of the vehicle, or class of the licence; may be empty.
    pub subtitle: String,
    /// Masked name of the person it belongs to, if that is not the citizen.
    pub whose: Option<String>,
    pub plate_kind: Option<PlateKind>,
    /// Licence class, for example C1.
    pub class: Option<String>,
    /// Licence: valid to. Vehicle: inspection valid to.
    pub valid_to: Option<Date>,
    pub bound_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The citizen's own.
    Own,
    /// Somebody else's, with their consent.
    Consent,
    /// A minor's, whose guardian the citizen is.
    Ward,
}

impl Relation {
    /// The word stored with the card and shown by the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Consent => "consent",
            Self::Ward => "ward",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Own, Self::Consent, Self::Ward].into_iter().find(|relation| relation.word() == word)
    }
}

/// Whether questions may be asked with the card. Checked again on every question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardState {
    InForce,
    /// The ward has turned 18: they speak for themselves now.
    WardGrownUp,
    /// The consent has run out.
    ConsentEnded,
}

/// A vehicle to bind, exactly as typed.
#[derive(Clone, Debug)]
pub struct VehicleForm<'a> {
    pub plate: &'a str,
    /// Two digits, for example `02`.
    pub plate_kind: &'a str,
    pub vin_tail: &'a str,
    pub whose: Whose<'a>,
}

/// A licence to bind, exactly as typed. Its number is the holder's resident ID, which is known already.
#[derive(Clone, Debug)]
pub struct LicenceForm<'a> {
    pub file_no: &'a str,
    pub whose: Whose<'a>,
}

/// Whose vehicle or licence it is.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Me,
    /// A minor's: `ward_name`, `ward_id` of the form.
    Ward {
        name: &'a str,
        resident_id: &'a str,
    },
    /// Of the person who gave this consent.
    Consent(Id),
}

impl Platform {
    /// The citizen's cards in a city, oldest first. Reading them is logged.
    pub async fn cards(&self, citizen: &Citizen, city: &CityId) -> Result<Vec<CardView>> {
        let _ = (citizen, city);
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn bind_vehicle(
        &self,
        citizen: &Citizen,
        city: &CityId,
        form: VehicleForm<'_>,
        once: OnceKey,
    ) -> Result<Id> {
        let _ = (citizen, city, form, once);
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn bind_licence(
        &self,
        citizen: &Citizen,
        city: &CityId,
        form: LicenceForm<'_>,
        once: OnceKey,
    ) -> Result<Id> {
        let _ = (citizen, city, form, once);
        Err(kernel::Error::internal("not built yet"))
    }

    /// Removes a card. `NotFound` if it is not the citizen's.
    pub async fn unbind(&self, citizen: &Citizen, city: &CityId, card: Id, once: OnceKey) -> Result<()> {
        let _ = (citizen, city, card, once);
        Err(kernel::Error::internal("not built yet"))
    }
}

//! What is sealed on a card: a vehicle, a licence, or an account at a biller, with the identifiers to ask with and what
//! its register said when it was bound.

use connector::Question;
use kernel::{Date, ServiceId, identifier::PlateKind, mask};
use manifest::{binding::Row, service::Subject};
use serde::{Deserialize, Serialize};

use crate::CardView;

/// What is sealed on a card: the identifiers to ask with, and what the register said when it was bound.
#[derive(Serialize, Deserialize)]
pub(crate) struct Face {
    pub(crate) thing: Thing,
    pub(crate) whose: Option<String>,
    /// A ward's, to know the day on which they grow up.
    pub(crate) born_on: Option<Date>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Thing {
    Vehicle {
        plate: String,
        plate_kind: PlateKind,
        vin_tail: String,
        #[serde(default)]
        brand: Option<String>,
        #[serde(default)]
        colour: Option<String>,
        #[serde(default)]
        inspection_to: Option<Date>,
    },
    Licence {
        licence_no: String,
        file_no: String,
        #[serde(default)]
        class: Option<String>,
        #[serde(default)]
        valid_to: Option<Date>,
    },
    /// An account at a biller. It belongs to one service.
    Customer {
        service: ServiceId,
        customer_no: String,
        holder_tail: String,
        /// Masked, as is the address.
        #[serde(default)]
        holder: Option<String>,
        #[serde(default)]
        address: Option<String>,
    },
}

impl Thing {
    pub(crate) const fn kind(&self) -> Subject {
        match self {
            Self::Vehicle { .. } => Subject::Vehicle,
            Self::Licence { .. } => Subject::Licence,
            Self::Customer { .. } => Subject::Customer,
        }
    }

    /// The values that a service's binding is filled from.
    pub(crate) fn question(&self) -> Question {
        match self {
            Self::Vehicle { plate, plate_kind, vin_tail, .. } => Question::new([
                ("plate", plate.clone()),
                ("plate_kind", plate_kind.code().to_owned()),
                ("vin_tail", vin_tail.clone()),
            ]),
            Self::Licence { licence_no, file_no, .. } => {
                Question::new([("licence_no", licence_no.clone()), ("file_no", file_no.clone())])
            }
            Self::Customer { customer_no, holder_tail, .. } => {
                Question::new([("customer_no", customer_no.clone()), ("holder_tail", holder_tail.clone())])
            }
        }
    }

    /// The text under which the thing is indexed.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::Vehicle { plate, plate_kind, vin_tail, .. } => format!("{plate}|{}|{vin_tail}", plate_kind.code()),
            Self::Licence { licence_no, file_no, .. } => format!("{licence_no}|{file_no}"),
            Self::Customer { service, customer_no, .. } => format!("{service}|{customer_no}"),
        }
    }

    /// Takes what the register said beside yes.
    pub(crate) fn describe(&mut self, row: &Row) {
        let text = |key: &str| row.get(key).map(manifest::Value::text).filter(|text| !text.is_empty());
        let day = |key: &str| text(key).and_then(|text| text.parse().ok());
        match self {
            Self::Vehicle { brand, colour, inspection_to, .. } => {
                (*brand, *colour, *inspection_to) = (text("brand"), text("colour"), day("inspection_to"));
            }
            Self::Licence { class, valid_to, .. } => (*class, *valid_to) = (text("class"), day("valid_to")),
            // Enough to tell two accounts apart; the rest stays with the biller.
            Self::Customer { holder, address, .. } => {
                *holder = text("holder").map(|name| mask::name(&name));
                // Some billers mask themselves; what they show is no more than what is shown here.
                *address = text("address").map(|one| if one.contains('*') { one } else { mask::address(&one) });
            }
        }
    }

    /// Writes what the holder sees; of a card that is no longer in force only what it is recognised by.
    pub(crate) fn show(&self, in_force: bool, view: &mut CardView) {
        match self {
            Self::Vehicle { plate, .. } if !in_force => view.title = mask::plate(plate),
            Self::Vehicle { plate, plate_kind, brand, colour, inspection_to, .. } => {
                view.title.clone_from(plate);
                view.subtitle = [brand, colour].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
                view.plate_kind = Some(*plate_kind);
                view.valid_to = *inspection_to;
            }
            Self::Licence { licence_no, class, valid_to, .. } => {
                view.title = mask::resident_id(licence_no);
                if in_force {
                    view.subtitle = class.clone().unwrap_or_default();
                    view.class.clone_from(class);
                    view.valid_to = *valid_to;
                }
            }
            Self::Customer { service, customer_no, address, .. } => {
                view.title = mask::tail(customer_no, 4);
                view.subtitle = address.clone().unwrap_or_default();
                view.service = Some(service.clone());
            }
        }
    }
}

//! Agreements to be debited, in a gateway's books.

use kernel::Timestamp;
use serde::Serialize;

use super::book::Book;

/// The payer's word that a shop may debit them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    pub shop: String,
    /// The shop's number and the gateway's.
    pub external_no: String,
    pub agreement_no: String,
    pub product: String,
    pub scene: String,
    /// No single debit is larger.
    pub limit_fen: Option<i64>,
    pub state: AgreementState,
    pub signed_at: Option<Timestamp>,
    pub notify_url: Option<String>,
    pub return_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementState {
    Asked,
    InForce,
    Ended,
}

impl Book {
    /// An agreement that is asked for. One that is there already keeps its state.
    pub(crate) fn ask_agreement(&mut self, asked: Agreement) -> Agreement {
        let same = |one: &&mut Agreement| one.shop == asked.shop && one.external_no == asked.external_no;
        match self.agreements.iter_mut().find(same) {
            Some(before) => {
                before.notify_url = asked.notify_url;
                before.return_url = asked.return_url;
                before.clone()
            }
            None => {
                self.agreements.push(asked.clone());
                asked
            }
        }
    }

    pub(crate) fn agreement(&self, of: impl Fn(&Agreement) -> bool) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| of(agreement))
    }

    /// Moves an agreement on, if it is in the state from which that is possible.
    pub(crate) fn move_agreement(
        &mut self,
        agreement_no: &str,
        from: AgreementState,
        to: AgreementState,
        now: Timestamp,
    ) -> Option<Agreement> {
        let agreement = self.agreements.iter_mut().find(|agreement| agreement.agreement_no == agreement_no)?;
        if agreement.state != from {
            return None;
        }
        agreement.state = to;
        if to == AgreementState::InForce {
            agreement.signed_at = Some(now);
        }
        Some(agreement.clone())
    }

    pub(crate) fn agreements(&self) -> &[Agreement] {
        &self.agreements
    }
}

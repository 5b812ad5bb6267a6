//! How far a payment is, and nothing else of it: for a page that waits. Nothing personal is opened here, so nothing of it
//! stands in the access log.

use capability::payment::State;
use kernel::{AccountId, Id};

use crate::{City, Result, statement::statement, value::values};

statement! {
    PAYMENT_STATE = "SELECT state FROM payment WHERE id = ?2 AND account = ?1";
}

impl City {
    /// The state of a payment of the account's own; `None` for everybody else.
    pub async fn payment_state(&self, account: AccountId, id: Id) -> Result<Option<State>> {
        let row = self.read_one(&PAYMENT_STATE, values![account, id]).await?;
        row.map(|row| row.word(0, State::parse)).transpose()
    }
}

//! How far payments are, and nothing else of them: for a page that waits, and for the line on the home page. Nothing
//! personal is opened here, so nothing of it stands in the access log.

use capability::payment::State;
use kernel::{AccountId, Id};

use crate::{City, Result, statement::statement, value::values};

statement! {
    PAYMENT_UNFINISHED = "SELECT id, state FROM payment
        WHERE account = ?1 AND state IN ('pending', 'paid', 'posting') ORDER BY number DESC LIMIT 1";
    PAYMENT_STATE = "SELECT state FROM payment WHERE id = ?2 AND account = ?1";
}

impl City {
    /// The account's newest payment that has not come to an end.
    pub async fn unfinished_payment(&self, account: AccountId) -> Result<Option<(Id, State)>> {
        let row = self.read_one(&PAYMENT_UNFINISHED, values![account]).await?;
        row.map(|row| Ok((row.id(0)?, row.word(1, State::parse)?))).transpose()
    }

    /// The state of a payment of the account's own; `None` for everybody else.
    pub async fn payment_state(&self, account: AccountId, id: Id) -> Result<Option<State>> {
        let row = self.read_one(&PAYMENT_STATE, values![account, id]).await?;
        row.map(|row| row.word(0, State::parse)).transpose()
    }
}

//! What a city keeps for an account, at one look: which cards, which bookings are ahead, which payment is under way. A home
//! page that three reads would be made of is one. Nothing personal is opened here, so nothing of it stands in the access log.

use capability::payment::State;
use kernel::{AccountId, Id, Index};

use crate::{CardInfo, City, Result, statement::statement, value::values};

statement! {
    HOME = "SELECT id, kind, relation, subject, consent, bound_at AS at FROM card WHERE account = ?1
        UNION ALL SELECT id, 'booking', '', NULL, NULL, seq FROM booking
            WHERE account = ?1 AND state IN ('held', 'booked', 'paid', 'checked_in')
        UNION ALL SELECT b.id, 'asked', '', NULL, NULL, b.seq FROM booking_party p JOIN booking b ON b.seq = p.booking
            WHERE p.person = ?2 AND b.state = 'held'
        UNION ALL SELECT id, 'payment', state, NULL, NULL, number FROM payment
            WHERE account = ?1 AND state IN ('pending', 'paid', 'posting')";
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtHome {
    /// In the order in which they were bound.
    pub cards: Vec<CardInfo>,
    /// What takes something, whether or not its time is over, the newest first.
    pub bookings: Vec<Id>,
    /// What is held and is the person's to agree to, whoever made it.
    pub asked: Vec<Id>,
    /// The newest payment that has not come to an end.
    pub unfinished: Option<(Id, State)>,
}

impl City {
    /// With `person`, what others ask them to agree to as well.
    pub async fn at_home(&self, account: AccountId, person: Option<Index>) -> Result<AtHome> {
        let rows = self.read(&HOME, values![account, person.as_ref()]).await?;
        // Cards in the order in which they were bound; of everything else the oldest first.
        let mut rows = rows.into_iter().map(|row| Ok((row.int(5)?, row.id(0)?, row))).collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|(at, id, _)| (*at, *id));
        let mut home = AtHome::default();
        for (_, id, row) in &rows {
            match row.text(1)?.as_str() {
                "booking" => home.bookings.push(*id),
                "asked" => home.asked.push(*id),
                "payment" => home.unfinished = Some((*id, row.word(2, State::parse)?)),
                _ => home.cards.push(CardInfo::read(row)?),
            }
        }
        home.bookings.reverse();
        home.asked.dedup();
        Ok(home)
    }
}

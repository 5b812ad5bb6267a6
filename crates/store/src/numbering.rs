//! The key by which a city shuffles the numbers of its bookings. It is drawn once, and goes wherever the bookings go.

use capability::booking::number::Numbering;
use kernel::Rng;

use crate::{Cell, Error, Result, Row, statement::statement, value::values};

statement! {
    NUMBERING_KEEP = "INSERT INTO numbering (one, key) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
    NUMBERING_FIND = "SELECT key FROM numbering WHERE one = 1";
}

fn read(row: &Row) -> Result<Numbering> {
    let key = row.blob(0)?.try_into().map_err(|_| Error::Corrupt("a numbering of another length".into()))?;
    Ok(Numbering::new(key))
}

/// The city's, drawn now if it has none.
pub(crate) async fn of(cell: &Cell, rng: &dyn Rng) -> Result<Numbering> {
    if let Some(row) = cell.read_one(&NUMBERING_FIND, values![]).await? {
        return read(&row);
    }
    let mut key = [0; 16];
    rng.fill(&mut key);
    cell.execute(&NUMBERING_KEEP, values![&key[..]]).await?;
    let row = cell.read_one(&NUMBERING_FIND, values![]).await?.ok_or(Error::Missing("numbering"))?;
    read(&row)
}

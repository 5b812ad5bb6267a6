//! Vouchers: signed with the key that signs the city's receipts, so that a gate needs one key for both.

use capability::booking::voucher::{PlaceKey, Show, Voucher};
use kernel::{CityId, Error, Result, ServiceId, Timestamp};
use ledger::note::Wrong;

use crate::Platform;

const MINUTE_MS: i64 = 60_000;

/// What stands on a voucher.
#[derive(Clone, Debug)]
pub struct VoucherFacts<'a> {
    /// The booking's twelve digits.
    pub number: &'a str,
    pub service: &'a ServiceId,
    pub place: &'a str,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// How many people it lets in.
    pub persons: u16,
    /// What the gate has to see.
    pub at_gate: Vec<Show>,
}

impl Platform {
    /// The text of a booking's QR code: digits, the same every time it is shown.
    pub fn voucher(&self, city: &CityId, facts: VoucherFacts<'_>) -> Result<String> {
        let unwritable = || Error::internal("a booking that no voucher can carry");
        let voucher = Voucher {
            city_code: self.city_code(city)?,
            number: facts.number.to_owned(),
            place: PlaceKey::of(facts.service.as_str(), facts.place),
            // Outwards to whole minutes, at both ends: nobody is turned away over a second.
            starts_at: Timestamp(facts.starts_at.0.div_euclid(MINUTE_MS) * MINUTE_MS),
            ends_at: Timestamp(-(-facts.ends_at.0).div_euclid(MINUTE_MS) * MINUTE_MS),
            persons: u8::try_from(facts.persons).map_err(Error::internal)?,
            at_gate: facts.at_gate,
        };
        voucher.sign(&self.signer(city)?).ok_or_else(unwritable)
    }

    /// What a voucher of this city says, if it is genuine. `text` is normalised already.
    pub fn read_voucher(&self, city: &CityId, text: &str) -> Result<std::result::Result<Voucher, Wrong>> {
        let (code, signer) = (self.city_code(city)?, self.signer(city)?);
        let read = Voucher::verify(text, signer.public());
        Ok(read.and_then(|voucher| if voucher.city_code == code { Ok(voucher) } else { Err(Wrong::Key) }))
    }

    fn city_code(&self, city: &CityId) -> Result<u32> {
        let catalogue = self.catalogue();
        let pack = catalogue.city(city.as_str()).ok_or(kernel::Kind::NotFound)?;
        pack.city.code.parse().map_err(Error::internal)
    }
}

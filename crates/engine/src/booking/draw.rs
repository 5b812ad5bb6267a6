//! Draws by lot, for days that everybody wants: claims are collected before the release, the hash of the seed is published
//! before the first of them, and everything else after the last, so that anybody can recompute who won.
//!
//! What follows from a draw is done in the order of the lots, one claim after the other, and each step can be repeated: a
//! process that dies in the middle is followed by one that finds what was granted and goes on.

use capability::booking::{Refusal, limit, lottery, plan, pool::Door};
use kernel::{CityId, Date, Error, Id, Index, Kind, Result, ServiceId, Timestamp, access::Purpose};
use manifest::booking::BookingKind;
use store::{DrawClaim, DrawInfo, DrawRefused, EnterDraw, JoinWaiting, NewDraw};

use super::{hold::HoldForm, offer::SITTING, wish::Wish};
use crate::{Citizen, Platform, platform::need_real_name, real_name::PERSON};

const SEED: &str = "booking.seed";
/// A draw is announced this long before its first claim.
const ANNOUNCED_MS: i64 = 24 * 3_600_000;
/// A claim is for what was chosen, and then for what is nearest to it on that day.
const WISHES_MAX: usize = 8;

/// A draw as everybody may see it.
#[derive(Clone, Debug)]
pub struct DrawView {
    pub service: ServiceId,
    pub place: String,
    pub on: Date,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// SHA-256 of the seed, in hexadecimal.
    pub commitment: String,
    pub drawn: Option<Drawn>,
}

/// Everything that is needed to recompute it.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub at: Timestamp,
    pub seed: String,
    pub beacon: String,
    /// Ascending, in the order in which they are hashed.
    pub claims: Vec<Id>,
    /// By their lots.
    pub order: Vec<Id>,
}

/// A claim of the citizen's in a draw.
#[derive(Clone, Debug)]
pub struct DrawEntry {
    pub id: Id,
    pub service: ServiceId,
    pub place: String,
    pub on: Date,
    pub closes_at: Timestamp,
    /// The place in the draw, from 1 on, once it is drawn.
    pub lot: Option<usize>,
    pub of: usize,
    /// What was won.
    pub booking: Option<Id>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(info: &DrawInfo) -> DrawView {
    DrawView {
        service: info.service.clone(),
        place: info.place.clone(),
        on: info.on,
        opens_at: info.opens_at,
        closes_at: info.closes_at,
        commitment: hex(&info.commitment),
        drawn: info.result.as_ref().zip(info.drawn_at).map(|(draw, at)| Drawn {
            at,
            seed: hex(&draw.seed),
            beacon: hex(&draw.beacon),
            claims: draw.claims.clone(),
            order: draw.order.clone(),
        }),
    }
}

impl Platform {
    /// The draw of a place and day, for everybody to see and to recompute.
    pub async fn draw(&self, city: &CityId, service: &ServiceId, place: &str, on: Date) -> Result<DrawView> {
        let offered = self.offered(city, service)?;
        offered.place(place)?;
        let cell = self.inner.stores.city(city).await?;
        let info = cell.draw_of(service, place, on).await?.ok_or(Kind::NotFound)?;
        Ok(shown(&info))
    }

    /// Puts the citizen's claim into the draw of its day.
    pub async fn enter_draw(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        form: &HoldForm<'_>,
    ) -> Result<std::result::Result<Id, Refusal>> {
        need_real_name(citizen)?;
        let cell = self.inner.stores.city(city).await?;
        let wanted = self.wanted(city, service, form, Door::Online).await?;
        let (on, now) = (wanted.starts_at.date(), self.now());
        if let Err(refusal) = lottery::check(&wanted.profile, &wanted.offered.catalogue.calendar, on, now) {
            return Ok(Err(refusal));
        }
        let info = cell.draw_of(service, form.at.place, on).await?.ok_or(Kind::NotFound)?;
        let persons = self.persons(citizen, &wanted).await?;
        if let Some(refusal) = self.may_come(&wanted, &persons).await? {
            return Ok(Err(refusal));
        }
        let mut indexes = Vec::with_capacity(persons.len());
        for (who, _) in &persons {
            indexes.push(self.inner.vault.index(PERSON, who.resident(now.date())?.expose()));
        }
        let wishes = self.wishes(city, &wanted).await?;
        let wish = Wish::of(&wanted, persons);
        let entered = cell.enter_draw(EnterDraw {
            draw: info.id,
            id: Id::random(&*self.inner.rng),
            account: citizen.account,
            persons: indexes,
            wishes,
            detail: self.seal_wish(&wish)?,
            at: now,
        });
        Ok(match entered.await? {
            Ok(id) | Err(DrawRefused::AlreadyIn(id)) => Ok(id),
            Err(DrawRefused::NotYet { opens_at }) => Err(Refusal::TooEarly { opens_at }),
            Err(DrawRefused::Closed { closes_at }) => Err(Refusal::TooLate { closed_at: closes_at }),
            Err(DrawRefused::NoSuchDraw) => return Err(Kind::NotFound.into()),
        })
    }

    /// The pool that was chosen, then those of the same place and day that are nearest to it.
    async fn wishes(&self, city: &CityId, wanted: &super::claim::Wanted<'_>) -> Result<Vec<i64>> {
        let chosen = wanted.pools.last().ok_or(Kind::NotFound)?;
        let pools = self.pools_known(city, &wanted.offered.service.id).await?;
        let alike = |info: &&store::PoolInfo| {
            let takes =
                wanted.offered.offer.place(&info.pool.place).and_then(|place| place.resource(&info.pool.resource));
            info.number != chosen.number
                && info.pool.place == chosen.pool.place
                && info.pool.on == chosen.pool.on
                && info.pool.part == chosen.pool.part
                && takes.is_none_or(|(_, resource)| resource.takes(&wanted.names.matter))
        };
        let mut alike: Vec<&store::PoolInfo> = match wanted.kind()? {
            BookingKind::Appointment => pools.iter().filter(alike).collect(),
            BookingKind::Ticket | BookingKind::Coach => Vec::new(),
        };
        alike.sort_by_key(|info| (info.pool.starts_at.0.abs_diff(chosen.pool.starts_at.0), info.number));
        let rest = alike.into_iter().map(|info| info.number).take(WISHES_MAX - 1);
        Ok(std::iter::once(chosen.number).chain(rest).collect())
    }

    /// Takes the claim out again, before the draw is closed.
    pub async fn leave_draw(&self, citizen: &Citizen, city: &CityId, claim: Id) -> Result<()> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let own = cell.draw_claims_of_account(citizen.account).await?;
        let draw = own.iter().find(|own| own.id == claim).map(|own| own.draw).ok_or(Kind::NotFound)?;
        if cell.leave_draw(draw, citizen.account, claim).await? {
            Ok(())
        } else {
            Err(Kind::Conflict("draw_closed").into())
        }
    }

    /// The citizen's claims in draws, and what came of them.
    pub async fn draw_entries(&self, citizen: &Citizen, city: &CityId) -> Result<Vec<DrawEntry>> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let own = cell.draw_claims_of_account(citizen.account).await?;
        if own.is_empty() {
            return Ok(Vec::new());
        }
        let access = self.access(citizen, citizen.account, Purpose::Booking, None);
        cell.record_access(vec![access]).await?;
        let mut entries = Vec::with_capacity(own.len());
        for claim in own {
            let Some(info) = cell.draw(claim.draw).await? else { continue };
            let order = info.result.as_ref().map(|draw| draw.order.as_slice()).unwrap_or_default();
            let booking = cell.booking_facts(claim.id).await?.map(|facts| facts.id);
            entries.push(DrawEntry {
                id: claim.id,
                lot: order.iter().position(|one| *one == claim.id).map(|at| at + 1),
                of: order.len(),
                service: info.service,
                place: info.place,
                on: info.on,
                closes_at: info.closes_at,
                booking,
            });
        }
        Ok(entries)
    }

    /// Announces the draws of the days ahead, and draws those whose time is up.
    pub(crate) async fn draws_due(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        const MANY: u32 = 16;
        let mut done = 0;
        for id in cell.draws_to_close(self.now(), MANY).await? {
            done += usize::from(self.draw_lots(city, cell, id).await?);
        }
        Ok(done)
    }

    /// Part of rolling pools forward: every drawn day has its draw before the first claim.
    pub(crate) async fn announce_draws(&self, city: &CityId, cell: &store::City) -> Result<()> {
        let (catalogue, now) = (self.catalogue(), self.now());
        let Some(pack) = catalogue.city(city.as_str()) else { return Ok(()) };
        let (rules, calendar) = (&catalogue.rules.booking, &catalogue.calendar);
        for (service, offer) in &pack.offers {
            let until_on = plan::until_on(offer, rules, calendar, now);
            for place in &offer.place {
                let Some(profile) = rules.profile_on(now.date(), offer.profile_of(place)) else { continue };
                let mut on = now.date();
                while profile.lottery.is_some() && on <= until_on {
                    if let Some((opens_at, closes_at)) = lottery::window(profile, calendar, on)
                        && now < closes_at
                        && now >= opens_at.plus_ms(-ANNOUNCED_MS)
                        && cell.draw_of(service, &place.id, on).await?.is_none()
                    {
                        self.announce_draw(cell, service, &place.id, on, (opens_at, closes_at)).await?;
                    }
                    on = limit::plus_days(on, 1);
                }
            }
        }
        Ok(())
    }

    async fn announce_draw(
        &self,
        cell: &store::City,
        service: &ServiceId,
        place: &str,
        on: Date,
        (opens_at, closes_at): (Timestamp, Timestamp),
    ) -> Result<()> {
        let mut seed = [0; 32];
        self.inner.rng.fill(&mut seed);
        let new = NewDraw {
            id: Id::random(&*self.inner.rng),
            service: service.clone(),
            place: place.to_owned(),
            on,
            commitment: lottery::commit(&seed),
            seed: self.inner.vault.seal(&*self.inner.rng, SEED, &seed),
            opens_at,
            closes_at,
        };
        let info = cell.open_draw(new).await?;
        tracing::info!(%service, place, %on, commitment = hex(&info.commitment), "a draw is announced");
        Ok(())
    }

    async fn draw_lots(&self, city: &CityId, cell: &store::City, id: Id) -> Result<bool> {
        let Some(closed) = cell.close_draw(id, self.now()).await? else { return Ok(false) };
        let seed: [u8; 32] = self
            .inner
            .vault
            .process(SEED, &closed.seed, |bytes| bytes.try_into())?
            .map_err(|_| Error::internal("the seed of a draw"))?;
        let drawn = lottery::draw(seed, &[], closed.claims.iter().map(|claim| claim.id).collect());
        for (lot, id) in (0..).zip(&drawn.order) {
            let Some(claim) = closed.claims.iter().find(|claim| claim.id == *id) else { continue };
            self.grant_lot(city, cell, claim, lot).await?;
        }
        let kept = cell.keep_draw(id, &drawn, self.now()).await?;
        tracing::info!(draw = %id, claims = drawn.claims.len(), "lots are drawn");
        Ok(kept)
    }

    /// The first of a claim's wishes that can be had; a place on the list of its first wish, if none can.
    async fn grant_lot(&self, city: &CityId, cell: &store::City, claim: &DrawClaim, lot: u32) -> Result<()> {
        let (Some(account), Some(sealed)) = (claim.account, &claim.detail) else { return Ok(()) };
        if cell.booking_facts(claim.id).await?.is_some() {
            return Ok(());
        }
        let wish = self.read_wish(sealed)?;
        for (place, number) in claim.wishes.iter().enumerate() {
            let wish = match cell.pool(*number).await? {
                Some(info) if place > 0 && info.pool.part == SITTING => wish.instead(&info.pool),
                Some(_) => wish.clone(),
                None => continue,
            };
            match self.hold_wish(city, cell, &wish, account, claim.id, None).await? {
                Ok(_) => return Ok(()),
                Err(Refusal::SoldOut { .. } | Refusal::Taken { .. } | Refusal::Stopped | Refusal::OverQuota { .. }) => {
                }
                Err(refusal) => {
                    tracing::info!(code = refusal.code(), "a lot that may not be used");
                    return Ok(());
                }
            }
        }
        let Some(pool) = claim.wishes.first() else { return Ok(()) };
        let person = wish.person(&self.inner.vault, self.now())?;
        cell.join_waiting(JoinWaiting {
            id: claim.id,
            pool: *pool,
            account,
            person,
            units: 1,
            lot: Some(lot),
            detail: sealed.clone(),
            at: self.now(),
            until_at: wish.starts_at(),
        })
        .await?;
        Ok(())
    }
}

impl Wish {
    /// Whose it is, whatever account they use.
    fn person(&self, vault: &identity::Vault, now: Timestamp) -> Result<Index> {
        let first = self.first().ok_or_else(|| Error::internal("a wish for nobody"))?;
        Ok(vault.index(PERSON, first.resident(now.date())?.expose()))
    }
}

// Booking, as a citizen does it: from the signed-in home to the voucher, the first of everything that is free. Whatever is
// tapped is counted; typing is not, nor what the cashier asks.
import { expect } from '@playwright/test';
import { CITY } from './city.js';

export const HOSPITAL = { tile: '挂号就诊', id: 'hospital-registration' };
export const POLICE = { id: 'police-appointment' };
export const TICKET = { id: 'attraction-ticket' };
export const COACH = { id: 'coach-ticket' };

/** A link to the check of something that is free, and a link to the next choice before it. */
const UNIT = 'main a[href*="/book/check?"]';
const STEP = 'main ul.rows a[href*="/book?"]';
/** Choices that come before a unit: matter, place, section. */
const STEPS_MAX = 5;

export class Desk {
  constructor(citizen) {
    Object.assign(this, { citizen, page: citizen.page, taps: 0 });
  }

  async tap(locator) {
    this.taps += 1;
    await locator.click();
    await this.page.waitForLoadState('load');
  }

  /** The tile on the home page. */
  async opens({ id }) {
    await this.citizen.home();
    await this.tap(this.page.locator(`main a.tile[href$="/${id}/book"]`));
  }

  /** The first of everything, to the page that is checked. */
  async choosesTheFirst() {
    for (let i = 0; i < STEPS_MAX; i++) {
      const unit = this.page.locator(UNIT).first();
      if (await unit.count()) return this.tap(unit);
      await this.tap(this.page.locator(STEP).first());
    }
    throw new Error(`nothing to book on ${this.page.url()}`);
  }

  /** The one button of the check page. */
  async books() {
    await expect(this.page).toHaveURL(/\/book\/check\?/);
    await this.tap(this.page.locator('form.card button.wide'));
  }

  /** A booking of the person, made without looking at taps; its path. `chosen`: what the address says of it already. */
  async has(service, chosen = '') {
    await this.page.goto(`/${this.citizen.city}/s/${service.id}/book${chosen && `?${chosen}`}`);
    await this.choosesTheFirst();
    await this.books();
    return new URL(this.page.url()).pathname;
  }
}

/** What the code of a booking says, as the open API tells its owner. */
export async function voucherOf(citizen, path) {
  const made = await (await citizen.post('/me/tokens', { label: 'scanner' })).text();
  const [, token] = made.match(/<code translate="no">([^<]+)</);
  const answer = await citizen.context.request.get(`/api/v1/cities${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status()).toBe(200);
  return answer.json();
}

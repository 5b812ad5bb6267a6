// What every journey begins with: a house per worker, persons of its own, and a watch over every browser that is opened.
import { test as base, expect } from '@playwright/test';
import { Citizen } from './citizen.js';
import { Clerk, OFFICE } from './clerk.js';
import { AREA } from './city.js';
import { House } from './house.js';
import { People, fits } from './people.js';
import { watch } from './watch.js';

export { expect };

export const test = base.extend({
  /** When the house opens, for journeys that need a morning or a certain day: `test.use({ at: '2026-11-26T09:05' })`. */
  at: [undefined, { scope: 'worker', option: true }],

  /** Further words of its command line. */
  more: [[], { scope: 'worker', option: true }],

  house: [async ({ at, more }, use) => {
    const house = await House.start({ at, more });
    await use(house);
    await house.stop();
  }, { scope: 'worker', timeout: 40_000 }],

  people: [async ({ house }, use) => use(new People(house, AREA)), { scope: 'worker' }],

  /** Somebody who is signed in elsewhere since the worker began: a phone gets one code a minute, and this is the first. */
  twin: [async ({ house, people, playwright }, use) => {
    const person = await people.cast(fits.anybody);
    const request = await playwright.request.newContext({ baseURL: house.url });
    await new Citizen(house, { request }, null, person).isSignedIn();
    const twin = { person, at: Date.now(), state: await request.storageState() };
    await request.dispose();
    await use(twin);
  }, { scope: 'worker', auto: true }],

  baseURL: async ({ house }, use) => use(house.url),

  // Nothing may go wrong unseen: scripts, the console, strangers' addresses and the content policy, in any journey.
  watched: [async ({ house }, use) => {
    const complaints = [];
    const before = await house.cspReports();
    await use((context) => watch(context, house, complaints));
    expect.soft(complaints, 'errors on pages').toEqual([]);
    expect.soft(await house.cspReports() - before, 'reports about the content policy').toBe(0);
  }, { auto: true }],

  context: async ({ context, house, watched }, use) => {
    watched(context);
    await house.dates(context);
    await use(context);
  },

  /** Opens a browser of its own for a person: `await citizen(person)`. */
  citizen: async ({ house, browser, watched }, use) => {
    const contexts = [];
    await use(async (person, options = {}) => {
      const { city, ...rest } = options;
      const context = await browser.newContext({ baseURL: house.url, ...rest });
      contexts.push(context);
      watched(context);
      await house.dates(context);
      return new Citizen(house, context, await context.newPage(), person, city);
    });
    for (const context of contexts) await context.close();
  },

  /** Opens a browser of its own for a member of staff: `await clerk('treasurer')`. `at`: what its clock shows, if not the house's time. */
  clerk: async ({ house, browser, watched }, use) => {
    const contexts = [];
    await use(async (role, { at, ...options } = {}) => {
      const context = await browser.newContext({ baseURL: house.url, viewport: OFFICE, ...options });
      contexts.push(context);
      watched(context);
      await house.dates(context, at);
      return new Clerk(house, context, await context.newPage(), role);
    });
    for (const context of contexts) await context.close();
  },
});

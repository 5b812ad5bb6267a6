// Every page of the staff desk, with the member of staff whose room it is: for the bars that hold on all of them, and for
// the pictures. A refund of a payment that was really made is asked for first, so that the pages show something.
import { expect } from '@playwright/test';
import { CITY, VIOLATIONS } from './city.js';
import { OFFICE } from './clerk.js';
import { carOf, fits } from './people.js';
import { eventually } from './house.js';

export const DESK_LOOKS = {
  office: { context: { colorScheme: 'light', viewport: OFFICE }, cookies: {}, tapPx: 44 },
  dark: { context: { colorScheme: 'dark', viewport: OFFICE }, cookies: {}, tapPx: 44 },
  tablet: { context: { colorScheme: 'light', viewport: { width: 768, height: 1024 } }, cookies: { lang: 'en' }, tapPx: 44 },
  phone: { context: { colorScheme: 'light', viewport: { width: 360, height: 780 } }, cookies: { size: 'huge' }, tapPx: 60 },
};

/** A fine that a citizen has paid at the sandbox's cashier: the citizen, and the number of the payment. */
export async function paidFine(people, citizen) {
  const me = await citizen(await people.cast(fits.driver));
  await me.isVerified();
  await me.hasCar(carOf(me.person));
  await me.page.goto(`/${CITY}/s/${VIOLATIONS.id}/ask`);
  await me.page.locator('a.btn[href*="/pay/"]').first().click();
  const form = me.page.locator('form[action*="/pay/"]').first();
  // A house that has just started is still opening its shops at the sandbox; the page says so and offers to try again.
  await eventually('a way to pay', async () => (await form.count()) > 0 || (await me.page.reload(), false), 60_000);
  const action = await form.getAttribute('action');
  const fields = await form.evaluate((it) => Object.fromEntries(new FormData(it)));
  // The way to the cashier leads off the page; it is followed beside the browser, as a phone's wallet would.
  const opened = await me.context.request.post(action, { form: fields, maxRedirects: 0 });
  expect(opened.status()).toBe(303);
  const number = opened.headers().location.split('?')[0].split('/').pop();
  await me.page.goto(`/${CITY}/payments/${number}`);
  const cashier = await fetch(await me.page.locator(`a[href^="${me.house.sandbox}"]`).first().getAttribute('href'));
  const paid = await fetch(cashier.url, { method: 'POST', body: new URLSearchParams({ act: 'pay' }) });
  expect(paid.status).toBeLessThan(400);
  await eventually('the fine is booked', async () => {
    await me.page.reload();
    return (await me.page.getByRole('heading', { level: 1 }).textContent()).includes('缴好了');
  }, 30_000);
  return { me, number };
}

/** One browser for each role, all signed in; nobody's beside them. */
export async function staffBrowsers(clerk, look) {
  const open = async (role) => {
    const one = await clerk(role, look.context);
    const cookies = Object.entries(look.cookies).map(([name, value]) => ({ name, value, url: one.house.url }));
    if (cookies.length) await one.context.addCookies(cookies);
    return one;
  };
  const nobody = await open('treasurer');
  const roles = ['treasurer', 'refund-clerk', 'refund-approver', 'operator', 'auditor', 'counter', 'scheduler'];
  const signedIn = [];
  for (const role of roles) signedIn.push([role, await (await open(role)).isSignedIn()]);
  return { nobody, ...Object.fromEntries(signedIn) };
}

const yesterday = () => new Date(Date.now() - 86_400_000 + 28_800_000).toISOString().slice(0, 10);

/** All pages: whose browser, its address below the city or its whole path, its pattern, and the status that it has. */
export function deskPages(number) {
  const payment = `payments/${number}`;
  const decide = async (one) => {
    await one.hasSteppedUp();
    await one.opens('refunds');
    return one.page.locator('a[href$="/decide"]').first().getAttribute('href');
  };
  const disable = async (one) => {
    await one.hasSteppedUp();
    await one.opens('staff');
    return one.page.locator('a[href$="/disable"]').first().getAttribute('href');
  };
  const send = (action) => async ({ page }) => {
    await page.locator(`form[action$="${action}"] button.wide`).click();
    await page.waitForSelector('#errors');
    // The text is there before the style sheet that it is measured with.
    await page.waitForLoadState('load');
  };
  const link = (room, part) => async (one) => {
    await one.opens(room);
    return one.page.locator(`main a[href*="${part}"]`).first().getAttribute('href');
  };
  const pool = link('schedule', '/pools/');
  // The one who asks is not the one who decides.
  const price = async (one) => {
    await one.hasSteppedUp();
    await one.opens('prices');
    return one.page.locator('main a[href*="/prices/"]').first().getAttribute('href');
  };
  return [
    { name: 'desk-counter', who: 'counter', below: 'counter' },
    { name: 'desk-counter-mistake', who: 'counter', below: 'counter', then: send('/counter') },
    { name: 'desk-queue', who: 'counter', below: 'queue' },
    { name: 'desk-hall', who: 'counter', below: 'hall' },
    { name: 'desk-walk-in', who: 'counter', below: 'walk-in' },
    { name: 'desk-day', who: 'counter', below: 'day' },
    { name: 'desk-gate-choose', who: 'counter', below: 'gate' },
    // Its script asks how things stand, and keeps the page and what it needs for when there is no network.
    { name: 'desk-gate', who: 'counter', find: link('gate', '/gate/'), like: '/desk/x/gate/y/z', requests: 6 },
    { name: 'desk-schedule', who: 'scheduler', below: 'schedule' },
    { name: 'desk-sitting', who: 'scheduler', below: 'sitting' },
    { name: 'desk-pool', who: 'scheduler', find: pool, like: '/desk/x/pools/y' },
    { name: 'desk-pool-edit', who: 'scheduler', find: async (one) => `${await pool(one)}/edit`, like: '/desk/x/pools/y/edit' },
    { name: 'desk-pool-stop', who: 'scheduler', find: async (one) => `${await pool(one)}/stop`, like: '/desk/x/pools/y/stop', first: (one) => one.hasSteppedUp() },
    { name: 'desk-figures', who: 'scheduler', below: 'figures' },
    { name: 'desk-prices', who: 'scheduler', below: 'prices' },
    { name: 'desk-price-decide', who: 'treasurer', find: price, like: '/desk/x/prices/y' },
    { name: 'desk-sign-in', who: 'nobody', path: '/desk/sign-in' },
    { name: 'desk-sign-in-mistake', who: 'nobody', path: '/desk/sign-in', then: send('/desk/sign-in') },
    { name: 'desk-step-up', who: 'refund-clerk', path: '/desk/step-up' },
    { name: 'desk-home', who: 'treasurer', path: `/desk/${CITY}` },
    { name: 'desk-me', who: 'treasurer', path: '/desk/me' },
    { name: 'desk-breaks', who: 'treasurer', below: 'breaks' },
    { name: 'desk-refunds', who: 'treasurer', below: 'refunds' },
    { name: 'desk-find', who: 'refund-clerk', below: 'payments' },
    { name: 'desk-find-none', who: 'refund-clerk', below: 'payments?number=none', status: 422 },
    { name: 'desk-payment', who: 'refund-clerk', below: payment },
    { name: 'desk-refund-ask', who: 'refund-clerk', below: `${payment}/refund` },
    { name: 'desk-refund-decide', who: 'refund-approver', find: decide, like: '/desk/x/payments/y/refunds/z/decide' },
    { name: 'desk-settlements', who: 'treasurer', below: 'settlements' },
    { name: 'desk-settlements-today', who: 'treasurer', below: `settlements?day=${new Date(Date.now() + 28_800_000).toISOString().slice(0, 10)}` },
    { name: 'desk-close', who: 'treasurer', below: `settlements/${yesterday()}/close`, first: (one) => one.hasSteppedUp() },
    { name: 'desk-providers', who: 'operator', below: 'providers' },
    { name: 'desk-staff', who: 'operator', below: 'staff' },
    { name: 'desk-staff-disable', who: 'operator', find: disable, like: '/desk/x/staff/y/disable' },
    { name: 'desk-acts', who: 'auditor', below: 'acts' },
    { name: 'desk-forbidden', who: 'auditor', below: 'refunds', status: 403 },
    { name: 'desk-not-found', who: 'treasurer', below: 'breaks/none', status: 404 },
  ];
}

export const pathOf = (entry, one) => entry.path ?? (entry.below && one.below(entry.below)) ?? entry.find(one);

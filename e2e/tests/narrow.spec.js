// The smallest phone, the largest letters, no mouse and no script: days, half-hours and seats are still to be had.
import { test, expect } from '../lib/test.js';
import { axe, overflowPx, smallTargets } from '../lib/bars.js';
import { COACH, HOSPITAL } from '../lib/booking.js';
import { CITY } from '../lib/city.js';
import { tabTo } from '../lib/keyboard.js';
import { fits } from '../lib/people.js';

const SMALLEST = { width: 320, height: 640 };
const adult = (person) => fits.anybody(person) && new Date().getFullYear() - Number(person.resident_id.slice(6, 10)) >= 20;
const h1 = (page) => page.getByRole('heading', { level: 1 });

const someone = async (people, citizen, house) => {
  const me = await citizen(await people.cast(adult), { viewport: SMALLEST, javaScriptEnabled: false });
  await me.context.addCookies([{ name: 'size', value: 'huge', url: house.url }]);
  await me.isVerified();
  return me;
};

/** The page as it stands, in a browser whose scripts are on: axe is one. The page's own are left out. */
const mistakes = async (page) => {
  const reader = await page.context().browser().newContext({ viewport: SMALLEST, baseURL: new URL(page.url()).origin });
  const copy = await reader.newPage();
  const html = await page.content();
  const ticked = await page.locator('input:checked').evaluateAll((boxes) => boxes.map((box) => box.id));
  await copy.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await copy.route(page.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }));
  await copy.goto(page.url());
  for (const id of ticked) await copy.evaluate((box) => { document.getElementById(box).checked = true; }, id);
  const found = await axe(copy);
  await reader.close();
  return found;
};

/** Usable as it stands: nothing too wide, nothing too small for a finger, no accessibility mistake, letters of 30 px. */
const holds = async (page, what) => {
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), what).toBe('30px');
  expect(await overflowPx(page), `${what}: px too wide`).toBeLessThanOrEqual(0);
  expect(await smallTargets(page, 60), what).toEqual([]);
  expect(await mistakes(page), what).toEqual([]);
};

const enters = async (page, selector) => {
  await tabTo(page, selector, { css: true });
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
};

test('A doctor by day and half-hour', async ({ people, citizen, house }) => {
  const { page } = await someone(people, citizen, house);
  await page.goto(`/${CITY}/s/${HOSPITAL.id}/book?place=jinyang-general&section=respiratory`);
  await holds(page, 'the strip of days and the half-hours');
  const other = page.locator('.days a:not([aria-current])').first();
  const day = new URL(await other.getAttribute('href'), house.url).searchParams.get('on');
  await enters(page, '.days a:not([aria-current])');
  expect(new URL(page.url()).searchParams.get('on')).toBe(day);
  await holds(page, 'another day');
  await tabTo(page, '跳过日期');
  await page.keyboard.press('Enter');
  await enters(page, 'main a[href*="/book/check?"]');
  await expect(h1(page)).toHaveText('核对后预约');
  await holds(page, 'the check');
  await enters(page, 'form.card button.wide');
  await expect(h1(page)).toHaveText('约好了');
  await holds(page, 'the voucher');
});

test('A seat: in letters of this size the map is a list of places', async ({ people, citizen, house }) => {
  const { page } = await someone(people, citizen, house);
  await page.goto(`/${CITY}/s/${COACH.id}/book?place=south-station&section=south-lines&from=taiyuan&to=pingyao`);
  await holds(page, 'the trips');
  await enters(page, 'main a[href*="/book/check?"]');
  await holds(page, 'the seats');
  await tabTo(page, /^3B/);
  await page.keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: /^3B/ })).toBeChecked();
  await enters(page, 'form.card button.wide');
  await expect(page).toHaveURL(new RegExp(`^${house.sandbox}`));
  await page.goto(`/${CITY}/bookings`);
  await enters(page, 'main ul.rows a');
  await expect(page.locator('main')).toContainText('座位 3B');
  await holds(page, 'the hold');
});

test('A seat on the map, in ordinary letters, and the same seats as a list', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(adult), { viewport: SMALLEST, javaScriptEnabled: false });
  await me.isVerified();
  const { page } = me;
  await page.goto(`/${CITY}/s/${COACH.id}/book?place=south-station&section=south-lines&from=taiyuan&to=pingyao`);
  await enters(page, 'main a[href*="/book/check?"]');
  const across = () => page.evaluate(() => {
    const tops = [...document.querySelectorAll('.seat-row:nth-child(3) .seat')].map((seat) => seat.getBoundingClientRect().top);
    return Math.max(...tops) - Math.min(...tops);
  });
  expect(await across(), 'a row of the vehicle is a row on the screen').toBeLessThan(2);
  expect(await overflowPx(page)).toBeLessThanOrEqual(0);
  await tabTo(page, /^排成列表/);
  await page.keyboard.press('Space');
  expect(await across(), 'one below the other').toBeGreaterThan(40);
  expect(await overflowPx(page)).toBeLessThanOrEqual(0);
  expect(await mistakes(page)).toEqual([]);
  await tabTo(page, /^5A/);
  await page.keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: /^5A/ })).toBeChecked();
});

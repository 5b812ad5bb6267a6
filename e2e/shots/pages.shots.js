// Every page as a citizen sees it: at 360 px in light, dark and the largest text, and on a wide screen; and the picture of
// the README, three pages side by side.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, expect } from '../lib/test.js';
import { PHONE } from '../lib/browser.js';
import { CITY, VIOLATIONS } from '../lib/city.js';
import { DESK_LOOKS, deskPages, paidFine, pathOf, staffBrowsers } from '../lib/desk-pages.js';
import { LOOKS, browsers, pages } from '../lib/every-page.js';
import { ROOT } from '../lib/house.js';

const OUT = process.env.SHIMIN_SHOTS || join(ROOT, 'target/shots');
const README = join(ROOT, 'docs/shots/readme.png');
const README_BYTES_MAX = 300_000;

const { light, dark, elder } = LOOKS;
const WIDE = { context: { colorScheme: 'light', viewport: { width: 1280, height: 900 } }, cookies: {} };

for (const [name, look] of Object.entries({ light, dark, elder, wide: WIDE })) {
  test(`pictures: ${name}`, async ({ house, people, citizen }) => {
    await mkdir(join(OUT, name), { recursive: true });
    const who = await browsers(citizen, people, look);
    for (const entry of pages(house)) {
      const one = who[entry.who];
      await entry.first?.(one);
      await one.page.goto(entry.path ?? await entry.find(one));
      await entry.then?.(one);
      // Pictures that wait until they are scrolled to.
      for (const img of await one.page.locator('main img').all()) {
        await img.scrollIntoViewIfNeeded();
        await expect.poll(() => img.evaluate((it) => it.complete)).toBe(true);
      }
      await one.page.evaluate(() => scrollTo(0, 0));
      await one.page.screenshot({ path: join(OUT, name, `${entry.name}.png`), fullPage: true });
    }
    await house.allWell();
  });
}

for (const [name, look] of Object.entries(DESK_LOOKS)) {
  test(`pictures of the desk: ${name}`, async ({ people, citizen, clerk }) => {
    test.setTimeout(420_000);
    await mkdir(join(OUT, `desk-${name}`), { recursive: true });
    const { number } = await paidFine(people, citizen);
    const who = await staffBrowsers(clerk, look);
    const asker = who['refund-clerk'];
    await asker.context.request.post(`${asker.below('payments')}/${number}/refund`, { form: { amount: '1', reason: '处罚决定已撤销' } });
    for (const entry of deskPages(number)) {
      const one = who[entry.who];
      await entry.first?.(one);
      await one.page.goto(await pathOf(entry, one));
      await entry.then?.(one);
      await one.page.screenshot({ path: join(OUT, `desk-${name}`, `${entry.name}.png`), fullPage: true });
    }
  });
}

test('the picture of the README', async ({ people, citizen, browser }) => {
  const me = await citizen(await people.role('driver-with-open-violations'), { deviceScaleFactor: 1 });
  await me.isVerified();
  await me.hasCar(me.person.vehicles[0]);
  await me.hasLicence();
  const paths = [`/${CITY}`, `/${CITY}/s/${VIOLATIONS.id}/ask`, '/me/access'];
  // The figures on the home page are those of answers that were given.
  for (const id of [VIOLATIONS.id, 'driver-violation', 'licence-points', 'driver-medical-exam']) await me.get(`/${CITY}/s/${id}/ask`);
  const shots = [];
  for (const path of paths) {
    await me.page.goto(path);
    shots.push((await me.page.screenshot()).toString('base64'));
  }
  const context = await browser.newContext({ viewport: { width: 1200, height: PHONE.height + 80 }, deviceScaleFactor: 1 });
  const sheet = await context.newPage();
  await sheet.setContent(`<style>
    body { margin: 0; height: 100vh; display: flex; align-items: center; justify-content: center; gap: 28px; background: #e9edf1; }
    img { width: ${PHONE.width}px; height: ${PHONE.height}px; border-radius: 24px; box-shadow: 0 0 0 1px #c5ced6; }
  </style>${shots.map((shot) => `<img alt="" src="data:image/png;base64,${shot}">`).join('')}`);
  await sheet.waitForFunction(() => [...document.images].every((img) => img.complete));
  const png = await sheet.screenshot();
  await context.close();
  expect(png.length).toBeLessThan(README_BYTES_MAX);
  await mkdir(join(ROOT, 'docs/shots'), { recursive: true });
  const known = await readFile(README).catch(() => Buffer.alloc(0));
  if (!known.equals(png)) await writeFile(README, png);
});

// The bars that hold on every page of the desk, in every look: no accessibility mistake, nothing too wide, nothing too small
// to tap, nothing too heavy, no request too many.
import { execFileSync } from 'node:child_process';
import { test, expect } from '../lib/test.js';
import { BINARY } from '../lib/house.js';
import { DESK_LOOKS, deskPages, paidFine, pathOf, staffBrowsers } from '../lib/desk-pages.js';
import { Wire, axe, overflowPx, smallTargets } from '../lib/bars.js';

const PAGE_BYTES_MAX = 80 * 1024;
const REQUESTS_MAX = 3;

let paid;

for (const [name, look] of Object.entries(DESK_LOOKS)) {
  test(`Every page of the desk holds the bars: ${name}`, async ({ house, people, citizen, clerk }) => {
    test.setTimeout(420_000);
    // One payment for all looks: its refund waits for whoever decides.
    paid ??= await paidFine(people, citizen);
    const who = await staffBrowsers(clerk, { ...look, context: { ...look.context, serviceWorkers: 'block' } });
    await who['refund-clerk'].context.request.post(`${who['refund-clerk'].below('payments')}/${paid.number}/refund`, { form: { amount: '1', reason: '处罚决定已撤销' } });
    // And a price: the desk opens at the first place that charges anything.
    const desk = who.scheduler;
    await desk.opens('prices');
    const asked = await desk.page.locator('form[action$="/prices"]:has([name=reason])').evaluate((it) => Object.fromEntries(new FormData(it)));
    const nextWeek = new Date(Date.now() + 7 * 86_400_000 + 28_800_000).toISOString().slice(0, 10);
    await desk.context.request.post(desk.below('prices'), { form: { ...asked, price: '66', from_on: nextWeek, reason: '旺季票价（样例）' } });
    const wires = {};
    for (const [key, one] of Object.entries(who)) wires[key] = await Wire.of(one);
    const found = [];
    for (const entry of deskPages(paid.number)) {
      const complain = (line) => found.push(`${entry.name}: ${line}`);
      const one = who[entry.who];
      await entry.first?.(one);
      const path = await pathOf(entry, one);
      await one.context.clearCookies({ name: 'desk-css' });
      await wires[entry.who].firstVisit();
      await one.page.goto(path);
      const status = await one.page.evaluate(() => performance.getEntriesByType('navigation')[0].responseStatus);
      if (status !== (entry.status ?? 200)) complain(`status ${status}`);
      const seen = await wires[entry.who].seen(one.page);
      // The little calendar in a date's field is the browser's own drawing.
      const asked = seen.urls.filter((url) => !url.startsWith('data:'));
      if (asked.length > (entry.requests ?? REQUESTS_MAX)) complain(`${asked.length} requests: ${asked.join(' ')}`);
      if (seen.document > PAGE_BYTES_MAX) complain(`${seen.document} bytes`);
      await entry.then?.(one);
      // The text is there before the style sheet that it is measured with.
      await one.page.waitForLoadState('load');
      const wide = await overflowPx(one.page);
      if (wide > 0) complain(`${wide} px too wide`);
      for (const target of await smallTargets(one.page, look.tapPx)) complain(`too small to tap: ${target}`);
      for (const mistake of await axe(one.page)) complain(mistake);
    }
    await house.allWell();
    expect(found).toEqual([]);
  });
}

test('There is no route to a page of the desk that the bars leave out', async () => {
  const routes = JSON.parse(execFileSync(BINARY, ['routes', '--json'], { encoding: 'utf8' }));
  // A file, a table for spreadsheets, lines for a script, and pages of breaks, treasury refunds and bookings, which the crate's own tests show.
  const elsewhere = ['/desk', '/desk/assets/{name}', '/desk/{city}/settlements/{day}/table.csv', '/desk/{city}/payments/{payment}/refunds/{refund}/complete', '/desk/{city}/bookings/{booking}', '/desk/{city}/gate/{service}/{place}/state'];
  const table = routes.filter((row) => row.door === 'desk' && row.method === 'GET' && !elsewhere.includes(row.path)).map((row) => row.path);
  const walked = deskPages('y').map((entry) => (entry.path ?? entry.like ?? `/desk/x/${entry.below}`).split('?')[0]);
  const fits = (pattern, path) => {
    const [a, b] = [pattern.split('/'), path.split('/')];
    return a.length === b.length && a.every((part, i) => part.startsWith('{') || part === b[i]);
  };
  for (const pattern of table) expect(walked.some((path) => fits(pattern, path)), pattern).toBe(true);
});

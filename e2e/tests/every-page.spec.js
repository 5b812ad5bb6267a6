// The bars that hold on every page, in every look: no accessibility mistake, nothing too wide, nothing too small to tap,
// nothing too heavy, no request too many, and no stranger asked.
import { execFileSync } from 'node:child_process';
import { test, expect } from '../lib/test.js';
import { BINARY } from '../lib/house.js';
import { LOOKS, browsers, pages } from '../lib/every-page.js';
import { Wire, axe, overflowPx, smallTargets } from '../lib/bars.js';

const HOME_BYTES_MAX = 14 * 1024;
const PAGE_BYTES_MAX = 25 * 1024;
const SCRIPT_BYTES_MAX = 8 * 1024;
const REQUESTS_MAX = 3;

test.describe.configure({ mode: 'parallel' });

for (const [name, look] of Object.entries(LOOKS)) {
  // One browser with a worker of the service kind would answer from its cache; weights are of first visits.
  test(`Every page holds the bars: ${name}`, async ({ house, people, citizen }) => {
    test.setTimeout(360_000);
    const who = await browsers(citizen, people, { ...look, context: { ...look.context, serviceWorkers: 'block' } });
    const wires = {};
    for (const [key, one] of Object.entries(who)) wires[key] = await Wire.of(one);
    const found = [];
    const weights = [];
    for (const entry of pages(house)) {
      const complain = (line) => found.push(`${entry.name}: ${line}`);
      const one = who[entry.who];
      const wire = wires[entry.who];
      // Getting there is not the page.
      await entry.first?.(one);
      const path = entry.path ?? await entry.find(one);
      await wire.firstVisit();
      await one.page.goto(path);
      const status = await one.page.evaluate(() => performance.getEntriesByType('navigation')[0].responseStatus);
      if (status !== (entry.status ?? 200)) complain(`status ${status}`);
      const seen = await wire.seen(one.page);
      weights.push(`${entry.name} ${seen.document}`);
      if (seen.count > REQUESTS_MAX) complain(`${seen.count} requests: ${seen.urls.join(' ')}`);
      if (seen.document > (entry.home ? HOME_BYTES_MAX : PAGE_BYTES_MAX)) complain(`${seen.document} bytes`);
      if (seen.script > SCRIPT_BYTES_MAX) complain(`${seen.script} bytes of script`);
      await entry.then?.(one);
      // The text is there before the style sheet that it is measured with.
      await one.page.waitForLoadState('load');
      const wide = await overflowPx(one.page);
      if (wide > 0) complain(`${wide} px too wide`);
      for (const target of await smallTargets(one.page, look.tapPx)) complain(`too small to tap: ${target}`);
      for (const mistake of await axe(one.page)) complain(mistake);
    }
    await test.info().attach('bytes of documents', { body: weights.join('\n') });
    await house.allWell();
    expect(found).toEqual([]);
  });
}

test('There is no route to a page that the bars leave out', async ({ house }) => {
  const routes = JSON.parse(execFileSync(BINARY, ['routes', '--json'], { encoding: 'utf8' }));
  const files = ['/assets/{name}', '/sw.js', '/manifest.webmanifest', '/favicon.ico', '/robots.txt', '/{city}/s/{service}/evidence/{card}/{row}',
    '/{city}/bookings/{booking}/state', '/{city}/bookings/{booking}/calendar.ics', '/{city}/s/{service}/draw.json', '/{city}/payments/{payment}/state', '/{city}/payments/{payment}/receipt.json'];
  const table = routes.filter((row) => row.door === 'web' && row.method === 'GET' && !files.includes(row.path)).map((row) => row.path);
  const walked = pages(house).map((entry) => (entry.path ?? entry.like).split('?')[0]);
  const fits = (pattern, path) => {
    const [a, b] = [pattern.split('/'), path.split('/')];
    return a.length === b.length && a.every((part, i) => part.startsWith('{') || part === b[i]);
  };
  const literal = (path) => !path.includes('{');
  for (const pattern of table) {
    const hit = walked.some((path) => fits(pattern, path) && (literal(pattern) || !table.some((other) => literal(other) && other === path)));
    expect(hit, pattern).toBe(true);
  }
});

// A city that the code has never seen: files in a directory, made as docs/adding-a-city.md says, and its services in a browser.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test, expect } from '../lib/test.js';
import { Citizen } from '../lib/citizen.js';
import { BINARY, House, PACKS } from '../lib/house.js';
import { People, carOf, fits, openOf } from '../lib/people.js';
import { watch } from '../lib/watch.js';
import { CITY } from '../lib/city.js';

const run = promisify(execFile);
const NEW = 'lakeside';
const NAME = '湖滨市';
const CODE = '149900';
const PLATE = '晋Z';

test('A city is a directory: made from another one, opened, and walked through', async ({ browser }) => {
  const directory = await mkdtemp(join(tmpdir(), 'shimin-packs-'));
  const packs = join(directory, 'packs');
  await cp(PACKS, packs, { recursive: true });
  let house;
  const complaints = [];
  try {
    let bound;
    await test.step('make the files, and open the city', async () => {
      await run(BINARY, ['pack', 'new', NEW, '--like', CITY, '--name', NAME, '--name-en', 'Lakeside', '--code', CODE, '--plate', PLATE, '--packs', packs]);
      const [file, bindings] = [join(packs, 'cities', NEW, 'city.toml'), join(packs, 'cities', NEW, 'bindings.toml')];
      const model = (await readFile(join(PACKS, 'cities', CITY, 'city.toml'), 'utf8'));
      const [, modelName, modelEn] = model.match(/name = \{ zh-CN = "(.+?)市", en = "(.+?)" \}/);
      const [, modelCode] = model.match(/code = "(\d{6})"/);
      // What a person edits by hand: the state, and every department's name and address.
      const city = (await readFile(file, 'utf8')).replace('state = "soon"', 'state = "open"').replace(/hue = \d+/, 'hue = 280');
      await writeFile(file, city);
      bound = (await readFile(bindings, 'utf8'))
        .replaceAll(modelCode, CODE).replaceAll(modelName, '湖滨').replaceAll(modelEn, 'Lakeside');
      await writeFile(bindings, bound);
      const { stdout } = await run(BINARY, ['pack', 'check', packs, '--json']);
      expect(JSON.parse(stdout).filter((finding) => finding.severity === 'error')).toEqual([]);
    });

    house = await House.start({ packs });
    const people = new People(house, CODE);
    const person = await people.cast(fits.household);
    const context = await browser.newContext({ baseURL: house.url });
    watch(context, house, complaints);
    const me = new Citizen(house, context, await context.newPage(), person, NEW);
    const { page } = me;

    await test.step('it is found among the cities', async () => {
      await page.goto('/cities');
      await page.getByRole('link', { name: NAME }).click();
      await expect(page).toHaveTitle(new RegExp(`^${NAME}市民之家`));
      await expect(page.locator('html')).toHaveClass(/hue-280/);
    });

    await me.isVerified();
    await me.hasCar();
    await me.hasLicence();
    // Bills are asked by account: every service about one names the company whose customer is meant.
    const accounts = [...bound.matchAll(/^\[biller\.([a-z-]+)\]/gm)].map(([, service]) => service);
    expect(accounts.length, 'the city has bills to pay').toBeGreaterThanOrEqual(6);
    for (const service of accounts) {
      const [, company] = bound.match(new RegExp(`\\[service\\.${service}\\]\\ndepartment = "([a-z-]+)"`));
      await me.hasAccount(service, company);
    }

    await test.step('every service that it lists answers from its own departments', async () => {
      await page.goto(`/${NEW}/services`);
      const services = await page.locator('main ul.rows a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(services.length).toBeGreaterThanOrEqual(10);
      for (const service of services) {
        await page.goto(service);
        const asks = page.getByRole('link', { name: '开始查询' });
        // What is booked is the city's own stock: it begins with what there is.
        await asks.or(page.getByRole('link', { name: '开始预约' })).click();
        if (new URL(page.url()).pathname.endsWith('/ask')) {
          await expect(page.locator('.source'), service).toContainText('数据来自湖滨');
        } else {
          await expect(page.locator('main li a').first(), service).toBeVisible();
        }
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      }
    });

    await test.step('and the answer is the truth of that city', async () => {
      const car = carOf(person);
      expect(car.plate.startsWith(PLATE)).toBe(true);
      await me.home();
      await page.locator('.tiles a').first().click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${openOf(car).length} 条违法待处理`);
      for (const violation of car.violations.slice(0, 5)) await expect(page.getByText(violation.place).first()).toBeVisible();
      await page.goto('/me/access');
      await expect(page.getByText(`${NAME} · `).first()).toBeVisible();
    });

    await test.step('a broken edit does not take it down', async () => {
      const file = join(packs, 'cities', NEW, 'city.toml');
      await writeFile(file, (await readFile(file, 'utf8')).replace('state = "open"', 'state = "open'));
      await new Promise((done) => setTimeout(done, 3_000));
      expect((await page.goto(`/${NEW}`)).status()).toBe(200);
      await expect(page.locator('.tiles a').first()).toBeVisible();
    });
    await context.close();
  } finally {
    await house?.stop();
    await rm(directory, { recursive: true, force: true });
  }
  expect(complaints).toEqual([]);
});

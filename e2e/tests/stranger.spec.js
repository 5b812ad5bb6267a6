// Nobody sees what is somebody else's: not by form, not by address, not by guessing.
import { test, expect } from '../lib/test.js';
import { CITY, VIOLATIONS } from '../lib/city.js';
import { carOf, fits } from '../lib/people.js';

const said = (page) => page.locator('#plate-error').textContent();

test("A stranger's car is refused in the same words as a car that does not exist", async ({ people, citizen }) => {
  const [mine, theirs] = [await people.cast(fits.owner), await people.cast(fits.owner)];
  const me = await citizen(mine);
  await me.isVerified();
  const { page } = me;
  await page.goto(`/${CITY}/cards/vehicle`);
  await me.addsCar(carOf(theirs));
  await expect(page.locator('#errors')).toBeFocused();
  const refused = await said(page);
  await expect(page.getByLabel('车牌号')).toHaveValue(carOf(theirs).plate);

  const nobodys = { ...carOf(mine), plate: '晋AZZ9Z9', vin_tail: '999999' };
  await me.addsCar(nobodys);
  await expect(page.getByLabel('车牌号')).toHaveValue(nobodys.plate);
  expect(await said(page), 'nobody can find out which cars exist').toBe(refused);
});

test("Another citizen's card, record and photograph are 404, by every address", async ({ people, citizen }) => {
  const owner = await citizen(await people.cast(fits.driver));
  await owner.isVerified();
  await owner.hasCar();
  await owner.page.goto(`/${CITY}/s/${VIOLATIONS.id}/ask`);
  const record = await owner.page.locator('.record a').first().getAttribute('href');
  const card = record.split('/').at(-2);
  expect((await owner.get(record)).status()).toBe(200);
  const evidence = record.replace('/ask/', '/evidence/');

  const other = await citizen(await people.cast(fits.driver));
  await other.isVerified();
  await other.hasCar();
  const nobody = await citizen(null);
  const addresses = [
    `/${CITY}/s/${VIOLATIONS.id}/ask?card=${card}`,
    `/${CITY}/s/${VIOLATIONS.id}/ask?card=${card}&again=1`,
    record,
    evidence,
    `/${CITY}/cards/${card}/unbind`,
  ];
  for (const address of addresses) {
    const answer = await other.get(address);
    expect(answer.status(), address).toBe(404);
    expect(await answer.text()).not.toContain(carOf(owner.person).plate);
    await nobody.page.goto(address);
    await expect(nobody.page, 'whoever is not signed in is sent to sign in').toHaveURL(/\/sign-in\?to=/);
  }
  await other.post(`/${CITY}/cards/${card}/unbind`, {}, 404);
  await other.page.goto(addresses[0]);
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('没有这个页面');
  expect((await owner.get(record)).status(), 'the owner still sees it').toBe(200);
});

test('A form that another site sends does nothing', async ({ people, citizen, house }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isSignedIn();
  const foreign = await me.context.request.post('/sign-out', {
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' },
  });
  expect(foreign.status()).toBe(403);
  expect((await me.context.request.get(`${house.url}/me`, { maxRedirects: 0 })).status(), 'still signed in').toBe(200);
});

// Departments misbehave in every way they know; the page says what is true, shows nobody else's data, and recovers.
import { test, expect } from '../lib/test.js';
import { CITY, VIOLATIONS } from '../lib/city.js';
import { carOf, fits, openOf } from '../lib/people.js';

const ASK = `/${CITY}/s/${VIOLATIONS.id}/ask`;
const POINTS = `/${CITY}/s/licence-points/ask`;
const POLICE = '太原市公安局交通警察支队';
/** What a citizen waits at most, whatever a department does: its deadline and a little. */
const WAIT_MS_MAX = 8_000;

let asked; // has an answer from before
let fresh; // has never asked

test.describe.configure({ mode: 'serial' });

test.afterEach(async ({ house }) => house.allWell());

/** Two persons who last for the whole file: contexts of a test end with it, so theirs are kept by hand. */
test.beforeAll(async ({ people }) => {
  asked = await people.cast(fits.driver);
  fresh = [];
  for (let i = 0; i < 8; i++) fresh.push(await people.cast(fits.driver));
});

let kept;
async function withAnswer(citizen) {
  const me = await citizen(asked, { storageState: kept });
  if (!kept) {
    await me.isVerified();
    await me.hasCar();
    await me.hasLicence();
    expect((await me.get(ASK)).status()).toBe(200);
    kept = await me.context.storageState();
  }
  return me;
}

async function withoutAnswer(citizen) {
  const me = await citizen(fresh.pop());
  await me.isVerified();
  await me.hasCar();
  return me;
}

const DOWN = `${POLICE}暂时连不上`;
const HALF = `${POLICE}的答复不完整`;

for (const [fault, title] of [
  ['down', DOWN],
  ['garbage', DOWN],
  ['half', HALF],
  ['wrong-person', DOWN],
  ['redirect', DOWN],
  ['giant', DOWN],
  ['slow', DOWN],
]) {
  test(`A department that is ${fault}: whoever asked before sees the last answer with its age, others what to do`, async ({ citizen, house }) => {
    const [before, never] = [await withAnswer(citizen), await withoutAnswer(citizen)];
    await house.fault('traffic-police', fault, 20_000);

    const began = Date.now();
    const answer = await never.page.goto(ASK);
    expect(Date.now() - began).toBeLessThan(WAIT_MS_MAX);
    expect(answer.status()).toBe(503);
    await expect(never.page.locator('.notice-title')).toHaveText(title);
    await expect(never.page.getByRole('link', { name: '再试一次' })).toBeVisible();
    await expect(never.page.getByRole('link', { name: '拨打 12123' })).toHaveAttribute('href', 'tel:12123');
    await expect(never.page.getByText('没有违法记录'), 'no answer is not “none”').toHaveCount(0);
    await expect(never.page.locator('.record')).toHaveCount(0);

    await before.page.goto(`${ASK}?again=1`);
    await expect(before.page.locator('.notice-title')).toHaveText(/^上次的结果：.+$/);
    await expect(before.page.getByText(`${POLICE}暂时连不上，先给您看`)).toBeVisible();
    await expect(before.page.locator('.record')).toHaveCount(carOf(asked).violations.length);

    // Home, and other departments, are not held up.
    const home = Date.now();
    expect((await before.get(`/${CITY}`)).status()).toBe(200);
    expect((await before.get(POINTS)).status()).toBe(200);
    expect(Date.now() - home).toBeLessThan(3_000);

    await house.allWell();
    await expect.poll(async () => (await never.get(`${ASK}?again=1`)).status(), { timeout: 12_000, message: 'recovers by itself' }).toBe(200);
    await never.page.goto(ASK);
    await expect(never.page.getByRole('heading', { level: 1 })).toHaveText(`${openOf(carOf(never.person)).length} 条违法待处理`);
  });
}

test('A department that speaks the older encoding is understood', async ({ citizen, house }) => {
  const me = await withAnswer(citizen);
  await house.fault('traffic-police', 'gb18030');
  await me.page.goto(`${ASK}?again=1`);
  await expect(me.page.locator('.source')).toContainText(`数据来自${POLICE}`);
  for (const violation of carOf(asked).violations) await expect(me.page.getByText(violation.place).first()).toBeVisible();
});

test('The register is down: the real-name form keeps what was typed and says nothing is lost', async ({ people, citizen, house }) => {
  const person = await people.cast(fits.anybody);
  const me = await citizen(person);
  await me.isSignedIn();
  const { page } = me;
  await house.fault('public-security', 'down');
  await page.goto('/real-name');
  await me.confirmsRealName();
  await expect(page.getByText('核验部门现在没有回应')).toBeVisible();
  await expect(page.getByLabel('姓名')).toHaveValue(person.name);
  await expect(page.getByLabel('身份证号')).toHaveValue(person.resident_id);
  await house.allWell();
  await expect(async () => {
    await page.getByRole('button', { name: '核对' }).click();
    await expect(page).toHaveURL('/', { timeout: 1_500 }).catch(() => expect(page).toHaveURL(`/${CITY}`, { timeout: 500 }));
  }).toPass({ timeout: 15_000 });
});

test('The vehicle register answers about somebody else: nothing is added', async ({ people, citizen, house }) => {
  const me = await citizen(await people.cast(fits.owner));
  await me.isVerified();
  const { page } = me;
  await house.fault('vehicle-register', 'wrong-person');
  await page.goto(`/${CITY}/cards/vehicle`);
  await me.addsCar();
  await expect(page.getByText('核验部门现在没有回应')).toBeVisible();
  await expect(page.getByLabel('车牌号')).toHaveValue(carOf(me.person).plate);
  await page.goto(`/${CITY}/cards`);
  await expect(page.getByText('还没有卡')).toBeVisible();
});

test('The message gateway is down for a while: the code still arrives', async ({ people, citizen, house }) => {
  const me = await citizen(await people.cast(fits.anybody));
  const { page } = me;
  await house.fault('sms', 'down');
  await page.goto(`/sign-in?to=/${CITY}`);
  await me.startsSigningIn();
  expect(await house.messages(me.person.phone)).toHaveLength(0);
  await house.allWell();
  await expect.poll(async () => (await house.messages(me.person.phone)).length, { timeout: 30_000 }).toBe(1);
  await me.typesTheCode();
  await expect(page).toHaveURL(`/${CITY}`);
});

test('The status page names the department that cannot be reached, and says when it is back', async ({ citizen, house }) => {
  const me = await withAnswer(citizen);
  await house.fault('driver-register', 'down');
  // Five failures in a row open the breaker.
  for (let i = 0; i < 5; i++) await me.get(`${POINTS}?again=1`);
  await me.page.goto('/status');
  await expect(me.page.getByRole('heading', { level: 1 })).toHaveText(/个部门暂时连不上$/);
  await expect(me.page.getByText('连不上', { exact: true })).toBeVisible();
  await house.allWell();
  const asked = async () => { await me.get(`${POINTS}?again=1`); return (await me.get('/status')).text(); };
  await expect.poll(asked, { timeout: 12_000, message: 'and that it is back' }).not.toContain('连不上');
  // Its failures are minutes old, so the page does not pretend that nothing happened.
  await me.page.goto('/status');
  await expect(me.page.getByRole('heading', { level: 1 })).toHaveText(/个部门不太稳，多试一次$/);
});

// Two who marry: each agrees by their own login. And a day that everybody wants, drawn so that anybody can recompute it.
import { createHash } from 'node:crypto';
import { test, expect } from '../lib/test.js';
import { axe } from '../lib/bars.js';
import { Desk } from '../lib/booking.js';
import { eventually } from '../lib/house.js';
import { People } from '../lib/people.js';

// Claims for the twentieth of May are taken from half an hour ago until tomorrow, half past seven.
// One claim is decided at a time, so that a queue is easily seen.
test.use({ at: '2027-05-04T09:00', more: ['--claims-at-once', '1'] });

const CITY = 'shanghai';
const AREA = '310000';
const SERVICE = 'marriage-appointment';
const BOOK = `/${CITY}/s/${SERVICE}/book?matter=marriage&place=huangpu-registry`;
const DRAW = `/${CITY}/s/${SERVICE}/draw?place=huangpu-registry&on=2027-05-20`;
const h1 = (page) => page.getByRole('heading', { level: 1 });

let everybody;

/** Two who may marry, each with a phone of their own. */
async function couple({ house, people, citizen }) {
  everybody ??= new People(house, AREA);
  const age = (person) => 2027 - Number(person.birth.slice(0, 4));
  const alone = (person) => person.marital !== 'married' && age(person) > 23 && age(person) < 60;
  const he = await citizen({ ...await everybody.cast((person) => person.male && alone(person)), phone: people.phone() }, { city: CITY });
  const she = await citizen({ ...await everybody.cast((person) => !person.male && alone(person)), phone: people.phone() }, { city: CITY });
  await he.isVerified();
  await she.isVerified();
  return { he, she };
}

/** He chooses the first that is free, and names her; his booking's path. */
async function asks(he, she, book = BOOK) {
  const { page } = he;
  await page.goto(book);
  await new Desk(he).choosesTheFirst();
  await page.getByLabel('对方姓名').fill(she.person.name);
  await page.getByLabel('对方身份证号').fill(she.person.resident_id);
  await page.locator('form.card button.wide').click();
  await page.waitForLoadState('load');
  return new URL(page.url()).pathname;
}

test('Both agree, each with their own login; before that it is only kept, and nobody else sees it', async ({ house, people, citizen }) => {
  const { he, she } = await couple({ house, people, citizen });
  await he.page.goto(BOOK);
  await new Desk(he).choosesTheFirst();
  await he.page.getByLabel('对方姓名').fill(she.person.name);
  await he.page.getByLabel('对方身份证号').fill(`${she.person.resident_id.slice(0, 17)}${she.person.resident_id.endsWith('0') ? '1' : '0'}`);
  await he.page.getByRole('button', { name: /^先占住/ }).click();
  await expect(he.page.locator('#errors')).toContainText('身份证号有一位不对');
  await expect(he.page.getByLabel('对方姓名'), 'what was typed is there').toHaveValue(she.person.name);
  await he.page.getByLabel('对方身份证号').fill(she.person.resident_id);
  await he.page.getByRole('button', { name: /^先占住/ }).click();
  await expect(h1(he.page)).toHaveText('号给您留着，等对方同意');
  const path = new URL(he.page.url()).pathname;
  const parties = he.page.locator('section.card', { hasText: '另一方' });
  await expect(parties).toContainText('已同意');
  await expect(parties).toContainText('等对方同意');
  await expect(he.page.locator('[data-clock]'), 'hours, where it is a day').toHaveText(/^(24:00|23:59):\d\d$/);
  expect(await axe(he.page)).toEqual([]);

  const { he: stranger } = await couple({ house, people, citizen });
  expect((await stranger.get(path)).status(), 'it does not exist for anybody else').toBe(404);

  await she.page.goto(`/${CITY}/bookings`);
  await she.page.locator('main ul.rows a').first().click();
  await expect(h1(she.page)).toHaveText('等您同意的预约');
  await expect(she.page.locator('main')).toContainText('需要您一起同意');
  await expect(she.page.locator('section.card', { hasText: '另一方' })).toContainText('等您同意');
  await expect(she.page.locator('main'), 'masked').not.toContainText(he.person.name);
  expect(await axe(she.page)).toEqual([]);
  await she.page.getByRole('button', { name: '同意一起预约' }).click();
  await expect(h1(she.page)).toHaveText('约好了');
  await he.page.reload();
  await expect(h1(he.page)).toHaveText('约好了');
  await expect(he.page.locator('.voucher')).toContainText('身份证');
  const digits = (page) => page.locator('.voucher .digits').textContent();
  expect(await digits(he.page)).toBe(await digits(she.page));
});

test('A day that everybody wants is drawn: in secret until it closes, then for everybody to compute again', async ({ house, people, citizen, page }) => {
  test.setTimeout(120_000);
  const couples = [await couple({ house, people, citizen }), await couple({ house, people, citizen })];
  let commitment;
  await test.step('the fingerprint is public before anybody enters', async () => {
    await page.goto(DRAW);
    commitment = await page.locator('code.key').first().textContent();
    expect(commitment).toMatch(/^[0-9a-f]{64}$/);
    await expect(page.locator('main')).toContainText('机会都一样，早晚不影响');
    expect(await axe(page)).toEqual([]);
    expect((await page.request.get(DRAW.replace('/draw?', '/draw.json?'))).status(), 'there is nothing to compute yet').toBe(404);
  });
  await test.step('two couples enter, and one of them twice', async () => {
    for (const { he, she } of [...couples, couples[0]]) {
      await asks(he, she, `${BOOK}&on=2027-05-20`);
      await expect(he.page.locator('.notice').first()).toContainText('您已经登记，结果出来发短信');
      expect(await axe(he.page)).toEqual([]);
    }
  });
  await test.step('it closes, and says so', async () => {
    await house.passes('2027-05-05T07:30');
    await eventually('the draw', async () => {
      await page.goto(DRAW);
      return (await page.locator('main').textContent()).includes('已经摇完');
    }, 30_000);
    await expect(page.locator('main')).toContainText('2 个');
    await expect(page.locator('code.key').first()).toHaveText(commitment);
    expect(await axe(page)).toEqual([]);
  });
  await test.step('anybody computes it again from the file, as the page says', async () => {
    await page.locator('summary', { hasText: '自己算一遍' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: '下载全部编号和顺序' }).click();
    expect((await download).suggestedFilename()).toBe('draw.json');
    const file = await (await page.request.get(DRAW.replace('/draw?', '/draw.json?'))).json();
    const sum = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
    const hex = (text) => Buffer.from(text, 'hex');
    expect(file.commitment).toBe(commitment);
    expect(sum(hex(file.seed)).toString('hex')).toBe(commitment);
    await expect(page.locator('main')).toContainText(file.seed);
    const claims = file.claims.map(hex);
    expect(claims.map((claim) => claim.length)).toEqual([16, 16]);
    expect([...file.claims].sort()).toEqual(file.claims);
    const draw = sum(hex(file.seed), sum(hex(file.beacon)), sum(...claims));
    const lots = file.claims.map((claim) => [sum(draw, hex(claim)).toString('hex'), claim]);
    expect(lots.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, claim]) => claim)).toEqual(file.order);
  });
  await test.step('whoever won confirms it with the other one', async () => {
    for (const { he, she } of couples) {
      await eventually('their lot', async () => {
        await he.page.goto(`/${CITY}/bookings`);
        return (await he.page.locator('main').textContent()).includes('摇中了');
      }, 30_000);
      await expect(he.page.locator('main')).toContainText(/第 [12] 签，共 2 签/);
      expect((await house.messages(he.person.phone)).some(({ text }) => text.includes('轮到您了'))).toBe(true);
      await he.page.getByRole('link', { name: '摇中了，去确认' }).click();
      await expect(h1(he.page)).toHaveText('号给您留着，等对方同意');
      await she.page.goto(new URL(he.page.url()).pathname);
      await she.page.getByRole('button', { name: '同意一起预约' }).click();
      await she.page.waitForLoadState('load');
      await he.page.reload();
    }
    await expect(h1(couples[0].he.page)).toHaveText('约好了');
  });
});

test('The other one never comes: what was kept goes back, both are told, and nobody is blamed', async ({ house, people, citizen }) => {
  const { he, she } = await couple({ house, people, citizen });
  const path = await asks(he, she);
  await expect(h1(he.page)).toHaveText('号给您留着，等对方同意');
  await house.passes(24 * 3600 + 60);
  for (const { page } of [he, she]) {
    await eventually('it is over', async () => {
      await page.goto(path);
      return (await h1(page).textContent()) === '保留时间过了，号已经放回';
    }, 20_000);
    await expect(page.locator('main')).toContainText('什么都没有扣');
    expect(await axe(page)).toEqual([]);
  }
  await he.page.getByRole('link', { name: '重新预约' }).click();
  await he.page.waitForLoadState('load');
  await expect(h1(he.page)).toHaveText('核对后预约');
  await expect(he.page.locator('main')).toContainText('黄浦区婚姻登记处');
});

test('While another claim is being decided, one stands in the queue with everything that was typed, and moves on by itself', async ({ house, people, citizen }) => {
  const [one, other] = [await couple({ house, people, citizen }), await couple({ house, people, citizen })];
  const ready = async ({ he, she }) => {
    await he.page.goto(BOOK);
    await new Desk(he).choosesTheFirst();
    await he.page.getByLabel('对方姓名').fill(she.person.name);
    await he.page.getByLabel('对方身份证号').fill(she.person.resident_id);
  };
  for (const pair of [one, other]) await ready(pair);
  const button = ({ he }) => he.page.getByRole('button', { name: /^先占住/ });
  // The register takes its time, and whoever is inside waits for it.
  const before = await house.questions('marriage-registry');
  await house.fault('marriage-registry', 'slow', 1_500);
  await button(one).click({ noWaitAfter: true });
  await eventually('the register is asked', async () => (await house.questions('marriage-registry')) > before);
  await button(other).click();
  await expect(h1(other.he.page)).toHaveText('正在排队');
  await expect(other.he.page.locator('form.queue')).toContainText('人在您前面');
  expect(await axe(other.he.page)).toEqual([]);
  await house.allWell();
  await expect(h1(one.he.page)).toHaveText('号给您留着，等对方同意');
  await expect(h1(other.he.page), 'the form sends itself again').toHaveText('号给您留着，等对方同意', { timeout: 30_000 });
  await expect(other.he.page.locator('section.card', { hasText: '另一方' })).toContainText('等对方同意');
});

// A morning at a police hall: who comes, who is called and to where, who does not come, and who has no booking.
import { test, expect } from '../lib/test.js';
import { Desk, POLICE, voucherOf } from '../lib/booking.js';
import { axe, overflowPx } from '../lib/bars.js';
import { eventually } from '../lib/house.js';
import { fits } from '../lib/people.js';

// Bookings of the day before, for the first half-hour of Thursday.
test.use({ at: '2026-11-25T15:00' });

const TABLET = { width: 768, height: 1024 };
const HALL = 'police-appointment/city-hall/id-card';
const CHOSEN = 'matter=id-card-renew&place=city-hall';
const h1 = (page) => page.getByRole('heading', { level: 1 });

async function books(people, citizen) {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isVerified();
  const path = await new Desk(me).has(POLICE, CHOSEN);
  return { me, path, ...(await voucherOf(me, path)) };
}

test('Who has a booking is checked in, called, passed over, finished or noted as missing; the hall sees numbers and no names', async ({ people, citizen, clerk, house }) => {
  test.setTimeout(150_000);
  const [first, second, third] = [await books(people, citizen), await books(people, citizen), await books(people, citizen)];
  // Numbers are for five minutes each, and one may check in half an hour before.
  await house.passes('2026-11-26T08:58');
  const staff = await (await clerk('counter', { viewport: TABLET })).isSignedIn();
  const { page } = staff;
  const finds = async (code) => {
    await staff.opens('counter');
    await page.getByLabel('凭证码或预约号').fill(code);
    await page.keyboard.press('Enter');
  };
  const press = async (name) => {
    await page.getByRole('button', { name }).click();
    await page.waitForLoadState('load');
  };

  await test.step('one shows the code, one says the number', async () => {
    await finds('1234');
    await expect(page.locator('#errors')).toContainText('这不是凭证码，也不是 12 位预约号');
    await finds('000000000000');
    await expect(page.locator('#errors')).toContainText('没有这个预约号');
    await finds(first.voucher);
    await expect(h1(page)).toHaveText('预约');
    await expect(page.locator('main'), 'staff see no whole name').not.toContainText(first.me.person.name);
    await expect(page.locator('main')).not.toContainText(first.me.person.resident_id);
    await expect(page.getByText('旧身份证'), 'what they were told to bring').toBeVisible();
    expect(await axe(page)).toEqual([]);
    await press('办理签到');
    await expect(page.locator('main .tag').first()).toHaveText('已签到');
    await finds(`${second.number.slice(0, 4)} ${second.number.slice(4, 8)} ${second.number.slice(8)}`);
    await press('办理签到');
    await expect(page.locator('main .tag').first()).toHaveText('已签到');
  });

  // Two screens in the hall: one with a script, one without.
  const { cookies } = await staff.context.storageState();
  const screens = [];
  for (const javaScriptEnabled of [true, false]) {
    const screen = await clerk('counter', { storageState: { cookies, origins: [] }, javaScriptEnabled });
    await screen.opens(`hall?at=${HALL}`);
    await expect(screen.page.locator('.hall-now')).toContainText('暂时没有叫号');
    await expect(screen.page.locator('.hall-next')).toContainText('还有 2 人在等');
    screens.push(screen.page);
  }
  await screens[0].evaluate(() => { globalThis.drawnOnce = true; });

  await test.step('the next one is called to a window, and both screens say so by themselves', async () => {
    await staff.opens(`queue?at=${HALL}`);
    await press('叫下一位');
    await expect(page.locator('#errors')).toContainText('写一下窗口');
    await page.getByLabel('窗口或诊室').fill('3 号窗口');
    await press('叫下一位');
    await expect(page.getByRole('table', { name: '正在办' })).toContainText('3 号窗口');
    expect(await overflowPx(page)).toBeLessThanOrEqual(0);
    expect(await axe(page)).toEqual([]);
    for (const screen of screens) {
      await expect(screen.locator('.hall-now')).toContainText('到 3 号窗口', { timeout: 30_000 });
      await expect(screen.locator('.hall-next')).toContainText('还有 1 人在等');
      const shown = await screen.locator('body').textContent();
      for (const one of [first, second]) {
        expect(shown).not.toContain(one.me.person.name);
        expect(shown).not.toContain(one.number);
      }
    }
    expect(await screens[0].evaluate(() => globalThis.drawnOnce), 'with a script the page stays').toBe(true);
    expect(await axe(screens[0])).toEqual([]);
  });

  await test.step('they do not come: called again, passed over, and the other one first', async () => {
    await press('再叫一次');
    await expect(page.getByRole('table', { name: '正在办' })).toContainText('叫了 2 次');
    await press('过号');
    await expect(page.getByText('还没有叫到谁')).toBeVisible();
    await expect(page.getByRole('table', { name: '在等' }).getByRole('row').last()).toContainText('过号');
    await press('叫下一位');
    await press('办完了');
    await expect(page.getByRole('table', { name: '在等' })).toContainText('过号');
    await press('叫下一位');
    await press('办完了');
    await expect(page.getByText('没有人在等')).toBeVisible();
    await press('叫下一位');
    await expect(page.locator('#errors, .notice').first()).toBeVisible();
  });

  await test.step('one never came, and that is put right when it was wrong', async () => {
    await staff.opens(`day?at=${HALL}`);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('link', { name: third.number }).click();
    await expect(page.getByRole('button', { name: '办理签到' })).toBeVisible();
    await expect(page.getByRole('button', { name: '记为没到' }), 'nobody is missing before their time is over').toHaveCount(0);
    const booking = page.url();
    await house.passes('2026-11-26T09:31');
    await eventually('they are missing', async () => {
      await third.me.page.goto(third.path);
      return (await h1(third.me.page).textContent()) === '这一次没有到';
    }, 20_000);
    await staff.isSignedIn();
    await page.goto(booking);
    await expect(page.locator('main .tag').first()).toHaveText('没有到');
    await press('更正：本人来过');
    await expect(page.locator('#errors')).toContainText('更正依据');
    await page.getByLabel('原因').fill('窗口有签字');
    await press('更正：本人来过');
    await expect(page.locator('main .tag').first()).not.toHaveText('没有到');
    await third.me.page.goto('/me/access');
    await expect(third.me.page.locator('main'), 'they see that somebody looked').toContainText('身份证');
  });

  await test.step('the citizen sees that it is done', async () => {
    await first.me.page.goto(first.path);
    await expect(h1(first.me.page)).toHaveText('已经办完');
  });
});

test('Whoever has no booking gets one at the counter, out of the counter’s share, and is in the queue', async ({ people, clerk, house }) => {
  if ((await house.now()) < Date.parse('2026-11-26T08:58:00+08:00')) await house.passes('2026-11-26T08:58');
  const person = await people.cast(fits.anybody);
  const staff = await (await clerk('counter', { viewport: TABLET })).isSignedIn();
  const { page } = staff;
  await staff.opens(`walk-in?at=${HALL}`);
  const free = Number((await page.locator('label', { hasText: '09:00' }).first().textContent()).match(/余 (\d+)/)[1]);
  expect(free).toBeGreaterThan(0);
  await page.getByRole('radio').first().check();
  await page.getByLabel('办理事项').selectOption({ label: '身份证到期换新' });
  await page.getByLabel('姓名').fill(person.name);
  await page.getByLabel('身份证号').fill(`${person.resident_id.slice(0, 17)}${person.resident_id.endsWith('0') ? '1' : '0'}`);
  await page.getByRole('button', { name: '预约', exact: true }).click();
  await expect(page.locator('#errors')).toContainText('身份证号');
  await expect(page.getByLabel('姓名'), 'what was typed is there').toHaveValue(person.name);
  await page.getByLabel('身份证号').fill(person.resident_id);
  await page.getByRole('button', { name: '预约', exact: true }).click();
  await expect(h1(page)).toHaveText('预约');
  await expect(page.locator('main')).toContainText('现场');
  await expect(page.locator('main .tag').first()).toHaveText('已签到');
  await staff.opens(`queue?at=${HALL}`);
  await expect(page.getByRole('table', { name: '在等' })).toBeVisible();
  await staff.opens(`walk-in?at=${HALL}`);
  await expect(page.locator('label', { hasText: '09:00' }).first()).toContainText(`余 ${free - 1}`);
});

// Booking: few taps, no mouse, no script, and what happens when somebody was quicker.
import { test, expect } from '../lib/test.js';
import { CITY } from '../lib/city.js';
import { COACH, Desk, HOSPITAL, POLICE, TICKET } from '../lib/booking.js';
import { axe } from '../lib/bars.js';
import { fits } from '../lib/people.js';
import { PHONE_AGENT, Till } from '../lib/till.js';

const h1 = (page) => page.getByRole('heading', { level: 1 });

/** Old enough to pay, and not so old that much is free. */
const payer = (person) => {
  const age = new Date().getFullYear() - Number(person.resident_id.slice(6, 10));
  return fits.anybody(person) && age >= 20 && age <= 55;
};

const desk = async (people, citizen, options = {}) => {
  const me = await citizen(await people.cast(payer), { userAgent: PHONE_AGENT, ...options });
  await me.isVerified();
  return new Desk(me);
};

test('A doctor is booked in six taps from home', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  await it.opens(HOSPITAL);
  await it.choosesTheFirst();
  await it.books();
  expect(it.taps).toBeLessThanOrEqual(6);
  await expect(h1(it.page)).toHaveText('约好了');
  await expect(it.page.locator('.voucher .digits')).toHaveText(/^\d{4} \d{4} \d{4}$/);
  await it.citizen.home();
  await expect(it.page.locator('main a[href*="/bookings/"]').first(), 'it is on the home page').toContainText('已预约');
});

test('A window is booked in five taps, and a second one for the same matter is refused with the reason', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  await it.opens(POLICE);
  await it.choosesTheFirst();
  await it.books();
  expect(it.taps).toBeLessThanOrEqual(5);
  await expect(h1(it.page)).toHaveText('约好了');
  await expect(it.page.locator('.voucher .qr'), 'nothing is to be paid, so it lets in').toBeVisible();
  await it.page.goto(`/${CITY}/s/${POLICE.id}/book`);
  await it.choosesTheFirst();
  await it.books();
  await expect(it.page.locator('#refused')).toContainText('这件事已经约了一次');
  expect(await axe(it.page)).toEqual([]);
});

test('A ticket is booked and paid in five taps, and the voucher has a code', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  await it.opens(TICKET);
  await it.choosesTheFirst();
  await expect(it.page.getByText('取消时退多少')).toBeVisible();
  await it.tap(it.page.getByRole('button', { name: /^预约并付款 .+ 元$/ }));
  expect(it.taps).toBeLessThanOrEqual(5);
  const till = new Till(it.citizen);
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await it.page.getByRole('link', { name: '看预约凭证' }).click();
  await expect(h1(it.page)).toHaveText('约好了');
  await expect(it.page.locator('.voucher .qr')).toBeVisible();
  await it.page.getByRole('link', { name: '取消预约' }).click();
  await expect(h1(it.page)).toHaveText('取消预约');
  const button = it.page.getByRole('button', { name: /^取消，退回 .+ 元$/ });
  await button.click();
  await expect(h1(it.page)).toHaveText('预约已取消');
  await expect(it.page.getByText('按原路退回')).toBeVisible();
});

test('A coach seat is held, counted down, given back, and the form is still there', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  const { page } = it;
  const stops = { 上车站: '榆次', 下车站: '平遥' };
  await page.goto(`/${CITY}/s/${COACH.id}/book?place=south-station&section=south-lines`);
  for (const [label, stop] of Object.entries(stops)) await page.getByLabel(label).selectOption({ label: stop });
  await it.tap(page.getByRole('button', { name: '看班次' }));
  await it.choosesTheFirst();
  await it.books();
  await page.goto(`/${CITY}/bookings`);
  await it.tap(page.locator('main ul.rows a').first());
  await expect(page.locator('[data-clock]')).toHaveText(/^\d+:\d\d$/);
  const left = async () => (await page.locator('[data-clock]').textContent()).split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
  const before = await left();
  await expect.poll(left, 'it counts down').toBeLessThan(before);
  expect(await axe(page)).toEqual([]);
  await it.tap(page.getByRole('button', { name: '不要了，放回去' }));
  await expect(h1(page)).toHaveText('预约已取消');
  await expect(page.locator('main')).toContainText('什么都没有扣');
  await it.tap(page.getByRole('link', { name: '重新预约' }));
  for (const [label, stop] of Object.entries(stops)) await expect(page.getByLabel(label).locator('option:checked')).toHaveText(stop);
  await expect(page.locator('main a[href*="/book/check?"]').first(), 'and there is something to choose').toBeVisible();
});

test('A voucher goes into the calendar and onto the phone, and is gone after signing out', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  const path = await it.has(POLICE);
  const file = await it.citizen.get(`${path}/calendar.ics`);
  expect(file.headers()['content-type']).toContain('text/calendar');
  expect(await file.text()).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*DTSTART;TZID=Asia\/Shanghai:\d{8}T\d{6}\r\n[\s\S]*END:VCALENDAR\r\n$/);
  await it.page.goto(path);
  await it.page.getByRole('button', { name: '存到手机，没网也能看' }).click();
  await expect(it.page.getByRole('button', { name: /已存在这部手机/ })).toBeDisabled();
  await it.citizen.context.setOffline(true);
  await it.page.goto(path);
  await expect(it.page.locator('.voucher .digits')).toBeVisible();
  await it.citizen.context.setOffline(false);
  await it.page.goto('/me');
  await it.page.getByRole('button', { name: '退出登录' }).click();
  await expect(it.page.getByRole('link', { name: '登录', exact: true })).toBeVisible();
  await expect.poll(() => it.page.evaluate(async () => (await (await caches.open('vouchers-1')).keys()).length)).toBe(0);
});

test('Without signing in a number and a tail find it, and a wrong tail does not', async ({ people, citizen }) => {
  const it = await desk(people, citizen);
  const { page, citizen: me } = it;
  await page.goto(await it.has(POLICE));
  const number = (await page.locator('.digits').textContent()).replaceAll(' ', '');
  await me.context.clearCookies();
  const ask = async (tail) => {
    await page.goto(`/${CITY}/s/${POLICE.id}/query`);
    await page.getByLabel('预约号', { exact: true }).fill(number);
    await page.getByLabel('身份证号后 4 位').fill(tail);
    await page.getByRole('button', { name: '查询' }).click();
  };
  const tail = me.person.resident_id.slice(-4);
  await ask(tail);
  await expect(page.locator('main .tag').first()).toHaveText('已预约');
  await expect(page.locator('main')).not.toContainText(me.person.name);
  await ask(tail === '0000' ? '1111' : '0000');
  await expect(page.getByText('没有查到')).toBeVisible();
  await ask('1');
  await expect(page.locator('#errors')).toContainText('填身份证号的最后 4 位');
  await expect(page.getByLabel('预约号', { exact: true }), 'what was typed is there').toHaveValue(number);
});

test('Somebody else\'s booking does not exist for me, and that I asked is on record', async ({ people, citizen, house }) => {
  const path = await (await desk(people, citizen)).has(POLICE);
  const other = await desk(people, citizen);
  expect((await other.citizen.get(path)).status()).toBe(404);
  expect((await other.citizen.get(`${path}/calendar.ics`)).status()).toBe(404);
  await expect.poll(() => house.log()).toContain('somebody asks for a booking that is not theirs');
  expect(house.log()).toContain(path.split('/').pop());
});

test('Booking works without scripts, and with nothing but a keyboard', async ({ people, citizen }) => {
  const plain = await desk(people, citizen, { javaScriptEnabled: false });
  await plain.opens(HOSPITAL);
  await plain.choosesTheFirst();
  await plain.books();
  await expect(h1(plain.page)).toHaveText('约好了');

  const keys = await desk(people, citizen);
  const { page } = keys;
  await keys.citizen.home();
  const press = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const hit = await page.evaluate((wanted) => document.activeElement && document.activeElement.matches(wanted), selector);
      if (hit) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        expect(outline, `the focus on ${selector} can be seen`).not.toBe('none');
        return Promise.all([page.waitForLoadState('load'), page.keyboard.press('Enter')]);
      }
    }
    throw new Error(`60 tabs and no ${selector} on ${page.url()}`);
  };
  await press(`a[href$="/${POLICE.id}/book"]`);
  await expect(page).toHaveURL(new RegExp(`/${POLICE.id}/book$`));
  await press('main ul.rows a[href*="/book?"]');
  await expect(page).toHaveURL(/matter=/);
  await press('main ul.rows a[href*="/book?"]');
  await expect(page).toHaveURL(/place=/);
  await press('main a[href*="/book/check?"]');
  await expect(h1(page)).toHaveText('核对后预约');
  await press('form.card button.wide');
  await expect(h1(page)).toHaveText('约好了');
});

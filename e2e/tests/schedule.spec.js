// The schedule: what a change does to the release, before it is made; a sitting that is called off, and whoever had booked.
import { test, expect } from '../lib/test.js';
import { Desk, HOSPITAL } from '../lib/booking.js';
import { axe } from '../lib/bars.js';
import { eventually } from '../lib/house.js';
import { fits } from '../lib/people.js';
import { PHONE_AGENT, Till } from '../lib/till.js';

// A Wednesday afternoon: tomorrow is released, and paid when it is booked.
test.use({ at: '2026-11-25T14:00' });

const HERE = 'hospital-registration/yingze-children';
const PLACE = 'place=yingze-children';
const h1 = (page) => page.getByRole('heading', { level: 1 });
const adult = (person) => fits.anybody(person) && 2026 - Number(person.resident_id.slice(6, 10)) >= 20;

test('A clinic with a paid booking: its quota is changed with the release in sight, then it is called off, and the patient is told and paid back', async ({ people, citizen, clerk, house }) => {
  test.setTimeout(150_000);
  const me = await citizen(await people.cast(adult), { userAgent: PHONE_AGENT });
  await me.isVerified();
  const till = new Till(me);
  await me.page.goto(`/${me.city}/s/${HOSPITAL.id}/book?${PLACE}`);
  await new Desk(me).choosesTheFirst();
  await me.page.getByRole('button', { name: /^预约并付款 .+ 元$/ }).click();
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await me.page.getByRole('link', { name: '看预约凭证' }).click();
  await expect(h1(me.page)).toHaveText('约好了');
  const booking = me.page.url();
  const messages = (await house.messages(me.person.phone)).length;

  const staff = await (await clerk('scheduler')).isSignedIn();
  const { page } = staff;
  const open = page.getByRole('row').filter({ has: page.getByRole('cell', { name: '1', exact: true }) }).getByRole('link').first();

  await test.step('the booking is seen in the schedule', async () => {
    await staff.opens(`schedule?at=${HERE}`);
    expect(await axe(page)).toEqual([]);
    await open.click();
    await expect(page.locator('main')).toContainText('网上放号');
  });
  const pool = page.url();

  await test.step('a look at what follows changes nothing; saving does, and says so', async () => {
    await page.getByRole('link', { name: '改名额' }).click();
    const units = page.getByLabel('总名额');
    const before = Number(await units.inputValue());
    await units.fill('0');
    await page.getByRole('button', { name: '看放号的变化' }).click();
    await expect(page.locator('#errors')).toContainText('已经约出，最少 1');
    await units.fill(String(before + 6));
    await page.getByLabel('现场最多').fill('2');
    await page.getByRole('button', { name: '看放号的变化' }).click();
    const preview = page.getByRole('table', { name: '改了以后' });
    await expect(preview.getByRole('row', { name: '名额' }).first()).toContainText(`${before}`);
    await expect(preview.getByRole('row', { name: '名额' }).first()).toContainText(`${before + 6}`);
    await expect(preview.getByRole('row', { name: '现场可约' })).toContainText('2');
    expect(await axe(page)).toEqual([]);
    await page.goto(pool);
    await expect(page.locator('dl').first()).toContainText(String(before));
    await page.getByRole('link', { name: '改名额' }).click();
    await units.fill(String(before + 6));
    await page.getByRole('button', { name: '保存' }).click();
    await expect(page.locator('#errors')).toBeVisible();
    await expect(units, 'what was typed is there').toHaveValue(String(before + 6));
    await page.getByLabel('原因').fill('加号，病人多');
    await page.getByRole('button', { name: '保存' }).click();
    await expect(page).toHaveURL(pool);
    await expect(page.locator('main')).toContainText('改过');
    await expect(page.locator('dl').first()).toContainText(String(before + 6));
  });

  await test.step('calling it off says whom it hits, and asks for a second code', async () => {
    await page.getByRole('link', { name: '停掉这一场' }).click();
    await expect(h1(page)).toHaveText('再输一次动态码');
    await staff.hasSteppedUp();
    await page.goto(`${pool}/stop`);
    await expect(page.locator('main')).toContainText('会停掉 1 个预约');
    await page.getByRole('button', { name: '停掉，通知 1 人' }).click();
    await expect(page.locator('#errors')).toBeVisible();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('原因').fill('医生生病');
    await page.getByRole('button', { name: '停掉，通知 1 人' }).click();
    await expect(page.locator('main')).toContainText('已经停掉');
  });

  await test.step('the patient is told, is blamed for nothing, and gets everything back', async () => {
    await eventually('a text message', async () => {
      const all = await house.messages(me.person.phone);
      return all.slice(0, all.length - messages).some(({ text }) => text.includes('停了，不是您的原因，不计入失约'));
    });
    await me.page.goto(booking);
    await expect(h1(me.page)).toHaveText('这次取消了，不是您的原因');
    await expect(me.page.locator('main')).toContainText(/退 .+ 元，按原路退回/);
    expect(await axe(me.page)).toEqual([]);
    await me.page.getByRole('link', { name: '看退款到哪一步' }).click();
    await eventually('the money is back', async () => (await me.page.getByText('已退回').count()) > 0 || (await me.page.reload(), false), 20_000);
  });

  await test.step('the figures count it as called off, and nobody as missing', async () => {
    await staff.opens(`figures?at=${HERE}&from=2026-11-25&until=2026-12-08`);
    const table = page.getByRole('table', { name: '到场与利用' });
    const heads = await table.getByRole('columnheader').allTextContents();
    const cells = await table.getByRole('row').last().locator('td, th').allTextContents();
    const of = (name) => cells[heads.indexOf(name)];
    expect([of('停办'), of('没来'), of('还没到')]).toEqual(['1', '0', '0']);
    expect(await axe(page)).toEqual([]);
  });
});

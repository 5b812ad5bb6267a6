// The gate of an attraction: it verifies without a network, lets in once, and tells the city when the line is back.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, expect } from '../lib/test.js';
import { Desk, TICKET, voucherOf } from '../lib/booking.js';
import { axe } from '../lib/bars.js';
import { eventually, ROOT } from '../lib/house.js';
import { fits } from '../lib/people.js';

// A Thursday morning, with the attractions open.
test.use({ at: '2026-11-26T10:05' });

const TABLET = { width: 768, height: 1024 };
const GATE = 'gate/attraction-ticket/tianlongshan';
const born = (person) => Number(person.resident_id.slice(6, 10));
/** Whose ticket costs nothing, and is looked at no further. */
const senior = (person) => fits.anybody(person) && 2026 - born(person) > 66;
const grownUp = (person) => fits.anybody(person) && 2026 - born(person) >= 20 && 2026 - born(person) <= 55;

/** Free tickets of one person: what their codes say. */
async function tickets(people, citizen, ...chosen) {
  const me = await citizen(await people.cast(senior));
  await me.isVerified();
  const codes = [];
  for (const one of chosen) codes.push(await voucherOf(me, await new Desk(me).has(TICKET, one)));
  return codes;
}

class Gate {
  constructor(clerk) {
    Object.assign(this, { clerk, page: clerk.page });
    this.answer = this.page.locator('#answer');
    this.line = this.page.locator('#line');
  }

  /** Ready when it has heard how things stand, and is kept for when there is no network. */
  async opens() {
    const state = this.page.waitForResponse(/\/state\?since=/);
    await this.clerk.opens(GATE);
    await state;
    await expect(this.line).toHaveText('有网，实时核对');
    await this.page.evaluate(() => navigator.serviceWorker.ready);
    await eventually('the page is kept', () => this.page.evaluate(async () => (await (await caches.open('vouchers-1')).match(location.pathname)) !== undefined));
    return this;
  }

  /** A scanner types what it reads, and presses enter. */
  async scans(code) {
    await this.page.getByLabel('凭证码或预约号').fill(code);
    await this.page.keyboard.press('Enter');
  }

  async letsIn(code, persons = 1) {
    await this.scans(code);
    await expect(this.answer).toContainText(`放行 ${persons} 人`);
    await expect(this.page.getByLabel('凭证码或预约号'), 'ready for the next one').toBeFocused();
  }

  async refuses(code, why) {
    await this.scans(code);
    await expect(this.answer).toContainText(why);
    await expect(this.answer).toContainText('不放行');
  }

  async away(offline) {
    await this.clerk.context.setOffline(offline);
  }
}

/** The other devices of the same member of staff: signed in, and nothing else. */
const another = async (clerk, first, options) => {
  const { cookies } = await first.context.storageState();
  return clerk('counter', { storageState: { cookies, origins: [] }, ...options });
};

test('A gate without a network lets a voucher in once, refuses what is wrong in words, and reports when the line is back', async ({ people, citizen, clerk }) => {
  const [today, tomorrow, elsewhere] = await tickets(people, citizen, 'place=tianlongshan', 'place=tianlongshan&on=2026-11-27', 'place=yungang-grottoes');
  const staff = await (await clerk('counter', { viewport: TABLET })).isSignedIn();
  await staff.page.goto(staff.below('gate'));
  await staff.page.getByRole('link', { name: '天龙山石窟' }).click();
  const gate = await new Gate(staff).opens();
  const second = await new Gate(await another(clerk, staff)).opens();

  await test.step('the network goes away', async () => {
    await gate.away(true);
    await expect(gate.line).toHaveText('没有网，本机验真并记着');
    await gate.letsIn(today.voucher);
    await gate.refuses(today.voucher, '已经用过');
    expect(await axe(gate.page)).toEqual([]);
    const last = Number(today.voucher.slice(-1));
    await gate.refuses(`${today.voucher.slice(0, -1)}${(last + 1) % 10}`, '不是本市签发的凭证');
    await gate.refuses(tomorrow.voucher, '还没到时间，11月27日 起可以进');
    await gate.refuses(elsewhere.voucher, '是别处的凭证');
    await gate.refuses('12345', '读不出来');
    await gate.refuses(tomorrow.number, '没有网时查不了预约号');
    await expect(gate.line).toHaveText('没有网，本机验真并记着 · 还有 1 条没报上去');
    await expect(gate.page.locator('#counts .stat-value').first(), 'whoever was let in is inside').toHaveText('1');
  });

  await test.step('the page is opened again meanwhile, and remembers', async () => {
    await gate.page.reload();
    await expect(gate.line).toHaveText('没有网，本机验真并记着 · 还有 1 条没报上去');
    await gate.refuses(today.voucher, '已经用过');
  });

  await test.step('a second gate is away as well, and cannot know', async () => {
    await second.away(true);
    await expect(second.line).toHaveText('没有网，本机验真并记着');
    await second.letsIn(today.voucher);
  });

  await test.step('the line is back: what was let in is told, and the second gate hears that it was one too many', async () => {
    await gate.away(false);
    await expect(gate.line).toHaveText('有网，实时核对');
    await expect(gate.page.locator('#counts .stat-value').first()).toHaveText('1');
    await expect(gate.page.locator('#problems')).toBeEmpty();
    await second.away(false);
    await expect(second.page.locator('#problems')).toContainText(`${today.number} 已放行，但`);
    await expect(second.page.locator('#problems')).toContainText('已经用过');
    expect(await axe(second.page)).toEqual([]);
    await second.refuses(today.voucher, '已经用过');
  });

  await test.step('a device that was never there refuses it too', async () => {
    const third = await new Gate(await another(clerk, staff)).opens();
    await third.refuses(today.voucher, '已经用过');
    await third.refuses(today.number, '已经用过');
    await third.page.goto('/desk/me');
    await expect(third.page.locator('main')).toContainText('already_used');
  });
});

test('Away for so long that the desk has signed them out, the gate goes on, and reports after signing in', async ({ people, citizen, clerk, house }) => {
  const [ticket] = await tickets(people, citizen, 'place=tianlongshan');
  const staff = await (await clerk('counter', { viewport: TABLET })).isSignedIn();
  const gate = await new Gate(staff).opens();
  await gate.away(true);
  await gate.letsIn(ticket.voucher);
  await house.passes(31 * 60);
  await gate.away(false);
  await expect(gate.line).toHaveText('登录过期了，本机照常验真 · 还有 1 条没报上去 登录后自动补报');
  expect(await axe(gate.page)).toEqual([]);
  await gate.refuses(ticket.voucher, '已经用过');
  await gate.page.getByRole('link', { name: '登录后自动补报' }).click();
  await expect(gate.page).toHaveURL(/\/desk\/sign-in\?to=/);
  await staff.isSignedIn();
  await gate.opens();
  await expect(gate.page.locator('#problems')).toBeEmpty();
  await gate.page.goto('/desk/me');
  await expect(gate.page.getByRole('row').nth(1)).toContainText(/检票.*完成/);
});

test('What has to be seen is asked for before anybody goes in, with and without a network', async ({ people, citizen, clerk }) => {
  const me = await citizen(await people.cast(grownUp));
  await me.isVerified();
  const desk = new Desk(me);
  await me.page.goto(`/${me.city}/s/${TICKET.id}/book?place=tianlongshan`);
  await desk.choosesTheFirst();
  await me.page.locator('summary').filter({ hasText: '优惠' }).click();
  await me.page.getByLabel(/优惠证件/).selectOption({ label: '残疾人、现役和退役军人（样例）' });
  await desk.books();
  await expect(me.page.locator('main'), 'it costs nothing by now, and that is said first').toContainText('刚才是 50.00 元');
  await me.page.locator('form.card button.wide').click();
  await expect(me.page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  const ticket = await voucherOf(me, new URL(me.page.url()).pathname);
  const gate = await new Gate(await (await clerk('counter', { viewport: TABLET })).isSignedIn()).opens();
  await gate.away(true);
  await gate.scans(ticket.voucher);
  await expect(gate.answer).toContainText('先看这些，再放行');
  await expect(gate.answer).toContainText('1 人：残疾人、现役和退役军人（样例）');
  await expect(gate.page.getByRole('button', { name: '看过证件，放行' })).toBeFocused();
  expect(await axe(gate.page)).toEqual([]);
  await gate.page.keyboard.press('Enter');
  await expect(gate.answer).toContainText('放行 1 人');
  await gate.refuses(ticket.voucher, '已经用过');
});

test('The same without a script: every scan is a form', async ({ people, citizen, clerk }) => {
  const [one, other] = await tickets(people, citizen, 'place=tianlongshan', 'place=yungang-grottoes');
  const gate = new Gate(await (await clerk('counter', { viewport: TABLET, javaScriptEnabled: false })).isSignedIn());
  await gate.clerk.opens(GATE);
  const numbered = `${one.number.slice(0, 4)} ${one.number.slice(4, 8)} ${one.number.slice(8)}`;
  await gate.scans(numbered);
  await expect(gate.answer).toContainText('放行 1 人');
  await gate.refuses(one.voucher, '今天 10:');
  await expect(gate.answer).toContainText('已经用过');
  await gate.refuses(other.voucher, '是别处的凭证');
  await gate.refuses('0', '读不出来');
  const inside = gate.page.locator('#counts .stat-value').first();
  const before = Number(await inside.textContent());
  await gate.page.getByLabel('出来几人').fill('1');
  await gate.page.getByRole('button', { name: '记下' }).click();
  await expect(inside).toHaveText(String(before - 1));
});

test('The script reads the voucher that the engine’s own tests have printed, and no other', async ({ clerk }) => {
  const printed = readFileSync(join(ROOT, 'crates/capability/src/booking/tests/voucher.txt'), 'utf8').trim();
  // The key of those tests: its seed is thirty-two sevens.
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]);
  const { x } = createPublicKey(createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' });
  const key = Buffer.from(x, 'base64url');
  const sum = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
  const hash = sum('receipts.example/lakeside', [10, 1], key).subarray(0, 4).toString('hex');
  const place = sum('lake-walk\nnorth-gate').subarray(0, 4).toString('hex');
  // On that day, during that half-hour.
  const staff = await (await clerk('counter', { at: '2026-03-20T08:40' })).isSignedIn();
  await staff.page.route(`**/${GATE}`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/data-gate="[^"]+"/, `data-gate="${key.toString('hex')} ${hash} 990100 ${place}"`);
    await route.fulfill({ response: answer, body });
  });
  const gate = new Gate(staff);
  await staff.opens(GATE);
  await gate.away(true);
  await expect(gate.line).toHaveText('没有网，本机验真并记着');
  await gate.scans(printed);
  await expect(gate.answer).toContainText('先看这些，再放行');
  await expect(gate.answer.locator('p')).toHaveText(['先看这些，再放行', '1 人：child-height · 身高不超过 120 厘米', /^1 人：/]);
  await gate.page.getByRole('button', { name: '看过证件，放行' }).click();
  await expect(gate.answer).toContainText('放行 2 人');
  await expect(gate.answer).toContainText('000000000042');
  await gate.refuses(printed, '已经用过');
  // No digit can be another one; the engine's tests try each, here some of every group are tried.
  for (let at = 0; at < printed.length; at += 18) {
    const bent = `${printed.slice(0, at)}${(Number(printed[at]) + 1) % 10}${printed.slice(at + 1)}`;
    await gate.scans(bent);
    await expect(gate.answer, `digit ${at}`).toContainText(/不是本市签发的凭证|读不出来/);
    await gate.page.evaluate(() => { document.querySelector('#answer').textContent = ''; });
  }
});

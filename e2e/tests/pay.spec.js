// Money: from the signed-in home to the receipt, and back to where it came from when it must not stay.
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, expect } from '../lib/test.js';
import { CITY, VIOLATIONS } from '../lib/city.js';
import { BINARY } from '../lib/house.js';
import { PHONE_AGENT, Till, account, due, month, unpaid, yuan } from '../lib/till.js';

const h1 = (page) => page.getByRole('heading', { level: 1 });
const own = (person) => (one) => one.decision?.licence_no === person.resident_id;
const small = (car) => car.kind === '02';

const fits = {
  decided: (person) => person.licence && person.vehicles.some((car) => small(car) && car.violations.filter(own(person)).some((one) => one.state === 'decided')),
  undecided: (person) => person.licence && person.vehicles.some((car) => small(car) && car.violations.some((one) => one.state === 'open')),
  several: (person) => unpaid(account(person, 'electricity')).length > 1,
  one: (person) => unpaid(account(person, 'electricity')).length > 0,
  water: (person) => unpaid(account(person, 'water')).some((bill) => bill.min_fen > 0 && bill.min_fen < bill.rest_fen && bill.late_fee_fen === 0) && unpaid(account(person, 'water')).length === 1,
  hospital: (person) => account(person, 'hospital'),
};

const tills = async (people, citizen, fit, ...billers) => {
  const me = await citizen(await people.cast(fit), { userAgent: PHONE_AGENT });
  await me.isVerified();
  const till = new Till(me);
  for (const biller of billers) await till.has(biller);
  return till;
};

/** Electricity paid and booked: what many journeys begin with. */
const booked = async (people, citizen) => {
  const till = await tills(people, citizen, fits.one, 'electricity');
  await till.citizen.home();
  await till.link('电费');
  await till.link(/^全部缴清/);
  await till.button(/^付款 .+ 元$/);
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  return till;
};

test('A decided fine is paid in three taps from home', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.decided);
  const { page } = till;
  const { person } = till.citizen;
  const car = person.vehicles.find((one) => small(one) && one.violations.filter(own(person)).some((it) => it.state === 'decided'));
  const fine = car.violations.filter(own(person)).find((one) => one.state === 'decided');
  await till.citizen.hasCar(car);
  const sum = fine.fine_fen + (fine.decision.late_fee_fen ?? 0);
  await till.citizen.home();
  await till.link(VIOLATIONS.tile);
  const record = page.locator('.record', { hasText: fine.place }).filter({ hasText: fine.text.slice(0, 12) }).first();
  await till.tap(record.getByRole('link', { name: `缴款 ¥${yuan(sum)}` }));
  await expect(h1(page)).toHaveText('核对后付款');
  await expect(page.getByText('直接进国库，平台不经手、不收费')).toBeVisible();
  await till.button(`付款 ${yuan(sum)} 元`);
  expect(till.taps).toBeLessThanOrEqual(3);
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await expect(h1(page)).toHaveText('缴好了');
  await page.goto(`/${CITY}/s/${VIOLATIONS.id}/ask?again=1`);
  await expect(page.locator('.record', { hasText: fine.place }).filter({ hasText: fine.text.slice(0, 12) }).first()).toContainText('已办结');
});

test('An undecided record is accepted and paid in three taps, with what that means said before', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.undecided);
  const { page } = till;
  const car = till.citizen.person.vehicles.find((one) => small(one) && one.violations.some((it) => it.state === 'open'));
  const fine = car.violations.find((one) => one.state === 'open');
  await till.citizen.hasCar(car);
  await till.citizen.home();
  await till.link(VIOLATIONS.tile);
  await till.tap(page.locator('.record', { hasText: fine.place }).first().getByRole('link', { name: /^接受决定并缴款/ }));
  await expect(page.getByText('这条记录还只是拍到的，不是处罚')).toBeVisible();
  await expect(page.getByText('60 天内还可以申请行政复议')).toBeVisible();
  await till.button(`接受决定并付款 ${yuan(fine.fine_fen)} 元`);
  expect(till.taps).toBeLessThanOrEqual(3);
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await expect(h1(page)).toHaveText('缴好了');
});

test('An electricity bill is paid in three taps; every account is on one page', async ({ people, citizen }) => {
  const till = await booked(people, citizen);
  expect(till.taps).toBeLessThanOrEqual(3);
  const { page } = till;
  await expect(h1(page)).toHaveText('缴好了');
  await page.goto(`/${CITY}/s/electricity-bill/ask`);
  await expect(page.getByRole('link', { name: /^全部缴清/ })).toHaveCount(0);
  await page.goto('/me');
  await page.getByRole('link', { name: '我的缴费' }).click();
  await expect(page.locator('main ul.rows li', { hasText: '电费' }).first()).toContainText('不欠费');
  await page.goto('/me');
  await page.getByRole('link', { name: '我的付款' }).click();
  await expect(page.locator('main ul.rows li').first()).toContainText('已缴');
});

test('Several periods at once; a later one alone is offered with the earlier ones', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.several, 'electricity');
  const { page } = till;
  const bills = unpaid(account(till.citizen.person, 'electricity')).sort((a, b) => a.period.localeCompare(b.period));
  await page.goto(`/${CITY}/s/electricity-bill/ask`);
  await page.getByRole('checkbox', { name: month(bills[0].period) }).uncheck();
  await page.getByRole('checkbox', { name: month(bills[1].period) }).check();
  await page.getByRole('button', { name: '缴选中的账单' }).click();
  await expect(page.locator('.notice-title')).toHaveText('前面还有没缴的账单');
  const both = due(bills[0]) + due(bills[1]);
  await page.getByRole('link', { name: `连前面的一起缴，${yuan(both)} 元` }).click();
  await expect(page.getByRole('heading', { name: month(bills[0].period) })).toBeVisible();
  await expect(page.getByRole('heading', { name: month(bills[1].period) })).toBeVisible();
  await page.getByRole('button', { name: `付款 ${yuan(both)} 元` }).click();
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await page.goto(`/${CITY}/s/electricity-bill/ask?again=1`);
  await expect(page.getByRole('checkbox')).toHaveCount(bills.length - 2 > 1 ? bills.length - 2 : 0);
});

test('A part of a water bill is paid, and the rest is still owed', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.water, 'water');
  const { page } = till;
  const [bill] = unpaid(account(till.citizen.person, 'water'));
  await page.goto(`/${CITY}/s/water-bill/ask`);
  await page.getByLabel('只缴一部分（元）').fill('0');
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await expect(page).toHaveTitle(/^错误：/);
  await page.getByLabel('金额').fill(String(bill.min_fen / 100));
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await page.getByRole('button', { name: `付款 ${yuan(bill.min_fen)} 元` }).click();
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await page.goto(`/${CITY}/s/water-bill/ask?again=1`);
  await expect(page.getByRole('link', { name: `全部缴清 ${yuan(bill.rest_fen - bill.min_fen)} 元` })).toBeVisible();
});

test('A hospital card is topped up, and what is left goes back to where it came from', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.hospital, 'hospital');
  const { page } = till;
  await page.goto(`/${CITY}/s/hospital-card/ask`);
  await page.getByLabel('充多少（元）').fill('5');
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await expect(page, 'ten at least').toHaveTitle(/^错误：/);
  await page.goto(`/${CITY}/s/hospital-card/ask`);
  await page.getByRole('link', { name: '100 元', exact: true }).click();
  await page.getByRole('button', { name: '付款 100.00 元' }).click();
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await till.spends('hospital', 2_000);
  await page.goto(`/${CITY}/s/hospital-card/ask?again=1`);
  await page.getByRole('link', { name: '退回余额' }).click();
  await page.getByRole('button', { name: /^退回 .+ 元$/ }).click();
  await expect(page).toHaveURL(till.payment);
  await expect(page.getByText('您申请退回余额')).toBeVisible();
  await expect.poll(async () => { await page.reload(); return page.locator('.timeline .done', { hasText: '已退回' }).count(); }, { timeout: 40_000 }).toBe(1);
});

test('Another provider, and giving up: nothing is lost, and the home page remembers', async ({ people, citizen }) => {
  const till = await tills(people, citizen, fits.one, 'electricity');
  const { page } = till;
  await page.goto(`/${CITY}/s/electricity-bill/ask`);
  await page.getByRole('link', { name: /^全部缴清/ }).click();
  await page.getByRole('button', { name: /^付款 .+ 元$/ }).click();
  await till.atCashier();
  const cashier = page.url();
  await till.citizen.home();
  await page.getByRole('link', { name: /有一笔付款没有完成/ }).click();
  await page.getByRole('button', { name: '换成微信支付' }).click();
  await till.atCashier('wechatpay');
  await till.citizen.home();
  await page.getByRole('link', { name: /有一笔付款没有完成/ }).click();
  await expect(page.getByRole('link', { name: '去微信支付付款' })).toBeVisible();
  await page.getByRole('button', { name: '不付了' }).click();
  await expect(h1(page)).toHaveText('这次没有付款');

  // The cashier that was left open has closed as well, and leads back to the bill with nothing lost.
  await expect.poll(async () => { await page.goto(cashier); return page.getByText('订单已关闭').count(); }, { timeout: 20_000 }).toBe(1);
  await page.getByRole('link', { name: '返回商家' }).click();
  await expect(h1(page)).toHaveText('这次没有付款');
  await page.getByRole('link', { name: '回到账单' }).click();
  await expect(page.getByRole('link', { name: /^全部缴清/ })).toBeVisible();
  await till.citizen.home();
  await expect(page.getByText('有一笔付款没有完成')).toHaveCount(0);
});

test('The biller is down: the page may be left, says so by itself when it is booked, and moves nothing', async ({ people, citizen, house }) => {
  const till = await tills(people, citizen, fits.one, 'electricity');
  const { page } = till;
  await page.goto(`/${CITY}/s/electricity-bill/ask`);
  await page.getByRole('link', { name: /^全部缴清/ }).click();
  await page.getByRole('button', { name: /^付款 .+ 元$/ }).click();
  await till.atCashier();
  await house.fault('electricity', 'down');
  await till.pays();
  await expect(h1(page)).toHaveText('钱已收到，正在入账');
  await till.citizen.home();
  await page.getByRole('link', { name: /有一笔付款正在入账/ }).click();
  await expect(h1(page)).toHaveText('钱已收到，正在入账');
  const place = await page.locator('[data-poll]').boundingBox();
  await house.allWell();
  const news = page.getByRole('link', { name: '有新进展，点开看' });
  await expect(news).toBeVisible({ timeout: 60_000 });
  expect(await news.boundingBox(), 'nothing moved under the finger').toEqual(place);
  await news.click();
  await expect(h1(page)).toHaveText('缴好了', { timeout: 40_000 });
});

test('What was paid twice comes back by itself', async ({ people, citizen, house }) => {
  const till = await tills(people, citizen, fits.one, 'electricity');
  const { page } = till;
  await page.goto(`/${CITY}/s/electricity-bill/ask`);
  await page.getByRole('link', { name: /^全部缴清/ }).click();
  await page.getByRole('button', { name: /^付款 .+ 元$/ }).click();
  await till.atCashier();
  const first = await till.order('alipay');
  // The first order cannot be closed, so both can be paid.
  await house.fault('alipay', 'down');
  await till.citizen.home();
  await page.getByRole('link', { name: /有一笔付款没有完成/ }).click();
  await page.getByRole('button', { name: '换成微信支付' }).click();
  await expect(page.getByRole('link', { name: '去微信支付付款' }).or(page.getByRole('button', { name: /^付款 ¥/ }))).toBeVisible();
  if (await page.getByRole('link', { name: '去微信支付付款' }).count()) await page.getByRole('link', { name: '去微信支付付款' }).click();
  await till.atCashier('wechatpay');
  await till.pays();
  await till.until('posted');
  await till.paysElsewhere('alipay', first);
  await house.allWell();
  await expect.poll(async () => { await page.reload(); return page.getByText('重复付款，自动退回').count(); }, { timeout: 60_000 }).toBe(1);
  await expect.poll(async () => { await page.reload(); return page.locator('.timeline .done', { hasText: '已退回' }).count(); }, { timeout: 40_000 }).toBe(1);
  await expect(h1(page)).toHaveText('缴好了');
});

test('A receipt prints, is confirmed by its code, verifies on the page and offline, and an altered one does not', async ({ people, citizen, house }) => {
  const till = await booked(people, citizen);
  const { page } = till;
  await page.getByRole('link', { name: '看缴费凭证' }).click();
  await expect(page.locator('.receipt-sum')).toContainText(/[壹贰叁肆伍陆柒捌玖]/);
  await page.evaluate(() => { globalThis.print = () => { document.title = 'printed'; }; });
  await page.getByRole('button', { name: '打印' }).click();
  await expect(page).toHaveTitle('printed');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const [ink, ground] = await page.locator('.receipt').evaluate((it) => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]);
  expect([ink, ground]).toEqual(['rgb(0, 0, 0)', 'rgba(0, 0, 0, 0)']);
  await expect(page.locator('.receipt .qr svg')).toBeVisible();
  for (const hidden of ['.bar', '.foot', '.actions']) await expect(page.locator(hidden).first()).toBeHidden();
  await page.emulateMedia({ media: null, colorScheme: null });

  const text = await (await till.citizen.get(`${till.payment}/receipt.json`)).text();
  const altered = text.replace(/amount_fen\\":(\d)/, 'amount_fen\\":9$1');
  const [genuine, forged] = [join(house.directory, 'receipt.json'), join(house.directory, 'altered.json')];
  await writeFile(genuine, text);
  await writeFile(forged, altered);

  const stranger = await citizen(null);
  await stranger.page.goto('/verify');
  await stranger.page.getByLabel('选凭证文件').setInputFiles(genuine);
  await expect(stranger.page.getByLabel('凭证文件的内容')).toHaveValue(/shimin-receipt/);
  await stranger.page.getByRole('button', { name: '核对' }).click();
  await expect(stranger.page.getByText('凭证是真的')).toBeVisible();
  await stranger.page.getByLabel('凭证文件的内容').fill(altered);
  await stranger.page.getByRole('button', { name: '核对' }).click();
  await expect(stranger.page.getByText('签名对不上')).toBeVisible();

  await stranger.page.goto(`/${CITY}/receipt-key`);
  const key = await stranger.page.locator('code').first().textContent();
  const verify = (file) => JSON.parse(execFileSync(BINARY, ['receipt', 'verify', file, '--key', key, '--json'], { encoding: 'utf8' }));
  expect(verify(genuine)).toMatchObject({ genuine: true });
  const refused = (() => { try { return verify(forged); } catch (ended) { return { status: ended.status, ...JSON.parse(ended.stdout) }; } })();
  expect(refused).toMatchObject({ status: 1, genuine: false, wrong: 'signature' });
});

test('Paying works without scripts', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.one), { javaScriptEnabled: false, userAgent: PHONE_AGENT });
  await me.isVerified();
  const till = await new Till(me).has('electricity');
  const { page } = till;
  await page.goto(`/${CITY}/bills`);
  await page.locator('main ul.rows').getByRole('link', { name: /电费/ }).first().click();
  await page.getByRole('link', { name: /^全部缴清/ }).click();
  await page.getByRole('button', { name: /^付款 .+ 元$/ }).click();
  await till.atCashier();
  await till.pays();
  await till.until('posted');
  await page.getByRole('link', { name: '看缴费凭证' }).click();
  await expect(page.getByRole('button', { name: '打印' })).toHaveCount(0);
});

test('The same through the open API: priced, paid once whatever is repeated, followed, and proved', async ({ people, citizen, house }) => {
  const till = await tills(people, citizen, fits.one, 'electricity');
  const made = await (await till.citizen.post('/me/tokens', { label: 'e2e' })).text();
  const [, token] = made.match(/<code translate="no">([^<]+)</);
  const call = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${house.url}/api/v1/cities/${CITY}${path}`, {
      method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text(), json() { return JSON.parse(this.text); } };
  };
  const bills = unpaid(account(till.citizen.person, 'electricity'));
  const card = (await call('GET', '/cards')).json().find((one) => one.kind === 'customer');
  const records = (await call('GET', `/services/electricity-bill/records?card=${card.id}`)).json();
  const rows = records.rows.filter((row) => row.state === 'open').map((row) => row.id);
  const at = `/services/electricity-bill/cards/${card.id}`;
  const quote = (await call('POST', `${at}/quote`, { rows })).json();
  expect(quote.total_fen).toBe(bills.reduce((sum, bill) => sum + due(bill), 0));
  expect((await call('GET', '/bills')).json()[0]).toMatchObject({ due_fen: quote.total_fen, open_count: rows.length });

  const order = { rows, total_fen: quote.total_fen, provider: 'alipay' };
  const changed = await call('POST', `${at}/payments`, { ...order, total_fen: quote.total_fen - 1 });
  expect([changed.status, changed.json().code]).toEqual([409, 'amount_changed']);
  const key = { 'idempotency-key': 'e2e-of-the-open-api' };
  const [first, again] = [await call('POST', `${at}/payments`, order, key), await call('POST', `${at}/payments`, order, key)];
  expect([first.status, again.text]).toEqual([201, first.text]);
  const path = `/payments/${first.json().payment}`;
  const pending = (await call('GET', path)).json();
  expect(pending).toMatchObject({ state: 'pending', amount_fen: quote.total_fen });
  expect(pending.cashier.url).toContain(house.sandbox);
  expect((await call('GET', `${path}/receipt`)).status, 'no receipt before it is booked').toBe(404);
  // The gateway hears of the order when its cashier is opened.
  await fetch(pending.cashier.url);
  await till.paysElsewhere('alipay', await till.order('alipay'));
  await expect.poll(async () => (await call('GET', path)).json().state, { timeout: 30_000 }).toBe('posted');
  expect((await call('DELETE', path)).json().code, 'what is paid is not given up').toBe('payment_not_now');
  expect((await call('GET', `${path}/receipt`)).json()).toMatchObject({ amount_fen: quote.total_fen });
  const { key: city } = (await call('GET', '/receipt-key')).json();
  const file = (await call('GET', `${path}/receipt/file`)).text;
  const verified = JSON.parse(execFileSync(BINARY, ['receipt', 'verify', '-', '--key', city, '--json'], { encoding: 'utf8', input: file }));
  expect(verified).toMatchObject({ genuine: true });
  expect((await call('GET', '/payments')).json().payments).toHaveLength(1);
});

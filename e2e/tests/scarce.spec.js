// When there is one left: who was quicker, who waits, what an exchange does, and a hold that runs out.
import { test, expect } from '../lib/test.js';
import { axe } from '../lib/bars.js';
import { COACH, Desk, POLICE } from '../lib/booking.js';
import { eventually } from '../lib/house.js';
import { fits } from '../lib/people.js';
import { PHONE_AGENT } from '../lib/till.js';

// A Wednesday afternoon: tomorrow is released.
test.use({ at: '2026-11-25T14:00' });

const HERE = 'police-appointment/xiaodian-hall/id-card';
const BOOK = `/taiyuan/s/${POLICE.id}/book?matter=id-card-renew&place=xiaodian-hall&on=2026-11-26`;
const h1 = (page) => page.getByRole('heading', { level: 1 });
const adult = (person) => fits.anybody(person) && 2026 - Number(person.resident_id.slice(6, 10)) >= 20;

const somebody = async (people, citizen) => {
  const me = await citizen(await people.cast(adult), { userAgent: PHONE_AGENT });
  await me.isVerified();
  return me;
};

/** Presses a button or follows a link, and is on the page that it leads to. */
const press = async (page, name, role = 'button') => {
  await page.getByRole(role, { name }).first().click();
  await page.waitForLoadState('load');
};

/** The window of tomorrow morning has one number, and it is for whoever books online. */
async function oneIsLeft(clerk) {
  const staff = await (await clerk('scheduler')).isSignedIn();
  const { page } = staff;
  await staff.opens(`schedule?at=${HERE}&from=2026-11-26`);
  await page.locator('main a[href*="/pools/"]').first().click();
  await expect(page.locator('main')).toContainText('09:00–12:00');
  await press(page, '改名额', 'link');
  for (const [label, value] of [['总名额', '1'], ['网上最多', '1'], ['现场最多', '0'], ['电话最多', '0'], ['原因', '窗口维修']]) await page.getByLabel(label).fill(value);
  await press(page, '保存');
  await expect(page.locator('main')).toContainText('改过');
}

test('The last one: the quicker one has it, the other finds the nearest three with their form, two wait, and the first of them gets what comes back', async ({ people, citizen, clerk, house }) => {
  test.setTimeout(150_000);
  await oneIsLeft(clerk);
  const [first, second, third, fourth] = [await somebody(people, citizen), await somebody(people, citizen), await somebody(people, citizen), await somebody(people, citizen)];
  let path;
  await test.step('two look at the same one, and one presses first', async () => {
    for (const { page } of [first, second]) {
      await page.goto(BOOK);
      await page.locator('main a[href*="/book/check?"]').first().click();
      await expect(h1(page)).toHaveText('核对后预约');
      await expect(page.locator('main')).toContainText(/09:\d\d/);
    }
    await press(first.page, /^预约 /);
    await expect(h1(first.page)).toHaveText('约好了');
    path = new URL(first.page.url()).pathname;
    await press(second.page, /^预约 /);
    await expect(second.page.locator('#refused')).toContainText('这个刚刚被约走了');
    await expect(second.page.locator('ul.slots form')).toHaveCount(3);
    expect(await axe(second.page)).toEqual([]);
  });

  await test.step('one of the nearest is one tap and the check away', async () => {
    await second.page.locator('ul.slots form button').first().click();
    await second.page.waitForLoadState('load');
    await expect(h1(second.page)).toHaveText('核对后预约');
    await expect(second.page.locator('#refused')).toHaveCount(0);
    await press(second.page, /^预约 /);
    await expect(h1(second.page)).toHaveText('约好了');
  });

  await test.step('two others wait, in the order in which they came', async () => {
    for (const [i, { page }] of [third, fourth].entries()) {
      await page.goto(BOOK);
      await press(page, '加入候补', 'link');
      await expect(page.locator('main')).toContainText('有人退，就按先后给您留一个');
      expect(await axe(page)).toEqual([]);
      await press(page, '加入候补');
      await expect(page.locator('main')).toContainText('已加入候补');
      await expect(page.locator('main')).toContainText(`前面还有 ${i} 人`);
      expect(await axe(page)).toEqual([]);
    }
  });

  await test.step('the first gives it up; after a while that nobody can foresee it is kept for whoever waited longest', async () => {
    await first.page.goto(path);
    await press(first.page, '取消预约', 'link');
    await press(first.page, '取消这次预约');
    await expect(h1(first.page)).toHaveText('预约已取消');
    await house.passes(31 * 60);
    await eventually('a text message', async () => (await house.messages(third.person.phone)).some(({ text }) => text.includes('轮到您了')), 20_000);
    await third.page.goto('/taiyuan/bookings');
    await expect(third.page.locator('main')).not.toContainText('我的候补');
    await third.page.locator('main ul.rows a').first().click();
    await expect(h1(third.page)).toHaveText('号给您留着，还差一步');
    await expect(third.page.locator('[data-clock]')).toHaveText(/^\d+:\d\d$/);
    expect(await axe(third.page)).toEqual([]);
    await press(third.page, '确认预约');
    await expect(h1(third.page)).toHaveText('约好了');
    await fourth.page.goto('/taiyuan/bookings');
    await expect(fourth.page.locator('main'), 'there was one, for one').toContainText('前面还有 0 人');
    await press(fourth.page, /^退出候补/);
    await expect(fourth.page.locator('main')).not.toContainText('我的候补');
  });
});

test('An exchange: the new time is taken, the old one is given up, and it says how often that goes', async ({ people, citizen }) => {
  const { page, ...me } = await somebody(people, citizen);
  const old = await new Desk({ page, ...me }).has(POLICE, 'matter=id-card-renew&place=wanbailin-hall');
  const number = await page.locator('.voucher .digits').textContent();
  await press(page, '改时间', 'link');
  await expect(page.locator('.notice').first()).toContainText('原来的就退掉');
  await page.locator('main a[href*="/book/check?"]').nth(1).click();
  await expect(h1(page)).toHaveText('核对后预约');
  expect(await axe(page)).toEqual([]);
  await press(page, /^改到 /);
  await expect(h1(page)).toHaveText('约好了');
  expect(await page.locator('.voucher .digits').textContent()).not.toBe(number);
  const moved = page.url();
  await page.goto(old);
  await expect(h1(page)).toHaveText('已经改到别的时间');
  expect(await axe(page)).toEqual([]);
  await press(page, '看改后的预约', 'link');
  await expect(page).toHaveURL(moved);
});

test('A hold is extended once, runs out, and the form is as it was: who goes, which seat, from where to where', async ({ people, citizen, house }) => {
  const me = await somebody(people, citizen);
  const { page } = me;
  const parent = await people.cast(adult);
  await me.post('/me/companions', { name: parent.name, resident_id: parent.resident_id, relation: 'parent' });
  await page.goto(`/taiyuan/s/${COACH.id}/book?place=south-station&section=south-lines&from=yuci&to=pingyao&on=2026-11-27`);
  await page.locator('main a[href*="/book/check?"]').first().click();
  await page.getByRole('checkbox', { name: new RegExp(parent.name.slice(0, 1)) }).check();
  for (const seat of ['3A', '3B']) await page.getByRole('checkbox', { name: new RegExp(`^${seat}`) }).check();
  await press(page, /^预约并付款/);
  if (!page.url().startsWith(house.sandbox)) {
    await expect(page.locator('main'), 'two cost more than one, and that is said first').toContainText('刚才是');
    await press(page, /^预约并付款/);
  }
  await expect(page).toHaveURL(new RegExp(`^${house.sandbox}`));
  await page.goto('/taiyuan/bookings');
  await page.locator('main ul.rows a').first().click();
  const path = new URL(page.url()).pathname;
  const clock = async () => {
    const [minutes, seconds] = (await page.locator('[data-clock]').textContent()).split(':').map(Number);
    return 60 * minutes + seconds;
  };
  await expect(page.locator('[data-clock]')).toHaveText(/^1[45]:\d\d$/);
  await expect(page.locator('main')).toContainText('座位 3A 3B');
  await press(page, /^延长 5 分钟/);
  expect(await clock()).toBeGreaterThan(15 * 60);
  await expect(page.getByRole('button', { name: /^延长/ }), 'once').toHaveCount(0);
  expect(await axe(page)).toEqual([]);
  await house.passes(20 * 60 + 200);
  await eventually('it ran out', async () => {
    await page.goto(path);
    return (await h1(page).textContent()) === '保留时间过了，号已经放回';
  }, 30_000);
  expect(await axe(page)).toEqual([]);
  await press(page, '重新预约', 'link');
  await expect(h1(page)).toHaveText('核对后预约');
  await expect(page.locator('main')).toContainText('榆次 – 平遥');
  await expect(page.getByRole('checkbox', { name: new RegExp(parent.name.slice(0, 1)) })).toBeChecked();
  // Given up by a deadline, seats come back after a random time like any other.
  await house.passes(6 * 60);
  await eventually('the seats are free again', async () => {
    await page.reload();
    return (await page.getByRole('checkbox', { name: /^3A/ }).isChecked()) && page.getByRole('checkbox', { name: /^3B/ }).isChecked();
  }, 20_000);
});

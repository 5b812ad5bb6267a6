// From nothing to the first answer, as a person does it.
import { test, expect } from '../lib/test.js';
import { CITY, CITY_NAME, VIOLATIONS } from '../lib/city.js';
import { carOf, fits, openOf } from '../lib/people.js';

test('A first visit ends with my violations, their photograph, and my own look on the record', async ({ people, citizen }) => {
  const person = await people.cast(fits.driver);
  const car = carOf(person);
  const me = await citizen(person);
  const { page } = me;

  await test.step('choose the city', async () => {
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('选择城市');
    await page.getByRole('link', { name: CITY_NAME }).click();
    await expect(page).toHaveTitle(/^太原市市民之家/);
  });

  await test.step('sign in with the code from the phone', async () => {
    await page.getByRole('link', { name: '登录后看自己的车、证和账单' }).click();
    await me.startsSigningIn();
    await expect(page.getByText(`已发到 ${person.phone.slice(0, 3)}****${person.phone.slice(-4)}，5 分钟内有效`)).toBeVisible();
    expect(page.url(), 'the number never stands in an address').not.toContain(person.phone);
    await expect(page.getByRole('button', { name: /^重新发送 \(\d+\)/ })).toBeDisabled();
    await me.typesTheCode();
    await expect(page).toHaveURL(`/${CITY}`);
  });

  await test.step('confirm the real name', async () => {
    await page.getByRole('link', { name: '先完成实名认证' }).click();
    await me.confirmsRealName();
    await expect(page).toHaveURL(`/${CITY}`);
  });

  await test.step('add the car', async () => {
    await page.getByRole('link', { name: '添加我的车、证或户号' }).click();
    await page.getByRole('link', { name: '添加车辆' }).click();
    await me.addsCar(car);
    await expect(page).toHaveURL(`/${CITY}/cards`);
    await expect(page.getByText(car.plate, { exact: true })).toBeVisible();
    await expect(page.getByText(car.brand)).toBeVisible();
    await page.getByRole('link', { name: '返回' }).click();
  });

  await test.step('one tap from home to the violations', async () => {
    await expect(page).toHaveURL(`/${CITY}`);
    await page.getByRole('link', { name: VIOLATIONS.tile, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${openOf(car).length} 条违法待处理`);
    await expect(page.locator('.source')).toContainText('数据来自太原市公安局交通警察支队 · ');
    await expect(page.locator('.source time')).toHaveText(/更新$/);
    await expect(page.locator('.record')).toHaveCount(car.violations.length);
  });

  const violation = openOf(car).find((one) => one.photo_status === 1);
  await test.step('one more tap to a record with its photograph', async () => {
    await page.locator('.record', { hasText: violation.place }).getByRole('link', { name: violation.text }).first().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(violation.text);
    for (const said of [violation.id, violation.place, violation.law, violation.office, violation.code]) {
      await expect(page.getByText(said, { exact: true }).first()).toBeVisible();
    }
    await expect(page.getByText((violation.fine_fen / 100).toFixed(2)).first()).toBeVisible();
    const photo = page.getByRole('img', { name: violation.place });
    await photo.scrollIntoViewIfNeeded();
    await expect.poll(() => photo.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(300);
    await expect(page.getByText('结果指纹')).toBeVisible();
  });

  await test.step('the figure stands on the home page, without asking again', async () => {
    await me.home();
    const figure = page.locator('.stats a', { hasText: '待处理违法' });
    await expect(figure).toContainText(String(openOf(car).length));
  });

  await test.step('every look is on record, mine as well', async () => {
    await page.getByRole('link', { name: '谁看过我的信息' }).click();
    const log = page.locator('main ul.rows li');
    await expect(log.filter({ hasText: `${CITY_NAME} · ${VIOLATIONS.name} · 照片证据` }).first()).toContainText('您本人');
    await expect(log.filter({ hasText: `${CITY_NAME} · ${VIOLATIONS.name}` }).first()).toContainText('您本人');
    await expect(log.filter({ hasText: '核对了姓名和身份证号' }).first()).toBeVisible();
    await expect(log.filter({ hasText: '核对了车辆、驾驶证或户号是谁的' }).first()).toBeVisible();
  });
});

test('A deep link survives sign-in, the real-name check and the first card', async ({ people, citizen }) => {
  const person = await people.cast(fits.driver);
  const me = await citizen(person);
  const { page } = me;
  await page.goto(`/${CITY}/s/${VIOLATIONS.id}`);
  await page.getByRole('link', { name: '登录后开始' }).click();
  await me.startsSigningIn();
  await me.typesTheCode();
  await me.confirmsRealName();
  await page.getByRole('link', { name: '添加车辆' }).click();
  await me.addsCar();
  await expect(page).toHaveURL(`/${CITY}/s/${VIOLATIONS.id}/ask`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/条违法待处理$/);
});

test('Somebody without violations gets good news, and never reads "no data"', async ({ people, citizen }) => {
  const person = await people.cast(fits.spotless);
  const me = await citizen(person);
  await me.isVerified();
  await me.hasCar();
  await me.hasLicence();
  const { page } = me;
  await me.home();
  await page.getByRole('link', { name: VIOLATIONS.tile, exact: true }).click();
  await expect(page.getByRole('heading', { name: '太好了，没有违法记录' })).toBeVisible();
  await expect(page.getByText(`${carOf(person).plate} 目前没有违法记录。继续安心开车。`)).toBeVisible();
  await expect(page.locator('.source')).toContainText('数据来自');
  await me.home();
  // Not among the eight on the home page: one tap more.
  await page.goto(`/${CITY}/s/licence-points/ask`);
  await expect(page.getByText(`还剩 ${12 - person.licence.points_taken} 分`).first()).toBeVisible();
  await expect(page.getByText('暂无数据')).toHaveCount(0);
  await page.goto(`/${CITY}/s/driver-medical-exam/ask`);
  await me.home();
  const figures = page.locator('.stats');
  await expect(figures, 'a figure that is a choice is told in words').toContainText(/现在不用交|已经交了|快到期了|已经过期/);
  await expect(figures).not.toContainText(/[a-z]/);
});

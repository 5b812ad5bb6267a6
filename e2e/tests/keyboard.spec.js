// The main journey with nothing but Tab, Enter and letters, and the focus in sight at every step.
import { test, expect } from '../lib/test.js';
import { CITY, CITY_NAME, VIOLATIONS } from '../lib/city.js';
import { tabTo } from '../lib/keyboard.js';
import { carOf, fits, openOf } from '../lib/people.js';

test('The main journey needs no mouse', async ({ people, citizen, house }) => {
  const person = await people.cast(fits.driver);
  const car = carOf(person);
  const me = await citizen(person);
  const { page } = me;
  const enter = async (wanted) => {
    await tabTo(page, wanted);
    await Promise.all([page.waitForLoadState('load'), page.keyboard.press('Enter')]);
  };
  const h1 = page.getByRole('heading', { level: 1 });

  await page.goto('/');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip'), 'the first stop leads past the header').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
  await enter(new RegExp(`^${CITY_NAME}`));
  await expect(page).toHaveURL(`/${CITY}`);

  await enter(/^登录后看自己的车、证和账单/);
  await expect(h1).toHaveText('用手机号登录');
  const before = (await house.messages(person.phone)).length;
  await tabTo(page, '手机号');
  await page.keyboard.type(person.phone);
  await page.keyboard.press('Enter');
  await expect(h1).toHaveText('输入验证码');
  await tabTo(page, '验证码');
  await page.keyboard.type(await house.code(person.phone, before));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/${CITY}`);

  await enter(/^先完成实名认证/);
  await expect(h1).toHaveText('实名认证');
  await tabTo(page, '姓名');
  await page.keyboard.insertText(person.name);
  await tabTo(page, '身份证号');
  await page.keyboard.type(person.resident_id);
  await enter('核对');
  await expect(page).toHaveURL(`/${CITY}`);

  await enter(/^添加我的车、证或户号/);
  await expect(h1).toHaveText('我的卡');
  await enter(/^添加车辆/);
  await expect(h1).toHaveText('添加车辆');
  await tabTo(page, '车牌号');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(car.plate);
  await tabTo(page, '车架号后 6 位');
  await page.keyboard.type(car.vin_tail);
  await enter('核对并添加');
  await expect(page).toHaveURL(`/${CITY}/cards`);

  await enter(/^返回/);
  await expect(page).toHaveURL(`/${CITY}`);
  await enter(VIOLATIONS.tile);
  await expect(h1).toHaveText(`${openOf(car).length} 条违法待处理`);
  const first = (await page.locator('.record a').first().textContent()).trim();
  await enter(first);
  await expect(h1).toHaveText(first);
  await tabTo(page, /^结果指纹/);
  await page.keyboard.press('Enter');
  await expect(page.locator('details code')).toBeVisible();
});

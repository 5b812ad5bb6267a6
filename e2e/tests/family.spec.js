// Grown-up family members agree on their own phone; a child's guardian acts for the child.
import { test, expect } from '../lib/test.js';
import { CITY, VIOLATIONS } from '../lib/city.js';
import { carOf, fits, openOf } from '../lib/people.js';

test("A family member's car needs their consent, shows who looked, and is gone when they take it back", async ({ people, citizen }) => {
  const [owner, helper] = [await citizen(await people.cast(fits.driver)), await citizen(await people.cast(fits.anybody))];
  await owner.isVerified();
  await helper.isVerified();
  const car = carOf(owner.person);

  await test.step('the helper asks', async () => {
    const { page } = helper;
    await helper.home();
    await page.goto('/me/consents');
    await page.getByLabel('姓名').fill(owner.person.name);
    await page.getByLabel('手机号').fill(owner.person.phone);
    await page.getByRole('button', { name: '发出申请' }).click();
    await expect(page.getByText('申请已发出')).toBeVisible();
    await expect(page.locator('main ul.rows li').first()).toContainText('等待同意');
  });

  await test.step('the owner agrees on their own phone', async () => {
    const { page } = owner;
    await owner.home();
    await page.getByRole('link', { name: '有 1 位家人等您同意' }).click();
    await expect(page.getByText(/想看您的$/)).toBeVisible();
    await expect(page.getByText(helper.person.name), 'masked').toHaveCount(0);
    await page.getByRole('button', { name: '同意', exact: true }).click();
    await expect(page.locator('.consent')).toContainText('已同意');
  });

  await test.step('the helper adds the car and sees its violations', async () => {
    const { page } = helper;
    await page.goto('/me/consents');
    await page.locator('main ul.rows').getByRole('link', { name: '已同意' }).click();
    await helper.addsCar(car);
    await expect(page).toHaveURL(`/${CITY}/cards`);
    await helper.home();
    await page.getByRole('link', { name: VIOLATIONS.tile, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${openOf(car).length} 条违法待处理`);
  });
  const address = helper.page.url();

  await test.step('the owner reads who looked, and takes it back', async () => {
    const { page } = owner;
    await page.goto('/me/access');
    const looks = page.locator('main ul.rows li', { hasText: VIOLATIONS.name });
    await expect(looks.first()).toContainText(helper.person.name[0]);
    await expect(looks.first()).toContainText('查看');
    await expect(looks.first()).not.toContainText('您本人');
    await page.goto('/me/consents');
    await page.getByRole('button', { name: '收回同意' }).click();
    await expect(page.getByText('我同意过的')).toHaveCount(0);
  });

  await test.step('and the card is gone at once', async () => {
    const { page } = helper;
    await page.goto(`/${CITY}/cards`);
    await expect(page.getByText('还没有卡')).toBeVisible();
    await expect(page.getByText(car.plate)).toHaveCount(0);
    await page.goto(address);
    await expect(page.getByRole('heading', { name: '添加车辆' })).toBeVisible();
    await expect(page.locator('.record')).toHaveCount(0);
  });
});

test('Asking a stranger gets the same reply whether or not they are here', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isVerified();
  const { page } = me;
  await page.goto('/me/consents');
  await page.getByLabel('姓名').fill('某某某');
  await page.getByLabel('手机号').fill('19900009000');
  await page.getByRole('button', { name: '发出申请' }).click();
  await expect(page.getByText('申请已发出')).toBeVisible();
});

test("A guardian adds the child's car; somebody else cannot", async ({ people, citizen }) => {
  const child = await people.ward();
  const [car] = child.vehicles;
  const fill = async ({ page }) => {
    await page.getByLabel('孩子的姓名').fill(child.name);
    await page.getByLabel('孩子的身份证号').fill(child.resident_id);
    await page.getByLabel('车牌号').fill(car.plate);
    await page.getByLabel('号牌种类').selectOption(car.kind);
    await page.getByLabel('车架号后 6 位').fill(car.vin_tail);
    await page.getByRole('button', { name: '核对并添加' }).click();
  };

  const stranger = await citizen(await people.cast(fits.anybody));
  await stranger.isVerified();
  await stranger.page.goto(`/${CITY}/cards/vehicle?for=ward`);
  await fill(stranger);
  await expect(stranger.page.locator('#errors')).toBeFocused();
  await expect(stranger.page.getByLabel('孩子的姓名')).toHaveValue(child.name);

  const guardian = await citizen(await people.role('driver-with-open-violations'));
  await guardian.isVerified();
  const { page } = guardian;
  await page.goto(`/${CITY}/cards/vehicle`);
  await page.getByRole('link', { name: '我的孩子' }).click();
  await fill(guardian);
  await expect(page).toHaveURL(`/${CITY}/cards`);
  await expect(page.getByText(car.plate, { exact: true })).toBeVisible();
  await guardian.home();
  await page.getByRole('link', { name: VIOLATIONS.tile, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${openOf(car).length} 条违法待处理`);

  await page.goto(`/${CITY}/cards`);
  await page.getByRole('link', { name: `移除 ${car.plate}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`移除 ${car.plate}？`);
  await page.getByRole('button', { name: '移除' }).click();
  await expect(page.getByText('还没有卡')).toBeVisible();
});

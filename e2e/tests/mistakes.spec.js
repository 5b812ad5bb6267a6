// A mistake is named in place, in words that mend it; everything else that was typed stays.
import { test, expect } from '../lib/test.js';
import { CITY } from '../lib/city.js';
import { carOf, fits } from '../lib/people.js';

async function names(page, field, message) {
  const summary = page.locator('#errors');
  await expect(summary).toBeFocused();
  await expect(page).toHaveTitle(/^错误：/);
  const beside = page.locator(`#${field}-error`);
  await expect(beside).toHaveText(message);
  const words = (await beside.textContent()).trim();
  await expect(page.locator(`#${field}`)).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator(`#${field}`)).toHaveAttribute('aria-describedby', new RegExp(`${field}-error`));
  const link = summary.getByRole('link', { name: words });
  await expect(link).toHaveAttribute('href', `#${field}`);
  await link.click();
  await expect(page.locator(`#${field}`)).toBeFocused();
}

test('A wrong phone number is named, and stays to be mended', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('手机号').fill('1990000');
  await page.getByRole('button', { name: '发送验证码' }).click();
  await names(page, 'phone', /手机号应为 11 位，现在是 7 位/);
  await expect(page.getByLabel('手机号')).toHaveValue('1990000');
});

test('A wrong code says how many tries are left, and the right one still works', async ({ people, citizen, house }) => {
  const me = await citizen(await people.cast(fits.anybody));
  const { page } = me;
  await page.goto(`/sign-in?to=/${CITY}`);
  await me.startsSigningIn();
  const right = await house.code(me.person.phone, me.before);
  const wrong = right === '000000' ? '000001' : '000000';
  await page.getByLabel('验证码', { exact: true }).fill(wrong);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await names(page, 'code', /验证码不对，还可以再试 4 次/);
  await me.typesTheCode();
  await expect(page).toHaveURL(`/${CITY}`);
});

test('A second code within the minute says when to come back', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.anybody));
  const { page } = me;
  await page.goto('/sign-in');
  await me.startsSigningIn();
  await page.getByRole('link', { name: '换一个手机号' }).click();
  await page.getByLabel('手机号').fill(me.person.phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await expect(page.getByText(/试得太快了，\d+ 秒后再试/)).toBeVisible();
  await expect(page.getByLabel('手机号')).toHaveValue(me.person.phone);
});

test('A wrong resident ID and a wrong name are named, and the other answer stays', async ({ people, citizen }) => {
  const person = await people.cast(fits.anybody);
  const me = await citizen(person);
  await me.isSignedIn();
  const { page } = me;
  await page.goto(`/real-name?to=/${CITY}`);

  // One digit mistyped: the check digit no longer fits.
  const last = person.resident_id.at(-1);
  const mistyped = person.resident_id.slice(0, -1) + (last === '1' ? '2' : '1');
  await page.getByLabel('姓名').fill(person.name);
  await page.getByLabel('身份证号').fill(mistyped);
  await page.getByRole('button', { name: '核对' }).click();
  await names(page, 'resident_id', /身份证号有一位不对，对照证件逐位核对/);
  await expect(page.getByLabel('姓名')).toHaveValue(person.name);
  await expect(page.getByLabel('身份证号')).toHaveValue(mistyped);

  // A name that is not on the card: only the register knows.
  await page.getByLabel('姓名').fill('某某某');
  await page.getByLabel('身份证号').fill(person.resident_id);
  await page.getByRole('button', { name: '核对' }).click();
  await expect(page.locator('#errors')).toBeFocused();
  await expect(page.getByLabel('身份证号')).toHaveValue(person.resident_id);
  await page.getByLabel('姓名').fill(person.name);
  await page.getByRole('button', { name: '核对' }).click();
  await expect(page).toHaveURL(`/${CITY}`);
});

test('A wrong plate and a wrong VIN are both named at once, and nothing typed is lost', async ({ people, citizen }) => {
  const person = await people.cast(fits.owner);
  const car = carOf(person);
  const me = await citizen(person);
  await me.isVerified();
  const { page } = me;
  await page.goto(`/${CITY}/cards/vehicle`);
  await expect(page.getByLabel('车牌号'), 'the place is typed already').toHaveValue('晋A');
  await page.getByLabel('车牌号').fill('晋A12');
  await page.getByLabel('号牌种类').selectOption('02');
  await page.getByLabel('车架号后 6 位').fill('12');
  await page.getByRole('button', { name: '核对并添加' }).click();
  await expect(page.getByRole('heading', { name: '有 2 处需要改一下' })).toBeVisible();
  await names(page, 'plate', /./);
  await expect(page.locator('#vin_tail-error')).toBeVisible();
  await expect(page.getByLabel('车牌号')).toHaveValue('晋A12');
  await expect(page.getByLabel('车架号后 6 位')).toHaveValue('12');

  // As people type it: small letters, spaces and a dot are no mistake.
  await page.getByLabel('车牌号').fill(` ${car.plate[0]}${car.plate[1].toLowerCase()}·${car.plate.slice(2).toLowerCase()} `);
  await page.getByLabel('车架号后 6 位').fill(car.vin_tail.toLowerCase());
  await page.getByRole('button', { name: '核对并添加' }).click();
  await expect(page).toHaveURL(`/${CITY}/cards`);
  await expect(page.getByText(car.plate, { exact: true })).toBeVisible();
});

test('Closing the account needs the box to be ticked, and then nobody is signed in', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isVerified();
  const { page } = me;
  await page.goto('/me/delete');
  await page.getByRole('button', { name: '注销账号' }).click();
  await names(page, 'confirm', /要注销，先勾选上面这一条/);
  await page.getByLabel('我明白，账号删掉后不能恢复').check();
  await page.getByRole('button', { name: '注销账号' }).click();
  await page.goto('/me');
  await expect(page).toHaveURL('/sign-in?to=/me');
});

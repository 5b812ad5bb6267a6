// Text size, appearance and language: one tap, at once, everywhere, and still there next time.
import { test, expect } from '../lib/test.js';
import { CITY } from '../lib/city.js';
import { fits } from '../lib/people.js';

const rem = (page) => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));

test('The large text is one tap on the home page, and stays', async ({ page }) => {
  await page.goto(`/${CITY}`);
  expect(await rem(page)).toBe(16);
  await page.getByRole('button', { name: '大字版' }).click();
  await expect(page.getByRole('button', { name: '标准版' })).toBeVisible();
  expect(await rem(page)).toBe(21);
  await page.goto('/help');
  expect(await rem(page)).toBe(21);
  await page.getByRole('button', { name: '特大' }).click();
  await expect.poll(() => rem(page)).toBe(30);
  await expect(page.getByRole('button', { name: '特大' })).toHaveAttribute('aria-pressed', 'true');
  await page.reload();
  expect(await rem(page)).toBe(30);
  await page.goto(`/${CITY}`);
  await page.getByRole('button', { name: '标准版' }).click();
  await expect.poll(() => rem(page)).toBe(16);
});

test('Settings keep size, appearance and language', async ({ page }) => {
  await page.goto('/settings');
  await page.getByText('特大', { exact: true }).first().click();
  await page.getByText('深色', { exact: true }).click();
  await page.getByText('English', { exact: true }).first().click();
  await page.getByRole('button', { name: '保存' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await page.goto(`/${CITY}`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('html')).toHaveClass(/\bhuge\b.*\bdark\b/);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  expect(Math.max(...ground), 'a dark ground').toBeLessThan(64);
  await page.getByRole('link', { name: 'My car' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Vehicle violations');
});

test('The language is one tap on every page and leads back to it', async ({ page }) => {
  await page.goto(`/${CITY}/search?q=wz`);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page).toHaveURL(`/${CITY}/search?q=wz`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('A browser that speaks English is answered in English', async ({ citizen }) => {
  const { page } = await citizen(null, { locale: 'en-GB' });
  await page.goto('/help');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('A phone that is set to dark gets dark pages', async ({ citizen }) => {
  const { page } = await citizen(null, { colorScheme: 'dark' });
  await page.goto(`/${CITY}`);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  expect(Math.max(...ground)).toBeLessThan(64);
});

test('What somebody chose follows them: no cookies, the same account, the same look', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isSignedIn();
  await me.post('/settings', { size: 'large', theme: 'dark', lang: 'en' });
  const session = (await me.context.cookies()).filter((cookie) => !['size', 'theme', 'lang'].includes(cookie.name));
  const again = await citizen(me.person);
  await again.context.addCookies(session);
  await again.page.goto('/me');
  await expect(again.page.locator('html')).toHaveClass(/\blarge\b.*\bdark\b/);
  await expect(again.page.locator('html')).toHaveAttribute('lang', 'en');
});

test('Without network the page says so, and the help is still there', async ({ page, context }) => {
  await page.goto('/help');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(async () => (await (await caches.open('shell-2')).keys()).length)).toBeGreaterThan(2);
  await page.reload();
  await context.setOffline(true);
  await expect(page.getByText('网络断了。看到的是先前的内容')).toBeVisible();
  await page.goto(`/${CITY}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('网络断了');
  await page.goto('/help');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('帮助');
  await context.setOffline(false);
});

// Finding a service by whatever word comes to mind, and the way between cities.
import { test, expect } from '../lib/test.js';
import { CITY, CITY_NAME, SOON_NAME } from '../lib/city.js';

for (const [word, first] of [
  ['罚单', '机动车违法查询'],
  ['扣分', '驾驶证记分查询'],
  ['weizhang', '机动车违法查询'],
  ['wz', '机动车违法查询'],
  ['体检', '驾驶人体检信息'],
  ['交电费', '电费查询缴费'],
  ['暖气', '暖气费查询缴费'],
  ['dianfei', '电费查询缴费'],
  ['就诊卡余额', '就诊卡充值'],
]) {
  test(`Whoever looks for “${word}” finds ${first}`, async ({ page }) => {
    await page.goto(`/${CITY}`);
    await page.getByRole('searchbox', { name: '搜索服务' }).fill(word);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(new RegExp(`“${word}”有 \\d 项`));
    const results = page.locator('#results ul.rows a');
    await expect(results.filter({ hasText: first })).toHaveCount(1);
    await results.filter({ hasText: first }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(first);
  });
}

test('Results appear while typing, and the address can be shared', async ({ page }) => {
  await page.goto(`/${CITY}/search`);
  await page.getByRole('searchbox').pressSequentially('扣分');
  await expect(page.locator('#results h1')).toHaveText(/“扣分”有 \d 项/);
  await expect(page).toHaveURL(/search\?q=%E6%89%A3%E5%88%86/);
  await page.reload();
  await expect(page.locator('#results h1')).toHaveText(/“扣分”有 \d 项/);
});

test('Nothing found is no dead end', async ({ page }) => {
  await page.goto(`/${CITY}/search?q=${encodeURIComponent('量子纠缠')}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有找到“量子纠缠”');
  await expect(page.getByRole('link', { name: '拨打 12345' }).first()).toHaveAttribute('href', 'tel:12345');
  await expect(page.getByRole('heading', { name: '也许是这些' })).toBeVisible();
  await expect(page.locator('#results').getByRole('link', { name: '机动车违法查询' })).toBeVisible();
});

test('What is typed into the search is text, never markup', async ({ page }) => {
  await page.goto(`/${CITY}/search?q=${encodeURIComponent('<img src=x onerror=alert(1)>"\'')}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x onerror=alert(1)>');
  await expect(page.locator('main img')).toHaveCount(0);
});

test('Another city is two taps away, and one that is not open says what to do', async ({ page }) => {
  await page.goto(`/${CITY}`);
  await page.getByRole('link', { name: '切换城市' }).click();
  await page.getByRole('link', { name: SOON_NAME }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${SOON_NAME}正在准备`);
  await expect(page.getByRole('link', { name: /^拨打 / }).first()).toBeVisible();
  await page.getByRole('link', { name: '切换城市' }).click();
  await page.getByRole('link', { name: CITY_NAME }).first().click();
  await expect(page).toHaveTitle(/^太原市市民之家/);
  await page.goto('/');
  await expect(page, 'the city of last time').toHaveURL(`/${CITY}`);
});

test('A city is found by its name, pinyin and plate', async ({ page }) => {
  for (const word of ['厦门', 'xiamen', 'xm', '闽D']) {
    await page.goto(`/cities?q=${encodeURIComponent(word)}`);
    await expect(page.locator('#results').getByRole('link', { name: '厦门市' }), word).toBeVisible();
  }
});

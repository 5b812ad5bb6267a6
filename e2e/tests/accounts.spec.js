// Bills of a home: an account is added by its number and its holder, a parent's too; what is owed is the company's own truth.
import { test, expect } from '../lib/test.js';
import { CITY, ELECTRICITY } from '../lib/city.js';
import { accountOf, fits, unpaid } from '../lib/people.js';

test('From home to the electricity bill: the account is added on the way, and a slip is told in its place', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.owing));
  const { page, person } = me;
  const account = accountOf(person, ELECTRICITY.biller);
  await me.isVerified();
  await me.home();
  await page.getByRole('link', { name: ELECTRICITY.tile, exact: true }).click();
  await page.getByRole('link', { name: '开始查询' }).click();
  await page.getByRole('link', { name: '添加户号：电费' }).click();

  await test.step('a mistyped number and a whole name are told beside the fields, and what was typed stays', async () => {
    await me.addsAccount({ no: account.no.slice(1), holder_tail: account.holder });
    await expect(page.getByText('户号格式不对，例如 1400000000，对照账单改正').first()).toBeVisible();
    await expect(page.getByText('只填户主姓名的最后一个字').first()).toBeVisible();
    await expect(page.getByLabel('户号', { exact: true })).toHaveValue(account.no.slice(1));
  });

  await test.step('the right number with a stranger’s name shows nothing of the account', async () => {
    await me.addsAccount({ no: account.no, holder_tail: '㒰' });
    await expect(page.getByText('户号和户主姓名对不上，对照账单核对这两项').first()).toBeVisible();
  });

  await test.step('number and name together lead to what is owed', async () => {
    await me.addsAccount(account);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${unpaid(account).length} 期待缴`);
    await expect(page.locator('.source')).toContainText(`数据来自${ELECTRICITY.department} · `);
    const month = (period) => `${period.slice(0, 4)} 年 ${Number(period.slice(4))} 月`;
    for (const bill of account.bills.slice(0, 3)) await expect(page.getByText(month(bill.period)).first()).toBeVisible();
  });
});

test('A parent’s account stands beside one’s own, masked, and can be removed', async ({ people, citizen }) => {
  const [me, parent] = [await citizen(await people.cast(fits.owing)), await people.cast(fits.owing)];
  const { page } = me;
  const theirs = accountOf(parent, ELECTRICITY.biller);
  await me.isVerified();
  await me.hasAccount(ELECTRICITY.id, ELECTRICITY.biller);
  await page.goto(`/${CITY}/cards`);
  await page.getByRole('link', { name: '添加户号：电费' }).click();
  await me.addsAccount(theirs);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${unpaid(theirs).length} 期待缴`);

  await page.goto(`/${CITY}/cards`);
  for (const { no } of [accountOf(me.person, ELECTRICITY.biller), theirs]) {
    await expect(page.getByText(`电费 ******${no.slice(-4)}`)).toBeVisible();
    await expect(page.getByText(no)).toHaveCount(0);
  }
  await expect(page.getByText(parent.name)).toHaveCount(0);
  await page.getByRole('link', { name: `移除 电费 ******${theirs.no.slice(-4)}` }).click();
  await page.getByRole('button', { name: '移除' }).click();
  await expect(page.getByText(`电费 ******${theirs.no.slice(-4)}`)).toHaveCount(0);
});

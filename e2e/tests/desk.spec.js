// The staff desk: its door, a refund that needs three people, the day that closes, and the log that sees all of it.
import { test, expect } from '../lib/test.js';
import { paidFine } from '../lib/desk-pages.js';

const h1 = (page) => page.getByRole('heading', { level: 1 });

test('The door takes both factors, keeps what was typed, and says the same about every mistake', async ({ clerk }) => {
  const treasurer = await clerk('treasurer');
  const { page } = treasurer;
  await page.goto(treasurer.below('breaks'));
  await expect(page).toHaveURL(/\/desk\/sign-in\?to=/);
  await treasurer.typesTheDoor('000000', 'not the password');
  await expect(page).toHaveTitle(/^错误：/);
  await expect(page.locator('#errors')).toBeFocused();
  const said = await page.locator('#errors li').allTextContents();
  await expect(page.getByLabel('登录名')).toHaveValue(treasurer.account.login);
  await expect(page.getByLabel('密码')).toHaveValue('');
  await treasurer.typesTheDoor('000000');
  expect(await page.locator('#errors li').allTextContents(), 'the right password changes nothing').toEqual(said);
  await treasurer.isSignedIn();
  await page.goto(treasurer.below('breaks'));
  await expect(h1(page)).toHaveText('对账差错');
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(page).toHaveURL(/\/desk\/sign-in$/);
  await page.goBack();
  await page.reload();
  await expect(page).toHaveURL(/\/desk\/sign-in/);
});

test('A refund of a fine: asked by one, approved by another, completed with the treasury’s document', async ({ people, citizen, clerk }) => {
  test.setTimeout(240_000);
  const { me, number } = await paidFine(people, citizen);

  const asker = await (await clerk('refund-clerk')).isSignedIn();
  await asker.opens('refunds');
  await asker.page.getByLabel('付款编号、支付单号或退款单号').fill('no-such-number');
  await asker.page.getByRole('button', { name: '查找' }).click();
  await expect(asker.page.locator('#errors')).toContainText('没有查到这个单号');
  await asker.page.getByLabel('付款编号、支付单号或退款单号').fill(number);
  await asker.page.getByRole('button', { name: '查找' }).click();
  await expect(asker.page.getByText('已入账', { exact: true })).toBeVisible();
  expect(await asker.page.content(), 'the payer stays unnamed').not.toContain(me.person.name);
  await asker.page.getByRole('link', { name: '申请退款' }).click();
  await asker.page.getByRole('button', { name: '提交审核' }).click();
  await expect(asker.page.locator('#errors li')).toHaveCount(2);
  await asker.page.getByLabel('退款金额').fill('1');
  await asker.page.getByLabel('原因').fill('处罚决定已撤销');
  await asker.page.getByRole('button', { name: '提交审核' }).click();
  await expect(asker.page.getByText('等待审核')).toBeVisible();
  const decide = await asker.page.locator('a[href$="/decide"]').count();
  expect(decide, 'a clerk decides nothing').toBe(0);

  const approver = await (await clerk('refund-approver')).isSignedIn();
  await approver.opens('refunds');
  await approver.page.locator('a[href$="/decide"]').first().click();
  await expect(h1(approver.page)).toHaveText('再输一次动态码');
  await approver.hasSteppedUp();
  await approver.opens('refunds');
  await approver.page.locator('a[href$="/decide"]').first().click();
  await expect(h1(approver.page)).toHaveText('审核退款 ¥1.00');
  await approver.page.getByRole('button', { name: '不批准' }).click();
  await expect(approver.page.locator('#errors')).toBeVisible();
  await approver.page.getByRole('button', { name: '批准退款 ¥1.00' }).click();
  await expect(h1(approver.page)).toHaveText('付款');

  const treasurer = await (await clerk('treasurer')).isSignedIn();
  await treasurer.hasSteppedUp();
  await treasurer.opens('refunds?state=approved');
  await treasurer.page.locator('a[href$="/complete"]').first().click();
  await treasurer.page.getByRole('button', { name: '登记办结' }).click();
  await expect(treasurer.page.locator('#errors')).toBeVisible();
  await treasurer.page.getByLabel('退付文号').fill('财退〔2026〕12 号');
  await treasurer.page.getByRole('button', { name: '登记办结' }).click();
  await expect(treasurer.page.getByText('财退〔2026〕12 号')).toBeVisible();
  await expect(treasurer.page.getByText('已退回', { exact: true }).first()).toBeVisible();

  const auditor = await (await clerk('auditor')).isSignedIn();
  await auditor.opens('acts');
  for (const deed of ['申请退款', '审核退款', '登记退付']) await expect(auditor.page.getByRole('cell', { name: deed }).first()).toBeVisible();
  await me.page.reload();
  await expect(me.page.getByText('已退回').first()).toBeVisible();
});

test('A day is compared, closed with a second code, and fixed; its table goes to a spreadsheet', async ({ house, clerk }) => {
  test.setTimeout(180_000);
  await house.gateways({ bills: 'at-once' });
  const treasurer = await (await clerk('treasurer')).isSignedIn();
  const { page } = treasurer;
  await treasurer.opens('settlements');
  await expect(page.getByText('还没有核对').first()).toBeVisible();
  await page.getByRole('button', { name: '现在核对' }).click();
  await expect(page.getByText('没有待处理的差错')).toBeVisible();
  await expect(page.getByText('还没有核对')).toHaveCount(0);
  const csv = await treasurer.context.request.get(`${new URL(page.url()).pathname}/${new Date(Date.now() - 86_400_000 + 28_800_000).toISOString().slice(0, 10)}/table.csv`);
  expect(csv.headers()['content-type']).toContain('text/csv');
  await page.getByRole('link', { name: '日终', exact: true }).click();
  await expect(h1(page)).toHaveText('再输一次动态码');
  await treasurer.hasSteppedUp();
  await treasurer.opens('settlements');
  await page.getByRole('link', { name: '日终', exact: true }).click();
  await page.getByRole('button', { name: /^日终 .*应结/ }).click();
  await expect(page.getByText('周明账 于').first()).toBeVisible();
  await expect(page.getByRole('link', { name: '日终', exact: true })).toHaveCount(0);
});

test('Whoever runs the machines touches no money, and sees every account', async ({ clerk }) => {
  test.setTimeout(180_000);
  const operator = await (await clerk('operator')).isSignedIn();
  const { page } = operator;
  await operator.opens('providers');
  await expect(page.getByRole('table', { name: '部门接口' })).toBeVisible();
  for (const room of ['breaks', 'refunds', 'settlements', 'acts']) {
    await page.goto(operator.below(room));
    await expect(h1(page), room).toHaveText('这个栏目不在您的岗位内');
  }
  await operator.opens('staff');
  await expect(page.getByRole('row')).toHaveCount(8);
});

test('The desk works on a phone, by keyboard, and without a script', async ({ clerk }) => {
  test.setTimeout(120_000);
  const treasurer = await clerk('treasurer', { viewport: { width: 360, height: 780 }, javaScriptEnabled: false });
  const { page } = treasurer;
  await treasurer.isSignedIn();
  await treasurer.opens('settlements');
  await page.getByRole('button', { name: '查看' }).click();
  await expect(h1(page)).toHaveText('结算与日终');
  await page.getByRole('link', { name: '退款', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(h1(page)).toHaveText('退款');
});

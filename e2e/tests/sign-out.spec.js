// The end of a session is the end: here, and on every other device.
import { test, expect } from '../lib/test.js';
import { CITY } from '../lib/city.js';
import { fits } from '../lib/people.js';
import { sleep } from '../lib/house.js';

/** A phone gets one code a minute; a little more, to be on the safe side. */
const CODE_WAIT_MS = 61_000;

test('After signing out nothing personal is left behind the back button', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.driver));
  await me.isVerified();
  await me.hasCar();
  const { page } = me;
  await page.goto(`/${CITY}/cards`);
  await page.goto('/me');
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(page.getByRole('link', { name: '登录', exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/sign-in?to=/me');
  const cookies = (await me.context.cookies()).map((cookie) => cookie.name);
  expect(cookies.filter((name) => name.includes('session'))).toEqual([]);
});

test('The session cookie is out of reach for scripts and other sites', async ({ people, citizen }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isSignedIn();
  const session = (await me.context.cookies()).find((cookie) => cookie.httpOnly && cookie.value.length >= 40);
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
});

test('The real-name check gives a new session, and the old token is worth nothing', async ({ people, citizen, house }) => {
  const me = await citizen(await people.cast(fits.anybody));
  await me.isSignedIn();
  const before = (await me.context.cookies()).find((cookie) => cookie.httpOnly && cookie.value.length >= 40);
  await me.post('/real-name', { name: me.person.name, resident_id: me.person.resident_id });
  const old = await fetch(`${house.url}/me`, { headers: { cookie: `${before.name}=${before.value}` }, redirect: 'manual' });
  expect(old.status).toBe(303);
  expect((await me.get('/me')).url()).toBe(`${house.url}/me`);
});

test('Signing out everywhere ends the other browser', async ({ twin, citizen }) => {
  test.setTimeout(150_000);
  const elsewhere = await citizen(twin.person, { storageState: twin.state });
  await elsewhere.page.goto('/me');
  await expect(elsewhere.page, 'signed in since the worker began').toHaveURL('/me');
  await sleep(Math.max(0, twin.at + CODE_WAIT_MS - Date.now()));
  const here = await citizen(twin.person);
  await here.isSignedIn();
  await here.page.goto('/me/sessions');
  await expect(here.page.locator('main ul.rows li')).toHaveCount(2);
  await here.page.getByRole('button', { name: '全部退出' }).click();
  for (const { page } of [here, elsewhere]) {
    await page.goto('/me');
    await expect(page).toHaveURL('/sign-in?to=/me');
  }
});

// A member of staff with a browser: the desk's door with both factors, and the way back to it.
import { expect } from '@playwright/test';
import { CITY } from './city.js';
import { sleep } from './house.js';

/** A screen of the desk: wide, as in an office. */
export const OFFICE = { width: 1280, height: 900 };

export class Clerk {
  constructor(house, context, page, role, city = CITY) {
    const account = house.staff.find((one) => one.role === role);
    if (!account) throw new Error(`no demo staff plays ${role}`);
    Object.assign(this, { house, context, page, role, account, city });
  }

  /** What the authenticator shows for this account: now, and in the next thirty seconds. */
  async codes() {
    const all = await fetch(`${this.house.sandbox}/authenticator.json`).then((answer) => answer.json());
    const { code, next } = all.find((one) => one.account.endsWith(`:${this.account.login}`));
    return [code, next];
  }

  async typesTheDoor(code, password = this.account.password) {
    await this.page.getByLabel('登录名').fill(this.account.login);
    await this.page.getByLabel('密码').fill(password);
    await this.page.getByLabel('动态码').fill(code);
    await this.page.getByRole('button', { name: '登录', exact: true }).click();
  }

  // --- short cuts: the same forms, posted without a page ---

  /** Posts a form that a code opens, with the codes of the moment until one is taken: a code works once. */
  async #withCode(path, form) {
    const used = this.house.usedCodes.get(this.account.login) ?? new Set();
    this.house.usedCodes.set(this.account.login, used);
    for (let i = 0; i < 100; i++) {
      // A code is tried once, whatever comes of it: five wrong ones in a row would rest the account.
      const fresh = (await this.codes()).find((code) => !used.has(code));
      if (fresh) {
        used.add(fresh);
        const answer = await this.context.request.post(path, { form: { ...form, code: fresh }, maxRedirects: 0 });
        if (answer.status() === 303) return;
      }
      await sleep(1_000);
    }
    throw new Error(`no code of ${this.account.login} is taken at ${path}`);
  }

  async isSignedIn() {
    const { login, password } = this.account;
    await this.#withCode('/desk/sign-in', { login, password });
    return this;
  }

  /** For deeds that ask for the code again. */
  async hasSteppedUp() {
    const answer = await this.context.request.get('/desk/step-up', { maxRedirects: 0 });
    if (answer.status() !== 303) await this.#withCode('/desk/step-up', {});
    return this;
  }

  below(path) {
    return `/desk/${this.city}/${path}`;
  }

  async opens(path) {
    await this.page.goto(this.below(path));
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
  }
}

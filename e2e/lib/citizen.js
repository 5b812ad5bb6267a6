// A citizen with a browser: what they do on pages, one sentence a method, and short cuts past what a journey is not about.
import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';
import { accountOf, carOf } from './people.js';
import { CITY } from './city.js';

export class Citizen {
  constructor(house, context, page, person, city = CITY) {
    Object.assign(this, { house, context, page, person, city });
  }

  // --- on pages, as a person does it ---

  async startsSigningIn() {
    await this.page.getByLabel('手机号').fill(this.person.phone);
    this.before = (await this.house.messages(this.person.phone)).length;
    await this.page.getByRole('button', { name: '发送验证码' }).click();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText('输入验证码');
  }

  async typesTheCode() {
    const code = await this.house.code(this.person.phone, this.before);
    await this.page.getByLabel('验证码', { exact: true }).fill(code);
    await this.page.getByRole('button', { name: '登录', exact: true }).click();
  }

  async confirmsRealName() {
    await this.page.getByLabel('姓名').fill(this.person.name);
    await this.page.getByLabel('身份证号').fill(this.person.resident_id);
    await this.page.getByRole('button', { name: '核对' }).click();
  }

  async typesCar(car = carOf(this.person)) {
    await this.page.getByLabel('车牌号').fill(car.plate);
    await this.page.getByLabel('号牌种类').selectOption(car.kind);
    await this.page.getByLabel('车架号后 6 位').fill(car.vin_tail);
  }

  async addsCar(car) {
    await this.typesCar(car);
    await this.page.getByRole('button', { name: '核对并添加' }).click();
  }

  async typesAccount({ no, holder_tail }) {
    await this.page.getByLabel('户号', { exact: true }).fill(no);
    await this.page.getByLabel('户主姓名的最后一个字').fill(holder_tail);
  }

  async addsAccount(account) {
    await this.typesAccount(account);
    await this.page.getByRole('button', { name: '核对并添加' }).click();
  }

  async home() {
    await this.page.goto(`/${this.city}`);
  }

  // --- short cuts: the same forms, posted without a page ---

  async post(path, form, status = 200) {
    const answer = await this.context.request.post(path, { form: { key: randomUUID(), ...form } });
    const said = answer.status() === status ? '' : (await answer.text()).replace(/<style>.*?<\/style>/s, '').slice(0, 3_000);
    expect(answer.status(), `${path} ${said}`).toBe(status);
    return answer;
  }

  async get(path) {
    return this.context.request.get(path);
  }

  async isSignedIn() {
    const { phone } = this.person;
    const before = (await this.house.messages(phone)).length;
    await this.post('/sign-in', { phone });
    await this.post('/sign-in/code', { code: await this.house.code(phone, before) });
    return this;
  }

  async isVerified() {
    await this.isSignedIn();
    await this.post('/real-name', { name: this.person.name, resident_id: this.person.resident_id });
    return this;
  }

  async hasCar(car = carOf(this.person)) {
    await this.post(`/${this.city}/cards/vehicle`, { plate: car.plate, plate_kind: car.kind, vin_tail: car.vin_tail });
    return this;
  }

  async hasLicence() {
    await this.post(`/${this.city}/cards/licence`, { file_no: this.person.licence.file_no });
    return this;
  }

  /** Adds the account at a company, for the service that its bills are found under. */
  async hasAccount(service, biller) {
    const { no, holder_tail } = accountOf(this.person, biller);
    await this.post(`/${this.city}/cards/customer/${service}`, { customer_no: no, holder_tail });
    return this;
  }
}

// Paying, as a citizen does it: from the signed-in home to the cashier of the sandbox's gateways and back. Whatever is
// tapped is counted; typing is not, nor what the cashier asks.
import { expect } from '@playwright/test';
import { AREA, CITY } from './city.js';
import { eventually } from './house.js';

/** A phone, so that the cashier opens in the same browser. */
export const PHONE_AGENT = 'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36';

export const SERVICE_OF = {
  electricity: 'electricity-bill', water: 'water-bill', gas: 'gas-bill', heating: 'heating-bill', broadband: 'broadband-bill', hospital: 'hospital-card',
};

export const account = (person, biller) => person.customers?.find((one) => one.biller === biller);
export const unpaid = (customer) => (customer?.bills ?? []).filter((bill) => bill.state !== 'paid' && bill.rest_fen > 0);
export const yuan = (fen) => (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
export const month = (period) => `${period.slice(0, 4)} 年 ${Number(period.slice(4, 6))} 月`;
export const due = (bill) => bill.rest_fen + bill.late_fee_fen;

export class Till {
  constructor(citizen) {
    Object.assign(this, { citizen, page: citizen.page, house: citizen.house, taps: 0 });
  }

  async tap(locator) {
    this.taps += 1;
    await locator.click();
  }

  /** Adds an account at a biller: the short cut, for journeys about something else. */
  async has(biller) {
    const { no, holder_tail } = account(this.citizen.person, biller);
    await this.citizen.post(`/${CITY}/cards/customer/${SERVICE_OF[biller]}`, { customer_no: no, holder_tail });
    return this;
  }

  async link(name) { await this.tap(this.page.getByRole('link', { name }).first()); }

  async button(name) { await this.tap(this.page.getByRole('button', { name }).first()); }

  async atCashier(gateway = 'alipay') {
    await expect(this.page).toHaveURL(new RegExp(`^${this.house.sandbox}/${gateway}/cashier/`));
  }

  /** Pays at the cashier, which leads back. */
  async pays(act = /^付款 ¥/) {
    await this.page.getByRole('button', { name: act }).click();
    await expect(this.page).toHaveURL(new RegExp(`^${this.house.url}/${CITY}/payments/`));
    this.payment = new URL(this.page.url()).pathname;
  }

  /** The payment's page, once it is so far. */
  async until(state) {
    await eventually(`${this.payment} ${state}`, async () => (await (await this.citizen.get(`${this.payment}/state`)).text()) === state, 30_000);
    await this.page.goto(this.payment);
  }

  /** The newest order at a gateway. */
  async order(gateway) {
    const { trades } = await fetch(`${this.house.sandbox}/truth/${gateway}`).then((answer) => answer.json());
    return trades[trades.length - 1].out_trade_no;
  }

  /** Pays an order without anybody going to the cashier. */
  async paysElsewhere(gateway, out_trade_no) {
    const answer = await fetch(`${this.house.sandbox}/truth/${gateway}/pay`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ out_trade_no }),
    });
    expect(answer.status).toBe(202);
  }

  async spends(biller, fen) {
    const { no } = account(this.citizen.person, biller);
    await fetch(`${this.house.sandbox}/truth/${AREA}/${biller}/spend`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ no, amount_fen: fen }),
    });
  }
}

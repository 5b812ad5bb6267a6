// Proof that the sandbox's gateway is Alipay's in all that a client can see: the library that Alipay publishes, as it is
// published, orders, is told, verifies and gives back. No browser and no platform here, only the sandbox.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { expect, test } from '@playwright/test';
import { AlipaySdk } from 'alipay-sdk';
import { PACKS, end, eventually, launch } from '../lib/house.js';

const NOTIFIED_MS_MAX = 10_000;
const pem = { type: 'pkcs8', format: 'pem' };

let sandbox; // its address
let child;
let sdk;
let shop;
let notices; // what arrived at our door, as parameters
let door;

const keys = () => generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: pem,
});

const client = (privateKey) => new AlipaySdk({
  appId: shop.app_id,
  privateKey,
  keyType: 'PKCS8',
  alipayPublicKey: shop.gateway_public_key,
  gateway: `${sandbox}/alipay/gateway.do`,
});

const ask = (method, bizContent, rest = {}) => sdk.exec(method, { bizContent, ...rest }, { validateSign: true });

const press = (cashier, act) => fetch(cashier, { method: 'POST', body: new URLSearchParams({ act }), redirect: 'manual' });

const noticeOf = (outTradeNo, fits = () => true) => eventually(
  `a notice about ${outTradeNo}`,
  () => notices.find((notice) => notice.out_trade_no === outTradeNo && fits(notice)),
  NOTIFIED_MS_MAX,
);

test.beforeAll(async () => {
  const launched = await launch(['sandbox', '--json', '--sandbox-port', '0', '--packs', PACKS], tmpdir());
  child = launched.child;
  sandbox = launched.started.sandbox;
  const pair = keys();
  const answer = await fetch(`${sandbox}/alipay/merchant`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ public_key_pem: pair.publicKey }),
  });
  shop = await answer.json();
  sdk = client(pair.privateKey);
  notices = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => { body += bytes; });
    request.on('end', () => {
      notices.push(Object.fromEntries(new URLSearchParams(body)));
      response.end('success');
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  door = { server, url: `http://127.0.0.1:${server.address().port}/notify` };
});

test.afterAll(async () => {
  door?.server.close();
  if (child) await end(child);
});

test('A code is made, paid at the cashier, asked about, told, and given back', async () => {
  const outTradeNo = 'sdk20260302000001';
  const order = { out_trade_no: outTradeNo, total_amount: '86.40', subject: '电费 2026-10' };
  const made = await ask('alipay.trade.precreate', order, { notify_url: door.url });
  expect(made).toMatchObject({ code: '10000', msg: 'Success', outTradeNo });
  expect(made.traceId).toBeTruthy();

  const unseen = await ask('alipay.trade.query', { out_trade_no: outTradeNo });
  expect(unseen).toMatchObject({ code: '40004', subCode: 'ACQ.TRADE_NOT_EXIST' });
  const cashier = await fetch(made.qrCode, { headers: { 'accept-language': 'zh-CN' } });
  expect(await cashier.text()).toContain('¥86.40');
  expect(await ask('alipay.trade.query', { out_trade_no: outTradeNo })).toMatchObject({ tradeStatus: 'WAIT_BUYER_PAY' });
  expect((await press(made.qrCode, 'pay')).status).toBe(303);
  const paid = await ask('alipay.trade.query', { out_trade_no: outTradeNo });
  expect(paid).toMatchObject({ code: '10000', tradeStatus: 'TRADE_SUCCESS', totalAmount: '86.40' });

  const notice = await noticeOf(outTradeNo);
  expect(notice).toMatchObject({ app_id: shop.app_id, seller_id: shop.seller_id, total_amount: '86.40', trade_status: 'TRADE_SUCCESS', trade_no: paid.tradeNo });
  expect(sdk.checkNotifySign(notice)).toBe(true);
  expect(sdk.checkNotifySignV2(notice)).toBe(true);
  expect(sdk.checkNotifySign({ ...notice, total_amount: '0.01' })).toBe(false);
  expect(sdk.checkNotifySign({ ...notice, app_id: '2021000000000099' })).toBe(false);

  const part = { out_trade_no: outTradeNo, out_request_no: 'r1', refund_amount: '10.00' };
  expect(await ask('alipay.trade.refund', part)).toMatchObject({ code: '10000', fundChange: 'Y', refundFee: '10.00' });
  expect(await ask('alipay.trade.refund', part)).toMatchObject({ code: '10000', fundChange: 'N', refundFee: '10.00' });
  const back = await ask('alipay.trade.fastpay.refund.query', { out_trade_no: outTradeNo, out_request_no: 'r1', query_options: ['gmt_refund_pay'] });
  expect(back).toMatchObject({ refundStatus: 'REFUND_SUCCESS', refundAmount: '10.00' });
  expect(back.gmtRefundPay).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const told = await noticeOf(outTradeNo, (one) => one.out_biz_no === 'r1');
  expect(told).toMatchObject({ refund_fee: '10.00', trade_status: 'TRADE_SUCCESS' });
  expect(sdk.checkNotifySign(told)).toBe(true);
  const much = await ask('alipay.trade.refund', { ...part, out_request_no: 'r2', refund_amount: '76.41' });
  expect(much).toMatchObject({ code: '40004', subCode: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' });
});

for (const [method, way] of [['alipay.trade.page.pay', 'GET'], ['alipay.trade.wap.pay', 'POST']]) {
  test(`A page by ${way} leads to the cashier and back to the shop, ${method}`, async () => {
    const outTradeNo = `sdk${way}1`;
    const content = { out_trade_no: outTradeNo, total_amount: '0.01', subject: '水费', product_code: 'QUICK_WAP_WAY' };
    const made = sdk.pageExecute(method, way, { bizContent: content, notify_url: door.url, return_url: 'http://127.0.0.1:1/back' });
    let answer;
    if (way === 'GET') {
      answer = await fetch(made);
    } else {
      const unescaped = (text) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      const fields = [...made.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, unescaped(value)]);
      answer = await fetch(made.match(/action="([^"]+)"/)[1], { method: 'POST', body: new URLSearchParams(fields) });
    }
    expect(answer.url).toMatch(/\/alipay\/cashier\/\d+$/);
    const back = await press(answer.url, 'pay');
    const to = new URL(back.headers.get('location'));
    expect(to.href).toMatch(/^http:\/\/127\.0\.0\.1:1\/back\?/);
    const said = Object.fromEntries(to.searchParams);
    expect(said).toMatchObject({ out_trade_no: outTradeNo, total_amount: '0.01' });
    expect(sdk.checkNotifySign(said)).toBe(true);
    expect(sdk.checkNotifySign(await noticeOf(outTradeNo))).toBe(true);
  });
}

test('An order is closed, and what is closed cannot be paid', async () => {
  const content = { out_trade_no: 'sdkclosed1', total_amount: '1.00', subject: '燃气费' };
  const { qrCode } = await ask('alipay.trade.precreate', content);
  await fetch(qrCode);
  expect(await ask('alipay.trade.close', { out_trade_no: 'sdkclosed1' })).toMatchObject({ code: '10000', outTradeNo: 'sdkclosed1' });
  await press(qrCode, 'pay');
  expect(await ask('alipay.trade.query', { out_trade_no: 'sdkclosed1' })).toMatchObject({ tradeStatus: 'TRADE_CLOSED' });
});

test('The bill of a day is an archive behind an address', async () => {
  await fetch(`${sandbox}/gateways`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bills: 'at-once' }),
  });
  const made = await ask('alipay.trade.precreate', { out_trade_no: 'sdkbill1', total_amount: '2.00', subject: '采暖费' });
  await press(made.qrCode, 'pay');
  const paid = await ask('alipay.trade.query', { out_trade_no: 'sdkbill1' });
  const { billDownloadUrl } = await ask('alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date: paid.sendPayDate.slice(0, 10) });
  const bytes = Buffer.from(await (await fetch(billDownloadUrl)).arrayBuffer());
  expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
});

test('A stranger’s key, an unknown shop and an unknown method are refused in the platform’s words', async () => {
  const stranger = client(keys().privateKey);
  const refused = await stranger.exec('alipay.trade.query', { bizContent: { out_trade_no: 'x' } }, { validateSign: true });
  expect(refused).toMatchObject({ code: '40002', subCode: 'isv.invalid-signature' });
  expect(refused.subMsg).toContain('app_id=');
  stranger.config.appId = '2021000000000042';
  const unknown = await stranger.exec('alipay.trade.query', { bizContent: { out_trade_no: 'x' } }, { validateSign: true });
  expect(unknown).toMatchObject({ code: '40002', subCode: 'isv.invalid-app-id' });
  expect(await sdk.exec('alipay.trade.fly', {})).toMatchObject({ subCode: 'isv.invalid-method' });
});

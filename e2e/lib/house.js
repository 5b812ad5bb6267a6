// A house to test: the real binary on free ports, with data of its own that are gone afterwards, and the sandbox beside it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const BINARY = process.env.SHIMIN_BIN || join(ROOT, 'target/debug/shimin');
export const PACKS = join(ROOT, 'packs');

const START_MS_MAX = 20_000;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Calls until something true comes back. */
export async function eventually(what, look, ms = 10_000) {
  const until = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(40);
  }
}

/** Starts the binary and waits for what it says it started. */
export async function launch(args, directory) {
  const child = spawn(BINARY, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => { said += bytes; });
  const ended = new Promise((_, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`the binary ended with ${code}: ${said}`)));
  });
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout });
  const first = new Promise((done) => lines.once('line', done));
  const late = sleep(START_MS_MAX).then(() => { throw new Error(`not started: ${said}`); });
  late.catch(() => {});
  const started = JSON.parse(await Promise.race([first, ended, late]));
  return { child, started, said: () => said };
}

/** Ends what was launched, in order if it can. */
export async function end(child) {
  if (child.exitCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await Promise.race([gone, sleep(10_000).then(() => child.kill('SIGKILL'))]);
}

export class House {
  /** Starts the platform and the sandbox, and waits until the store answers. `at`: the time there, as
   *  2026-11-26T09:05; `more`: further words of the command line. */
  static async start({ packs = PACKS, at, more = [] } = {}) {
    const house = new House();
    house.directory = await mkdtemp(join(tmpdir(), 'shimin-e2e-'));
    const began = Date.now();
    const data = join(house.directory, 'data');
    const args = ['--json', '--port', '0', '--sandbox-port', '0', '--packs', packs, '--data', data];
    if (at) args.push('--at', `${at}:00+08:00`);
    args.push(...more);
    const { child, started, said } = await launch(args, house.directory);
    house.process = child;
    /** What the house has written for its operator. */
    house.log = said;
    house.url = started.platform;
    house.sandbox = started.sandbox;
    house.logins = started.logins;
    house.staff = started.staff;
    /** The codes that each account of staff has used: none works twice. */
    house.usedCodes = new Map();
    await eventually('/readyz', () => fetch(`${house.url}/readyz`).then((answer) => answer.ok, () => false));
    house.startedMs = Date.now() - began;
    house.aheadMs = at ? Date.parse(`${at}:00+08:00`) - began : 0;
    return house;
  }

  /** What time it is in the house, in milliseconds. */
  async now() {
    return (await this.#json('/clock')).ms;
  }

  /** Lets the time pass there, until a time such as 2026-11-26T10:00 or for some seconds. Browsers that are open keep theirs. */
  async passes(time) {
    const until = typeof time === 'number' ? await this.now() + 1000 * time : Date.parse(`${time}:00+08:00`);
    const answer = await fetch(`${this.sandbox}/clock`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ until: new Date(until).toISOString() }),
    });
    if (!answer.ok) throw new Error(`the time does not pass until ${time}: ${answer.status}`);
    this.aheadMs = until - Date.now();
  }

  /** Gives a browser the time of the house, or one of its own. */
  async dates(context, at) {
    const aheadMs = at ? Date.parse(`${at}:00+08:00`) - Date.now() : this.aheadMs;
    if (!aheadMs) return;
    await context.addInitScript((aheadMs) => {
      const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...given) {
          super(...(given.length ? given : [Real.now() + aheadMs]));
        }

        static now() {
          return Real.now() + aheadMs;
        }
      };
    }, aheadMs);
  }

  async stop() {
    await end(this.process);
    await rm(this.directory, { recursive: true, force: true });
  }

  async #json(path) {
    const answer = await fetch(`${this.sandbox}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  /** Everything that departments know about some persons of a city, straight from the sandbox. */
  truth(area, from, count) {
    return this.#json(`/truth/${area}/persons?from=${from}&count=${count}`);
  }

  /** Text messages to a phone, newest first. */
  messages(phone) {
    return this.#json(`/sms.json?phone=${phone}`);
  }

  /** The code in the newest message, once there are more messages than before. */
  async code(phone, before = 0) {
    const newest = await eventually(`a message to ${phone}`, async () => {
      const messages = await this.messages(phone);
      return messages.length > before && messages[0];
    });
    return newest.text.match(/\d{6}/)[0];
  }

  /** Makes a department misbehave from the next question on. */
  async fault(department, fault, delayMs = 8_000) {
    const answer = await fetch(`${this.sandbox}/faults/${department}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault, delay_ms: delayMs }),
    });
    if (!answer.ok) throw new Error(`fault ${department} ${fault}: ${answer.status}`);
  }

  /** How the payment gateways behave where the real ones take their time. */
  async gateways(settings) {
    const answer = await fetch(`${this.sandbox}/gateways`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
    if (!answer.ok) throw new Error(`gateways: ${answer.status}`);
  }

  async allWell() {
    for (const { department } of await this.#json('/faults')) await this.fault(department, 'none');
  }

  /** How many questions a department was asked since the start. */
  async questions(department) {
    return (await this.#json('/faults')).find((standing) => standing.department === department).questions;
  }

  /** What browsers reported about our content security policy. */
  async cspReports() {
    const metrics = await fetch(`${this.url}/metrics`).then((answer) => answer.text());
    return Number(metrics.match(/^shimin_csp_reports_total (\d+)$/m)[1]);
  }
}

// A town: the real binary with its sandbox, on free ports, with data that goes away. And the people who live in it.
//
// Persons come from the sandbox's own truth, so that no name, plate or number is written down here.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { test as base, expect } from '@playwright/test'

export { expect }
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const axeSource = readFileSync(path.join(root, 'e2e/node_modules/axe-core/axe.min.js'), 'utf8')

const binary = process.env.SHIMIN_BIN ?? path.join(root, 'target/debug/shimin')

export async function startTown(packs = path.join(root, 'packs')) {
  const data = mkdtempSync(path.join(tmpdir(), 'shimin-e2e-'))
  const args = ['up', '--json', '--port', '0', '--sandbox-port', '0', '--data', data, '--packs', packs]
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.on('exit', code => reject(new Error(`${binary} ended with ${code}`)))
    child.on('error', reject)
  })
  const started = JSON.parse(line)
  const cities = await json(`${started.platform}/api/v1/cities`)
  const city = cities.find(one => one.state === 'open')
  return new Town(started, city, () => {
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })
}

async function json(url, options) {
  const answer = await fetch(url, options)
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? null : answer.json()
}

const isOpen = one => !['Paid', 'paid'].includes(one.state) && one.state !== '已缴款'

export const fits = {
  ownerWithOpen: one => one.licence && one.vehicles.some(car => car.violations.some(isOpen)),
  ownerWithoutAny: one => one.licence && one.vehicles.length > 0 && one.vehicles.every(car => car.violations.length === 0),
  anyOwner: one => one.vehicles.length > 0,
}

export class Town {
  constructor(started, city, stop) {
    this.url = started.platform
    this.sandbox = started.sandbox
    this.demo = started.logins
    this.city = city
    this.stop = stop
    this.next = 16
    this.phone = 9_000
  }

  /** A person of the open city, each time another one. */
  async person(fit = fits.anyOwner) {
    for (;;) {
      const some = await json(`${this.sandbox}/truth/${this.city.code}/persons?from=${this.next}&count=50`)
      for (const one of some) {
        this.next = one.n + 1
        const born = Number(one.birth.slice(0, 4))
        if (born < 2000 && fit(one)) return { ...one, phone: this.newPhone() }
      }
    }
  }

  newPhone() {
    this.phone += 1
    return `1990000${this.phone}`
  }

  async code(phone) {
    for (let i = 0; i < 100; i += 1) {
      const [newest] = await json(`${this.sandbox}/sms.json?phone=${phone}`)
      const code = newest?.text.match(/(?<!\d)\d{6}(?!\d)/)
      if (code) return code[0]
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`no code arrived on ${phone}`)
  }

  async call(method, where, token, body) {
    return json(`${this.url}/api/v1${where}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: body && JSON.stringify(body),
    })
  }

  /** Signs in, passes the real-name check and binds everything, through the API: for tests about what comes after. */
  async settle(person) {
    await this.call('POST', '/sign-in/code', null, { phone: person.phone })
    const { token } = await this.call('POST', '/sign-in', null, { phone: person.phone, code: await this.code(person.phone) })
    await this.call('POST', '/real-name', token, { name: person.name, resident_id: person.resident_id })
    const cards = `/cities/${this.city.id}/cards`
    const bound = {}
    for (const car of person.vehicles ?? []) {
      const { plate, kind } = car
      const card = { kind: 'vehicle', plate, plate_kind: kind, vin_tail: car.vin_tail }
      bound.vehicle ??= (await this.call('POST', cards, token, card)).id
    }
    if (person.licence) {
      bound.licence = (await this.call('POST', cards, token, { kind: 'licence', file_no: person.licence.file_no })).id
    }
    return { token, bound }
  }

  /** The same session in a browser. */
  async enter(context, person) {
    const settled = await this.settle(person)
    await context.addCookies([{ name: 'shimin', value: settled.token, url: this.url, httpOnly: true, sameSite: 'Lax' }])
    return settled
  }

  async fault(department, fault) {
    await fetch(`${this.sandbox}/faults/${department}`, {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ fault }),
    })
  }

  async healthy() {
    for (const one of await json(`${this.sandbox}/faults`)) await this.fault(one.department, 'none')
  }

  async services() {
    return json(`${this.url}/api/v1/cities/${this.city.id}/services`)
  }

  async cspReports() {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    return Number(text.match(/^shimin_csp_reports_total (\d+)$/m)[1])
  }
}

/** A demo person in the shape of the truth's persons. */
export function demoPerson(one) {
  return {
    ...one,
    licence: one.file_no ? { file_no: one.file_no } : null,
    vehicles: one.vehicles.map(([plate, kind, vin_tail]) => ({ plate, kind, vin_tail })),
  }
}

export const test = base.extend({
  town: [async ({}, use) => {
    const town = await startTown()
    await use(town)
    town.stop()
  }, { scope: 'worker' }],
  /** Fails a test whose pages log an error or ask a stranger for anything. */
  watched: async ({ page, town }, use) => {
    const seen = []
    page.on('console', message => message.type() === 'error' && seen.push(`console: ${message.text()}`))
    page.on('pageerror', error => seen.push(`page: ${error.message}`))
    page.on('request', request => {
      if (!request.url().startsWith(town.url) && !request.url().startsWith('data:')) seen.push(`request: ${request.url()}`)
    })
    await use(page)
    // Chromium logs every 4xx and 5xx document as an error; what matters there is the page.
    expect(seen.filter(line => !/the server responded with a status of (4|5)\d\d/.test(line))).toEqual([])
    expect(await town.cspReports()).toBe(0)
  },
})

/** Types a form and sends it. */
export async function send(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name="${name}"]`).first()
    if (await field.evaluate(node => node.tagName) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
  await page.locator('main form.form button[type=submit]').first().click()
}

/** From the sign-in page to being signed in, as a person does it. */
export async function signIn(page, town, person) {
  await page.goto(`${town.url}/sign-in`)
  await send(page, { phone: person.phone })
  await expect(page).toHaveURL(/\/sign-in\/code/)
  await send(page, { code: await town.code(person.phone) })
  await expect(page).not.toHaveURL(/sign-in/)
}

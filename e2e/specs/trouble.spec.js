// When a department misbehaves, and when a city is one that nobody has heard of.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, expect, fits, root, startTown } from '../lib/town.js'

test.describe.configure({ mode: 'serial' })

async function department(town, service) {
  // The switches count questions: asking once shows which department answers.
  const count = async () => Object.fromEntries((await (await fetch(`${town.sandbox}/faults`)).json()).map(one => [one.department, one.questions]))
  const person = await town.person(fits.ownerWithOpen)
  const { token } = await town.settle(person)
  const before = await count()
  await town.call('GET', `/cities/${town.city.id}/services/${service.id}/records?again=true`, token)
  const after = await count()
  return Object.keys(after).find(one => after[one] > before[one])
}

test('a department that fails leaves the last answer with its age, or says what to do', async ({ town, context, watched: page }) => {
  const service = (await town.services()).find(one => one.subject === 'vehicle')
  const broken = await department(town, service)
  const person = await town.person(fits.ownerWithOpen)
  const { token, bound } = await town.enter(context, person)
  const ask = `${town.url}/${town.city.id}/s/${service.id}/ask`
  try {
    await town.fault(broken, 'down')
    await page.goto(ask)
    await expect(page.locator('main a[href^="tel:"]').first()).toBeVisible()
    await expect(page.locator('main')).not.toContainText('没有违法')

    await town.fault(broken, 'none')
    // The breaker lets one question through after a while.
    const where = `/cities/${town.city.id}/services/${service.id}/records?again=true&card=${bound.vehicle}`
    await expect.poll(async () => (await town.call('GET', where, token)).outcome, { timeout: 45_000 }).toBe('answered')
    await town.fault(broken, 'slow')
    await page.goto(`${ask}?again=1`)
    await expect(page.locator('main .record').first()).toBeVisible()
    await expect(page.locator('main')).toContainText(/上次|暂时/)
  } finally {
    await town.healthy()
  }
})

test('a city that the code has never seen opens in the browser', async ({ browser }) => {
  const packs = mkdtempSync(path.join(tmpdir(), 'shimin-packs-'))
  cpSync(path.join(root, 'packs'), packs, { recursive: true })
  const cities = path.join(packs, 'cities')
  const model = readdirSync(cities).find(id => /state = "open"/.test(readFileSync(path.join(cities, id, 'city.toml'), 'utf8')))
  const binary = process.env.SHIMIN_BIN ?? path.join(root, 'target/debug/shimin')
  execFileSync(binary, [
    'pack', 'new', 'lakeside', '--like', model, '--packs', packs, '--name', '湖滨市', '--name-en', 'Lakeside',
    '--code', '659900', '--plate', '新Q',
  ])
  for (const id of readdirSync(cities)) if (id !== 'lakeside') rmSync(path.join(cities, id), { recursive: true })
  const file = path.join(cities, 'lakeside/city.toml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('state = "soon"', 'state = "open"'))
  const code = readFileSync(path.join(root, 'packs/cities', model, 'city.toml'), 'utf8').match(/code = "(\d{6})"/)[1]
  const bindings = path.join(cities, 'lakeside/bindings.toml')
  writeFileSync(bindings, readFileSync(bindings, 'utf8').replaceAll(code, '659900'))

  const town = await startTown(packs)
  try {
    expect(town.city.id).toBe('lakeside')
    const context = await browser.newContext({ locale: 'zh-CN' })
    const page = await context.newPage()
    await town.enter(context, await town.person(fits.ownerWithOpen))
    await page.goto(`${town.url}/lakeside`)
    await expect(page.locator('h1')).toContainText('湖滨市')
    for (const service of await town.services()) {
      await page.goto(`${town.url}/lakeside/s/${service.id}`)
      await expect(page.locator('h1')).toContainText(service.name['zh-CN'])
      await page.goto(`${town.url}/lakeside/s/${service.id}/ask`)
      await expect(page.locator('main .source').first()).toBeVisible()
    }
    await context.close()
  } finally {
    town.stop()
    rmSync(packs, { recursive: true, force: true })
  }
})

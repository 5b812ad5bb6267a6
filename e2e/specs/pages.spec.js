// Every page in every mode: accessible, not wider than the screen, easy to tap, quiet, light.
import zlib from 'node:zlib'
import { test as base, expect, axeSource, fits } from '../lib/town.js'
import { modes, pages } from '../lib/pages.js'

const test = base.extend({
  settled: [async ({ town }, use) => {
    const person = await town.person(one => fits.ownerWithOpen(one) && one.vehicles[0]?.violations.length > 0)
    await use(await town.settle(person))
  }, { scope: 'worker' }],
})

async function open(browser, town, settled, mode) {
  const { size, ...options } = modes[mode]
  const context = await browser.newContext({ ...options, locale: 'zh-CN', serviceWorkers: 'block' })
  await context.addCookies([
    { name: 'shimin', value: settled.token, url: town.url, httpOnly: true, sameSite: 'Lax' },
    ...(size ? [{ name: 'size', value: size, url: town.url }] : []),
  ])
  return context
}

for (const mode of Object.keys(modes)) {
  test(`every page is accessible and fits: ${mode}`, async ({ town, settled, browser }) => {
    test.setTimeout(150_000)
    const context = await open(browser, town, settled, mode)
    const page = await context.newPage()
    const trouble = []
    page.on('console', message => {
      if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) trouble.push(`${page.url()}: ${message.text()}`)
    })
    page.on('request', request => {
      if (!request.url().startsWith(town.url)) trouble.push(`${page.url()} asks ${request.url()}`)
    })
    for (const where of await pages(town, settled)) {
      const answer = await page.goto(town.url + where)
      const status = answer.status()
      if (where === '/no-such-page' ? status !== 404 : status !== 200) trouble.push(`${where}: ${status}`)
      const found = await page.evaluate(async source => {
        // eslint-disable-next-line no-eval
        if (!window.axe) (0, eval)(source)
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
        const result = await window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] })
        return result.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)
      }, axeSource).catch(error => [`axe: ${error.message}`])
      trouble.push(...found.map(one => `${where}: ${one}`))
      trouble.push(...(await page.evaluate(measure)).map(one => `${where}: ${one}`))
    }
    expect(trouble).toEqual([])
    expect(await town.cspReports()).toBe(0)
    await context.close()
  })
}

/** Runs in the page: width, and the size of what can be tapped outside of running text. */
function measure() {
  const found = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) found.push(`wider than the screen: ${root.scrollWidth} > ${root.clientWidth}`)
  for (const node of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')) {
    const inText = node.tagName === 'A' && node.closest('p, dd, td') && !node.matches('.btn')
    const hidden = node.closest('[hidden]') || node.matches('.skip, .sr, .sr *') || getComputedStyle(node).visibility === 'hidden'
    if (inText || hidden) continue
    let box = node.getBoundingClientRect()
    if (node.matches('[type=radio], [type=checkbox]')) {
      const label = document.querySelector(`label[for="${node.id}"]`)?.getBoundingClientRect()
      if (label) box = { width: label.right - box.left, height: Math.max(label.height, box.height) }
    }
    if (box.width === 0 && box.height === 0) continue
    if (Math.min(box.width, box.height) < 43.5) {
      found.push(`small target ${Math.round(box.width)}x${Math.round(box.height)}: ${node.outerHTML.slice(0, 90)}`)
    }
  }
  return found
}

test('pages are light: at most 3 requests, 14 kB home, 25 kB others, 8 kB script', async ({ town, settled, browser }) => {
  test.setTimeout(120_000)
  const trouble = []
  for (const where of await pages(town, settled)) {
    // A first visit: nothing is cached, and style comes with the page.
    const context = await open(browser, town, settled, 'light')
    const page = await context.newPage()
    const sizes = []
    page.on('response', response => sizes.push((async () => {
      const body = await response.body().catch(() => Buffer.alloc(0))
      const encoded = response.headers()['content-encoding'] ? zlib.gzipSync(body).length : body.length
      return { url: new URL(response.url()).pathname, bytes: encoded, type: response.headers()['content-type'] ?? '' }
    })()))
    await page.goto(town.url + where, { waitUntil: 'networkidle' })
    const all = (await Promise.all(sizes)).filter(one => !one.type.startsWith('image/'))
    const bytes = all.reduce((sum, one) => sum + one.bytes, 0)
    const script = all.filter(one => one.type.includes('javascript')).reduce((sum, one) => sum + one.bytes, 0)
    const home = where === `/${town.city.id}`
    if (sizes.length > 3) trouble.push(`${where}: ${sizes.length} requests`)
    if (bytes > (home ? 14 : 25) * 1024) trouble.push(`${where}: ${bytes} bytes`)
    if (script > 8 * 1024) trouble.push(`${where}: ${script} bytes of script`)
    await context.close()
  }
  expect(trouble).toEqual([])
})

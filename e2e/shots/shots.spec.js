// Pictures of every page at 360 px in light, dark and large text, and at 1280 px.
import path from 'node:path'
import { test, fits, root } from '../lib/town.js'
import { modes, pages } from '../lib/pages.js'

const out = process.env.SHIMIN_SHOTS ?? path.join(root, 'target/shots')
const wanted = { ...modes, wide: { viewport: { width: 1280, height: 900 } } }
delete wanted.narrow

for (const [name, { size, ...options }] of Object.entries(wanted)) {
  test(name, async ({ town, browser }) => {
    const context = await browser.newContext({ ...options, locale: 'zh-CN', deviceScaleFactor: 2 })
    const person = await town.person(one => fits.ownerWithOpen(one) && one.vehicles[0]?.violations.length > 0)
    const settled = await town.enter(context, person)
    if (size) await context.addCookies([{ name: 'size', value: size, url: town.url }])
    const page = await context.newPage()
    for (const where of await pages(town, settled)) {
      await page.goto(town.url + where)
      const file = where.replace(/^\//, '').replace(/[^a-z-]+/g, '-').replace(/-+$/, '') || 'landing'
      await page.screenshot({ path: path.join(out, name, `${file}.png`), fullPage: true })
    }
    await context.close()
  })
}

// Ways through the house: search, another city, another size, theme and language, without JavaScript, by keyboard alone.
import { test, expect, fits, send, signIn } from '../lib/town.js'

for (const [typed, subject] of [['罚单', 'vehicle'], ['扣分', 'licence'], ['wz', 'vehicle'], ['weifa', 'vehicle']]) {
  test(`search finds a service by ${typed}`, async ({ town, watched: page }) => {
    await page.goto(`${town.url}/${town.city.id}`)
    await page.locator('form[role=search] input[type=search]').fill(typed)
    await page.keyboard.press('Enter')
    const service = (await town.services()).find(one => one.subject === subject)
    await expect(page.locator(`main a[href$="/s/${service.id}"]`).first()).toBeVisible()
  })
}

test('nothing found still leads somewhere', async ({ town, watched: page }) => {
  await page.goto(`${town.url}/${town.city.id}/search?q=${encodeURIComponent('飞船驾照')}`)
  await expect(page.locator('main')).toContainText(town.city.hotline)
})

test('another city is two taps away', async ({ town, watched: page }) => {
  const other = (await (await fetch(`${town.url}/api/v1/cities`)).json()).find(one => one.id !== town.city.id)
  await page.goto(`${town.url}/${town.city.id}`)
  await page.locator('a[href^="/cities"]').first().click()
  await page.locator(`main a[href="/${other.id}"]`).first().click()
  await expect(page).toHaveURL(`${town.url}/${other.id}`)
  await expect(page.locator('h1')).toContainText(other.name['zh-CN'].replace(/市$/, ''))
})

test('size, theme and language are remembered', async ({ town, watched: page }) => {
  await page.goto(`${town.url}/settings`)
  for (const [name, value] of [['size', 'huge'], ['theme', 'dark'], ['lang', 'en']]) {
    await page.locator(`main input[name=${name}][value=${value}]`).check()
  }
  await page.locator('main form.form button[type=submit]').click()
  await page.goto(`${town.url}/${town.city.id}`)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('30px')
  const [r, g, b] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g).map(Number)
  expect(r + g + b).toBeLessThan(200)
})

test('everything works without JavaScript', async ({ town, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
  const page = await context.newPage()
  const person = await town.person(fits.ownerWithOpen)
  await signIn(page, town, person)
  await page.goto(`${town.url}/real-name`)
  await send(page, { name: person.name, resident_id: person.resident_id })
  await page.goto(`${town.url}/${town.city.id}/cards/licence`)
  await send(page, { file_no: person.licence.file_no })
  await expect(page).toHaveURL(/\/cards$/)
  for (const service of (await town.services()).filter(one => one.subject === 'licence')) {
    await page.goto(`${town.url}/${town.city.id}/s/${service.id}/ask`)
    await expect(page.locator('main .source').first()).toBeVisible()
  }
  await page.goto(`${town.url}/settings`)
  await page.locator('main input[name=size][value=large]').check()
  await page.locator('main form.form button[type=submit]').click()
  await page.goto(`${town.url}/${town.city.id}`)
  await context.close()
})

test('a keyboard is enough to sign in, and the focus can be seen', async ({ town, watched: page }) => {
  const person = await town.person()
  await page.goto(`${town.url}/sign-in`)
  const tabTo = async selector => {
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab')
      const there = await page.evaluate(wanted => document.activeElement?.matches(wanted), selector)
      if (there) {
        const ring = await page.evaluate(() => {
          const style = getComputedStyle(document.activeElement)
          return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        })
        expect(ring, `the focus on ${selector} cannot be seen`).toBe(true)
        return
      }
    }
    throw new Error(`Tab never reaches ${selector}`)
  }
  await tabTo('#phone')
  await page.keyboard.type(person.phone)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/sign-in\/code/)
  const code = await town.code(person.phone)
  await tabTo('#code')
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(/sign-in/)
})

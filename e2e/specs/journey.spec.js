// What a citizen does on the first day, from the first visit to the log of who looked.
import { test, expect, fits, send, signIn } from '../lib/town.js'

test('from the first visit to the evidence, and who looked at it', async ({ town, watched: page }) => {
  const person = await town.person(one => fits.ownerWithOpen(one)
    && one.vehicles[0]?.violations.some(violation => violation.photo_status === 1))
  const car = person.vehicles[0]
  await page.goto(`${town.url}/`)
  await signIn(page, town, person)

  await page.goto(`${town.url}/real-name`)
  await send(page, { name: person.name, resident_id: person.resident_id.slice(0, 17) })
  await expect(page).toHaveTitle(/^错误/)
  await expect(page.locator('#name')).toHaveValue(person.name)
  await send(page, { resident_id: person.resident_id })
  await expect(page).not.toHaveURL(/real-name/)

  await page.goto(`${town.url}/${town.city.id}/cards/vehicle`)
  await send(page, { plate: car.plate, plate_kind: car.kind, vin_tail: car.vin_tail })
  await expect(page).toHaveURL(/\/cards$/)
  await expect(page.locator('main')).toContainText(car.plate)

  // One tap from the home page to the violations.
  const service = (await town.services()).find(one => one.subject === 'vehicle')
  await page.goto(`${town.url}/${town.city.id}`)
  await page.locator(`main a[href$="/s/${service.id}/ask"]`).first().click()
  await expect(page).toHaveURL(new RegExp(`/s/${service.id}/ask`))
  const open = car.violations.length
  await expect(page.locator('main .record')).toHaveCount(open)
  await expect(page.locator('main .source')).toContainText('更新')

  const pictured = car.violations.find(violation => violation.photo_status === 1)
  await page.locator(`main a[href*="${pictured.id}"]`).first().click()
  const picture = page.locator('main img').first()
  await expect(picture).toBeVisible()
  expect(await picture.evaluate(image => image.complete && image.naturalWidth > 100)).toBe(true)

  await page.goto(`${town.url}/me/access`)
  await expect(page.locator('main')).toContainText('您本人')
  await expect(page.locator('main')).toContainText(service.name['zh-CN'])
})

test('a citizen without violations hears good news', async ({ town, context, watched: page }) => {
  const person = await town.person(fits.ownerWithoutAny)
  await town.enter(context, person)
  const service = (await town.services()).find(one => one.subject === 'vehicle')
  await page.goto(`${town.url}/${town.city.id}/s/${service.id}/ask`)
  await expect(page.locator('h1')).toContainText('没有违法')
  await expect(page.locator('main')).not.toContainText('undefined')
})

test('a stranger\'s car is refused, and the answer is the same as for one that does not exist', async ({ town, context, watched: page }) => {
  const [person, stranger] = [await town.person(), await town.person()]
  await town.enter(context, { ...person, vehicles: [] })
  const says = []
  const theirs = stranger.vehicles[0]
  const last = theirs.vin_tail === '000000' ? '000001' : '000000'
  for (const tail of [theirs.vin_tail, last]) {
    await page.goto(`${town.url}/${town.city.id}/cards/vehicle`)
    await send(page, { plate: theirs.plate, plate_kind: theirs.kind, vin_tail: tail })
    await expect(page).toHaveTitle(/^错误/)
    await expect(page.locator('#plate')).toHaveValue(theirs.plate)
    says.push(await page.locator('main').innerText())
  }
  expect(says[0]).toBe(says[1])
})

test('signing out everywhere ends the other browser', async ({ town, browser, watched: page, context }) => {
  const person = await town.person()
  const { token } = await town.enter(context, person)
  await town.call('DELETE', '/sessions', token)
  await page.goto(`${town.url}/me`)
  await expect(page).toHaveURL(/sign-in/)
})

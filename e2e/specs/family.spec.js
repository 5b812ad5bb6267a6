// Family: consent between two browsers, and a child's car through the guardian.
import { test, expect, demoPerson, fits, send } from '../lib/town.js'

test('a family member agrees on their own phone, and can end it', async ({ town, browser, context, watched: page }) => {
  const [asker, owner] = [await town.person(), await town.person(fits.ownerWithOpen)]
  await town.enter(context, asker)
  const other = await browser.newContext()
  await town.enter(other, owner)

  await page.goto(`${town.url}/me/consents`)
  await send(page, { person_name: owner.name, person_phone: owner.phone })
  await expect(page).toHaveURL(/\/me\/consents/)

  const theirs = await other.newPage()
  await theirs.goto(`${town.url}/me/consents`)
  await theirs.locator('form[action$="/grant"] button').first().click()
  await expect(theirs.locator('form[action$="/withdraw"]')).not.toHaveCount(0)

  const consents = await page.request.get(`${town.url}/me/consents`)
  expect(consents.ok()).toBe(true)
  const token = (await context.cookies()).find(cookie => cookie.name === 'shimin').value
  const [given] = await town.call('GET', '/consents', token)
  expect(given.state).toBe('granted')
  const car = owner.vehicles[0]
  const form = { kind: 'vehicle', plate: car.plate, plate_kind: car.kind, vin_tail: car.vin_tail, whose: { is: 'consent', consent: given.id } }
  const { id } = await town.call('POST', `/cities/${town.city.id}/cards`, token, form)
  const service = (await town.services()).find(one => one.subject === 'vehicle')
  await page.goto(`${town.url}/${town.city.id}/s/${service.id}/ask?card=${id}`)
  await expect(page.locator('main .source')).toBeVisible()

  // The owner sees who looked, and ends it; the card is gone at once.
  await theirs.goto(`${town.url}/me/access`)
  await expect(theirs.locator('main')).toContainText(`${asker.name[0]}*`)
  await theirs.goto(`${town.url}/me/consents`)
  await theirs.locator('form[action$="/withdraw"] button').first().click()
  await page.goto(`${town.url}/${town.city.id}/cards`)
  await expect(page.locator('main')).not.toContainText(car.plate)
  await other.close()
})

test('a guardian adds the car of a child', async ({ town, context, watched: page }) => {
  const guardian = demoPerson(town.demo[0])
  const people = await (await fetch(`${town.sandbox}/truth/${town.city.code}/persons?from=0&count=16`)).json()
  const child = people.find(one => Number(one.birth.slice(0, 4)) > 2009 && one.vehicles.length > 0)
  await town.enter(context, guardian)
  await page.goto(`${town.url}/${town.city.id}/cards/vehicle?for=ward`)
  const car = child.vehicles[0]
  await send(page, {
    ward_name: child.name, ward_id: child.resident_id, plate: car.plate, plate_kind: car.kind, vin_tail: car.vin_tail,
  })
  await expect(page).toHaveURL(/\/cards$/)
  await expect(page.locator('main')).toContainText(car.plate)
})

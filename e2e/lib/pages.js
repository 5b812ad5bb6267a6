// Every page that a citizen can open, read from the binary's own table, so that a new page is tested without being listed.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { root } from './town.js'

const binary = process.env.SHIMIN_BIN ?? path.join(root, 'target/debug/shimin')
const files = ['/assets/', '/sw.js', '/manifest.webmanifest', '/favicon.ico', '/robots.txt', '/evidence/', '/gallery', '/s/{service}/evidence']

/** Paths with `{city}` and so on replaced by what belongs to a settled citizen. */
export async function pages(town, settled) {
  const routes = JSON.parse(execFileSync(binary, ['routes', '--json'], { encoding: 'utf8' }))
  const services = await town.services()
  const service = services.find(one => one.subject === 'vehicle')
  const where = `/cities/${town.city.id}/services/${service.id}/records?card=${settled.bound.vehicle}`
  const { rows } = await town.call('GET', where, settled.token)
  const fill = text => text
    .replace('{city}', town.city.id).replace('{service}', service.id)
    .replace('{card}', settled.bound.vehicle).replace('{row}', rows[0].id)
  const found = routes
    .filter(one => one.door === 'web' && one.method === 'GET' && !files.some(file => one.path.includes(file)))
    .map(one => fill(one.path))
    .filter(one => !one.includes('{'))
  for (const other of services) found.push(`/${town.city.id}/s/${other.id}`, `/${town.city.id}/s/${other.id}/ask`)
  found.push('/no-such-page')
  return [...new Set(found)]
}

export const modes = {
  light: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  dark: { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  elder: { viewport: { width: 360, height: 740 }, size: 'huge' },
  narrow: { viewport: { width: 320, height: 640 } },
}

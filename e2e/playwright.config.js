// Journeys through Debian's Chromium against the real binary. One town a worker, so that a department that one journey
// breaks does not break another's.
import { defineConfig } from '@playwright/test'
import { chromium } from './lib/chromium.js'

export default defineConfig({
  testDir: 'specs',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  outputDir: 'test-results',
  use: { ...chromium, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: 360, height: 740 } },
})

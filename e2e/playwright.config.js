// Journeys of citizens through the real binary, in Debian's Chromium. `cargo xtask test` runs them; by hand:
//   cargo build -p shimin && cd e2e && npm ci && npx playwright test
import { defineConfig } from '@playwright/test';
import { browser } from './lib/browser.js';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // One house a worker, so that a department which one journey breaks does not break another's. The journeys of a file run
  // in order; files run beside each other.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: browser,
});

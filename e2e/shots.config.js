// Pictures of every page, made by `cargo xtask shots`: nothing is judged here but that each page can be drawn.
import { defineConfig } from '@playwright/test';
import { browser } from './lib/browser.js';

export default defineConfig({
  testDir: 'shots',
  testMatch: '*.shots.js',
  outputDir: 'test-results/shots',
  workers: 1,
  timeout: 300_000,
  reporter: [['list']],
  use: { ...browser, screenshot: 'off' },
});

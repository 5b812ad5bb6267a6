// `cargo xtask shots`: pictures of every page, for people to look at. Nothing is compared.
import { defineConfig } from '@playwright/test'
import base from './playwright.config.js'

export default defineConfig({ ...base, testDir: 'shots', timeout: 300_000 })

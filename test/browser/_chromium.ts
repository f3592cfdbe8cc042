import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser to test in. Without one the tests are skipped and say so, unless REQUIRE_BROWSER=1. */
export function haveChromium(): boolean {
  if (existsSync(PATH)) return true
  if (process.env['REQUIRE_BROWSER'] === '1') throw new Error(`no Chromium at ${PATH}, and REQUIRE_BROWSER=1`)
  console.warn(
    `no Chromium at ${PATH}: browser tests are skipped (apt-get install chromium, or set CHROMIUM to its path)`,
  )
  return false
}

/** @param more arguments for this test alone */
export function launchChromium(...more: string[]): Promise<Browser> {
  return launch(more, [])
}

/** As on every phone: a page that was left stays in memory for whoever comes back to it, which Playwright bars. */
export function launchWithPageMemory(): Promise<Browser> {
  return launch([], ['--disable-back-forward-cache'])
}

function launch(more: string[], ignoreDefaultArgs: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    ignoreDefaultArgs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}

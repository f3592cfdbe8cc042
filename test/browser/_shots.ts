import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** A folder for pictures, for whoever wants to look. */
export const SHOTS = process.env['SHOTS']

export async function shot(page: Page, name: string, fullPage = true): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage })
}

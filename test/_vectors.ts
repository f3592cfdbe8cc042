import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The folder of third-party test data `name` (log, statements, epcis, edge), or undefined where this checkout has none.
 * The data are not part of the project (other licences); TRISTAMP_VECTORS names their folder, by default `shared/vectors` beside the checkout.
 */
export function vectors(name: string): string | undefined {
  const root = process.env['TRISTAMP_VECTORS'] ?? fileURLToPath(new URL('../../shared/vectors', import.meta.url))
  const folder = `${root}/${name}`
  if (existsSync(folder)) return folder
  console.warn(`vectors/${name} not found: its tests are skipped (set TRISTAMP_VECTORS to the folder that holds them)`)
  return undefined
}

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes `dir/ports.json` in one step: a reader finds all instruments in it, or no file. */
export function writePorts(dir: string, ports: Readonly<Record<string, string>>): void {
  const file = join(dir, 'ports.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(ports, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** Takes the file away: its addresses no longer hold. */
export function removePorts(dir: string): void {
  rmSync(join(dir, 'ports.json'), { force: true })
}

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve as resolvePath } from 'node:path'
import type { Transport } from './transport.ts'

/**
 * An instrument that the system shows as a file, as Linux shows 1-Wire probes. Each write is a new content, put there in one step; unplugged, the
 * file and its folder are gone, as under `/sys/bus/w1/devices`.
 * @param file where below `dir/id`
 */
export function openFile(dir: string, id: string, file: string): Transport {
  const address = resolvePath(dir, id, file)
  const root = resolvePath(join(dir, id))
  let plugged: boolean = true
  const unplug = (): Promise<void> => {
    plugged = false
    rmSync(root, { recursive: true, force: true })
    return Promise.resolve()
  }
  return {
    address,
    write(bytes) {
      if (!plugged) return
      mkdirSync(dirname(address), { recursive: true })
      writeFileSync(`${address}.new`, bytes)
      renameSync(`${address}.new`, address)
    },
    unplug,
    replug() {
      plugged = true
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: unplug,
  }
}

import { join } from 'node:path'
import { sha256, toHex } from '@tristamp/protocol'
import type { Disk } from './disk.ts'

/** Files kept: a gateway that signs without end must not fill the disk with its own contradictions. */
const MAX_FILES = 10_000

/**
 * Statements that contradict recorded ones: same key and seq, both signed, other bytes. Kept as they were received, named
 * `<kid>-<seq>-<hash>.cbor`; the recorded one is in the log under the same key and seq.
 */
export class Evidence {
  readonly #disk: Disk
  readonly #folder: string
  #names: Set<string> | undefined

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = join(folder, 'evidence')
  }

  async keep(kid: Uint8Array, seq: number, payload: Uint8Array): Promise<void> {
    this.#names ??= new Set(await this.#disk.list(this.#folder))
    const name = `${toHex(kid)}-${seq}-${toHex(sha256(payload)).slice(0, 16)}.cbor`
    if (this.#names.has(name) || this.#names.size >= MAX_FILES) return
    await this.#disk.replace(join(this.#folder, name), payload)
    this.#names.add(name)
  }
}

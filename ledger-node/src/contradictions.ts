import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  batchRoot,
  encodeBatch,
  equal,
  parseStatement,
  type SaltedEvent,
  statementLeaf,
  toHex,
} from '@tristamp/protocol'
import type { Disk } from './disk.ts'

/** Statements kept: a key that contradicts itself is suspended, so that more than a few are rare. */
const MAX_STATEMENTS = 10_000
/** Whole batches kept beside them, up to 8 MiB each. */
const MAX_BATCHES = 256

/** A contradicting statement on disk, by its name alone. */
export interface KeptStatement {
  kid: string
  seq: number
  name: string
}

/**
 * Statements that contradict recorded ones: same key and seq, both signed, other bytes. Named by what was signed, so that
 * whoever varies what was not signed fills no disk: `<kid>-<seq>-<leaf hash>.cose`, and its batch as `.cbor` if the events that came
 * along are the signed ones. The recorded statement is in the log under the same key and seq.
 */
export class Contradictions {
  readonly #disk: Disk
  readonly #folder: string
  #names: Set<string> | undefined

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = join(folder, 'evidence')
  }

  /** Durable when it returns. */
  async keep(bytes: Uint8Array, events: readonly SaltedEvent[]): Promise<void> {
    const { header, root } = parseStatement(bytes)
    const stem = `${toHex(header.kid)}-${header.seq}-${toHex(statementLeaf(bytes))}`
    await this.#put(`${stem}.cose`, bytes, MAX_STATEMENTS)
    if (events.length > 0 && equal(batchRoot(events), root))
      await this.#put(`${stem}.cbor`, encodeBatch(bytes, events), MAX_BATCHES)
  }

  /** Every statement kept. */
  async list(): Promise<KeptStatement[]> {
    return [...(await this.#known())].flatMap((name) => {
      const [, kid, seq] = /^([0-9a-f]{64})-(\d{1,16})-[0-9a-f]{64}\.cose$/.exec(name) ?? []
      return kid === undefined ? [] : [{ kid, seq: Number(seq), name }]
    })
  }

  read({ name }: KeptStatement): Promise<Uint8Array> {
    return readFile(join(this.#folder, name))
  }

  async #put(name: string, bytes: Uint8Array, max: number): Promise<void> {
    const names = await this.#known()
    const ending = name.slice(name.lastIndexOf('.'))
    if (names.has(name) || [...names].filter((n) => n.endsWith(ending)).length >= max) return
    // Before the write: a second one of the same name is under way at the same time.
    names.add(name)
    try {
      await this.#disk.replace(join(this.#folder, name), bytes)
    } catch (error) {
      names.delete(name)
      throw error
    }
  }

  async #known(): Promise<Set<string>> {
    this.#names ??= new Set(await this.#disk.list(this.#folder))
    return this.#names
  }
}

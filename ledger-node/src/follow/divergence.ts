import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, type Json, sha256, toBase64, toHex, utf8 } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { ifThere } from '../if-there.ts'
import type { Difference, DifferenceCode } from './difference.ts'

/** Why a follower no longer follows. */
export interface Divergence {
  code: DifferenceCode
  detail: string
  atMs: number
  /** The files that show it. */
  evidence: string[]
}

/** Stands in the data folder for as long as the follower must not go on; removing it is how an operator lets it. */
const DIVERGED_FILE = 'diverged.json'

/** What a follower has found its leader to have wrong, on disk: it outlives restarts, until somebody has looked. */
export class DivergenceFile {
  readonly #disk: Disk
  readonly #folder: string
  readonly path: string

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = folder
    this.path = join(folder, DIVERGED_FILE)
  }

  /** What an earlier run found. A file that cannot be read stops as well as one that can. */
  async read(): Promise<Divergence | undefined> {
    const text = await ifThere(readFile(this.path, 'utf8'))
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as Divergence
    } catch (cause) {
      throw new LedgerError('CONFIG_INVALID', `${this.path} cannot be read; remove it to go on following`, { cause })
    }
  }

  /** Keeps the evidence, then the word that there is some. @param own the last note that is good */
  async declare(difference: Difference, leader: string, own: string | undefined, atMs: number): Promise<Divergence> {
    const { code, message: detail, exhibit } = difference
    const { checkpoint, entry, bytes, events, fork } = exhibit
    const report: Json = {
      code,
      detail,
      at: new Date(atMs).toISOString(),
      leader,
      ...(own !== undefined && { ownCheckpoint: own }),
      ...(checkpoint !== undefined && { leaderCheckpoint: checkpoint }),
      ...(entry !== undefined && { entry }),
      ...(bytes && { entryBytes: toBase64(bytes) }),
      ...(events && { events: events.map((e) => ({ salt: toBase64(e.salt), event: toBase64(e.event) })) }),
    }
    const text = `${canonicalJson(report)}\n`
    const stem = `${code.toLowerCase().replaceAll('_', '-')}-${toHex(sha256(utf8(text))).slice(0, 16)}`
    const evidence = [await this.#keep(`${stem}.json`, text)]
    if (fork !== undefined) evidence.push(await this.#keep(`${stem}.tristamp-fork`, fork))
    const divergence: Divergence = { code, detail, atMs, evidence }
    await this.#disk.replace(this.path, utf8(`${JSON.stringify(divergence, null, 2)}\n`))
    return divergence
  }

  async #keep(name: string, text: string): Promise<string> {
    const folder = join(this.#folder, 'evidence')
    await this.#disk.list(folder)
    const path = join(folder, name)
    await this.#disk.replace(path, utf8(text))
    return path
  }
}

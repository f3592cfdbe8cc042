import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type EvidenceId, isEvidence, isEvidenceId } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { ifThere } from '../if-there.ts'
import type { EvidenceFolder } from './evidence-folder.ts'
import type { EvidenceSource } from './fetch-evidence.ts'

/** Evidence that is remembered as lacking; what is lost for good must not be asked for in ever longer rounds. */
const MAX_WANTED = 10_000
/** Asked for in one round. */
const MAX_ROUND = 100

/** Evidence that another node did not have, or served otherwise, when it was asked for: a list on disk, asked for again from time to time. */
export class WantedEvidence {
  readonly #disk: Disk
  readonly #path: string
  /** The oldest first; what was asked for in vain goes to the end. */
  #ids: Set<EvidenceId>

  private constructor(disk: Disk, path: string, ids: Set<EvidenceId>) {
    this.#disk = disk
    this.#path = path
    this.#ids = ids
  }

  /** Takes up what an earlier run wanted; a list that cannot be read is begun anew. */
  static async open(disk: Disk, data: string): Promise<WantedEvidence> {
    const path = join(data, 'evidence-wanted')
    return new WantedEvidence(disk, path, new Set(await read(path)))
  }

  get size(): number {
    return this.#ids.size
  }

  /** Durable when it returns. */
  async add(ids: readonly EvidenceId[]): Promise<void> {
    const before = this.#ids.size
    for (const id of ids) this.#ids.add(id)
    if (this.#ids.size === before) return
    this.#ids = new Set([...this.#ids].slice(-MAX_WANTED))
    await this.#save()
  }

  /** Asks once more for some of it. @returns what came @throws LedgerError PEER_* */
  async again(source: EvidenceSource, folder: EvidenceFolder): Promise<EvidenceId[]> {
    const came: EvidenceId[] = []
    const round = [...this.#ids].slice(0, MAX_ROUND)
    try {
      for (const id of round) {
        const bytes = folder.has(id) ? undefined : await source.evidence(id)
        if (bytes !== undefined && isEvidence(id, bytes)) await folder.put(id, bytes)
        this.#ids.delete(id)
        if (folder.has(id)) came.push(id)
        else this.#ids.add(id)
      }
    } finally {
      if (came.length > 0) await this.#save()
    }
    return came
  }

  #save(): Promise<void> {
    return this.#disk.replace(this.#path, new TextEncoder().encode([...this.#ids, ''].join('\n')))
  }
}

async function read(path: string): Promise<EvidenceId[]> {
  const text = (await ifThere(readFile(path, 'utf8'))) ?? ''
  return text.split('\n').filter(isEvidenceId).slice(-MAX_WANTED)
}

import { type AdmissionState, type EvidenceId, HASH_BYTES, TILE_WIDTH } from '@tristamp/protocol'
import type { AuditSource, Derived } from '../audit/source.ts'
import type { Found } from '../evidence/evidence-folder.ts'
import type { EntryPlace, FeedRead } from '../feed.ts'
import { type Row, readTileKey } from '../row.ts'
import type { Mark } from '../store.ts'
import type { ArchiveFiles } from './archive-files.ts'

/** A ledger that is written into an archive while it is audited, as far as its checkpoint goes. */
export class ArchivingSource implements AuditSource {
  readonly name: string
  readonly expected: number
  readonly derived: Derived
  readonly #source: AuditSource
  readonly #files: ArchiveFiles

  constructor(source: AuditSource, expected: number, files: ArchiveFiles) {
    this.name = source.name
    this.expected = expected
    this.derived = new ArchivedTiles(source.derived, expected, files)
    this.#source = source
    this.#files = files
  }

  async *read(): AsyncGenerator<FeedRead> {
    for await (const found of this.#source.read()) {
      if (found.kind === 'entry' && found.entry < this.expected) await this.#files.entry(found.item)
      yield found
    }
  }

  locate(place: EntryPlace): { file: string; offset: number } {
    return this.#source.locate(place)
  }

  locateEnd(read: FeedRead & { kind: 'end' }): { file: string; offset: number } {
    return this.#source.locateEnd(read)
  }

  checkpoint(): ReturnType<AuditSource['checkpoint']> {
    return this.#source.checkpoint()
  }

  async evidence(id: EvidenceId): Promise<{ found: Found; file: string }> {
    const where = await this.#source.evidence(id)
    if (where.found.kind === 'held') await this.#files.evidence(id, where.found.bytes)
    return where
  }

  beside(state: AdmissionState): Promise<string[]> {
    return this.#source.beside(state)
  }

  policy(): ReturnType<AuditSource['policy']> {
    return this.#source.policy()
  }
}

class ArchivedTiles implements Derived {
  readonly #compared: Derived
  readonly #size: number
  readonly #files: ArchiveFiles
  /** By level: the tile that is not full yet. */
  readonly #partial = new Map<number, { index: number; hashes: Uint8Array }>()

  constructor(compared: Derived, size: number, files: ArchiveFiles) {
    this.#compared = compared
    this.#size = size
    this.#files = files
  }

  async add(rows: Iterable<Row>, mark: Mark): Promise<void> {
    const all = [...rows]
    await this.#compared.add(all, mark)
    if (mark.size > this.#size) return
    for (const { key, value } of all) {
      const tile = readTileKey(key)
      if (tile === undefined) continue
      if (value.length === TILE_WIDTH * HASH_BYTES) {
        await this.#files.tile(tile.level, tile.index, value)
        if (this.#partial.get(tile.level)?.index === tile.index) this.#partial.delete(tile.level)
      } else this.#partial.set(tile.level, { index: tile.index, hashes: value })
    }
  }

  async end(): Promise<void> {
    await this.#compared.end()
    for (const [level, { index, hashes }] of this.#partial) await this.#files.tile(level, index, hashes)
  }
}

import {
  decodeEntryBundle,
  decodeEventSequence,
  EVIDENCE_BYTES,
  type EvidenceId,
  entriesPath,
  isEvidence,
  isSeal,
  LIMITS,
  ProtocolError,
  parseCheckpoint,
  parseNote,
  type SaltedEvent,
  TILE_WIDTH,
} from '@tristamp/protocol'
import type { Found } from '../evidence/evidence-folder.ts'
import type { EntryPlace, FeedRead } from '../feed.ts'
import { Flawed } from './flaw.ts'
import type { AuditSource, Derived } from './source.ts'
import { type FetchFile, TileAudit } from './tile-audit.ts'

/** What a ledger shows to others: a node over HTTP, or an archive of one. */
export interface Publication {
  /** For people, and before every path. */
  name: string
  fetch: FetchFile
  /** The path at which the events of entries from `from` on are found, before `to`: of one entry at least. */
  eventsPath: (from: number, to: number) => string
  /** The path at which a piece of evidence is found. */
  evidencePath: (id: EvidenceId) => string
  address: (path: string) => string
  /** Where its own policy stands. */
  policyPath: string
}

const BUNDLE_BYTES = TILE_WIDTH * (LIMITS.entryBytes + 2)
/** Events handed on at a time, and room for the one batch that is always whole. */
const EVENTS_BYTES = 4 * LIMITS.batchBytes

/** A published ledger up to its checkpoint. */
export class PublishedSource implements AuditSource {
  readonly name: string
  readonly expected: number
  readonly derived: Derived
  readonly #publication: Publication
  readonly #note: string

  private constructor(publication: Publication, note: string, size: number) {
    this.name = publication.name
    this.expected = size
    this.derived = new TileAudit(publication.fetch, publication.address)
    this.#publication = publication
    this.#note = note
  }

  /** @throws Flawed when there is no checkpoint that can be read; what `fetch` throws */
  static async open(publication: Publication): Promise<PublishedSource> {
    const note = Buffer.from(await publication.fetch('checkpoint', LIMITS.noteBytes)).toString('utf8')
    try {
      return new PublishedSource(publication, note, parseCheckpoint(parseNote(note).text).size)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      throw new Flawed({ file: publication.address('checkpoint'), field: error.code, detail: error.message })
    }
  }

  async *read(): AsyncGenerator<FeedRead> {
    const events = this.#events()
    for (let first = 0; first < this.expected; first += TILE_WIDTH) {
      const index = first / TILE_WIDTH
      const entries = await this.#bundle(index, Math.min(TILE_WIDTH, this.expected - first))
      let offset = 0
      for (const [i, bytes] of entries.entries()) {
        const entry = first + i
        const batch = (await events.next()).value as SaltedEvent[]
        if (isSeal(bytes) && batch.length > 0)
          this.#fail(this.#publication.eventsPath(entry, entry + 1), { entry, field: 'events' }, 'a seal has no events')
        yield this.#entry(entry, { bytes, events: batch }, offset)
        offset += 2 + bytes.length
      }
    }
    const place = { index: this.expected, file: 0, offset: 0 }
    yield { kind: 'end', place: { entries: place, bodies: place } }
  }

  locate({ entry }: EntryPlace): { file: string; offset: number } {
    return { file: this.#publication.address(this.#pathOf(entry.index)), offset: entry.offset }
  }

  locateEnd({ place }: FeedRead & { kind: 'end' }): { file: string; offset: number } {
    return { file: this.#publication.address(this.#pathOf(place.entries.index)), offset: 0 }
  }

  async checkpoint(): Promise<{ note: string; file: string }> {
    return { note: this.#note, file: this.#publication.address('checkpoint') }
  }

  async evidence(id: EvidenceId): Promise<{ found: Found; file: string }> {
    const path = this.#publication.evidencePath(id)
    const file = this.#publication.address(path)
    try {
      const bytes = await this.#publication.fetch(path, EVIDENCE_BYTES)
      const held = isEvidence(id, bytes)
      return { found: held ? { kind: 'held', bytes } : { kind: 'damaged', detail: 'its digest is another' }, file }
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      const missing = error.flaw.field === 'missing'
      return { found: missing ? { kind: 'missing' } : { kind: 'damaged', detail: error.flaw.detail }, file }
    }
  }

  async beside(): Promise<string[]> {
    return []
  }

  async policy(): Promise<{ text: string; file: string }> {
    const { policyPath, fetch, address } = this.#publication
    return {
      text: Buffer.from(await fetch(policyPath, LIMITS.policyBytes)).toString('utf8'),
      file: address(policyPath),
    }
  }

  #entry(entry: number, item: { bytes: Uint8Array; events: SaltedEvent[] }, offset: number): FeedRead {
    const here = { index: entry, file: 0, offset }
    const lengths = item.events.map(({ salt, event }) => salt.length + event.length)
    const place = { entry: here, length: item.bytes.length, bodies: here, lengths }
    const after = { index: entry + 1, file: 0, offset: 0 }
    return { kind: 'entry', entry, item, place, next: { entries: after, bodies: after } }
  }

  #pathOf(entry: number): string {
    const index = Math.floor(entry / TILE_WIDTH)
    return entriesPath(index, Math.max(1, Math.min(TILE_WIDTH, this.expected - index * TILE_WIDTH)))
  }

  async #bundle(index: number, width: number): Promise<Uint8Array[]> {
    const path = entriesPath(index, width)
    const bytes = await this.#publication.fetch(path, BUNDLE_BYTES)
    const entry = index * TILE_WIDTH
    const entries = this.#read(path, entry, () => decodeEntryBundle(bytes))
    if (entries.length !== width)
      this.#fail(
        path,
        { entry: entry + Math.min(width, entries.length), field: 'missing' },
        `${entries.length} entries for ${width}`,
      )
    return entries
  }

  /** The events of every entry in turn; the next ones are on their way while these are looked at. */
  async *#events(): AsyncGenerator<SaltedEvent[]> {
    let coming = this.#piece(0)
    for (let next = 0; next < this.expected; ) {
      const piece = await coming
      next += piece.length
      if (next < this.expected) {
        coming = this.#piece(next)
        coming.catch(() => undefined)
      }
      yield* piece
    }
  }

  async #piece(from: number): Promise<SaltedEvent[][]> {
    const path = this.#publication.eventsPath(from, this.expected)
    const bytes = await this.#publication.fetch(path, EVENTS_BYTES)
    const piece = this.#read(path, from, () => decodeEventSequence(bytes, this.expected - from))
    if (piece.length === 0) this.#fail(path, { entry: from, field: 'missing' }, 'the events of this entry are not here')
    return piece
  }

  #read<T>(path: string, entry: number, decode: () => T): T {
    try {
      return decode()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return this.#fail(path, { entry, field: error.code }, `from this entry on: ${error.message}`)
    }
  }

  #fail(path: string, where: { entry: number; field: string }, detail: string): never {
    throw new Flawed({ file: this.#publication.address(path), ...where, detail })
  }
}

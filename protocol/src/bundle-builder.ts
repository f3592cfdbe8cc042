import { batchPath, eventLeaf, type SaltedEvent } from './batch.ts'
import { type DisclosedEvent, encodeBundle, type ProvenEntry, type SubjectHistory } from './bundle.ts'
import { parseRecordedEvent } from './event/recorded-event.ts'
import type { MapProof } from './history-map.ts'
import { keyUri } from './key.ts'
import { lineage, type SignedEvent } from './lineage.ts'
import { proveConsistency, proveInclusion, type ReadNodes } from './merkle.ts'
import { parseStatement, type StatementKind } from './statement.ts'

export interface EventPlace {
  entry: number
  position: number
}

/** What a bundle is built from: one sealed state of the ledger, which must not change while a bundle is built from it. */
export interface BundleSource {
  /** Entries in the tree of the checkpoint; the last one is the seal. */
  size: number
  /** Signed note. */
  checkpoint: string
  entry(index: number): Promise<Uint8Array>
  /** The events under a statement, in order. */
  batch(entry: number): Promise<readonly SaltedEvent[]>
  /** Every event of the subject up to the seal, ascending. */
  postings(subject: string): Promise<readonly EventPlace[]>
  mapProof(subject: string): Promise<MapProof>
  readNodes: ReadNodes
}

/**
 * Gathers the proof of a subject's whole history.
 * @param since size of the tree that the reader remembers, 0 for none
 * @throws ProtocolError HISTORY_SIZE
 */
export async function buildBundle(subject: string, source: BundleSource, since = 0): Promise<Uint8Array> {
  const shelf = new Shelf(source)
  const subjects = await lineage(subject, async (s) =>
    Promise.all((await source.postings(s)).map((at) => shelf.signedEvent(at))),
  )
  const histories = await Promise.all(subjects.map((s) => historyOf(s, source)))
  const places = distinct(histories.flatMap((h) => h.links))
  const entries = [...new Set(places.map((p) => p.entry))]
  const proven = async (entry: number): Promise<ProvenEntry> => ({
    entry,
    bytes: await source.entry(entry),
    path: await proveInclusion(entry, source.size, source.readNodes),
  })
  return encodeBundle({
    checkpoint: source.checkpoint,
    seal: await proven(source.size - 1),
    ...(since > 0 &&
      since <= source.size && {
        consistency: { from: since, path: await proveConsistency(since, source.size, source.readNodes) },
      }),
    statements: await Promise.all(entries.map(proven)),
    events: await Promise.all(places.map((at) => shelf.disclose(at))),
    histories,
  })
}

async function historyOf(subject: string, source: BundleSource): Promise<SubjectHistory> {
  const [links, proof] = await Promise.all([source.postings(subject), source.mapProof(subject)])
  return { subject, links: links.map(({ entry, position }) => ({ entry, position })), proof }
}

function distinct(places: readonly EventPlace[]): EventPlace[] {
  const sorted = [...places].sort((a, b) => a.entry - b.entry || a.position - b.position)
  return sorted.filter((p, i) => i === 0 || p.entry !== sorted[i - 1]!.entry || p.position !== sorted[i - 1]!.position)
}

/** One statement, opened. */
interface Book {
  kind: StatementKind
  signer: string
  events: readonly SaltedEvent[]
  leaves: Uint8Array[]
}

/** Reads each statement and batch once, however many of a product's events stand in it. */
class Shelf {
  readonly #source: BundleSource
  readonly #books = new Map<number, Promise<Book>>()

  constructor(source: BundleSource) {
    this.#source = source
  }

  async signedEvent({ entry, position }: EventPlace): Promise<SignedEvent> {
    const { events, signer, kind } = await this.#book(entry)
    return { event: parseRecordedEvent(kind, events[position]!.event), signer }
  }

  async disclose({ entry, position }: EventPlace): Promise<DisclosedEvent> {
    const { events, leaves } = await this.#book(entry)
    const { salt, event } = events[position]!
    return { entry, position, salt, event, path: batchPath(leaves, position) }
  }

  #book(entry: number): Promise<Book> {
    const open = this.#books.get(entry) ?? this.#read(entry)
    this.#books.set(entry, open)
    return open
  }

  async #read(entry: number): Promise<Book> {
    const [statement, events] = await Promise.all([this.#source.entry(entry), this.#source.batch(entry)])
    const { header } = parseStatement(statement)
    return { events, leaves: events.map(eventLeaf), signer: keyUri(header.kid), kind: header.kind }
  }
}

import { eventLeaf, type SaltedEvent } from './batch.ts'
import { type BundledEntry, type DisclosedEvent, encodeBundle, MAX_BUNDLE_BYTES } from './bundle.ts'
import { fromUtf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import type { RecordedEvent } from './event/recorded-event.ts'
import type { MapProof } from './history-map.ts'
import { joinMapProofs } from './history-multiproof.ts'
import { keyUri } from './key.ts'
import { lineage, type SignedEvent } from './lineage.ts'
import { proveConsistency, type ReadNodes, type TreeLevels, treeLevels } from './merkle-tree.ts'
import { proveTogether, togetherIn } from './multiproof.ts'
import { parseSeal } from './seal.ts'
import { parseStatement } from './statement.ts'
import { subjectHash } from './subject.ts'
import { isDoubtful } from './time/doubt.ts'

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
  /** The first seal at this entry or after it: the one over its block. */
  sealAfter(entry: number): Promise<number>
  /** Every event of the subject up to the seal, ascending. */
  postings(subject: string): Promise<readonly EventPlace[]>
  mapProof(subject: string): Promise<MapProof>
  readNodes: ReadNodes
}

/** Events of all histories in one bundle: more would not fit into what readers take, so nobody need look for them. */
export const MAX_HISTORY_EVENTS = 16_384
/** Bytes of batches that are read for one bundle, and how many of them at once: who records much of a thing fills no memory with it. */
const READ_BYTES = 128 * 1024 * 1024
const PARALLEL = 8

/**
 * Gathers the proof of a subject's whole history, as far as readers would take it.
 * @param since size of the tree that the reader remembers, 0 for none
 * @throws ProtocolError HISTORY_SIZE
 */
export async function buildBundle(subject: string, source: BundleSource, since = 0): Promise<Uint8Array> {
  const shelf = new Shelf(source)
  const subjects = await lineage(subject, async (s) =>
    Promise.all((await shelf.postings(s)).map((at) => shelf.signedEvent(at))),
  )
  const found = await Promise.all(
    subjects.map(async (s) => ({ subject: s, links: [...(await shelf.postings(s))], proof: await source.mapProof(s) })),
  )
  const places = distinct(found.flatMap(({ links }) => links))
  const positions = new Map<number, number[]>()
  for (const { entry, position } of places) positions.set(entry, [...(positions.get(entry) ?? []), position])
  const entries = [...positions.keys()]
  const seals = await boundingSeals(places, shelf, source)
  const last = source.size - 1
  const read = async (entry: number): Promise<BundledEntry> => ({ entry, bytes: await source.entry(entry) })
  const shown = [...new Set([...entries, ...seals, last])].sort((a, b) => a - b)
  const bundle = encodeBundle({
    checkpoint: source.checkpoint,
    seal: await read(last),
    ...(since > 0 &&
      since <= source.size && {
        consistency: { from: since, path: await proveConsistency(since, source.size, source.readNodes) },
      }),
    beside: await proveTogether(shown, source.size, source.readNodes),
    statements: await Promise.all(
      [...positions].map(async ([entry, shown]) => ({
        ...(await read(entry)),
        beside: await shelf.beside(entry, shown),
      })),
    ),
    events: await Promise.all(places.map((at) => shelf.disclose(at))),
    histories: found.map(({ subject: s, links, proof: { depth, other } }) => ({
      subject: s,
      links,
      end: { depth, ...(other && { other }) },
    })),
    map: joinMapProofs(found.map(({ subject: s, proof }) => ({ key: subjectHash(s), proof }))),
    seals: await Promise.all(seals.map(read)),
  })
  if (bundle.length > MAX_BUNDLE_BYTES) tooLarge(`${bundle.length} bytes`)
  return bundle
}

function tooLarge(what: string): never {
  throw new ProtocolError('HISTORY_SIZE', `${what}; no reader takes so much`)
}

/**
 * The seals that bound the times of steps and recalls: the one over each, and for a doubtful clock the last one before the entry that its gateway
 * knew of. Without the last of the tree, which the bundle has in any case.
 */
async function boundingSeals(places: readonly EventPlace[], shelf: Shelf, source: BundleSource): Promise<number[]> {
  const seals = new Set<number>()
  for (const place of places) {
    const { event } = await shelf.signedEvent(place)
    if (event.type === 'TristampReport') continue
    // When a recall or a hold was sealed is when everyone could know of it.
    const isTold = event.type !== 'TristampGovernance' || ['recall', 'hold'].includes(event.operation.op)
    if (isTold) seals.add(await source.sealAfter(place.entry))
    if (event.type === 'TristampGovernance') continue
    const clock = event['tristamp:clock']
    if (clock?.after === undefined || !isDoubtful(clock) || clock.after >= place.entry) continue
    const { firstEntry } = parseSeal(await source.entry(await source.sealAfter(clock.after)))
    if (firstEntry > 0) seals.add(firstEntry - 1)
  }
  seals.delete(source.size - 1)
  return [...seals].sort((a, b) => a - b)
}

function distinct(places: readonly EventPlace[]): EventPlace[] {
  const sorted = [...places].sort((a, b) => a.entry - b.entry || a.position - b.position)
  return sorted.filter((p, i) => i === 0 || p.entry !== sorted[i - 1]!.entry || p.position !== sorted[i - 1]!.position)
}

/** The trees over batches. A source that hands out the same batch again saves hashing it again. */
const trees = new WeakMap<readonly SaltedEvent[], TreeLevels>()

function treeOf(batch: readonly SaltedEvent[]): TreeLevels {
  const tree = trees.get(batch) ?? treeLevels(batch.map(eventLeaf))
  trees.set(batch, tree)
  return tree
}

/** Events as they read, and who signed a statement. A source that hands out the same bytes again saves reading them again. */
const readings = new WeakMap<SaltedEvent, RecordedEvent>()
const signers = new WeakMap<Uint8Array, string>()

function read(salted: SaltedEvent): RecordedEvent {
  const known = readings.get(salted)
  if (known !== undefined) return known
  // Admission has checked it. A reader checks it again, and notices what the disk has changed since.
  const event = JSON.parse(fromUtf8(salted.event)) as RecordedEvent
  readings.set(salted, event)
  return event
}

function signerOf(statement: Uint8Array): string {
  const signer = signers.get(statement) ?? keyUri(parseStatement(statement).header.kid)
  signers.set(statement, signer)
  return signer
}

/** One statement, opened. */
interface Book {
  signer: string
  events: readonly SaltedEvent[]
}

/** Reads everything once, however many of a product's histories it stands in. */
class Shelf {
  readonly #source: BundleSource
  readonly #postings = new Map<string, Promise<readonly EventPlace[]>>()
  readonly #books = new Map<number, Promise<Book>>()
  /** One read after the other in each. */
  readonly #lanes: Promise<unknown>[] = new Array(PARALLEL).fill(Promise.resolve())
  #events = 0
  #readBytes = 0
  #disclosedBytes = 0

  constructor(source: BundleSource) {
    this.#source = source
  }

  postings(subject: string): Promise<readonly EventPlace[]> {
    const known = this.#postings.get(subject) ?? this.#find(subject)
    this.#postings.set(subject, known)
    return known
  }

  async #find(subject: string): Promise<readonly EventPlace[]> {
    const places = await this.#source.postings(subject)
    this.#events += places.length
    if (this.#events > MAX_HISTORY_EVENTS) tooLarge(`${this.#events} events`)
    return places
  }

  async signedEvent({ entry, position }: EventPlace): Promise<SignedEvent> {
    const { events, signer } = await this.#book(entry)
    return { event: read(events[position]!), signer }
  }

  async disclose({ entry, position }: EventPlace): Promise<DisclosedEvent> {
    const { events } = await this.#book(entry)
    const { salt, event } = events[position]!
    this.#disclosedBytes += event.length
    if (this.#disclosedBytes > MAX_BUNDLE_BYTES) tooLarge('its events alone are larger than a bundle')
    return { entry, position, salt, event }
  }

  /** What proves that these events of a statement are under its root. */
  async beside(statement: number, positions: readonly number[]): Promise<Uint8Array[]> {
    const { events } = await this.#book(statement)
    return togetherIn(treeOf(events), positions)
  }

  #book(entry: number): Promise<Book> {
    const open = this.#books.get(entry) ?? this.#inTurn(entry)
    this.#books.set(entry, open)
    return open
  }

  #inTurn(entry: number): Promise<Book> {
    const lane = this.#books.size % PARALLEL
    const book = this.#lanes[lane]!.then(() => this.#read(entry))
    this.#lanes[lane] = book.catch(() => undefined)
    return book
  }

  async #read(entry: number): Promise<Book> {
    if (this.#readBytes > READ_BYTES) tooLarge(`more than ${READ_BYTES} bytes of batches`)
    const [statement, events] = await Promise.all([this.#source.entry(entry), this.#source.batch(entry)])
    this.#readBytes += events.reduce((sum, { event }) => sum + event.length, 0)
    return { events, signer: signerOf(statement) }
  }
}

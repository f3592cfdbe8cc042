import { decodeCbor, encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES, putHash } from './hash.ts'
import type { PathEnd } from './history-map.ts'
import { isBytes, isUint } from './shape.ts'

/** An entry of the log: a statement or a seal. */
export interface BundledEntry {
  entry: number
  bytes: Uint8Array
}

/** A statement, with what proves that the events of the bundle are under its root (`verifyTogether`). */
export interface BundledStatement extends BundledEntry {
  beside: Uint8Array[]
}

/** An event's bytes, and where it stands. */
export interface DisclosedEvent {
  entry: number
  position: number
  salt: Uint8Array
  event: Uint8Array
}

/** One link of a subject's history. An event that is withheld still shows as its leaf hash. */
export interface HistoryLink {
  entry: number
  position: number
  /** The event leaf, where the event itself is not in the bundle. */
  withheld?: Uint8Array
}

/** All of one subject's history, and where its path through the map ends. */
export interface SubjectHistory {
  subject: string
  links: HistoryLink[]
  end: PathEnd
}

/** Everything that a reader needs to check a product's history (docs/spec/bundle.md), and nothing that it must believe. */
export interface Bundle {
  /** Signed note. */
  checkpoint: string
  /** The last entry of the checkpoint's tree. */
  seal: BundledEntry
  /** From a tree that the reader saw before to this one. */
  consistency?: { from: number; path: Uint8Array[] }
  /** What proves that the seals and statements stand in the checkpoint's tree (`verifyTogether`). */
  beside: Uint8Array[]
  /** Ascending by entry. */
  statements: BundledStatement[]
  /** Ascending by entry and position. */
  events: DisclosedEvent[]
  histories: SubjectHistory[]
  /** What proves that the histories are those of the map (`verifyMapProofs`). */
  map: Uint8Array[]
  /** Seals that bound the events' times, ascending by entry; the last of the tree stands alone above. */
  seals: BundledEntry[]
}

/** How a bundle of this form begins. */
export const BUNDLE_FORM = 'tristamp-bundle/2'
/** A phone on a slow line must not be made to download more; a product's bundle is some tens of kB. */
export const MAX_BUNDLE_BYTES: number = 4 * 1024 * 1024

/** Writes a bundle. */
export function encodeBundle(bundle: Bundle): Uint8Array {
  return encodeCbor([
    BUNDLE_FORM,
    bundle.checkpoint,
    [bundle.seal.entry, bundle.seal.bytes],
    bundle.consistency ? [bundle.consistency.from, joined(bundle.consistency.path)] : null,
    joined(bundle.beside),
    bundle.statements.map(({ entry, bytes, beside }) => [entry, bytes, joined(beside)]),
    bundle.events.map(({ entry, position, salt, event }) => [entry, position, salt, event]),
    bundle.histories.map(({ subject, links, end: { depth, other } }) => [
      subject,
      links.map((l) => [l.entry, l.position, l.withheld ?? null]),
      depth,
      other ? [other.key, other.record.count, other.record.chain] : null,
    ]),
    joined(bundle.map),
    bundle.seals.map(({ entry, bytes }) => [entry, bytes]),
  ])
}

/** Hashes one after the other. */
function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [i, hash] of hashes.entries()) putHash(bytes, i * HASH_BYTES, hash)
  return bytes
}

/** @throws ProtocolError BUNDLE_SIZE, BUNDLE_MALFORMED */
export function decodeBundle(bytes: Uint8Array): Bundle {
  if (bytes.length > MAX_BUNDLE_BYTES)
    throw new ProtocolError('BUNDLE_SIZE', `a bundle has at most ${MAX_BUNDLE_BYTES} bytes`)
  let value: unknown
  try {
    value = decodeCbor(bytes, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: 6 })
  } catch (cause) {
    throw new ProtocolError('BUNDLE_MALFORMED', 'a bundle is canonical CBOR', { cause })
  }
  // Told first: a bundle of another version has another number of parts.
  if (!Array.isArray(value) || value[0] !== BUNDLE_FORM) malformed(BUNDLE_FORM)
  const [, checkpoint, seal, consistency, beside, statements, events, histories, map, seals] = tuple(value, 10)
  const bundle: Bundle = {
    checkpoint: text(checkpoint),
    seal: entryOf(tuple(seal, 2)),
    beside: hashes(beside),
    statements: list(statements).map(statementOf),
    events: list(events).map(eventOf),
    histories: list(histories).map(historyOf),
    map: hashes(map),
    seals: list(seals).map((row) => entryOf(tuple(row, 2))),
  }
  if (consistency !== null) {
    const [from, path] = tuple(consistency, 2)
    bundle.consistency = { from: uint(from), path: hashes(path) }
  }
  checkAscending(bundle.statements)
  checkAscending(bundle.events)
  // Else a reader would walk down the map once for each: of an empty history of eight bytes half a million times.
  if (new Set(bundle.histories.map(({ subject }) => subject)).size < bundle.histories.length)
    malformed('each subject once')
  return bundle
}

/** What is told stands once, in one order. The order of seals is that of their blocks, which is checked with them. */
function checkAscending(places: readonly { entry: number; position?: number }[]): void {
  for (const [i, { entry, position = 0 }] of places.entries()) {
    const before = places[i - 1]
    if (before !== undefined && (entry - before.entry || position - (before.position ?? 0)) <= 0)
      malformed('places that ascend, each once')
  }
}

function entryOf([entry, bytes]: unknown[]): BundledEntry {
  return { entry: uint(entry), bytes: blob(bytes) }
}

function statementOf(row: unknown): BundledStatement {
  const [entry, bytes, beside] = tuple(row, 3)
  return { ...entryOf([entry, bytes]), beside: hashes(beside) }
}

function eventOf(row: unknown): DisclosedEvent {
  const [entry, position, salt, event] = tuple(row, 4)
  return { ...placeOf(entry, position), salt: blob(salt), event: blob(event) }
}

function historyOf(row: unknown): SubjectHistory {
  const [subject, links, depth, other] = tuple(row, 4)
  const end: PathEnd = { depth: uint(depth) }
  if (other !== null) {
    const [key, count, chain] = tuple(other, 3)
    end.other = { key: hash(key), record: { count: uint(count), chain: hash(chain) } }
  }
  return { subject: text(subject), links: list(links).map(linkOf), end }
}

function linkOf(row: unknown): HistoryLink {
  const [entry, position, withheld] = tuple(row, 3)
  const link = placeOf(entry, position)
  return withheld === null ? link : { ...link, withheld: hash(withheld) }
}

/** The chain of a history has four bytes for a position. */
function placeOf(entry: unknown, position: unknown): { entry: number; position: number } {
  const place = { entry: uint(entry), position: uint(position) }
  return place.position < 2 ** 32 ? place : malformed('a position of 32 bits')
}

function hash(value: unknown): Uint8Array {
  return isBytes(value, HASH_BYTES) ? value : malformed('a hash')
}

function hashes(value: unknown): Uint8Array[] {
  const bytes = blob(value)
  if (bytes.length % HASH_BYTES !== 0) malformed('hashes')
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

function tuple(value: unknown, length: number): unknown[] {
  return Array.isArray(value) && value.length === length ? value : malformed(`a list of ${length}`)
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : malformed('a list')
}

function uint(value: unknown): number {
  return isUint(value) ? value : malformed('an unsigned integer')
}

function blob(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : malformed('a byte string')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : malformed('a text')
}

function malformed(expected: string): never {
  throw new ProtocolError('BUNDLE_MALFORMED', `expected ${expected}`)
}

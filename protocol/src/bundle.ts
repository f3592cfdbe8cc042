import { decodeCbor, encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES, putHash } from './hash.ts'
import type { MapProof } from './history-map.ts'
import { isBytes, isUint } from './shape.ts'

/** An entry of the log with its inclusion proof in the checkpoint's tree, hashes from leaf to root. */
export interface ProvenEntry {
  entry: number
  bytes: Uint8Array
  path: Uint8Array[]
}

/** An event's bytes with the path to its statement's root. */
export interface DisclosedEvent {
  entry: number
  position: number
  salt: Uint8Array
  event: Uint8Array
  path: Uint8Array[]
}

/** One link of a subject's history. An event that is withheld still shows as its leaf hash. */
export interface HistoryLink {
  entry: number
  position: number
  /** The event leaf, where the event itself is not in the bundle. */
  withheld?: Uint8Array
}

/** All of one subject's history, with the proof that there is no more of it. */
export interface SubjectHistory {
  subject: string
  links: HistoryLink[]
  proof: MapProof
}

/** Everything that a reader needs to check a product's history (docs/spec/bundle.md), and nothing that it must believe. */
export interface Bundle {
  /** Signed note. */
  checkpoint: string
  /** The last entry of the checkpoint's tree. */
  seal: ProvenEntry
  /** From a tree that the reader saw before to this one. */
  consistency?: { from: number; path: Uint8Array[] }
  /** Ascending by entry. */
  statements: ProvenEntry[]
  /** Ascending by entry and position. */
  events: DisclosedEvent[]
  histories: SubjectHistory[]
  /** Seals that bound the events' times, ascending by entry; the last of the tree stands alone above. */
  seals: ProvenEntry[]
}

const TAG = 'tristamp-bundle/1'
/** A phone on a slow line must not be made to download more; a product's bundle is some tens of kB. */
export const MAX_BUNDLE_BYTES: number = 4 * 1024 * 1024

/** Writes a bundle. Every hash is written once, in a table, and named by its place there. */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const table = new HashTable()
  const ref = (hash: Uint8Array): number => table.ref(hash)
  const refs = (path: readonly Uint8Array[]): number[] => path.map(ref)
  const entry = (e: ProvenEntry): unknown => [e.entry, e.bytes, refs(e.path)]
  const body = [
    bundle.checkpoint,
    entry(bundle.seal),
    bundle.consistency ? [bundle.consistency.from, refs(bundle.consistency.path)] : null,
    bundle.statements.map(entry),
    bundle.events.map((e) => [e.entry, e.position, e.salt, e.event, refs(e.path)]),
    bundle.histories.map(({ subject, links, proof }) => [
      subject,
      links.map((l) => [l.entry, l.position, l.withheld ? ref(l.withheld) : null]),
      [
        proof.depth,
        proof.present,
        refs(proof.siblings),
        proof.other ? [proof.other.key, proof.other.record.count, proof.other.record.chain] : null,
      ],
    ]),
    bundle.seals.map(entry),
  ]
  return encodeCbor([TAG, table.bytes(), ...body])
}

/** Every hash once, in the order of first use. */
class HashTable {
  #bytes = new Uint8Array(512 * HASH_BYTES)
  #length = 0
  /** By a hash's first bytes as a number: the last place of one that begins so; by place: the one before. */
  readonly #last = new Map<number, number>()
  readonly #before: (number | undefined)[] = []

  ref(hash: Uint8Array): number {
    const start = (hash[0]! << 24) | (hash[1]! << 16) | (hash[2]! << 8) | hash[3]!
    const last = this.#last.get(start)
    for (let at = last; at !== undefined; at = this.#before[at]) if (this.#isAt(at, hash)) return at
    if ((this.#length + 1) * HASH_BYTES > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    putHash(this.#bytes, this.#length * HASH_BYTES, hash)
    this.#before.push(last)
    this.#last.set(start, this.#length)
    return this.#length++
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length * HASH_BYTES)
  }

  #isAt(place: number, hash: Uint8Array): boolean {
    const from = place * HASH_BYTES
    for (let i = 0; i < HASH_BYTES; i++) if (this.#bytes[from + i] !== hash[i]) return false
    return true
  }
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
  const [tag, hashes, checkpoint, seal, consistency, statements, events, histories, seals] = tuple(value, 9)
  if (tag !== TAG || !(hashes instanceof Uint8Array) || hashes.length % HASH_BYTES !== 0)
    malformed('tag and hash table')
  const read = new Reader(hashes)
  const bundle: Bundle = {
    checkpoint: text(checkpoint),
    seal: read.entry(seal),
    statements: list(statements).map((row) => read.entry(row)),
    events: list(events).map((row) => read.event(row)),
    histories: list(histories).map((row) => read.history(row)),
    seals: list(seals).map((row) => read.entry(row)),
  }
  if (consistency !== null) {
    const [from, path] = tuple(consistency, 2)
    bundle.consistency = { from: uint(from), path: read.path(path) }
  }
  return bundle
}

/** Reads rows whose hashes stand in a table. */
class Reader {
  readonly #hashes: Uint8Array

  constructor(hashes: Uint8Array) {
    this.#hashes = hashes
  }

  hash(ref: unknown): Uint8Array {
    const at = uint(ref) * HASH_BYTES
    return at < this.#hashes.length ? this.#hashes.slice(at, at + HASH_BYTES) : malformed('a hash of the table')
  }

  path(refs: unknown): Uint8Array[] {
    return list(refs).map((ref) => this.hash(ref))
  }

  entry(row: unknown): ProvenEntry {
    const [entry, bytes, path] = tuple(row, 3)
    return { entry: uint(entry), bytes: blob(bytes), path: this.path(path) }
  }

  event(row: unknown): DisclosedEvent {
    const [entry, position, salt, event, path] = tuple(row, 5)
    return { entry: uint(entry), position: uint(position), salt: blob(salt), event: blob(event), path: this.path(path) }
  }

  history(row: unknown): SubjectHistory {
    const [subject, links, proof] = tuple(row, 3)
    return { subject: text(subject), links: list(links).map((link) => this.link(link)), proof: this.proof(proof) }
  }

  link(row: unknown): HistoryLink {
    const [entry, position, withheld] = tuple(row, 3)
    const link = { entry: uint(entry), position: uint(position) }
    return withheld === null ? link : { ...link, withheld: this.hash(withheld) }
  }

  proof(row: unknown): MapProof {
    const [depth, present, siblings, other] = tuple(row, 4)
    const proof = { depth: uint(depth), present: blob(present), siblings: this.path(siblings) }
    if (other === null) return proof
    const [key, count, chain] = tuple(other, 3)
    if (!isBytes(key, HASH_BYTES) || !isBytes(chain, HASH_BYTES)) malformed("another subject's leaf")
    return { ...proof, other: { key, record: { count: uint(count), chain } } }
  }
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

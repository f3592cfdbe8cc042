import {
  decodeEntryBundle,
  decodeEventSequence,
  EVIDENCE_BYTES,
  type EvidenceId,
  entriesPath,
  type FetchTile,
  fromUtf8,
  LIMITS,
  ProtocolError,
  type SaltedEvent,
  TILE_WIDTH,
} from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { askPeer } from '../peer.ts'
import { Difference } from './difference.ts'

const TIMEOUT_MS = 20_000
const BUNDLE_BYTES = TILE_WIDTH * (LIMITS.entryBytes + 2)
/** What a node answers at a time, and room for the one batch that it always answers whole. */
const BODIES_BYTES = 4 * LIMITS.batchBytes
/** Requests under way at once. */
const PARALLEL = 4

/**
 * The node that is followed, over HTTP. Nothing that it says is believed here; what cannot even be read is a difference.
 * Every method throws LedgerError PEER_UNREACHABLE, PEER_REFUSED when there is no answer to judge.
 */
export class Leader {
  readonly url: string
  readonly #signal: AbortSignal

  constructor(url: string, signal: AbortSignal) {
    this.url = url.replace(/\/+$/, '')
    this.#signal = signal
  }

  /** The checkpoint that it publishes: a signed note. */
  async checkpoint(): Promise<string> {
    return this.#note(await this.#get('/checkpoint', LIMITS.noteBytes))
  }

  /** Its signature over an earlier state, of so many entries; undefined where it gives none. */
  async checkpointOf(size: number): Promise<string | undefined> {
    const bytes = await this.#ask(`/v1/checkpoints/${size}`, LIMITS.noteBytes)
    return bytes && this.#note(bytes)
  }

  async policy(): Promise<string> {
    return fromUtf8(await this.#get('/v1/policy', LIMITS.noteBytes))
  }

  readonly tile: FetchTile = (path, maxBytes) => this.#get(`/${path}`, maxBytes)

  /** Entries `from` … `to - 1`, out of its entry bundles. */
  async entries(from: number, to: number): Promise<Uint8Array[]> {
    const [first, last] = [Math.floor(from / TILE_WIDTH), Math.floor((to - 1) / TILE_WIDTH)]
    const bundles = await inTurns(last - first + 1, async (i) => {
      const index = first + i
      const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH)
      const bytes = await this.#get(`/${entriesPath(index, width)}`, BUNDLE_BYTES)
      return read('FOLLOW_ENTRIES', Math.max(from, index * TILE_WIDTH), () => {
        const entries = decodeEntryBundle(bytes)
        if (entries.length !== width) throw new ProtocolError('TILE_SIZE', `${entries.length} entries for ${width}`)
        return entries
      })
    })
    return bundles.flat().slice(from - first * TILE_WIDTH)
  }

  /** The events of entries `from` … `to - 1`. */
  async events(from: number, to: number): Promise<SaltedEvent[][]> {
    const events: SaltedEvent[][] = []
    while (events.length < to - from) {
      const next = from + events.length
      const bytes = await this.#get(`/v1/batches?from=${next}&to=${to}`, BODIES_BYTES)
      const some = read('FOLLOW_EVENTS', next, () => decodeEventSequence(bytes, to - next))
      if (some.length === 0)
        throw new Difference('FOLLOW_EVENTS', `the events of entry ${next} are kept back`, false, { entry: next })
      events.push(...some)
    }
    return events
  }

  /** What it serves under this id, unchecked; undefined where it has none. */
  evidence(id: EvidenceId): Promise<Uint8Array | undefined> {
    return this.#ask(`/v1/evidence/${id}`, EVIDENCE_BYTES)
  }

  #note(bytes: Uint8Array): string {
    return read('FOLLOW_SIGNATURE', undefined, () => fromUtf8(bytes))
  }

  async #get(path: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.#ask(path, maxBytes)
    if (bytes === undefined) throw new LedgerError('PEER_REFUSED', `${this.url}${path}: 404`)
    return bytes
  }

  async #ask(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const url = `${this.url}${path}`
    const { status, bytes } = await askPeer(url, { maxBytes, timeoutMs: TIMEOUT_MS, signal: this.#signal })
    if (status === 200) return bytes
    if (status === 404) return undefined
    throw new LedgerError('PEER_REFUSED', `${url}: ${status}`)
  }
}

/** Turns what cannot be read into a difference: the leader answered, and answered wrongly. */
function read<T>(
  code: 'FOLLOW_ENTRIES' | 'FOLLOW_EVENTS' | 'FOLLOW_SIGNATURE',
  entry: number | undefined,
  decode: () => T,
): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const where = entry === undefined ? '' : `from entry ${entry} on: `
    throw new Difference(code, `${where}${error.message}`, false, entry === undefined ? {} : { entry })
  }
}

/** `work(0)` … `work(count - 1)`, a few at a time. */
async function inTurns<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < count; i += PARALLEL) {
    const turn = Array.from({ length: Math.min(PARALLEL, count - i) }, (_, k) => work(i + k))
    results.push(...(await Promise.all(turn)))
  }
  return results
}

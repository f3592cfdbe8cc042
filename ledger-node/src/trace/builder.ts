import {
  canonicalJson,
  type EpcisEvent,
  isSeal,
  type Json,
  leafHash,
  linksOf,
  parseStatement,
  sha256,
  toHex,
  utf8,
} from '@tristamp/protocol'
import { uuidBytes } from '../contents.ts'
import { type EntryPlace, FEED_BEGIN, type FeedPlace, type LocalFeed } from '../feed.ts'
import { frameSize } from '../frame.ts'
import { ID_BYTES } from './digest-column.ts'
import type { TraceGraph } from './graph.ts'
import type { Signer } from './graph-rows.ts'
import type { Standpoint } from './snapshot.ts'

/** Of each key, by kid in hex, whose it is. That of a kid never changes. */
export type Signers = ReadonlyMap<string, Signer>

/** Takes the events of a ledger into a graph, from where it stopped. */
export class TraceBuilder {
  readonly graph: TraceGraph
  readonly #signers: Signers
  #place: FeedPlace
  #last: { place: EntryPlace; bytes: Uint8Array } | undefined

  /** @param from where a graph that was read from a snapshot goes on */
  constructor(graph: TraceGraph, signers: Signers, from: FeedPlace = FEED_BEGIN) {
    this.graph = graph
    this.#signers = signers
    this.#place = from
  }

  /** Entries taken in. */
  get size(): number {
    return this.#place.entries.index
  }

  /** As of which seal the graph stands; undefined when nothing was taken in, or not all that the seal covers. */
  get standpoint(): Standpoint | undefined {
    if (this.#last === undefined || !isSeal(this.#last.bytes)) return undefined
    const { place, bytes } = this.#last
    return { next: this.#place, last: { place: place.entry, length: place.length, leaf: leafHash(bytes) } }
  }

  /**
   * Takes in everything up to a size that was sealed, and so is on disk for good.
   * @param taken told of the size now and then; what it answers is waited for
   * @param isEnough asked at every seal: whether to stop there
   * @throws LedgerError SEGMENT_CORRUPT
   */
  async advance(
    feed: LocalFeed,
    size: number,
    taken: (size: number) => Promise<void> | undefined,
    isEnough: () => boolean,
  ): Promise<void> {
    if (this.size >= size) return
    let events = 0
    for await (const found of feed.read(this.#place)) {
      if (found.kind === 'end') return
      const { entry, item, place, next } = found
      const sealed = isSeal(item.bytes)
      if (!sealed) {
        const { kid, kind } = parseStatement(item.bytes).header
        if (kind === 'batch') {
          takeBatch(this.graph, entry, this.#signers.get(toHex(kid)), item.events, place)
          events += item.events.length
        }
      }
      this.#place = next
      this.#last = { place, bytes: item.bytes }
      if (this.size >= size || (sealed && isEnough())) return
      if (events < 512) continue
      events = 0
      await taken(this.size)
    }
  }
}

/** One statement's events; what a gateway reports of itself is no step of goods. The ledger has admitted them: they are read as they are. */
export function takeBatch(
  graph: TraceGraph,
  entry: number,
  { org, gateway }: Signer = { org: '', gateway: '' },
  events: readonly { event: Uint8Array }[],
  place?: EntryPlace,
): void {
  let offset = place?.bodies.offset ?? 0
  events.forEach(({ event: bytes }, position) => {
    const length = place?.lengths[position] ?? 0
    const body = place && { file: place.bodies.file, offset, length }
    offset += frameSize(length)
    const event = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as EpcisEvent
    if ((event.type as string) === 'TristampReport') return
    const { errorDeclaration, ...content } = event
    const declares = errorDeclaration !== undefined
    graph.add({
      entry,
      position,
      org,
      gateway,
      id: uuidBytes(event.eventID ?? ''),
      content: contentDigest(org, gateway, declares ? utf8(canonicalJson(content as unknown as Json)) : bytes),
      links: declares ? undefined : linksOf(event),
      body,
    })
  })
}

/** What is the same for two events of one gateway that say the same, and for no others. */
export function contentDigest(org: string, gateway: string, event: Uint8Array): Uint8Array {
  return sha256(utf8(JSON.stringify([org, gateway])), event).subarray(0, ID_BYTES)
}

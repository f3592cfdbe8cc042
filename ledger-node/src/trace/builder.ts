import { createHash } from 'node:crypto'
import {
  canonicalJson,
  type EpcisEvent,
  isSeal,
  type Json,
  linksOf,
  parseStatement,
  toHex,
  utf8,
} from '@tristamp/protocol'
import { uuidBytes } from '../contents.ts'
import { FEED_BEGIN, type FeedPlace, type LocalFeed } from '../feed.ts'
import { ID_BYTES } from './digest-column.ts'
import type { TraceGraph } from './graph.ts'
import type { Signer } from './graph-rows.ts'

/** Of each key, by kid in hex, whose it is. That of a kid never changes. */
export type Signers = ReadonlyMap<string, Signer>

/** Takes the events of a ledger into a graph, from where it stopped. */
export class TraceBuilder {
  readonly #graph: TraceGraph
  readonly #signers: Signers
  #place: FeedPlace = FEED_BEGIN

  constructor(graph: TraceGraph, signers: Signers) {
    this.#graph = graph
    this.#signers = signers
  }

  /** Entries taken in. */
  get size(): number {
    return this.#place.entries.index
  }

  /**
   * Takes in everything up to a size that was sealed, and so is on disk for good.
   * @param taken told of the size now and then; what it answers is waited for
   * @throws LedgerError SEGMENT_CORRUPT
   */
  async advance(feed: LocalFeed, size: number, taken: (size: number) => Promise<void> | undefined): Promise<void> {
    if (this.size >= size) return
    let events = 0
    for await (const found of feed.read(this.#place)) {
      if (found.kind === 'end') return
      const { entry, item, next } = found
      if (!isSeal(item.bytes)) {
        const { kid, kind } = parseStatement(item.bytes).header
        if (kind === 'batch') {
          takeBatch(this.#graph, entry, this.#signers.get(toHex(kid)), item.events)
          events += item.events.length
        }
      }
      this.#place = next
      if (this.size >= size) return
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
): void {
  events.forEach(({ event: bytes }, position) => {
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
    })
  })
}

/** What is the same for two events of one gateway that say the same, and for no others. */
export function contentDigest(org: string, gateway: string, event: Uint8Array): Uint8Array {
  const digest = createHash('sha256')
    .update(JSON.stringify([org, gateway]))
    .update(event)
    .digest()
  return new Uint8Array(digest.buffer, digest.byteOffset, ID_BYTES)
}

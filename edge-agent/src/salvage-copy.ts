import { decodeBatch, toHex } from '@tristamp/protocol'
import { decodeEventRecord, putEvents } from './event-record.ts'
import type { KnownHead } from './head-file.ts'
import { headerOf, putBatch } from './outbox-batch.ts'
import type { Head } from './outbox-head.ts'
import type { Space, Store, Write } from './store.ts'

/** Copied in pieces, so that a day's worth of batches is never in memory. */
const COPY_BYTES = 1_000_000
/**
 * What is convenient but proves nothing: taken over where it can be read. Not the states of stations: an act that is open in an older state may
 * have been recorded since, and closing it again would record its goods twice. What was only gathered nobody was told was recorded.
 */
const BESIDE: readonly Space[] = ['holding', 'reading']

/** What becomes of a batch; nothing of one that was acknowledged long ago. */
export type Role = 'batch' | 'orphan' | undefined

/** Copies batches, each as what it becomes; `end`: the number of the first event after all of them. */
export async function copyBatches(from: Store, to: Store, end: number, role: (seq: number) => Role): Promise<void> {
  const copy = new Copy(to)
  for (const space of ['orphan', 'batch'] as const) {
    for await (const [key, payload] of from.entries(space)) {
      const seq = Number(key)
      const becomes = role(seq)
      if (becomes === 'orphan') await copy.add([{ type: 'put', space: 'orphan', key, value: payload }], payload.length)
      if (becomes !== 'batch') continue
      const { prev, leaf } = headerOf(payload)
      await copy.add(putBatch(seq, prev, { payload, leaf }, end), payload.length)
    }
  }
  await copy.end()
}

/** Events that came over. */
export interface Events {
  /** Accepted, and in no batch that was ever signed. */
  fresh: number
  /** Those that batches had which are lost: they came back as the database lost its end, or its deletions. */
  doubtful: number
}

export const NO_EVENTS: Events = { fresh: 0, doubtful: 0 }

/** Events below this number may be in a batch. Where head.json is lost with the end of the database, that may be any of them. */
function signedUpTo(head: Head | undefined, file: KnownHead | undefined): number {
  const known = file && (file.exact || (head?.seq ?? -1) >= file.seq)
  return known ? Math.max(head?.firstEvent ?? 0, file.signed) : Number.POSITIVE_INFINITY
}

/** Fresh events in their order, numbered anew without holes; doubtful ones aside, with the numbers that they had. */
export async function copyEvents(
  from: Store,
  to: Store,
  first: number,
  head: Head | undefined,
  file: KnownHead | undefined,
): Promise<Events> {
  const signed = signedUpTo(head, file)
  const copy = new Copy(to)
  const doubtful = new Map<string, string>()
  let fresh = 0
  for await (const [key, record] of from.entries('event')) {
    const event = decodeEventRecord(key, record)
    if (!event || Number(key) < (head?.ackedEvent ?? 0)) continue
    if (Number(key) < signed) doubtful.set(toHex(event.salt), key)
    else await copy.add(putEvents(first + fresh++, [event]), record.length)
  }
  await copy.end()
  // An event has one salt, wherever it is: what a batch that survived has is not doubtful.
  if (doubtful.size > 0) {
    for (const space of ['orphan', 'batch'] as const) {
      for await (const [, payload] of to.entries(space))
        for (const { salt } of decodeBatch(payload).events) doubtful.delete(toHex(salt))
    }
  }
  for (const key of doubtful.values()) {
    const value = await from.get('event', key)
    if (value) await copy.add([{ type: 'put', space: 'doubt', key, value }], value.length)
  }
  let kept = doubtful.size
  for await (const [key, value] of from.entries('doubt')) {
    if (!decodeEventRecord(key, value)) continue
    kept++
    await copy.add([{ type: 'put', space: 'doubt', key, value }], value.length)
  }
  await copy.end()
  return { fresh, doubtful: kept }
}

/** Copies what is convenient. */
export async function copyBeside(from: Store, to: Store): Promise<void> {
  const copy = new Copy(to)
  for (const space of BESIDE) {
    for await (const [key, value] of from.entries(space)) {
      if (isJson(value)) await copy.add([{ type: 'put', space, key, value }], value.length)
    }
  }
  await copy.end()
}

/** Writes that are gathered up to a size. */
class Copy {
  readonly #to: Store
  #writes: Write[] = []
  #bytes = 0

  constructor(to: Store) {
    this.#to = to
  }

  async add(writes: readonly Write[], bytes: number): Promise<void> {
    this.#writes.push(...writes)
    this.#bytes += bytes
    if (this.#bytes > COPY_BYTES) await this.end()
  }

  async end(): Promise<void> {
    if (this.#writes.length > 0) await this.#to.commit(this.#writes)
    this.#writes = []
    this.#bytes = 0
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

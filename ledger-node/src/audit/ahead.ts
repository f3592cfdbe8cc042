import { isSeal } from '@tristamp/protocol'
import type { FeedRead } from '../feed.ts'
import type { Finding } from './examine.ts'
import type { Examiners, KnownKeys } from './examiners.ts'

/** Events and entries of a chunk: enough that passing it on costs little, not so much that a thread waits for the end of another. */
const CHUNK_EVENTS = 512
const CHUNK_ENTRIES = 128
const CHUNK_BYTES = 1 << 20
/** Events that are looked at in order before threads are worth their start. */
const ALONE_EVENTS = 2048

export interface Examined {
  found: FeedRead
  finding?: Finding | undefined
}

interface Pending {
  found: FeedRead[]
  /** Of the statements among them, in order. */
  findings: Promise<(Finding | undefined)[]> | undefined
}

/**
 * Reads ahead and has what was read examined by other threads, and gives everything back in its order. What the reading throws is
 * thrown when all that was read before has been given back: an audit ends at the first flaw in the order of the entries.
 * @param keys the public keys that are enrolled by now
 */
export async function* examinedAhead(
  read: AsyncIterable<FeedRead>,
  examiners: Examiners,
  keys: () => KnownKeys,
): AsyncGenerator<Examined> {
  const queue: Pending[] = []
  let failure: { cause: unknown } | undefined
  try {
    for await (const chunk of chunks(read, (cause) => (failure = { cause }))) {
      queue.push(
        examiners.depth === 0 || chunk.alone
          ? { found: chunk.found, findings: undefined }
          : handOn(chunk.found, examiners, keys),
      )
      while (queue.length > examiners.depth) yield* givenBack(queue.shift()!)
    }
    for (const pending of queue.splice(0)) yield* givenBack(pending)
  } finally {
    // Whoever stops early does not wait for the rest.
    for (const { findings } of queue) findings?.catch(() => undefined)
  }
  if (failure !== undefined) throw failure.cause
}

function handOn(found: FeedRead[], examiners: Examiners, keys: () => KnownKeys): Pending {
  const items = found.flatMap((one) => (isStatement(one) ? [one.item] : []))
  const findings = items.length === 0 ? undefined : examiners.examine(items, keys())
  findings?.catch(() => undefined)
  return { found, findings }
}

async function* givenBack({ found, findings }: Pending): AsyncGenerator<Examined> {
  const ready = findings && (await findings)
  let next = 0
  for (const one of found) yield isStatement(one) && ready ? { found: one, finding: ready[next++] } : { found: one }
}

async function* chunks(
  read: AsyncIterable<FeedRead>,
  failed: (cause: unknown) => void,
): AsyncGenerator<{ found: FeedRead[]; alone: boolean }> {
  let seen = 0
  let chunk = { found: [] as FeedRead[], alone: true, events: 0, bytes: 0 }
  try {
    for await (const found of read) {
      chunk.found.push(found)
      if (found.kind === 'end') continue
      const { events } = found.item
      chunk.events += events.length
      chunk.bytes += events.reduce((sum, { event }) => sum + event.length, found.item.bytes.length)
      if (chunk.events < CHUNK_EVENTS && chunk.found.length < CHUNK_ENTRIES && chunk.bytes < CHUNK_BYTES) continue
      seen += chunk.events
      yield chunk
      chunk = { found: [], alone: seen < ALONE_EVENTS, events: 0, bytes: 0 }
    }
  } catch (cause) {
    failed(cause)
  }
  yield chunk
}

function isStatement(found: FeedRead): found is FeedRead & { kind: 'entry' } {
  return found.kind === 'entry' && !isSeal(found.item.bytes)
}

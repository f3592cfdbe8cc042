import { decodeBatch, type ProtocolCode, ProtocolError, type SaltedEvent } from '@tristamp/protocol'
import { type Finding, isSound } from './audit/examine.ts'
import type { Examiners, KnownKeys } from './audit/examiners.ts'

/** A batch as it came, in its parts, or why it cannot be taken apart. */
export type Opened = { statement: Uint8Array; events: SaltedEvent[] } | { code: ProtocolCode; message: string }

/** The next thing to admit. */
export interface Next<S> {
  submission: S
  batch: Opened
  /** What another thread found out about the batch, if one looked. */
  finding: Finding | undefined
}

interface Waiting<S> extends Next<S> {
  bytes: number
  looking: boolean
}

/** From so many waiting batches on, it is worth the way to another thread and back. */
const BACKLOG = 4
/** What goes to a thread at once: some milliseconds of work. */
const CHUNK_BATCHES = 64
const CHUNK_EVENTS = 256

export interface QueueParts {
  /** Without them, or when they cannot start, admission finds everything out itself. */
  examiners: Pick<Examiners, 'depth' | 'examine'> | undefined
  /** Keys that are enrolled by now. */
  keys: () => KnownKeys
  /** Told when there may be a next. */
  changed: () => void
}

/**
 * Batches that wait to be admitted, in the order in which they came. When several wait, other threads look at them meanwhile: that saves
 * admission work, and decides nothing.
 */
export class IntakeQueue<S extends { payload: Uint8Array }> {
  readonly #parts: QueueParts
  readonly #waiting: Waiting<S>[] = []
  /** Of the waiting, how many are or were looked at: the first ones. */
  #handedOn = 0
  /** Chunks under way. */
  #chunks = 0
  #bytes = 0

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Bytes of all that wait. */
  get bytes(): number {
    return this.#bytes
  }

  push(submission: S): void {
    const { payload } = submission
    this.#bytes += payload.length
    const batch = opened(payload)
    this.#waiting.push({ submission, batch, bytes: payload.length, finding: undefined, looking: false })
    this.#handOn()
  }

  /** Takes the next one out; undefined when there is none, or when it is being looked at. */
  next(): Next<S> | undefined {
    if (this.#waiting[0]?.looking !== false) return undefined
    const next = this.#waiting.shift()!
    this.#bytes -= next.bytes
    this.#handedOn = Math.max(0, this.#handedOn - 1)
    return next
  }

  #handOn(): void {
    const { examiners } = this.#parts
    if (examiners === undefined) return
    while (this.#chunks < examiners.depth && this.#waiting.length - this.#handedOn >= BACKLOG) {
      void this.#look(examiners, this.#nextChunk())
    }
  }

  #nextChunk(): Waiting<S>[] {
    const chunk: Waiting<S>[] = []
    let events = 0
    while (chunk.length < CHUNK_BATCHES && events < CHUNK_EVENTS && this.#handedOn < this.#waiting.length) {
      const one = this.#waiting[this.#handedOn++]!
      if ('events' in one.batch) events += one.batch.events.length
      chunk.push(one)
    }
    return chunk
  }

  async #look(examiners: Pick<Examiners, 'examine'>, chunk: readonly Waiting<S>[]): Promise<void> {
    const whole = chunk.flatMap((one) => ('events' in one.batch ? [{ one, batch: one.batch }] : []))
    for (const { one } of whole) one.looking = true
    this.#chunks++
    try {
      const items = whole.map(({ batch }) => ({ bytes: batch.statement, events: batch.events }))
      const findings = await examiners.examine(items, this.#parts.keys())
      // An answer to something else says nothing about these.
      if (findings.length === whole.length) {
        whole.forEach(({ one, batch }, i) => {
          const finding = findings[i]
          if (isSound(finding, batch.statement, batch.events.length)) one.finding = finding
        })
      }
    } catch {
      // A thread that ended, or took too long, leaves it to admission.
    }
    for (const { one } of whole) one.looking = false
    this.#chunks--
    this.#handOn()
    this.#parts.changed()
  }
}

function opened(payload: Uint8Array): Opened {
  try {
    return decodeBatch(payload)
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code, message: error.message }
    throw error
  }
}

import { setImmediate as otherWork } from 'node:timers/promises'
import { parseStatement, toBase64 } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { Sealed } from '../publication.ts'
import type { Entries } from '../query/source.ts'
import { EVENT_STATES, type EventRow } from '../trace/events.ts'
import type { Traces } from '../trace/traces.ts'
import type { ExportCut, ExportScope, StoredEvent } from './exported-event.ts'

/** What to export: all that a trace back and forward from `subject` meets, or what was at `place`, or of the one what was at the other. Times are ms since 1970, or infinite. */
export interface ExportQuestion {
  subject?: string | undefined
  place?: string | undefined
  from: number
  to: number
}

/** What one file holds at most. */
export interface ExportBounds {
  events: number
  bytes: number
}

export interface Selection {
  scope: ExportScope
  /** Goods that the walk met; empty where no subject was asked for. */
  goods: string[]
  /** As many as there are before bounds of bytes. */
  count: number
  /** In the order of the log. A bound that is met adds its code to `scope.incomplete`, so that what tells it comes last or is written after. */
  events: () => AsyncGenerator<StoredEvent>
}

interface Answer {
  treeSize: number
  events: EventRow[]
  signers: { org: string; gateway: string }[]
  goods: string[]
  incomplete?: ExportCut[]
}

/** Events read in one turn: the writer comes in between. */
const TURN = 128

/** Finds what belongs to a question, as of the last seal, and reads it as it was signed. Rejects with LedgerError TRACE_NOT_READY, NODE_BUSY, NOT_FOUND. */
export async function select(
  { ledger, entries, traces }: { ledger: Ledger; entries: Entries; traces: Traces },
  question: ExportQuestion,
  bounds: ExportBounds,
): Promise<Selection> {
  const { subject, place, from, to } = question
  const bytes = await traces.ask({ ask: 'events', subject, place, from, to, limit: 1 })
  const answer = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as Answer
  const sealed = await ledger.read(async (now) => now)
  const kept = answer.events.slice(0, bounds.events)
  const scope: ExportScope = {
    origin: sealed.checkpoint.split('\n')[0]!,
    ...(subject !== undefined && { subject }),
    ...(place !== undefined && { place }),
    ...(Number.isFinite(from) && { from: new Date(from).toISOString() }),
    ...(Number.isFinite(to) && { to: new Date(to).toISOString() }),
    treeSize: answer.treeSize,
    checkpoint: stateOf(sealed),
    incomplete: [...(answer.incomplete ?? [])],
  }
  if (kept.length < answer.events.length) scope.incomplete.push('EXPORT_EVENTS')
  return {
    scope,
    goods: answer.goods,
    count: kept.length,
    events: () => read(ledger, entries, answer.signers, kept, bounds.bytes, scope),
  }
}

function stateOf({ size, root, seal }: Sealed): ExportScope['checkpoint'] {
  return { size, root: toBase64(root), sealedAt: new Date(seal.timeMs).toISOString() }
}

async function* read(
  ledger: Ledger,
  entries: Entries,
  signers: Answer['signers'],
  rows: readonly EventRow[],
  maxBytes: number,
  scope: ExportScope,
): AsyncGenerator<StoredEvent> {
  let bytes = 0
  for (let at = 0; at < rows.length; at += TURN) {
    const turn = await ledger.read(() => readTurn(entries, signers, rows.slice(at, at + TURN)))
    // What is in memory is read without a pause, and others want theirs.
    await otherWork()
    for (const one of turn) {
      bytes += one.bytes.length
      if (bytes > maxBytes) {
        scope.incomplete.push('EXPORT_BYTES')
        return
      }
      yield one
    }
  }
}

async function readTurn(
  entries: Entries,
  signers: Answer['signers'],
  rows: readonly EventRow[],
): Promise<StoredEvent[]> {
  const turn: StoredEvent[] = []
  for (const [entry, position, state, signer] of rows) {
    const found = (await entries.events(entry))[position]
    const { header } = parseStatement(await entries.bytes(entry))
    if (found === undefined || header.kind !== 'batch')
      throw new LedgerError('SEGMENT_CORRUPT', `entry ${entry} is not as the trace read it`)
    // A copy: a piece of a batch would keep all of it in memory.
    const bytes = new Uint8Array(found.event)
    turn.push({ entry, position, ...signers[signer]!, state: EVENT_STATES[state]!, bytes })
  }
  return turn
}

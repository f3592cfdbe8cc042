import { createHash } from 'node:crypto'
import { LedgerError } from '../error.ts'
import type { TraceQuery } from './query.ts'

/** Where a page begins: in the answer to a question, as of a tree size. */
export interface Cursor {
  size: number
  offset: number
}

/** What tells a question from another, whatever the page. */
export function questionKey({ limit: _, cursor: __, ...question }: TraceQuery): string {
  const text = JSON.stringify(question, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** Opaque to whoever gets it: the question, the size, the place. */
export function writeCursor(key: string, { size, offset }: Cursor): string {
  return Buffer.from(`1.${size}.${offset}.${key}`).toString('base64url')
}

/** @throws LedgerError TRACE_CURSOR */
export function readCursor(key: string, text: string): Cursor {
  const [, size, offset, of] =
    /^1\.(\d{1,15})\.(\d{1,9})\.([\w-]{16})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (size === undefined || offset === undefined || of !== key)
    throw new LedgerError('TRACE_CURSOR', 'the cursor is not of this question')
  return { size: Number(size), offset: Number(offset) }
}

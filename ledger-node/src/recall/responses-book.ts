import { join } from 'node:path'
import type { Machine } from '../machine.ts'
import { RecordBook } from '../unsigned/record-book.ts'
import { readResponse, type UnsignedResponse } from './response.ts'

const MAX_BYTES = 8 * 1024 * 1024
const MAX_AGE_MS = 365 * 86_400_000

/** The book of what people without a key answer to recalls. @throws LedgerError NODE_DEGRADED */
export function openResponses(data: string, { disk, now }: Machine): Promise<RecordBook<UnsignedResponse>> {
  const folder = join(data, 'unsigned')
  return RecordBook.open({
    folder,
    kind: 'recall-responses',
    read: readResponse,
    maxBytes: MAX_BYTES,
    maxAgeMs: MAX_AGE_MS,
    disk,
    now,
  })
}

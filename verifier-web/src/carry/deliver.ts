// One parcel to the ledger that this page came from, and what it says (docs/spec/parcel.md#at-the-ledger).

import { within } from '../within.ts'

/**
 * taken: read to its end or to the first batch that was not admitted. refused: not taken at all. away: no line, or nobody there.
 * busy: asked to come again. strange: an answer that no ledger gives, as of a network that wants a login first.
 */
export type Answer =
  | { kind: 'taken'; recorded: number; repeated: number; refused?: { seq: number; code: string; detail: string } }
  | { kind: 'refused'; code: string; detail: string }
  | { kind: 'away' }
  | { kind: 'busy' }
  | { kind: 'strange' }

const PATH = '/v1/parcels'
/** A ledger that has to flush some hundred batches may take its time. */
const TIMEOUT_MS = 120_000
const ANSWER_CHARACTERS = 65_536

/** Never rejects: whatever happens is an answer, and the parcel stays where it is until one says that it is recorded. */
export async function deliver(bytes: Uint8Array): Promise<Answer> {
  let response: Response
  let text: string
  try {
    response = await fetch(PATH, {
      method: 'POST',
      headers: { 'Content-Type': 'application/cbor' },
      body: bytes as BufferSource,
      signal: within(TIMEOUT_MS),
      redirect: 'error',
      credentials: 'omit',
    })
    text = await response.text()
  } catch {
    return { kind: 'away' }
  }
  return answerOf(response.status, text)
}

export function answerOf(status: number, text: string): Answer {
  if (status === 408 || status === 429 || status >= 500) return { kind: 'busy' }
  const body = parsed(text)
  if (status === 200) return takenOf(body) ?? { kind: 'strange' }
  if (status < 400 || typeof body['code'] !== 'string') return { kind: 'strange' }
  return { kind: 'refused', code: short(body['code']), detail: short(body['detail'] ?? body['title']) }
}

function takenOf(body: Record<string, unknown>): Answer | undefined {
  const { recorded, repeated, refused } = body
  if (!isCount(recorded) || !isCount(repeated)) return undefined
  if (refused === undefined) return { kind: 'taken', recorded, repeated }
  const { seq, code, detail } = (typeof refused === 'object' && refused !== null ? refused : {}) as Record<
    string,
    unknown
  >
  if (!isCount(seq) || typeof code !== 'string') return undefined
  return { kind: 'taken', recorded, repeated, refused: { seq, code: short(code), detail: short(detail) } }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Shown as text, and no longer than a person reads. */
function short(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : ''
}

function parsed(text: string): Record<string, unknown> {
  if (text.length > ANSWER_CHARACTERS) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

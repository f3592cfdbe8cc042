// What the page asks its ledger. Answers are bounded before they are read, and believed only after they are checked.
import { MAX_BUNDLE_BYTES } from '@tristamp/protocol'
import { within } from './within.ts'

/**
 * OFFLINE no answer at all, TIMEOUT too slow, SERVER an answer that is none, SIZE more than a phone should load; OVERTAKEN each answer was older than
 * what this device knew by then.
 */
export type FetchCode = 'OFFLINE' | 'TIMEOUT' | 'SERVER' | 'SIZE' | 'OVERTAKEN'

export class FetchError extends Error {
  override name = 'FetchError'
  readonly code: FetchCode
  readonly status: number | undefined
  constructor(code: FetchCode, options: ErrorOptions & { status?: number } = {}) {
    super(code, options)
    this.code = code
    this.status = options.status
  }
}

// Proofs are some tens of kB, on a slow line a matter of seconds: what takes longer does not come.
const TIMEOUT_MS = 20_000
const MAX_POLICY_BYTES = 65_536

/** The trust policy the ledger serves (C2SP tlog-policy text). @throws FetchError */
export async function fetchPolicy(): Promise<string> {
  return new TextDecoder().decode(await get('/v1/policy', MAX_POLICY_BYTES, 'text/plain'))
}

/** The proof bundle of `subject`; with the proof that the ledger only grew since its size was `since`. @throws FetchError */
export async function fetchHistory(subject: string, since: number): Promise<Uint8Array> {
  const query = new URLSearchParams({ subject, ...(since > 0 ? { since: String(since) } : {}) })
  return get(`/v1/history?${query}`, MAX_BUNDLE_BYTES, 'application/cbor')
}

/** An answer's body, at most as large as it must be, of the type that it must have. @throws FetchError */
export async function get(path: string, maxBytes: number, type = ''): Promise<Uint8Array> {
  const signal = within(TIMEOUT_MS)
  try {
    // As the node announces it beside the page: the answer that is under way already is taken. None that a cache kept is, whoever
    // told it to: each time the server is asked whether it still holds.
    const response = await fetch(path, { signal, redirect: 'error', cache: 'no-cache' })
    // A page instead of proofs is the answer of somebody in between: it says nothing against the goods.
    if (!response.ok || !(response.headers.get('content-type') ?? '').startsWith(type))
      throw new FetchError('SERVER', { status: response.status })
    return await read(response, maxBytes)
  } catch (error) {
    if (error instanceof FetchError) throw error
    throw new FetchError(signal.aborted ? 'TIMEOUT' : 'OFFLINE', { cause: error })
  }
}

/** The body of an answer. @throws FetchError SIZE when it is longer */
export async function read(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const next = await reader?.read()
    if (next === undefined || next.done) break
    length += next.value.length
    if (length > maxBytes) {
      await reader?.cancel()
      throw new FetchError('SIZE')
    }
    chunks.push(next.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

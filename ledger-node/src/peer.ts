import { LedgerError } from './error.ts'

export interface PeerAnswer {
  status: number
  contentType: string | null
  bytes: Uint8Array
}

export interface PeerRequest {
  /** Sent as POST. */
  body?: string | Uint8Array
  contentType?: string
  /** More than this is not read. */
  maxBytes: number
  timeoutMs: number
  signal?: AbortSignal
}

/** One request to another node, of which neither size nor time is left to it. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED */
export async function askPeer(url: string, request: PeerRequest): Promise<PeerAnswer> {
  const { body, contentType = 'text/plain; charset=utf-8', maxBytes, timeoutMs } = request
  const signals = [AbortSignal.timeout(timeoutMs), ...(request.signal === undefined ? [] : [request.signal])]
  const post =
    body === undefined
      ? {}
      : { method: 'POST', body: body as NonNullable<RequestInit['body']>, headers: { 'Content-Type': contentType } }
  try {
    const response = await fetch(url, { ...post, redirect: 'error', signal: AbortSignal.any(signals) })
    const bytes = await read(response, maxBytes, url)
    return { status: response.status, contentType: response.headers.get('Content-Type'), bytes }
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause
    throw new LedgerError('PEER_UNREACHABLE', `${url}: ${reasonOf(cause)}`, { cause })
  }
}

/** The body of an answer that is one. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED with the problem's code */
export async function fetchFrom(url: string, maxBytes: number, timeoutMs = 20_000): Promise<Uint8Array> {
  const { status, bytes } = await askPeer(url, { maxBytes: Math.max(maxBytes, 4096), timeoutMs })
  if (status !== 200) throw new LedgerError('PEER_REFUSED', `${url}: ${status} ${problemIn(bytes)}`.trim())
  if (bytes.length > maxBytes) throw tooLarge(url, maxBytes)
  return bytes
}

async function read(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length
    if (length > maxBytes) throw tooLarge(url, maxBytes)
    chunks.push(chunk as Uint8Array)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** The code and detail of a problem, or the first words of whatever else was answered. */
export function problemIn(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8').slice(0, 1000)
  try {
    const { code, detail } = JSON.parse(text) as { code?: unknown; detail?: unknown }
    return [code, detail].filter((part) => typeof part === 'string').join(' ')
  } catch {
    return text.split('\n')[0]!.slice(0, 200)
  }
}

function tooLarge(url: string, maxBytes: number): LedgerError {
  return new LedgerError('PEER_REFUSED', `${url}: an answer of more than ${maxBytes} bytes`)
}

/** What `fetch` hides in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

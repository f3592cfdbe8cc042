// The states of the board, as they come, and whether they come: what no longer comes is never shown as if it did.
import { FetchError, read } from '../fetch-history.ts'
import { AnswerError } from '../own/answer.ts'
import { problemIn } from '../own/problem.ts'
import { readState, type State } from './model.ts'
import { SseParser } from './sse.ts'

/**
 * Why nothing comes: OFFLINE the line broke or was never there, QUIET it is there and nothing comes by it, SERVER an answer that is none, ANSWER_… a
 * state that cannot be read, else the ledger's own code.
 */
export type LostCode = string

export interface Feed {
  /** A state has come. */
  state(state: State): void
  /** Nothing comes any more; it is tried again by itself. */
  lost(code: LostCode): void
  /** The ledger does not let this token in: nothing is tried again. */
  refused(code: string): void
}

export interface FeedParts {
  token: string
  signal: AbortSignal
  /** `fetch`, and waiting, as a test has them. */
  fetch?: typeof fetch
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
  /** A line by which nothing comes for so long is dead, whatever the system says of it. */
  quietMs?: number
  /** A line that ends is made anew at once; for so long nobody is told. */
  graceMs?: number
}

const QUIET_MS = 12_000
/** Proxies end lines that are old. With the states four seconds apart nothing on the board is older for such a break. */
const GRACE_MS = 3_000
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 8_000
const MAX_PROBLEM = 65_536

/** Listens until the signal ends it. */
export async function listen(feed: Feed, parts: FeedParts): Promise<void> {
  const { signal, pause = wait, graceMs = GRACE_MS } = parts
  let pauseMs = FIRST_PAUSE_MS
  let grace: ReturnType<typeof setTimeout> | undefined
  const calm = (): void => clearTimeout(grace)
  signal.addEventListener('abort', calm, { once: true })
  while (!signal.aborted) {
    let came = false
    const code = await once(parts, (state) => {
      calm()
      came = true
      pauseMs = FIRST_PAUSE_MS
      feed.state(state)
    }).then(() => 'OFFLINE', codeOf)
    if (signal.aborted) return
    calm()
    if (code.startsWith('TOKEN_')) {
      feed.refused(code)
      return
    }
    if (came && code === 'OFFLINE') grace = setTimeout(() => feed.lost(code), graceMs)
    else feed.lost(code)
    await pause(pauseMs, signal)
    pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs)
  }
}

class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** One line to the ledger, until it ends. */
async function once(
  { token, signal, fetch: ask = fetch, quietMs = QUIET_MS }: FeedParts,
  take: (state: State) => void,
) {
  const ending = new AbortController()
  const onEnd = (): void => ending.abort()
  signal.addEventListener('abort', onEnd, { once: true })
  let quiet = false
  let clock: ReturnType<typeof setTimeout> | undefined
  const heard = (): void => {
    clearTimeout(clock)
    clock = setTimeout(() => {
      quiet = true
      ending.abort()
    }, quietMs)
  }
  try {
    heard()
    const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` }
    const init = { headers, signal: ending.signal, cache: 'no-store', redirect: 'error' } as const
    const response = await ask('/v1/board/events', init)
    if (!response.ok)
      throw new Refused(problemIn(new TextDecoder().decode(await read(response, MAX_PROBLEM)))?.code ?? 'SERVER')
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) throw new Refused('SERVER')
    const parser = new SseParser()
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      heard()
      for (const { event, data } of parser.take(decoder.decode(value, { stream: true })))
        if (event === 'state') take(readState(JSON.parse(data)))
    }
  } catch (error) {
    throw quiet ? new Refused('QUIET') : error
  } finally {
    clearTimeout(clock)
    ending.abort()
    signal.removeEventListener('abort', onEnd)
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Refused || error instanceof AnswerError || error instanceof FetchError) return error.code
  if (error instanceof SyntaxError || error instanceof RangeError) return 'ANSWER_SHAPE'
  return 'OFFLINE'
}

/** Resolves after so long, at the signal, or when the machine finds its network again; leaves nothing behind: a board is open for months. */
export function wait(
  ms: number,
  signal: AbortSignal,
  machine: EventTarget = globalThis as unknown as EventTarget,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(clock)
      signal.removeEventListener('abort', end)
      machine.removeEventListener?.('online', end)
      resolve()
    }
    const clock = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    machine.addEventListener?.('online', end)
  })
}

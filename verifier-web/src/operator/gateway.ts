// The page's way to its gateway: same origin, JSON, and a stream of changes.
import { type Carry, type ChartData, type GatewayState, stateOf } from './model.ts'

/** What a request came to nothing of. `OFFLINE`: the gateway did not answer. */
export class PageError extends Error {
  readonly code: string
  readonly waitMs: number

  constructor(code: string, waitMs = 0) {
    super(code)
    this.code = code
    this.waitMs = waitMs
  }
}

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(path, { cache: 'no-store', ...init })
  } catch {
    throw new PageError('OFFLINE')
  }
  const body = (await response.json().catch(() => ({}))) as { code?: string; waitMs?: number }
  if (response.ok) return body
  throw new PageError(typeof body.code === 'string' ? body.code : 'INTERNAL', Number(body.waitMs ?? 0))
}

function post(path: string, body: object): Promise<unknown> {
  return ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

export const gateway = {
  command: (station: string, text: string): Promise<unknown> => post('/api/command', { station, text }),
  enter: (pin: string): Promise<unknown> => post('/api/session', { pin }),
  leave: (): Promise<unknown> => post('/api/leave', {}),
  carry: async (from: number): Promise<Carry> => (await ask(`/api/carry?from=${from}`)) as Carry,
}

const CHARTS_MS = 30_000
/** The gateway speaks every five seconds: after so long it is not there. */
const SILENT_MS = 15_000
const AGAIN_MS = 3_000

/** Follows the gateway for as long as the page is open. `undefined`: it does not answer. Charts come now and then, and stay between. */
export class Follower {
  readonly #show: (state: GatewayState | undefined) => void
  #source: EventSource | undefined
  #charts: ChartData[] | undefined
  #silence: ReturnType<typeof setTimeout> | undefined

  constructor(show: (state: GatewayState | undefined) => void) {
    this.#show = show
    void this.#whole()
    setInterval(() => void this.#whole(), CHARTS_MS)
  }

  /** Whose cookie has changed is another reader. */
  again(): void {
    this.#source?.close()
    this.#source = undefined
    void this.#whole()
  }

  async #whole(): Promise<void> {
    try {
      this.#take(await ask('/api/state'))
      this.#source ??= this.#open()
    } catch {
      this.#show(undefined)
      if (this.#source === undefined) setTimeout(() => void this.#whole(), AGAIN_MS)
    }
  }

  #open(): EventSource {
    const source = new EventSource('/api/events')
    source.onmessage = ({ data }: MessageEvent<string>) => {
      try {
        this.#take(JSON.parse(data))
      } catch {
        this.#show(undefined)
      }
    }
    source.onerror = () => {
      // Refused, not cut, the browser does not try again by itself: then it is looked at now and then.
      if (source.readyState !== EventSource.CLOSED) return this.#show(undefined)
      this.#source = undefined
      setTimeout(() => void this.#whole(), AGAIN_MS)
    }
    return source
  }

  #take(value: unknown): void {
    const state = stateOf(value)
    this.#charts = state?.charts ?? this.#charts
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#show(undefined), SILENT_MS)
    this.#show(state && { ...state, ...(this.#charts && { charts: this.#charts }) })
  }
}

import * as v from 'valibot'
import type { Login } from './access.ts'
import type { Sender } from './intake.ts'
import type { Metrics } from './metrics.ts'

/** A status message is some kB; larger ones are not read. */
export const STATUS_BYTES = 65_536

/** Health as a gateway tells it (protocol §5). Fields that a newer gateway adds are left out. */
export interface GatewayStatus {
  state: 'online' | 'offline'
  version?: string | undefined
  at?: string | undefined
  outbox?: { next: number; acked: number } | undefined
  devices?:
    | { [id: string]: { state: 'up' | 'degraded' | 'down'; code?: string | undefined; why?: string | undefined } }
    | undefined
  clock?: { source: string; uncertaintyMs?: number | undefined } | undefined
  /** How often each error has happened. */
  errors?: { [code: string]: number } | undefined
}

const STATUS = (() => {
  // Whatever a gateway says, it is added up and shown: numbers that are none in another program are refused here.
  const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
  const short = v.pipe(v.string(), v.maxLength(500))
  const code = v.pipe(v.string(), v.regex(/^[A-Z0-9_]{1,64}$/))
  const device = v.object({
    state: v.picklist(['up', 'degraded', 'down']),
    code: v.optional(short),
    why: v.optional(short),
  })
  return v.object({
    state: v.picklist(['online', 'offline']),
    version: v.optional(short),
    at: v.optional(short),
    outbox: v.optional(v.object({ next: count, acked: v.pipe(v.number(), v.safeInteger(), v.minValue(-1)) })),
    devices: v.optional(
      v.pipe(v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(64)), device), v.maxEntries(256)),
    ),
    clock: v.optional(
      v.object({
        source: v.pipe(short, v.minLength(1)),
        uncertaintyMs: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
      }),
    ),
    errors: v.optional(v.pipe(v.record(code, count), v.maxEntries(128))),
  })
})()

export interface ReceivedStatus {
  receivedAtMs: number
  status: GatewayStatus
}

/** The last status of each gateway, while the node runs. Enrolled gateways alone get in, so it stays small. */
export class StatusBoard {
  readonly #metrics: Metrics
  readonly #now: () => number
  readonly #board = new Map<string, ReceivedStatus>()

  constructor(metrics: Metrics, now: () => number) {
    this.#metrics = metrics
    this.#now = now
  }

  /** Takes a status message; one that cannot be read counts as STATUS_MALFORMED and changes nothing. */
  receive(from: Login, payload: Uint8Array): boolean {
    const status = parseStatus(payload)
    if (status === undefined) {
      this.#metrics.refusedClient('STATUS_MALFORMED')
      return false
    }
    const name = `${from.org}/${from.gateway}`
    this.#board.set(name, { receivedAtMs: this.#now(), status })
    this.#metrics.gateway(name, status.state === 'online', new Map(Object.entries(status.errors ?? {})))
    return true
  }

  of({ org, gateway }: Sender): ReceivedStatus | undefined {
    return this.#board.get(`${org}/${gateway}`)
  }
}

function parseStatus(payload: Uint8Array): GatewayStatus | undefined {
  if (payload.length > STATUS_BYTES) return undefined
  try {
    const result = v.safeParse(
      STATUS,
      JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')),
    )
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}

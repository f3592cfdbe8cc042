import type { AgentError } from '../error.ts'

/**
 * An open two-way byte stream to an instrument, serial or socket: all that a driver ever sees of either.
 * It never throws by itself; it ends by `closed`, once, with the reason when the end was not asked for.
 */
export interface Link {
  /** Hands bytes to the system. Rejects when the stream is gone or takes nothing for {@link WRITE_TIMEOUT_MS}. */
  write(bytes: Uint8Array): Promise<void>
  /** The one receiver of chunks as they come; bytes that came earlier are dropped, they are stale. */
  onData(listener: (chunk: Uint8Array) => void): void
  /** On a line that several instruments share: does this when it is its turn, alone. What comes is heard during a turn only. */
  turn?<T>(work: () => Promise<T>): Promise<T>
  readonly closed: Promise<AgentError | undefined>
  close(): Promise<void>
}

/** Where an instrument is, parsed: a serial path with its line settings, or a socket. */
export type PortAddress =
  | { kind: 'serial'; path: string; baudRate: number; parity: Parity; stopBits: 1 | 2 }
  | { kind: 'tcp'; host: string; port: number }

export type Parity = 'none' | 'even' | 'odd'

/** A line that takes no byte for this long is dead even when nobody says so (an unplugged adapter without a close event). */
export const WRITE_TIMEOUT_MS = 3000

/** Opening a socket that nobody answers; a serial path answers at once. */
export const OPEN_TIMEOUT_MS = 5000

export function addressText(address: PortAddress): string {
  return address.kind === 'serial' ? address.path : `tcp://${address.host}:${address.port}`
}

/** Rejects when `work` does not settle in time. The work itself cannot be stopped; its late result is ignored. */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

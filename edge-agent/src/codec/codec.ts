/**
 * A sans-IO codec: bytes in, messages out, no clock and no stream of its own. So it can be tested byte by byte, and any
 * chunking of the same bytes gives the same messages.
 */
export interface Codec<M> {
  /** Takes bytes that arrived at `nowMs` (monotonic) and returns the messages that they complete. Never throws. */
  push(chunk: Uint8Array, nowMs: number): M[]
  /** Tells that time has passed without bytes; returns what silence completes or gives up what it cuts. */
  idle(nowMs: number): M[]
  /** Forgets a half-read message: the line was reopened. */
  reset(): void
  readonly stats: CodecStats
}

export interface CodecStats {
  /** Bytes seen. */
  bytes: number
  /** Messages given out. */
  good: number
  /** Frames dropped: bad check, too long, cut. */
  bad: number
}

export function newStats(): CodecStats {
  return { bytes: 0, good: 0, bad: 0 }
}

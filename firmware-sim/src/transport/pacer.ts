/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10
/** How often waiting bytes are put on the line; a host sees them in such pieces from a USB adapter too. */
const TICK_MS = 4
/** What a device's transmit buffer holds; beyond it the newest bytes are lost. */
const QUEUE_BYTES = 16_384

interface Waiting {
  bytes: Uint8Array
  /** Each byte by itself, with a pause behind it. */
  torn: boolean
}

/** Puts bytes on a line no faster than its baud rate allows. */
export class Pacer {
  readonly #bytesPerMs: number
  readonly #write: (bytes: Uint8Array) => void
  #queue: Waiting[] = []
  #queued = 0
  #timer: NodeJS.Timeout | undefined
  #sentUntil = 0

  constructor(baudRate: number, write: (bytes: Uint8Array) => void) {
    this.#bytesPerMs = baudRate / BITS_PER_BYTE / 1000
    this.#write = write
  }

  send(bytes: Uint8Array, torn = false): void {
    if (this.#queued + bytes.length > QUEUE_BYTES) return
    this.#queued += bytes.length
    this.#queue.push({ bytes, torn })
    if (this.#timer) return
    this.#sentUntil = performance.now()
    this.#timer = setTimeout(this.#tick, TICK_MS)
  }

  /** Forgets what has not been sent: the cable is out. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue = []
    this.#queued = 0
  }

  readonly #tick = (): void => {
    const due = Math.floor((performance.now() - this.#sentUntil) * this.#bytesPerMs)
    this.#sentUntil += due / this.#bytesPerMs
    const out: Uint8Array[] = []
    let left = due
    while (left > 0) {
      const next = this.#queue[0]
      if (!next) break
      const piece = next.bytes.subarray(0, next.torn ? 1 : left)
      out.push(piece)
      left = next.torn ? 0 : left - piece.length
      if (piece.length === next.bytes.length) this.#queue.shift()
      else next.bytes = next.bytes.subarray(piece.length)
    }
    for (const piece of out) this.#queued -= piece.length
    if (out.length > 0) this.#write(Buffer.concat(out))
    this.#timer = this.#queue.length > 0 ? setTimeout(this.#tick, TICK_MS) : undefined
  }
}

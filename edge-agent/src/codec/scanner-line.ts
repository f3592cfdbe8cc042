import { type Codec, type CodecStats, newStats } from './codec.ts'
import { TRIGGER } from './gm65.ts'

export type ScannerMessage =
  /** One scanned code: AIM identifier (when the scanner sends it) and data, without the suffix; FNC1 is `\x1d`. */
  | { kind: 'frame'; text: string }
  /** The module has taken a command. */
  | { kind: 'ack' }
  /** Bytes that were not a whole scan: no suffix came, or no code is that long. */
  | { kind: 'cut'; text: string }

/** The longest code, a QR of version 40, holds 4,296 characters; what labels carry is far below. */
const MAX_FRAME = 4096
/** Between the bytes of one scan there is about 1 ms at 9600 baud: silence of this length means that the rest was lost. */
export const CUT_MS = 500
/** Without a suffix only silence can end a scan; scanners send a scan in one go. */
export const SILENCE_MS = 50

const CR = 0x0d
const LF = 0x0a
/** The GM65 family acknowledges a command with these bytes, which may stick to a scan anywhere; no label can hold them. */
const MODULE_ACK = [0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31]

/**
 * Frames of a serial scanner: `[AIM id] data suffix`, where the suffix is CR, LF or both. When the scanner is set to send
 * no suffix, silence ends a frame; else a frame without suffix is *not* used: a serial number that lost its last
 * digits still looks like a serial number.
 */
export class ScannerLine implements Codec<ScannerMessage> {
  readonly stats: CodecStats = newStats()
  readonly #endsBySilence: boolean
  #buffer: number[] = []
  #overlong: boolean = false
  /** When each byte of the buffer came: an acknowledgement that is taken out must not keep a cut scan waiting. */
  #times: number[] = []

  constructor(options: { endsBySilence?: boolean } = {}) {
    this.#endsBySilence = options.endsBySilence ?? false
  }

  push(chunk: Uint8Array, nowMs: number): ScannerMessage[] {
    const messages = this.idle(nowMs)
    this.stats.bytes += chunk.length
    for (const byte of chunk) {
      if (byte === CR || byte === LF) this.#finish('frame', messages)
      else if (this.#buffer.length < MAX_FRAME) this.#take(byte, nowMs, messages)
      else this.#overlong = true
    }
    return messages
  }

  idle(nowMs: number): ScannerMessage[] {
    const messages: ScannerMessage[] = []
    if (this.#buffer.length === 0) return messages
    const silentMs = nowMs - this.#times.at(-1)!
    if (this.#endsBySilence && silentMs >= SILENCE_MS) this.#finish('frame', messages)
    else if (silentMs >= CUT_MS) this.#finish('cut', messages)
    return messages
  }

  /** Whether bytes are there that no end came for yet. */
  get isWaiting(): boolean {
    return this.#buffer.length > 0
  }

  reset(): void {
    this.#buffer = []
    this.#times = []
    this.#overlong = false
  }

  #take(byte: number, nowMs: number, messages: ScannerMessage[]): void {
    this.#buffer.push(byte)
    this.#times.push(nowMs)
    if (this.#strip(MODULE_ACK)) messages.push({ kind: 'ack' })
    // An adapter with local echo gives the trigger back.
    else this.#strip(TRIGGER)
  }

  /** Takes these bytes from the end, where they stand there. */
  #strip(bytes: ArrayLike<number>): boolean {
    const at = this.#buffer.length - bytes.length
    if (at < 0) return false
    for (let i = 0; i < bytes.length; i++) if (this.#buffer[at + i] !== bytes[i]) return false
    this.#buffer.splice(at)
    this.#times.splice(at)
    return true
  }

  #finish(kind: 'frame' | 'cut', messages: ScannerMessage[]): void {
    const bytes = this.#buffer
    const whole = kind === 'frame' && !this.#overlong
    this.reset()
    // CR LF ends the same scan twice: the second time there is nothing.
    if (bytes.length === 0) return
    if (whole) this.stats.good++
    else this.stats.bad++
    // Not fatal: a byte that is no UTF-8 becomes U+FFFD, which no identifier may contain.
    messages.push({ kind: whole ? 'frame' : 'cut', text: new TextDecoder().decode(Uint8Array.from(bytes)) })
  }
}

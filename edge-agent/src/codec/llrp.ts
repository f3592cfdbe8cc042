import { concat } from '@tristamp/protocol'
import { type Codec, type CodecStats, newStats } from './codec.ts'

// Low Level Reader Protocol 1.0.1 and 1.1 (GS1): messages over TCP, port 5084; the reader is the server.

/** Message types that a gateway sends or understands (§16.1). */
export const LLRP = {
  SET_READER_CONFIG: 3,
  CLOSE_CONNECTION_RESPONSE: 4,
  SET_READER_CONFIG_RESPONSE: 13,
  CLOSE_CONNECTION: 14,
  ADD_ROSPEC: 20,
  DELETE_ROSPEC: 21,
  START_ROSPEC: 22,
  ENABLE_ROSPEC: 24,
  ADD_ROSPEC_RESPONSE: 30,
  DELETE_ROSPEC_RESPONSE: 31,
  START_ROSPEC_RESPONSE: 32,
  ENABLE_ROSPEC_RESPONSE: 34,
  RO_ACCESS_REPORT: 61,
  KEEPALIVE: 62,
  READER_EVENT_NOTIFICATION: 63,
  KEEPALIVE_ACK: 72,
  ERROR_MESSAGE: 100,
} as const

export interface LlrpMessage {
  type: number
  id: number
  /** What follows the header. */
  body: Uint8Array
}

/** Type, length, id. */
const HEADER = 10
/** A full inventory of some thousand tags; a reader that announces more is not one. */
const MAX_MESSAGE = 1_048_576
/** Pieces that are kept as they came: a byte that is kept by itself takes two hundred. */
const MAX_CHUNKS = 1024

/**
 * Cuts a TCP stream into messages. TCP loses no byte, so a header that cannot be is not got over: `broken` says so, and the connection is of no
 * more use.
 */
export class LlrpStream implements Codec<LlrpMessage> {
  readonly stats: CodecStats = newStats()
  #chunks: Uint8Array[] = []
  #held = 0
  #broken: string | undefined

  /** Why the stream cannot be read on, if so. */
  get broken(): string | undefined {
    return this.#broken
  }

  push(chunk: Uint8Array, _nowMs: number): LlrpMessage[] {
    this.stats.bytes += chunk.length
    const messages: LlrpMessage[] = []
    if (this.#broken !== undefined) return messages
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#chunks.length > MAX_CHUNKS) this.#join()
    for (let length = this.#next(); length !== undefined && length <= this.#held; length = this.#next()) {
      const bytes = this.#join()
      messages.push(message(bytes.subarray(0, length)))
      this.stats.good++
      this.#chunks = [bytes.subarray(length)]
      this.#held -= length
    }
    return messages
  }

  idle(_nowMs: number): LlrpMessage[] {
    return []
  }

  reset(): void {
    this.#chunks = []
    this.#held = 0
    this.#broken = undefined
  }

  /** The length of the message that the held bytes begin with, once its header is there. */
  #next(): number | undefined {
    if (this.#held < HEADER || this.#broken !== undefined) return undefined
    if (this.#chunks[0]!.length < HEADER) this.#join()
    const bytes = this.#chunks[0]!
    const length = view(bytes).getUint32(2)
    const version = (bytes[0]! >> 2) & 7
    if (version !== 1 && version !== 2) this.#fail(`version ${version}`)
    else if (length < HEADER || length > MAX_MESSAGE) this.#fail(`a message of ${length} bytes`)
    else return length
    return undefined
  }

  #join(): Uint8Array {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : concat(...this.#chunks)
    this.#chunks = [joined]
    return joined
  }

  #fail(why: string): void {
    this.#broken = why
    this.stats.bad++
    this.#chunks = []
    this.#held = 0
  }
}

function message(bytes: Uint8Array): LlrpMessage {
  const header = view(bytes)
  return { type: header.getUint16(0) & 0x3ff, id: header.getUint32(6), body: bytes.slice(HEADER) }
}

/** A message of LLRP 1.0.1, which readers of 1.1 take too. */
export function encodeLlrp(type: number, id: number, body: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(HEADER + body.length)
  const header = view(bytes)
  header.setUint16(0, (1 << 10) | type)
  header.setUint32(2, bytes.length)
  header.setUint32(6, id)
  bytes.set(body, HEADER)
  return bytes
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

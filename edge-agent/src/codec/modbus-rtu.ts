import { type Codec, type CodecStats, newStats } from './codec.ts'

/** The longest frame of Modbus RTU: more is not looked at for an explanation. */
const MAX_SINCE = 256

/** What a slave answered to the request that is waited for. */
export type ModbusReply =
  | { kind: 'registers'; registers: number[] }
  /** The slave understood and refused: 1 function, 2 address, 3 value, 4 device failure, … */
  | { kind: 'exception'; code: number }

export interface ModbusRequest {
  /** Slave address, 1–247. */
  unit: number
  /** 3: holding registers, 4: input registers. */
  fn: 3 | 4
  /** First register, as on the wire (from 0). */
  address: number
  count: number
}

/**
 * Modbus RTU, master side (Modbus over Serial Line 1.02). It waits for exactly one reply at a time and knows its length, so
 * noise, a local echo of the request and cut frames hold it up for one frame at most: every offset is tried, and only a
 * frame with the right unit, function, length and CRC is taken.
 */
export class ModbusRtu implements Codec<ModbusReply> {
  readonly stats: CodecStats = newStats()
  #buffer: number[] = []
  #expected: ModbusRequest | undefined
  /** All that came since the request, bounded: what to say when it was no reply. */
  #since: number[] = []

  /** From now on, the reply to this request is looked for; bytes from before do not count. */
  expect(request: ModbusRequest): void {
    this.#buffer = []
    this.#since = []
    this.#expected = request
  }

  push(chunk: Uint8Array, _nowMs: number): ModbusReply[] {
    this.stats.bytes += chunk.length
    // Nothing was asked: a late reply or noise, which must not answer the next poll.
    if (!this.#expected) return []
    const replies: ModbusReply[] = []
    for (const byte of chunk) {
      this.#buffer.push(byte)
      if (this.#since.length < MAX_SINCE) this.#since.push(byte)
      const reply = this.#match(this.#expected)
      if (!reply) continue
      this.stats.good++
      this.reset()
      return [reply]
    }
    return replies
  }

  /** Bytes since the request, without its echo. */
  get heard(): number {
    return this.#since.length - this.#echo()
  }

  /** A whole frame of someone else, or by another function, that came instead of the reply. */
  get foreign(): { unit: number; fn: number } | undefined {
    const expected = this.#expected
    if (!expected) return undefined
    for (let from = this.#echo(); from + 5 <= this.#since.length; from++) {
      const frame = this.#since.slice(from)
      const [unit = 0, fn = 0, bytes = 0] = frame
      const length = fn & 0x80 ? 5 : 5 + bytes
      const known = unit >= 1 && unit <= 247 && (fn & 0x7f) >= 1 && (fn & 0x7f) <= 6
      const other = unit !== expected.unit || (fn & 0x7f) !== expected.fn
      if (known && other && frame.length >= length && crcOk(frame, length)) return { unit, fn: fn & 0x7f }
    }
    return undefined
  }

  /** The length of the request's own echo at the front, as RS-485 adapters give it. */
  #echo(): number {
    const request = this.#expected ? encodeRequest(this.#expected) : []
    return request.length > 0 && [...request].every((byte, i) => this.#since[i] === byte) ? request.length : 0
  }

  /** The master ends its own waiting; a cut frame is dropped by the next {@link expect}. */
  idle(_nowMs: number): ModbusReply[] {
    return []
  }

  reset(): void {
    this.#buffer = []
    this.#since = []
    this.#expected = undefined
  }

  /** Looks at the front of the buffer; drops from it what cannot begin the reply. */
  #match(expected: ModbusRequest): ModbusReply | undefined {
    const buffer = this.#buffer
    while (buffer.length > 0) {
      const length = frameLength(buffer, expected)
      if (length !== undefined) {
        if (buffer.length < length) return undefined
        if (crcOk(buffer, length)) return read(buffer)
        this.stats.bad++
      }
      buffer.shift()
    }
    return undefined
  }
}

/** The length of the frame that the buffer may begin with, or undefined when it cannot begin with the expected reply. */
function frameLength(buffer: readonly number[], { unit, fn, count }: ModbusRequest): number | undefined {
  if (buffer[0] !== unit) return undefined
  const [, second, third] = buffer
  if (second === undefined) return 5
  if (second === (fn | 0x80)) return 5
  if (second !== fn) return undefined
  if (third !== undefined && third !== count * 2) return undefined
  return 5 + count * 2
}

function read(buffer: readonly number[]): ModbusReply {
  if (buffer[1]! & 0x80) return { kind: 'exception', code: buffer[2]! }
  const registers: number[] = []
  for (let i = 3; i < 3 + buffer[2]!; i += 2) registers.push((buffer[i]! << 8) | buffer[i + 1]!)
  return { kind: 'registers', registers }
}

function crcOk(buffer: readonly number[], length: number): boolean {
  const crc = crc16(buffer, length - 2)
  return buffer[length - 2] === (crc & 0xff) && buffer[length - 1] === crc >> 8
}

/** The eight bytes of a read request. */
export function encodeRequest({ unit, fn, address, count }: ModbusRequest): Uint8Array {
  const body = [unit, fn, address >> 8, address & 0xff, count >> 8, count & 0xff]
  const crc = crc16(body, body.length)
  return Uint8Array.from([...body, crc & 0xff, crc >> 8])
}

/** CRC-16/MODBUS: polynomial 0xA001 reflected, initial 0xFFFF; on the wire the low byte comes first. */
export function crc16(bytes: ArrayLike<number>, length: number): number {
  let crc = 0xffff
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i]!
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

/** A register as a signed 16-bit number. */
export function signed16(register: number): number {
  return register >= 0x8000 ? register - 0x10000 : register
}

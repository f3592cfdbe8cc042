import { concat } from '@tristamp/protocol'
import { view } from './llrp.ts'

/** One parameter of a message: its type and what follows its header. */
export interface LlrpParameter {
  type: number
  value: Uint8Array
}

/** Parameters without a length of their own: what follows their type byte has this many bytes (LLRP 1.1 §17.2.3). */
const TV_LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 8],
  [3, 8],
  [4, 8],
  [5, 8],
  [6, 1],
  [7, 2],
  [8, 2],
  [9, 4],
  [10, 2],
  [11, 2],
  [12, 2],
  [13, 12],
  [14, 2],
  [15, 2],
  [16, 4],
  [17, 2],
  [18, 4],
  [19, 2],
  [20, 2],
])

/** Bytes that are not a list of parameters. */
export class LlrpMalformed extends Error {
  override readonly name = 'LlrpMalformed'
}

/**
 * The parameters that stand one after the other in `bytes` (LLRP 1.1 §17.1): types to 127 in one byte with the top bit set and a known length,
 * those above in two bytes with a length of their own.
 * @throws LlrpMalformed
 */
export function* llrpParameters(bytes: Uint8Array): Generator<LlrpParameter> {
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at]!
    if (first & 0x80) {
      const type = first & 0x7f
      const length = TV_LENGTHS.get(type)
      if (length === undefined || at + 1 + length > bytes.length) throw new LlrpMalformed(`parameter ${type} at ${at}`)
      yield { type, value: bytes.subarray(at + 1, at + 1 + length) }
      at += 1 + length
      continue
    }
    if (at + 4 > bytes.length) throw new LlrpMalformed(`a parameter is cut at ${at}`)
    const header = view(bytes)
    const type = header.getUint16(at) & 0x3ff
    const length = header.getUint16(at + 2)
    // The first 128 types have no length of their own: one that claims to would pass for a value of another size.
    if (type < 128 || length < 4 || at + length > bytes.length)
      throw new LlrpMalformed(`parameter ${type} of ${length} bytes at ${at}`)
    yield { type, value: bytes.subarray(at + 4, at + length) }
    at += length
  }
}

/** A parameter with a length of its own. */
export function tlv(type: number, ...parts: Uint8Array[]): Uint8Array {
  const value = concat(...parts)
  const bytes = new Uint8Array(4 + value.length)
  view(bytes).setUint16(0, type)
  view(bytes).setUint16(2, bytes.length)
  bytes.set(value, 4)
  return bytes
}

export function u8(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

export function u16(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]))
}

export function u32(value: number): Uint8Array {
  return u16(value >>> 16, value & 0xffff)
}

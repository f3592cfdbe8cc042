import { ProtocolError } from './error.ts'

// The two platform classes that every runtime has and the es2023 library does not name.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { written: number }
}
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
// Short texts are encoded here and copied: engines take far longer to make an array of their own.
const encoded = new Uint8Array(4096)
// `ignoreBOM` keeps a BOM as a character: dropping it would let two byte strings decode to one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The parts one after another, in new memory. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Bytes `from` … `to - 1` in new memory. Not `slice`, which on a Node Buffer is a view: writing to it would write to the caller's bytes. */
export function copy(bytes: Uint8Array, from?: number, to?: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(from, to))
}

/** Whether both hold the same bytes. Not constant-time: everything compared here is public. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compare(a, b) === 0
}

/** Bytewise order, a prefix first: negative, zero or positive as for `Array.sort`. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i]!]
  return text
}

/** The inverse of `toHex`; upper case is refused, so one value has one text. Throws BYTES_HEX. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (hexDigit(text, 2 * i) << 4) | hexDigit(text, 2 * i + 1)
  if (text.length % 2 !== 0) throw new ProtocolError('BYTES_HEX', 'an odd number of hexadecimal digits')
  return bytes
}

function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  throw new ProtocolError('BYTES_HEX', 'not lower-case hexadecimal')
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`

function encodeBase64(bytes: Uint8Array, alphabet: string): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = Math.min(bytes.length - i, 3) + 1
    for (let d = 0; d < digits; d++) text += alphabet[(group >> (18 - 6 * d)) & 63]
  }
  return text
}

function decodeBase64(digits: string, alphabet: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let group = 0
  let at = 0
  for (let i = 0; i < digits.length; i++) {
    // An unknown digit is -1: whatever it makes of the bytes, they do not encode back to the text.
    group = (group << 6) | alphabet.indexOf(digits[i]!)
    if (i % 4 !== 0) bytes[at++] = (group >> (6 - 2 * (i % 4))) & 255
  }
  return bytes
}

/** RFC 4648 §4, padded. */
export function toBase64(bytes: Uint8Array): string {
  const digits = encodeBase64(bytes, STANDARD)
  return digits.padEnd(Math.ceil(digits.length / 4) * 4, '=')
}

/** The inverse of `toBase64`. Junk, missing padding and set pad bits are refused: one value has one text. Throws BYTES_BASE64. */
export function fromBase64(text: string): Uint8Array {
  const bytes = decodeBase64(text.replace(/={1,2}$/, ''), STANDARD)
  if (toBase64(bytes) !== text) throw new ProtocolError('BYTES_BASE64', 'not canonical base64')
  return bytes
}

/** RFC 4648 §5 without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes, URL_SAFE)
}

/** The inverse of `toBase64Url`, as strict as `fromBase64`. Throws BYTES_BASE64. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes = decodeBase64(text, URL_SAFE)
  if (toBase64Url(bytes) !== text) throw new ProtocolError('BYTES_BASE64', 'not canonical base64url')
  return bytes
}

/** Whether the text has a UTF-8 form at all: a lone surrogate has none, and would silently become U+FFFD. */
export function isWellFormed(text: string): boolean {
  // Named by its numbers: what Unicode calls a property is looked up by the engine first, which takes ten times as long.
  return !/[\ud800-\udfff]/u.test(text)
}

/** UTF-8 of the text. Throws BYTES_UTF8 on a lone surrogate. */
export function utf8(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new ProtocolError('BYTES_UTF8', 'lone surrogate')
  // Each UTF-16 unit takes at most three bytes.
  if (text.length * 3 > encoded.length) return encoder.encode(text)
  return encoded.slice(0, encoder.encodeInto(text, encoded).written)
}

/** The inverse of `utf8`: nothing is replaced, a BOM stays. Throws BYTES_UTF8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new ProtocolError('BYTES_UTF8', 'not UTF-8', { cause })
  }
}

/** Writes an unsigned integer below 2^53 into `width` bytes from `at` on, big-endian. Throws BYTES_RANGE. */
export function putBigEndian(into: Uint8Array, at: number, width: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width)
    throw new ProtocolError('BYTES_RANGE', `${value} does not fit ${width} bytes`)
  // Division, not shifts: JavaScript's shifts cut at 32 bits.
  for (let i = at + width - 1, rest = value; i >= at; i--, rest = Math.floor(rest / 256)) into[i] = rest % 256
}

function bigEndian(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width)
  putBigEndian(bytes, 0, width, value)
  return bytes
}

/** Unsigned 16 bits, big-endian. Throws BYTES_RANGE. */
export function u16be(value: number): Uint8Array {
  return bigEndian(value, 2)
}

/** Unsigned 32 bits, big-endian. Throws BYTES_RANGE. */
export function u32be(value: number): Uint8Array {
  return bigEndian(value, 4)
}

/** Unsigned 64 bits, big-endian, of a value below 2^53. Throws BYTES_RANGE. */
export function u64be(value: number): Uint8Array {
  return bigEndian(value, 8)
}

/** The unsigned big-endian integer that all the bytes make. Throws BYTES_RANGE from 2^53 on. */
export function fromBigEndian(bytes: Uint8Array): number {
  const value = bytes.reduce((rest, byte) => rest * 256 + byte, 0)
  if (!Number.isSafeInteger(value)) throw new ProtocolError('BYTES_RANGE', 'integer beyond 2^53')
  return value
}

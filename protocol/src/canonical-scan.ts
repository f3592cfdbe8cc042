// A quick look at JSON bytes that saves writing the value again to compare. It only ever says "surely canonical" or "not sure":
// whoever is not sure asks canonical-json.ts, so this file decides nothing alone.

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, POINT, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e, 0x30, 0x39]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const UNDERSCORE = 0x5f
const WORDS = ['true', 'false', 'null'].map((word) => Uint8Array.from(word, (c) => c.charCodeAt(0)))

/** Digits that every double tells apart: a number with no more is written as it was read. */
const EXACT_DIGITS = 15
/** Decimals below 1e-6 are written with an exponent; events have three. */
const MAX_DECIMALS = 6

/**
 * Whether the bytes, if they are UTF-8 at all, are one JSON value in RFC 8785 form that nests no deeper than `maxDepth`. False also
 * for what is rare among ours: escapes, exponents, more than 15 digits, names beyond ASCII or beginning with an underscore.
 */
export function isSurelyCanonical(bytes: Uint8Array, maxDepth: number): boolean {
  return endOfValue(bytes, 0, maxDepth) === bytes.length
}

/** All of these answer where the thing that begins at `at` ends, or -1. */
function endOfValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at]
  if (first === QUOTE) return endOfString(bytes, at + 1)
  if (first === OPEN_OBJECT) return depth === 0 ? -1 : endOfObject(bytes, at + 1, depth - 1)
  if (first === OPEN_ARRAY) return depth === 0 ? -1 : endOfArray(bytes, at + 1, depth - 1)
  if (first === undefined) return -1
  if (first === MINUS || (first >= ZERO && first <= NINE)) return endOfNumber(bytes, at)
  return endOfWord(bytes, at)
}

function endOfArray(bytes: Uint8Array, from: number, depth: number): number {
  if (bytes[from] === CLOSE_ARRAY) return from + 1
  for (let at = from; ; at++) {
    at = endOfValue(bytes, at, depth)
    if (at < 0) return -1
    if (bytes[at] === CLOSE_ARRAY) return at + 1
    if (bytes[at] !== COMMA) return -1
  }
}

function endOfObject(bytes: Uint8Array, from: number, depth: number): number {
  if (bytes[from] === CLOSE_OBJECT) return from + 1
  let before = -1
  for (let at = from; ; at++) {
    if (bytes[at] !== QUOTE) return -1
    const name = at + 1
    at = endOfName(bytes, name)
    if (at < 0 || (before >= 0 && !isBelow(bytes, before, name)) || bytes[at] !== COLON) return -1
    before = name
    at = endOfValue(bytes, at + 1, depth)
    if (at < 0) return -1
    if (bytes[at] === CLOSE_OBJECT) return at + 1
    if (bytes[at] !== COMMA) return -1
  }
}

/** Beyond ASCII too: what is well-formed there has no escape. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at + 1
    if (byte < 0x20 || byte === BACKSLASH) return -1
  }
  return -1
}

/** ASCII only, for there the order of bytes is that of UTF-16; and not `__proto__`. */
function endOfName(bytes: Uint8Array, from: number): number {
  if (bytes[from] === UNDERSCORE) return -1
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at + 1
    if (byte < 0x20 || byte === BACKSLASH || byte >= 0x80) return -1
  }
  return -1
}

/** Whether the name at `a` stands before the one at `b`. Both end in a quote, which a name does not hold; a shorter one is first. */
function isBelow(bytes: Uint8Array, a: number, b: number): boolean {
  while (bytes[a] === bytes[b] && bytes[a] !== QUOTE) {
    a++
    b++
  }
  if (bytes[a] === QUOTE) return bytes[b] !== QUOTE
  return bytes[b] !== QUOTE && bytes[a]! < bytes[b]!
}

function endOfNumber(bytes: Uint8Array, from: number): number {
  const begin = bytes[from] === MINUS ? from + 1 : from
  const whole = endOfDigits(bytes, begin)
  const digits = whole - begin
  if (digits === 0 || (bytes[begin] === ZERO && digits > 1)) return -1
  if (bytes[whole] !== POINT) {
    const minusZero = begin > from && bytes[begin] === ZERO
    return digits > EXACT_DIGITS || minusZero ? -1 : whole
  }
  const end = endOfDigits(bytes, whole + 1)
  const decimals = end - whole - 1
  if (decimals === 0 || decimals > MAX_DECIMALS || digits + decimals > EXACT_DIGITS) return -1
  return bytes[end - 1] === ZERO ? -1 : end
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++
  return at
}

function endOfWord(bytes: Uint8Array, from: number): number {
  const word = WORDS.find((w) => w[0] === bytes[from])
  return word?.every((byte, i) => bytes[from + i] === byte) ? from + word.length : -1
}

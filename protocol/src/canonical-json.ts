import { fromUtf8, isWellFormed } from './bytes.ts'
import { isSurelyCanonical } from './canonical-scan.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'

/** A JSON value (RFC 8259). */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** What a parser may spend on its input. */
export interface JsonLimits {
  maxBytes: number
  /** Arrays and objects inside each other; 16 unless told. */
  maxDepth?: number
}

/**
 * The one text of a value (RFC 8785): no space, members in UTF-16 order, numbers and strings as ECMAScript writes them.
 * Throws JSON_NUMBER for NaN and infinities, JSON_DEPTH for a cycle, JSON_MALFORMED for lone surrogates, `__proto__` and what is not JSON.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0)
}

// Only a cycle or a mistake nests deeper than twice what we read.
const WRITE_DEPTH = 2 * LIMITS.jsonDepth

function write(value: Json, depth: number): string {
  if (depth > WRITE_DEPTH) throw new ProtocolError('JSON_DEPTH', 'nests too deep')
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'number':
      if (!Number.isFinite(value)) throw new ProtocolError('JSON_NUMBER', `${value} is not a JSON number`)
      return String(value) // ECMAScript's Number::toString is the number form of RFC 8785 §3.2.2.3; -0 becomes 0
    case 'string':
      if (!isWellFormed(value)) throw new ProtocolError('JSON_MALFORMED', 'lone surrogate')
      return JSON.stringify(value) // for well-formed text this is the string form of RFC 8785 §3.2.2.2
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`
      return `{${Object.keys(value)
        .sort((a, b) => (a < b ? -1 : 1)) // by UTF-16 code units; also undoes V8's order of integer-like names
        .map((name) => `${member(name)}:${write(value[name]!, depth + 1)}`)
        .join(',')}}`
    default:
      throw new ProtocolError('JSON_MALFORMED', `${typeof value} is not JSON`)
  }
}

function member(name: string): string {
  // Safe to parse, but the first plain assignment in somebody's code would set a prototype.
  if (name === '__proto__') throw new ProtocolError('JSON_MALFORMED', 'a member named __proto__')
  return write(name, 0)
}

/**
 * Parses bytes that are their own canonical form. Duplicate members, -0, spaces, other number or string forms all fail the comparison.
 * Throws JSON_SIZE, JSON_DEPTH, JSON_MALFORMED, JSON_NUMBER, JSON_NOT_CANONICAL.
 */
export function parseCanonicalJson(bytes: Uint8Array, limits: JsonLimits): Json {
  if (bytes.length > limits.maxBytes) throw new ProtocolError('JSON_SIZE', `${bytes.length} bytes`)
  const maxDepth = limits.maxDepth ?? LIMITS.jsonDepth
  const surely = isSurelyCanonical(bytes, maxDepth)
  if (!surely) boundDepth(bytes, maxDepth)
  let text: string
  let value: Json
  try {
    text = fromUtf8(bytes)
    value = JSON.parse(text) as Json
  } catch (cause) {
    throw new ProtocolError('JSON_MALFORMED', 'not JSON in UTF-8', { cause })
  }
  if (!surely && canonicalJson(value) !== text) throw new ProtocolError('JSON_NOT_CANONICAL', 'not in RFC 8785 form')
  return value
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Counts brackets outside strings; every other fault is left to the parser, which then works within the bound. */
function boundDepth(bytes: Uint8Array, maxDepth: number): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--
    if (depth > maxDepth) throw new ProtocolError('JSON_DEPTH', `nests deeper than ${maxDepth}`)
  }
}

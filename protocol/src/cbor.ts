import { compare, concat, copy, fromUtf8, utf8 } from './bytes.ts'
import { HeadReader, HeadWriter, headOf, MAJOR } from './cbor-head.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'

// Deterministic CBOR (RFC 8949 §4.2.1) of the few kinds of items that the protocol has. One value has one encoding, and the reader
// takes no other, so nothing needs to be encoded again to compare.

/** What a decoder may spend on its input. */
export interface CborLimits {
  maxBytes: number
  /** Arrays, maps and tags inside each other; 8 unless told. */
  maxDepth?: number
}

/** A tag and what it tells about. */
export class Tagged {
  readonly tag: number
  readonly value: unknown

  constructor(tag: number, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

/** COSE_Sign1 (RFC 9052): the only tag of the protocol, any other is not read. */
const SIGN1 = 18
const SIMPLE = new Map<unknown, number>([
  [false, 20],
  [true, 21],
  [null, 22],
])
const VALUES = new Map([...SIMPLE].map(([value, code]) => [code, value]))
/** Only a cycle or a mistake nests deeper than twice what we read. */
const WRITE_DEPTH = 2 * LIMITS.cborDepth

/**
 * Deterministic CBOR of integers below 2^53, text, byte strings, booleans, null, arrays, Maps (integers and text as keys), plain
 * objects (text keys) and `Tagged`. Throws CBOR_SHAPE for anything else.
 */
export function encodeCbor(value: unknown): Uint8Array {
  const to = new HeadWriter()
  write(value, to, WRITE_DEPTH)
  return to.done()
}

function write(value: unknown, to: HeadWriter, depth: number): void {
  if (depth < 0) refuse('nests too deep')
  const simple = SIMPLE.get(value)
  if (simple !== undefined) to.head(MAJOR.simple, simple)
  else if (typeof value === 'number') to.raw(integer(value))
  else if (typeof value === 'string') to.string(MAJOR.text, textBytes(value))
  else if (value instanceof Uint8Array) to.string(MAJOR.bytes, value)
  else if (Array.isArray(value)) {
    to.head(MAJOR.array, value.length)
    for (const item of value as unknown[]) write(item, to, depth - 1)
  } else if (value instanceof Map) writeMap([...value], to, depth)
  else if (value instanceof Tagged) {
    to.head(MAJOR.tag, value.tag)
    write(value.value, to, depth - 1)
  } else if (isPlain(value)) writeMap(Object.entries(value), to, depth)
  else refuse(`${typeof value} cannot be encoded`)
}

function integer(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) refuse(`the number ${value} cannot be encoded`)
  return value < 0 ? headOf(MAJOR.negative, -1 - value) : headOf(MAJOR.uint, value)
}

function textBytes(value: string): Uint8Array {
  try {
    return utf8(value)
  } catch (cause) {
    throw new ProtocolError('CBOR_SHAPE', 'a lone surrogate cannot be encoded', { cause })
  }
}

function writeMap(members: readonly (readonly [unknown, unknown])[], to: HeadWriter, depth: number): void {
  const sorted = members.map(([key, value]) => ({ key: encodeKey(key), value })).sort((a, b) => compare(a.key, b.key))
  to.head(MAJOR.map, sorted.length)
  for (const { key, value } of sorted) {
    to.raw(key)
    write(value, to, depth - 1)
  }
}

function encodeKey(key: unknown): Uint8Array {
  if (typeof key === 'number') return integer(key)
  if (typeof key !== 'string') return refuse('map key is neither integer nor text')
  const bytes = textBytes(key)
  return concat(headOf(MAJOR.text, bytes.length), bytes)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refuse(what: string): never {
  throw new ProtocolError('CBOR_SHAPE', what)
}

/**
 * The inverse of `encodeCbor`; maps become Maps, byte strings are copies. Size and nesting are bounded, lengths are believed only as far as
 * there are bytes, and only what is written in the one deterministic way is read.
 * Throws CBOR_SIZE, CBOR_DEPTH, CBOR_MALFORMED, CBOR_NOT_CANONICAL.
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits): unknown {
  if (bytes.length > limits.maxBytes) throw new ProtocolError('CBOR_SIZE', `${bytes.length} bytes`)
  const maxDepth = limits.maxDepth ?? LIMITS.cborDepth
  const from = new HeadReader(bytes, 'CBOR_MALFORMED')
  const value = read(from, 0, maxDepth)
  if (!from.ended) from.fail('bytes behind the item')
  return value
}

function read(from: HeadReader, depth: number, maxDepth: number): unknown {
  from.head()
  const { major, argument } = from
  switch (major) {
    case MAJOR.array:
    case MAJOR.map:
    case MAJOR.tag:
      if (depth === maxDepth) throw new ProtocolError('CBOR_DEPTH', `nests deeper than ${maxDepth}`)
      return readInside(from, depth + 1, maxDepth)
    case MAJOR.bytes:
      return copy(from.take(argument))
    case MAJOR.simple: {
      const value = VALUES.get(argument)
      return value === undefined ? from.fail('float, undefined or unknown simple value') : value
    }
    default:
      return readScalar(from)
  }
}

/** What the head just read opens. */
function readInside(from: HeadReader, depth: number, maxDepth: number): unknown {
  const { major, argument } = from
  if (major === MAJOR.map) return readMap(from, argument, depth, maxDepth)
  if (major === MAJOR.tag) {
    if (argument !== SIGN1) from.fail(`tag ${argument}`)
    return new Tagged(argument, read(from, depth, maxDepth))
  }
  const items: unknown[] = []
  while (items.length < argument) items.push(read(from, depth, maxDepth))
  return items
}

function readMap(from: HeadReader, size: number, depth: number, maxDepth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  let before: Uint8Array | undefined
  while (map.size < size) {
    const begin = from.at
    from.head()
    const key = readScalar(from)
    const written = from.since(begin)
    const order = before === undefined ? -1 : compare(before, written)
    if (order === 0) from.fail('a map key twice')
    if (order > 0) throw new ProtocolError('CBOR_NOT_CANONICAL', 'map keys out of order')
    before = written
    map.set(key, read(from, depth, maxDepth))
  }
  return map
}

/** The integer or text whose head was just read: what may be the key of a map. */
function readScalar(from: HeadReader): number | string {
  const { major, argument } = from
  if (major === MAJOR.uint) return argument
  if (major === MAJOR.text) return readText(from.take(argument))
  if (major !== MAJOR.negative) from.fail('map key is neither integer nor text')
  return Number.isSafeInteger(-1 - argument) ? -1 - argument : from.fail('integer beyond 2^53')
}

function readText(bytes: Uint8Array): string {
  let text: string
  try {
    text = fromUtf8(bytes)
  } catch (cause) {
    throw new ProtocolError('CBOR_NOT_CANONICAL', 'text that is not UTF-8', { cause })
  }
  // Many decoders drop it, and then two byte strings would be one text.
  if (text.startsWith('\ufeff'))
    throw new ProtocolError('CBOR_NOT_CANONICAL', 'text that begins with a byte order mark')
  return text
}

import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg'
import { equal, isWellFormed } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'

export { Tagged }

/** What a decoder may spend on its input. */
export interface CborLimits {
  maxBytes: number
  /** Arrays, maps and tags inside each other; 8 unless told. */
  maxDepth?: number
}

const refuse = (what: string): never => {
  throw new ProtocolError('CBOR_SHAPE', `${what} cannot be encoded`)
}

const ENCODE = {
  ...rfc8949EncodeOptions,
  typeEncoders: {
    number: (value: number) => (Number.isSafeInteger(value) ? null : refuse(`the number ${value}`)),
    string: (value: string) => (isWellFormed(value) ? null : refuse('a lone surrogate')),
    bigint: () => refuse('a bigint'),
    undefined: () => refuse('undefined'),
  },
}

const DECODE = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
  // COSE_Sign1 is the only tag of the protocol; any other is refused.
  tags: Tagged.preserve(18),
}

/**
 * Deterministic CBOR (RFC 8949 §4.2.1, bytewise key order) of integers below 2^53, text, byte strings, booleans, null,
 * arrays, Maps, plain objects (text keys) and `Tagged`. Throws CBOR_SHAPE for anything else.
 */
export function encodeCbor(value: unknown): Uint8Array {
  try {
    // In Node, cborg hands out views into its pool; the copy is ours alone.
    return new Uint8Array(encode(value, ENCODE))
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause
    throw new ProtocolError('CBOR_SHAPE', 'value cannot be encoded', { cause })
  }
}

/**
 * The inverse of `encodeCbor`; maps become Maps, byte strings are copies. Size, nesting and kinds of items are bounded before a value is made,
 * and only what encodes back to the very same bytes is accepted.
 * Throws CBOR_SIZE, CBOR_DEPTH, CBOR_MALFORMED, CBOR_NOT_CANONICAL.
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits): unknown {
  if (bytes.length > limits.maxBytes) throw new ProtocolError('CBOR_SIZE', `${bytes.length} bytes`)
  scan(bytes, limits.maxDepth ?? LIMITS.cborDepth)
  let value: unknown
  try {
    value = decode(bytes, DECODE)
  } catch (cause) {
    throw new ProtocolError('CBOR_MALFORMED', 'not in the accepted subset of CBOR', { cause })
  }
  if (!equal(encodeCbor(value), bytes)) throw new ProtocolError('CBOR_NOT_CANONICAL', 'encodes to other bytes')
  return value
}

const malformed = (why: string): ProtocolError => new ProtocolError('CBOR_MALFORMED', why)

/**
 * Walks the heads of the first item without recursion or allocation by claimed length, so that hostile input costs no more than its size.
 * What it lets through is either what we accept or what the decoder and the comparison refuse.
 */
function scan(bytes: Uint8Array, maxDepth: number): void {
  const open: { left: number; map: boolean }[] = []
  let at = 0
  do {
    const initial = bytes[at++]
    if (initial === undefined) throw malformed('truncated')
    const major = initial >> 5
    const info = initial & 31
    if (info > 27) throw malformed('indefinite length or reserved head')
    if (major === 7 && (info < 20 || info > 22)) throw malformed('float, undefined or unknown simple value')
    let argument = info
    if (info >= 24) {
      const width = 2 ** (info - 24)
      argument = bytes.subarray(at, at + width).reduce((value, byte) => value * 256 + byte, 0)
      at += width
    }
    if (argument > Number.MAX_SAFE_INTEGER) throw malformed('integer beyond 2^53')

    const parent = open.at(-1)
    if (parent !== undefined) {
      // Even count left in a map: this item is a key. Only integers and text are; cborg cannot see that two byte strings are equal.
      if (parent.map && parent.left % 2 === 0 && major !== 0 && major !== 1 && major !== 3)
        throw malformed('map key is neither integer nor text')
      parent.left--
    }
    if (major === 2 || major === 3) at += argument
    else if (major >= 4 && major <= 6) {
      open.push({ left: major === 4 ? argument : major === 5 ? argument * 2 : 1, map: major === 5 })
      if (open.length > maxDepth) throw new ProtocolError('CBOR_DEPTH', `nests deeper than ${maxDepth}`)
    }
    if (at > bytes.length) throw malformed('truncated')
    while (open.at(-1)?.left === 0) open.pop()
  } while (open.length > 0)
}

import { concat, equal } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { bytesHead } from './cbor-items.ts'
import { decodeSign1, encodeSign1, type Sign1, sigStructure } from './cose.ts'
import type { Sign, VerifySync } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { EVIDENCE_BYTES } from './evidence.ts'
import { HASH_BYTES, sha256 } from './hash.ts'
import { LIMITS } from './limits.ts'
import { isBytes, isUint } from './shape.ts'

// A parcel: batches that are carried by hand instead of a network (docs/spec/parcel.md).

/** Bytes of one parcel: some hundred batches, and what a small machine can hold at once. A file has as many parcels as it needs. */
export const PARCEL_BYTES = 16_777_216
const MAX_PIECES = 4_096
const MEDIA = 'application/vnd.tristamp.parcel'
const VERSION = 1

/** What a parcel holds, before or after its way. */
export interface Parcel {
  /** Thumbprint of the gateway's key that made it. */
  kid: Uint8Array
  /** Numbers of the first batch in it and of the one after the last. */
  from: number
  to: number
  /** Batches as they also travel over MQTT, in the order of their numbers. */
  batches: readonly Uint8Array[]
  /** Evidence that their events name. */
  evidence: readonly Uint8Array[]
}

/** A parcel that was read: whole, and signed by whoever `isSigned` says. */
export interface OpenedParcel extends Parcel {
  isSigned(publicKey: Uint8Array, verify: VerifySync): boolean
}

/** @throws ProtocolError PARCEL_SIZE */
export function sealParcel({ kid, from, to, batches, evidence }: Parcel, sign: Sign): Uint8Array {
  const protectedBytes = encodeCbor(
    new Map<number, unknown>([
      [1, -8],
      [3, MEDIA],
      [4, kid],
    ]),
  )
  const payload = encodeCbor({ from, to, digest: digestOf(batches, evidence) })
  const head = encodeSign1(protectedBytes, payload, sign(sigStructure(protectedBytes, payload)))
  const bytes = encodeCbor([VERSION, head, [...batches], [...evidence]])
  if (bytes.length > PARCEL_BYTES || batches.length + evidence.length > MAX_PIECES)
    throw new ProtocolError('PARCEL_SIZE', `a parcel has at most ${PARCEL_BYTES} bytes and ${MAX_PIECES} pieces`)
  return bytes
}

/**
 * Reads a parcel and checks that it is whole. Whether its batches are what they should be is for admission to say, and who signed it for
 * whoever knows the key. @throws ProtocolError PARCEL_SIZE, PARCEL_MALFORMED, PARCEL_DIGEST
 */
export function openParcel(bytes: Uint8Array): OpenedParcel {
  if (bytes.length > PARCEL_BYTES) throw new ProtocolError('PARCEL_SIZE', `a parcel has at most ${PARCEL_BYTES} bytes`)
  const { sign1, payload, batches, evidence } = decode(bytes)
  const { header } = sign1
  if (header.size !== 3 || header.get(1) !== -8 || header.get(3) !== MEDIA) malformed('another header')
  if (!(payload instanceof Map) || payload.size !== 3) return malformed('another payload')
  const [kid, digest] = [header.get(4), payload.get('digest')]
  const [from, to] = [payload.get('from'), payload.get('to')]
  if (!isBytes(kid, HASH_BYTES) || !isBytes(digest, HASH_BYTES)) return malformed('no key or no digest')
  if (!isUint(from) || !isUint(to) || from > to) return malformed('no numbers')
  if (!equal(digest, digestOf(batches, evidence)))
    throw new ProtocolError('PARCEL_DIGEST', 'the parcel is not as it was packed')
  const signed = sigStructure(sign1.protectedBytes, sign1.payload)
  return { kid, from, to, batches, evidence, isSigned: (key, verify) => verify(key, signed, sign1.signature) }
}

function decode(bytes: Uint8Array): { sign1: Sign1; payload: unknown; batches: Uint8Array[]; evidence: Uint8Array[] } {
  try {
    const parts: unknown = decodeCbor(bytes, { maxBytes: PARCEL_BYTES, maxDepth: 3 })
    if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== VERSION || !(parts[1] instanceof Uint8Array))
      return malformed('another shape')
    const sign1 = decodeSign1(parts[1], 1024)
    return {
      sign1,
      payload: decodeCbor(sign1.payload, { maxBytes: 256, maxDepth: 2 }),
      batches: pieces(parts[2], LIMITS.batchBytes),
      evidence: pieces(parts[3], EVIDENCE_BYTES),
    }
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code.startsWith('PARCEL_')) throw cause
    throw new ProtocolError('PARCEL_MALFORMED', 'not a parcel', { cause })
  }
}

function pieces(value: unknown, most: number): Uint8Array[] {
  if (!Array.isArray(value) || value.length > MAX_PIECES) return malformed('another list')
  return value.map((piece: unknown) =>
    piece instanceof Uint8Array && piece.length <= most ? piece : malformed('a piece that is too large'),
  )
}

/** Commits to every piece and to which list it is in. */
function digestOf(batches: readonly Uint8Array[], evidence: readonly Uint8Array[]): Uint8Array {
  return sha256(encodeCbor([batches, evidence].map((list) => list.map((piece) => sha256(piece)))))
}

/** A parcel as it stands in a file: a CBOR byte string. A file is one after the other (a CBOR sequence, RFC 8742). */
export function parcelItem(parcel: Uint8Array): Uint8Array {
  return concat(bytesHead(parcel.length), parcel)
}

/** Cuts a file of parcels, which comes in chunks, into parcels. Sans-IO: it holds no more than one parcel and a chunk. */
export class ParcelReader {
  #waiting: Uint8Array = new Uint8Array(0)

  /** The parcels that are whole now. @throws ProtocolError PARCEL_MALFORMED, PARCEL_SIZE */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#waiting = this.#waiting.length === 0 ? chunk : concat(this.#waiting, chunk)
    const parcels: Uint8Array[] = []
    for (;;) {
      const head = itemHead(this.#waiting)
      if (head === undefined || this.#waiting.length < head.begin + head.length) return parcels
      parcels.push(this.#waiting.slice(head.begin, head.begin + head.length))
      this.#waiting = this.#waiting.subarray(head.begin + head.length)
    }
  }

  /** The file has ended. @throws ProtocolError PARCEL_MALFORMED when it was cut off */
  end(): void {
    if (this.#waiting.length > 0) malformed('cut off')
  }
}

/** Where the byte string's content begins and how long it is; undefined while its head is not whole. */
function itemHead(bytes: Uint8Array): { begin: number; length: number } | undefined {
  const first = bytes[0]
  if (first === undefined) return undefined
  const info = first & 31
  const width = info < 24 ? 0 : 1 << (info - 24)
  if (first >> 5 !== 2 || width > 4) return malformed('no byte string')
  if (bytes.length < 1 + width) return undefined
  let length = width === 0 ? info : 0
  for (let i = 1; i <= width; i++) length = length * 256 + bytes[i]!
  if (length > PARCEL_BYTES) throw new ProtocolError('PARCEL_SIZE', `a parcel has at most ${PARCEL_BYTES} bytes`)
  return { begin: 1 + width, length }
}

function malformed(what: string): never {
  throw new ProtocolError('PARCEL_MALFORMED', what)
}

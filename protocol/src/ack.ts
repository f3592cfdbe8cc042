import { decodeCbor, encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import type { Sign, VerifySync } from './ed25519.ts'
import { type ProtocolCode, ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { keyThumbprint } from './key.ts'
import { isBytes, isUint } from './shape.ts'

/**
 * What the ledger answers a gateway (docs/spec/mqtt.md).
 * `ack`: every statement of `kid` up to `seq` is durable, the last as `entry` of a log of `treeSize` entries.
 * `expected`: the ledger wants `expected` next, and says why the last one it got was not it.
 * `prev` is the leaf hash of the statement before the next one: what that one must carry.
 */
export type Ack =
  | { kind: 'ack'; kid: Uint8Array; seq: number; prev: Uint8Array; entry: number; treeSize: number }
  | { kind: 'expected'; kid: Uint8Array; expected: number; prev: Uint8Array; reason: ProtocolCode }

const MEDIA = 'application/vnd.tristamp.ack'
const MAX_BYTES = 1024

export function encodeAck(ack: Ack, ledgerKey: Uint8Array, sign: Sign): Uint8Array {
  const protectedBytes = encodeCbor(
    new Map<number, unknown>([
      [1, -8],
      [3, MEDIA],
      [4, keyThumbprint(ledgerKey)],
    ]),
  )
  const payload = encodeCbor(
    ack.kind === 'ack'
      ? { kid: ack.kid, seq: ack.seq, prev: ack.prev, entry: ack.entry, treeSize: ack.treeSize }
      : { kid: ack.kid, expected: ack.expected, prev: ack.prev, reason: ack.reason },
  )
  return encodeSign1(protectedBytes, payload, sign(sigStructure(protectedBytes, payload)))
}

/**
 * Reads an ack and checks that this ledger signed it: a broker in between can delay acks but not make them.
 * @throws ProtocolError ACK_MALFORMED, SIGNATURE
 */
export function openAck(bytes: Uint8Array, ledgerKey: Uint8Array, verify: VerifySync): Ack {
  const { sign1, payload } = decode(bytes)
  if (sign1.header.get(1) !== -8 || sign1.header.get(3) !== MEDIA || !(payload instanceof Map)) malformed()
  if (!verify(ledgerKey, sigStructure(sign1.protectedBytes, sign1.payload), sign1.signature)) {
    throw new ProtocolError('SIGNATURE', 'the ack is not signed by the ledger that this gateway is enrolled at')
  }
  const kid = hash(payload.get('kid'))
  const prev = hash(payload.get('prev'))
  if (payload.has('seq')) {
    return {
      kind: 'ack',
      kid,
      prev,
      seq: uint(payload.get('seq')),
      entry: uint(payload.get('entry')),
      treeSize: uint(payload.get('treeSize')),
    }
  }
  const reason: unknown = payload.get('reason')
  if (typeof reason !== 'string' || !/^[A-Z0-9_]{3,40}$/.test(reason)) malformed()
  // A newer ledger may know codes that we do not; the gateway only shows it.
  return { kind: 'expected', kid, prev, expected: uint(payload.get('expected')), reason: reason as ProtocolCode }
}

function decode(bytes: Uint8Array): { sign1: ReturnType<typeof decodeSign1>; payload: unknown } {
  try {
    const sign1 = decodeSign1(bytes, MAX_BYTES)
    return { sign1, payload: decodeCbor(sign1.payload, { maxBytes: MAX_BYTES, maxDepth: 2 }) }
  } catch (cause) {
    throw new ProtocolError('ACK_MALFORMED', 'not an ack', { cause })
  }
}

function uint(value: unknown): number {
  return isUint(value) ? value : malformed()
}

function hash(value: unknown): Uint8Array {
  return isBytes(value, HASH_BYTES) ? value : malformed()
}

function malformed(): never {
  throw new ProtocolError('ACK_MALFORMED', 'not an ack of this protocol')
}

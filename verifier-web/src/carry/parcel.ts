import { decodeBatch, frameId, openParcel, ProtocolError, parseStatement, toBase64Url } from '@tristamp/protocol'
import type { Answer } from './deliver.ts'

/** A parcel on this phone. waiting: to be handed over. done: the ledger has all of it, and its bytes are gone from here. refused: it stays until someone removes it. */
export interface CarriedParcel {
  /** The id under which its frames travel. */
  id: string
  /** Thumbprint of the key that signed it, base64url: parcels of one key belong behind one another. */
  kid: string
  /** The gateway, as its first batch names it. Not checked here: only the ledger knows the keys. */
  gateway: string | undefined
  /** Numbers of its first batch and of the one after the last. */
  from: number
  to: number
  size: number
  /** When it came here. */
  atMs: number
  state: 'waiting' | 'done' | 'refused'
  bytes: Uint8Array | undefined
  /** What the ledger said last, and when. */
  answer?: Answer
  answeredMs?: number
}

/** Reads what was filmed or lay on a stick. @throws ProtocolError PARCEL_SIZE, PARCEL_MALFORMED, PARCEL_DIGEST */
export function carriedParcel(bytes: Uint8Array, atMs: number): CarriedParcel {
  const { kid, from, to, batches } = openParcel(bytes)
  const gateway = gatewayOf(batches[0])
  return {
    id: frameId(bytes),
    kid: toBase64Url(kid),
    gateway,
    from,
    to,
    size: bytes.length,
    atMs,
    state: 'waiting',
    bytes,
  }
}

function gatewayOf(batch: Uint8Array | undefined): string | undefined {
  if (batch === undefined) return undefined
  try {
    return parseStatement(decodeBatch(batch).statement).header.iss
  } catch (error) {
    // Whether its batches are any good is for the ledger to say.
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

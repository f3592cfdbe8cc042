import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'

// How the history map's trie lies in typed arrays: a leaf and an inner node cost 72 bytes each, where objects would cost ten times that and
// the collector's time.

/** A reference to a child: 0 nothing, n > 0 inner node n, n < 0 leaf -n - 1. */
export type Ref = number
/** A reference in the node above it: twice the reference, and 1 more while the hash kept there is stale. */
export type Link = number

export const NOTHING = 0
export const STALE = 1
/** Stands above the root, as its left child: so the root is a child like others, and its hash is where children's hashes are. */
export const TOP = 0

export const HASH_WORDS: number = HASH_BYTES / 4
/** A leaf's words: key, count (two), chain. With a prefix before them they are what is hashed. */
export const LEAF_WORDS: number = 2 * HASH_WORDS + 2
export const COUNT: number = HASH_WORDS
export const CHAIN: number = HASH_WORDS + 2
/** An inner node's words: the hashes of its children, likewise. */
export const INNER_WORDS: number = 2 * HASH_WORDS

export interface Nodes {
  leafWords: Uint32Array
  innerWords: Uint32Array
  /** Links, two for each inner node. Place n belongs to the hash at place n of the inner nodes' words. */
  children: Int32Array
}

export function refOf(link: Link): Ref {
  return link >> 1
}

/** To something that has no hash yet. */
export function linkTo(ref: Ref): Link {
  return 2 * ref + STALE
}

export function bitOf(word: number, depth: number): 0 | 1 {
  return ((word >>> (31 - (depth & 31))) & 1) as 0 | 1
}

/** @throws ProtocolError PROOF_LENGTH for what is no hash */
export function putWords(into: Uint32Array, at: number, hash: Uint8Array): void {
  if (hash.length !== HASH_BYTES) throw new ProtocolError('PROOF_LENGTH', `a hash of ${hash.length} bytes`)
  for (let i = 0; i < HASH_WORDS; i++) {
    const b = 4 * i
    into[at + i] = (hash[b]! << 24) | (hash[b + 1]! << 16) | (hash[b + 2]! << 8) | hash[b + 3]!
  }
}

export function bytesOf(words: Uint32Array, at: number): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES)
  for (let i = 0; i < HASH_WORDS; i++) {
    const word = words[at + i]!
    bytes[4 * i] = word >>> 24
    bytes[4 * i + 1] = word >>> 16
    bytes[4 * i + 2] = word >>> 8
    bytes[4 * i + 3] = word
  }
  return bytes
}

export function grown<T extends Uint8Array | Uint32Array | Int32Array>(array: T): T {
  const Larger = array.constructor as new (length: number) => T
  const larger = new Larger(array.length * 2)
  larger.set(array as never)
  return larger
}

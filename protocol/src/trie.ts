import { HASH_BYTES, ZERO_HASH } from './hash.ts'
import type { HistoryRecord } from './history-record.ts'

type HashLeaf = (key: Uint8Array, record: HistoryRecord) => Uint8Array
type HashNode = (left: Uint8Array, right: Uint8Array) => Uint8Array

/** A reference to a child: 0 nothing, n > 0 inner node n - 1, n < 0 leaf -n - 1. */
type Ref = number

const NOTHING: Ref = 0

/** Bit `depth` of a key, most significant first: 0 goes left. */
export function keyBit(key: Uint8Array, depth: number): 0 | 1 {
  return ((key[depth >> 3]! >> (7 - (depth & 7))) & 1) as 0 | 1
}

/**
 * The binary trie of the history map, in typed arrays: a leaf costs 112 bytes and an inner node 41, where objects would cost
 * five times that and the collector's time. A lone leaf stands at the shallowest depth at which it is alone.
 */
export class Trie {
  readonly #hashLeaf: HashLeaf
  readonly #hashNode: HashNode
  #root: Ref = NOTHING
  #leaves = 0
  #inners = 0
  #keys = new Uint8Array(64 * HASH_BYTES)
  #counts = new Float64Array(64)
  #chains = new Uint8Array(64 * HASH_BYTES)
  #leafHashes = new Uint8Array(64 * HASH_BYTES)
  #children = new Int32Array(2 * 64)
  #innerHashes = new Uint8Array(64 * HASH_BYTES)
  /** 1 where an inner node's hash is older than something below it. */
  #stale = new Uint8Array(64)

  constructor(hashLeaf: HashLeaf, hashNode: HashNode) {
    this.#hashLeaf = hashLeaf
    this.#hashNode = hashNode
  }

  get size(): number {
    return this.#leaves
  }

  get(key: Uint8Array): HistoryRecord | undefined {
    let ref = this.#root
    for (let depth = 0; ref > 0; depth++) ref = this.#children[2 * (ref - 1) + keyBit(key, depth)]!
    return ref < 0 && this.#isAt(ref, key) ? this.#record(ref) : undefined
  }

  set(key: Uint8Array, record: HistoryRecord): void {
    let parent: number | undefined
    let depth = 0
    let ref = this.#root
    while (ref > 0) {
      parent = ref - 1
      this.#stale[parent] = 1
      ref = this.#children[2 * parent + keyBit(key, depth++)]!
    }
    if (ref < 0 && this.#isAt(ref, key)) {
      this.#write(ref, key, record)
      return
    }
    const added = ref === NOTHING ? this.#newLeaf(key, record) : this.#split(ref, depth, key, record)
    if (parent === undefined) this.#root = added
    else this.#children[2 * parent + keyBit(key, depth - 1)] = added
  }

  root(): Uint8Array {
    return this.#hash(this.#root).slice()
  }

  /** Sibling hashes from the root down to where the key's path ends, and the leaf that stands there, if one does. */
  path(key: Uint8Array): { siblings: Uint8Array[]; end: { key: Uint8Array; record: HistoryRecord } | undefined } {
    const { end, parents } = this.#descend(key)
    const siblings = parents.map((inner, depth) =>
      this.#hash(this.#children[2 * inner + 1 - keyBit(key, depth)]!).slice(),
    )
    return { siblings, end: end < 0 ? { key: this.#key(end).slice(), record: this.#record(end) } : undefined }
  }

  #descend(key: Uint8Array): { end: Ref; parents: number[] } {
    const parents: number[] = []
    let ref = this.#root
    while (ref > 0) {
      parents.push(ref - 1)
      ref = this.#children[2 * (ref - 1) + keyBit(key, parents.length - 1)]!
    }
    return { end: ref, parents }
  }

  /** Puts a new leaf beside an old one, below as many inner nodes as the two keys still share bits from `depth` on. */
  #split(old: Ref, depth: number, key: Uint8Array, record: HistoryRecord): Ref {
    const leaf = this.#newLeaf(key, record)
    const oldKey = this.#key(old)
    let fork = depth
    while (keyBit(oldKey, fork) === keyBit(key, fork)) fork++
    let below = this.#newInner(keyBit(key, fork) === 0 ? leaf : old, keyBit(key, fork) === 0 ? old : leaf)
    for (let d = fork - 1; d >= depth; d--) {
      below = this.#newInner(keyBit(key, d) === 0 ? below : NOTHING, keyBit(key, d) === 0 ? NOTHING : below)
    }
    return below
  }

  #hash(ref: Ref): Uint8Array {
    if (ref === NOTHING) return ZERO_HASH
    if (ref < 0) return this.#leafHashes.subarray((-ref - 1) * HASH_BYTES, -ref * HASH_BYTES)
    const inner = ref - 1
    if (this.#stale[inner] === 1) {
      const hash = this.#hashNode(this.#hash(this.#children[2 * inner]!), this.#hash(this.#children[2 * inner + 1]!))
      this.#innerHashes.set(hash, inner * HASH_BYTES)
      this.#stale[inner] = 0
      return hash
    }
    return this.#innerHashes.subarray(inner * HASH_BYTES, ref * HASH_BYTES)
  }

  #newLeaf(key: Uint8Array, record: HistoryRecord): Ref {
    const at = this.#leaves++
    if (at === this.#counts.length) {
      this.#keys = grown(this.#keys)
      this.#counts = grown(this.#counts)
      this.#chains = grown(this.#chains)
      this.#leafHashes = grown(this.#leafHashes)
    }
    this.#write(-at - 1, key, record)
    return -at - 1
  }

  #write(ref: Ref, key: Uint8Array, record: HistoryRecord): void {
    const at = -ref - 1
    this.#keys.set(key, at * HASH_BYTES)
    this.#counts[at] = record.count
    this.#chains.set(record.chain, at * HASH_BYTES)
    this.#leafHashes.set(this.#hashLeaf(key, record), at * HASH_BYTES)
  }

  #newInner(left: Ref, right: Ref): Ref {
    const at = this.#inners++
    if (at === this.#stale.length) {
      this.#children = grown(this.#children)
      this.#innerHashes = grown(this.#innerHashes)
      this.#stale = grown(this.#stale)
    }
    this.#children[2 * at] = left
    this.#children[2 * at + 1] = right
    this.#stale[at] = 1
    return at + 1
  }

  #isAt(ref: Ref, key: Uint8Array): boolean {
    const from = (-ref - 1) * HASH_BYTES
    for (let i = 0; i < HASH_BYTES; i++) if (this.#keys[from + i] !== key[i]) return false
    return true
  }

  #key(ref: Ref): Uint8Array {
    return this.#keys.subarray((-ref - 1) * HASH_BYTES, -ref * HASH_BYTES)
  }

  #record(ref: Ref): HistoryRecord {
    const at = -ref - 1
    return { count: this.#counts[at]!, chain: this.#chains.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES) }
  }
}

function grown<T extends Uint8Array | Int32Array | Float64Array>(array: T): T {
  const Larger = array.constructor as new (length: number) => T
  const larger = new Larger(array.length * 2)
  larger.set(array as never)
  return larger
}

import { ProtocolError } from './error.ts'
import type { HistoryRecord } from './history-record.ts'
import { hashStale } from './trie-hashing.ts'
import {
  bitOf,
  bytesOf,
  CHAIN,
  COUNT,
  grown,
  HASH_WORDS,
  INNER_WORDS,
  LEAF_WORDS,
  type Link,
  linkTo,
  NOTHING,
  type Nodes,
  putWords,
  type Ref,
  refOf,
  STALE,
  TOP,
} from './trie-nodes.ts'

/** Bit `depth` of a key, most significant first: 0 goes left. */
export function keyBit(key: Uint8Array, depth: number): 0 | 1 {
  return ((key[depth >> 3]! >> (7 - (depth & 7))) & 1) as 0 | 1
}

/**
 * The binary trie of the history map. A lone leaf stands at the shallowest depth at which it is alone. Nothing is hashed until a hash is
 * asked for: then every node above a change once (trie-hashing.ts).
 */
export class Trie {
  #leaves = 0
  #inners = 1
  readonly #nodes: Nodes = {
    leafWords: new Uint32Array(64 * LEAF_WORDS),
    innerWords: new Uint32Array(64 * INNER_WORDS),
    children: new Int32Array(64 * 2),
  }
  /** The key that is looked for. */
  readonly #sought = new Uint32Array(HASH_WORDS)

  get size(): number {
    return this.#leaves
  }

  get(key: Uint8Array): HistoryRecord | undefined {
    putWords(this.#sought, 0, key)
    let ref = refOf(this.#nodes.children[2 * TOP]!)
    for (let depth = 0; ref > 0; depth++)
      ref = refOf(this.#nodes.children[2 * ref + bitOf(this.#sought[depth >>> 5]!, depth)]!)
    return ref < 0 && this.#holds(ref) ? this.#record(ref) : undefined
  }

  set(key: Uint8Array, record: HistoryRecord): void {
    const sought = this.#sought
    const children = this.#nodes.children
    putWords(sought, 0, key)
    let slot = 2 * TOP
    let link = children[slot]!
    let depth = 0
    for (; link > STALE; depth++) {
      children[slot] = link | STALE
      slot = 2 * refOf(link) + bitOf(sought[depth >>> 5]!, depth)
      link = children[slot]!
    }
    if (link < 0 && this.#holds(refOf(link))) {
      this.#write(refOf(link), record)
      children[slot] = link | STALE
      return
    }
    const leaf = linkTo(this.#newLeaf(record))
    const added = link === NOTHING ? leaf : this.#fork(slot, depth, leaf)
    this.#nodes.children[slot] = added
  }

  root(): Uint8Array {
    hashStale(this.#nodes)
    return this.#hashAt(2 * TOP)
  }

  /**
   * Sibling hashes from the root down to where the key's path ends, undefined where there is none, and the leaf that stands there, if
   * one does.
   */
  path(key: Uint8Array): {
    siblings: (Uint8Array | undefined)[]
    end: { key: Uint8Array; record: HistoryRecord } | undefined
  } {
    hashStale(this.#nodes)
    putWords(this.#sought, 0, key)
    const { end, slots } = this.#descend()
    const siblings = slots
      .slice(1)
      .map((slot) => (this.#nodes.children[slot ^ 1] === NOTHING ? undefined : this.#hashAt(slot ^ 1)))
    return { siblings, end: end < 0 ? { key: this.#key(end), record: this.#record(end) } : undefined }
  }

  /** Every leaf, in the order of the keys, as long as nothing is set meanwhile; `from`: only keys from this one on. */
  *leaves(from: Uint8Array): Generator<{ key: Uint8Array; record: HistoryRecord }> {
    const waiting = this.#notBefore(from)
    while (waiting.length > 0) {
      const slot = waiting.pop()!
      const ref = refOf(this.#nodes.children[slot]!)
      if (ref < 0) yield { key: this.#key(ref), record: this.#record(ref) }
      else if (ref > 0) waiting.push(2 * ref + 1, 2 * ref)
    }
  }

  /** The places of the subtrees whose keys are not before this one, the last first. */
  #notBefore(from: Uint8Array): number[] {
    putWords(this.#sought, 0, from)
    const { end, slots } = this.#descend()
    const after = slots.filter((slot) => slot % 2 === 0 && slot !== 2 * TOP).map((slot) => slot + 1)
    return end < 0 && this.#order(end) < 0 ? after : [...after, slots.at(-1)!]
  }

  /** Where a leaf's key stands in relation to the sought one: negative before it. */
  #order(ref: Ref): number {
    const at = (-ref - 1) * LEAF_WORDS
    for (let i = 0; i < HASH_WORDS; i++) {
      const difference = this.#nodes.leafWords[at + i]! - this.#sought[i]!
      if (difference !== 0) return difference
    }
    return 0
  }

  /** Along the bits of the sought key: the place of each child on the way, the root's first, and where it ends. */
  #descend(): { end: Ref; slots: number[] } {
    const slots = [2 * TOP]
    let ref = refOf(this.#nodes.children[2 * TOP]!)
    for (let depth = 0; ref > 0; depth++) {
      const slot = 2 * ref + bitOf(this.#sought[depth >>> 5]!, depth)
      slots.push(slot)
      ref = refOf(this.#nodes.children[slot]!)
    }
    return { end: ref, slots }
  }

  /** Puts a new leaf beside the one at a place, below as many inner nodes as the two keys still share bits from `depth` on. */
  #fork(slot: number, depth: number, leaf: Link): Link {
    const old = this.#nodes.children[slot]!
    const oldWords = (-refOf(old) - 1) * LEAF_WORDS
    const first = this.#newInner()
    let inner = first
    let at = depth
    let bit = bitOf(this.#sought[at >>> 5]!, at)
    while (bit === bitOf(this.#nodes.leafWords[oldWords + (at >>> 5)]!, at)) {
      const below = this.#newInner()
      this.#nodes.children[2 * inner + bit] = linkTo(below)
      inner = below
      at++
      bit = bitOf(this.#sought[at >>> 5]!, at)
    }
    this.#nodes.children[2 * inner + bit] = leaf
    const moved = 2 * inner + 1 - bit
    this.#nodes.children[moved] = old
    // Its hash moves with it, stale or not.
    this.#nodes.innerWords.copyWithin(moved * HASH_WORDS, slot * HASH_WORDS, (slot + 1) * HASH_WORDS)
    return linkTo(first)
  }

  #newLeaf(record: HistoryRecord): Ref {
    const at = this.#leaves
    if ((at + 1) * LEAF_WORDS > this.#nodes.leafWords.length) this.#nodes.leafWords = grown(this.#nodes.leafWords)
    this.#nodes.leafWords.set(this.#sought, at * LEAF_WORDS)
    this.#write(-at - 1, record)
    this.#leaves++
    return -at - 1
  }

  #write(ref: Ref, { count, chain }: HistoryRecord): void {
    const at = (-ref - 1) * LEAF_WORDS
    if (!Number.isSafeInteger(count) || count < 0) throw new ProtocolError('BYTES_RANGE', `${count} is no count`)
    putWords(this.#nodes.leafWords, at + CHAIN, chain)
    this.#nodes.leafWords[at + COUNT] = Math.floor(count / 2 ** 32)
    this.#nodes.leafWords[at + COUNT + 1] = count
  }

  #newInner(): number {
    const at = this.#inners++
    if (2 * at === this.#nodes.children.length) {
      this.#nodes.children = grown(this.#nodes.children)
      this.#nodes.innerWords = grown(this.#nodes.innerWords)
    }
    return at
  }

  /** Whether a leaf is the sought key's. */
  #holds(ref: Ref): boolean {
    return this.#order(ref) === 0
  }

  #hashAt(slot: number): Uint8Array {
    return bytesOf(this.#nodes.innerWords, slot * HASH_WORDS)
  }

  #key(ref: Ref): Uint8Array {
    return bytesOf(this.#nodes.leafWords, (-ref - 1) * LEAF_WORDS)
  }

  #record(ref: Ref): HistoryRecord {
    const at = (-ref - 1) * LEAF_WORDS
    const words = this.#nodes.leafWords
    return { count: words[at + COUNT]! * 2 ** 32 + words[at + COUNT + 1]!, chain: bytesOf(words, at + CHAIN) }
  }
}

import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { hashWords } from './hash-words.ts'
import type { HistoryRecord } from './history-record.ts'

/** A reference to a child: 0 nothing, n > 0 inner node n, n < 0 leaf -n - 1. */
type Ref = number
/** A reference in the node above it: twice the reference, and 1 more while the hash kept there is stale. */
type Link = number

const NOTHING = 0
const STALE = 1
/** Stands above the root, as its left child: so the root is a child like others, and its hash is where children's hashes are. */
const TOP = 0

const HASH_WORDS = HASH_BYTES / 4
/** A leaf's words: key, count (two), chain. With a prefix before them they are what is hashed. */
const LEAF_WORDS = 2 * HASH_WORDS + 2
const COUNT = HASH_WORDS
const CHAIN = HASH_WORDS + 2
/** An inner node's words: the hashes of its children, likewise. */
const INNER_WORDS = 2 * HASH_WORDS

/** Prefixes of docs/spec/history-map.md. */
const LEAF = 3
const INNER = 4

/** Bit `depth` of a key, most significant first: 0 goes left. */
export function keyBit(key: Uint8Array, depth: number): 0 | 1 {
  return ((key[depth >> 3]! >> (7 - (depth & 7))) & 1) as 0 | 1
}

/**
 * The binary trie of the history map, in typed arrays: a leaf and an inner node cost 72 bytes each, where objects would cost ten times
 * that and the collector's time. A lone leaf stands at the shallowest depth at which it is alone. Nothing is hashed until a hash is
 * asked for: then every node above a change once, level by level from the deepest, so that many are hashed in one go.
 */
export class Trie {
  #leaves = 0
  #inners = 1
  #leafWords = new Uint32Array(64 * LEAF_WORDS)
  #innerWords = new Uint32Array(64 * INNER_WORDS)
  /** Links, two for each inner node. Place n belongs to the hash at place n of the inner nodes' words. */
  #children = new Int32Array(64 * 2)
  /** The key that is looked for. */
  readonly #sought = new Uint32Array(HASH_WORDS)

  get size(): number {
    return this.#leaves
  }

  get(key: Uint8Array): HistoryRecord | undefined {
    putWords(this.#sought, 0, key)
    let ref = refOf(this.#children[2 * TOP]!)
    for (let depth = 0; ref > 0; depth++)
      ref = refOf(this.#children[2 * ref + bitOf(this.#sought[depth >>> 5]!, depth)]!)
    return ref < 0 && this.#holds(ref) ? this.#record(ref) : undefined
  }

  set(key: Uint8Array, record: HistoryRecord): void {
    const sought = this.#sought
    const children = this.#children
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
    this.#children[slot] = added
  }

  root(): Uint8Array {
    this.#settle()
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
    this.#settle()
    putWords(this.#sought, 0, key)
    const { end, slots } = this.#descend()
    const siblings = slots
      .slice(1)
      .map((slot) => (this.#children[slot ^ 1] === NOTHING ? undefined : this.#hashAt(slot ^ 1)))
    return { siblings, end: end < 0 ? { key: this.#key(end), record: this.#record(end) } : undefined }
  }

  /** Every leaf, in the order of the keys, as long as nothing is set meanwhile; `from`: only keys from this one on. */
  *leaves(from: Uint8Array): Generator<{ key: Uint8Array; record: HistoryRecord }> {
    const waiting = this.#notBefore(from)
    while (waiting.length > 0) {
      const slot = waiting.pop()!
      const ref = refOf(this.#children[slot]!)
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
      const difference = this.#leafWords[at + i]! - this.#sought[i]!
      if (difference !== 0) return difference
    }
    return 0
  }

  /** Along the bits of the sought key: the place of each child on the way, the root's first, and where it ends. */
  #descend(): { end: Ref; slots: number[] } {
    const slots = [2 * TOP]
    let ref = refOf(this.#children[2 * TOP]!)
    for (let depth = 0; ref > 0; depth++) {
      const slot = 2 * ref + bitOf(this.#sought[depth >>> 5]!, depth)
      slots.push(slot)
      ref = refOf(this.#children[slot]!)
    }
    return { end: ref, slots }
  }

  /** Puts a new leaf beside the one at a place, below as many inner nodes as the two keys still share bits from `depth` on. */
  #fork(slot: number, depth: number, leaf: Link): Link {
    const old = this.#children[slot]!
    const oldWords = (-refOf(old) - 1) * LEAF_WORDS
    const first = this.#newInner()
    let inner = first
    let at = depth
    let bit = bitOf(this.#sought[at >>> 5]!, at)
    while (bit === bitOf(this.#leafWords[oldWords + (at >>> 5)]!, at)) {
      const below = this.#newInner()
      this.#children[2 * inner + bit] = linkTo(below)
      inner = below
      at++
      bit = bitOf(this.#sought[at >>> 5]!, at)
    }
    this.#children[2 * inner + bit] = leaf
    const moved = 2 * inner + 1 - bit
    this.#children[moved] = old
    // Its hash moves with it, stale or not.
    this.#innerWords.copyWithin(moved * HASH_WORDS, slot * HASH_WORDS, (slot + 1) * HASH_WORDS)
    return linkTo(first)
  }

  /** Hashes whatever is stale, each node once. */
  #settle(): void {
    if ((this.#children[2 * TOP]! & STALE) === 0) return
    const leaves = new Jobs()
    const inners = new Jobs()
    /** Where each level begins among the inner nodes. */
    const levels: number[] = []
    this.#gather(2 * TOP, leaves, inners)
    for (let begin = 0; begin < inners.length; ) {
      levels.push(begin)
      const end = inners.length
      for (; begin < end; begin++) {
        const inner = inners.from[begin]!
        this.#gather(2 * inner, leaves, inners)
        this.#gather(2 * inner + 1, leaves, inners)
      }
    }
    this.#hash(LEAF, LEAF_WORDS, this.#leafWords, leaves, 0, leaves.length)
    let end = inners.length
    for (const begin of levels.reverse()) {
      this.#hash(INNER, INNER_WORDS, this.#innerWords, inners, begin, end)
      end = begin
    }
  }

  /** Notes the child at a place, if its hash is stale. */
  #gather(slot: number, leaves: Jobs, inners: Jobs): void {
    const link = this.#children[slot]!
    if ((link & STALE) === 0) return
    this.#children[slot] = link - STALE
    const ref = refOf(link)
    if (ref > 0) inners.push(ref, slot)
    else leaves.push(-ref - 1, slot)
  }

  #hash(prefix: number, words: number, from: Uint32Array, jobs: Jobs, begin: number, end: number): void {
    hashWords({ prefix, words, from, at: jobs.from, to: this.#innerWords, put: jobs.to, begin, end })
  }

  #newLeaf(record: HistoryRecord): Ref {
    const at = this.#leaves
    if ((at + 1) * LEAF_WORDS > this.#leafWords.length) this.#leafWords = grown(this.#leafWords)
    this.#leafWords.set(this.#sought, at * LEAF_WORDS)
    this.#write(-at - 1, record)
    this.#leaves++
    return -at - 1
  }

  #write(ref: Ref, { count, chain }: HistoryRecord): void {
    const at = (-ref - 1) * LEAF_WORDS
    if (!Number.isSafeInteger(count) || count < 0) throw new ProtocolError('BYTES_RANGE', `${count} is no count`)
    putWords(this.#leafWords, at + CHAIN, chain)
    this.#leafWords[at + COUNT] = Math.floor(count / 2 ** 32)
    this.#leafWords[at + COUNT + 1] = count
  }

  #newInner(): number {
    const at = this.#inners++
    if (2 * at === this.#children.length) {
      this.#children = grown(this.#children)
      this.#innerWords = grown(this.#innerWords)
    }
    return at
  }

  /** Whether a leaf is the sought key's. */
  #holds(ref: Ref): boolean {
    return this.#order(ref) === 0
  }

  #hashAt(slot: number): Uint8Array {
    return bytesOf(this.#innerWords, slot * HASH_WORDS)
  }

  #key(ref: Ref): Uint8Array {
    return bytesOf(this.#leafWords, (-ref - 1) * LEAF_WORDS)
  }

  #record(ref: Ref): HistoryRecord {
    const at = (-ref - 1) * LEAF_WORDS
    const words = this.#leafWords
    return { count: words[at + COUNT]! * 2 ** 32 + words[at + COUNT + 1]!, chain: bytesOf(words, at + CHAIN) }
  }
}

/** Records that are to be hashed, by number, and the places of children where their hashes go. */
class Jobs {
  from = new Int32Array(1024)
  to = new Int32Array(1024)
  length = 0

  push(from: number, to: number): void {
    if (this.length === this.from.length) {
      this.from = grown(this.from)
      this.to = grown(this.to)
    }
    this.from[this.length] = from
    this.to[this.length++] = to
  }
}

function refOf(link: Link): Ref {
  return link >> 1
}

/** To something that has no hash yet. */
function linkTo(ref: Ref): Link {
  return 2 * ref + STALE
}

function bitOf(word: number, depth: number): 0 | 1 {
  return ((word >>> (31 - (depth & 31))) & 1) as 0 | 1
}

/** @throws ProtocolError PROOF_LENGTH for what is no hash */
function putWords(into: Uint32Array, at: number, hash: Uint8Array): void {
  if (hash.length !== HASH_BYTES) throw new ProtocolError('PROOF_LENGTH', `a hash of ${hash.length} bytes`)
  for (let i = 0; i < HASH_WORDS; i++) {
    const b = 4 * i
    into[at + i] = (hash[b]! << 24) | (hash[b + 1]! << 16) | (hash[b + 2]! << 8) | hash[b + 3]!
  }
}

function bytesOf(words: Uint32Array, at: number): Uint8Array {
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

function grown<T extends Uint8Array | Uint32Array | Int32Array>(array: T): T {
  const Larger = array.constructor as new (length: number) => T
  const larger = new Larger(array.length * 2)
  larger.set(array as never)
  return larger
}

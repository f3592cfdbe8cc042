import { randomBytes } from 'node:crypto'
import { type SubjectKind, subjectKind } from '@tristamp/protocol'
import { u8, u16, u32 } from './column.ts'
import { HashSlots, hashBytes, NONE } from './hash-slots.ts'
import { blocksOf, type Part } from './part.ts'

/** What a node of the graph is. A transformation of several events has a name of its own. */
export type NodeKind = SubjectKind | 'transformation'

const KINDS: readonly NodeKind[] = [
  'unit',
  'item',
  'lot',
  'product',
  'asset',
  'place',
  'party',
  'key',
  'other',
  'transformation',
]
/** Longer names than any identifier that an event can carry are not kept. */
const MAX_TAIL = 65_535

/**
 * Every name of the graph by number, in the order in which they came. What stands up to the last `/` is kept once for all that share it,
 * so that a million serials of a product take little more than their own characters.
 */
export class Names {
  #salt: number = randomBytes(4).readUInt32LE()
  readonly #heads: string[] = []
  readonly #headNumbers = new Map<string, number>()
  readonly #head = u32()
  readonly #begin = u32()
  readonly #length = u16()
  readonly #kind = u8()
  #tails: Buffer = Buffer.alloc(1 << 16)
  #used = 0
  #scratch: Buffer = Buffer.alloc(256)
  readonly slots: HashSlots = new HashSlots((id) => this.#hashOf(id))

  get count(): number {
    return this.#kind.length
  }

  /** The number of a name, which is given one if it has none. @param kind where it is no subject */
  idOf(name: string, kind?: NodeKind): number {
    const cut = name.lastIndexOf('/') + 1
    const head = this.#headNumber(name.slice(0, cut))
    const length = this.#write(name.slice(cut))
    const hash = this.#hash(head, this.#scratch, 0, length)
    const known = this.slots.find(hash, (id) => this.#is(id, head, length))
    if (known !== NONE) return known
    const id = this.#head.push(head)
    this.#begin.push(this.#keep(length))
    this.#length.push(length)
    this.#kind.push(KINDS.indexOf(kind ?? subjectKind(name)))
    this.slots.put(hash, id)
    return id
  }

  /** The number of a name, or undefined when nothing has it. */
  find(name: string): number | undefined {
    const cut = name.lastIndexOf('/') + 1
    const head = this.#headNumbers.get(name.slice(0, cut))
    if (head === undefined) return undefined
    const length = this.#write(name.slice(cut))
    const id = this.slots.find(this.#hash(head, this.#scratch, 0, length), (one) => this.#is(one, head, length))
    return id === NONE ? undefined : id
  }

  text(id: number): string {
    const begin = this.#begin.at(id)
    return this.#heads[this.#head.at(id)]! + this.#tails.toString('utf8', begin, begin + this.#length.at(id))
  }

  kind(id: number): NodeKind {
    return KINDS[this.#kind.at(id)]!
  }

  get salt(): number {
    return this.#salt
  }

  /** What names of subjects begin with, each once. */
  get heads(): readonly string[] {
    return this.#heads
  }

  get parts(): readonly Part[] {
    return [this.#head, this.#begin, this.#length, this.#kind, this.#tailPart]
  }

  /** After its parts and slots were read. Answers whether they can be. */
  restored(heads: readonly string[], salt: number): boolean {
    this.#salt = salt
    this.#heads.push(...heads)
    for (const [number, head] of heads.entries()) this.#headNumbers.set(head, number)
    return this.#headNumbers.size === heads.length && this.slots.restored(this.count)
  }

  readonly #tailPart: Part = tailPart(
    () => this.#tails.subarray(0, this.#used),
    (length) => {
      this.#tails = Buffer.alloc(Math.max(1, length))
      this.#used = length
    },
  )

  #headNumber(head: string): number {
    const known = this.#headNumbers.get(head)
    if (known !== undefined) return known
    const number = this.#heads.push(head) - 1
    this.#headNumbers.set(head, number)
    return number
  }

  #write(tail: string): number {
    if (this.#scratch.length < 3 * tail.length) this.#scratch = Buffer.alloc(3 * tail.length)
    return Math.min(this.#scratch.write(tail, 'utf8'), MAX_TAIL)
  }

  #keep(length: number): number {
    const begin = this.#used
    this.#used += length
    if (this.#used > this.#tails.length) {
      const larger = Buffer.alloc(Math.max(this.#used, 2 * this.#tails.length))
      this.#tails.copy(larger, 0, 0, begin)
      this.#tails = larger
    }
    this.#scratch.copy(this.#tails, begin, 0, length)
    return begin
  }

  #is(id: number, head: number, length: number): boolean {
    if (this.#head.at(id) !== head || this.#length.at(id) !== length) return false
    const begin = this.#begin.at(id)
    for (let i = 0; i < length; i++) if (this.#tails[begin + i] !== this.#scratch[i]) return false
    return true
  }

  #hash(head: number, bytes: Uint8Array, from: number, to: number): number {
    return hashBytes(this.#salt ^ Math.imul(head + 1, 0x9e3779b1), bytes, from, to)
  }

  #hashOf(id: number): number {
    const begin = this.#begin.at(id)
    return this.#hash(this.#head.at(id), this.#tails, begin, begin + this.#length.at(id))
  }
}

/** The ends of all names, one behind the other. */
function tailPart(held: () => Uint8Array, make: (length: number) => void): Part {
  return {
    get byteLength(): number {
      return held().length
    },
    bytes: () => blocksOf(held()),
    room: (byteLength) => {
      make(byteLength)
      return blocksOf(held())
    },
  }
}

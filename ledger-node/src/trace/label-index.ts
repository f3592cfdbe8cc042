import { randomBytes } from 'node:crypto'
import { ProtocolError, percentDecode } from '@tristamp/protocol'
import { u32 } from './column.ts'
import { HashSlots, hashBytes, NONE } from './hash-slots.ts'
import type { Names } from './names.ts'

/** As it is compared: what people read from a label in groups, or in small letters, is the same text. */
export function labelText(text: string): string {
  // Nearly every label is so already, and there are millions.
  if (/^[!-~]*$/.test(text)) return text.toUpperCase()
  return text.normalize('NFKC').replace(/\s+/g, '').toUpperCase()
}

/** Names of items and lots are canonical. */
const GTIN = /^https:\/\/id\.gs1\.org\/01\/(\d{14})\//
/** New lots are looked through one by one until there are so many; then they are put in order. */
const UNSORTED = 1024
/** Names between two pauses. */
const PIECE = 4096

/**
 * Finds names by what stands on a label alone: the last value of an identifier (a lot, a serial, the number of a unit), and lots by its beginning
 * or by their product. It follows the names of a graph, in which nothing is ever taken out.
 */
export class LabelIndex {
  readonly #names: Names
  #next = 0
  /** Of each name, the one before it with the same label. */
  readonly #before = u32()
  readonly #hash = u32()
  /** The newest name of each label. */
  readonly #slots = new HashSlots((name) => this.#hash.at(name))
  readonly #newest = new Map<number, number>()
  readonly #lots: { label: string; name: number }[] = []
  #sorted = 0
  readonly #ofProduct = new Map<string, number[]>()

  constructor(names: Names) {
    this.#names = names
  }

  /** Takes in the names that came since. In pieces: the caller may do something else after each yield. */
  *advance(): Generator<undefined> {
    for (; this.#next < this.#names.count; this.#next++) {
      this.#take(this.#next)
      if (this.#next % PIECE === PIECE - 1) yield undefined
    }
  }

  /** Names with exactly this label, the newest first. @param label as `labelText` makes it */
  *withLabel(label: string): Generator<number> {
    const first = this.#slots.find(hashOf(label), (name) => this.#labelOf(name) === label)
    if (first === NONE) return
    for (let name = this.#newest.get(first) ?? first; name !== NONE; name = this.#before.at(name)) yield name
  }

  /** Lots whose label begins so, in the order of their labels. */
  *lotsFrom(label: string): Generator<number> {
    if (this.#lots.length - this.#sorted > UNSORTED) {
      this.#lots.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : a.name - b.name))
      this.#sorted = this.#lots.length
    }
    let [low, high] = [0, this.#sorted]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#lots[middle]!.label < label) low = middle + 1
      else high = middle
    }
    for (; low < this.#sorted && this.#lots[low]!.label.startsWith(label); low++) yield this.#lots[low]!.name
    for (const lot of this.#lots.slice(this.#sorted)) if (lot.label.startsWith(label)) yield lot.name
  }

  /** Lots of a product, the newest first; of one whose lots nobody named, its items. */
  ofProduct(gtin: string): number[] {
    return [...(this.#ofProduct.get(`10 ${gtin}`) ?? this.#ofProduct.get(`21 ${gtin}`) ?? [])].reverse()
  }

  #take(name: number): void {
    const label = this.#labelOf(name)
    const hash = hashOf(label)
    this.#hash.push(hash)
    const first = this.#slots.find(hash, (other) => this.#labelOf(other) === label)
    if (first === NONE) {
      this.#before.push(NONE)
      this.#slots.put(hash, name)
    } else {
      this.#before.push(this.#newest.get(first) ?? first)
      this.#newest.set(first, name)
    }
    const kind = this.#names.kind(name)
    if (kind !== 'lot' && kind !== 'item') return
    const gtin = GTIN.exec(this.#names.text(name))?.[1]
    if (kind === 'lot') this.#lots.push({ label, name })
    if (gtin !== undefined) this.#keep(`${kind === 'lot' ? '10' : '21'} ${gtin}`, name)
  }

  /** Of items the last hundred: who asks for a product does not ask for each. */
  #keep(key: string, name: number): void {
    const kept = this.#ofProduct.get(key)
    if (kept === undefined) this.#ofProduct.set(key, [name])
    else if (kept.push(name) > 200 && key.startsWith('21')) kept.splice(0, 100)
  }

  #labelOf(name: number): string {
    const text = this.#names.text(name)
    const tail = text.slice(text.lastIndexOf('/') + 1)
    return labelText(tail.includes('%') ? decoded(tail) : tail)
  }
}

function decoded(text: string): string {
  try {
    return percentDecode(text)
  } catch (error) {
    if (error instanceof ProtocolError) return text
    throw error
  }
}

const salt = randomBytes(4).readUInt32LE()

function hashOf(label: string): number {
  const bytes = Buffer.from(label)
  return hashBytes(salt, bytes, 0, bytes.length)
}

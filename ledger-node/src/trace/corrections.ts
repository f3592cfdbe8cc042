import { randomBytes } from 'node:crypto'
import { u32 } from './column.ts'
import type { EventRows } from './event-rows.ts'
import { HashSlots, hashBytes, NONE } from './hash-slots.ts'
import type { Part } from './part.ts'

/** Which events were taken back, and by which. A declaration takes back the earliest event of its content, once (docs/spec/event.md, Correction). */
export class Corrections {
  readonly #rows: EventRows
  #salt: number = randomBytes(4).readUInt32LE()
  readonly #byContent: HashSlots = new HashSlots((event) => this.#hash(this.#rows.contents.at(event)))
  readonly #wrong = u32()
  readonly #by = u32()
  readonly #takenBack = new Map<number, number>()

  constructor(rows: EventRows) {
    this.#rows = rows
  }

  get parts(): readonly Part[] {
    return [this.#wrong, this.#by]
  }

  /** Where events are found by their content; it depends on the salt. */
  get slots(): HashSlots {
    return this.#byContent
  }

  get salt(): number {
    return this.#salt
  }

  /** The event that took one back; NONE when it stands. */
  of(event: number): number {
    return this.#takenBack.size === 0 ? NONE : (this.#takenBack.get(event) ?? NONE)
  }

  /** Takes in the newest event. */
  take(event: number, content: Uint8Array, declares: boolean): void {
    const hash = this.#hash(content)
    const same = this.#byContent.find(hash, (one) => this.#rows.contents.has(one, content))
    if (!declares) {
      if (same === NONE) this.#byContent.put(hash, event)
    } else if (same !== NONE && !this.#takenBack.has(same)) {
      this.#wrong.push(same)
      this.#by.push(event)
      this.#takenBack.set(same, event)
    }
  }

  /** After its parts and slots were read. Answers whether they can be. */
  restored(salt: number): boolean {
    this.#salt = salt
    for (let i = 0; i < this.#wrong.length; i++) this.#takenBack.set(this.#wrong.at(i), this.#by.at(i))
    return this.#by.length === this.#wrong.length && this.#byContent.restored(this.#rows.count)
  }

  #hash(content: Uint8Array): number {
    return hashBytes(this.#salt, content, 0, content.length)
  }
}

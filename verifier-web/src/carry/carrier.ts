import type { Answer } from './deliver.ts'
import { type CarriedParcel, carriedParcel } from './parcel.ts'
import type { Shelf } from './shelf.ts'

/** What came of one parcel that was filmed or lay on a stick. */
export type Added = 'kept' | 'known' | 'full'

/** A phone is no warehouse, and browsers give a page some hundred megabytes. */
const MOST_BYTES = 268_435_456
const MOST_PARCELS = 500
/** Lines about parcels that are handed over. */
const MOST_DONE = 50
/** What a ledger says of a batch whose predecessor it does not have yet: that one may be in another parcel. */
const EARLIER_FIRST = 'SEQ_EXPECTED'

/**
 * Carries parcels: keeps each until the ledger says that it has all of it. Bringing one twice records nothing twice, so whatever is in doubt is
 * brought again.
 */
export class Carrier {
  readonly #shelf: Shelf
  readonly #deliver: (bytes: Uint8Array) => Promise<Answer>
  readonly #now: () => number
  readonly #changed: () => void
  #parcels: CarriedParcel[] = []
  #delivering: Promise<void> | undefined

  private constructor(
    shelf: Shelf,
    deliver: (bytes: Uint8Array) => Promise<Answer>,
    changed: () => void,
    now: () => number,
  ) {
    this.#shelf = shelf
    this.#deliver = deliver
    this.#changed = changed
    this.#now = now
  }

  /** @param changed called whenever what it says of itself is another */
  static async open(
    shelf: Shelf,
    deliver: (bytes: Uint8Array) => Promise<Answer>,
    changed: () => void,
    now: () => number = Date.now,
  ): Promise<Carrier> {
    const carrier = new Carrier(shelf, deliver, changed, now)
    carrier.#parcels = await shelf.all()
    return carrier
  }

  /** In the order in which a ledger takes them: of each key by number. */
  get parcels(): readonly CarriedParcel[] {
    return [...this.#parcels].sort((a, b) => (a.kid < b.kid ? -1 : a.kid > b.kid ? 1 : a.from - b.from))
  }

  get waiting(): readonly CarriedParcel[] {
    return this.parcels.filter(({ state }) => state === 'waiting')
  }

  get delivering(): boolean {
    return this.#delivering !== undefined
  }

  get lasting(): boolean {
    return this.#shelf.lasting
  }

  /** Resolves when the parcel is kept. @throws ProtocolError PARCEL_*, DOMException when the device keeps nothing more */
  async add(bytes: Uint8Array): Promise<Added> {
    const parcel = carriedParcel(bytes, this.#now())
    if (this.#parcels.some(({ id }) => id === parcel.id)) return 'known'
    const held = this.#parcels.reduce((sum, { bytes: own }) => sum + (own?.length ?? 0), 0)
    if (held + bytes.length > MOST_BYTES || this.#parcels.length >= MOST_PARCELS) return 'full'
    await this.#put(parcel)
    return 'kept'
  }

  async remove(id: string): Promise<void> {
    await this.#shelf.remove(id)
    this.#parcels = this.#parcels.filter((one) => one.id !== id)
    this.#changed()
  }

  /** Brings what waits, and with `ids` also what was refused. One at a time; again while that helps those that need another before them. */
  handOver(ids: readonly string[] = []): Promise<void> {
    this.#delivering ??= this.#handOver(new Set(ids)).finally(() => {
      this.#delivering = undefined
      this.#changed()
    })
    return this.#delivering
  }

  async #handOver(again: Set<string>): Promise<void> {
    this.#changed()
    let recorded: boolean
    do {
      recorded = false
      for (const parcel of this.parcels) {
        if (parcel.bytes === undefined || (parcel.state !== 'waiting' && !again.has(parcel.id))) continue
        const answer = await this.#deliver(parcel.bytes)
        // Removed meanwhile: its answer is nobody's.
        if (!this.#parcels.some(({ id }) => id === parcel.id)) continue
        const { answer: _, answeredMs: __, ...before } = parcel
        await this.#put({ ...before, ...outcomeOf(before, answer), answer, answeredMs: this.#now() })
        again.delete(parcel.id)
        if (answer.kind === 'taken' && answer.recorded > 0) recorded = true
        // No line: the others would say the same.
        if (answer.kind === 'away' || answer.kind === 'strange' || answer.kind === 'busy') return
      }
    } while (recorded && this.waiting.length > 0)
    await this.#forgetOld()
  }

  async #put(parcel: CarriedParcel): Promise<void> {
    await this.#shelf.put(parcel)
    this.#parcels = [...this.#parcels.filter(({ id }) => id !== parcel.id), parcel]
    this.#changed()
  }

  async #forgetOld(): Promise<void> {
    const done = this.#parcels.filter(({ state }) => state === 'done').sort((a, b) => b.answeredMs! - a.answeredMs!)
    for (const { id } of done.slice(MOST_DONE)) await this.remove(id)
  }
}

function outcomeOf({ state, bytes }: CarriedParcel, answer: Answer): Pick<CarriedParcel, 'state' | 'bytes'> {
  switch (answer.kind) {
    case 'taken':
      if (answer.refused === undefined) return { state: 'done', bytes: undefined }
      return { state: answer.refused.code === EARLIER_FIRST ? 'waiting' : 'refused', bytes }
    case 'refused':
      return { state: 'refused', bytes }
    default:
      return { state, bytes }
  }
}

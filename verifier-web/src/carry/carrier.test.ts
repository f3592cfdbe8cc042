import { encodeCbor, frameId, parcelItem, qrFrames, sealParcel } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Carrier } from './carrier.ts'
import type { Answer } from './deliver.ts'
import { Filming } from './filming.ts'
import { memoryShelf } from './shelf.ts'
import { parcelsIn } from './stick.ts'

/** A parcel as far as a phone can tell: whole; whether it is signed is for the ledger to say. */
const parcel = (from: number, to = from + 1, key = 1): Uint8Array =>
  sealParcel(
    {
      kid: new Uint8Array(32).fill(key),
      from,
      to,
      batches: Array.from({ length: to - from }, (_, i) => encodeCbor([from + i])),
      evidence: [],
    },
    () => new Uint8Array(64),
  )

/** A ledger that wants the batches of a key in their order, and counts what it was brought. */
class Ledger {
  answers: Answer[] = []
  brought: string[] = []
  next = 0
  readonly #numbers: ReadonlyMap<string, [number, number]>

  constructor(parcels: readonly Uint8Array[], numbers: readonly [number, number][]) {
    this.#numbers = new Map(parcels.map((one, i) => [frameId(one), numbers[i]!]))
  }

  readonly deliver = (bytes: Uint8Array): Promise<Answer> => {
    const id = frameId(bytes)
    this.brought.push(id)
    const given = this.answers.shift()
    if (given !== undefined) return Promise.resolve(given)
    const [from, to] = this.#numbers.get(id)!
    if (from > this.next) {
      const refused = { seq: from, code: 'SEQ_EXPECTED', detail: '' }
      return Promise.resolve({ kind: 'taken', recorded: 0, repeated: 0, refused })
    }
    const recorded = Math.max(0, to - this.next)
    this.next = Math.max(this.next, to)
    return Promise.resolve({ kind: 'taken', recorded, repeated: to - from - recorded })
  }
}

const AWAY: Answer = { kind: 'away' }

describe('Carrier', () => {
  it('keeps a parcel until the ledger has all of it, and its bytes no longer', async () => {
    const shelf = memoryShelf()
    const bytes = parcel(0, 3)
    const ledger = new Ledger([bytes], [[0, 3]])
    ledger.answers = [AWAY, { kind: 'busy' }, { kind: 'strange' }]
    const carrier = await Carrier.open(
      shelf,
      ledger.deliver,
      () => undefined,
      () => 7,
    )
    expect(await carrier.add(bytes)).toBe('kept')
    expect(await carrier.add(bytes)).toBe('known')
    for (const kind of ['away', 'busy', 'strange']) {
      await carrier.handOver()
      expect(carrier.parcels[0]).toMatchObject({ state: 'waiting', answer: { kind } })
      expect((await shelf.all())[0]?.bytes).toEqual(bytes)
    }
    await carrier.handOver()
    expect(carrier.parcels[0]).toMatchObject({ state: 'done', answer: { recorded: 3, repeated: 0 }, answeredMs: 7 })
    expect((await shelf.all())[0]?.bytes).toBeUndefined()
    expect(await carrier.add(bytes)).toBe('known')
    await carrier.handOver()
    expect(ledger.brought.length).toBe(4)
  })

  it('brings parcels in an order that the ledger takes, however they came, and over restarts', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.infiniteStream(fc.nat()), fc.array(fc.boolean()), async (ends, order, cutAt) => {
        const sorted = ends.toSorted((a, b) => a - b)
        const numbers = sorted.map((to, i): [number, number] => [sorted[i - 1] ?? 0, to])
        const parcels = numbers.map(([from, to]) => parcel(from, to))
        const ledger = new Ledger(parcels, numbers)
        const shelf = memoryShelf()
        const come = parcels.map((bytes) => ({ bytes, at: order.next().value })).toSorted((a, b) => a.at - b.at)
        for (const [i, { bytes }] of come.entries()) {
          const carrier = await Carrier.open(shelf, ledger.deliver, () => undefined)
          await carrier.add(bytes)
          if (cutAt[i] === true) ledger.answers.unshift(AWAY)
          await carrier.handOver()
        }
        ledger.answers = []
        const carrier = await Carrier.open(shelf, ledger.deliver, () => undefined)
        await carrier.handOver()
        expect(carrier.waiting).toEqual([])
        expect(carrier.parcels.every(({ state }) => state === 'done')).toBe(true)
        expect(ledger.next).toBe(sorted.at(-1))
      }),
      { numRuns: 40 },
    )
  })

  it('waits for the batches before, and stops at what is refused until someone says again', async () => {
    const [late, other] = [parcel(5), parcel(0, 1, 2)]
    const ledger = new Ledger(
      [late, other],
      [
        [5, 6],
        [0, 1],
      ],
    )
    const carrier = await Carrier.open(memoryShelf(), ledger.deliver, () => undefined)
    await carrier.add(late)
    await carrier.handOver()
    expect(carrier.parcels[0]).toMatchObject({ state: 'waiting', answer: { refused: { code: 'SEQ_EXPECTED' } } })
    await carrier.add(other)
    ledger.answers = [
      { kind: 'taken', recorded: 0, repeated: 0, refused: { seq: 5, code: 'SEQ_EXPECTED', detail: '' } },
      { kind: 'refused', code: 'KEY_INACTIVE', detail: '' },
    ]
    await carrier.handOver()
    expect(carrier.parcels.map(({ state }) => state)).toEqual(['waiting', 'refused'])
    const before = ledger.brought.length
    await carrier.handOver()
    expect(ledger.brought.slice(before)).toEqual([frameId(late)])
    await carrier.handOver([frameId(other)])
    expect(carrier.parcels[1]).toMatchObject({ state: 'done' })
    await carrier.remove(frameId(late))
    expect(carrier.parcels.length).toBe(1)
  })

  it('takes no more than a phone holds, and nothing that is no parcel', async () => {
    const carrier = await Carrier.open(
      memoryShelf(),
      () => Promise.resolve(AWAY),
      () => undefined,
    )
    for (let i = 0; i < 500; i++) expect(await carrier.add(parcel(i))).toBe('kept')
    expect(await carrier.add(parcel(500))).toBe('full')
    await expect(carrier.add(new Uint8Array([0x83]))).rejects.toThrow('PARCEL_MALFORMED')
  })
})

describe('Filming', () => {
  it('gives what is whole once, and says what it sees', () => {
    const bytes = parcel(0, 900)
    const filming = new Filming([frameId(parcel(1))])
    expect(filming.take(['https://example.org'])).toBeUndefined()
    expect(filming.sight).toBe('foreign')
    expect(filming.take(qrFrames(parcel(1)))).toBeUndefined()
    expect(filming.sight).toBe('known')
    const frames = qrFrames(bytes)
    for (const frame of frames.slice(1)) expect(filming.take([frame, 'TSP1:0123456789ABCDEF/9/2:00'])).toBeUndefined()
    expect(filming.sight).toBe('frame')
    expect(filming.sequences[0]?.missing).toEqual([1])
    expect(filming.take([frames[0]!])).toEqual(bytes)
    expect(filming.take([frames[0]!])).toBeUndefined()
    expect(filming.sight).toBe('known')
  })
})

describe('parcelsIn', () => {
  it('cuts a file into its parcels, and says when it was cut off', async () => {
    const parcels = [parcel(0, 900), parcel(900), parcel(901)]
    const file = new Blob(parcels.map((one) => parcelItem(one) as BlobPart))
    const found: Uint8Array[] = []
    for await (const one of parcelsIn(file)) found.push(one)
    expect(found).toEqual(parcels)
    const cut = parcelsIn(file.slice(0, file.size - 1))
    const all = async (): Promise<void> => {
      for await (const _ of cut) expect(found).toContainEqual(_)
    }
    await expect(all()).rejects.toThrow('PARCEL_MALFORMED')
  })
})

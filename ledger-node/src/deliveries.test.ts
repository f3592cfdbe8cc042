import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { config, itemUri, type TestGateway, TestLedger, temporaryFolder, until } from './_harness.ts'
import { startLedger } from './index.ts'
import { verifySignature } from './node-crypto.ts'
import { verifyLedger } from './verify.ts'

const KEYS = 3
const BATCHES = 5

/** A batch of one of the gateways, by their numbers. */
interface Delivery {
  key: number
  seq: number
}

interface Answer extends Delivery {
  status: number
  entry?: number
  repeated?: boolean
  code?: string
}

/** Every batch of every key twice, in any order. */
const deliveries: fc.Arbitrary<Delivery[]> = fc
  .constant(
    Array.from({ length: KEYS * BATCHES * 2 }, (_, i) => ({ key: i % KEYS, seq: Math.floor(i / KEYS) % BATCHES })),
  )
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }))

test('whatever order batches come in, and however often, the same are recorded; in the same order of acceptance, with the same roots', async () => {
  const base = await TestLedger.start()
  const gateways = await base.enrolGateways('one', 'two', 'three', 'first')
  const first = (gateways.pop() as TestGateway).batch(itemUri('FIRST'))
  const batches = gateways.map((gateway) =>
    Array.from({ length: BATCHES }, (_, seq) => gateway.batch(itemUri('ALL'), itemUri(`${gateway.gateway}-${seq}`))),
  )
  await base.stop()

  /** Delivers in parcels, of which the posts are under way at the same time, to a ledger that seals at its end. */
  const deliver = async (parcels: readonly Delivery[][]): Promise<{ answers: Answer[]; checkpoint: string }> => {
    const { path, remove } = await temporaryFolder()
    await cp(base.folder, path, { recursive: true })
    const node = await startLedger(config(path, {}, { sealEveryMs: 3_600_000 }), undefined, {
      now: () => 1_900_000_000_000,
    })
    const headers = { 'Content-Type': 'application/cbor' }
    const post = async (body: Uint8Array): Promise<Omit<Answer, 'key' | 'seq'>> => {
      const response = await fetch(`${node.url}/v1/statements`, { method: 'POST', headers, body: Buffer.from(body) })
      return { status: response.status, ...((await response.json()) as object) }
    }
    try {
      // The first block is sealed at once, and the next in an hour.
      const { entry } = await post(first)
      await until(async () => Number((await (await fetch(`${node.url}/checkpoint`)).text()).split('\n')[1]) > entry!)
      const answers: Answer[] = []
      for (const parcel of parcels)
        answers.push(
          ...(await Promise.all(parcel.map(async (one) => ({ ...(await post(batches[one.key]![one.seq]!)), ...one })))),
        )
      await node[Symbol.asyncDispose]()
      expect((await verifyLedger(path, verifySignature)).flaw).toBeUndefined()
      return { answers, checkpoint: await readFile(join(path, 'checkpoint'), 'utf8') }
    } finally {
      await node[Symbol.asyncDispose]()
      await remove()
    }
  }

  // A gateway sends again what was refused, for as long as it is.
  const again = Array.from({ length: BATCHES }, (_, seq) => Array.from({ length: KEYS }, (_, key) => ({ key, seq })))
  try {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.integer({ min: 1, max: 6 }), async (shuffled, size) => {
        const parcels = Array.from({ length: Math.ceil(shuffled.length / size) }, (_, i) =>
          shuffled.slice(i * size, (i + 1) * size),
        )
        const { answers, checkpoint } = await deliver([...parcels, ...again])
        const entries = new Map<string, number>()
        for (const { key, seq, status, entry, code } of answers) {
          if (entry === undefined) {
            // Too early for its chain; nothing else is ever wrong with it.
            expect([status, code]).toEqual([409, 'SEQ_EXPECTED'])
            continue
          }
          expect(entries.get(`${key}/${seq}`) ?? entry).toBe(entry)
          entries.set(`${key}/${seq}`, entry)
        }
        expect(entries.size).toBe(KEYS * BATCHES)
        const accepted = [...entries]
          .sort(([, a], [, b]) => a - b)
          .map(([id]) => {
            const [key, seq] = id.split('/').map(Number)
            return { key: key!, seq: seq! }
          })
        for (let key = 0; key < KEYS; key++)
          expect(accepted.filter((one) => one.key === key).map(({ seq }) => seq)).toEqual([...Array(BATCHES).keys()])
        const inOrder = await deliver(accepted.map((one) => [one]))
        expect(inOrder.answers.map(({ status }) => status)).toEqual(accepted.map(() => 201))
        expect(inOrder.checkpoint).toBe(checkpoint)
      }),
      { numRuns: Number(process.env['SHUFFLES'] ?? 8) },
    )
  } finally {
    await base.remove()
  }
}, 120_000)

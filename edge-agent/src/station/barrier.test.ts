import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Hold,
  matchOf,
  parseRecordedEvent,
  parseScan,
  type Recall,
  type RecallNotice,
  type RecordedEvent,
} from '@tristamp/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock, Moment } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import type { AgentError } from '../error.ts'
import { Holdings } from '../holding.ts'
import { Store } from '../store.ts'
import { HOLDS, id, labels, stampAt } from './_station.ts'
import { namesOfGoods, namesOfScan, Tries } from './barrier.ts'
import { goodsOf } from './goods.ts'
import { Station } from './station.ts'
import { stepsOf } from './workflow.ts'

const words = { zh: '话', en: 'words' }
const recallOf = (subjects: string[], fields: Partial<Recall> = {}): RecallNotice => ({
  recall: {
    ...{ op: 'recall', id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'farm', subjects, class: 1 },
    ...{ reason: words, hazard: words, consumer: words, holder: words },
    ...fields,
  },
  entry: 1,
  treeSize: 2,
})

let folder: string
let store: Store
let nowMs = 10_000
let notices: RecallNotice[] = []
const events: RecordedEvent[] = []
const lines: string[] = []
const refusals: AgentError[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-barrier-'))
  store = await Store.create(join(folder, 'outbox'))
  nowMs = 10_000
  notices = []
  events.length = lines.length = refusals.length = 0
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

async function open(start = 'receive'): Promise<Station> {
  const config: StationConfig = {
    ...{ id: 'dock', holds: HOLDS, separators: 'unproven', readers: [], start, undoMs: 900_000 },
    actions: stepsOf({ actions: { receive: {}, pack: {}, unpack: {} } }),
  }
  const station = new Station(config, undefined, {
    gateway: { roles: ['receive', 'pack'], zone: 'Asia/Shanghai', station: HOLDS } as unknown as GatewayConfig,
    clock: { now: () => stampAt(nowMs).moment, place: ({ ms }: Moment) => ms } as unknown as Clock,
    store,
    holdings: new Holdings(store),
    stamp: () => stampAt(nowMs),
    async accept(accepted, others) {
      await store.commit(others)
      events.push(...accepted.map((bytes) => parseRecordedEvent('batch', bytes)))
    },
    recalled: (names) => notices.filter((notice) => matchOf(notice, names) !== undefined),
    refusal: () => undefined,
    info: (line) => void lines.push(line),
    problem: (error) => void refusals.push(error),
  })
  await station.load()
  return station
}

const codes = (): string[] => refusals.map(({ code }) => code)
const blocked = (): object[] => events.flatMap((event) => (event.type === 'TristampReport' ? [event.report] : []))
const end = ']C0tristamp:end'

describe('recalled goods at a station', () => {
  it.each([
    ['the item', id.item('A'), labels.item('A')],
    ['its lot', id.lot('L1'), labels.item('A')],
    ['its product', 'https://id.gs1.org/01/09501101530003', labels.item('A')],
    ['the lot', id.lot('L9'), labels.lot('L9')],
    ['the unit', id.pallet, labels.pallet],
  ])('are refused, and that someone tried is signed: %s', async (_, named, label) => {
    notices = [recallOf([named])]
    const station = await open()
    await station.scan(label)
    await station.scan(end)
    expect(codes()[0]).toBe('GOODS_RECALLED')
    expect(blocked()).toMatchObject([{ kind: 'blocked', recall: notices[0]!.recall.id }])
    expect(events).toHaveLength(1)
    expect(refusals[0]!.message).toContain('words')
  })

  it.each([
    ['the case that it is in', id.pallet, labels.pallet],
    ['the pack, by its serial alone', id.item('A'), `]d2010950110153000321A`],
  ])('are refused by what the ledger knows of them: %s', async (_, known, label) => {
    notices = [{ ...recallOf([id.lot('L9')]), also: [known] }]
    const station = await open()
    await station.scan(label)
    await station.scan(end)
    expect(codes()[0]).toBe('GOODS_RECALLED')
    expect(blocked()).toEqual([{ kind: 'blocked', subject: known, recall: notices[0]!.recall.id }])
    expect(refusals[0]!.message).toContain('It holds or belongs to recalled goods. words')
    const drill = { drill: true, id: notices[0]!.recall.id.replace('5f', '60') } as const
    notices = [{ ...recallOf([id.lot('L9')], drill), also: [known] }]
    await station.scan(label)
    await station.scan(end)
    expect(events.map(({ type }) => type)).toEqual(['TristampReport', 'ObjectEvent'])
    expect(lines.filter((line) => line.includes('DRILL, not a recall'))).toHaveLength(1)
  })

  it('do not keep others in their case: it may be opened, and goes no further', async () => {
    notices = [{ ...recallOf([id.lot('L1')]), also: [id.pallet] }]
    const station = await open('unpack')
    await station.scan(labels.pallet)
    await station.scan(end)
    expect(codes()).toEqual([])
    expect(events).toMatchObject([{ type: 'AggregationEvent', action: 'DELETE', parentID: id.pallet }])
    await station.scan(']C0tristamp:do/receive')
    await station.scan(labels.pallet)
    expect(codes()).toEqual(['GOODS_RECALLED'])
    // One that is named itself is not.
    notices = [recallOf([id.pallet])]
    await station.scan(']C0tristamp:do/unpack')
    await station.scan(labels.pallet)
    expect(codes()).toEqual(['GOODS_RECALLED', 'GOODS_RECALLED'])
  })

  it('that are held may be taken in and looked at, but go no further', async () => {
    const hold: Hold = { op: 'hold', id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'farm', subjects: [id.lot('L1')] }
    notices = [{ recall: { ...hold, reason: words }, entry: 1, treeSize: 2 }]
    const station = await open()
    await station.scan(labels.item('A'))
    await station.scan(end)
    expect(codes()).toEqual([])
    expect(events).toMatchObject([{ type: 'ObjectEvent', bizStep: 'receiving' }])

    await station.scan(']C0tristamp:do/pack')
    await station.scan(labels.pallet)
    await station.scan(labels.item('B'))
    expect(codes()).toEqual(['GOODS_HELD'])
    expect(blocked()).toEqual([{ kind: 'blocked', subject: id.item('B'), hold: hold.id }])
    expect(refusals[0]!.message).toContain('words')
  })

  it('that are held for what was measured are told so in numbers, and a recall of the same goods outranks the hold', async () => {
    const ground = {
      ...{ product: 'https://id.gs1.org/01/09501101530003', limits: { minMilliC: 2000, maxMilliC: 8000 } },
      ...{ way: [id.lot('L1')], readings: [], lowestMilliC: 5000, highestMilliC: 12_500, outsideMs: 3_600_000 },
    }
    const hold: Hold = { op: 'hold', id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'farm', subjects: [id.lot('L1')] }
    notices = [{ recall: { ...hold, ground }, entry: 1, treeSize: 2 }]
    const station = await open('pack')
    await station.scan(labels.item('A'))
    expect(refusals[0]!.message).toContain('Measured 5 to 12.5 °C, limits 2 to 8 °C, outside for 60 min at least.')
    notices = [recallOf([id.lot('L1')]), ...notices]
    await station.scan(labels.item('A'))
    expect(codes()).toEqual(['GOODS_HELD', 'GOODS_RECALLED'])
  })

  it('do not hold up others, and go on when the recall is lifted', async () => {
    notices = [recallOf([id.item('A')])]
    const station = await open()
    await station.scan(labels.item('B'))
    await station.scan(labels.item('A'))
    await station.scan(end)
    notices = []
    await station.scan(labels.item('A'))
    await station.scan(end)
    expect(codes()).toEqual(['GOODS_RECALLED'])
    expect(events.map(({ type }) => type)).toEqual(['TristampReport', 'ObjectEvent', 'ObjectEvent'])
  })

  it('are recorded as tried once a minute, and refused every time', async () => {
    notices = [recallOf([id.item('A')])]
    const station = await open()
    for (const ms of [0, 1000, 59_000, 61_000]) {
      nowMs = 10_000 + ms
      await station.scan(labels.item('A'))
    }
    expect(codes()).toHaveLength(4)
    expect(blocked()).toHaveLength(2)
  })

  it('that a tag reader sees all day are told of once', async () => {
    notices = [recallOf([id.item('A')])]
    const station = await open()
    for (let i = 0; i < 50; i++) await station.scan(id.item('A'), 'reader')
    expect(codes()).toEqual(['GOODS_RECALLED'])
    expect(blocked()).toHaveLength(1)
  })

  it('scanned before the recall was told are not recorded after it', async () => {
    const station = await open('pack')
    await station.scan(labels.pallet)
    await station.scan(labels.item('A'))
    notices = [recallOf([id.lot('L1')])]
    await station.scan(end)
    expect(codes()).toEqual(['GOODS_RECALLED'])
    expect(blocked()).toMatchObject([{ subject: id.item('A') }])
    await station.scan(']C0tristamp:cancel')
    await station.scan(end)
    expect(events).toHaveLength(1)
  })

  it('of a drill are recorded as ever, and the drill is told', async () => {
    notices = [recallOf([id.lot('L1')], { drill: true })]
    const station = await open()
    await station.scan(labels.item('A'))
    await station.scan(end)
    expect(codes()).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['ObjectEvent'])
    expect(lines.filter((line) => line.includes('DRILL, not a recall'))).toHaveLength(1)
  })
})

it('finds the same names in a label and in what was read of it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9]{1,10}$/), fc.stringMatching(/^[A-Z0-9]{1,10}$/), (serial, lot) => {
      const scan = parseScan(labels.item(serial, lot))
      const goods = goodsOf(scan, { year: 2026, separators: 'proven' })
      expect(new Set(namesOfGoods(goods))).toEqual(new Set(namesOfScan(scan)))
      expect(namesOfScan(scan)).toContain(id.lot(lot))
    }),
  )
})

it('remembers tries within bounds', () => {
  const tries = new Tries()
  const notice = recallOf([id.item('A')])
  for (let i = 0; i < 5000; i++) expect(tries.isNews(id.item(String(i)), notice, i)).toBe(true)
  expect(tries.isNews(id.item('4999'), notice, 5000)).toBe(false)
  expect(tries.isNews(id.item('0'), notice, 5000)).toBe(true)
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  parseBatchEvent,
  type Recall,
  type RecallNotice,
  type RecallResponse,
  type ReportEvent,
} from '@tristamp/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
import type { GatewayConfig } from '../config-types.ts'
import type { AgentError } from '../error.ts'
import { Holdings } from '../holding.ts'
import { Store } from '../store.ts'
import { HOLDS, id, labels, stampAt } from './_station.ts'
import type { Notice } from './notice.ts'
import { Station } from './station.ts'
import { stepsOf } from './workflow.ts'

const [ONE, TWO] = ['5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', '600c9d1e-8a51-4c39-9a58-2f6f6a1f0b11']
const WORDS = { zh: '话', en: 'words' }

let folder: string
let store: Store
let nowMs: number
let standing: RecallNotice[]
let reports: RecallResponse[]
let others: string[]
const refusals: AgentError[] = []
const told: Notice[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-answering-'))
  store = await Store.create(join(folder, 'outbox'))
  nowMs = 10_000
  standing = [recall(ONE, id.lot('L1'))]
  reports = []
  others = []
  refusals.length = told.length = 0
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

function recall(name: string, subject: string, drill?: true): RecallNotice {
  const operation: Recall = {
    ...{ op: 'recall', id: name, org: 'org', subjects: [subject], class: 1, ...(drill && { drill }) },
    ...{ reason: WORDS, hazard: WORDS, consumer: WORDS, holder: WORDS },
  }
  return { recall: operation, entry: 1, treeSize: 2 }
}

async function open(station = 'dock'): Promise<(...frames: string[]) => Promise<void>> {
  const config = {
    ...{ id: station, holds: HOLDS, separators: 'proven' as const, readers: [], start: 'receive', undoMs: 900_000 },
    actions: stepsOf({ actions: { receive: {}, pack: {} } }),
  }
  const opened = new Station(config, undefined, {
    gateway: { roles: ['receive', 'pack'], zone: 'Asia/Shanghai', station: HOLDS } as unknown as GatewayConfig,
    clock: { now: () => stampAt(nowMs).moment, place: ({ ms }: { ms: number }) => ms } as unknown as Clock,
    store,
    holdings: new Holdings(store),
    stamp: () => stampAt(nowMs),
    async accept(accepted, writes) {
      await store.commit(writes)
      for (const bytes of accepted) {
        const event = parseBatchEvent(bytes)
        const report = event.type === 'TristampReport' ? (event as ReportEvent).report : undefined
        if (report?.kind === 'recall-response') reports.push(report)
        else others.push(report?.kind ?? event.type)
      }
    },
    recalled: (names) => standing.filter((one) => names.some((name) => one.recall.subjects.includes(name))),
    recalls: () => standing,
    refusal: () => undefined,
    info: () => undefined,
    problem: (error) => void refusals.push(error),
    told: (_, notice) => void told.push(notice),
  })
  await opened.load()
  return async (...frames) => {
    for (const frame of frames) {
      nowMs += 100
      await opened.scan(frame.startsWith('tristamp:') ? `]Q1${frame}` : frame)
    }
  }
}

const said = (): unknown[] => reports.map(({ state, quantity, goods }) => [state, quantity?.milli, goods?.length])
const codes = (): string[] => refusals.map(({ code }) => code)

it('says at once that it is taken note of, or how much it is in all', async () => {
  const scan = await open()
  await scan('tristamp:recall/acknowledged', 'tristamp:recall/quarantined/12.5/KGM', `tristamp:recall/sold/3#${ONE}`)
  expect(reports).toEqual([
    { kind: 'recall-response', recall: ONE, state: 'acknowledged' },
    { kind: 'recall-response', recall: ONE, state: 'quarantined', quantity: { milli: 12_500, uom: 'KGM' } },
    { kind: 'recall-response', recall: ONE, state: 'sold', quantity: { milli: 3000 } },
  ])
  expect(told.map(({ kind }) => kind)).toEqual(['recorded', 'recorded', 'recorded'])
  expect(refusals).toEqual([])
})

it('counts what is scanned, over restarts and stations, and each item once', async () => {
  const scan = await open()
  await scan('tristamp:recall/quarantined', labels.item('A'), labels.item('A'), labels.item('B'), 'tristamp:end')
  const other = await open('gate')
  await other('tristamp:recall/quarantined', labels.item('C'))
  const again = await open('gate')
  await again(labels.item('B'), 'tristamp:end')
  expect(said()).toEqual([
    ['quarantined', 2000, 2],
    ['quarantined', 3000, 3],
  ])
  // What is sent back is set aside no longer.
  await scan('tristamp:recall/returned', labels.item('A'), 'tristamp:end')
  expect(said().slice(2)).toEqual([
    ['quarantined', 2000, 2],
    ['returned', 1000, 1],
  ])
  // Said again in another number, it is that; what is scanned later comes to it.
  await scan('tristamp:recall/quarantined/10', 'tristamp:recall/quarantined', labels.item('D'), 'tristamp:end')
  expect(said().slice(4)).toEqual([
    ['quarantined', 10_000, undefined],
    ['quarantined', 11_000, undefined],
  ])
  await scan('tristamp:recall/none', 'tristamp:recall/quarantined', labels.item('E'), 'tristamp:end')
  expect(said().slice(6)).toEqual([
    ['none', undefined, undefined],
    ['quarantined', 1000, 1],
  ])
  expect([others, refusals]).toEqual([[], []])
})

it('adds up lots by what their labels tell', async () => {
  const scan = await open()
  await scan('tristamp:recall/destroyed', labels.lot('L1'), labels.lot('L1', '000250'), 'tristamp:end')
  expect(reports).toMatchObject([{ state: 'destroyed', quantity: { milli: 2000, uom: 'KGM' }, goods: [id.lot('L1')] }])
  await scan('tristamp:recall/destroyed', ']C1010950110153000310L1')
  expect(codes()).toEqual(['SCAN_QUANTITY'])
})

it('other goods are refused, and outside of an answer recalled ones as ever', async () => {
  const scan = await open()
  await scan('tristamp:recall/quarantined', labels.item('X', 'L2'), 'tristamp:do/pack', 'tristamp:end')
  expect(codes()).toEqual(['SCAN_ORDER', 'SCAN_UNFINISHED', 'SCAN_ORDER'])
  await scan('tristamp:cancel', labels.item('A'))
  expect(codes().slice(3)).toEqual(['GOODS_RECALLED'])
  expect([reports, others]).toEqual([[], ['blocked']])
})

it('of several recalls it is the one refused last, else the goods decide; exercises come last', async () => {
  standing = [recall(ONE, id.lot('L1')), recall(TWO, id.lot('L2')), recall(ONE.replace('5f', '70'), id.lot('L3'), true)]
  const scan = await open()
  await scan('tristamp:recall/acknowledged')
  expect(codes()).toEqual(['SCAN_ORDER'])
  await scan('tristamp:recall/quarantined', labels.item('A', 'L2'), 'tristamp:end')
  await scan(labels.item('B', 'L1'), 'tristamp:recall/acknowledged')
  expect(reports.map((one) => [one.recall, one.state])).toEqual([
    [TWO, 'quarantined'],
    [ONE, 'acknowledged'],
  ])
  standing = [standing[2]!]
  await scan('tristamp:recall/acknowledged')
  expect(reports[2]?.recall).toBe(standing[0]!.recall.id)
  standing = []
  await scan('tristamp:recall/acknowledged', `tristamp:recall/none#${ONE}`)
  expect(codes().slice(-2)).toEqual(['SCAN_ORDER', 'SCAN_ORDER'])
})

it('an open pallet is finished first, and no answer is nonsense', async () => {
  standing = [recall(ONE, id.lot('L1'))]
  const scan = await open()
  await scan('tristamp:do/pack', labels.pallet, 'tristamp:recall/acknowledged')
  expect(codes()).toEqual(['SCAN_UNFINISHED'])
  await scan('tristamp:cancel')
  for (const bad of ['eaten', 'none/3', 'sold/1.2345', 'sold/-1', 'sold/1/boxes', 'sold#x', ''])
    await scan(`tristamp:recall/${bad}`)
  expect(codes().slice(1)).toEqual(Array.from({ length: 7 }, () => 'SCAN_COMMAND'))
  expect(reports).toEqual([])
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitmentOf, type EpcisEvent, isSealable, parseRecordedEvent, secretFrom } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock, Moment } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import type { AgentError } from '../error.ts'
import { Holdings } from '../holding.ts'
import { Store } from '../store.ts'
import { HOLDS, id, labels, stampAt } from './_station.ts'
import { Station } from './station.ts'
import { stepsOf } from './workflow.ts'

const ROLES = ['commission', 'transform', 'pack', 'receive']
const commitment = (item: string): string => commitmentOf(item, secretFrom(new Uint8Array(10).fill(7)))

let folder: string
let store: Store
let nowMs: number
/** Items whose packs have a secret inside. */
let isSealed: (item: string) => boolean
const events: EpcisEvent[] = []
const refusals: AgentError[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-sealed-'))
  store = await Store.create(join(folder, 'outbox'))
  nowMs = 10_000
  isSealed = () => true
  events.length = refusals.length = 0
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

async function open(start: string): Promise<Station> {
  const config: StationConfig = {
    ...{ id: 'dock', holds: HOLDS, separators: 'proven', readers: [], start, undoMs: 900_000 },
    actions: stepsOf({ actions: { commission: {}, transform: {}, pack: {}, receive: {} } }),
  }
  const station = new Station(config, undefined, {
    gateway: { roles: ROLES, zone: 'Asia/Shanghai', station: HOLDS } as unknown as GatewayConfig,
    clock: { now: () => stampAt(nowMs).moment, place: ({ ms }: Moment) => ms } as unknown as Clock,
    store,
    holdings: new Holdings(store),
    stamp: () => stampAt(nowMs),
    async accept(accepted, others) {
      await store.commit(others)
      events.push(...accepted.map((bytes) => parseRecordedEvent('batch', bytes) as EpcisEvent))
    },
    sealed: (item) => (isSealable(item) && isSealed(item) ? commitment(item) : undefined),
    refusal: () => undefined,
    info: () => undefined,
    problem: (error) => void refusals.push(error),
  })
  await station.load()
  return station
}

async function scan(station: Station, ...codes: string[]): Promise<void> {
  for (const code of codes) {
    nowMs += 1000
    await station.scan(code)
  }
}

const [A, B] = ['A', 'B'].map((serial) => id.item(serial)) as [string, string]
const sealedIn = ({ 'tristamp:sealed': sealed = {} }: EpcisEvent): string[] => Object.keys(sealed)

describe('sealed codes at a station', () => {
  it('go into the events of commissioning and packing, of those that have one', async () => {
    isSealed = (item) => item === A
    const station = await open('commission')
    await scan(station, labels.item('A'), labels.item('B'), 'tristamp:end')
    await scan(station, 'tristamp:do/pack', labels.pallet, labels.item('A'), labels.item('B'), 'tristamp:end')
    expect(refusals).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['ObjectEvent', 'AggregationEvent'])
    for (const event of events) expect(event['tristamp:sealed']).toEqual({ [A]: commitment(A) })
  })

  it('are of what a transformation makes, not of what it uses', async () => {
    await scan(await open('transform'), labels.item('A'), 'tristamp:next', labels.item('B'), 'tristamp:end')
    expect(events.map(sealedIn)).toEqual([[B]])
  })

  it('are in no event that neither makes nor packs, of no lot and of no unit', async () => {
    const station = await open('receive')
    await scan(station, labels.item('A'), 'tristamp:end')
    await scan(station, 'tristamp:do/commission', labels.lot('L1'), 'tristamp:end')
    await scan(station, 'tristamp:do/pack', labels.pallet, labels.lot('L1'), 'tristamp:end')
    expect(events.map(({ type, bizStep }) => `${type} ${bizStep}`)).toEqual([
      'ObjectEvent receiving',
      'ObjectEvent creating_class_instance',
      'AggregationEvent packing',
    ])
    for (const event of events) expect('tristamp:sealed' in event).toBe(false)
  })

  it('fit an event with the longest serials that there are; more are refused when they are scanned', async () => {
    const station = await open('commission')
    const long = Array.from({ length: 101 }, (_, i) => labels.item(`${String(i).padStart(3, '0')}${'/'.repeat(17)}`))
    await scan(station, ...long)
    expect(refusals.map(({ code, fields }) => ({ code, ...fields }))).toEqual([
      { code: 'SCAN_TOO_MANY', limit: 100, action: 'commission' },
    ])
    await scan(station, 'tristamp:end')
    expect(events.map((event) => sealedIn(event).length)).toEqual([100])
    // What was refused begins the next act.
    await scan(station, long[100]!, 'tristamp:end')
    expect(events.map((event) => sealedIn(event).length)).toEqual([100, 1])
  })
})

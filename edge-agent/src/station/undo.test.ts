import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEvent, type StampedEvent } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock, Moment } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import { AgentError } from '../error.ts'
import { Holdings } from '../holding.ts'
import { Store } from '../store.ts'
import { BOOT, HOLDS, id, labels, stampAt } from './_station.ts'
import { Station } from './station.ts'
import { stepsOf } from './workflow.ts'

let folder: string
let store: Store
let nowMs = 0
let bootId = BOOT
const events: StampedEvent[] = []
const lines: string[] = []
const refusals: AgentError[] = []
/** What the disk says to the next acceptance. */
let failure: AgentError | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-undo-'))
  store = await Store.create(join(folder, 'outbox'))
  nowMs = 10_000
  bootId = BOOT
  events.length = lines.length = refusals.length = 0
  failure = undefined
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const moment = (): Moment => ({ ...stampAt(nowMs).moment, bootId })

async function open(
  over: Partial<StationConfig> = {},
): Promise<{ station: Station; scan: (...frames: string[]) => Promise<void> }> {
  const actions = stepsOf({ actions: { receive: {}, ship: {}, pack: {} } })
  const config: StationConfig = {
    id: 'dock',
    holds: HOLDS,
    separators: 'unproven',
    readers: [],
    start: 'receive',
    undoMs: 900_000,
    actions,
    ...over,
  }
  const station = new Station(config, undefined, {
    gateway: { roles: ['receive', 'ship', 'pack'] } as unknown as GatewayConfig,
    clock: { now: moment, place: ({ ms }: Moment) => ms } as unknown as Clock,
    store,
    holdings: new Holdings(store),
    stamp: () => ({ ...stampAt(nowMs), moment: moment() }),
    async accept(accepted, others) {
      if (failure) throw failure
      await store.commit(others)
      events.push(...accepted.map((bytes) => parseEvent(bytes) as StampedEvent))
    },
    refusal: () => undefined,
    info: (line) => void lines.push(line),
    problem: (error) => void refusals.push(error),
  })
  await station.load()
  return {
    station,
    async scan(...frames) {
      for (const frame of frames) {
        nowMs += 100
        await station.scan(frame.startsWith('tristamp:') ? `]Q1${frame}` : frame)
      }
    },
  }
}

const held = async (...goods: string[]): Promise<boolean[]> =>
  (await new Holdings(store).look(HOLDS, goods)).map((since) => since !== undefined)

it('takes back the last act: its event again with an error declaration, and what the room held before', async () => {
  const { scan } = await open()
  await scan(labels.item('A'), labels.item('B'), 'tristamp:end')
  await scan('tristamp:do/ship', labels.item('A'), 'tristamp:end')
  expect(await held(id.item('A'), id.item('B'))).toEqual([false, true])
  nowMs += 60_000
  await scan('tristamp:undo')
  expect(refusals).toEqual([])
  const [, shipped, declared] = events
  expect(declared).toEqual({
    ...shipped,
    errorDeclaration: { declarationTime: new Date(moment().ms).toISOString(), reason: 'did_not_occur' },
  })
  expect(await held(id.item('A'), id.item('B'))).toEqual([true, true])
  expect(lines.at(-1)).toBe('✓ undone: ship 1 item 01/09501101530003/21/A at dock')
  // The same label again is a new act, and no repetition of the one that did not happen.
  await scan(labels.item('A'), 'tristamp:end')
  expect(events).toHaveLength(4)
  expect(events[3]!.eventID).not.toBe(shipped!.eventID)
})

it('takes back only the last act, and that once', async () => {
  const { scan } = await open()
  await scan(labels.item('A'), 'tristamp:end', labels.item('B'), 'tristamp:end', 'tristamp:undo', 'tristamp:undo')
  expect(events).toHaveLength(3)
  expect(events[2]!.eventID).toBe(events[1]!.eventID)
  expect(refusals.map(({ code, fields }) => [code, fields['why']])).toEqual([['SCAN_UNDO', 'there is no act to undo']])
})

it('takes nothing back after the time that is set, whatever the clock was set to', async () => {
  const { scan } = await open({ undoMs: 60_000 })
  await scan(labels.item('A'), 'tristamp:end')
  nowMs += 61_000
  await scan('tristamp:undo')
  expect(events).toHaveLength(1)
  expect(refusals[0]?.fields['why']).toBe('it was more than 1 min ago')
})

it('takes nothing back while an act is open: cancel drops that', async () => {
  const { scan } = await open()
  await scan(labels.item('A'), 'tristamp:end', labels.item('B'), 'tristamp:undo')
  expect(refusals.map(({ code }) => code)).toEqual(['SCAN_UNDO'])
  await scan('tristamp:cancel', 'tristamp:undo')
  expect(events).toHaveLength(2)
})

it('can be done after a restart, also of the machine', async () => {
  const first = await open()
  await first.scan(labels.pallet, 'tristamp:end')
  bootId = '99999999-2222-4333-8444-555555555555'
  const second = await open()
  await second.scan('tristamp:undo')
  expect(events[1]).toMatchObject({ eventID: events[0]!.eventID, errorDeclaration: { reason: 'did_not_occur' } })
})

it('is not done when the disk does not take it, and can be tried again', async () => {
  const { scan } = await open()
  await scan(labels.item('A'), 'tristamp:end')
  failure = new AgentError('DISK_FULL', { path: '/', free: 0 })
  await scan('tristamp:undo')
  expect(refusals.map(({ code }) => code)).toEqual(['DISK_FULL'])
  expect(await held(id.item('A'))).toEqual([true])
  failure = undefined
  await scan('tristamp:undo')
  expect(events).toHaveLength(2)
  expect(await held(id.item('A'))).toEqual([false])
})

it('belongs to the station: what another one did is not taken back', async () => {
  const one = await open()
  const other = await open({ id: 'gate' })
  await one.scan(labels.item('A'), 'tristamp:end')
  await other.scan('tristamp:undo')
  expect(events).toHaveLength(1)
  expect(refusals.map(({ fields }) => fields['station'])).toEqual(['gate'])
})

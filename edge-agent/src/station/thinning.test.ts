import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BatchEvent, parseBatchEvent } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import type { Clock, Moment } from '../clock.ts'
import type { GatewayConfig, StationConfig } from '../config-types.ts'
import { Holdings } from '../holding.ts'
import { Readings } from '../readings.ts'
import { Store } from '../store.ts'
import { HOLDS, labels, stampAt } from './_station.ts'
import { Station } from './station.ts'
import { stepsOf } from './workflow.ts'

const MINUTE = 60_000

it('records readings wider apart while space is short, says so, and drops no extreme and no goods', async () => {
  const store = await Store.create(join(mkdtempSync(join(tmpdir(), 'tristamp-thin-')), 'outbox'))
  let nowMs = 0
  let factor = 1
  const events: BatchEvent[] = []
  const moment = (): Moment => stampAt(nowMs).moment
  const readings = new Readings(MINUTE, ({ ms }) => ms)
  const config: StationConfig = {
    ...{ id: 'cold', holds: HOLDS, separators: 'unproven', readers: [], start: 'receive', undoMs: 0 },
    observeMs: 5 * MINUTE,
    actions: stepsOf({ actions: { receive: {} } }),
  }
  const instrument = { uri: 'https://id.gs1.org/8004/9506000134-FARM1-cold1', readings }
  const station = new Station(config, instrument, {
    gateway: { roles: ['receive', 'observe'], zone: 'UTC' } as unknown as GatewayConfig,
    clock: { now: moment, place: ({ ms }: Moment) => ms } as unknown as Clock,
    store,
    holdings: new Holdings(store),
    stamp: () => stampAt(nowMs),
    async accept(accepted, others) {
      await store.commit(others)
      events.push(...accepted.map(parseBatchEvent))
    },
    refusal: () => undefined,
    thinning: () => factor,
    info: () => undefined,
    problem: (error) => {
      throw error
    },
  })
  await station.load()
  const pass = async (minutes: number): Promise<void> => {
    for (let i = 0; i < minutes; i++) {
      nowMs += MINUTE
      const milli = nowMs === 23 * MINUTE ? 9000 : 2000
      readings.add({ moment: moment(), quantities: [{ type: 'Temperature', milli, uom: 'CEL' }] })
      await station.tick()
    }
  }
  await pass(11)
  expect(events).toHaveLength(2)
  factor = 4
  await station.scan(labels.item('A'))
  await station.scan(']Q1tristamp:end')
  await pass(20)
  const [goods, wide, report, ...others] = events.slice(2)
  expect(goods).toMatchObject({ bizStep: 'receiving' })
  expect(wide).toMatchObject({ sensorElementList: [{ sensorReport: [{ minValue: 2, maxValue: 9 }] }] })
  expect(report).toMatchObject({
    type: 'TristampReport',
    bizLocation: { id: HOLDS },
    report: { kind: 'thinned', device: instrument.uri, kept: 1, dropped: 3, rule: 'every-4' },
  })
  expect(others).toEqual([])
  factor = 1
  await pass(5)
  expect(events.slice(5)).toMatchObject([{ bizStep: 'sensor_reporting' }])
  await store.close()
})

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeRoute, evidenceIdOf, type ObjectEvent, type StampedEvent } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import { Instrument } from './_instrument.ts'
import { FakeLedger, until } from './_ledger.ts'
import { startAgent } from './agent.ts'
import { crc16 } from './codec/modbus-rtu.ts'
import type { AgentConfig } from './config.ts'
import type { StatusFile } from './health.ts'
import { initAgent } from './init.ts'
import { readKeyFile } from './key-file.ts'
import { createLog } from './log.ts'
import { paths } from './paths.ts'
import { Signer } from './signer.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

class Thermometer extends Instrument {
  milli: number = 2500
  constructor() {
    super()
    this.onData = (_bytes, socket) => {
      const units = (this.milli / 100) & 0xffff
      const body = [1, 4, 4, units >> 8, units & 0xff, 0x02, 0x22]
      const crc = crc16(body, body.length)
      socket.write(Uint8Array.from([...body, crc & 0xff, crc >> 8]))
    }
  }
}

async function instrument<I extends Instrument>(made: I): Promise<I> {
  cleanup.push(() => made.stop())
  return made.start()
}

function epoch(utc: Date, minutesNorth = '14.4000'): string {
  const text = utc.toISOString()
  const time = `${text.slice(11, 13)}${text.slice(14, 16)}${text.slice(17, 19)}.${text.slice(20, 23)}`
  const date = `${text.slice(8, 10)}${text.slice(5, 7)}${text.slice(2, 4)}`
  const line = (body: string): string => {
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
  }
  return (
    line(`GPGGA,${time},30${minutesNorth},N,10928.8000,E,1,09,1.1,480.0,M,,M,,`) +
    line(`GPRMC,${time},A,30${minutesNorth},N,10928.8000,E,0.1,0.0,${date},,,A`)
  )
}

/** A sky over a receiver: its time runs on, and jumps where a test says so. */
function sky(gnss: Instrument): { at(utc: string | number): void } {
  let base: { utcMs: number; sinceMs: number } | undefined
  const send = (): void => {
    if (base) gnss.send(epoch(new Date(base.utcMs + Math.round(performance.now() - base.sinceMs))))
  }
  const timer = setInterval(send, 250)
  cleanup.push(() => clearInterval(timer))
  return {
    at(utc) {
      base = { utcMs: new Date(utc).getTime(), sinceMs: performance.now() }
      send()
    },
  }
}

interface Running {
  ledger: FakeLedger
  config: AgentConfig
  lines: string[]
  gun: Instrument
  thermo: Thermometer
  gnss: Instrument
  start(): Promise<void>
  stop(): Promise<void>
  status(): StatusFile
  /** Resolves when everything that is done at a tick has been done once more. */
  ticked(): Promise<void>
}

const HOLDS = 'https://id.gs1.org/8003/09506000134352COLD1'

async function gateway(extra = '', station?: string): Promise<Running> {
  const ledger = await new FakeLedger().start()
  cleanup.push(() => ledger.stop())
  const gun = await instrument(new Instrument())
  const thermo = await instrument(new Thermometer())
  const gnss = await instrument(new Instrument())
  const config = gatewayConfig({
    ...(station !== undefined && { station }),
    mqttPort: ledger.port,
    place: '{ source: gnss, device: gnss }',
    clock: '{ source: gnss, device: gnss }',
    devices: `
  - { id: gun, driver: scanner, port: "tcp://127.0.0.1:${gun.port}" }
  - { id: cold1, driver: modbus-th, port: "tcp://127.0.0.1:${thermo.port}", every: 400ms, timeout: 200ms }
  - { id: gnss, driver: nmea, port: "tcp://127.0.0.1:${gnss.port}" }`,
    stations: `
  - { id: dock, scanner: gun, thermometer: cold1, holds: "${HOLDS}", limits: { minMilliC: 0, maxMilliC: 4000 }, start: receive,
      actions: { commission: , receive: , pack: , ship: , transform: } ${extra} }`,
  })
  const { request } = await initAgent(config)
  expect(request).toMatchObject({ op: 'enrol-gateway', org: 'yunling', gateway: 'farm-1' })
  ledger.enrol(config, new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway))
  const lines: string[] = []
  let stop: (() => Promise<void>) | undefined
  cleanup.push(() => stop?.())
  return {
    ledger,
    config,
    lines,
    gun,
    thermo,
    gnss,
    async start() {
      const abort = new AbortController()
      const agent = await startAgent(
        config,
        abort.signal,
        createLog((line) => void lines.push(line.slice(13).trim()), 'en'),
      )
      stop = async () => {
        stop = undefined
        abort.abort()
        await agent[Symbol.asyncDispose]()
      }
      await until(() => gun.connected && thermo.connected && gnss.connected, 60_000, 'the instruments')
    },
    async stop() {
      await stop?.()
    },
    status: () => JSON.parse(readFileSync(join(config.data, 'status.json'), 'utf8')) as StatusFile,
    async ticked() {
      // The status is written at the end of a tick: of two, the second is of one that began from now on.
      const writtenMs = (): number =>
        statSync(join(config.data, 'status.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0
      for (let n = 0; n < 2; n++) {
        const before = writtenMs()
        await until(() => writtenMs() > before)
      }
    },
  }
}

const ITEM = ']d2010950110153000317261201'.concat('10L1\x1d21A1\r\n')
const ITEM_URI = 'https://id.gs1.org/01/09501101530003/21/A1'

const isCustody = (event: StampedEvent): event is StampedEvent & ObjectEvent =>
  event.type === 'ObjectEvent' && (event.epcList?.length ?? 0) > 0

describe('the whole gateway', () => {
  it('turns a scan into an event with its three stamps, which the ledger admits', { timeout: 120_000 }, async () => {
    const run = await gateway()
    await run.start()
    run.gnss.send(epoch(new Date('2026-11-22T03:15:00.000Z')))
    await until(() => run.lines.some((line) => line.includes('clock set')))
    await until(() => run.lines.includes('· device cold1 is up'))
    run.gun.send(ITEM)
    await until(() => run.ledger.events.length === 1)
    expect(run.lines).toContain('✓ receive 1 item 01/09501101530003/21/A1 at dock')
    const [event] = run.ledger.events
    expect(event).toMatchObject({
      type: 'ObjectEvent',
      bizStep: 'receiving',
      epcList: [ITEM_URI],
      eventTimeZoneOffset: '+08:00',
      readPoint: { id: 'https://id.gs1.org/414/9506000134017' },
      bizLocation: { id: HOLDS },
      'tristamp:origin': 'device',
      'tristamp:geo': { source: 'gnss', latE7: 302400000, lonE7: 1094800000, accuracyM: 6, satellites: 9 },
      'tristamp:clock': { source: 'gnss' },
      sensorElementList: [
        {
          sensorMetadata: { deviceID: 'https://id.gs1.org/8004/9506000134-FARM1-cold1' },
          sensorReport: [
            { type: 'Temperature', value: 2.5, uom: 'CEL' },
            { type: 'RelativeHumidity', value: 54.6, uom: 'P1' },
          ],
        },
      ],
    })
    expect(event?.eventTime).toMatch(/^2026-11-22T03:15:/)
    await until(() => run.status().outbox.acked === 1)
    expect(run.status()).toMatchObject({
      state: 'online',
      devices: { gun: { state: 'up' }, cold1: { state: 'up' }, gnss: { state: 'up' } },
      clock: { source: 'gnss' },
    })
    await until(() => run.ledger.statuses.some((status) => status['state'] === 'online'))
    expect(statSync(join(run.config.data, 'key.pem')).mode & 0o777).toBe(0o600)
  })

  it('joins the temperature of the room to goods since they came in, also over a restart', async () => {
    const run = await gateway()
    await run.start()
    const above = sky(run.gnss)
    above.at('2026-11-22T03:15:00.000Z')
    await until(
      () => run.lines.some((line) => line.includes('clock set')) && run.lines.includes('· device cold1 is up'),
    )
    run.gun.send(`${ITEM}]C0tristamp:end\r\n`)
    await until(() => run.ledger.events.length === 1)
    run.thermo.milli = 7000
    await until(() => run.lines.some((line) => line.includes('outside the limits')))
    run.thermo.milli = 3000
    await until(() => run.lines.some((line) => line.includes('within the limits')))
    await run.stop()
    await run.start()
    // The clock has gone on through the restart; that its receiver is suddenly of another opinion is a fault.
    await until(() => run.lines.filter((line) => line.includes('clock set')).length === 2)
    above.at('2026-11-22T03:15:30.000Z')
    await until(() => run.ledger.reports.some(({ report }) => report.kind === 'clock-fault'))
    run.gun.send(`]C0tristamp:do/ship\r\n${ITEM}]C0tristamp:end\r\n`)
    await until(() => run.ledger.events.filter(isCustody).length === 2)
    const [received, shipped] = run.ledger.events.filter(isCustody)
    const element = shipped!.sensorElementList![0]!
    expect(element.sensorMetadata).toMatchObject({ startTime: received!.eventTime, endTime: shipped!.eventTime })
    expect(element.sensorReport[0]).toMatchObject({
      maxValue: 7,
      minValue: 2.5,
      value: 3,
      exception: 'ALARM_CONDITION',
    })
    expect(element['tristamp:series']?.milli.length).toBeGreaterThan(10)
    expect(element['tristamp:series']?.milli).toContain(null)
    expect(shipped).not.toHaveProperty('bizLocation')
  })

  it('records with honest marks before the first fix, and signs an anchor when the clock is set', async () => {
    const run = await gateway(', observe: 1h')
    await run.start()
    run.gun.send(`${ITEM}]C0tristamp:end\r\n`)
    await until(() => run.ledger.events.length === 1)
    expect(run.ledger.events[0]).toMatchObject({
      'tristamp:clock': { source: 'none' },
      'tristamp:geo': { source: 'none' },
    })
    sky(run.gnss).at('2026-11-22T03:15:00.000Z')
    await until(() => run.ledger.reports.length === 1)
    const [anchor] = run.ledger.reports
    expect(anchor).toMatchObject({ report: { kind: 'anchor' }, 'tristamp:clock': { source: 'gnss' } })
    expect(anchor!['tristamp:clock'].bootId).toBe(run.ledger.events[0]!['tristamp:clock'].bootId)
  })

  it('keeps the way of a truck and names it where goods leave it', { timeout: 120_000 }, async () => {
    const run = await gateway('', 'https://id.gs1.org/8004/9506000134-TRUCK1')
    await run.start()
    const utcMs = Date.parse('2026-11-22T03:15:00.000Z')
    const since = performance.now()
    let told = 0
    const drive = setInterval(() => {
      told++
      const ms = Math.round(performance.now() - since)
      // 1e-2 minutes are 18 m, twenty times a second: a way of some hundred metres in a moment.
      run.gnss.send(epoch(new Date(utcMs + ms), (10 + ms / 5000).toFixed(4).padStart(7, '0')))
    }, 250)
    cleanup.push(() => clearInterval(drive))
    await until(() => run.lines.some((line) => line.includes('clock set')))
    run.gun.send(`${ITEM}]C0tristamp:end\r\n`)
    await until(() => run.ledger.events.filter(isCustody).length === 1)
    const from = told
    await until(() => told >= from + 12)
    run.gun.send(`]C0tristamp:do/ship\r\n${ITEM}]C0tristamp:end\r\n`)
    await until(() => run.ledger.events.filter(isCustody).length === 2)
    const [received, shipped] = run.ledger.events.filter(isCustody)
    expect(received!['tristamp:geo']).toMatchObject({ source: 'gnss', ageMs: expect.any(Number) })
    expect(received!['tristamp:geo']).not.toHaveProperty('route')
    const id = evidenceIdOf(shipped!['tristamp:geo'].route ?? '')
    const way = decodeRoute(run.ledger.evidence.get(id ?? '')!)
    expect(way.length).toBeGreaterThanOrEqual(2)
    expect(way[0]!.s * 1000).toBeGreaterThanOrEqual(Date.parse(received!.eventTime) - 1000)
    expect(way.at(-1)!.s * 1000).toBeLessThanOrEqual(Date.parse(shipped!.eventTime))
    expect(way.at(-1)!.latE5).toBeGreaterThan(way[0]!.latE5 + 90)
  })

  it('observes the room at its interval by the clock that it has', { timeout: 120_000 }, async () => {
    const run = await gateway(', observe: 30m')
    await run.start()
    const above = sky(run.gnss)
    for (let i = 0; i < 4; i++) {
      above.at(Date.UTC(2026, 10, 22, 3, 15 + 30 * i))
      await until(() => run.ledger.events.length === i)
      // The interval begins when the clock has been looked at.
      if (i === 0) {
        await until(() => run.lines.some((line) => line.includes('clock set')))
        await run.ticked()
      }
    }
    for (const event of run.ledger.events) {
      expect(event).toMatchObject({ bizStep: 'sensor_reporting', bizLocation: { id: HOLDS } })
      const { startTime = '', endTime = '' } = event.sensorElementList![0]!.sensorMetadata!
      expect(Date.parse(endTime) - Date.parse(startTime)).toBeGreaterThanOrEqual(30 * 60_000)
    }
  })

  it('refuses with a code what it cannot record, and keeps what it had', { timeout: 120_000 }, async () => {
    const run = await gateway()
    await run.start()
    run.gun.send(
      ']d20109501101530004211\r\n]d2011\r\n0109501101530003\r\n]C0tristamp:do/sell\r\n]C0tristamp:do/pack\r\n',
    )
    run.gun.send(']C100095011015300030017\r\n')
    run.gun.send(ITEM)
    await until(() => run.lines.some((line) => line.startsWith('· pack 2')))
    await run.stop()
    const { errors, last } = run.status()
    expect(errors).toMatchObject({ SCAN_MALFORMED: 2, SCAN_UNKNOWN: 1, SCAN_NOT_HERE: 1 })
    expect(last.SCAN_NOT_HERE?.text).toContain('sell')
    // The pallet that was being packed goes on after a restart; a notice that was damaged meanwhile is told, and stops nothing.
    const { recalls } = paths(run.config.data)
    mkdirSync(recalls)
    writeFileSync(join(recalls, 'x.cose'), 'cut off')
    await run.start()
    expect(run.lines.some((line) => line.includes('x.cose'))).toBe(true)
    run.gun.send(']C0tristamp:end\r\n')
    await until(() => run.ledger.events.length === 1)
    expect(run.ledger.events[0]).toMatchObject({ type: 'AggregationEvent', childEPCs: [ITEM_URI] })
  })

  it('goes on without a ledger and with broken instruments, and catches up', { timeout: 120_000 }, async () => {
    const run = await gateway()
    await run.ledger.stop()
    await run.start()
    run.gun.cut()
    run.thermo.stop()
    await until(() => !run.gun.connected)
    await until(() => run.gun.connected)
    for (let i = 0; i < 5; i++) run.gun.send(`${ITEM.replace('21A1', `21S${i}`)}]C0tristamp:end\r\n`)
    await until(() => run.lines.filter((line) => line.startsWith('✓')).length === 5)
    expect(run.ledger.events).toEqual([])
    await run.ledger.start(run.ledger.port)
    await until(() => run.ledger.events.length === 5, 60_000)
    expect(run.ledger.events.map((event) => event.eventID)).toHaveLength(5)
    await until(() => run.status().state === 'online')
    expect(run.status().devices['cold1']).toMatchObject({ state: 'down', code: 'PORT_FAILED' })
  })
})

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { evidenceId, type ObjectEvent, parseSpectrum, rerunTest, type StampedEvent, testsOf } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayConfig } from '../_gateway.ts'
import { Instrument } from '../_instrument.ts'
import { FakeLedger, until } from '../_ledger.ts'
import { startAgent } from '../agent.ts'
import type { AgentConfig } from '../config.ts'
import { initAgent } from '../init.ts'
import { readKeyFile } from '../key-file.ts'
import { createLog } from '../log.ts'
import { Signer } from '../signer.ts'
import { bad, epoch, FakeTriad, good, model } from './_spectrometer.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

const LOT = ']C1010950110153000310L7\r\n'
const LOT_URI = 'https://id.gs1.org/01/09501101530003/10/L7'

interface Running {
  ledger: FakeLedger
  lines: string[]
  gun: Instrument
  triad: FakeTriad
  config: AgentConfig
  start(): Promise<void>
  stop(): Promise<void>
  scan(text: string): void
  said(words: string): Promise<void>
}

async function bench(extra = '', modelBytes: Uint8Array = model()): Promise<Running> {
  const ledger = await new FakeLedger().start()
  const gun = await new Instrument().start()
  const gnss = await new Instrument().start()
  const triad = (await new FakeTriad().start()) as FakeTriad
  cleanup.push(
    () => ledger.stop(),
    () => gun.stop(),
    () => gnss.stop(),
    () => triad.stop(),
  )
  const config = gatewayConfig({
    mqttPort: ledger.port,
    devices: `
  - { id: gun, driver: scanner, port: "tcp://127.0.0.1:${gun.port}" }
  - { id: gnss, driver: nmea, port: "tcp://127.0.0.1:${gnss.port}" }
  - { id: spec1, driver: as7265x, port: "tcp://127.0.0.1:${triad.port}", integration: 1 }`,
    clock: '{ source: gnss, device: gnss }',
    stations: '[{ id: dock, scanner: gun, start: receive, actions: { receive: } }]',
    tests: `[{ station: dock, spectrometer: spec1, model: oil.json ${extra} }]`,
  })
  writeFileSync(join(config.data, '..', 'oil.json'), modelBytes)
  await initAgent(config)
  ledger.enrol(config, new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway))
  const lines: string[] = []
  let stop: (() => Promise<void>) | undefined
  const run: Running = {
    ledger,
    lines,
    gun,
    triad,
    config,
    async start() {
      const abort = new AbortController()
      const log = createLog((line) => void lines.push(line.slice(13).trim()), 'en')
      const agent = await startAgent(config, abort.signal, log)
      stop = async () => {
        stop = undefined
        abort.abort()
        await agent[Symbol.asyncDispose]()
      }
      // Without a clock that was set no calibration can be trusted.
      await until(() => {
        gnss.send(epoch(new Date()))
        return lines.some((line) => line.includes('clock set'))
      })
    },
    stop: async () => stop?.(),
    scan: (text) => gun.send(text),
    said: (words) => until(() => lines.some((line) => line.includes(words)), 60_000, words),
  }
  cleanup.push(() => stop?.())
  return run
}

async function ready(extra?: string, modelBytes?: Uint8Array): Promise<Running> {
  const run = await bench(extra, modelBytes)
  await run.start()
  await run.said('device spec1 is up')
  run.triad.sample = () => 1
  run.scan(']C0tristamp:do/white-reference\r\n')
  await run.said('✓ white reference until')
  run.scan(']C0tristamp:do/test\r\n')
  await run.said('now: test')
  return run
}

const CALIBRATION = ', calibration: { id: "cal-17", until: "2046-01-01T00:00:00.000Z" }'
const eventsOf = ({ ledger }: Running): (StampedEvent & ObjectEvent)[] =>
  ledger.events as (StampedEvent & ObjectEvent)[]

describe('a bench', { timeout: 60_000 }, () => {
  it('tests what is scanned, and every reader gets the same integers from its evidence', async () => {
    const run = await ready(CALIBRATION)
    run.triad.sample = good
    run.scan(LOT)
    await run.said('✓ test 01/09501101530003/10/L7: consistent')
    run.triad.sample = bad
    run.scan(LOT)
    await run.said('✓ test 01/09501101530003/10/L7: suspicious')
    await until(() => run.ledger.events.length === 2)
    for (const [i, verdict] of (['consistent', 'suspicious'] as const).entries()) {
      const event = eventsOf(run)[i]!
      expect(event).toMatchObject({ bizStep: 'inspecting', quantityList: [{ epcClass: LOT_URI }] })
      const [{ element, test } = expect.unreachable()] = testsOf(event)
      expect(test).toMatchObject({ verdict, calibration: { id: 'cal-17' } })
      const again = rerunTest(element, (id) => run.ledger.evidence.get(id))
      const { model: _, calibration: __, ...result } = test
      expect(again).toEqual({ state: 'agrees', result })
    }
    // The gateway keeps it no longer than the ledger's word takes.
    const folder = join(run.config.data, 'evidence')
    await until(() => readdirSync(folder).length === 0)
  })

  it('records how it measured', async () => {
    const run = await ready(CALIBRATION)
    run.triad.sample = good
    run.scan(LOT)
    await until(() => run.ledger.events.length === 1)
    const [{ element } = expect.unreachable()] = testsOf(eventsOf(run)[0]!)
    const id = element.sensorMetadata!.rawData!.split(';')[1]!
    const spectrum = parseSpectrum(run.ledger.evidence.get(id)!)
    expect(spectrum).toMatchObject({
      device: 'https://id.gs1.org/8004/9506000134-FARM1-spec1',
      instrument: { kind: 'as7265x', firmware: '12.0.0', hardware: '0x4009' },
      settings: { gain: 2, integration: 1, current: 0x22, whiteLamp: 1, irLamp: 1, uvLamp: 1 },
      full: 65_535,
      temperaturesMilliC: [31_000, 30_000, 30_000],
    })
    expect(spectrum.dark!.counts).toEqual(Array.from({ length: 18 }, () => 30))
    expect(spectrum.white!.counts[0]).toBe(20_030)
    expect(spectrum.scans[0]![0]).toBe(Math.round(30 + 20_000 * good(410)))
    expect(run.triad.asked).toContain('ATLED3=100')
    expect(run.triad.asked.at(-1)).toMatch(/^ATLED\d=0$/)
  })

  it.each([
    ['CALIBRATION_UNKNOWN', '', model(), good],
    ['CALIBRATION_EXPIRED', ', calibration: { id: "cal-17", until: "2020-01-01T00:00:00.000Z" }', model(), good],
    ['SETTINGS_DIFFER', CALIBRATION, model({ settings: { gain: 3 } }), good],
    ['SATURATED', CALIBRATION, model(), () => 4],
  ] as const)('never lets pass what was not measured as it must be: %s', async (code, extra, bytes, sample) => {
    const run = await ready(extra, bytes)
    run.triad.sample = sample
    run.scan(LOT)
    await run.said(`inconclusive (${code})`)
    await until(() => run.ledger.events.length === 1)
    const [{ element, test } = expect.unreachable()] = testsOf(eventsOf(run)[0]!)
    expect(test).toMatchObject({ verdict: 'inconclusive', code })
    expect(element.sensorReport).toEqual([{ type: 'Dimensionless', exception: 'ERROR_CONDITION' }])
    expect(rerunTest(element, (id) => run.ledger.evidence.get(id)).state).toBe('agrees')
  })

  it('goes on testing after a restart, and stops when another act is chosen', async () => {
    const run = await ready(CALIBRATION)
    await run.stop()
    run.lines.length = 0
    await run.start()
    await run.said('device spec1 is up')
    run.triad.sample = good
    run.scan(LOT)
    await run.said('✓ test 01/09501101530003/10/L7: consistent')
    run.scan(']C0tristamp:do/receive\r\n')
    await run.said('now: receive')
    run.scan(LOT)
    await run.said('✓ receive')
    await until(() => run.ledger.events.length === 2)
    expect(eventsOf(run).map(({ bizStep }) => bizStep)).toEqual(['inspecting', 'receiving'])
  })

  it('says what is missing, and records nothing', async () => {
    const run = await bench(CALIBRATION)
    await run.start()
    await run.said('device spec1 is up')
    run.scan(']C0tristamp:do/test\r\n')
    await run.said('now: test')
    run.scan(LOT)
    await run.said('There is no white reference yet at dock')
    run.scan(']C0tristamp:do/white-reference\r\n')
    await run.said('✓ white reference')
    run.triad.stop()
    run.scan(LOT)
    await until(() => run.lines.some((line) => /The spectrometer spec1 does not answer|Device spec1/.test(line)))
    expect(run.ledger.events).toEqual([])
  })

  it('declares evidence lost that its own disk has lost, and goes on', async () => {
    const run = await ready(CALIBRATION)
    await run.ledger.stop()
    run.triad.sample = good
    run.scan(LOT)
    await run.said('✓ test')
    const folder = join(run.config.data, 'evidence')
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    await run.ledger.start(run.ledger.port)
    await until(() => run.ledger.events.length === 1, 60_000)
    expect(run.ledger.lost.size).toBe(2)
    expect(run.lines.join('\n')).toContain('is declared lost')
  })

  it('sends evidence again that the ledger has lost', async () => {
    const run = await ready(CALIBRATION)
    run.ledger.loseEvidence = 3
    run.triad.sample = good
    run.scan(LOT)
    await until(() => run.ledger.events.length === 1)
    expect(run.ledger.loseEvidence).toBe(0)
    expect(run.lines.join('\n')).toContain('EVIDENCE_MISSING')
  })
})

describe('the configuration of tests', () => {
  it('is refused with every error at once', () => {
    expect(() =>
      gatewayConfig({
        devices: '[{ id: gun, driver: scanner, port: /dev/x }]',
        stations: '[{ id: dock, scanner: gun, start: receive, actions: { receive: } }]',
        tests:
          '[{ station: other, spectrometer: gun, model: x.json, scans: 0, calibration: { id: a, until: tomorrow } }]',
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(
          /until: must be[\s\S]*scans: must be[\s\S]*the device gun is not a spectrometer[\s\S]*no station has the id other/,
        ) as string,
      }) as Error,
    )
  })

  it('names a model that can be read', async () => {
    const run = await bench(CALIBRATION, new TextEncoder().encode('{}'))
    mkdirSync(run.config.data, { recursive: true })
    await expect(run.start()).rejects.toMatchObject({ code: 'MODEL_MALFORMED' })
    expect(evidenceId(model())).toHaveLength(43)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError, type DeviceSink, drivers, openLink, SharedLines, supervise } from '@tristamp/edge-agent'
import { parseScenario, type Simulator, startSimulator } from '@tristamp/firmware-sim'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../_harness/until.ts'

// Several thermometers on one RS-485 pair, behind one serial path.

const UNITS = { one: { unit: 1, celsius: 2 }, two: { unit: 2, celsius: -18 }, three: { unit: 3, celsius: 21 } } as const
type Id = keyof typeof UNITS
const IDS = Object.keys(UNITS) as Id[]

const folder = mkdtempSync(join(tmpdir(), 'tristamp-line-'))
let simulator: Simulator
beforeAll(async () => {
  const instruments = Object.fromEntries(
    IDS.map((id) => {
      const { unit, celsius } = UNITS[id]
      const air = { celsius, humidity: 50, swing: 0, noise: 0 }
      return [id, { kind: 'modbus-th', unit, air, ...(id !== 'one' && { line: 'one' }) }]
    }),
  )
  const scenario = parseScenario(JSON.stringify({ scenario: 'one-line', start: '-0s', instruments }))
  simulator = await startSimulator({ scenario, dir: folder })
})
afterAll(async () => {
  await simulator?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** A gateway's part in the line: what each of them measured, and what was said of it. */
class Cabinet implements AsyncDisposable {
  readonly readings = new Map<string, number[]>(IDS.map((id) => [id, []]))
  readonly said: { id: string; code: string }[] = []
  readonly #running: Promise<unknown>
  readonly #stop = new AbortController()

  constructor() {
    const lines = new SharedLines(openLink)
    const say = (id: string, error: AgentError | undefined): void => {
      if (error) this.said.push({ id, code: error.code })
    }
    const sink: DeviceSink = {
      now: () => Math.round(performance.now()),
      emit: (id, measurement) => {
        if (measurement.kind === 'reading') this.readings.get(id)!.push(measurement.quantities[0]!.milli)
      },
      state: (id, _, error) => say(id, error),
      fault: say,
      problem: (code, fields) => new AgentError(code, fields),
    }
    const devices = IDS.map((id) => {
      const port = simulator.ports[id]!
      const tcp = /^tcp:\/\/(.*):(\d+)$/.exec(port)
      const address = tcp
        ? ({ kind: 'tcp', host: tcp[1]!, port: Number(tcp[2]) } as const)
        : ({ kind: 'serial', path: port, baudRate: 9600, parity: 'none', stopBits: 1 } as const)
      const options = { profile: 'xy-md02', unit: UNITS[id].unit, every: 50, timeout: 500 }
      const driver = drivers.get('modbus-th')!
      const join: typeof openLink = (device, at) => lines.join(device, at)
      return supervise(driver, { id, driver: 'modbus-th', address }, options as never, sink, this.#stop.signal, join)
    })
    this.#running = Promise.all(devices)
  }

  /** Waits until so many more readings of each of these have come. */
  async reads(ids: readonly Id[], count: number): Promise<void> {
    const before = new Map([...this.readings].map(([id, list]) => [id, list.length]))
    const enough = (id: Id): boolean => this.readings.get(id)!.length >= before.get(id)! + count
    await until(`${count} readings of ${ids.join()}`, () => ids.every(enough), 60_000)
  }

  /** Whatever happens, nobody's reading is taken for another's. */
  allTrue(): void {
    for (const id of IDS) {
      const other = this.readings.get(id)!.filter((milli) => Math.abs(milli - UNITS[id].celsius * 1000) > 100)
      expect(other, id).toEqual([])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}

it('reads all of them in turn, each its own', { timeout: 120_000 }, async () => {
  expect(new Set(IDS.map((id) => simulator.ports[id])).size).toBe(1)
  await using cabinet = new Cabinet()
  await cabinet.reads(IDS, 10)
  cabinet.allTrue()
})

it('goes on with the others when one is dead, late or speaks under a wrong number', { timeout: 180_000 }, async () => {
  await using cabinet = new Cabinet()
  await cabinet.reads(IDS, 1)
  for (const fault of ['silence', 'late', 'wrong-unit', 'unplug']) {
    await simulator.fault('two', fault)
    const silent = cabinet.said.length
    await until(`two is told: ${fault}`, () => cabinet.said.slice(silent).some(({ id }) => id === 'two'), 60_000)
    const before = cabinet.readings.get('two')!.length
    await cabinet.reads(['one', 'three'], 5)
    expect(cabinet.readings.get('two')!.length - before, fault).toBeLessThanOrEqual(1)
    await simulator.clearFault('two', fault)
    await cabinet.reads(['two'], 2)
    cabinet.allTrue()
  }
})

it('takes the line up again for all of them when its adapter was pulled', { timeout: 120_000 }, async () => {
  await using cabinet = new Cabinet()
  await cabinet.reads(IDS, 1)
  await simulator.fault('one', 'unplug')
  const gone = (id: Id): boolean => cabinet.said.some((said) => said.id === id && said.code.startsWith('PORT_'))
  await until('each is told', () => IDS.every(gone), 60_000)
  await simulator.clearFault('one', 'unplug')
  await cabinet.reads(IDS, 2)
  cabinet.allTrue()
})

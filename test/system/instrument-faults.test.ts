import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentCode, AgentError, type DeviceSink, drivers, type Measurement, supervise } from '@tristamp/edge-agent'
import { instrumentKinds, parseScenario, type Simulator, startSimulator } from '@tristamp/firmware-sim'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../_harness/until.ts'

/** Every fault on a real pseudo-terminal: what the gateway's driver says of it, and that nothing false becomes a measurement. */

const AIR = { celsius: 3.2, humidity: 81, swing: 0, noise: 0 }
const PLACE = { lat: 30.2721, lon: 109.4883 }

type Said = AgentCode | 'ok' | 'bad' | 'no-fix'

interface Family {
  /** Of the simulator. */
  settings: object
  driver: string
  options: object
  /** Each fault and one of the words that it must lead to; `ok`: the driver gets over it without any. */
  faults: Record<string, Said[]>
  /** So many frames are hit instead of all: damage without a check sum is found by asking twice. */
  times?: Record<string, number>
}

const DAMAGE: Said[] = ['DEVICE_FRAME']
const SILENT: Said[] = ['DEVICE_SILENT']
const LOST: Said[] = ['PORT_LOST', 'PORT_MISSING']

const modbusLine: Record<string, Said[]> = {
  silence: SILENT,
  late: SILENT,
  noise: ['ok'],
  fragment: ['ok'],
  echo: ['ok'],
  duplicate: ['ok'],
  'bit-flip': DAMAGE,
  drop: DAMAGE,
  truncate: DAMAGE,
  'wrong-baud': DAMAGE,
  merge: SILENT,
  'bad-crc': DAMAGE,
  exception: ['DEVICE_EXCEPTION'],
  'wrong-unit': ['DEVICE_PROFILE'],
  dead: ['DEVICE_VALUE'],
  unplug: LOST,
}
const polled = { unit: 1, every: 60, timeout: 500 }

const families: Record<string, Family> = {
  'XY-MD02': {
    settings: { kind: 'modbus-th', air: AIR },
    driver: 'modbus-th',
    options: { ...polled, profile: 'xy-md02' },
    faults: modbusLine,
  },
  LTH01: {
    settings: { kind: 'lth01', air: AIR },
    driver: 'modbus-th',
    options: { ...polled, profile: 'lth01' },
    faults: modbusLine,
  },
  'KinCony SHT30 in a freezer': {
    settings: { kind: 'kincony-sht30', air: { ...AIR, celsius: -20.4 } },
    driver: 'modbus-th',
    options: { ...polled, profile: 'kincony-sht30' },
    faults: modbusLine,
  },
  'a generic transmitter': {
    settings: { kind: 'modbus-generic', fn: 3, temperature: 5, humidity: 4, milliPerUnit: 10, unit: 9, air: AIR },
    driver: 'modbus-th',
    options: {
      ...polled,
      unit: 9,
      profile: { fn: 3, address: 4, temperature: 1, humidity: 0, milliPerUnit: 10, negative: 'twos-complement' },
    },
    faults: modbusLine,
  },
  'a text logger that is asked': {
    settings: { kind: 'ascii-thermometer', air: AIR },
    driver: 'ascii-line',
    options: {
      line: 'Temp-Inner:{Temperature} [C],{RelativeHumidity} [%RH]',
      end: '<',
      request: 'ReadTemp',
      requestEnd: 'none',
      units: {},
      sentinels: [-127, 85],
      confirm: 0,
      every: 60,
      timeout: 400,
    },
    faults: {
      silence: SILENT,
      late: SILENT,
      noise: DAMAGE,
      fragment: ['ok'],
      echo: ['ok'],
      duplicate: ['ok'],
      'bit-flip': [...DAMAGE, 'ok'],
      drop: [...DAMAGE, 'ok'],
      truncate: [...DAMAGE, ...SILENT],
      'wrong-baud': DAMAGE,
      merge: SILENT,
      open: ['bad'],
      nan: ['DEVICE_VALUE'],
      dead: ['DEVICE_VALUE'],
      unplug: LOST,
    },
    times: { 'bit-flip': 1, drop: 1 },
  },
  'a DS18B20': {
    settings: { kind: 'ds18b20', refresh: '30ms', air: AIR },
    driver: 'ds18b20',
    options: { every: 60 },
    faults: {
      'bad-crc': DAMAGE,
      'power-on': ['DEVICE_VALUE'],
      shorted: ['DEVICE_VALUE'],
      open: ['DEVICE_VALUE'],
      unplug: ['PORT_MISSING'],
    },
  },
  'a GNSS receiver': {
    settings: { kind: 'nmea', baudRate: 38_400, rate: 10, place: 'here' },
    driver: 'nmea',
    options: { hdopMax: 5, silence: 700 },
    faults: {
      silence: SILENT,
      merge: SILENT,
      noise: ['ok', ...DAMAGE],
      fragment: ['ok'],
      late: ['ok'],
      'bit-flip': DAMAGE,
      drop: DAMAGE,
      truncate: [...DAMAGE, ...SILENT],
      'wrong-baud': [...DAMAGE, ...SILENT],
      'bad-checksum': DAMAGE,
      'no-fix': ['GNSS_NO_FIX'],
      'no-date': ['GNSS_NO_FIX'],
      'dead-reckoning': ['GNSS_NO_FIX'],
      'poor-sky': ['GNSS_NO_FIX'],
      rollover: ['GNSS_IMPLAUSIBLE'],
      unplug: LOST,
    },
  },
}

const names = Object.keys(families)
const idOf = (name: string): string => `i${names.indexOf(name)}`
const folder = mkdtempSync(join(tmpdir(), 'tristamp-faults-'))
let simulator: Simulator

beforeAll(async () => {
  const instruments = Object.fromEntries(Object.entries(families).map(([name, { settings }]) => [idOf(name), settings]))
  const scenario = parseScenario(
    JSON.stringify({
      scenario: 'faults',
      start: '-0s',
      places: { here: { ...PLACE, name: { zh: '此', en: 'here' } } },
      instruments: { ...instruments, gun: { kind: 'scanner' }, module: { kind: 'gm65' } },
    }),
  )
  simulator = await startSimulator({ scenario, dir: folder })
})
afterAll(async () => {
  await simulator?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** One device under its supervisor: all that it said. */
class Watched implements AsyncDisposable {
  readonly measured: Measurement[] = []
  readonly heardAtMs: Map<Measurement, number> = new Map()
  readonly said: Said[] = []
  readonly #stop = new AbortController()
  #isUp: boolean = false
  readonly #running: Promise<void>

  constructor(id: string, { driver, options, settings }: Family) {
    const port = simulator.ports[id] ?? ''
    const tcp = /^tcp:\/\/(.*):(\d+)$/.exec(port)
    const { baudRate = 9600 } = settings as { baudRate?: number }
    const found = drivers.get(driver)!
    const address =
      found.needs === 'file'
        ? ({ kind: 'file', path: port } as const)
        : tcp
          ? ({ kind: 'tcp', host: tcp[1]!, port: Number(tcp[2]) } as const)
          : ({ kind: 'serial', path: port, baudRate, parity: 'none', stopBits: 1 } as const)
    const sink: DeviceSink = {
      now: () => Math.round(performance.now()),
      emit: (_, measurement) => {
        this.measured.push(measurement)
        this.heardAtMs.set(measurement, Date.now())
        const good = measurement.kind === 'reading' && measurement.quantities.every(({ flag }) => flag === undefined)
        if (good || measurement.kind === 'fix' || measurement.kind === 'scan') this.said.push('ok')
        else if (measurement.kind === 'reading') this.said.push('bad')
        else if (measurement.kind === 'missing') this.said.push(measurement.code)
      },
      state: (_, state, error) => {
        if (error) this.said.push(error.code)
        this.#isUp = state === 'up'
      },
      fault: (_, error) => void this.said.push(error.code),
      problem: (code, fields) => new AgentError(code, fields),
    }
    const device = { id, driver, address }
    this.#running = supervise(found, device, options as never, sink, this.#stop.signal)
  }

  /** Waits until one of the words is said from now on. */
  async says(words: readonly Said[], what: string): Promise<void> {
    const from = this.said.length
    await until(what, () => this.said.slice(from).some((word) => words.includes(word)), 60_000)
  }

  /** Waits until it is up and the simulator has noticed that somebody listens. */
  async ready(): Promise<void> {
    await until('the device is up', () => this.#isUp)
    await new Promise((resolve) => setTimeout(resolve, 400))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}

/** Nothing that was measured may be other than what there was. */
function allTrue({ measured, heardAtMs }: Watched, { settings }: Family): void {
  const air = (settings as { air?: typeof AIR }).air
  for (const measurement of measured) {
    if (measurement.kind === 'reading') {
      for (const { type, milli, flag } of measurement.quantities) {
        if (flag !== undefined) continue
        // The finest instrument writes hundredths, the DS18B20 sixteenths.
        const wanted = type === 'Temperature' ? air!.celsius * 1000 : air!.humidity * 1000
        expect(Math.abs(milli - wanted), `${type} ${milli}`).toBeLessThanOrEqual(50)
      }
    } else if (measurement.kind === 'fix') {
      expect(Math.abs(measurement.latE7 - PLACE.lat * 1e7)).toBeLessThan(1000)
      expect(Math.abs(measurement.lonE7 - PLACE.lon * 1e7)).toBeLessThan(1000)
      expect(Math.abs(measurement.utcMs - heardAtMs.get(measurement)!)).toBeLessThan(60_000)
    }
  }
}

describe.concurrent.each(names)('%s', (name) => {
  const family = families[name]!
  const id = idOf(name)

  it('says what is wrong, invents nothing and recovers from every fault', { timeout: 170_000 }, async () => {
    await using watched = new Watched(id, family)
    await watched.says(['ok'], `${name} is well`)
    for (const [fault, words] of Object.entries(family.faults)) {
      const times = family.times?.[fault]
      for (let round = 0; round < (times === undefined ? 1 : 5); round++) {
        const heard = watched.says(words, `${name}: ${fault} is said as ${words.join(' or ')}`)
        await simulator.fault(id, fault, times)
        await heard
      }
      await simulator.clearFault(id, fault)
      await watched.says(['ok'], `${name} recovers from ${fault}`)
      allTrue(watched, family)
    }
  })

  it('was tried with every fault that it can have', () => {
    const { kind } = family.settings as { kind: string }
    const missed = instrumentKinds.get(kind)!.faults.filter((fault) => !(fault in family.faults))
    // What these do shows in the curve over time, not in one answer.
    expect(missed.filter((fault) => !['stuck', 'tape', 'clock-step', 'clock-step-back'].includes(fault))).toEqual([])
  })
})

describe.each([
  ['a scanner', 'gun', { trigger: 'none' }],
  ['a GM65 module', 'module', { trigger: 'gm65', triggerEvery: 400 }],
] as const)('%s', (_, id, own) => {
  const label = '(01)09506000134352(10)LOT7(3103)001750'
  const good = ']d2010950600013435210LOT7\x1d3103001750'
  const table: Record<string, Said[]> = {
    fragment: ['ok'],
    duplicate: ['ok'],
    echo: ['ok'],
    noise: ['SCAN_UNKNOWN', 'SCAN_CUT'],
    'wrong-baud': ['SCAN_UNKNOWN', 'SCAN_CUT'],
    'no-suffix': ['SCAN_CUT'],
    'no-aim': ['SCAN_UNKNOWN'],
    'lost-gs': ['SCAN_SEPARATOR'],
    unplug: LOST,
    ...(id === 'module' && { 'no-ack': SILENT }),
  }
  const family: Family = {
    settings: {},
    driver: 'scanner',
    options: { aim: 'required', suffix: 'line-end', ...own },
    faults: table,
  }

  it('says what is wrong, and takes no scan for another', { timeout: 120_000 }, async () => {
    for (const [fault, words] of Object.entries(table)) {
      // A fresh session: once a separator was seen, one that is missing is the label's own.
      await using watched = new Watched(id, family)
      await watched.ready()
      const heard = watched.says(words, `${id}: ${fault} is said as ${words.join(' or ')}`)
      await simulator.fault(id, fault)
      const shooting = setInterval(() => {
        if (fault !== 'unplug') simulator.scan(id, label)
      }, 700)
      await heard.finally(() => clearInterval(shooting))
      await simulator.clearFault(id, fault)
      const scans = watched.measured.flatMap((measurement) => (measurement.kind === 'scan' ? [measurement.text] : []))
      const allowed = fault === 'lost-gs' ? [good.replace('\x1d', '')] : [good]
      expect(
        scans.filter((text) => !allowed.includes(text)),
        fault,
      ).toEqual([])
    }
    await using mended = new Watched(id, family)
    await mended.ready()
    const heard = mended.says(['ok'], `${id} is well again`)
    simulator.scan(id, label)
    await heard
  })
})

import type { Device } from '../device/device.ts'
import { Gnss } from '../device/gnss.ts'
import { Scanner } from '../device/scanner.ts'
import { XyMd02 } from '../device/xy-md02.ts'
import type { Faults } from '../fault.ts'
import { streamSeed } from '../random.ts'
import type { InstrumentSpec, Scenario } from '../scenario/scenario.ts'
import { Climate } from './climate.ts'
import { Route } from './route.ts'
import { ScenarioClock } from './scenario-clock.ts'

const SUFFIX = { crlf: '\r\n', cr: '\r', lf: '\n' } as const

/** What the instruments of a scenario sense: its time, the air at each thermometer, each receiver's way; and the scanners to show codes to. */
export class World {
  readonly clock: ScenarioClock
  readonly scanners: Map<string, Scanner> = new Map()
  readonly climates: Map<string, Climate> = new Map()
  readonly routes: Map<string, Route> = new Map()
  readonly #scenario: Scenario
  readonly #seed: number

  constructor(scenario: Scenario, seed: number) {
    this.clock = new ScenarioClock(scenario.startMs)
    this.#scenario = scenario
    this.#seed = seed
  }

  /** Scenario time, RFC 3339. */
  time(): string {
    return new Date(this.clock.now()).toISOString()
  }

  /** Makes the device of one instrument and what it senses. */
  device(id: string, spec: InstrumentSpec, faults: Faults): Device {
    if (spec.kind === 'modbus-th') {
      const { cycle, ...air } = spec.air
      const climate = new Climate({ ...air, cycleMs: cycle }, this.#seed, id)
      this.climates.set(id, climate)
      const { unit, baudRate, echo } = spec
      return new XyMd02({ unit, baudRate, echo, air: () => climate.at(this.clock.now()), faults })
    }
    if (spec.kind === 'scanner') {
      const scanner = new Scanner({ aim: spec.aim, suffix: SUFFIX[spec.suffix], faults })
      this.scanners.set(id, scanner)
      return scanner
    }
    const route = new Route(this.#scenario.places[spec.place] ?? { lat: 0, lon: 0 }, this.#seed, id)
    this.routes.set(id, route)
    return new Gnss({
      rate: spec.rate,
      talker: spec.talker,
      seed: streamSeed(this.#seed, id),
      time: () => this.clock.now(),
      position: () => route.at(this.clock.now()),
      faults,
    })
  }
}

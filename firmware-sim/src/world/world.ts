import type { Air, Device, Position } from '../device/device.ts'
import { instrumentKind } from '../device/index.ts'
import type { Faults } from '../fault.ts'
import { streamSeed } from '../random.ts'
import type { InstrumentSpec, Scenario } from '../scenario/scenario.ts'
import { Climate } from './climate.ts'
import { Route } from './route.ts'
import { ScenarioClock } from './scenario-clock.ts'

/** What the instruments of a scenario sense: its time, the air at each thermometer, each receiver's way, and the codes that each is shown. */
export class World {
  readonly clock: ScenarioClock
  readonly climates: Map<string, Climate> = new Map()
  readonly routes: Map<string, Route> = new Map()
  /** Who takes the codes that an instrument is shown. */
  readonly shown: Map<string, (code: string) => void> = new Map()
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
    const kind = instrumentKind(spec.kind)
    if (!kind) throw new RangeError(`there is no kind of instrument ${spec.kind}`)
    return kind.make(spec, {
      id,
      seed: streamSeed(this.#seed, id),
      faults,
      time: () => this.clock.now(),
      air: ({ cycle, ...air }) => this.#air(id, new Climate({ ...air, cycleMs: cycle }, this.#seed, id)),
      position: (place) => this.#position(id, place),
      onShow: (take) => void this.shown.set(id, take),
    })
  }

  #air(id: string, climate: Climate): () => Air {
    this.climates.set(id, climate)
    return () => climate.at(this.clock.now())
  }

  #position(id: string, place: string): () => Position {
    const route = new Route(this.#scenario.places[place] ?? { lat: 0, lon: 0 }, this.#seed, id)
    this.routes.set(id, route)
    return () => route.at(this.clock.now())
  }
}

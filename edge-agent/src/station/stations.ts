import { textOf } from '../config-diff.ts'
import type { StationConfig } from '../config-types.ts'
import type { Instrument } from '../quality.ts'
import type { StationServices } from './services.ts'
import { Station } from './station.ts'

/** The stations of a gateway. */
export class Stations {
  readonly #services: StationServices
  #list: readonly Station[] = []

  constructor(services: StationServices) {
    this.#services = services
  }

  get list(): readonly Station[] {
    return this.#list
  }

  /**
   * As they are configured now. Those that have not changed go on as they are.
   * @param renewed thermometers that are others than before
   */
  async arrange(
    configs: readonly StationConfig[],
    renewed: readonly string[],
    instrumentOf: (config: StationConfig) => Instrument | undefined,
  ): Promise<void> {
    const kept = new Map(this.#list.map((station) => [station.config.id, station]))
    const arranged: Station[] = []
    for (const config of configs) {
      const station = kept.get(config.id)
      const isRenewed = renewed.includes(config.thermometer ?? '')
      if (station !== undefined && !isRenewed && textOf(station.config) === textOf(config)) {
        arranged.push(station)
        continue
      }
      await station?.idle()
      const fresh = new Station(config, instrumentOf(config), this.#services)
      await fresh.load()
      arranged.push(fresh)
    }
    this.#list = arranged
  }

  /** Closes what closes by itself. */
  async tick(): Promise<void> {
    for (const station of this.#list) await station.tick()
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    for (const station of this.#list) await station.idle()
  }

  /** After the store was reopened. */
  async reload(): Promise<void> {
    for (const station of this.#list) await station.reload()
  }
}

import type { Clock } from './clock.ts'
import type { AgentConfig, Limits, StationConfig } from './config-types.ts'
import { drivers, type Quantity } from './driver/index.ts'
import { AgentError } from './error.ts'
import type { Unused } from './flaws.ts'
import { LimitWatch } from './limits.ts'
import type { Instrument } from './quality.ts'
import type { Sample } from './readings.ts'
import type { Store } from './store.ts'
import { Thermometer } from './thermometer.ts'

/** What thermometers need of the gateway. */
export interface ThermometerServices {
  clock: Clock
  store: Store
  /** A sample, with what is wrong with it flagged. */
  read(device: string, sample: Sample): void
  info(line: string): void
  problem(error: AgentError, key?: string): void
}

interface Watch {
  station: string
  watch: LimitWatch
  limits: Limits
}

/** The thermometers as they are configured, and the limits that stations set on what they say. */
export class Thermometers {
  readonly #services: ThermometerServices
  readonly #all = new Map<string, Thermometer>()
  /** By thermometer: the stations whose limits it watches. */
  readonly #watches = new Map<string, Watch[]>()

  constructor(services: ThermometerServices) {
    this.#services = services
  }

  /** By device. */
  get all(): ReadonlyMap<string, Thermometer> {
    return this.#all
  }

  /** As they are configured now; those that have not ended go on as they are. */
  async arrange({ devices, gateway }: AgentConfig, ended: readonly string[]): Promise<void> {
    const { clock, store } = this.#services
    for (const id of ended) this.#all.delete(id)
    for (const device of devices) {
      if (drivers.get(device.driver)?.gives !== 'reading' || this.#all.has(device.id)) continue
      const thermometer = new Thermometer(device, gateway, store, clock.place.bind(clock))
      await thermometer.load()
      this.#all.set(device.id, thermometer)
    }
  }

  /** Holds what comes against the limits of these stations. */
  watch(stations: readonly StationConfig[]): void {
    this.#watches.clear()
    for (const { id, thermometer = '', limits } of stations) {
      if (!limits || !this.#all.has(thermometer)) continue
      const others = this.#watches.get(thermometer) ?? []
      this.#watches.set(thermometer, [...others, { station: id, watch: new LimitWatch(limits), limits }])
    }
  }

  /** What a station knows of its thermometer. */
  instrumentOf({ thermometer: id = '', limits, calibration }: StationConfig): Instrument | undefined {
    const thermometer = this.#all.get(id)
    return thermometer && { uri: thermometer.uri, readings: thermometer.readings, limits, calibration }
  }

  /** A reading, or the lack of one. */
  take(device: string, quantities: Quantity[], unused?: Unused): void {
    const thermometer = this.#all.get(device)
    if (!thermometer) return
    const { clock, read, problem } = this.#services
    const sample = thermometer.judge({ moment: clock.now(), quantities, ...(unused && { unused }) })
    void thermometer.take(sample)
    read(device, sample)
    for (const { type, milli, uom, flag, why = '' } of sample.quantities) {
      if (flag === undefined) continue
      problem(new AgentError('DEVICE_SUSPECT', { device, why: `${why}: ${type} ${milli / 1000} ${uom}` }), device)
    }
    const temperature = sample.quantities.find(({ type, flag }) => type === 'Temperature' && flag === undefined)?.milli
    if (temperature !== undefined) this.#compare(device, temperature)
  }

  #compare(device: string, temperature: number): void {
    const { info, problem } = this.#services
    for (const { station, watch, limits } of this.#watches.get(device) ?? []) {
      const crossing = watch.take(temperature)
      const value = temperature / 1000
      if (crossing === 'kept') info(`· ${device}: ${value} °C is within the limits of ${station} again`)
      if (crossing !== 'broken') continue
      const [min, max] = [limits.minMilliC / 1000, limits.maxMilliC / 1000]
      problem(new AgentError('LIMIT_BROKEN', { station, device, value, min, max }))
    }
  }
}

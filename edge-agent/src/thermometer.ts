import { canonicalUri, fromUtf8, ProtocolError, utf8 } from '@tristamp/protocol'
import { Checks } from './checks.ts'
import { type ChecksOption, checkLimits } from './checks-config.ts'
import type { Moment } from './clock.ts'
import type { ConfiguredDevice, GatewayConfig } from './config-types.ts'
import { Readings, type Sample } from './readings.ts'
import type { Store } from './store.ts'

/** As many samples as are held in memory unmerged are kept on the disk, so that a restart leaves no hole in the curve. */
const KEPT = 2880
/** Instruments that do not say how often they speak are taken to do so every minute. */
const DEFAULT_EVERY_MS = 60_000

/** One instrument's readings, in memory and on the disk. */
export class Thermometer {
  readonly device: string
  readonly uri: string
  readonly readings: Readings
  readonly #checks: Checks
  readonly #store: Store
  readonly #keys: string[] = []

  constructor(device: ConfiguredDevice, gateway: GatewayConfig, store: Store, place: (moment: Moment) => number) {
    const { every, checks } = device.options
    const everyMs = typeof every === 'number' ? every : DEFAULT_EVERY_MS
    // The driver table's schema has checked it.
    const limits = checkLimits(checks as ChecksOption | undefined, everyMs)
    this.device = device.id
    this.uri = device.uri ?? instrumentUri(gateway.uri, device.id)
    this.readings = new Readings(everyMs, place, limits.gapMs)
    this.#checks = new Checks(limits)
    this.#store = store
  }

  /** Takes up what was kept. */
  async load(): Promise<void> {
    const prefix = `${this.device} `
    for await (const [key, value] of this.#store.entries('reading', { gte: prefix, lt: `${this.device}!` })) {
      this.#keys.push(key)
      this.readings.add(JSON.parse(fromUtf8(value)) as Sample)
    }
  }

  /** The sample with what fails a check flagged. Once for each sample, in order: the checks compare with the ones before. */
  judge(sample: Sample): Sample {
    return { ...sample, quantities: this.#checks.judge(sample.quantities, sample.moment) }
  }

  /** A reading, or with no quantities the lack of one. Kept without waiting for the disk: the events are what must not be lost. */
  async take(sample: Sample): Promise<void> {
    this.readings.add(sample)
    const key = `${this.device} ${String(sample.moment.ms).padStart(16, '0')}`
    this.#keys.push(key)
    const old = this.#keys.length > KEPT ? this.#keys.splice(0, this.#keys.length - KEPT) : []
    await this.#store.note([
      { type: 'put', space: 'reading', key, value: utf8(JSON.stringify(sample)) },
      ...old.map((oldKey) => ({ type: 'del', space: 'reading', key: oldKey }) as const),
    ])
  }
}

/**
 * The instrument's own GIAI, made from the gateway's: `…-FARM1` and `cold1` give `…-FARM1-cold1`, in the number space of the same owner.
 * Where that is no valid GIAI, the gateway stands for its instrument; `uri` in the configuration says better.
 */
export function instrumentUri(gatewayUri: string, device: string): string {
  const uri = `${gatewayUri}-${device}`
  try {
    return /\/8004\//.test(gatewayUri) && canonicalUri(uri) === uri ? uri : gatewayUri
  } catch (error) {
    if (error instanceof ProtocolError) return gatewayUri
    throw error
  }
}

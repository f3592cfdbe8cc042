import { type GeoStamp, geoUri, subjectKind } from '@tristamp/protocol'
import type { PlaceConfig, Site } from './config-types.ts'
import type { Measurement } from './driver/index.ts'

/** Where something happened: the geo stamp, and the read point that goes with it. */
export interface Place {
  geo: GeoStamp
  readPoint: string
}

type Fix = Measurement & { kind: 'fix' }

/** A truck does 20 m/s: an older position is no longer where it is. */
const MAX_AGE_MS = 10_000

/** The gateway's place: a surveyed site, or the last fix of its receiver while that is fresh. */
export class Fixes {
  readonly #config: PlaceConfig
  readonly #station: string
  #last: Fix | undefined

  /** `station` is what the gateway speaks for: a registered place stands still, an asset moves. */
  constructor(config: PlaceConfig, station: string) {
    this.#config = config
    this.#station = station
  }

  take(fix: Fix): void {
    this.#last = fix
  }

  lose(): void {
    this.#last = undefined
  }

  /** The place at a monotonic instant; without any fix it says so, it never guesses. */
  at(monotonicMs: number): Place {
    const fixed = subjectKind(this.#station) === 'place'
    const fresh = this.#last !== undefined && monotonicMs - this.#last.atMs <= MAX_AGE_MS ? this.#last : undefined
    if (this.#config.source === 'gnss' && fresh) {
      const { latE7, lonE7, accuracyM, satellites } = fresh
      const ageMs = Math.max(0, monotonicMs - fresh.atMs)
      const readPoint = fixed ? this.#station : geoUri(latE7, lonE7)
      return { geo: { source: 'gnss', latE7, lonE7, accuracyM, satellites, ageMs }, readPoint }
    }
    const site: Site | undefined = this.#config.site
    if (!site) return { geo: { source: 'none' }, readPoint: this.#station }
    const readPoint = fixed ? this.#station : geoUri(site.latE7, site.lonE7)
    return { geo: { source: 'site', ...site }, readPoint }
  }
}

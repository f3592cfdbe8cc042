import type { ClockSources } from './clock-source.ts'

// A world in which time is true, for tests of the clock.

export const BOOT = '11111111-2222-4333-8444-555555555555'
export const START = Date.UTC(2026, 10, 22, 8)

/** A machine whose count runs `ppm` too fast and whose wall clock shows the truth plus `wallErrorMs`. */
export class World implements ClockSources {
  bootId = BOOT
  /** True ms since the boot. */
  t = 3_600_000
  ppm = 0
  wallErrorMs = 0

  get utcMs(): number {
    return START + this.t
  }

  monotonicMs(): number {
    return Math.floor(this.t * (1 + this.ppm / 1e6))
  }

  wallMs(): number {
    return this.utcMs + this.wallErrorMs
  }

  pass(ms: number): void {
    this.t += ms
  }
}

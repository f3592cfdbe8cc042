import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { ClockConfig } from './config-types.ts'

/** An instant as this gateway knows it: UTC with its doubt, and the boot's own count of milliseconds that no clock change moves. */
export interface Moment {
  /** UTC, ms since 1970. */
  ms: number
  source: 'gnss' | 'ntp' | 'rtc' | 'none'
  uncertaintyMs: number
  bootId: string
  monotonicMs: number
}

/** A GNSS position gives its UTC some hundred ms late: computing in the receiver, then some 150 characters at 9600 baud. */
const GNSS_BASE_MS = 200
/** A quartz without temperature control, free-running: 50 ppm. */
const DRIFT_PPM = 50
/** NTP over a mobile network. */
const NTP_MS = 500
/** A battery clock that nothing has set for two months, at 20 ppm. */
const RTC_MS = 120_000
/** Nothing has set the clock: a small computer without battery starts at its last shutdown time, or in 1970. */
const UNKNOWN_MS = 365 * 86_400_000
/** systemd-timesyncd makes this file when it has set the clock. */
const NTP_MARK = '/run/systemd/timesync/synchronized'

export interface ClockSources {
  bootId: string
  /** CLOCK_MONOTONIC in whole ms. */
  monotonicMs(): number
  wallMs(): number
  ntpSynchronized(): boolean
}

/**
 * The gateway's time. Where a GNSS receiver is configured to set it, UTC = the last fix + the monotonic time since; before
 * the first fix the system's clock is used and marked as not set by anything (`none`).
 */
export class Clock {
  readonly #config: ClockConfig
  readonly #sources: ClockSources
  /** The first fix since the start: from it the moments before are placed, always in the same way. */
  #first: { utcMs: number; monotonicMs: number } | undefined
  #anchor: { utcMs: number; monotonicMs: number; residualMs: number } | undefined

  constructor(config: ClockConfig, sources: ClockSources = systemSources()) {
    this.#config = config
    this.#sources = sources
  }

  monotonicMs(): number {
    return this.#sources.monotonicMs()
  }

  /** A fix of the receiver that sets this clock: `utcMs` was when `monotonicMs` was counted. */
  discipline(utcMs: number, monotonicMs: number): void {
    const predicted = this.#anchor && this.#anchor.utcMs + (monotonicMs - this.#anchor.monotonicMs)
    // The first fix has nothing to be compared with; every later one shows how far prediction and receiver differ.
    const residualMs = predicted === undefined ? 0 : Math.abs(utcMs - predicted)
    this.#anchor = { utcMs, monotonicMs, residualMs }
    this.#first ??= { utcMs, monotonicMs }
  }

  now(): Moment {
    const monotonicMs = this.#sources.monotonicMs()
    const base = { bootId: this.#sources.bootId, monotonicMs }
    if (this.#config.source === 'gnss') {
      if (!this.#anchor) return { ms: this.#sources.wallMs(), source: 'none', uncertaintyMs: UNKNOWN_MS, ...base }
      const ageMs = monotonicMs - this.#anchor.monotonicMs
      const driftMs = Math.ceil((ageMs * DRIFT_PPM) / 1e6)
      const uncertaintyMs = GNSS_BASE_MS + this.#anchor.residualMs + driftMs
      return { ms: this.#anchor.utcMs + ageMs, source: 'gnss', uncertaintyMs, ...base }
    }
    const ntp = this.#sources.ntpSynchronized()
    return { ms: this.#sources.wallMs(), source: ntp ? 'ntp' : 'rtc', uncertaintyMs: ntp ? NTP_MS : RTC_MS, ...base }
  }

  /**
   * UTC of an earlier moment as known now. A moment of this boot from before the clock was set is placed by the first fix and the monotonic
   * count; every other keeps the time that it was given: a stamp is never rewritten.
   */
  place(moment: Moment): number {
    if (moment.source !== 'none' || !this.#first || moment.bootId !== this.#sources.bootId) return moment.ms
    return this.#first.utcMs - (this.#first.monotonicMs - moment.monotonicMs)
  }
}

function systemSources(): ClockSources {
  return {
    bootId: bootId(),
    monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    wallMs: Date.now,
    ntpSynchronized: () => existsSync(NTP_MARK),
  }
}

/** Linux names each boot; elsewhere each start of the program counts as one. */
function bootId(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id
  } catch {
    // not Linux
  }
  return randomUUID()
}

/** `+08:00` for an instant in an IANA zone. */
export function zoneOffset(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT([+-]\d{2}:\d{2})/.exec(name)
  return match?.[1] ?? '+00:00'
}

import { type ClockStamp, isDoubtful } from '@tristamp/protocol'
import { ClockMemory, type TimeBase } from './clock-memory.ts'
import { isPlausible } from './clock-plausible.ts'
import { type ClockSources, type SystemTime, systemSources } from './clock-source.ts'
import type { ClockConfig } from './config-types.ts'

/** An instant as this gateway knows it: UTC with its doubt, and the boot's own count of milliseconds that no clock change moves. */
export interface Moment extends ClockStamp {
  /** UTC, ms since 1970. */
  ms: number
}

/** What the clock was caught at: `deltaMs` is what it showed minus what was expected. */
export interface ClockFault {
  fault: 'step' | 'drift'
  deltaMs: number
}

/** A GNSS position gives its UTC some hundred ms late: computing in the receiver, then some 150 characters at 9600 baud. */
const GNSS_BASE_MS = 200
/** A quartz without temperature control, free-running: 50 ppm. */
const DRIFT_PPM = 50
/** A quartz that is broken or very cold; what is faster was set. */
const RUNAWAY_PPM = 500
/** A receiver that has not yet heard how many leap seconds there are shows GPS time, or its maker's guess. */
const LEAP_MS = 18_000
/** A fix that contradicts the count is compared with one that did so not longer ago. */
const RIVAL_MS = 10_000
/** Nobody may be asking. */
const MAX_FAULTS = 8
/** Nothing has set the clock: a small computer without battery starts at its last shutdown time, or in 1970. */
const UNKNOWN_MS = 365 * 86_400_000

/**
 * The gateway's time. Where a GNSS receiver is configured to set it, UTC = the last fix + the count since; else it is the system's clock, as
 * good as what sets that. Until something does, a stamp says `none`.
 */
export class Clock {
  readonly #config: ClockConfig
  readonly #sources: ClockSources
  readonly #memory: ClockMemory
  /** Where the moments from before the clock was set are placed, always in the same way. */
  #first: { utcMs: number; monotonicMs: number } | undefined
  #base: TimeBase | undefined
  /** A fix that contradicts what was expected; the next one decides between them. */
  #rival: { utcMs: number; monotonicMs: number } | undefined
  /** From this count on the receiver knows the leap seconds. */
  #leapsKnownMs = 0
  #cold: boolean = false
  #system: SystemTime | undefined
  /** The most that was seen being slewed: so much the count of this boot may be wrong besides. */
  #slewMs = 0
  #faults: ClockFault[] = []

  constructor(config: ClockConfig, sources: ClockSources = systemSources(), memory?: ClockMemory) {
    this.#config = config
    this.#sources = sources
    this.#memory = memory ?? new ClockMemory(sources.bootId)
    if (config.source === 'gnss') this.#base = this.#memory.base
    this.#first = this.#base
  }

  monotonicMs(): number {
    return this.#sources.monotonicMs()
  }

  /** What its count may be wrong by because the clock was slewed. */
  get slewMs(): number {
    return this.#slewMs
  }

  /** The receiver has no fix: before the first one it may have been without power, and has to learn the leap seconds again. */
  noFix(): void {
    if (this.#base === undefined) this.#cold = true
  }

  /**
   * A fix of the receiver that sets this clock: `utcMs` was when `monotonicMs` was counted.
   * @returns false where it cannot be: a week counter that began anew
   */
  discipline(utcMs: number, monotonicMs: number): boolean {
    if (!isPlausible(utcMs)) return false
    const base = this.#base
    if (base === undefined) {
      this.#learnLeaps(monotonicMs)
      this.#set({ utcMs, monotonicMs, errorMs: GNSS_BASE_MS })
      return true
    }
    const deltaMs = utcMs - (base.utcMs + (monotonicMs - base.monotonicMs))
    const ageMs = Math.max(0, monotonicMs - base.monotonicMs)
    const bound = base.errorMs + driftMs(ageMs) + GNSS_BASE_MS + this.#leapDoubt(base)
    if (Math.abs(deltaMs) > bound) {
      const rival = this.#rival
      this.#rival = { utcMs, monotonicMs }
      // One wild fix is noise. If the receiver stays at it, the time is where it says: surely, where its fixes agree among themselves.
      if (rival === undefined || monotonicMs - rival.monotonicMs > RIVAL_MS) return true
      const runaway = Math.abs(deltaMs) <= bound + (ageMs * RUNAWAY_PPM) / 1e6
      this.#caught({ fault: runaway ? 'drift' : 'step', deltaMs })
      const errorMs = GNSS_BASE_MS + (agree(rival, { utcMs, monotonicMs }) ? 0 : Math.abs(deltaMs))
      this.#set({ utcMs, monotonicMs, errorMs })
      return true
    }
    this.#rival = undefined
    // Every fix shows how far prediction and receiver differ; one that only now knows the leap seconds is no worse for it.
    const residual = this.#leapDoubt(base) > 0 ? 0 : Math.abs(deltaMs)
    this.#set({ utcMs, monotonicMs, errorMs: GNSS_BASE_MS + residual })
    return true
  }

  /** What sets the system's clock, asked again. Nothing is forgotten when it does not answer: the doubt grows with the age. */
  follow(time: SystemTime | undefined): void {
    const before = this.#system
    if (time === undefined) return
    this.#slewMs = Math.max(this.#slewMs, time.slewMs)
    if (before !== undefined) {
      const deltaMs = time.offsetMs - before.offsetMs
      const bound = before.errorMs + driftMs(time.atMs - before.atMs) + time.errorMs
      if (Math.abs(deltaMs) > bound) this.#caught({ fault: 'step', deltaMs })
      // What a time server set stays better than any battery clock for weeks.
      else if (before.source === 'ntp' && time.source === 'rtc') return
    }
    this.#system = time
    if (time.source === 'ntp') this.#first ??= { utcMs: time.offsetMs + time.atMs, monotonicMs: time.atMs }
  }

  now(): Moment {
    const monotonicMs = this.#sources.monotonicMs()
    const time = this.#config.source === 'gnss' ? this.#byFix(monotonicMs) : this.#bySystem(monotonicMs)
    const { entry } = this.#memory
    const moment = { ...time, bootId: this.#sources.bootId, monotonicMs }
    return entry !== undefined && isDoubtful(moment) ? { ...moment, after: entry } : moment
  }

  /**
   * UTC of an earlier moment as known now. A moment of this boot from before the clock was set is placed by the first fix and the
   * count; every other keeps the time that it was given: a stamp is never rewritten.
   */
  place(moment: Moment): number {
    if (moment.source !== 'none' || !this.#first || moment.bootId !== this.#sources.bootId) return moment.ms
    return this.#first.utcMs - (this.#first.monotonicMs - moment.monotonicMs)
  }

  /** What it was caught at since it was last asked. */
  takeFaults(): ClockFault[] {
    return this.#faults.splice(0)
  }

  #set(base: TimeBase): void {
    this.#base = base
    this.#first ??= base
    this.#memory.setBase({ ...base, errorMs: base.errorMs + this.#leapDoubt(base) })
  }

  /** A receiver that was fixed when we came, in a boot that is old enough, has heard everything. */
  #learnLeaps(monotonicMs: number): void {
    const almanacMs = this.#config.source === 'gnss' ? this.#config.almanacMs : 0
    if (this.#cold || monotonicMs < almanacMs) this.#leapsKnownMs = monotonicMs + almanacMs
  }

  #leapDoubt({ monotonicMs }: TimeBase): number {
    return monotonicMs < this.#leapsKnownMs ? LEAP_MS : 0
  }

  #caught(fault: ClockFault): void {
    this.#faults = [...this.#faults.slice(1 - MAX_FAULTS), fault]
  }

  #byFix(monotonicMs: number): Pick<Moment, 'ms' | 'source' | 'uncertaintyMs'> {
    const base = this.#base
    if (!base) return this.#unset()
    const ageMs = monotonicMs - base.monotonicMs
    const uncertaintyMs = base.errorMs + this.#leapDoubt(base) + driftMs(ageMs)
    return { ms: base.utcMs + ageMs, source: 'gnss', uncertaintyMs }
  }

  #bySystem(monotonicMs: number): Pick<Moment, 'ms' | 'source' | 'uncertaintyMs'> {
    const system = this.#system
    const ms = this.#sources.wallMs()
    if (!system) return this.#unset()
    const uncertaintyMs = system.errorMs + driftMs(monotonicMs - system.atMs)
    // Somebody has set it since: nothing is known of it until its source is asked again.
    if (Math.abs(ms - monotonicMs - system.offsetMs) > uncertaintyMs) return this.#unset()
    return { ms, source: system.source, uncertaintyMs }
  }

  #unset(): Pick<Moment, 'ms' | 'source' | 'uncertaintyMs'> {
    return { ms: this.#sources.wallMs(), source: 'none', uncertaintyMs: UNKNOWN_MS }
  }
}

/** Whether two fixes tell the same time. */
function agree(a: { utcMs: number; monotonicMs: number }, b: { utcMs: number; monotonicMs: number }): boolean {
  const apart = b.monotonicMs - a.monotonicMs
  return apart > 0 && Math.abs(b.utcMs - a.utcMs - apart) <= 2 * GNSS_BASE_MS + driftMs(apart)
}

function driftMs(ageMs: number): number {
  return Math.ceil((Math.max(0, ageMs) * DRIFT_PPM) / 1e6)
}

/** `+08:00` for an instant in an IANA zone. */
export function zoneOffset(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT([+-]\d{2}:\d{2})/.exec(name)
  return match?.[1] ?? '+00:00'
}

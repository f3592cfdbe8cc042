interface Alarm {
  at: number
  ring: () => void
}

/**
 * The scenario's time, Unix milliseconds. It runs beside real time one to one, and faster while a step advances it. It never goes back.
 */
export class ScenarioClock {
  readonly startMs: number
  #anchorScenario: number
  #anchorReal = performance.now()
  #rate = 1
  #limit = Number.POSITIVE_INFINITY
  #alarms: Alarm[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(startMs: number) {
    this.startMs = startMs
    this.#anchorScenario = startMs
  }

  now(): number {
    return Math.min(this.#limit, this.#anchorScenario + (performance.now() - this.#anchorReal) * this.#rate)
  }

  /** Lets `byMs` of scenario time pass within `overMs` of real time (never slower than real time), then runs one to one again. */
  async advance(byMs: number, overMs: number, signal?: AbortSignal): Promise<void> {
    const target = this.now() + byMs
    const real = Math.min(overMs, byMs)
    this.#anchor(this.now(), real > 0 ? byMs / real : 1, target)
    try {
      await pause(real, signal)
    } finally {
      this.#anchor(signal?.aborted ? this.now() : target, 1, Number.POSITIVE_INFINITY)
    }
  }

  /** Rings once the scenario's time has reached `at`. */
  alarm(at: number, ring: () => void): void {
    this.#alarms.push({ at, ring })
    this.#arm()
  }

  stop(): void {
    this.#alarms = []
    clearTimeout(this.#timer)
  }

  #anchor(scenario: number, rate: number, limit: number): void {
    this.#anchorScenario = scenario
    this.#anchorReal = performance.now()
    this.#rate = rate
    this.#limit = limit
    this.#arm()
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const now = this.now()
    const due = this.#alarms.filter((alarm) => alarm.at <= now)
    this.#alarms = this.#alarms.filter((alarm) => alarm.at > now)
    for (const alarm of due) alarm.ring()
    if (this.#alarms.length === 0) return
    const next = Math.min(...this.#alarms.map((alarm) => alarm.at))
    this.#timer = setTimeout(() => this.#arm(), Math.min((next - now) / this.#rate, LONGEST_TIMER_MS))
  }
}

/** Beyond 2^31 - 1 ms a timer of Node fires at once. */
const LONGEST_TIMER_MS = 2 ** 30

/** Waits so long in real time; rejects with the signal's reason when it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

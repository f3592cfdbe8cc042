import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Where a clock reads from: the boot's own count, and the system's clock. */
export interface ClockSources {
  bootId: string
  /** CLOCK_MONOTONIC in whole ms: no change of the clock moves it, and a restart of the program goes on with it. It stands still in suspend. */
  monotonicMs(): number
  wallMs(): number
}

/** What sets the system's clock, and how well, as it was asked at a count. */
export interface SystemTime {
  source: 'ntp' | 'rtc'
  errorMs: number
  /** The count when it was asked, and the system's clock minus the count then: another difference later means that the clock was stepped. */
  atMs: number
  offsetMs: number
  /** What is still to be slewed: meanwhile the count runs wrong with the clock. */
  slewMs: number
}

export function systemSources(): ClockSources {
  return {
    bootId: bootId(),
    monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    wallMs: Date.now,
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

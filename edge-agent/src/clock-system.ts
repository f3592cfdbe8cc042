import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseTracking } from './clock-chrony.ts'
import { isPlausible } from './clock-plausible.ts'
import type { ClockSources, SystemTime } from './clock-source.ts'

/** A time server over a mobile network. */
const NTP_MS = 500
/** systemd-timesyncd asks again after at most 34 minutes; who cannot tell when it last did may be so old. */
const TIMESYNC_AGE_MS = 2048 * 1000
/** A battery clock that nothing has set for two months, at 20 ppm. */
const RTC_MS = 120_000
const DRIFT_PPM = 50
const COMMAND_MS = 3000

/** What the machine can be asked. */
export interface Machine {
  run(command: string, args: string[]): Promise<string | undefined>
  /** Undefined when there is none. */
  read(path: string): string | undefined
  modifiedMs(path: string): number | undefined
}

type Answer = Pick<SystemTime, 'source' | 'errorMs' | 'slewMs'>

/**
 * Asks what sets the system's clock. A clock that only looks right is set by nothing until something proves it: a small computer without
 * battery starts at its last shutdown (fake-hwclock, systemd-timesyncd's own file), which is plausible, and wrong.
 */
export async function askSystem(
  source: 'chrony' | 'system',
  sources: ClockSources,
  machine: Machine = thisMachine,
): Promise<SystemTime | undefined> {
  const synchronised = source === 'chrony' ? await askChrony(machine) : await askTimesync(machine, sources.wallMs())
  const answer = synchronised ?? askBattery(machine, sources.wallMs())
  const [atMs, wall] = [sources.monotonicMs(), sources.wallMs()]
  if (answer === undefined || !isPlausible(wall)) return undefined
  return { ...answer, atMs, offsetMs: wall - atMs }
}

async function askChrony(machine: Machine): Promise<Answer | undefined> {
  const text = await machine.run('chronyc', ['-c', '-n', 'tracking'])
  const tracking = text === undefined ? undefined : parseTracking(text)
  return tracking && { source: 'ntp', ...tracking }
}

/** systemd-timesyncd touches a file each time it has set the clock; else the kernel knows whether anything has. */
async function askTimesync(machine: Machine, wallMs: number): Promise<Answer | undefined> {
  const setMs = machine.modifiedMs('/run/systemd/timesync/synchronized')
  if (setMs !== undefined) return ntp(Math.max(0, wallMs - setMs))
  const text = await machine.run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'])
  return text?.trim() === 'yes' ? ntp(TIMESYNC_AGE_MS) : undefined
}

function ntp(ageMs: number): Answer {
  return { source: 'ntp', errorMs: NTP_MS + Math.ceil((ageMs * DRIFT_PPM) / 1e6), slewMs: 0 }
}

/** A battery clock counts only where the kernel began with it and it still agrees: one without a battery is at the beginning of its years. */
function askBattery(machine: Machine, wallMs: number): Answer | undefined {
  const folder = '/sys/class/rtc/rtc0'
  if (machine.read(join(folder, 'hctosys'))?.trim() !== '1') return undefined
  const seconds = machine.read(join(folder, 'since_epoch'))?.trim() ?? ''
  if (!/^\d{1,12}$/.test(seconds) || !isPlausible(Number(seconds) * 1000)) return undefined
  return Math.abs(Number(seconds) * 1000 - wallMs) > RTC_MS ? undefined : { source: 'rtc', errorMs: RTC_MS, slewMs: 0 }
}

const thisMachine: Machine = {
  run: (command, args) =>
    new Promise((resolve) => {
      execFile(
        command,
        args,
        { timeout: COMMAND_MS, maxBuffer: 4096, env: { ...process.env, LC_ALL: 'C' } },
        (error, out) => resolve(error ? undefined : out),
      )
    }),
  read: (path) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  },
  modifiedMs: (path) => {
    try {
      return Math.round(statSync(path).mtimeMs)
    } catch {
      return undefined
    }
  },
}

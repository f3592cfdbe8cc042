import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One line of the table. `floor`: what the same work costs at the very least, by something simpler. */
export function row(what, measured, { goal = '', floor = '' } = {}) {
  return { what, measured, goal, floor }
}

/** The value below which `share` (0 to 1) of them lie. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values) => percentile(values, 0.5)

/** `count` things in `ms`, as a rate for people. */
export function rate(count, ms, of) {
  return `${thousands((count * 1000) / ms)} ${of}/s`
}

export function thousands(number) {
  return Math.round(number).toLocaleString('en')
}

export function millis(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

export function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`
}

export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`
}

/** ms that `work` takes. */
export async function timed(work) {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

/** A folder that is gone afterwards. BENCH_TMP says where: on the disk that is to be measured. */
export async function withFolder(work) {
  const folder = await mkdtemp(join(process.env.BENCH_TMP ?? tmpdir(), 'tristamp-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resident bytes of a process now, and the most it ever had (Linux). */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}

/** CPU seconds that a process has used, all threads (Linux, 100 ticks a second). */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** CPU seconds of each thread of a process, by thread id (Linux). The main thread has the id of the process. */
export function threadSeconds(pid) {
  const threads = new Map()
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    try {
      threads.set(Number(id), cpuSeconds(`${pid}/task/${id}`))
    } catch {
      // It has just ended.
    }
  }
  return threads
}

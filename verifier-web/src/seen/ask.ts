// What the page tells its server of a look, a revealed seal or a problem, and what it hears back. Answers are bounded and parsed here.
import { isScanHour, readScanCounts, type ScanCounts, scanRegion } from '@tristamp/protocol'
import { read } from '../fetch-history.ts'
import { within } from '../within.ts'

export interface Opened {
  /** YYYY-MM-DDThhZ */
  firstAt: string
  region?: string
  times: number
}

export interface Seen extends ScanCounts {
  /** Whether this very look was counted: once a day, and not of whoever asks not to be followed. */
  counted: boolean
  opened?: Opened
}

/** offline: no answer; often: not so fast; wrong: not this code; refused: the server takes none. */
export type Refusal = 'offline' | 'often' | 'wrong' | 'refused'
export type Asked<T> = { ok: true; value: T } | { ok: false; why: Refusal }

const TIMEOUT_MS = 20_000
const MAX_BYTES = 65_536

/** When somebody has the page before them: what a browser or a messenger opens ahead is nobody’s look. */
export function onceSeen(): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve()
  return new Promise((resolve) => {
    const again = (): void => {
      if (document.visibilityState !== 'visible') return
      document.removeEventListener('visibilitychange', again)
      resolve()
    }
    document.addEventListener('visibilitychange', again)
  })
}

/** Counts this look, once a day; whoever asks not to be followed is told without being counted. */
export async function tellScan(subject: string, region: string | undefined): Promise<Asked<Seen>> {
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean }
  const answer =
    globalPrivacyControl === true
      ? await ask(`/v1/scans?${new URLSearchParams({ subject })}`)
      : await ask('/v1/scans', { subject, ...(region !== undefined && { region }) })
  return parsed(answer, (value) => {
    const counts = readScanCounts(value)
    const { counted, opened: known } = value as { counted?: unknown; opened?: unknown }
    const opened = readOpened(known)
    return counts && { ...counts, counted: counted === true, ...(opened !== undefined && { opened }) }
  })
}

/** Tells that a sealed code was revealed, and hears whether it was before. */
export async function tellOpening(
  subject: string,
  secret: string,
  { region, mark }: { region: string | undefined; mark: string },
): Promise<Asked<{ first: boolean; own: boolean; opened: Opened }>> {
  const answer = await ask('/v1/openings', { subject, secret, mark, ...(region !== undefined && { region }) })
  return parsed(answer, (value) => {
    const { first, own, opened } = value as { first?: unknown; own?: unknown; opened?: unknown }
    const read = readOpened(opened)
    return typeof first === 'boolean' && read !== undefined ? { first, own: own === true, opened: read } : undefined
  })
}

/** Hears the report's number, by which whoever wrote it can ask to have it deleted; empty from a server that tells none. */
export async function sendReport(report: object): Promise<Asked<{ id: string }>> {
  return parsed(await ask('/v1/reports', report), (value) => {
    const { id } = value as { id?: unknown }
    return { id: typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : '' }
  })
}

function readOpened(value: unknown): Opened | undefined {
  const { firstAt, region, times } = (value ?? {}) as { firstAt?: unknown; region?: unknown; times?: unknown }
  if (!isScanHour(firstAt) || !Number.isSafeInteger(times)) return undefined
  const known = scanRegion(region)
  return { firstAt, times: times as number, ...(known !== undefined && { region: known }) }
}

function parsed<T>(answer: Asked<unknown>, parse: (value: unknown) => T | undefined): Asked<T> {
  if (!answer.ok) return answer
  const value = typeof answer.value === 'object' && answer.value !== null ? parse(answer.value) : undefined
  return value === undefined ? { ok: false, why: 'refused' } : { ok: true, value }
}

async function ask(path: string, body?: object): Promise<Asked<unknown>> {
  const headers = { 'Content-Type': 'application/json' }
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
  try {
    const response = await fetch(path, { ...init, signal: within(TIMEOUT_MS), redirect: 'error' })
    const text = new TextDecoder().decode(await read(response, MAX_BYTES))
    if (response.ok) return { ok: true, value: JSON.parse(text) as unknown }
    if (response.status === 429) return { ok: false, why: 'often' }
    // A node that is full or stopping answers so: later it may take it.
    if (response.status === 503) return { ok: false, why: 'offline' }
    return { ok: false, why: response.status === 422 ? 'wrong' : 'refused' }
  } catch (error) {
    return { ok: false, why: error instanceof SyntaxError ? 'refused' : 'offline' }
  }
}

import type { Axis, Settings } from '@tristamp/protocol'
import { isRecord } from '../is-record.ts'
import type { Identity, Scan } from '../spectroscopy/spectrometer.ts'
import { type Codec, type CodecStats, newStats } from './codec.ts'

/** One line of the instrument: one JSON object (docs/gateway/spectra.md). */
export type SpectrumJsonMessage =
  | { kind: 'identity'; identity: Identity }
  | { kind: 'scan'; scan: Scan }
  /** The instrument says that it could not. */
  | { kind: 'failure'; why: string }

/** A thousand points with their axis. */
const MAX_LINE = 65_536
const MAX_POINTS = 1024
const MAX_COUNT = 2 ** 40
const LF = 0x0a

/**
 * Lines of the open protocol for spectrometers: JSON objects, one a line, ended by LF. Whoever builds an instrument can speak it with a
 * microcontroller; everything in a line is checked before it becomes a message.
 */
export class SpectrumJsonLines implements Codec<SpectrumJsonMessage> {
  readonly stats: CodecStats = newStats()
  #line: number[] = []
  #overlong: boolean = false

  push(chunk: Uint8Array): SpectrumJsonMessage[] {
    const messages: SpectrumJsonMessage[] = []
    this.stats.bytes += chunk.length
    for (const byte of chunk) {
      if (byte === LF) this.#finish(messages)
      else if (this.#line.length === MAX_LINE) this.#overlong = true
      else this.#line.push(byte)
    }
    return messages
  }

  idle(): SpectrumJsonMessage[] {
    return []
  }

  reset(): void {
    this.#line = []
    this.#overlong = false
  }

  #finish(messages: SpectrumJsonMessage[]): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#line)).trim()
    const overlong = this.#overlong
    this.reset()
    if (line === '' && !overlong) return
    const message = overlong ? undefined : readLine(line)
    if (message) messages.push(message)
    if (message) this.stats.good++
    else this.stats.bad++
  }
}

function readLine(line: string): SpectrumJsonMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  if (typeof value['error'] === 'string') return { kind: 'failure', why: value['error'].slice(0, 200) }
  const identity = isRecord(value['identity']) ? readIdentity(value['identity']) : undefined
  if (identity) return { kind: 'identity', identity }
  const scan = isRecord(value['scan']) ? readScan(value['scan']) : undefined
  return scan && { kind: 'scan', scan }
}

function readIdentity(value: Record<string, unknown>): Identity | undefined {
  const { kind, firmware, hardware, full } = value
  const axis = readAxis(value['axis'])
  const settings = readSettings(value['settings'] ?? {})
  if (typeof kind !== 'string' || !/^[\w.-]{1,64}$/.test(kind) || !axis || !settings || !isCount(full)) return undefined
  return {
    instrument: { kind, ...text('firmware', firmware), ...text('hardware', hardware) },
    settings,
    axis,
    full,
  }
}

function readAxis(value: unknown): Axis | undefined {
  if (!isRecord(value)) return undefined
  const { unit, milli } = value
  if ((unit !== 'nm' && unit !== 'cm-1') || !isCounts(milli) || milli.length < 2) return undefined
  return milli.every((point, i) => point > (milli[i - 1] ?? 0)) ? { unit, milli } : undefined
}

function readSettings(value: unknown): Settings | undefined {
  if (!isRecord(value)) return undefined
  const entries = Object.entries(value)
  const fit = entries.every(([name, setting]) => /^[a-z][A-Za-z0-9]{0,31}$/.test(name) && Number.isSafeInteger(setting))
  return entries.length <= 32 && fit ? (value as Settings) : undefined
}

function readScan({ counts, temperaturesMilliC }: Record<string, unknown>): Scan | undefined {
  if (!isCounts(counts)) return undefined
  if (temperaturesMilliC === undefined) return { counts }
  const list: unknown[] = Array.isArray(temperaturesMilliC) ? temperaturesMilliC : []
  const fit =
    list.length > 0 &&
    list.length <= 16 &&
    list.every((t) => Number.isSafeInteger(t) && Math.abs(t as number) < 273_150)
  return fit ? { counts, temperaturesMilliC: list as number[] } : undefined
}

function text(name: 'firmware' | 'hardware', value: unknown): { firmware?: string; hardware?: string } {
  return typeof value === 'string' && value !== '' ? { [name]: value.slice(0, 64) } : {}
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_POINTS && value.every(isCount)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT
}

import { type Codec, type CodecStats, newStats } from './codec.ts'

export type As7265xMessage =
  /** The answer to a command: what stood before the closing word, and whether that was OK. */
  | { kind: 'reply'; ok: boolean; text: string }
  /** A line without closing word: of a running burst, or noise. */
  | { kind: 'line'; text: string }

/** The longest answer, 18 calibrated values of up to 14 characters, stays well below. */
const MAX_LINE = 512

const CR = 0x0d
const LF = 0x0a
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

/**
 * Lines of the AT interface of the ams AS7265x (115200 baud 8N1, no echo). An answer is one line that ends in `OK` or `ERROR`, with or without a
 * space before it.
 */
export class As7265xLines implements Codec<As7265xMessage> {
  readonly stats: CodecStats = newStats()
  #line: number[] = []
  /** The line holds bytes that no answer has, or is too long: it is dropped at its end. */
  #spoilt: boolean = false

  push(chunk: Uint8Array): As7265xMessage[] {
    const messages: As7265xMessage[] = []
    this.stats.bytes += chunk.length
    for (const byte of chunk) {
      if (byte === CR || byte === LF) this.#finish(messages)
      else if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE || this.#line.length === MAX_LINE) this.#spoilt = true
      else this.#line.push(byte)
    }
    return messages
  }

  idle(): As7265xMessage[] {
    return []
  }

  reset(): void {
    this.#line = []
    this.#spoilt = false
  }

  #finish(messages: As7265xMessage[]): void {
    const text = String.fromCharCode(...this.#line).trim()
    const spoilt = this.#spoilt
    this.reset()
    if (spoilt) {
      this.stats.bad++
      return
    }
    if (text === '') return
    this.stats.good++
    const [, before = '', word] = /^(.*?)\s*\b(OK|ERROR)$/.exec(text) ?? /^(.*?[\d.])(OK|ERROR)$/.exec(text) ?? []
    if (word === undefined) messages.push({ kind: 'line', text })
    else messages.push({ kind: 'reply', ok: word === 'OK', text: before.trim() })
  }
}

/** Channels as they come on the wire, R S T U V W G H I J K L A B C D E F, by wavelength: 410 nm first. */
const BY_WAVELENGTH = [12, 13, 14, 15, 16, 17, 6, 7, 0, 8, 1, 9, 2, 3, 4, 5, 10, 11] as const

/** The channels by wavelength, in pm as thousandths of a nm. */
export const AS7265X_NM: readonly number[] = [
  410, 435, 460, 485, 510, 535, 560, 585, 610, 645, 680, 705, 730, 760, 810, 860, 900, 940,
]

/** The instrument's highest raw value: a channel that shows it was saturated. */
export const AS7265X_FULL = 65_535

/** The 18 raw values of an `ATDATA` answer by wavelength; undefined for anything else. */
export function rawValues(text: string): number[] | undefined {
  const values = text.split(',').map((part) => part.trim())
  if (values.length !== BY_WAVELENGTH.length || !values.every((value) => /^\d{1,5}$/.test(value))) return undefined
  const counts = values.map(Number)
  return counts.every((count) => count <= AS7265X_FULL) ? BY_WAVELENGTH.map((index) => counts[index]!) : undefined
}

/** The die temperatures of an `ATTEMP` answer, in milli-°C; undefined for anything else. */
export function dieTemperatures(text: string): number[] | undefined {
  const values = text.split(',').map((part) => part.trim())
  if (values.length !== 3 || !values.every((value) => /^-?\d{1,3}(\.\d{1,3})?$/.test(value))) return undefined
  return values.map((value) => Math.round(Number(value) * 1000) + 0)
}

import { type Codec, type CodecStats, newStats } from './codec.ts'

export type NmeaMessage =
  | {
      kind: 'fix'
      /** UTC of the position, from the receiver's own date and time. */
      utcMs: number
      latE7: number
      lonE7: number
      /** Horizontal dilution of precision × 1000. */
      hdopMilli: number
      satellites: number
      /** Monotonic time at which the first byte of this epoch arrived: the nearest that we know to `utcMs`. */
      atMs: number
    }
  | { kind: 'no-fix'; why: string }

/** NMEA-0183 says 82; receivers with many decimals send somewhat more. */
const MAX_SENTENCE = 120

/** GGA quality: 1 GPS, 2 differential, 3 PPS, 4 RTK, 5 float. 0 is none; 6 dead reckoning, 7 typed in, 8 simulated are no measurement. */
const MEASURED = new Set(['1', '2', '3', '4', '5'])
/** RMC mode (NMEA 2.3 on): autonomous, differential, float, precise, RTK. Empty on older receivers. */
const MEASURED_MODES = new Set(['', 'A', 'D', 'F', 'P', 'R'])

/** A hundredth of a minute of arc, some 20 m: as coarse as any receiver writes. */
const SAME_E7 = 1_667

interface Sentence {
  fields: string[]
  atMs: number
}

/**
 * NMEA-0183 of a GNSS receiver. GGA has position, quality and HDOP but no date; RMC has the date and validity: a fix is given
 * only for a GGA and an RMC of the same instant, both checked by checksum. An empty field is absent, never 0.
 */
export class Nmea implements Codec<NmeaMessage> {
  readonly stats: CodecStats = newStats()
  #line = ''
  #lineAtMs = 0
  #open: boolean = false
  #gga: Sentence | undefined
  #rmc: Sentence | undefined

  push(chunk: Uint8Array, nowMs: number): NmeaMessage[] {
    this.stats.bytes += chunk.length
    const messages: NmeaMessage[] = []
    for (const byte of chunk) {
      if (byte === 0x24 /* $ */) this.#begin(nowMs)
      else if (!this.#open) continue
      else if (byte === 0x0d || byte === 0x0a) this.#end(messages)
      else if (byte < 0x20 || byte > 0x7e || this.#line.length >= MAX_SENTENCE) this.#drop()
      else this.#line += String.fromCharCode(byte)
    }
    return messages
  }

  idle(_nowMs: number): NmeaMessage[] {
    return []
  }

  reset(): void {
    this.#line = ''
    this.#open = false
    this.#gga = undefined
    this.#rmc = undefined
  }

  #begin(nowMs: number): void {
    // A '$' inside a sentence: the end of the one before was lost.
    if (this.#open) this.stats.bad++
    this.#line = ''
    this.#lineAtMs = nowMs
    this.#open = true
  }

  #drop(): void {
    this.stats.bad++
    this.#open = false
  }

  #end(messages: NmeaMessage[]): void {
    const fields = checkedFields(this.#line)
    if (!fields) {
      this.#drop()
      return
    }
    this.#open = false
    this.stats.good++
    const sentence = { fields, atMs: this.#lineAtMs }
    const type = formatterOf(fields[0]!)
    if (type === 'GGA') this.#gga = sentence
    else if (type === 'RMC') this.#rmc = sentence
    else return
    if (!this.#gga || !this.#rmc || instant(this.#gga) !== instant(this.#rmc)) return
    messages.push(epoch(this.#gga, this.#rmc))
    this.#gga = undefined
    this.#rmc = undefined
  }
}

/** What a sentence is, whoever talks (`GP`, `GN`, `BD`, …); of a maker's own ones (`P…`, such as `PUBX` or `PGRMC`) nothing is known. */
function formatterOf(address: string): string | undefined {
  return address.length === 5 && !address.startsWith('P') ? address.slice(2) : undefined
}

/** The comma-separated fields of `GPGGA,…*hh` when the checksum (XOR of all between $ and *) is right. */
function checkedFields(line: string): string[] | undefined {
  const match = /^([A-Z][A-Z0-9]{2,15}(?:,[^*]*)?)\*([0-9A-Fa-f]{2})$/.exec(line)
  if (!match) return undefined
  const body = match[1]!
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return sum === Number.parseInt(match[2]!, 16) ? body.split(',') : undefined
}

/** The time of day without the zeros that one sentence may have more of than the other. */
function instant({ fields }: Sentence): string {
  return (fields[1] ?? '').replace(/\.0*$|(\.\d*[1-9])0+$/, '$1')
}

/** Field numbers are those of the NMEA tables; [0] is the sentence's name. */
function epoch(gga: Sentence, rmc: Sentence): NmeaMessage {
  const field = (s: Sentence, n: number): string => s.fields[n] ?? ''
  if (field(rmc, 2) !== 'A') return { kind: 'no-fix', why: 'the receiver marks its data void' }
  const quality = field(gga, 6)
  if (!MEASURED.has(quality)) return { kind: 'no-fix', why: `fix quality ${quality || 'absent'}` }
  const mode = field(rmc, 12)
  if (!MEASURED_MODES.has(mode)) return { kind: 'no-fix', why: `mode ${mode}` }
  const utcMs = utc(field(rmc, 9), field(rmc, 1))
  const latE7 = degreesE7(field(gga, 2), field(gga, 3), 'N', 'S', 2, 90)
  const lonE7 = degreesE7(field(gga, 4), field(gga, 5), 'E', 'W', 3, 180)
  const hdopMilli = milli(field(gga, 8))
  const satellites = /^\d{1,2}$/.test(field(gga, 7)) ? Number(field(gga, 7)) : undefined
  if (utcMs === undefined) return { kind: 'no-fix', why: 'no date or time' }
  if (latE7 === undefined || lonE7 === undefined) return { kind: 'no-fix', why: 'no coordinates' }
  // Zeros are what receivers put where they have none; no measured fix has them.
  if (!hdopMilli || !satellites) return { kind: 'no-fix', why: 'no quality figures' }
  const rmcLatE7 = degreesE7(field(rmc, 3), field(rmc, 4), 'N', 'S', 2, 90)
  const rmcLonE7 = degreesE7(field(rmc, 5), field(rmc, 6), 'E', 'W', 3, 180)
  if (apart(latE7, rmcLatE7) || apart(lonE7, rmcLonE7)) return { kind: 'no-fix', why: 'its sentences disagree' }
  return { kind: 'fix', utcMs, latE7, lonE7, hdopMilli, satellites, atMs: Math.min(gga.atMs, rmc.atMs) }
}

/** Two writings of one coordinate may differ by their decimals, not by more: one of them is damaged. */
function apart(a: number, b: number | undefined): boolean {
  return b !== undefined && Math.abs(a - b) > SAME_E7
}

/** `ddmmyy` and `hhmmss[.sss]` as ms since 1970; undefined when they are no real instant. */
function utc(date: string, time: string): number | undefined {
  const d = /^(\d\d)(\d\d)(\d\d)$/.exec(date)
  const t = /^(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(time)
  if (!d || !t) return undefined
  const ms = Number((t[4] ?? '').padEnd(3, '0').slice(0, 3))
  const text = `20${d[3]}-${d[2]}-${d[1]}T${t[1]}:${t[2]}:${t[3]}.${String(ms).padStart(3, '0')}Z`
  const at = Date.parse(text)
  // Date.parse turns the 31st of June into July; such a date is damage.
  return Number.isNaN(at) || new Date(at).toISOString() !== text ? undefined : at
}

/** `dddmm.mmmm` as whole 1e-7 degrees, in integers so that no float decides the last digit. */
function degreesE7(
  text: string,
  side: string,
  plus: string,
  minus: string,
  digits: 2 | 3,
  max: number,
): number | undefined {
  const match = (digits === 2 ? /^(\d{2})(\d{2})(?:\.(\d{1,9}))?$/ : /^(\d{3})(\d{2})(?:\.(\d{1,9}))?$/).exec(text)
  if (!match || (side !== plus && side !== minus)) return undefined
  const minutesE7 = Number(match[2]) * 1e7 + Number((match[3] ?? '').padEnd(7, '0').slice(0, 7))
  if (minutesE7 >= 60e7) return undefined
  const e7 = Number(match[1]) * 1e7 + Math.round(minutesE7 / 60)
  if (e7 > max * 1e7) return undefined
  return side === minus && e7 !== 0 ? -e7 : e7
}

/** A decimal as whole thousandths; undefined for an empty or odd field. */
function milli(text: string): number | undefined {
  const match = /^(\d{1,4})(?:\.(\d{1,6}))?$/.exec(text)
  return match ? Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0').slice(0, 3)) : undefined
}

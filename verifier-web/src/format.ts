// Numbers, times and lengths as people write them. A number and its unit never part: no-break spaces between them.
import { type LocalTime, offsetMs } from './local-time.ts'

export type Lang = 'zh' | 'en'

const NBSP = '\u00a0'
const MINUS = '\u2212'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export interface Format {
  number(n: number): string
  /** 19:10 */
  time(at: LocalTime): string
  /** 11-22, 22 Nov */
  day(at: LocalTime): string
  /** 11 月 22 日 19:10, 22 Nov 19:10 */
  moment(at: LocalTime): string
  /** 2026-11-26, 26 Nov 2026 from YYYY-MM-DD */
  date(iso: string): string
  /** 2026-11-22 19:08:31 +08:00 */
  stamp(at: LocalTime): string
  duration(ms: number): string
  /** A length in which minutes say nothing any more: whole hours from ten hours on. */
  roughly(ms: number): string
  /** A clock's doubt, never less than it is: whole seconds, minutes when it is many. */
  doubt(ms: number): string
  distance(metres: number): string
  /** 3.7 ℃ from milli-°C */
  celsius(milli: number): string
  /** 0–4 ℃: limits and ranges, without decimals that say nothing */
  range(minMilli: number, maxMilli: number): string
  degrees(milli: number): string
  percent(min: number, max: number): string
}

const two = (n: number): string => String(n).padStart(2, '0')
const local = ({ ms, offset }: LocalTime): Date => new Date(ms + offsetMs(offset))

/** A decimal with at most `digits` places, none if `whole` numbers are meant, with a true minus sign. */
function decimal(value: number, digits: number): string {
  const rounded = Number(value.toFixed(digits))
  return `${rounded < 0 ? MINUS : ''}${Math.abs(rounded).toFixed(Number.isInteger(rounded) && digits < 1 ? 0 : digits)}`
}

/** Degrees of a range's end: whole where it is whole. */
function end(milli: number): string {
  return decimal(milli / 1000, milli % 1000 === 0 ? 0 : 1)
}

function parts(ms: number): { h: number; min: number } {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  return { h: Math.trunc(minutes / 60), min: minutes % 60 }
}

function shared(locale: string): Pick<Format, 'number' | 'time' | 'stamp' | 'degrees' | 'percent'> {
  // Made when it is needed: on a slow phone this alone takes longer than the signatures of a whole history.
  let numbers: Intl.NumberFormat | undefined
  const number = (n: number): string => {
    if (Number.isInteger(n) && Math.abs(n) < 1000) return String(n)
    numbers ??= new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
    return numbers.format(n)
  }
  const clock = (at: LocalTime): string => `${two(local(at).getUTCHours())}:${two(local(at).getUTCMinutes())}`
  return {
    number,
    time: clock,
    stamp: (at) =>
      `${local(at).toISOString().slice(0, 10)} ${clock(at)}:${two(local(at).getUTCSeconds())}${NBSP}${at.offset}`,
    degrees: (milli) => `${end(milli)}°`,
    percent: (min, max) => `${min === max ? number(min) : `${number(min)}–${number(max)}`}${NBSP}%`,
  }
}

function ranged(unit: string): Pick<Format, 'celsius' | 'range'> {
  return {
    celsius: (milli) => `${decimal(milli / 1000, 1)}${NBSP}${unit}`,
    range: (min, max) => {
      // Both ends alike: 0–4, but 1.7–3.0.
      const digits = min % 1000 === 0 && max % 1000 === 0 ? 0 : 1
      const [low, high] = [decimal(min / 1000, digits), decimal(max / 1000, digits)]
      if (low === high) return `${low}${NBSP}${unit}`
      // A dash beside a minus sign cannot be read.
      return `${low}${low.startsWith(MINUS) || high.startsWith(MINUS) ? `${NBSP}…${NBSP}` : '–'}${high}${NBSP}${unit}`
    },
  }
}

const TEN_HOURS = 10 * 3_600_000
const rough = (ms: number): number => (ms < TEN_HOURS ? ms : Math.round(ms / 3_600_000) * 3_600_000)

const zhShared = shared('zh-CN')
const enShared = shared('en-GB')

const zh: Format = {
  ...zhShared,
  ...ranged('℃'),
  day: (at) => `${two(local(at).getUTCMonth() + 1)}-${two(local(at).getUTCDate())}`,
  moment: (at) =>
    `${local(at).getUTCMonth() + 1}${NBSP}月${NBSP}${local(at).getUTCDate()}${NBSP}日 ${zhShared.time(at)}`,
  date: (iso) => iso,
  duration: (ms) => {
    const { h, min } = parts(ms)
    const minutes = `${min}${NBSP}分${h > 0 ? '' : '钟'}`
    return h === 0 ? minutes : `${zhShared.number(h)}${NBSP}小时${min === 0 ? '' : ` ${minutes}`}`
  },
  roughly: (ms) => zh.duration(rough(ms)),
  doubt: (ms) =>
    ms > 99_000 ? zh.duration(Math.ceil(ms / 60_000) * 60_000) : `${NBSP}${Math.max(1, Math.ceil(ms / 1000))}${NBSP}秒`,
  distance: (metres) => `${zhShared.number(Math.round(metres / 1000))}${NBSP}公里`,
}

const en: Format = {
  ...enShared,
  ...ranged('°C'),
  day: (at) => `${local(at).getUTCDate()}${NBSP}${MONTHS[local(at).getUTCMonth()]}`,
  moment: (at) => `${local(at).getUTCDate()}${NBSP}${MONTHS[local(at).getUTCMonth()]} ${enShared.time(at)}`,
  date: (iso) =>
    `${Number(iso.slice(8, 10))}${NBSP}${MONTHS[Number(iso.slice(5, 7)) - 1] ?? iso.slice(5, 7)}${NBSP}${iso.slice(0, 4)}`,
  duration: (ms) => {
    const { h, min } = parts(ms)
    const minutes = `${min}${NBSP}min`
    return h === 0 ? minutes : `${enShared.number(h)}${NBSP}h${min === 0 ? '' : ` ${minutes}`}`
  },
  roughly: (ms) => en.duration(rough(ms)),
  doubt: (ms) =>
    ms > 99_000 ? en.duration(Math.ceil(ms / 60_000) * 60_000) : `${Math.max(1, Math.ceil(ms / 1000))}${NBSP}s`,
  distance: (metres) => `${enShared.number(Math.round(metres / 1000))}${NBSP}km`,
}

export const formats: Record<Lang, Format> = { zh, en }

/** A long number in groups of four, as it is printed on packs. */
export function inFours(text: string): string[] {
  return text.match(/.{1,4}/gu) ?? []
}

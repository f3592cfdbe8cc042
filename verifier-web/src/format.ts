// Numbers, times and lengths as people write them, by the patterns of a language's own file. What belongs together never parts at a line's end:
// no-break spaces between a number and its unit, a word joiner behind each dash.
import type { Values } from './i18n/language.ts'
import type { WriteKey } from './i18n/parts.ts'
import { type LocalTime, offsetMs } from './local-time.ts'

const NBSP = '\u00a0'
const WORD_JOINER = '\u2060'
const MINUS = '\u2212'

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
  /** 2026-11-22 19:08:31 +08:00, alike in every language */
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
  /** Names one after the other: 甲、乙 */
  list(names: readonly string[]): string
}

const two = (n: number): string => String(n).padStart(2, '0')
const local = ({ ms, offset }: LocalTime): Date => new Date(ms + offsetMs(offset))
const clock = (at: LocalTime): string => `${two(local(at).getUTCHours())}:${two(local(at).getUTCMinutes())}`

const TEN_HOURS = 10 * 3_600_000
const rough = (ms: number): number => (ms < TEN_HOURS ? ms : Math.round(ms / 3_600_000) * 3_600_000)

/**
 * @param write fills a pattern of the language
 * @param apart keeps a run from taking part in the direction of the text around it
 */
export function formatOf(
  write: (key: WriteKey, values?: Values) => string,
  apart: (text: string) => string = (text) => text,
): Format {
  /** One run that no line's end divides. */
  const whole = (text: string): string =>
    apart(text.replaceAll(' ', NBSP).replace(/[-–](?=\d)/g, (dash) => dash + WORD_JOINER))
  /** Each number with its unit. */
  const united = (text: string): string => apart(text.replace(/(\d) /g, `$1${NBSP}`))

  // Made when it is needed: on a slow phone this alone takes longer than the signatures of a whole history. Digits are those on packs.
  let numbers: Intl.NumberFormat | undefined
  const number = (n: number): string => {
    if (Number.isInteger(n) && Math.abs(n) < 1000) return String(n)
    numbers ??= new Intl.NumberFormat(`${write('write.locale')}-u-nu-latn`, { maximumFractionDigits: 1 })
    return numbers.format(n)
  }

  /** A decimal with at most `digits` places, with a true minus sign. */
  const decimal = (value: number, digits: number): string => {
    const rounded = Number(value.toFixed(digits))
    return (rounded < 0 ? MINUS : '') + Math.abs(rounded).toFixed(digits).replace('.', write('write.point'))
  }

  const dayOf = (key: 'write.day' | 'write.date' | 'write.full', at: Date): string => {
    const [month, day] = [at.getUTCMonth(), at.getUTCDate()]
    const name = write('write.months').split(' ')[month] ?? ''
    const [mm, dd, year] = [two(month + 1), two(day), String(at.getUTCFullYear())]
    return whole(write(key, { day: String(day), month: name, mm, dd, year }))
  }

  const duration = (ms: number): string => {
    const minutes = Math.max(0, Math.round(ms / 60_000))
    const [n, m] = [Math.trunc(minutes / 60), minutes % 60]
    if (n === 0) return united(write('write.minutes', { n: m }))
    return united(m === 0 ? write('write.hours', { n }) : write('write.hours.minutes', { n, m }))
  }

  return {
    number,
    time: clock,
    day: (at) => dayOf('write.day', local(at)),
    moment: (at) => apart(write('write.moment', { date: dayOf('write.date', local(at)), time: clock(at) })),
    date: (iso) => {
      const at = new Date(`${iso}T00:00:00Z`)
      return Number.isNaN(at.getTime()) ? iso : dayOf('write.full', at)
    },
    stamp: (at) =>
      `${local(at).toISOString().slice(0, 10)} ${clock(at)}:${two(local(at).getUTCSeconds())}${NBSP}${at.offset}`,
    duration,
    roughly: (ms) => duration(rough(ms)),
    doubt: (ms) =>
      ms > 99_000
        ? duration(Math.ceil(ms / 60_000) * 60_000)
        : united(write('write.seconds', { n: Math.max(1, Math.ceil(ms / 1000)) })),
    distance: (metres) => united(write('write.kilometres', { n: Math.round(metres / 1000) })),
    celsius: (milli) => whole(write('write.celsius', { n: decimal(milli / 1000, 1) })),
    range: (min, max) => {
      // Both ends alike: 0–4, but 1.7–3.0.
      const digits = min % 1000 === 0 && max % 1000 === 0 ? 0 : 1
      const [low, high] = [decimal(min / 1000, digits), decimal(max / 1000, digits)]
      // A dash beside a minus sign cannot be read.
      const between = low.startsWith(MINUS) || high.startsWith(MINUS) ? ' … ' : '–'
      return whole(write('write.celsius', { n: low === high ? low : low + between + high }))
    },
    degrees: (milli) => apart(`${decimal(milli / 1000, milli % 1000 === 0 ? 0 : 1)}°`),
    percent: (min, max) =>
      whole(write('write.percent', { n: min === max ? number(min) : `${number(min)}–${number(max)}` })),
    list: (names) => names.map(apart).join(write('write.list')),
  }
}

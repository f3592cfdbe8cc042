import type { Facts, RecordedSeries } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** So many equal readings over so long: air in a room with a door and a compressor moves by more than a tenth of a degree … */
const FLAT_POINTS = 24
const FLAT_MS = 10 * 3_600_000
/** … or, where a calm room's thermometer rests for hours anyway, so many times as long as it ever did besides. */
const FLAT_TIMES = 4
/** Nothing rests longer. */
const SURELY_FLAT_MS = 16 * 3_600_000
/** Without a reading for so long, nothing is known of what lies between. */
const GAP_MS = 3_600_000
/** Air around goods does not change faster, and a thermometer's rounding not by as much: it was moved, or its reading made up. */
const JUMP_MILLI_PER_MINUTE = 10_000
const JUMP_MILLI = 10_000

/** One value shown without a break. */
interface Rest {
  milli: number
  points: number
  fromMs: number
  toMs: number
  told: Set<RecordedSeries>
}

/** SENSOR_FLAT: an instrument that showed the very same value for hours, in one event or over several. Detail: points, ms, milliC. */
export function sensorFlat({ series }: Facts): Finding[] {
  const devices = new Map<string, RecordedSeries[]>()
  for (const one of series) {
    // Instruments without a name are taken for as many.
    const name = one.device === '' ? `${one.of.entry}.${one.of.position}` : one.device
    const known = devices.get(name)
    if (known === undefined) devices.set(name, [one])
    else known.push(one)
  }
  return [...devices.values()].flatMap((told): Finding[] => {
    const [longest, second] = longestRests(told.sort((a, b) => a.fromMs - b.fromMs))
    if (longest === undefined || longest.points < FLAT_POINTS) return []
    const ms = spanOf(longest)
    if (ms < FLAT_MS || (ms < SURELY_FLAT_MS && ms < FLAT_TIMES * spanOf(second))) return []
    const detail = { points: longest.points, ms, milliC: longest.milli }
    const events = refsOf(...[...longest.told].map(({ of }) => of))
    return [{ code: 'SENSOR_FLAT', severity: 'warning', subject: told[0]!.device, events, detail }]
  })
}

function spanOf(rest: Rest | undefined): number {
  return rest === undefined ? 0 : rest.toMs - rest.fromMs
}

/** The two longest rests of one instrument, the longest first. */
function longestRests(told: readonly RecordedSeries[]): Rest[] {
  let best: Rest[] = []
  let rest: Rest | undefined
  let lastMs = Number.NEGATIVE_INFINITY
  const close = (): void => {
    if (rest !== undefined) best = [...best, rest].sort((a, b) => spanOf(b) - spanOf(a)).slice(0, 2)
  }
  for (const one of told) {
    for (const [i, milli] of one.milli.entries()) {
      const ms = one.fromMs + i * one.everyMs
      // Two events may tell of the same stretch.
      if (milli === null || ms <= lastMs) continue
      if (rest !== undefined && milli === rest.milli && ms - lastMs <= Math.max(GAP_MS, 2 * one.everyMs)) {
        rest.points++
        rest.toMs = ms
        rest.told.add(one)
      } else {
        if (rest !== undefined && spanOf(rest) > spanOf(best[1])) close()
        rest = { milli, points: 1, fromMs: ms, toMs: ms, told: new Set([one]) }
      }
      lastMs = ms
    }
  }
  close()
  return best
}

/** SENSOR_JUMPS: a change that air does not make. Detail: the largest step in milli-°C and the time it took in ms. */
export function sensorJumps({ series }: Facts): Finding[] {
  return series.flatMap((one) => {
    let worst = 0
    one.milli.forEach((value, i) => {
      const before = one.milli[i - 1]
      if (value === null || before === null || before === undefined) return
      worst = Math.max(worst, Math.abs(value - before))
    })
    if (worst < JUMP_MILLI || worst * 60_000 <= JUMP_MILLI_PER_MINUTE * one.everyMs) return []
    const detail = { stepMilliC: worst, everyMs: one.everyMs }
    return [{ code: 'SENSOR_JUMPS', severity: 'warning', subject: one.device, events: refsOf(one.of), detail }]
  })
}

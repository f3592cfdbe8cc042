// A stop of the journey: what the records of one visit to a station say together. Pure.

import { subjectKind } from '@tristamp/protocol'
import type { LocalTime } from './local-time.ts'
import { metresAlong } from './position.ts'
import type { JourneyRecord, StampName, StampState, Stamps, Step } from './record.ts'
import { clip, type Reading, readingsOf, type Span } from './temperature.ts'
import type { TimeDoubt } from './time-doubt.ts'

/** What a stop is in one word, for the bar under the chart. */
export type Stage = 'origin' | 'process' | 'transit' | 'store' | 'arrival' | 'sale'

/** The goods at one station, from its first record about them to its last. */
export interface Stop {
  kind: 'stop'
  station: string
  org: string
  gateway: string
  kid: string
  stage: Stage
  steps: Step[]
  from: LocalTime
  to: LocalTime
  moving: boolean
  stamps: Stamps
  /** Of its records, the first whose time is not simply what its stamp says. */
  timeDoubt?: TimeDoubt
  records: JourneyRecord[]
  readings: Reading[]
  /** What its evidence tells of: its readings, or where there are none what was measured there before the goods. */
  measured: Reading[]
}

/** Metres from which on something moved. */
export const MOVED_M = 1000

/** The goods' records at one station, and what was measured there meanwhile. */
export interface Visit {
  station: string
  goods: JourneyRecord[]
  observed: JourneyRecord[]
  window: Span
}

function stageOf(steps: ReadonlySet<Step>, moving: boolean): Stage {
  if (moving) return 'transit'
  if (steps.has('transform')) return 'process'
  if (steps.has('commission')) return 'origin'
  return steps.has('sell') ? 'sale' : 'store'
}

/**
 * A stop's stamp holds when every record's does; one broken record breaks it. Quality is measured over the whole stay, so one record
 * that carries it is enough, while a place or a time belongs to each record alone.
 */
function joined(records: readonly JourneyRecord[], name: StampName): Stamps[StampName] {
  const states = records.map((record) => record.stamps[name])
  if (states.includes('broken')) return 'broken'
  const checked = (state: StampState): boolean => state === 'checked'
  return (name === 'quality' ? states.some(checked) : states.every(checked)) ? 'checked' : 'unchecked'
}

/** @param born when the goods came to be: readings before are of something else */
export function stopOf(visit: Visit, born: number): Stop {
  const records = [...visit.goods, ...visit.observed].sort((a, b) => a.number - b.number)
  const exposed: Span = { fromMs: Math.max(visit.window.fromMs, born), toMs: visit.window.toMs }
  const all = records.flatMap((record) => readingsOf(record.event))
  const here = all.map((r) => clip(r, visit.window)).filter((r) => r !== undefined)
  // What a hall was before the goods were there is not told as theirs: one stop would contradict its own chart.
  const readings = exposed.toMs < exposed.fromMs ? [] : all.map((r) => clip(r, exposed)).filter((r) => r !== undefined)
  const positions = records.map((r) => r.position).filter((p) => p !== undefined)
  const moving = subjectKind(visit.station) === 'asset' || metresAlong(positions) > MOVED_M
  const first = visit.goods[0]!
  const signer = first.proven.signer
  const timeDoubt = records.find((record) => record.timeDoubt !== undefined)?.timeDoubt
  return {
    kind: 'stop',
    station: visit.station,
    org: signer.org,
    gateway: signer.gateway,
    kid: signer.kid,
    stage: stageOf(new Set(visit.goods.map((r) => r.step)), moving),
    steps: [...new Set(visit.goods.map((r) => r.step))],
    from: first.at,
    to: visit.goods.at(-1)!.at,
    moving,
    stamps: { place: joined(records, 'place'), time: joined(records, 'time'), quality: joined(records, 'quality') },
    ...(timeDoubt && { timeDoubt }),
    records,
    readings,
    measured: readings.length > 0 ? readings : here,
  }
}

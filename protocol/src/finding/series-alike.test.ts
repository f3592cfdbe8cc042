import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from '../_events.ts'
import type { StampedEvent } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { seriesAlike } from './series-alike.ts'

const MINUTE = 60_000
const T0 = Date.parse('2026-11-22T00:00:00.000Z')

/** The same numbers each time: between -1 and 1, alike in all of that. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const last = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((last ^ (last >>> 14)) >>> 0) / 2 ** 31 - 1
  }
}

/** A cold room: a compressor's cycle, and what chance adds. */
function room(seed: number, points = 96): number[] {
  const next = numbers(seed)
  return Array.from({ length: points }, (_, i) => Math.round((3000 + ((i * 37) % 11) * 60 + 250 * next()) / 10) * 10)
}

function noisy(milli: readonly number[], seed: number): number[] {
  const next = numbers(seed)
  return milli.map((one) => Math.round(one + 100 * next()))
}

let entry = 0
function told(hours: number, device: string, milli: readonly (number | null)[], everyMs = 5 * MINUTE): ProvenEvent {
  const ms = T0 + hours * 60 * MINUTE
  const element = {
    sensorMetadata: { deviceID: device, startTime: new Date(ms).toISOString(), endTime: new Date(ms).toISOString() },
    sensorReport: [{ type: 'Temperature', value: 2, uom: 'CEL' }],
    'tristamp:series': { everyMs, milli },
  }
  const event = {
    ...sampleObjectEvent({ bizStep: 'storing' }),
    eventID: `urn:uuid:${++entry}`,
    sensorElementList: [element],
  }
  return {
    ...{ entry, position: 0, event: event as unknown as StampedEvent, subjects: [] },
    signer: { kid: 'a', uri: '', org: 'a', gateway: 'gw', station: '', endedLater: false },
    time: { earliestMs: ms, latestMs: ms, from: 'own clock', contradicted: false },
  }
}

describe('two thermometers that tell the same chance', () => {
  const curve = room(7)

  it('are found, with noise on each reading, with a gap, and out of step', () => {
    const [first, again] = [told(0, 'A', curve), told(30, 'B', noisy(curve, 8))]
    const [found, ...more] = seriesAlike([first, again])
    expect(more).toEqual([])
    expect(found).toMatchObject({ code: 'SERIES_COPIED', severity: 'warning', subject: 'B' })
    expect(found!.events.map((ref) => ref.entry)).toEqual([first.entry, again.entry])
    expect(found!.detail).toMatchObject({ device: 'B', other: 'A', points: 90 })
    const gap = noisy(curve, 9).map((one, i) => (i > 40 && i < 50 ? null : one))
    expect(seriesAlike([first, told(30, 'B', gap)])).toHaveLength(1)
    expect(seriesAlike([first, told(30, 'B', noisy(curve, 8).slice(17))])).toHaveLength(1)
  })

  it('are nothing side by side, of one instrument, at another rate, or for a short time', () => {
    const first = told(0, 'A', curve)
    expect(seriesAlike([first, told(0.25, 'B', noisy(curve, 8).slice(3))])).toEqual([])
    expect(seriesAlike([first, told(30, 'A', noisy(curve, 8))])).toEqual([])
    expect(seriesAlike([first, told(30, 'B', noisy(curve, 8), MINUTE)])).toEqual([])
    expect(seriesAlike([first, told(30, 'B', noisy(curve, 8).slice(0, 47))])).toEqual([])
  })

  it('are not found where only the rooms are alike', () => {
    const rooms = Array.from({ length: 20 }, (_, i) => told(40 * i, `D${i}`, room(7919 * (i + 1))))
    expect(seriesAlike(rooms)).toEqual([])
    // A cycle alone foretells itself.
    const cycle = Array.from({ length: 96 }, (_, i) => 3000 + ((i * 37) % 11) * 60)
    expect(seriesAlike([told(0, 'A', cycle), told(40, 'B', cycle)])).toEqual([])
    const flat = new Array<number>(96).fill(2500)
    expect(seriesAlike([told(0, 'A', flat), told(40, 'B', flat)])).toEqual([])
    expect(seriesAlike([told(0, 'A', new Array<null>(96).fill(null)), told(40, 'B', curve)])).toEqual([])
  })

  it('are looked for among so many series at most', () => {
    const many = Array.from({ length: 300 }, (_, i) => told(40 * i, `D${i}`, curve))
    expect(seriesAlike(many).length).toBeLessThanOrEqual((48 * 47) / 2)
  })
})

import { describe, expect, it } from 'vitest'
import { KITCHEN, PACK, PLANT, sampleVerdicts, TRUCK } from './_sample-verdicts.ts'
import { journeyOf, sealsOf } from './journey.ts'
import { type Gap, type Leg, metresOf, placesOf, rowsOf } from './journey-rows.ts'
import type { Stop } from './stop.ts'
import { evidenceOf } from './stop-evidence.ts'

const rows = <K extends 'stop' | 'gap' | 'leg'>(
  kind: K,
  verdict = sampleVerdicts.consistent(),
): Extract<Stop | Gap | Leg, { kind: K }>[] =>
  rowsOf(journeyOf(verdict)).filter((row): row is Extract<Stop | Gap | Leg, { kind: K }> => row.kind === kind)

describe('journeyOf', () => {
  it('makes one stop of all records at a station', () => {
    expect(rows('stop').map((stop) => [stop.gateway, stop.stage, stop.steps])).toEqual([
      ['farm-1', 'origin', ['commission', 'ship']],
      ['plant-2', 'process', ['receive', 'transform', 'pack', 'ship']],
      ['truck-27', 'transit', ['load', 'unload']],
      ['dock-1', 'store', ['receive', 'ship']],
      ['kitchen', 'arrival', ['unpack']],
    ])
  })

  it('numbers records in order of time', () => {
    const { records } = journeyOf(sampleVerdicts.consistent())
    expect(records.map((r) => r.number)).toEqual(records.map((_, i) => i + 1))
    expect(records.every((r, i) => i === 0 || r.at.ms >= records[i - 1]!.at.ms)).toBe(true)
  })

  it('follows the temperature of the pack only from when it is a pack', () => {
    const { track, stops } = journeyOf(sampleVerdicts.consistent())
    expect(track && new Date(track.fromMs).toISOString()).toBe('2026-11-19T22:10:00.000Z')
    expect(track?.maxMilli).toBeLessThan(4000)
    expect(stops[0]?.readings).toEqual([])
    // The farm's warm barn is still told where it was measured.
    expect(evidenceOf(stops[0]!).some((e) => e.kind === 'temperature' && e.maxMilli > 15_000)).toBe(true)
  })

  it('shows each silence as a row between its neighbours', () => {
    const gaps = rows('gap')
    expect(gaps.map((gap) => Math.round((gap.toMs - gap.fromMs) / 60_000))).toEqual([40, 45])
    expect(gaps[0]?.beforeMilli).toBeTypeOf('number')
    const all = rowsOf(journeyOf(sampleVerdicts.consistent()))
    const before = all[all.findIndex((row) => row.kind === 'gap') - 1]
    expect(before).toMatchObject({ kind: 'stop', station: TRUCK })
  })

  it('measures the way through the recorded positions', () => {
    const journey = journeyOf(sampleVerdicts.consistent())
    const metres = metresOf(rowsOf(journey))
    expect(Math.round(metres / 1000)).toBeGreaterThan(1000)
    expect(Math.round(metres / 1000)).toBeLessThan(1400)
    expect(placesOf(journey)).toBe(5)
    const legs = rows('leg')
    expect(legs[0]).toMatchObject({ stayedMs: 6.25 * 3_600_000, travelMs: 2.75 * 3_600_000 })
    expect(Math.round((legs[0]?.metres ?? 0) / 1000)).toBe(34)
  })

  it('shows what was taken back, apart from the steps, and keeps what was measured', () => {
    const verdict = sampleVerdicts.consistent()
    const before = journeyOf(verdict)
    const i = verdict.events.findIndex((e) => e.signer.station === KITCHEN && e.event.bizStep === 'unpacking')
    const wrong = verdict.events[i]!
    const errorDeclaration = { declarationTime: '2026-11-22T09:00:00.000Z', reason: 'did_not_occur' as const }
    const declaration = { ...wrong, entry: wrong.entry + 100, event: { ...wrong.event, errorDeclaration } }
    verdict.events.push(declaration)
    const journey = journeyOf(verdict)
    expect(rowsOf(journey).filter((row) => row.kind === 'taken-back')).toMatchObject([
      {
        step: 'unpack',
        gateway: 'kitchen',
        declaredMs: Date.parse('2026-11-22T09:00:00.000Z'),
        reason: 'did_not_occur',
      },
    ])
    expect(journey.stops.flatMap(({ steps }) => steps)).not.toContain('unpack')
    // Nobody but its own gateway takes a step back.
    declaration.signer = { ...wrong.signer, gateway: 'other' }
    expect(journeyOf(verdict).stops.map(({ steps }) => steps)).toEqual(before.stops.map(({ steps }) => steps))
  })

  it('keeps a departure that was signed after the next station had the goods with the stop they left', () => {
    const verdict = sampleVerdicts.consistent()
    const shipped = verdict.events.find((e) => e.signer.station === PLANT && e.event.bizStep === 'shipping')!
    shipped.event.eventTime = '2026-11-20T06:20:00.000Z'
    expect(rows('stop', verdict).map((stop) => stop.gateway)).toEqual([
      'farm-1',
      'plant-2',
      'truck-27',
      'dock-1',
      'kitchen',
    ])
  })

  it('leaves out readings of a vehicle from before it carried the goods', () => {
    const verdict = sampleVerdicts.consistent()
    const reading = verdict.events.find((e) => e.signer.station === TRUCK && e.event.bizStep === 'sensor_reporting')!
    const early = structuredClone(reading)
    early.event.eventTime = '2026-11-19T20:00:00.000Z'
    early.event.sensorElementList = early.event.sensorElementList!.map((element) => ({
      ...element,
      sensorMetadata: { startTime: '2026-11-19T18:00:00.000Z', endTime: '2026-11-19T20:00:00.000Z' },
    }))
    const count = journeyOf(verdict).records.length
    verdict.events.unshift(early)
    expect(journeyOf(verdict).records).toHaveLength(count)
  })

  it('tells a stop without an instrument from one whose stamp is good', () => {
    const verdict = sampleVerdicts.consistent()
    for (const proven of verdict.events.filter((e) => e.signer.station === KITCHEN))
      proven.event['tristamp:clock'].source = 'none'
    const journey = journeyOf(verdict)
    expect(journey.stops.at(-1)?.stamps).toEqual({ place: 'checked', time: 'unchecked', quality: 'checked' })
    expect(sealsOf(journey)).toEqual({ place: 'checked', time: 'unchecked', quality: 'checked' })
  })

  it('breaks the stamps of a record that a failed check names', () => {
    const verdict = sampleVerdicts.consistent()
    const named = verdict.events.find((e) => e.signer.station === TRUCK)!
    verdict.checks.push({
      id: 'signatures',
      status: 'failed',
      code: 'SIGNATURE',
      detail: { entry: named.entry, position: named.position },
    })
    const truck = journeyOf(verdict).stops.find((stop) => stop.station === TRUCK)
    expect(truck?.stamps).toEqual({ place: 'broken', time: 'broken', quality: 'broken' })
  })

  it('is one stop for a single record', () => {
    const verdict = sampleVerdicts.consistent()
    verdict.events = verdict.events.filter((e) => e.subjects.includes(PACK)).slice(0, 1)
    expect(journeyOf(verdict).stops).toHaveLength(1)
  })

  it('is empty without records', () => {
    const journey = journeyOf(sampleVerdicts.none())
    expect(journey).toMatchObject({ stops: [], records: [], wrong: [] })
    expect([rowsOf(journey), metresOf([]), placesOf(journey)]).toEqual([[], 0, 0])
  })
})

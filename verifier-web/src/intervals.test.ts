import type { SensorElement } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { intervalsOf, outsideOf } from './intervals.ts'
import type { Journey } from './journey.ts'
import type { Stop } from './stop.ts'

const HOUR = 3_600_000
const DEVICE = 'https://id.gs1.org/8004/9506000134COLD1'

/** A stop from hour 1 to hour 3, with the intervals of its thermometer that its readings hold. */
function stop(elements: readonly SensorElement[], read: readonly [number, number][]): Journey {
  const at = { ms: 3 * HOUR, offset: '+08:00' }
  const event = { type: 'ObjectEvent', sensorElementList: elements }
  const readings = read.map(([from, to]) => ({ device: DEVICE, fromMs: from * HOUR, toMs: to * HOUR, minMilli: 1 }))
  const one = { station: 's', from: { ms: HOUR }, to: at, records: [{ number: 4, event, at }], readings }
  return { stops: [one as unknown as Stop] } as Journey
}

const element = (from: number, to: number, report: object, sums: object): SensorElement =>
  ({
    sensorMetadata: {
      deviceID: DEVICE,
      startTime: new Date(from * HOUR).toISOString(),
      endTime: new Date(to * HOUR).toISOString(),
    },
    sensorReport: [{ type: 'Temperature', uom: 'CEL', ...report }],
    'tristamp:summary': { Temperature: sums },
  }) as unknown as SensorElement

it('tells of each interval what its record sums up', () => {
  const report = { value: 3.1, minValue: -1.25, meanValue: 2.5, maxValue: 9 }
  const journey = stop(
    [
      element(1, 2, report, {
        ok: 50,
        suspect: 1,
        missing: 2,
        why: ['silent'],
        gapMs: 9,
        aboveMs: 600_000,
        belowMs: 0,
      }),
    ],
    [[1, 2]],
  )
  const [one] = intervalsOf(journey)
  expect(one).toEqual({
    ...{ number: 4, station: 's', offset: '+08:00', fromMs: HOUR, toMs: 2 * HOUR },
    ...{ minMilli: -1250, meanMilli: 2500, maxMilli: 9000, aboveMs: 600_000, belowMs: 0 },
    ...{ gapMs: 9, used: 50, unused: 3 },
  })
  expect(outsideOf([one!, { ...one!, aboveMs: 1000, belowMs: 5 }])).toEqual({ aboveMs: 601_000, belowMs: 5 })
})

it('leaves out an interval that speaks of other goods, too, and keeps one in which nothing answered', () => {
  const early = element(0, 2, { value: 3, minValue: 1, maxValue: 5 }, { ok: 9, aboveMs: 5 })
  const silent = element(1.5, 2.5, { exception: 'ERROR_CONDITION' }, { ok: 0, missing: 30, why: ['silent'] })
  const found = intervalsOf(stop([early, silent], []))
  expect(found).toMatchObject([{ used: 0, unused: 30 }])
  expect(found[0]).not.toHaveProperty('minMilli')
  // Without limits nothing is said of them.
  expect(outsideOf(found)).toBeUndefined()
})

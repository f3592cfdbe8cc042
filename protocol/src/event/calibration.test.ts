import { expect, it } from 'vitest'
import { refusal } from '../_refusal.ts'
import { checkQuality } from './quality.ts'
import type { EpcisEvent } from './types.ts'

function event(calibration: unknown): EpcisEvent {
  return {
    sensorElementList: [
      {
        sensorMetadata: {
          deviceID: 'https://id.gs1.org/8004/0950600T1',
          startTime: '2026-11-20T06:00:00.000Z',
          endTime: '2026-11-20T06:10:00.000Z',
        },
        sensorReport: [{ type: 'Temperature', value: 2.1, uom: 'CEL' }],
        'tristamp:calibration': calibration,
      },
    ],
  } as unknown as EpcisEvent
}

const until = '2027-06-01T00:00:00.000Z'

it('is by what an instrument was calibrated, and until when that holds', () => {
  expect(() => checkQuality(event({ id: 'certificate 17', until }))).not.toThrow()
})

it.each([
  [null],
  ['certificate 17'],
  [{ id: 'certificate 17' }],
  [{ until }],
  [{ id: '', until }],
  [{ id: 'x'.repeat(201), until }],
  [{ id: 'certificate 17', until: '2027-06-01' }],
  [{ id: 'certificate 17', until, by: 'somebody' }],
])('is refused: %j', (calibration) => {
  expect(refusal(() => checkQuality(event(calibration)))).toBe('EVENT_STAMP_QUALITY')
})

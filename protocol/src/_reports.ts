import type { Report, ReportEvent } from './event/report-types.ts'
import type { ClockStamp } from './event/types.ts'

// Reports of a gateway about itself, for tests.

export const BOOT = '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11'
let reports = 0

/** A report with a good clock, unless told otherwise. */
export function sampleReport<R extends Report>(
  report: R,
  { clock = {}, ...others }: Partial<Omit<ReportEvent, 'report'>> & { clock?: Partial<ClockStamp> } = {},
): ReportEvent<R> {
  return {
    type: 'TristampReport',
    eventID: `urn:uuid:00000000-0000-4000-9000-${String(++reports).padStart(12, '0')}`,
    eventTime: '2026-11-22T02:00:00.000Z',
    eventTimeZoneOffset: '+08:00',
    'tristamp:clock': { source: 'gnss', uncertaintyMs: 200, bootId: BOOT, monotonicMs: 3_600_000, ...clock },
    report,
    ...others,
  }
}

const COLD = 'https://id.gs1.org/8004/9506000134COLD1'
const station = { bizLocation: { id: 'https://id.gs1.org/414/9506000134017' } }
const time = '2026-11-21T00:00:00.000Z'

/** One of every kind. */
export const EVERY_REPORT: readonly ReportEvent[] = [
  sampleReport({ kind: 'gap', from: 3, to: 9, reason: 'disk', events: 12 }),
  sampleReport({ kind: 'anchor' }),
  sampleReport({ kind: 'clock-fault', fault: 'step', deltaMs: -3_600_000 }, { clock: { source: 'none' } }),
  sampleReport({ kind: 'instrument', device: COLD, state: 'down', code: 'TIMEOUT' }, station),
  sampleReport(
    { kind: 'thinned', device: COLD, from: time, to: time, kept: 4, dropped: 56, rule: 'every-15' },
    station,
  ),
  sampleReport({ kind: 'config', code: 'CONFIG_INVALID' }, station),
  sampleReport(
    {
      kind: 'blocked',
      subject: 'https://id.gs1.org/01/09506000134352/21/HELD',
      hold: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
    },
    station,
  ),
  sampleReport(
    {
      kind: 'blocked',
      subject: 'https://id.gs1.org/01/09506000134352/21/BLOCKED',
      recall: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
    },
    station,
  ),
  sampleReport(
    {
      kind: 'recall-response',
      recall: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
      state: 'quarantined',
      quantity: { milli: 12_500, uom: 'KGM' },
      goods: ['https://id.gs1.org/01/09506000134352/10/L7'],
    },
    station,
  ),
]

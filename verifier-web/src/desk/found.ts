// What the rules found over all that was checked, and where the thermometers were silent: the gravest first.
import type { Finding, FindingCode, ProvenEvent, Severity, Verdict } from '@tristamp/protocol'
import { type EventRow, keyOf } from './rows.ts'

/** A silence of the thermometers is no rule's finding, and a person asks about it all the same. */
export type FoundCode = FindingCode | 'GAP'

export interface Found {
  code: FoundCode
  severity: Severity
  subject?: string
  /** Keys of the rows that it rests on. */
  rows: string[]
  detail: Readonly<Record<string, string | number>>
}

const GRAVITY: Record<Severity, number> = { contradiction: 0, warning: 1, note: 2 }

/** @param more what the desk found besides the rules of a verdict */
export function foundIn(
  verdicts: readonly Verdict[],
  rows: readonly EventRow[],
  more: readonly Finding[] = [],
): Found[] {
  const found = new Map<string, Found>()
  const told = new Set(verdicts.flatMap(({ findings }) => findings.map(eventsKey)))
  // What a rule found in the same records is not told again as likely.
  const others = more.filter((finding) => !told.has(eventsKey(finding)))
  for (const { findings } of [...verdicts, { findings: others }])
    for (const { code, severity, subject, events, detail } of findings) {
      const keys = events.map(keyOf)
      // The same of the same events, found in the history of an item and of its lot; of two lots in one load each is told.
      const key = keys.length > 0 ? `${code} ${keys.join(' ')} ${JSON.stringify(detail)}` : `${code} ${subject}`
      if (!found.has(key))
        found.set(key, { code, severity, ...(subject !== undefined && { subject }), rows: keys, detail })
    }
  const gaps = rows.flatMap((row): Found[] =>
    row.kind === 'gap'
      ? [
          {
            code: 'GAP',
            severity: 'warning',
            ...(row.place !== undefined && { subject: row.place }),
            rows: [row.key],
            detail: { ms: row.lengthMs ?? 0 },
          },
        ]
      : [],
  )
  return [...found.values(), ...gaps].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity])
}

function eventsKey({ code, events }: Finding): string {
  return [code, ...events.map(keyOf).sort()].join(' ')
}

/** All records of several histories, each once, in the order of time. */
export function recordsOf(verdicts: readonly Verdict[]): ProvenEvent[] {
  const all = new Map(verdicts.flatMap(({ events }) => events.map((one) => [keyOf(one), one] as const)))
  const at = ({ event }: ProvenEvent): number => Date.parse(event.eventTime)
  return [...all.values()].sort((a, b) => at(a) - at(b) || a.entry - b.entry || a.position - b.position)
}

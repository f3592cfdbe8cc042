// What the rules found over all that was checked, and where the thermometers were silent: the gravest first.
import type { FindingCode, Severity, Verdict } from '@tristamp/protocol'
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

export function foundIn(verdicts: readonly Verdict[], rows: readonly EventRow[]): Found[] {
  const found = new Map<string, Found>()
  for (const { findings } of verdicts)
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

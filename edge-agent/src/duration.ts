import * as v from 'valibot'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** '200ms', '60s', '30m', '2h', '1d' as whole milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  if (!match) return undefined
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** A configured time: '200ms', '60s', '30m' → ms. */
export const durationMs: v.GenericSchema<string, number> = v.pipe(
  v.string('must be a time such as 500ms, 60s or 30m'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value)
    if (ms !== undefined && ms > 0) return ms
    addIssue({ message: 'must be a time such as 500ms, 60s or 30m' })
    return NEVER
  }),
)

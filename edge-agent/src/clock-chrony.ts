/** How well chrony has the system's clock. */
export interface Tracking {
  /** |offset| + root dispersion + root delay / 2, in ms, rounded up: how far the system's clock may be off. */
  errorMs: number
  /** What chrony is still slewing, in ms, rounded up. */
  slewMs: number
}

const FIELDS = 14
/** No reference at all, and chrony's own clock given out as one (`local`): neither is UTC. */
const NO_REFERENCE = new Set(['00000000', '7F7F0101'])
const DECIMAL = /^-?\d{1,10}(\.\d{1,12})?$/

/**
 * Reads the answer of `chronyc -c tracking` (chrony 2.3 on): reference id, name, stratum, reference time, system time offset, last offset,
 * RMS offset, frequency, residual frequency, skew, root delay, root dispersion, update interval, leap status; seconds and ppm.
 * Undefined when the clock is not synchronised, or the text is no such answer.
 */
export function parseTracking(text: string): Tracking | undefined {
  if (text.length > 1024) return undefined
  const fields = text.trimEnd().split(',')
  if (fields.length !== FIELDS || text.trimEnd().includes('\n')) return undefined
  const [id = '', , stratum = '', ...rest] = fields
  const leap = rest.at(-1)
  if (!/^[0-9A-F]{8}$/.test(id) || NO_REFERENCE.has(id) || !/^([1-9]|1[0-5])$/.test(stratum)) return undefined
  if (leap !== 'Normal' && leap !== 'Insert second' && leap !== 'Delete second') return undefined
  const [offset, delay, dispersion] = [fields[4], fields[10], fields[11]].map((field) => seconds(field ?? ''))
  if (offset === undefined || delay === undefined || dispersion === undefined || delay < 0 || dispersion < 0)
    return undefined
  const slewMs = Math.ceil(Math.abs(offset) * 1000)
  return { errorMs: Math.ceil((Math.abs(offset) + dispersion + delay / 2) * 1000), slewMs }
}

function seconds(text: string): number | undefined {
  return DECIMAL.test(text) ? Number(text) : undefined
}

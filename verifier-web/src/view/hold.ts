// What the verdict says of a hold: since when, and what was measured. Words of people are the ledger's; never HTML.
import { isHeld, type ProvenHold } from '@tristamp/protocol'
import type { Finding } from '../check.ts'
import type { FirstLanguage } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'

/** The last hold that turned the verdict; undefined where none did. */
export function holdShown({ state, verdict }: Finding): ProvenHold | undefined {
  return state === 'held' ? verdict?.holds.find(isHeld) : undefined
}

/** Since when and why; of a ground that the records do not show, only since when. What was measured beside others of the lot is told as that. */
export function saidOfHold(
  { hold, ground, since }: ProvenHold,
  subject: string,
  { t, format, pick }: FirstLanguage,
): string {
  const ms = Date.parse(since)
  const said = [t('say.held.since', { at: format.moment({ ms, offset: deviceOffset(ms) }) })]
  if (hold.reason !== undefined) said.push(pick(hold.reason))
  if (hold.ground !== undefined && ground === 'shown') {
    const { limits, way, lowestMilliC, highestMilliC, outsideMs } = hold.ground
    const [low, high] = [format.celsius(lowestMilliC), format.celsius(highestMilliC)]
    const key = way.includes(subject) ? 'say.held.measured' : 'say.held.lot'
    said.push(t(key, { low, high, limits: format.range(limits.minMilliC, limits.maxMilliC) }))
    if (outsideMs > 0) said.push(t('say.held.lasted', { length: format.duration(outsideMs) }))
  }
  return said.join(t('write.gap'))
}

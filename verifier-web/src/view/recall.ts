// What the verdict says of a recall: the words of whoever recalls, as the ledger has them. Never HTML.
import { isStanding, type ProvenRecall } from '@tristamp/protocol'
import type { Finding } from '../check.ts'
import type { FirstLanguage } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'

/** The gravest recall that turned the verdict; undefined where none did. */
export function recallShown({ state, verdict }: Finding): ProvenRecall | undefined {
  return state === 'recalled' ? verdict?.recalls.find(isStanding) : undefined
}

/** Since when and by whom; why; and what it may do. How grave it is stands with the recall below. */
export function saidOfRecall(
  { recall, since }: ProvenRecall,
  { verdict }: Finding,
  { t, format, pick }: FirstLanguage,
): string {
  const ms = Date.parse(since)
  const name = verdict?.names.organisations.get(recall.org)?.name
  const at = format.moment({ ms, offset: deviceOffset(ms) })
  const who = name === undefined ? recall.org : pick(name)
  const head = t('say.recalled.since', { at, who })
  return [head, pick(recall.reason), pick(recall.hazard)].join(t('write.gap'))
}

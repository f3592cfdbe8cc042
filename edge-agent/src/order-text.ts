import type { Hold, HoldGround, Localized, Recall } from '@tristamp/protocol'

// What recalls and holds say to whoever has the goods in hand.

/** An exercise is told, and stops nothing. Nobody exercises a hold. */
export function isDrill(order: Recall | Hold): boolean {
  return order.op === 'recall' && order.drill === true
}

/** Why: in the words of whoever ordered it, or from what was measured. */
export function reasonOf(order: Recall | Hold): Localized {
  return order.reason ?? (order.op === 'hold' && order.ground !== undefined ? measured(order.ground) : UNSAID)
}

/** What whoever holds some does. */
export function toDoOf(order: Recall | Hold): Localized {
  return order.op === 'recall' ? order.holder : KEEP_APART
}

/** One line for the log. */
export function headOf(order: Recall | Hold): string {
  if (order.op === 'hold') return `HOLD ${order.id}`
  return `${isDrill(order) ? 'DRILL, not a recall' : `RECALL, class ${order.class}`} ${order.id}`
}

/** Before the reason, where the order does not name the goods itself: what the ledger knows of them. */
export function alsoOf({ op }: Recall | Hold): Localized {
  return op === 'recall' ? ALSO_RECALLED : ALSO_HELD
}

const ALSO_RECALLED: Localized = { zh: '内有或属于被召回的货物。', en: 'It holds or belongs to recalled goods.' }
const ALSO_HELD: Localized = { zh: '内有或属于被扣留的货物。', en: 'It holds or belongs to held goods.' }
const UNSAID: Localized = { zh: '未说明原因。', en: 'No reason is given.' }
const KEEP_APART: Localized = {
  zh: '单独存放，等待负责人放行。',
  en: 'Keep it apart until the person in charge lets it go.',
}

function measured({ limits, lowestMilliC, highestMilliC, outsideMs }: HoldGround): Localized {
  const celsius = (milli: number): string => String(milli / 1000)
  const [low, high, min, max] = [lowestMilliC, highestMilliC, limits.minMilliC, limits.maxMilliC].map(celsius)
  const minutes = Math.floor(outsideMs / 60_000)
  const [forZh, forEn] =
    minutes === 0 ? ['', ''] : [`，超限至少 ${minutes} 分钟`, `, outside for ${minutes} min at least`]
  return {
    zh: `测得 ${low} 至 ${high} °C，限值 ${min} 至 ${max} °C${forZh}。`,
    en: `Measured ${low} to ${high} °C, limits ${min} to ${max} °C${forEn}.`,
  }
}

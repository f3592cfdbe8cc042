import type { Amount } from './rows.ts'
import type { Words } from './words/index.ts'

/** UN/ECE Recommendation 20, as far as food and medicine are counted in it. */
const UNITS: Readonly<Record<string, { zh: string; en: string }>> = {
  KGM: { zh: '千克', en: 'kg' },
  GRM: { zh: '克', en: 'g' },
  TNE: { zh: '吨', en: 't' },
  LTR: { zh: '升', en: 'L' },
  MLT: { zh: '毫升', en: 'mL' },
  H87: { zh: '件', en: 'pieces' },
  EA: { zh: '件', en: 'pieces' },
}

export function unitOf({ uom }: Amount, { t, pick }: Words): string {
  if (uom === undefined) return t('uom.pieces')
  const unit = Object.hasOwn(UNITS, uom) ? UNITS[uom] : undefined
  return unit === undefined ? uom : pick(unit)
}

/** 1,284, 513.6 */
export function countOf({ milli }: Amount, { format }: Words): string {
  return format.number(milli / 1000)
}

/** Pieces as a number alone: in a column each row would say so. */
export function amountText(amount: Amount, words: Words): string {
  return amount.uom === undefined ? countOf(amount, words) : `${countOf(amount, words)}\u00a0${unitOf(amount, words)}`
}

import type { Localized, RecallClass } from './event/governance-types.ts'

/** Which law of China a recall is under. */
export type RecallKind = 'food' | 'medicine'

/** By when the law of China wants what, for a recall of one class. */
export interface RecallRule {
  /** Hours from `from` to the deadline; a day of the law is counted as 24 of them, from the minute. */
  hours: number
  law: Localized
  /** What the time runs from, and what must be done by its end. */
  from: Localized
  must: Localized
}

/** A deadline at a moment. */
export interface RecallDeadline {
  hours: number
  /** ISO 8601, UTC. */
  at: string
  /** Milliseconds until `at`; below zero when it is past. */
  left: number
}

const HOURS: Record<RecallKind, Record<RecallClass, number>> = {
  food: { 1: 24, 2: 48, 3: 72 },
  medicine: { 1: 24, 2: 72, 3: 168 },
}

const WORDS: Record<RecallKind, Omit<RecallRule, 'hours'>> = {
  food: {
    law: { zh: '食品召回管理办法 第十三条', en: 'Measures for the Administration of Food Recalls (China), article 13' },
    from: { zh: '知悉食品安全风险', en: 'when the producer came to know of the risk' },
    must: {
      zh: '启动召回，并向县级以上地方市场监督管理部门报告召回计划',
      en: 'begin the recall and report the plan to the market regulator of the county or above',
    },
  },
  medicine: {
    law: {
      zh: '药品召回管理办法（2022 年修订）',
      en: 'Measures for the Administration of Drug Recalls (China), as revised in 2022',
    },
    from: { zh: '作出召回决定', en: 'when the recall was decided' },
    must: {
      zh: '发出召回通知，通知到生产、经营企业和使用单位，并向省级药品监督管理部门备案调查评估报告、召回计划和召回通知',
      en: 'send the notice to manufacturers, dealers and users, and file the assessment, the plan and the notice with the regulator of the province',
    },
  },
}

/** What the law wants of a recall of this class. */
export function recallRule(kind: RecallKind, recallClass: RecallClass): RecallRule {
  return { hours: HOURS[kind][recallClass], ...WORDS[kind] }
}

/**
 * By when a recall must have begun (food) or been told (medicine), and how long that is from now.
 * @param begin ms since 1970: what the time runs from. A ledger knows only when the recall was recorded, which is later.
 * @param now ms since 1970
 */
export function recallDeadline(kind: RecallKind, recallClass: RecallClass, begin: number, now: number): RecallDeadline {
  const hours = HOURS[kind][recallClass]
  const at = begin + hours * 3_600_000
  return { hours, at: new Date(at).toISOString(), left: at - now }
}

/** Whether the deadline is past: what is done in its very last millisecond is in time. */
export function isOverdue({ left }: RecallDeadline): boolean {
  return left < 0
}

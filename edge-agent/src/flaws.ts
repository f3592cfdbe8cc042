import { READING_FLAWS, type ReadingFlaw } from '@tristamp/protocol'
import type { Quantity } from './driver/index.ts'
import type { AgentCode } from './error.ts'

/** How many readings of one quantity are not used, and why. */
export interface Flaws {
  suspect: number
  bad: number
  missing: number
  why: ReadonlySet<ReadingFlaw>
}

/** A poll that gave nothing: no answer came (`missing`), or one that is no measurement (`bad`). */
export interface Unused {
  flag: 'missing' | 'bad'
  why: ReadingFlaw
}

const NONE: ReadonlyMap<string, Flaws> = new Map()

/** The code with which a driver reports a missing reading, as a reason. */
export function unusedOf(code: AgentCode): Unused {
  switch (code) {
    case 'DEVICE_SILENT':
      return { flag: 'missing', why: 'silent' }
    case 'DEVICE_FRAME':
      return { flag: 'missing', why: 'frame' }
    case 'DEVICE_EXCEPTION':
      return { flag: 'missing', why: 'exception' }
    case 'DEVICE_VALUE':
      return { flag: 'bad', why: 'sentinel' }
    case 'DEVICE_PROFILE':
      return { flag: 'bad', why: 'profile' }
    default:
      return { flag: 'missing', why: 'failed' }
  }
}

/** The flaws of one sample; those of a sample without any quantities stand under ''. */
export function flawsOf(quantities: readonly Quantity[], unused: Unused | undefined): ReadonlyMap<string, Flaws> {
  if (quantities.length === 0) {
    const { flag, why } = unused ?? { flag: 'missing', why: 'failed' }
    return new Map([['', one(flag, why)]])
  }
  const flagged = quantities.filter(({ flag }) => flag !== undefined)
  if (flagged.length === 0) return NONE
  return new Map(flagged.map(({ type, flag, why }) => [type, one(flag ?? 'suspect', why ?? 'failed')]))
}

function one(flag: 'suspect' | 'bad' | 'missing', why: ReadingFlaw): Flaws {
  return { suspect: 0, bad: 0, missing: 0, [flag]: 1, why: new Set([why]) }
}

export function addFlaws(list: readonly (Flaws | undefined)[]): Flaws {
  const sum = { suspect: 0, bad: 0, missing: 0 }
  const why = new Set<ReadingFlaw>()
  for (const flaws of list) {
    if (!flaws) continue
    sum.suspect += flaws.suspect
    sum.bad += flaws.bad
    sum.missing += flaws.missing
    for (const reason of flaws.why) why.add(reason)
  }
  return { ...sum, why: new Set(READING_FLAWS.filter((reason) => why.has(reason))) }
}

import type { View } from './containment.ts'
import { codeOf } from './link-rows.ts'
import { NumberMap } from './number-map.ts'
import { PairSet } from './pair-set.ts'
import { Timelines } from './timeline.ts'
import { WaysUp } from './ways-up.ts'

export type Direction = 'back' | 'forward'

const [INPUT, OUTPUT] = [codeOf('input'), codeOf('output')] as const

/** One direction of a walk: what was followed how far, and which ways were gone. */
export class Course {
  /** The role by which a thing was made of others, going back, or others of it, going forward; and that of what is on the far side. */
  readonly near: number
  readonly far: number
  readonly followed: NumberMap = new NumberMap()
  readonly stays: PairSet = new PairSet()
  readonly ways: WaysUp
  readonly timelines: Timelines

  constructor(view: View, direction: Direction, maxNodes: number) {
    this.near = direction === 'back' ? OUTPUT : INPUT
    this.far = direction === 'back' ? INPUT : OUTPUT
    this.ways = new WaysUp(maxNodes)
    this.timelines = new Timelines(view)
  }
}

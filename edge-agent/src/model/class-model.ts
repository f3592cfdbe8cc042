import { distances, sum } from '@tristamp/protocol'
import { fitPlane, type Plane } from './principal.ts'
import { chiSquaredQuantile, short } from './statistics.ts'

/** A treated spectrum with its fold: all of one group are in one. */
export interface Member {
  name: string
  fold: number
  values: number[]
}

/** Scales, degrees of freedom, and the limit of the full distance that follows. */
export interface Acceptance {
  h0: number
  nh: number
  q0: number
  nq: number
  limitMilli: number
}

export interface Distance {
  h: number
  q: number
  fold: number
}

/** Moments cannot tell more degrees of freedom apart. */
const MAX_DEGREES = 100
const FOLDS = 10

/** Groups dealt out one by one, so that the same data give the same folds. */
export function inFolds(samples: readonly { name: string; group: string; values: number[] }[]): Member[] {
  const groups = [...new Set(samples.map(({ group }) => group))]
  const folds = Math.min(FOLDS, groups.length)
  return samples.map(({ name, group, values }) => ({ name, values, fold: groups.indexOf(group) % folds }))
}

export function foldsOf(members: readonly { fold: number }[]): number[] {
  return [...new Set(members.map(({ fold }) => fold))].sort((a, b) => a - b)
}

/** How far each member is from a plane that was made without its fold. Distances to a plane that was made with it would be too small. */
export async function crossDistances(members: readonly Member[], components: number): Promise<Distance[]> {
  const found = new Map<Member, Distance>()
  for (const fold of foldsOf(members)) {
    const plane = await fitPlane(
      members.filter((member) => member.fold !== fold).map(({ values }) => values),
      components,
    )
    for (const member of members.filter((one) => one.fold === fold))
      found.set(member, { ...distances(member.values, plane), fold })
  }
  return members.map((member) => found.get(member)!)
}

/** By the method of moments: N = 2 (mean / deviation)², of each distance. */
export function acceptance(found: readonly Distance[], alpha: number): Acceptance {
  const [h0, nh] = moments(found.map(({ h }) => h))
  const [q0, nq] = moments(found.map(({ q }) => q))
  return { h0, nh, q0, nq, limitMilli: Math.round(chiSquaredQuantile(1 - alpha, nh + nq) * 1000) }
}

export function isAccepted({ h, q }: { h: number; q: number }, { h0, nh, q0, nq, limitMilli }: Acceptance): boolean {
  return ((h / h0) * nh + (q / q0) * nq) * 1000 <= limitMilli
}

/** Whether each member is accepted by limits that were made without its fold. */
export function crossAccepted(found: readonly Distance[], alpha: number): boolean[] {
  const limits = new Map(
    foldsOf(found).map((fold) => [
      fold,
      acceptance(
        found.filter((one) => one.fold !== fold),
        alpha,
      ),
    ]),
  )
  return found.map((one) => isAccepted(one, limits.get(one.fold)!))
}

/** The residual of each number of components: the smallest number after which one more does not take away a tenth of it. */
export function componentsByResidual(residuals: readonly number[]): number {
  const at = residuals.findIndex((residual, i) => (residuals[i + 1] ?? residual) > 0.9 * residual)
  return (at < 0 ? residuals.length - 1 : at) + 1
}

export type { Plane }

function moments(values: readonly number[]): [scale: number, degrees: number] {
  const scale = sum(values) / values.length
  const variance = sum(values.map((value) => (value - scale) ** 2)) / Math.max(1, values.length - 1)
  const degrees = variance > 0 ? Math.round((2 * scale * scale) / variance) : MAX_DEGREES
  return [short(Math.max(scale, 1e-300)), Math.min(MAX_DEGREES, Math.max(1, degrees))]
}

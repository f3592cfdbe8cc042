import { dot, mean } from '@tristamp/protocol'
import { foldsOf, type Member } from './class-model.ts'
import { partialLeastSquares, type Regression } from './partial-least-squares.ts'
import { short } from './statistics.ts'

const MAX_LATENT = 10

/** Membership, 1 for the class and 0 for the other, as a regression on the values. */
export function fitDiscriminant(
  own: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
  latent: number,
): Regression {
  const membership = [...own.map(() => 1), ...others.map(() => 0)]
  const { coefficients, intercept } = partialLeastSquares([...own, ...others], membership, latent)
  return { coefficients: coefficients.map(short), intercept: short(intercept) }
}

export function scoreOf({ coefficients, intercept }: Regression, values: readonly number[]): number {
  return intercept + dot(values, coefficients)
}

/** The score of each by a regression that was made without its fold. */
export function crossScores(
  own: readonly Member[],
  others: readonly Member[],
  latent: number,
): { own: number[]; others: number[] } {
  const scores = new Map<Member, number>()
  for (const fold of foldsOf([...own, ...others])) {
    const rest = (members: readonly Member[]): number[][] =>
      members.filter((member) => member.fold !== fold).map(({ values }) => values)
    const discriminant = fitDiscriminant(rest(own), rest(others), latent)
    for (const member of [...own, ...others])
      if (member.fold === fold) scores.set(member, scoreOf(discriminant, member.values))
  }
  const of = (members: readonly Member[]): number[] => members.map((member) => scores.get(member)!)
  return { own: of(own), others: of(others) }
}

/** Half way between the classes' mean scores: of classes of different size, one half would favour the larger. */
export function threshold(own: readonly number[], others: readonly number[]): number {
  return (mean(own) + mean(others)) / 2
}

/** Whether each is on its own side of a threshold that was made without its fold. */
export function crossSides(
  own: readonly Member[],
  others: readonly Member[],
  scores: { own: readonly number[]; others: readonly number[] },
): { own: boolean[]; others: boolean[] } {
  const without = (members: readonly Member[], of: readonly number[], fold: number): number[] =>
    of.filter((_, i) => members[i]!.fold !== fold)
  const limits = new Map(
    foldsOf([...own, ...others]).map((fold) => [
      fold,
      threshold(without(own, scores.own, fold), without(others, scores.others, fold)),
    ]),
  )
  return {
    own: own.map(({ fold }, i) => scores.own[i]! >= limits.get(fold)!),
    others: others.map(({ fold }, i) => scores.others[i]! < limits.get(fold)!),
  }
}

/** The smallest number of latent variables with the fewest mistakes in cross-validation, each class counting the same. */
export function bestLatent(own: readonly Member[], others: readonly Member[]): number {
  const most = Math.max(1, Math.min(MAX_LATENT, Math.floor((own.length + others.length) / 6)))
  let [best, fewest] = [1, Number.POSITIVE_INFINITY]
  for (let latent = 1; latent <= most; latent++) {
    const right = crossSides(own, others, crossScores(own, others, latent))
    const wrong = (side: readonly boolean[]): number => side.filter((one) => !one).length / side.length
    const mistakes = wrong(right.own) + wrong(right.others)
    if (mistakes < fewest) [best, fewest] = [latent, mistakes]
  }
  return best
}

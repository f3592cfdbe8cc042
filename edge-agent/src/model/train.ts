import {
  type Axis,
  distances,
  encodeModel,
  judge,
  log10,
  type Model,
  type Settings,
  type Share,
  sum,
  type Treatment,
  treatSignal,
} from '@tristamp/protocol'
import {
  acceptance,
  componentsByResidual,
  crossAccepted,
  crossDistances,
  inFolds,
  isAccepted,
  type Member,
} from './class-model.ts'
import type { Regression } from './partial-least-squares.ts'
import { fitPlane } from './principal.ts'
import type { SpectraTable } from './spectra-csv.ts'
import { bestLatent, crossScores, crossSides, fitDiscriminant, threshold } from './two-classes.ts'

/** What a model is to be made of. */
export interface Training {
  name: string
  instrument: string
  settings: Settings
  /** What the numbers in the tables are. */
  given: Treatment['signal']
  treatment: Treatment
  /** Share of the class that the limit lets go wrong. */
  alphaMilli: number
  /** Undefined: as cross-validation says. */
  components: number | undefined
  scans: number
  spreadMilli: number
  span: number
  madeAt: string
  until: string
}

/** A model, and what a person needs to judge it. */
export interface Trained {
  model: Model
  bytes: Uint8Array
  axis: Axis
  own: Judged[]
  others: Judged[]
  groups: number
  /** Of the class model alone. */
  simca: { sensitivity: Share; specificity?: Share }
}

/** One spectrum of the training data, as the finished model sees it, and as cross-validation did. */
export interface Judged {
  name: string
  treated: number[]
  scores: [number, number]
  hMilli: number
  qMilli: number
  /** What cross-validation said. */
  accepted: boolean
}

const MAX_COMPONENTS = 8

/**
 * Makes a model of the samples of `own`; with samples of another class, a PLS-DA score beside it. What it says of itself comes from cross-validation:
 * each sample was judged by planes, limits and regressions made without its group. @throws Error when there are too few, or their axes differ
 */
export async function train(own: SpectraTable, others: SpectraTable | undefined, wish: Training): Promise<Trained> {
  const axis = own.axis
  if (others && JSON.stringify(others.axis) !== JSON.stringify(axis))
    throw new Error('the axes of the two files differ')
  const treated = (table: SpectraTable): Member[] =>
    inFolds(table.samples.map((sample) => ({ ...sample, values: treatGiven(sample.values, wish) })))
  const members = treated(own)
  const strangers = others ? treated(others) : []
  const groups = new Set(own.samples.map(({ group }) => group)).size
  if (groups < 6) throw new Error(`at least 6 samples are needed, ${groups} are there`)
  const alpha = wish.alphaMilli / 1000

  const components = wish.components ?? (await chooseComponents(members))
  const found = await crossDistances(members, components)
  const plane = await fitPlane(
    members.map(({ values }) => values),
    components,
  )
  const area = acceptance(found, alpha)
  const accepted = crossAccepted(found, alpha)
  const strange = strangers.map(({ values }) => isAccepted(distances(values, plane), area))
  const simca = { sensitivity: share(accepted), ...(others && { specificity: share(strange.map((one) => !one)) }) }

  const twoClasses = others && discriminate(members, strangers)
  const ownRight = accepted.map((one, i) => one && (twoClasses?.own[i] ?? true))
  const otherRight = strange.map((one, i) => !one || (twoClasses?.others[i] ?? false))
  const beside = twoClasses ? `; PLS-DA, ${twoClasses.latent} latent variables` : ''
  const model: Model = {
    type: 'TristampSpectrumModel',
    version: 1,
    name: wish.name,
    instrument: { kind: wish.instrument },
    settings: wish.settings,
    axis,
    scans: wish.scans,
    spreadMilli: wish.spreadMilli,
    span: wish.span,
    treatment: wish.treatment,
    ...plane,
    ...area,
    ...(twoClasses && { classes: { ...twoClasses.discriminant, limitMilli: twoClasses.limitMilli } }),
    madeAt: wish.madeAt,
    until: wish.until,
    training: {
      samples: members.length,
      alphaMilli: wish.alphaMilli,
      method: `DD-SIMCA, ${plane.loadings.length} components, limits from cross-validation of ${groups} groups${beside}`,
      sensitivity: share(ownRight),
      ...(others && { specificity: share(otherRight) }),
    },
  }
  const view = (member: Member, right: boolean): Judged => viewOf(member, model, right)
  return {
    model,
    bytes: encodeModel(model),
    axis,
    own: members.map((member, i) => view(member, ownRight[i]!)),
    others: strangers.map((member, i) => view(member, !otherRight[i]!)),
    groups,
    simca,
  }
}

async function chooseComponents(members: readonly Member[]): Promise<number> {
  const most = Math.max(1, Math.min(MAX_COMPONENTS, Math.floor(members.length / 6), members[0]!.values.length - 2))
  const residuals: number[] = []
  for (let k = 1; k <= most; k++) residuals.push(sum((await crossDistances(members, k)).map(({ q }) => q)))
  return componentsByResidual(residuals)
}

function discriminate(
  own: readonly Member[],
  others: readonly Member[],
): { latent: number; discriminant: Regression; limitMilli: number; own: boolean[]; others: boolean[] } {
  const latent = bestLatent(own, others)
  const values = (members: readonly Member[]): number[][] => members.map((member) => member.values)
  const discriminant = fitDiscriminant(values(own), values(others), latent)
  const scores = crossScores(own, others, latent)
  const limitMilli = Math.round(threshold(scores.own, scores.others) * 1000)
  return { latent, discriminant, limitMilli, ...crossSides(own, others, scores) }
}

/** As a test will treat what it measures. @throws Error when absorbances are given and reflectances are wanted */
function treatGiven(values: readonly number[], { given, treatment }: Training): number[] {
  if (given === treatment.signal) return treatSignal(values, treatment)
  if (given === 'absorbance') throw new Error('absorbances cannot be treated as reflectances')
  return treatSignal(
    values.map((reflected) => -log10(Math.max(0.0001, reflected))),
    treatment,
  )
}

function viewOf({ name, values }: Member, model: Model, accepted: boolean): Judged {
  const result = judge(values, model)
  const centred = values.map((value, i) => value - model.mean[i]!)
  const score = (a: number): number => sum(centred.map((value, i) => value * (model.loadings[a]?.[i] ?? 0)))
  const parts = result.verdict === 'inconclusive' ? { hMilli: 0, qMilli: 0 } : result
  return { name, treated: values, scores: [score(0), score(1)], hMilli: parts.hMilli, qMilli: parts.qMilli, accepted }
}

function share(right: readonly boolean[]): Share {
  return { right: right.filter(Boolean).length, of: right.length }
}

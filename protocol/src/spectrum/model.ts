import { utf8 } from '../bytes.ts'
import { canonicalJson, type Json } from '../canonical-json.ts'
import { type Axis, isNumber, Measured, readAxis, readJson, readSettings, type Settings } from './measured.ts'

const MAX_COMPONENTS = 16

/** What is done to a reflectance before it is compared, always in this order. */
export interface Treatment {
  /** Reflectance as it is, or absorbance, −log₁₀ of it. */
  signal: 'reflectance' | 'absorbance'
  /** So many neighbouring points become one, their mean; 1 for none. What is left over at the end is left out. */
  bin: number
  /** Standard normal variate: each spectrum minus its mean, divided by its standard deviation. */
  snv: boolean
  /** First derivative by Savitzky and Golay over five points, second order; two points at each end are left out. */
  derivative: boolean
}

/** Of how many, so many were told right. */
export interface Share {
  right: number
  of: number
}

/**
 * A class of known samples, and how far a sample may be from it (docs/spec/spectrum.md): a principal component model with the DD-SIMCA
 * acceptance area, and where there were samples of another class a PLS-DA score beside it. It travels as evidence.
 */
export interface Model {
  type: 'TristampSpectrumModel'
  version: 1
  /** Of what, for people. */
  name: string
  /** Which instruments, set how, it applies to. */
  instrument: { kind: string }
  settings: Settings
  axis: Axis
  /** Scans that a test needs at least; how far they may be from their mean, relative to it, in thousandths. */
  scans: number
  spreadMilli: number
  /** What white must be above dark at every point, in counts. */
  span: number
  treatment: Treatment
  mean: number[]
  /** One row for each component, of unit length. */
  loadings: number[][]
  /** Variance of the training samples' scores on each. */
  variances: number[]
  /** Scales and degrees of freedom of the score distance and the orthogonal distance. */
  h0: number
  nh: number
  q0: number
  nq: number
  /** The full distance up to which a sample is consistent with the class, in thousandths. */
  limitMilli: number
  /** 1 for the class, 0 for the other; from this on, in thousandths, it is the class. */
  classes?: { coefficients: number[]; intercept: number; limitMilli: number }
  madeAt: string
  until: string
  /** How it was made and what came of it, for people. */
  training: {
    samples: number
    alphaMilli: number
    method: string
    sensitivity: Share
    specificity?: Share
  }
}

const MEMBERS = [
  'type',
  'version',
  'name',
  'instrument',
  'settings',
  'axis',
  'scans',
  'spreadMilli',
  'span',
  'treatment',
  'mean',
  'loadings',
  'variances',
  'h0',
  'nh',
  'q0',
  'nq',
  'limitMilli',
  'classes',
  'madeAt',
  'until',
  'training',
]

/** How many points a spectrum has after treatment. */
export function treatedPoints(points: number, { bin, derivative }: Treatment): number {
  return Math.floor(points / bin) - (derivative ? 4 : 0)
}

/** Reads the evidence of a model. @throws ProtocolError SPECTRUM_MODEL */
export function parseModel(bytes: Uint8Array): Model {
  const fields = new Measured(readJson(bytes, 'SPECTRUM_MODEL'), 'SPECTRUM_MODEL', '', MEMBERS)
  const axis = readAxis(fields)
  const treatment = readTreatment(fields)
  const points = treatedPoints(axis.milli.length, treatment)
  if (points < 2) fields.fail('treatment', 'too few points are left')
  const loadings = fields.rows('loadings', { min: 1, max: MAX_COMPONENTS }, points, isNumber)
  const variances = fields.numbers('variances', loadings.length)
  if (variances.some((variance) => variance <= 0)) fields.fail('variances', 'expected more than nothing')
  return {
    type: fields.exactly('type', 'TristampSpectrumModel'),
    version: fields.exactly('version', 1),
    name: fields.text('name'),
    instrument: { kind: fields.inside('instrument', ['kind']).text('kind') },
    settings: readSettings(fields),
    axis,
    scans: fields.integer('scans', 1, 32),
    spreadMilli: fields.integer('spreadMilli', 1, 1000),
    span: fields.integer('span', 1, 2 ** 40),
    treatment,
    mean: fields.numbers('mean', points),
    loadings,
    variances,
    h0: fields.positive('h0'),
    nh: fields.integer('nh', 1, 1000),
    q0: fields.positive('q0'),
    nq: fields.integer('nq', 1, 1000),
    limitMilli: fields.integer('limitMilli', 1, 1_000_000_000),
    ...(fields.has('classes') && { classes: readClasses(fields, points) }),
    madeAt: fields.time('madeAt'),
    until: fields.time('until'),
    training: readTraining(fields),
  }
}

/** The bytes of a model as evidence. @throws ProtocolError SPECTRUM_MODEL when it is none that can be read back, or too large */
export function encodeModel(model: Model): Uint8Array {
  const bytes = utf8(canonicalJson(model as unknown as Json))
  parseModel(bytes)
  return bytes
}

function readTreatment(fields: Measured): Treatment {
  const treatment = fields.inside('treatment', ['signal', 'bin', 'snv', 'derivative'])
  return {
    signal: treatment.oneOf('signal', ['reflectance', 'absorbance']),
    bin: treatment.integer('bin', 1, 256),
    snv: treatment.flag('snv'),
    derivative: treatment.flag('derivative'),
  }
}

function readClasses(fields: Measured, points: number): NonNullable<Model['classes']> {
  const classes = fields.inside('classes', ['coefficients', 'intercept', 'limitMilli'])
  return {
    coefficients: classes.numbers('coefficients', points),
    intercept: classes.number('intercept'),
    limitMilli: classes.integer('limitMilli', -1_000_000, 1_000_000),
  }
}

function readTraining(fields: Measured): Model['training'] {
  const training = fields.inside('training', ['samples', 'alphaMilli', 'method', 'sensitivity', 'specificity'])
  return {
    samples: training.integer('samples', 2, 1_000_000),
    alphaMilli: training.integer('alphaMilli', 1, 500),
    method: training.text('method'),
    sensitivity: readShare(training, 'sensitivity'),
    ...(training.has('specificity') && { specificity: readShare(training, 'specificity') }),
  }
}

function readShare(fields: Measured, name: string): Share {
  const share = fields.inside(name, ['right', 'of'])
  const of = share.integer('of', 1, 1_000_000)
  return { right: share.integer('right', 0, of), of }
}

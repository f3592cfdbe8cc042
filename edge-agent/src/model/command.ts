import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { evidenceId, evidenceUri, type Settings } from '@tristamp/protocol'
import { AgentError, asAgentError, type Language, whyOf } from '../error.ts'
import { problemText } from '../log.ts'
import { readModelFile } from '../spectroscopy/model-file.ts'
import { reportHtml, shareText } from './report.ts'
import { readSpectraCsv } from './spectra-csv.ts'
import { train } from './train.ts'

const MODEL_HELP = `tristamp-agent model train --in known.csv --out model.json [options]
  --name NAME               what it is of, for people (default: the name of the file)
  --adulterated other.csv   spectra of another class, for a second opinion and an honest figure
  --report report.html      a report with plots, to judge it by
  --instrument KIND         as7265x (default), or what a spectrum-json instrument calls itself
  --setting NAME=NUMBER     each setting of the instrument, as the gateway records it; may be repeated
  --given reflectance|absorbance   what the numbers in the files are (default reflectance)
  --signal absorbance|reflectance  what is compared (default absorbance)
  --no-snv, --derivative, --bin N  treatment (default: SNV, no derivative, bins of 1)
  --unit nm|cm-1            of the axis (default nm)
  --components N            (default: as cross-validation says)
  --alpha SHARE             of the class beyond the limit (default 0.05)
  --scans N --spread SHARE --span COUNTS   what a test must have (default 3, 0.05, 500)
  --until TIME              until when it may be used (default: a year from now)
tristamp-agent model show model.json
`

/** What was typed is not how it is used. */
class ModelUsageError extends Error {}

const TEXT = { type: 'string' } as const
const FLAG = { type: 'boolean' } as const
const OPTIONS = {
  in: TEXT,
  out: TEXT,
  name: TEXT,
  adulterated: TEXT,
  report: TEXT,
  instrument: TEXT,
  setting: { type: 'string', multiple: true },
  given: TEXT,
  signal: TEXT,
  'no-snv': FLAG,
  derivative: FLAG,
  bin: TEXT,
  unit: TEXT,
  components: TEXT,
  alpha: TEXT,
  scans: TEXT,
  spread: TEXT,
  span: TEXT,
  until: TEXT,
} as const

/** The usual settings of the as7265x driver. */
const USUAL: Settings = { gain: 2, integration: 60, current: 0x22, whiteLamp: 1, irLamp: 1, uvLamp: 1 }
const YEAR_MS = 365 * 86_400_000

/** `tristamp-agent model …`. Answers the exit code: 0, 1 where it cannot be done, 2 for wrong usage. */
export async function modelMain(argv: readonly string[], language: Language): Promise<number> {
  try {
    await obey(argv, (text) => process.stdout.write(text))
    return 0
  } catch (thrown) {
    const wrong = thrown instanceof ModelUsageError
    const error = asAgentError(thrown)
    const why = wrong ? `${thrown.message}\n\n${MODEL_HELP}` : `${problemText(error.code, error.fields, language)}\n`
    process.stderr.write(why)
    return wrong ? 2 : 1
  }
}

async function obey(argv: readonly string[], print: (text: string) => void): Promise<void> {
  const [what, ...rest] = argv
  if (what === '--help' || what === 'help') print(MODEL_HELP)
  else if (what === 'train') await trainCommand(rest, print)
  else if (what === 'show' && rest.length === 1) showCommand(rest[0]!, print)
  else throw new ModelUsageError('model: train, or show FILE')
}

async function trainCommand(argv: string[], print: (text: string) => void): Promise<void> {
  const values = read(argv)
  const { in: own, out, adulterated, report } = values
  if (own === undefined || out === undefined) throw new ModelUsageError('model train: --in and --out are needed')
  const unit = oneOf(values.unit ?? 'nm', ['nm', 'cm-1'], 'unit')
  const instrument = values.instrument ?? 'as7265x'
  const tables = {
    own: readSpectraCsv(own, unit),
    others: adulterated === undefined ? undefined : readSpectraCsv(adulterated, unit),
  }
  const now = Date.now()
  const wish = {
    name: (values.name ?? own).slice(0, 200),
    instrument,
    settings: settingsOf(values.setting, instrument),
    given: oneOf(values.given ?? 'reflectance', ['reflectance', 'absorbance'], 'given'),
    treatment: {
      signal: oneOf(values.signal ?? 'absorbance', ['absorbance', 'reflectance'], 'signal'),
      bin: whole(values.bin ?? '1', 'bin'),
      snv: values['no-snv'] !== true,
      derivative: values.derivative === true,
    },
    alphaMilli: milli(values.alpha ?? '0.05', 'alpha'),
    components: values.components === undefined ? undefined : whole(values.components, 'components'),
    scans: whole(values.scans ?? '3', 'scans'),
    spreadMilli: milli(values.spread ?? '0.05', 'spread'),
    span: whole(values.span ?? '500', 'span'),
    madeAt: new Date(now).toISOString(),
    until: timeOf(values.until, now + YEAR_MS),
  }
  const trained = await train(tables.own, tables.others, wish).catch((cause: unknown) => {
    throw new AgentError('SPECTRA_MALFORMED', { file: own, why: whyOf(cause) }, { cause })
  })
  writeFileSync(out, trained.bytes)
  if (report !== undefined) writeFileSync(report, reportHtml(trained))
  showCommand(out, print)
}

function showCommand(file: string, print: (text: string) => void): void {
  const { model, bytes } = readModelFile(file)
  const { training, treatment, axis } = model
  print(`${model.name}
  ${evidenceUri(evidenceId(bytes))} (${bytes.length} bytes)
  for ${model.instrument.kind} ${JSON.stringify(model.settings)}, ${axis.milli.length} points from ${axis.milli[0]! / 1000} to ${axis.milli.at(-1)! / 1000} ${axis.unit}; until ${model.until}
  ${training.method}; ${JSON.stringify(treatment)}
  limit ${model.limitMilli / 1000} at alpha ${training.alphaMilli / 1000}; ${training.samples} spectra
  sensitivity ${shareText(training.sensitivity)}${training.specificity ? `\n  specificity ${shareText(training.specificity)}` : ''}
`)
}

function read(argv: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: argv, options: OPTIONS }).values
  } catch (error) {
    throw new ModelUsageError(whyOf(error))
  }
}

function settingsOf(given: readonly string[] | undefined, instrument: string): Settings {
  if (given === undefined) return instrument === 'as7265x' ? USUAL : {}
  return Object.fromEntries(
    given.map((text) => {
      const [, name = '', value] = /^([a-z][A-Za-z0-9]{0,31})=(-?\d{1,12})$/.exec(text) ?? []
      if (value === undefined) throw new ModelUsageError(`--setting ${text}: expected name=number`)
      return [name, Number(value)]
    }),
  )
}

function oneOf<T extends string>(value: string, words: readonly T[], option: string): T {
  const found = words.find((word) => word === value)
  if (found === undefined) throw new ModelUsageError(`--${option}: expected ${words.join(' or ')}`)
  return found
}

function whole(value: string, option: string): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
    throw new ModelUsageError(`--${option}: expected a number from 1 on`)
  return Number(value)
}

function milli(value: string, option: string): number {
  const thousandths = Math.round(Number(value) * 1000)
  if (!(thousandths >= 1 && thousandths <= 500)) throw new ModelUsageError(`--${option}: expected 0.001 to 0.5`)
  return thousandths
}

function timeOf(value: string | undefined, otherwise: number): string {
  const ms = value === undefined ? otherwise : Date.parse(value)
  if (!Number.isFinite(ms)) throw new ModelUsageError('--until: expected a time such as 2027-06-01T00:00:00Z')
  return new Date(ms).toISOString()
}

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse as parseYaml } from 'yaml'
import { instrumentKinds } from './device/index.ts'
import { faultsOf } from './fault.ts'
import { parseScenario } from './scenario/load.ts'
import type { Scenario } from './scenario/scenario.ts'
import type { SimulatorOptions } from './simulator.ts'
import { parseAxis, type SpectraRequest } from './spectra-table.ts'
import { foods, parseSample } from './world/food.ts'

/** Names of the scenarios that come with the simulator. */
export const SCENARIOS: readonly string[] = readdirSync(new URL('../scenarios', import.meta.url))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .sort()

export const HELP: string = `tristamp-sim --scenario FILE --dir DIR [options]
tristamp-sim --instrument NAME=KIND [--instrument …] --dir DIR [options]
tristamp-sim spectra --sample SAMPLE [--count N] [--seed N] [--axis as7265x|FROM:TO:STEP]

Runs instruments on serial paths that a program can open, and writes their addresses to DIR/ports.json.

  --scenario FILE      what happens (YAML); a bare name stands for one of those that come with the simulator:
                       ${SCENARIOS.join(', ')}
  --instrument NAME=KIND  instead of a scenario: an instrument with its usual settings, or with settings in braces:
                       --instrument 'cold1=lth01 {unit: 3, air: {celsius: -18}}'
  --dir DIR            folder for the serial paths and ports.json
  --transport KIND     pty, tcp or auto (default: pseudo-terminals and, where none can be had, TCP)
  --var NAME=VALUE     value of a variable of the scenario; may be repeated
  --start TIME         instead of the scenario's start: RFC 3339, or -64h, or "-64h at 15:20"
  --seed N             instead of the scenario's seed
  --pace X             pauses and fast-forwards X times as fast (default 1)
  --control PATH       unix socket that takes requests as lines of JSON (default DIR/control.sock; none: no socket)
  --play               begin the steps at once
  --help, --version

On standard input, a line each:
  play                              begin the steps
  scan INSTRUMENT CODE              show a scanner a code
  fault INSTRUMENT KIND [TIMES]     break something, for so many frames or until told otherwise
  temperature INSTRUMENT CELSIUS    the air at a thermometer
  fault INSTRUMENT KIND off         mend it; "fault INSTRUMENT replug" ends unplug
  quit                              stop
If standard input is a pipe, its end stops the simulator too.

On standard output: lines of JSON { "type": "ready" | "step" | "scan" | "fault" | "done" | "error", … }.

On the control socket, a line each, answered by {"ok":true} or {"ok":false,"error":…}:
  {"do":"state"} {"do":"play"} {"do":"events"} {"do":"quit"}
  {"do":"fault","instrument":I,"kind":K,"times":N} {"do":"clear","instrument":I,"kind":K}
  {"do":"scan","instrument":I,"code":C} {"do":"temperature","instrument":I,"celsius":T,"withinMs":N}
  {"do":"move","instrument":I,"points":[{"lat":…,"lon":…}],"withinMs":N} {"do":"advance","byMs":N,"overMs":N}

Kinds of instruments, with the faults of each beside those of its line:
${kindsText()}
Faults of a line: ${faultsOf('modbus-th')
  .filter((fault) => faultsOf('scanner').includes(fault))
  .join(', ')}.

Samples, all made up: ${foods.join(', ')}; with so much of another, olive-oil+10%sunflower-oil; white and none.
"spectra" writes reflectances of so many of one kind as CSV, to make models with.

Exit codes: 0 stopped, 1 failed, 2 wrong usage, 3 the scenario cannot be played.
`

function kindsText(): string {
  return [...instrumentKinds.values()]
    .map(({ kind, what, faults }) => `  ${kind.padEnd(18)} ${what}\n${' '.repeat(21)}${faults.join(', ')}\n`)
    .join('')
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface CommandLine {
  simulator: SimulatorOptions
  /** Path of the control socket; undefined for none. */
  control: string | undefined
  playAtOnce: boolean
}

/** Reads the command line; 'help' and 'version' where that is asked for. Throws a UsageError. */
export function readCommandLine(argv: readonly string[]): CommandLine | 'help' | 'version' {
  const values = parse(argv)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const { scenario, instrument, dir, transport = 'auto', start } = values
  if (!dir || (scenario === undefined) === (instrument === undefined))
    throw new UsageError('--dir and either --scenario or --instrument are needed; --help tells the rest')
  if (transport !== 'pty' && transport !== 'tcp' && transport !== 'auto') {
    throw new UsageError('--transport is pty, tcp or auto')
  }
  const pace = values.pace === undefined ? 1 : Number(values.pace)
  if (!(pace > 0 && pace <= 1000)) throw new UsageError('--pace is a number above 0, at most 1000')
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new UsageError('--seed is a whole number')
  const vars = Object.fromEntries((values.var ?? []).map(assignment))
  return {
    simulator: {
      scenario: scenario ?? bench(instrument ?? []),
      dir,
      transport,
      pace,
      vars,
      ...(seed !== undefined && { seed }),
      ...(start && { start }),
    },
    control: values.control === 'none' ? undefined : (values.control ?? join(dir, 'control.sock')),
    playAtOnce: values.play ?? false,
  }
}

interface Values {
  scenario?: string
  instrument?: string[]
  control?: string
  dir?: string
  transport?: string
  start?: string
  seed?: string
  pace?: string
  var?: string[]
  play?: boolean
  help?: boolean
  version?: boolean
}

function parse(argv: readonly string[]): Values {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    return parseArgs({
      args: [...argv],
      options: {
        scenario: text,
        instrument: { type: 'string', multiple: true },
        control: text,
        dir: text,
        transport: text,
        start: text,
        seed: text,
        pace: text,
        var: { type: 'string', multiple: true },
        play: flag,
        help: flag,
        version: flag,
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--var is written name=value, not ${text}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** Where a receiver stands that nobody gave a place. */
const HERE = { lat: 30.2721, lon: 109.4883, name: { zh: '此处', en: 'Here' } }
/** What a thermometer feels that nobody gave an air. */
const AIR = { celsius: 4, humidity: 80, swing: 0.4 }

/** A scenario without steps, of `name=kind` or `name=kind {settings}`. Throws a UsageError, or a ScenarioError for wrong settings. */
function bench(wanted: readonly string[]): Scenario {
  const instruments = Object.fromEntries(
    wanted.map((text) => {
      const match = /^([^=\s]+)=([a-z0-9-]+)\s*(\{.*\})?$/s.exec(text.trim())
      const kind = instrumentKinds.get(match?.[2] ?? '')
      if (!match?.[1] || !kind)
        throw new UsageError(
          `--instrument is written name=kind or 'name=kind {settings}', not ${text}; --help has the kinds`,
        )
      const usual = kind.senses === 'air' ? { air: AIR } : kind.senses === 'place' ? { place: 'here' } : {}
      return [match[1], { ...usual, ...settings(match[3] ?? '{}'), kind: kind.kind }]
    }),
  )
  return parseScenario(JSON.stringify({ scenario: 'bench', start: '-0s', places: { here: HERE }, instruments }))
}

function settings(text: string): object {
  try {
    const value: unknown = parseYaml(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch (error) {
    throw new UsageError(`--instrument: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The arguments of `spectra`. Throws a UsageError. */
export function readSpectraLine(argv: readonly string[]): SpectraRequest {
  const { sample = '', count = '60', seed = '1', axis = 'as7265x' } = spectraOptions(argv)
  if (parseSample(sample) === undefined || sample === 'none')
    throw new UsageError(`--sample: one of ${foods.join(', ')}, or a mixture of two`)
  if (!/^\d{1,5}$/.test(count) || Number(count) === 0) throw new UsageError('--count: 1 to 99999')
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError('--seed: a whole number')
  const nm = parseAxis(axis)
  if (nm === undefined) throw new UsageError('--axis: as7265x, or from:to:step in nm')
  return { sample, count: Number(count), seed: Number(seed), nm }
}

function spectraOptions(argv: readonly string[]): {
  sample?: string
  count?: string
  seed?: string
  axis?: string
} {
  const option = { type: 'string' } as const
  try {
    return parseArgs({ args: [...argv], options: { sample: option, count: option, seed: option, axis: option } }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

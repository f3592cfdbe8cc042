import { parseArgs } from 'node:util'
import type { SimulatorOptions } from './simulator.ts'

export const HELP = `tristamp-sim --scenario FILE --dir DIR [options]

Runs the instruments of a scenario on serial paths that an agent can open, and writes their addresses to DIR/ports.json.

  --scenario FILE      what happens (YAML); a bare name stands for one of those that come with the simulator: pork, short
  --dir DIR            folder for the serial paths and ports.json
  --transport KIND     pty, tcp or auto (default: pseudo-terminals and, where none can be had, TCP)
  --var NAME=VALUE     value of a variable of the scenario; may be repeated
  --start TIME         instead of the scenario's start: RFC 3339, or -64h, or "-64h at 15:20"
  --seed N             instead of the scenario's seed
  --pace X             pauses and fast-forwards X times as fast (default 1)
  --play               begin the steps at once
  --help, --version

On standard input, a line each:
  play                              begin the steps
  scan INSTRUMENT CODE              show a scanner a code
  fault INSTRUMENT KIND [TIMES]     break something, for so many frames or until told otherwise
  fault INSTRUMENT KIND off         mend it; "fault INSTRUMENT replug" ends unplug
  quit                              stop
If standard input is a pipe, its end stops the simulator too.

On standard output: lines of JSON { "type": "ready" | "step" | "scan" | "fault" | "done" | "error", … }.

Exit codes: 0 stopped, 1 failed, 2 wrong usage, 3 the scenario cannot be played.
`

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface CommandLine {
  simulator: SimulatorOptions & { scenario: string }
  playAtOnce: boolean
}

/** Reads the command line; 'help' and 'version' where that is asked for. Throws a UsageError. */
export function readCommandLine(argv: readonly string[]): CommandLine | 'help' | 'version' {
  const values = parse(argv)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const { scenario, dir, transport = 'auto', start } = values
  if (!scenario || !dir) throw new UsageError('--scenario and --dir are needed')
  if (transport !== 'pty' && transport !== 'tcp' && transport !== 'auto') {
    throw new UsageError('--transport is pty, tcp or auto')
  }
  const pace = values.pace === undefined ? 1 : Number(values.pace)
  if (!(pace > 0 && pace <= 1000)) throw new UsageError('--pace is a number above 0, at most 1000')
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new UsageError('--seed is a whole number')
  const vars = Object.fromEntries((values.var ?? []).map(assignment))
  return {
    simulator: { scenario, dir, transport, pace, vars, ...(seed !== undefined && { seed }), ...(start && { start }) },
    playAtOnce: values.play ?? false,
  }
}

interface Values {
  scenario?: string
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

import { existsSync, fstatSync, readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { obey } from './command.ts'
import { type Control, openControl } from './control.ts'
import type { SimEvent } from './event.ts'
import { type CommandLine, HELP, readCommandLine, readSpectraLine, SCENARIOS, UsageError } from './options.ts'
import { ScenarioError } from './scenario/load.ts'
import { type Simulator, startSimulator } from './simulator.ts'
import { spectraTable } from './spectra-table.ts'

/** The command `tristamp-sim`; resolves with its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === 'spectra') {
      process.stdout.write(spectraTable(readSpectraLine(argv.slice(1))))
      return 0
    }
    const asked = readCommandLine(argv)
    if (asked === 'help') process.stdout.write(HELP)
    else if (asked === 'version') process.stdout.write(`${version()}\n`)
    else await run(asked)
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    if (error instanceof UsageError) return 2
    return error instanceof ScenarioError ? 3 : 1
  }
}

async function run({ simulator: options, control: controlPath, playAtOnce }: CommandLine): Promise<void> {
  let control: Control | undefined
  const emit = (event: SimEvent): void => {
    control?.tell(event)
    process.stdout.write(`${JSON.stringify(event)}\n`)
  }
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  process.once('SIGTERM', stop).once('SIGINT', stop)
  // Nobody reads any more: the program that started this one is gone.
  process.stdout.on('error', stop)
  const scenario = typeof options.scenario === 'string' ? scenarioFile(options.scenario) : options.scenario
  const early: SimEvent[] = []
  let ready: boolean = false
  await using simulator = await startSimulator({
    ...options,
    scenario,
    onEvent: (event) => (ready ? emit(event) : void early.push(event)),
  })
  let begun = false
  const begin = (): void => {
    if (begun) return
    begun = true
    simulator.play().catch((error: Error) => {
      if (!stopped.signal.aborted) emit({ type: 'error', message: error.message })
    })
  }
  await using opened =
    controlPath === undefined ? undefined : await openControl(controlPath, simulator, { play: begin, quit: stop })
  control = opened
  // Whoever is told that all is ready finds the socket there.
  ready = true
  for (const event of early) emit(event)
  if (playAtOnce) begin()
  const input = listen(simulator, begin, stop, emit)
  if (!stopped.signal.aborted) await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve))
  input.close()
}

/** Obeys standard input, line by line, in order. */
function listen(simulator: Simulator, begin: () => void, stop: () => void, emit: (event: SimEvent) => void): Interface {
  const input = createInterface({ input: process.stdin })
  let last = Promise.resolve()
  input.on('line', (line) => {
    last = last.then(async () => {
      try {
        if (await obey(line, simulator, begin)) stop()
      } catch (error) {
        emit({ type: 'error', message: error instanceof Error ? error.message : String(error) })
      }
    })
  })
  const kind = fstatSync(0)
  if (kind.isFIFO() || kind.isSocket()) input.once('close', stop)
  return input
}

/** A bare name stands for a scenario that comes with the simulator. */
function scenarioFile(name: string): string {
  if (SCENARIOS.includes(name)) return fileURLToPath(new URL(`../scenarios/${name}.yaml`, import.meta.url))
  if (!/^[a-z-]+$/.test(name) || existsSync(name)) return name
  throw new ScenarioError([
    `there is no scenario ${name}; those that come with the simulator are ${SCENARIOS.join(', ')}`,
  ])
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

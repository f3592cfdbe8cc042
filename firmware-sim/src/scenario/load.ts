import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { crossCheck } from './cross-check.ts'
import type { Scenario } from './scenario.ts'
import { scenarioSchema } from './schema.ts'
import { parseOffset, parseStart } from './start-time.ts'
import { fillIn, type Variables, variables } from './variables.ts'

export interface LoadOptions {
  vars?: Record<string, string>
  /** Stands in for the file's own `start`. */
  start?: string
  /** Unix milliseconds to which a relative start refers; now by default. */
  nowMs?: number
}

/** A scenario that cannot be played: every problem that was found, each with its place in the file. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the scenario cannot be played:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Reads a scenario file. Throws a ScenarioError with all problems at once. */
export function loadScenario(file: string, options: LoadOptions = {}): Scenario {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ScenarioError([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`])
  }
  return parseScenario(text, options)
}

/** Reads a scenario from YAML text. Throws a ScenarioError with all problems at once. */
export function parseScenario(text: string, options: LoadOptions = {}): Scenario {
  const document = parseDocument(text, { uniqueKeys: true })
  if (document.errors.length > 0) throw new ScenarioError(document.errors.map((error) => error.message))
  const raw: unknown = document.toJS({ maxAliasCount: 100 })
  const problems: string[] = []
  const head = raw as { zone?: unknown; start?: unknown; vars?: unknown } | null
  const offset = parseOffset(typeof head?.zone === 'string' ? head.zone : '+00:00')
  if (offset === undefined) problems.push('zone: an offset from UTC is written like +08:00')
  const startText = options.start ?? (typeof head?.start === 'string' ? head.start : '')
  const startMs = parseStart(startText, offset ?? 0, options.nowMs ?? Date.now())
  if (startMs === undefined) problems.push('start: an RFC 3339 time, or like -64h, or like -64h at 15:20')

  const vars: Variables = variables(
    head?.vars,
    options.vars ?? {},
    { startMs: startMs ?? 0, offset: offset ?? 0 },
    problems,
  )
  const result = v.safeParse(scenarioSchema, fillIn(raw, vars, problems))
  if (!result.success) {
    for (const issue of result.issues) problems.push(`${v.getDotPath(issue) ?? 'file'}: ${issue.message}`)
    throw new ScenarioError(problems)
  }
  const { scenario: name, seed, places, instruments, steps } = result.output
  const scenario: Scenario = {
    name,
    startMs: startMs ?? 0,
    seed,
    vars: Object.fromEntries([...vars].filter(([name]) => !name.startsWith('yymmdd'))),
    places,
    instruments,
    steps,
  }
  problems.push(...crossCheck(scenario))
  if (problems.length > 0) throw new ScenarioError(problems)
  return scenario
}

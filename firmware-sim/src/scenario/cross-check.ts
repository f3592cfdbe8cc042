import { instrumentKind } from '../device/index.ts'
import { faultsOf } from '../fault.ts'
import type { Scenario, Step } from './scenario.ts'

/** Problems that the form of a scenario does not show: names that mean nothing, and what cannot be done. */
export function crossCheck(scenario: Scenario): string[] {
  const problems: string[] = []
  const places = new Set(Object.keys(scenario.places))
  for (const [id, spec] of Object.entries(scenario.instruments)) {
    const found = instrumentKind(spec.kind)?.check?.(spec, places) ?? []
    problems.push(...[...found, ...lineProblems(scenario, id)].map((problem) => `instruments.${id}.${problem}`))
  }
  let reached = 0
  for (const [i, step] of scenario.steps.entries()) {
    const at = `steps.${i}`
    problems.push(...names(scenario, step).map((problem) => `${at}.${problem}`))
    if (step.at !== undefined && step.advance !== undefined) problems.push(`${at}: either at or advance, not both`)
    const target = step.at ?? reached + (step.advance ?? 0)
    if (target < reached) problems.push(`${at}.at: it lies before the step ahead of it`)
    reached = Math.max(reached, target)
  }
  return problems
}

/** Who joins a line must be able to, and tell itself from the others on it. */
function lineProblems({ instruments }: Scenario, id: string): string[] {
  const spec = instruments[id]!
  if (spec.line === undefined) return []
  const owner = instruments[spec.line]
  const shares = instrumentKind(spec.kind)?.shares ?? ''
  if (owner === undefined || spec.line === id) return [`line: there is no other instrument ${spec.line}`]
  if (instrumentKind(owner.kind)?.shares !== shares || owner.line !== undefined)
    return [`line: ${spec.line} has no line that others can join`]
  const problems = owner.baudRate === spec.baudRate ? [] : [`baudRate: it differs from that of ${spec.line}`]
  const others = Object.entries(instruments).filter(
    ([other, { line }]) => other !== id && (other === spec.line || line === spec.line),
  )
  const twin = others.find(([, other]) => other[shares] === spec[shares])
  return twin ? [...problems, `${shares}: ${twin[0]} on the same line has it, too`] : problems
}

/** What an instrument must sense so that a step can do something to it. */
const AIMED = {
  place: 'cannot be sent along a way',
  air: 'feels no air',
  codes: 'reads no codes',
} as const

function names(scenario: Scenario, step: Step): string[] {
  const problems: string[] = []
  const need = (key: string, id: string, sense: keyof typeof AIMED): void => {
    const spec = scenario.instruments[id]
    if (!spec) problems.push(`${key}: there is no instrument ${id}`)
    else if (instrumentKind(spec.kind)?.senses !== sense)
      problems.push(`${key}: ${id} is of kind ${spec.kind}, which ${AIMED[sense]}`)
  }
  for (const [i, move] of step.move.entries()) {
    need(`move.${i}.gnss`, move.gnss, 'place')
    if (!(move.to in scenario.places)) problems.push(`move.${i}.to: there is no place ${move.to}`)
  }
  for (const [i, { thermo }] of step.temperature.entries()) need(`temperature.${i}.thermo`, thermo, 'air')
  for (const [i, { scanner, codes }] of step.scan.entries()) {
    need(`scan.${i}.scanner`, scanner, 'codes')
    const kind = instrumentKind(scenario.instruments[scanner]?.kind ?? '')
    for (const [n, code] of codes.entries()) {
      if (kind?.shows?.(code) === false) problems.push(`scan.${i}.codes.${n}: ${scanner} cannot be shown ${code}`)
    }
  }
  for (const [i, { instrument, kind }] of step.fault.entries()) {
    const spec = scenario.instruments[instrument]
    if (!spec) problems.push(`fault.${i}.instrument: there is no instrument ${instrument}`)
    else if (!faultsOf(spec.kind).includes(kind)) {
      problems.push(
        `fault.${i}.kind: ${instrument} (${spec.kind}) cannot have ${kind}; it can have ${faultsOf(spec.kind).join(', ')}`,
      )
    }
  }
  return problems
}

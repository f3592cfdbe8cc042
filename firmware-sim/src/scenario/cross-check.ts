import { faultsOf, type InstrumentKind } from '../fault.ts'
import type { Scenario, Step } from './scenario.ts'

/** Bits of one GNSS epoch: GGA and RMC, at most 82 characters each (NMEA 0183 §5.3), ten bits a character. */
export const EPOCH_BITS: number = 2 * 82 * 10

/** Problems that the form of a scenario does not show: names that mean nothing, and what cannot be done. */
export function crossCheck(scenario: Scenario): string[] {
  const problems: string[] = []
  for (const [id, spec] of Object.entries(scenario.instruments)) {
    if (spec.kind !== 'nmea') continue
    if (!(spec.place in scenario.places)) problems.push(`instruments.${id}.place: there is no place ${spec.place}`)
    if (spec.rate * EPOCH_BITS > spec.baudRate) {
      problems.push(`instruments.${id}.rate: ${spec.rate} fixes a second do not fit on a line of ${spec.baudRate} baud`)
    }
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

function names(scenario: Scenario, step: Step): string[] {
  const problems: string[] = []
  const need = (key: string, id: string, kind: InstrumentKind): void => {
    const spec = scenario.instruments[id]
    if (!spec) problems.push(`${key}: there is no instrument ${id}`)
    else if (spec.kind !== kind) problems.push(`${key}: ${id} is of kind ${spec.kind}, not ${kind}`)
  }
  for (const [i, move] of step.move.entries()) {
    need(`move.${i}.gnss`, move.gnss, 'nmea')
    if (!(move.to in scenario.places)) problems.push(`move.${i}.to: there is no place ${move.to}`)
  }
  for (const [i, { thermo }] of step.temperature.entries()) need(`temperature.${i}.thermo`, thermo, 'modbus-th')
  for (const [i, { scanner }] of step.scan.entries()) need(`scan.${i}.scanner`, scanner, 'scanner')
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

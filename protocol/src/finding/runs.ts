import type { ProvenEvent } from '../verify/verdict.ts'
import { factsOf } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'
import { gainOf } from './gain.ts'

/**
 * MASS_BALANCE of processes that several records of one organisation tell under one `transformationID`: what went into any of them may have come out of
 * any other, so that they are weighed together. For whoever has all records, as a node and its traces have: a product's history has only those of
 * its own inputs, of which one alone may give more than it took. Detail: in, out, `uom`, and the transformation.
 */
export function gainsOfRuns(events: readonly ProvenEvent[]): Finding[] {
  const { events: standing } = factsOf(events, NO_NAMES, new Set())
  const runs = new Map<string, ProvenEvent[]>()
  for (const proven of standing) {
    const { event, signer } = proven
    if (event.type !== 'TransformationEvent' || event.transformationID === undefined) continue
    const name = `${signer.org} ${event.transformationID}`
    const run = runs.get(name)
    if (run === undefined) runs.set(name, [proven])
    else run.push(proven)
  }
  return [...runs.values()].flatMap((run) => {
    const told = run.flatMap(({ event }) => (event.type === 'TransformationEvent' ? [event] : []))
    const gain = gainOf(told)
    if (gain === undefined) return []
    const detail = { ...gain, transformation: told[0]?.transformationID ?? '' }
    return [{ code: 'MASS_BALANCE', severity: 'warning', events: refsOf(...run), detail }]
  })
}

const NO_NAMES: Parameters<typeof factsOf>[1] = { products: new Map(), places: new Map(), organisations: new Map() }

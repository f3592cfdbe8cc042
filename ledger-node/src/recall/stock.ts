import type { Recall } from '@tristamp/protocol'
import type { Standing } from '../trace/piles.ts'
import type { Proof } from '../trace/proof.ts'
import type { FactProof, StockFact, Unrecorded } from './facts.ts'

/** Ways in which goods end at whoever buys or eats them (CBV 2.0 §7.1, and ours). */
const SALES = new Set(['retail_selling', 'dispensing', 'urn:tristamp:bizstep:serving'])
const DESTRUCTIONS = new Set(['destroying', 'decommissioning'])

/** The tree size at which a recall's scope ends, where it is that of a trace and nothing later belongs to it (docs/spec/governance.md, Recalls). */
export function frozenAt({ trace, after }: Recall): number | undefined {
  return after === undefined ? trace?.treeSize : undefined
}

/** What the trace says of recalled goods, as facts: what is there, or on the way, was sold, destroyed, or went into something else. */
export function stockFacts(standings: readonly Standing[]): { stock: StockFact[]; unrecorded: Unrecorded[] } {
  const stock: StockFact[] = []
  const unrecorded: Unrecorded[] = []
  for (const { state, step, place, holder, milli, uom, things, since, proofs } of standings) {
    const found = proofs.map((proof) => factProof(proof))
    const where = { ...(place !== undefined && { place }), ...(uom !== undefined && { uom }), proofs: found }
    if (state === 'unaccounted') unrecorded.push({ ...where, milli: -(milli ?? 0) })
    else {
      const amount = { ...(holder !== undefined && { holder }), ...(milli !== undefined && { milli }), things }
      const at = since === undefined ? {} : { at: Date.parse(since) }
      stock.push({ ...where, ...amount, ...at, state: fate(state, step) })
    }
  }
  return { stock, unrecorded }
}

function fate(state: Standing['state'], step = ''): StockFact['state'] {
  if (state === 'used') return 'used'
  if (state !== 'ended') return 'there'
  return SALES.has(step) ? 'sold' : DESTRUCTIONS.has(step) ? 'destroyed' : 'used'
}

function factProof({ entry, position, eventID }: Proof): FactProof {
  return { entry, position, eventID, kind: 'trace' }
}

import { NO_QUORUM, type Policy } from '@tristamp/protocol'
import type { CosigningEvent, Standing } from '../witness/cosigning.ts'

export interface WitnessRow {
  name: string
  /** Whether it has signed the checkpoint that readers see, or a later one. */
  signed: boolean
  /** Entries of that checkpoint that are behind what it signed last; null if it never did while the node runs. */
  lag: number | null
  lastAtMs: number | null
  /** Why not, and since when it has been failing. */
  failure: { code: string; detail: string; sinceMs: number } | null
}

export interface WitnessesState {
  /** Whether the last checkpoint was published with its quorum, or has got it since. */
  quorum: boolean
  /** How many must have signed; null where a policy says it in another way than by a number. */
  needed: number | null
  list: WitnessRow[]
}

interface Seen {
  size: number
  atMs: number | null
  failure: WitnessRow['failure']
}

const MAX_DETAIL = 300

/** Who signed what last: a checkpoint that was just made has nobody's signature, and says nothing against anybody. */
export class WitnessWatch {
  readonly #seen = new Map<string, Seen>()
  #quorum: boolean = true

  hear({ size, quorum, witnesses }: Standing, event: CosigningEvent, nowMs: number): void {
    for (const { name, signed } of witnesses) {
      const before = this.#seen.get(name) ?? { size: 0, atMs: null, failure: null }
      if (!signed || before.size >= size) this.#seen.set(name, before)
      else {
        // What lay beside the checkpoint at a start was signed at some time before.
        const own = event.kind === 'cosigned' && event.witness === name
        this.#seen.set(name, { size, atMs: own ? nowMs : before.atMs, failure: null })
      }
    }
    if (event.kind === 'failed') {
      const before = this.#seen.get(event.witness) ?? { size: 0, atMs: null, failure: null }
      const { code, message } = event.error
      const sinceMs = before.failure?.sinceMs ?? nowMs
      const failure = { code, detail: message.slice(0, MAX_DETAIL), sinceMs }
      // That it has signed more than there is stays true while it is away, until it signs.
      if (before.failure?.code !== 'WITNESS_AHEAD') this.#seen.set(event.witness, { ...before, failure })
    }
    if (quorum) this.#quorum = true
    else if (event.kind === 'below') this.#quorum = false
  }

  get quorum(): boolean {
    return this.#quorum
  }

  /** Undefined where nobody is to sign beside the log. */
  state(policy: Policy, shown: number): WitnessesState | undefined {
    if (policy.witnesses.length === 0) return undefined
    const names = policy.witnesses.map(({ name }) => name)
    return { quorum: this.#quorum, needed: neededBy(policy), list: this.rows(names, shown) }
  }

  /** @param shown entries of the checkpoint that readers see */
  rows(names: readonly string[], shown: number): WitnessRow[] {
    return names.map((name) => {
      const { size, atMs, failure } = this.#seen.get(name) ?? { size: 0, atMs: null, failure: null }
      return {
        name,
        signed: size > 0 && size >= shown,
        lag: size === 0 ? null : Math.max(0, shown - size),
        lastAtMs: atMs,
        failure,
      }
    })
  }
}

function neededBy({ quorum, groups, witnesses }: Policy): number | null {
  if (quorum === NO_QUORUM) return 0
  if (witnesses.some(({ name }) => name === quorum)) return 1
  const group = groups.find(({ name }) => name === quorum)
  // Groups of groups are not told by one number.
  const flat = group?.members.every((member) => witnesses.some(({ name }) => name === member))
  return flat === true ? group!.threshold : null
}

import { type AdmissionState, type KeyState, parseSeal, toHex } from '@tristamp/protocol'
import type { Ledger } from '../ledger.ts'
import { gatewayKeys } from '../query/key.ts'
import { Entries } from '../query/source.ts'
import { Ring } from './ring.ts'

const MINUTE = 60_000

/** What is remembered of a gateway's key while the node runs. */
interface Seen {
  /** The chain's length that the last batch is of. */
  nextSeq: number
  lastBatchAtMs: number | undefined
  minutes: Ring
}

/** When each gateway's last batch came, and how many events it has sent in each minute since the node started. */
export class GatewayWatch {
  readonly #ledger: Ledger
  readonly #entries: Entries
  readonly #startedAtMs: number
  readonly #seen = new Map<string, Seen>()

  constructor(ledger: Ledger, startedAtMs: number) {
    this.#ledger = ledger
    this.#entries = new Entries(ledger)
    this.#startedAtMs = startedAtMs
  }

  /** A batch came; one that had been recorded before brings no events. */
  hear(kid: Uint8Array, events: number, repeated: boolean, nowMs: number): void {
    const seen = this.#seenOf(kid)
    seen.lastBatchAtMs = nowMs
    seen.nextSeq = Math.max(seen.nextSeq, this.#ledger.state.keys.get(toHex(kid))?.nextSeq ?? 0)
    if (!repeated) seen.minutes.add(events, nowMs)
  }

  of(kid: Uint8Array): Readonly<Seen> | undefined {
    return this.#seen.get(toHex(kid))
  }

  /** Of keys whose last batch this node did not see come, the time of the seal over it: a gateway’s own clock may say anything. */
  async lookBack(): Promise<void> {
    for (const { kid, nextSeq } of present(this.#ledger.state)) {
      const seen = this.#seenOf(kid)
      const { sealed } = this.#ledger
      if (sealed === undefined || nextSeq === 0 || seen.nextSeq >= nextSeq) continue
      try {
        const entry = (await this.#ledger.statementAt(kid, nextSeq - 1))?.place.entry.index
        // What is not sealed yet is by the next look.
        if (entry === undefined || entry >= sealed.size) continue
        const seal = await this.#entries.sealAfter(entry, sealed.seal.height)
        const { timeMs } = parseSeal(await this.#entries.bytes(seal))
        if (seen.nextSeq < nextSeq) Object.assign(seen, { nextSeq, lastBatchAtMs: timeMs })
      } catch {
        // What cannot be read is tried again by the next look; that the disk fails stands elsewhere.
      }
    }
  }

  /** Keys that are recorded are few; what others sign is refused before it gets here. */
  #seenOf(kid: Uint8Array): Seen {
    const name = toHex(kid)
    const seen = this.#seen.get(name) ?? {
      nextSeq: 0,
      lastBatchAtMs: undefined,
      minutes: new Ring(60, MINUTE, this.#startedAtMs),
    }
    this.#seen.set(name, seen)
    return seen
  }
}

/** Gateways that work, and those that were stopped; a key that was replaced or ended is nobody to look after. */
export function present(state: AdmissionState): KeyState[] {
  return gatewayKeys(state).filter(({ status }) => status === 'active' || status === 'suspended')
}

import {
  ENROLMENT_ENDED,
  ENROLMENT_PRODUCTS,
  type EndedChain,
  type Enrolment,
  encodeEnrolment,
  type KeyState,
  ProtocolError,
} from '@tristamp/protocol'
import { activeKey } from './access.ts'
import { Directory } from './directory.ts'
import type { Sender } from './intake.ts'
import type { SigningKey } from './keys.ts'
import type { Ledger } from './ledger.ts'

/** What is recorded is told when it is sealed, which is a moment later. */
const LOOK_MS = 200

/** Tells gateways what the ledger has recorded of them: when they come, and when it changes. */
export class Enrolments {
  readonly #ledger: Ledger
  readonly #key: SigningKey
  readonly #directory: Directory
  readonly #send: (to: Sender, enrolment: Uint8Array) => void
  readonly #failed: (error: unknown) => void
  /** By gateway: what it was last told, but for the size of the log. */
  readonly #told = new Map<string, string>()
  /** Gateways that have come and wait for the seal over their enrolment. */
  readonly #waiting = new Map<string, Sender>()
  #clock: NodeJS.Timeout | undefined
  #changed: boolean = false
  #closed: boolean = false

  /** @param failed told when one could not be made */
  constructor(
    ledger: Ledger,
    key: SigningKey,
    send: (to: Sender, enrolment: Uint8Array) => void,
    failed: (error: unknown) => void,
  ) {
    this.#ledger = ledger
    this.#key = key
    this.#send = send
    this.#failed = failed
    this.#directory = new Directory(ledger)
  }

  /** A gateway has come: it is told its enrolment, as soon as that is sealed. */
  greet(sender: Sender): void {
    this.#waiting.set(nameOf(sender), sender)
    this.#soon(0)
  }

  /** Governance was recorded: those whom it changes are told after its seal. */
  recheck(): void {
    this.#changed = true
    this.#soon(LOOK_MS)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#clock)
  }

  #soon(ms: number): void {
    if (this.#closed || this.#clock !== undefined) return
    this.#clock = setTimeout(() => {
      void this.#look()
        .catch((error: unknown) => {
          // They ask again; what cannot be read now is not tried five times a second.
          this.#waiting.clear()
          this.#changed = false
          this.#failed(error)
        })
        .finally(() => {
          this.#clock = undefined
          if (this.#waiting.size > 0 || this.#changed) this.#soon(LOOK_MS)
        })
    }, ms)
  }

  async #look(): Promise<void> {
    const unsealed = this.#ledger.unsealed
    const changed = this.#changed && !unsealed
    await this.#directory.refresh()
    for (const [name, sender] of this.#waiting) {
      const key = activeKey(this.#ledger.state, sender)
      // Whoever is no gateway any more waits for nothing.
      if (key === undefined || this.#tell(key, sender, false)) this.#waiting.delete(name)
      // A whole site comes back at once: batches must not wait for all these signatures.
      await new Promise(setImmediate)
    }
    if (!changed) return
    this.#changed = false
    for (const key of [...this.#ledger.state.keys.values()]) {
      const { kind, status, org, gateway } = key
      if (kind !== 'gateway' || status !== 'active' || org === undefined || gateway === undefined) continue
      this.#tell(key, { org, gateway }, true)
    }
  }

  /** @returns whether it is sealed, so that there was something to tell */
  #tell(key: KeyState, sender: Sender, onlyNews: boolean): boolean {
    const enrolment = this.#enrolment(key, sender)
    if (enrolment === undefined) return false
    const { treeSize: _size, ...rest } = enrolment
    const text = JSON.stringify(rest, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    )
    const name = nameOf(sender)
    if (onlyNews && this.#told.get(name) === text) return true
    this.#told.set(name, text)
    this.#send(sender, this.#sealed(enrolment))
    return true
  }

  #enrolment({ kid, uri, station, roles }: KeyState, { org, gateway }: Sender): Enrolment | undefined {
    const entry = this.#directory.enrolledAt(kid)
    if (entry === undefined || station === undefined) return undefined
    const place = this.#directory.place(station)
    const products = this.#directory.products(org).slice(0, ENROLMENT_PRODUCTS)
    const ended = this.#endedBefore(org, gateway)
    return {
      ...{ kid, org, gateway, uri, station, roles, entry, treeSize: this.#ledger.size },
      ...(place && { place }),
      ...(products.length > 0 && { products }),
      ...(ended.length > 0 && { ended }),
    }
  }

  /** The keys of this gateway that were rotated away, the latest first. */
  #endedBefore(org: string, gateway: string): EndedChain[] {
    const keys = [...this.#ledger.state.keys.values()].filter(
      (key) => key.kind === 'gateway' && key.status === 'rotated' && key.org === org && key.gateway === gateway,
    )
    const at = ({ kid }: KeyState): number => this.#directory.enrolledAt(kid) ?? -1
    return keys
      .sort((a, b) => at(b) - at(a))
      .slice(0, ENROLMENT_ENDED)
      .map(({ kid, nextSeq, prev }) => ({ kid, next: nextSeq, prev }))
  }

  /** Products have the last places: a list that does not fit is cut. */
  #sealed(enrolment: Enrolment): Uint8Array {
    for (let some = enrolment; ; ) {
      try {
        return encodeEnrolment(some, this.#key.publicKey, this.#key.sign)
      } catch (error) {
        const count = some.products?.length ?? 0
        if (!(error instanceof ProtocolError) || count === 0) throw error
        some = { ...some, products: some.products!.slice(0, count >> 1) }
      }
    }
  }
}

function nameOf({ org, gateway }: Sender): string {
  return `${org}/${gateway}`
}

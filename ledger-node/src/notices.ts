import { encodeNotice, noticeName } from '@tristamp/protocol'
import { Directory } from './directory.ts'
import type { SigningKey } from './keys.ts'
import type { Ledger } from './ledger.ts'

/** What is recorded is told when it is sealed, which is a moment later. */
const LOOK_MS = 200

/** Tells everyone of recalls and holds and their ends, as soon as they are sealed; and of all of them anew to a broker that may have forgotten. */
export class Notices {
  readonly #ledger: Ledger
  readonly #key: SigningKey
  readonly #directory: Directory
  readonly #publish: (name: string, notice: Uint8Array) => void
  readonly #failed: (error: unknown) => void
  /** By the name of the notice: where what was last told of it is recorded. */
  readonly #told = new Map<string, number>()
  #clock: NodeJS.Timeout | undefined
  #due: boolean = false
  #closed: boolean = false

  /** @param failed told when one could not be made */
  constructor(
    ledger: Ledger,
    key: SigningKey,
    publish: (name: string, notice: Uint8Array) => void,
    failed: (error: unknown) => void,
  ) {
    this.#ledger = ledger
    this.#key = key
    this.#publish = publish
    this.#failed = failed
    this.#directory = new Directory(ledger)
  }

  /** Governance was recorded. */
  recheck(): void {
    this.#due = true
    this.#soon()
  }

  /** Whoever keeps notices may have lost them: all are told again. */
  again(): void {
    this.#told.clear()
    this.recheck()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#clock)
  }

  #soon(): void {
    if (this.#closed || this.#clock !== undefined) return
    this.#clock = setTimeout(() => {
      void this.#look()
        .catch(this.#failed)
        .finally(() => {
          this.#clock = undefined
          if (this.#due) this.#soon()
        })
    }, LOOK_MS)
  }

  async #look(): Promise<void> {
    if (this.#ledger.unsealed) return
    this.#due = false
    await this.#directory.refresh()
    const holds = this.#directory.holds().map(({ hold, entry, released }) => {
      return { recall: hold, entry: released?.entry ?? entry, lifted: released && { reason: released.reason } }
    })
    for (const { recall, entry, lifted } of [...this.#directory.recalls(), ...holds]) {
      const name = noticeName(recall)
      if (this.#told.get(name) === entry) continue
      const notice = { recall, entry, treeSize: this.#ledger.size, ...(lifted !== undefined && { lifted }) }
      this.#publish(name, encodeNotice(notice, this.#key.publicKey, this.#key.sign))
      this.#told.set(name, entry)
    }
  }
}

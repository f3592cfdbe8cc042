import { encodeNotice, MAX_ALSO, noticeName, type RecallNotice, withAlso } from '@tristamp/protocol'
import { Directory } from './directory.ts'
import { LedgerError } from './error.ts'
import type { SigningKey } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { frozenAt } from './recall/stock.ts'
import type { TraceQuery } from './trace/query.ts'

/** What is recorded is told when it is sealed, which is a moment later. */
const LOOK_MS = 200
/** Between two looks at where the goods of all that stands are; and so many times as long as the last look took. */
const GOODS_MS = 5000
const REST = 10

/** The part of the traces that is asked. Rejects with LedgerError where it cannot answer now. */
export interface Asked {
  ask(query: TraceQuery): Promise<Uint8Array>
}

/** What was last told of a recall or a hold that stands, and what its goods are asked for with. */
interface Told {
  notice: RecallNotice
  /** Its goods were looked at in a tree of this size; undefined before the first look. */
  asOf?: number
  since: number
  frozen: number | undefined
}

/**
 * Tells everyone of recalls and holds and their ends, as soon as they are sealed; and of all of them anew to a broker that may have forgotten.
 * What only the ledger knows of their goods follows when the traces have told it, and whenever it has changed: a notice never waits for it.
 */
export class Notices {
  readonly #ledger: Ledger
  readonly #key: SigningKey
  readonly #directory: Directory
  readonly #publish: (name: string, notice: Uint8Array) => void
  readonly #failed: (error: unknown) => void
  /** By the name of the notice. */
  readonly #told = new Map<string, Told>()
  /** Names of those that are told again as they are. */
  readonly #again = new Set<string>()
  #goodsClock: NodeJS.Timeout | undefined
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
    for (const name of this.#told.keys()) this.#again.add(name)
    this.recheck()
  }

  /** Begins to look where the goods are: after the traces. @param everyMs between two looks at least */
  watch(traces: Asked, everyMs: number = GOODS_MS): void {
    const next = (ms: number): void => {
      if (this.#closed) return
      this.#goodsClock = setTimeout(() => {
        const begin = performance.now()
        void this.#lookAtGoods(traces)
          .catch((error: unknown) => {
            // The traces are not there yet, or have too much to do: it looks again.
            if (!this.#closed && !(error instanceof LedgerError)) this.#failed(error)
          })
          .finally(() => next(Math.max(everyMs, REST * (performance.now() - begin))))
      }, ms).unref()
    }
    next(Math.min(everyMs, LOOK_MS))
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#goodsClock)
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
      const lifted = released && { reason: released.reason }
      return { recall: hold, entry: released?.entry ?? entry, lifted, sinceEntry: entry }
    })
    for (const { recall, entry, lifted, sinceEntry } of [...this.#directory.recalls(), ...holds]) {
      const name = noticeName(recall)
      const known = this.#told.get(name)
      const frozen = recall.op === 'recall' ? frozenAt(recall) : undefined
      if (known?.notice.entry !== entry) {
        const notice = { recall, entry, treeSize: this.#ledger.size, ...(lifted !== undefined && { lifted }) }
        this.#tell(name, { notice, since: sinceEntry, frozen })
      } else if (this.#again.has(name)) this.#tell(name, known)
    }
  }

  async #lookAtGoods(traces: Asked): Promise<void> {
    for (const [name, told] of this.#told) {
      const { notice, since, frozen, asOf = 0 } = told
      if (notice.lifted !== undefined || asOf >= (this.#ledger.sealed?.size ?? 0)) continue
      const { subjects } = notice.recall
      // The names that the order has itself are left out of so many.
      const limit = MAX_ALSO + subjects.length
      const bytes = await traces.ask({ ask: 'affected', subjects, since, frozen, limit })
      // Corrected, lifted or told again meanwhile: the next look is at that.
      if (this.#closed || this.#told.get(name) !== told) continue
      const { treeSize, goods, cut } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Goods
      if (treeSize <= notice.entry || treeSize < asOf) continue
      const { recall, entry } = notice
      const next = { ...told, asOf: treeSize, notice: withAlso({ recall, entry, treeSize }, goods, cut) }
      if (isSame(notice, next.notice)) this.#told.set(name, { ...told, asOf: treeSize })
      else this.#tell(name, next)
    }
  }

  #tell(name: string, told: Told): void {
    this.#publish(name, encodeNotice(told.notice, this.#key.publicKey, this.#key.sign))
    this.#told.set(name, told)
    this.#again.delete(name)
  }
}

/** The answer to where the goods are: those that matter most first. */
interface Goods {
  treeSize: number
  goods: string[]
  cut: boolean
}

/** Whether both tell of the same goods. */
function isSame(before: RecallNotice, now: RecallNotice): boolean {
  if (before.also?.length !== now.also?.length || before.more !== now.more) return false
  return now.also?.every((uri, i) => uri === before.also?.[i]) ?? true
}

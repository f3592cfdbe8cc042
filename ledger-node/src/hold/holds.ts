import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groundOf, type Hold, type HoldGround, ProtocolError, sha256, toHex, utf8 } from '@tristamp/protocol'
import type { Directory } from '../directory.ts'
import type { Disk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { ifThere } from '../if-there.ts'
import type { Ledger } from '../ledger.ts'
import type { OwnWord } from '../own-word.ts'
import type { Entries } from '../query/source.ts'
import type { Break, BreakLimits } from '../trace/breaks.ts'
import type { Traces } from '../trace/traces.ts'
import { recordsOf } from './way-records.ts'

/** Between two looks at whether something was sealed. */
const LOOK_MS = 500
/** How far it has looked is written when it has held something, or has got so many entries further. */
const SAVE_ENTRIES = 4096

export interface HoldsParts {
  ledger: Ledger
  entries: Entries
  traces: Traces
  directory: Directory
  word: OwnWord
  disk: Disk
  /** The ledger's folder. */
  folder: string
  log: (text: string) => void
}

/**
 * Holds lots for which readings outside the limits of their product are recorded, by the ledger's own word (docs/spec/governance.md, Holds). It looks
 * at what is sealed, behind the intake, and from where it stopped after a start; what it looks at twice comes to the same hold, which is recorded once.
 */
export class Holds {
  readonly #parts: HoldsParts
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #closed: boolean = false
  /** Entries below it were looked at; undefined before it is read from the disk. */
  #looked: number | undefined
  #saved = 0

  constructor(parts: HoldsParts) {
    this.#parts = parts
  }

  /** Begins to look: after the traces. */
  begin(): void {
    this.#timer = setInterval(() => this.#wake(), LOOK_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#looking
  }

  #wake(): void {
    if (this.#looking !== undefined || this.#closed) return
    this.#looking = this.#look()
      .catch((error: unknown) => {
        // The traces are not there yet, or the disk is full: it looks again.
        if (!(error instanceof LedgerError)) this.#parts.log(`holds: ${String(error)}`)
      })
      .finally(() => {
        this.#looking = undefined
      })
  }

  async #look(): Promise<void> {
    const { ledger, directory } = this.#parts
    this.#looked ??= await this.#read()
    while (!this.#closed && this.#looked < (ledger.sealed?.size ?? 0)) {
      await directory.refresh()
      const limits = limitsIn(directory)
      // It is asked for after the limits were read: what was registered behind them has no readings yet that count.
      const answer = await this.#ask(this.#looked, limits)
      let held = false
      for (const found of this.#closed ? [] : answer.breaks) held = (await this.#consider(found)) || held
      if (this.#closed) return
      const before: number = this.#looked
      this.#looked = Math.min(answer.upTo, answer.treeSize)
      if (held || this.#looked - this.#saved >= SAVE_ENTRIES) await this.#save()
      if (this.#looked === before) return
    }
  }

  async #ask(since: number, limits: BreakLimits[]): Promise<Answer> {
    const { ledger, traces } = this.#parts
    if (limits.length === 0) return { treeSize: ledger.sealed?.size ?? 0, upTo: Number.MAX_SAFE_INTEGER, breaks: [] }
    const answer = await traces.ask({ ask: 'breaks', since, limits, limit: 1 })
    return JSON.parse(Buffer.from(answer).toString('utf8')) as Answer
  }

  /** Holds a lot, unless it is held already, or was not outside by more than its product bears. */
  async #consider({ lot, way }: Break): Promise<boolean> {
    const { ledger, entries, directory } = this.#parts
    if (this.#isHeld(lot)) return false
    const of = directory.holds().filter(({ hold }) => hold.subjects.includes(lot))
    const settled = of.reduce((last, { released }) => Math.max(last, released?.entry ?? 0), 0)
    let ground: HoldGround | undefined
    try {
      const events = await recordsOf(ledger, entries, way)
      ground = groundOf(way, { events, limits: directory.limits() }, settled)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#parts.log(
        `ALERT ${lot} may have been outside its limits, and its history is too long to tell: ${error.code}`,
      )
    }
    return ground !== undefined && this.#hold(lot, ground)
  }

  async #hold(lot: string, ground: HoldGround): Promise<boolean> {
    const { word, directory, log } = this.#parts
    const org = directory.limits().findLast(({ product }) => product === ground.product)?.org ?? ''
    const hold: Hold = { op: 'hold', id: idOf(lot, ground), org, subjects: [lot], ground }
    const receipt = await word.say(hold)
    if (receipt.kind === 'recorded') log(`ALERT ${lot} is held: it was measured outside its limits (${hold.id})`)
    else log(`ALERT ${lot} was measured outside its limits and is not held: ${receipt.code} ${receipt.message}`)
    return receipt.kind === 'recorded'
  }

  #isHeld(lot: string): boolean {
    for (const { hold, released } of this.#parts.ledger.state.holds.values())
      if (released === undefined && hold.subjects.includes(lot)) return true
    return false
  }

  async #read(): Promise<number> {
    const entry = Number((await ifThere(readFile(this.#path, 'utf8'))) ?? 0)
    return Number.isSafeInteger(entry) && entry >= 0 ? entry : 0
  }

  async #save(): Promise<void> {
    this.#saved = this.#looked ?? 0
    await this.#parts.disk.replace(this.#path, utf8(`${this.#saved}\n`))
  }

  get #path(): string {
    return join(this.#parts.folder, 'holds-looked')
  }
}

interface Answer {
  treeSize: number
  upTo: number
  breaks: Break[]
}

/** One cause has one id, whoever finds it and however often: the lot, and the first reading that counts. */
export function idOf(lot: string, { readings: [first] }: HoldGround): string {
  const hex = toHex(sha256(utf8(`tristamp hold ${lot} ${first?.entry}.${first?.position}`)))
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** The limits in force, of products that have some. */
function limitsIn(directory: Directory): BreakLimits[] {
  const found = new Map<string, BreakLimits>()
  for (const { product, limits } of directory.limits()) {
    if (limits === undefined) found.delete(product)
    else found.set(product, { product, minMilliC: limits.minMilliC, maxMilliC: limits.maxMilliC })
  }
  return [...found.values()]
}

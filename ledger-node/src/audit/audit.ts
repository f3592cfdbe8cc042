import {
  type AdmissionState,
  admit,
  applyChanges,
  type Checkpoint,
  emptyState,
  equal,
  HistoryMap,
  isSeal,
  parseSeal,
  type Seal,
  type VerifySync,
} from '@tristamp/protocol'
import { Block, essenceOf } from '../apply.ts'
import { LedgerError } from '../error.ts'
import type { EntryPlace, FeedItem, FeedPlace, FeedRead } from '../feed.ts'
import { LogEdge } from '../log.ts'
import { examinedAhead } from './ahead.ts'
import { sealFlaw, show } from './block-audit.ts'
import { EvidenceAudit } from './evidence-audit.ts'
import { type Finding, knownFrom, verifiedBy } from './examine.ts'
import { Examiners } from './examiners.ts'
import { type Flaw, Flawed, withoutCode } from './flaw.ts'
import { readSigned, type SignedState, type Trust } from './signed-state.ts'
import type { AuditSource } from './source.ts'

export interface Audit {
  flaw?: Flaw
  entries: number
  events: number
  seals: number
  /** The last signed checkpoint, when everything is as it was signed. */
  checkpoint?: Checkpoint & { note: string; logKey: string }
  /** Witnesses of the policy that have cosigned it. */
  cosigned: string[]
  /** What is worth saying although nothing is wrong. */
  notes: string[]
}

export interface AuditOptions extends Trust {
  verify: VerifySync
  /** Threads beside the one that keeps the order; 0 for none. */
  threads?: number
  progress?: (soFar: Readonly<Audit>) => void
}

/**
 * Makes a whole ledger again from its entries and events, trusting nothing but its genesis: every entry by admission with its
 * signature and its place in its key's chain, every batch root, the chain of seals and the history root in each, the tree, the signed
 * checkpoint, and all that is kept beside the entries. Ends at the first flaw in the order of the entries.
 */
export async function auditLedger(source: AuditSource, options: AuditOptions): Promise<Audit> {
  const examiners = new Examiners(options.threads ?? 0)
  try {
    return await new Auditor(source, options).run(examiners)
  } finally {
    await examiners.close()
  }
}

class Auditor {
  readonly #source: AuditSource
  readonly #options: AuditOptions
  readonly #state: AdmissionState = emptyState()
  readonly #map = new HistoryMap()
  readonly #edge: LogEdge = LogEdge.empty()
  readonly #audit: Audit = { entries: 0, events: 0, seals: 0, cosigned: [], notes: [] }
  readonly #evidence: EvidenceAudit
  #block: Block
  #signed: SignedState | undefined
  /** Roots at the sizes that were signed or remembered, as the entries give them. */
  readonly #roots = new Map<number, Uint8Array>()
  #last: { seal: Seal; bytes: Uint8Array } | undefined
  /** The comparison of the last block's rows, which goes on while the next block is read. */
  #comparing: Promise<void> = Promise.resolve()
  /** The first derived row that does not follow. Told only when the entries themselves hold: a changed entry shows in the rows too. */
  #rowFlaw: Flaw | undefined

  constructor(source: AuditSource, options: AuditOptions) {
    this.#source = source
    this.#options = options
    this.#evidence = new EvidenceAudit(source)
    this.#block = this.#nextBlock(0)
  }

  async run(examiners: Examiners): Promise<Audit> {
    try {
      await this.#readAll(examiners)
      await this.#compareRows(() => this.#source.derived.end())
      await this.#comparing
      this.#compareRoots()
      if (this.#rowFlaw !== undefined) throw new Flawed(this.#rowFlaw)
      this.#audit.notes.push(...this.#evidence.notes, ...(await this.#source.beside(this.#state)))
      if (this.#signed !== undefined) this.#audit.checkpoint = this.#signed
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      this.#audit.flaw = error.flaw
    } finally {
      await this.#comparing.catch(() => undefined)
    }
    return this.#audit
  }

  async #readAll(examiners: Examiners): Promise<void> {
    for await (const { found, finding } of examinedAhead(this.#source.read(), examiners, () => this.#state.keys)) {
      if (found.kind === 'end') this.#end(found)
      else if (isSeal(found.item.bytes)) await this.#seal(found.place, found.item.bytes, found.next)
      else await this.#statement(found.place, found.item, finding)
      this.#options.progress?.(this.#audit)
    }
    if (this.#audit.entries === 0) throw new LedgerError('DATA_MISSING', this.#source.name)
  }

  async #statement(place: EntryPlace, item: FeedItem, finding: Finding | undefined): Promise<void> {
    const signed = verifiedBy(finding, this.#options.verify)
    const admitted = admit(this.#state, item.bytes, item.events, signed, finding && knownFrom(finding))
    if (!admitted.ok) this.#fail(place, admitted.code, withoutCode(admitted.code, admitted.message))
    applyChanges(this.#state, admitted.changes)
    this.#block.add(place, essenceOf(admitted, finding?.contents))
    this.#audit.entries++
    this.#audit.events += item.events.length
    await this.#evidence.check(item.events, place.entry.index)
    if (place.entry.index === 0) await this.#readSigned(place)
  }

  async #seal(place: EntryPlace, bytes: Uint8Array, next: FeedPlace): Promise<void> {
    let seal: Seal
    try {
      seal = parseSeal(bytes)
    } catch (error) {
      return this.#fail(place, 'seal', (error as Error).message)
    }
    this.#block.extendMap(this.#map)
    const flaw = sealFlaw(seal, this.#block, this.#map, this.#last)
    if (flaw !== undefined) this.#fail(place, flaw.field, flaw.detail)
    const rows = this.#block.rows(this.#edge, place, bytes, seal.timeMs)
    const { size } = this.#edge
    await this.#compareRows(() => this.#source.derived.add(rows, { height: seal.height, size, next }))
    this.#last = { seal, bytes }
    this.#audit.entries++
    this.#audit.seals++
    if (size === this.#signed?.size || size === this.#options.remembered?.size) this.#roots.set(size, this.#edge.root())
    this.#block = this.#nextBlock(seal.height + 1)
  }

  #nextBlock(height: number): Block {
    return new Block(height, this.#edge.size, (subject) => this.#map.get(subject))
  }

  /** One comparison goes on at a time, beside the reading. */
  async #compareRows(compare: () => Promise<void>): Promise<void> {
    await this.#comparing
    if (this.#rowFlaw !== undefined) return
    this.#comparing = compare().catch((error: unknown) => {
      if (!(error instanceof Flawed)) throw error
      this.#rowFlaw = error.flaw
    })
    // It is awaited later, and must not count as unhandled until then.
    this.#comparing.catch(() => undefined)
  }

  async #readSigned(genesis: EntryPlace): Promise<void> {
    const { remembered, verify } = this.#options
    const tell = (note: string): number => this.#audit.notes.push(note)
    this.#signed = await readSigned(this.#source, this.#state.genesis!.logKey, this.#options, verify, tell)
    if (this.#signed === undefined) {
      this.#audit.notes.push('no signed checkpoint is here yet')
      if (remembered !== undefined)
        this.#fail(genesis, 'LEDGER_ROLLBACK', `${remembered.size} entries were audited before`)
      return
    }
    this.#audit.cosigned = this.#signed.cosigned
    if (remembered !== undefined && this.#signed.size < remembered.size)
      throw new Flawed({
        file: this.#signed.file,
        field: 'LEDGER_ROLLBACK',
        detail: `${this.#signed.size} entries, and ${remembered.size} in ${remembered.file}`,
      })
  }

  #end(read: FeedRead & { kind: 'end' }): void {
    const { place, fault } = read
    const entry = place.entries.index
    const signed = this.#signed?.size ?? 0
    // Without a first entry nothing says what was signed.
    if (fault !== undefined && (!fault.atEnd || entry < signed || entry === 0)) {
      const { file, offset, field } = fault
      throw new Flawed({
        file,
        offset,
        entry,
        field,
        detail: `no record can be read here, and ${signed} entries were signed`,
      })
    }
    if (entry < signed) {
      const at = this.#source.locateEnd(read)
      throw new Flawed({ ...at, entry, field: 'missing', detail: `${signed} entries were signed` })
    }
    if (fault !== undefined)
      this.#audit.notes.push(
        `${fault.file} offset ${fault.offset}: an append that was cut short and never acknowledged`,
      )
    if (this.#block.entries > 0) this.#audit.notes.push(`${this.#block.entries} entries are not sealed yet`)
  }

  #compareRoots(): void {
    const { remembered } = this.#options
    if (this.#signed !== undefined) this.#compareRoot(this.#signed, this.#signed.file, 'root', 'signed')
    if (remembered !== undefined) this.#compareRoot(remembered, remembered.file, 'LEDGER_FORK', 'audited before')
  }

  #compareRoot({ size, root }: { size: number; root: Uint8Array }, file: string, field: string, what: string): void {
    const given = this.#roots.get(size)
    if (given !== undefined && equal(given, root)) return
    const found = given === undefined ? 'no seal ends there' : `the entries give ${show(given)}`
    // The tiles may still say which entry is another.
    const beside =
      this.#rowFlaw === undefined ? '' : `; ${this.#rowFlaw.file} ${this.#rowFlaw.field}: ${this.#rowFlaw.detail}`
    throw new Flawed({ file, field, detail: `${what} over ${size} entries with ${show(root)}; ${found}${beside}` })
  }

  #fail(place: EntryPlace, field: string, detail: string): never {
    throw new Flawed({ ...this.#source.locate(place), entry: place.entry.index, field, detail })
  }
}

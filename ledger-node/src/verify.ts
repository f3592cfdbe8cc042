import { join } from 'node:path'
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
  sealHash,
  toHex,
  type VerifySync,
  ZERO_HASH,
} from '@tristamp/protocol'
import { Block } from './apply.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import { nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { type EntryPlace, FEED_BEGIN, type FeedItem, type FeedPlace, type FeedRead, LocalFeed } from './feed.ts'
import { lockData } from './lock.ts'
import { LogEdge, Tiles } from './log.ts'
import { RowAudit } from './row-audit.ts'
import { Store } from './store.ts'

/** The first thing that is not as it must be: where it lies, and which field of it. */
export interface Flaw {
  file: string
  offset?: number
  entry?: number
  field: string
  detail: string
}

export interface Audit {
  flaw?: Flaw
  entries: number
  events: number
  seals: number
  /** The last signed checkpoint, when everything is as it was signed. */
  checkpoint?: Checkpoint
  /** What is worth saying although nothing is wrong. */
  notes: string[]
}

/** Ends an audit at its first flaw. */
class Flawed extends Error {
  readonly flaw: Flaw
  constructor(flaw: Flaw) {
    super(flaw.detail)
    this.flaw = flaw
  }
}

/**
 * Checks everything that a data folder holds, trusting nothing but the genesis: every frame, every entry by admission with its
 * signature, every batch root, the chain of seals and the history root in each, every tile and every index row, and the signed
 * checkpoint. Changes nothing. @throws LedgerError DATA_LOCKED, DATA_MISSING
 */
export async function verifyLedger(
  folder: string,
  verify: VerifySync,
  progress: (entries: number) => void = () => undefined,
): Promise<Audit> {
  const unlock = await lockData(folder)
  try {
    const feed = await LocalFeed.open(nodeDisk, folder)
    const store = await Store.open(join(folder, 'derived'))
    try {
      return await new Auditor(folder, feed, store, verify, progress).run()
    } finally {
      await Promise.all([store.close(), feed.close()])
    }
  } finally {
    await unlock()
  }
}

class Auditor {
  readonly #folder: string
  readonly #feed: LocalFeed
  readonly #store: Store
  readonly #verify: VerifySync
  readonly #progress: (entries: number) => void
  readonly #state: AdmissionState = emptyState()
  readonly #map = new HistoryMap()
  readonly #audit: Audit = { entries: 0, events: 0, seals: 0, notes: [] }
  #edge!: LogEdge
  #block!: Block
  #rows!: RowAudit
  #signed: Checkpoint | undefined
  #signedRoot: Uint8Array | undefined
  /** The first derived row that does not follow. Told only when the entries themselves hold: a changed entry shows in the rows too. */
  #rowFlaw: Flaw | undefined
  #lastSeal: Uint8Array | undefined

  constructor(folder: string, feed: LocalFeed, store: Store, verify: VerifySync, progress: (entries: number) => void) {
    this.#folder = folder
    this.#feed = feed
    this.#store = store
    this.#verify = verify
    this.#progress = progress
  }

  async run(): Promise<Audit> {
    try {
      await this.#run()
    } catch (error) {
      if (error instanceof Flawed) this.#audit.flaw = error.flaw
      else if (error instanceof LedgerError && error.code === 'STORE_CORRUPT') {
        this.#audit.flaw = { file: join(this.#folder, 'derived'), field: 'store', detail: error.message }
      } else throw error
    }
    return this.#audit
  }

  async #run(): Promise<void> {
    const mark = await this.#store.mark()
    this.#rows = new RowAudit(this.#store, mark, (field, detail) => {
      throw new Flawed({ file: join(this.#folder, 'derived'), field, detail })
    })
    this.#edge = await LogEdge.load(0, new Tiles(this.#store))
    this.#block = new Block(0, 0, (subject) => this.#map.get(subject))
    for await (const found of this.#feed.read(FEED_BEGIN)) {
      if (found.kind === 'end') this.#end(found)
      else if (isSeal(found.item.bytes)) await this.#seal(found.place, found.item.bytes, found.next)
      else await this.#statement(found.place, found.item)
      this.#progress(this.#audit.entries)
    }
    if (this.#audit.entries === 0) throw new LedgerError('DATA_MISSING', this.#folder)
    await this.#compareRows(() => this.#rows.end())
    if (this.#rowFlaw !== undefined) throw new Flawed(this.#rowFlaw)
    if (this.#signed !== undefined) this.#audit.checkpoint = this.#signed
  }

  async #statement(place: EntryPlace, item: FeedItem): Promise<void> {
    const admitted = admit(this.#state, item.bytes, item.events, this.#verify)
    if (!admitted.ok) this.#fail(place, admitted.code, admitted.message)
    applyChanges(this.#state, admitted.changes)
    this.#block.add(place, admitted)
    this.#audit.entries++
    this.#audit.events += item.events.length
    if (place.entry.index === 0) await this.#readCheckpoint()
  }

  async #seal(place: EntryPlace, bytes: Uint8Array, next: FeedPlace): Promise<void> {
    let seal: Seal
    try {
      seal = parseSeal(bytes)
    } catch (error) {
      return this.#fail(place, 'seal', (error as Error).message)
    }
    this.#block.extendMap(this.#map)
    this.#compareSeal(place, seal)
    const rows = [...this.#block.rows(this.#edge, place, bytes, seal.timeMs)]
    const mark = { height: seal.height, size: this.#edge.size, next }
    await this.#compareRows(() => this.#rows.add(rows, mark))
    this.#lastSeal = bytes
    this.#audit.entries++
    this.#audit.seals++
    this.#block = new Block(seal.height + 1, this.#edge.size, (subject) => this.#map.get(subject))
    if (this.#edge.size === this.#signed?.size) this.#signedRoot = this.#edge.root()
  }

  async #compareRows(compare: () => Promise<void>): Promise<void> {
    if (this.#rowFlaw !== undefined) return
    try {
      await compare()
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      this.#rowFlaw = error.flaw
    }
  }

  #compareSeal(place: EntryPlace, seal: Seal): void {
    const { height, firstEntry, entries, events } = this.#block
    const expected: [keyof Seal, number | Uint8Array][] = [
      ['height', height],
      ['previous', this.#lastSeal === undefined ? ZERO_HASH : sealHash(this.#lastSeal)],
      ['firstEntry', firstEntry],
      ['entryCount', entries],
      ['eventCount', events],
      ['historyRoot', this.#map.root()],
    ]
    for (const [field, value] of expected) {
      const found = seal[field]
      const same = typeof value === 'number' ? found === value : equal(found as Uint8Array, value)
      if (!same) this.#fail(place, field, `the seal says ${show(found)}, the entries give ${show(value)}`)
    }
  }

  #end({ place, fault }: FeedRead & { kind: 'end' }): void {
    const entry = place.entries.index
    const signed = this.#signed?.size ?? 0
    // Without a first entry nothing says what was signed.
    if (fault !== undefined && (!fault.atEnd || entry < signed || entry === 0)) {
      throw new Flawed({
        file: fault.file,
        offset: fault.offset,
        entry,
        field: fault.field,
        detail: `no record can be read here, and ${signed} entries were signed`,
      })
    }
    if (entry < signed) {
      throw new Flawed({
        file: this.#feed.entries.path(place.entries.file),
        offset: place.entries.offset,
        entry,
        field: 'missing',
        detail: `${signed} entries were signed`,
      })
    }
    if (fault !== undefined)
      this.#audit.notes.push(
        `${fault.file} offset ${fault.offset}: an append that was cut short and never acknowledged`,
      )
    if (this.#block.entries > 0) this.#audit.notes.push(`${this.#block.entries} entries are not sealed yet`)
    if (this.#signed !== undefined && (this.#signedRoot === undefined || !equal(this.#signedRoot, this.#signed.root))) {
      const found = this.#signedRoot === undefined ? 'no seal ends there' : `the entries give ${show(this.#signedRoot)}`
      throw new Flawed({
        file: join(this.#folder, 'checkpoint'),
        field: 'root',
        detail: `signed over ${signed} entries with ${show(this.#signed.root)}; ${found}`,
      })
    }
  }

  async #readCheckpoint(): Promise<void> {
    const file = new CheckpointFile(nodeDisk, this.#folder, this.#verify)
    try {
      this.#signed = await file.read(() => this.#state.genesis!.logKey)
    } catch (error) {
      throw new Flawed({ file: file.path, field: 'signature', detail: (error as Error).message })
    }
    if (this.#signed === undefined) this.#audit.notes.push('no signed checkpoint is here yet')
  }

  #fail(place: EntryPlace, field: string, detail: string): never {
    const { file, offset, index } = place.entry
    throw new Flawed({ file: this.#feed.entries.path(file), offset, entry: index, field, detail })
  }
}

function show(value: number | Uint8Array): string {
  return typeof value === 'number' ? String(value) : toHex(value)
}

import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { leafHash } from '@tristamp/protocol'
import { type Disk, type DiskFile, syncFolder } from './disk.ts'
import type { Ledger, Sealed } from './ledger.ts'
import { encodePiece, PART_RECORDS, type SnapshotPart } from './map-snapshot.ts'

export interface SnapshotWriterParts {
  ledger: Ledger
  disk: Disk
  /** The shortest time between two snapshots, ms; 0: only when the node stops. */
  everyMs: number
  note: (text: string) => void
  /** Records between which a seal may come. */
  partRecords?: number
}

/** Writes snapshots of the history map beside the ledger, part by part between its seals. A failure is told, and tried again later. */
export class SnapshotWriter {
  readonly #parts: SnapshotWriterParts
  readonly #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #stopping: boolean = false

  constructor(parts: SnapshotWriterParts) {
    this.#parts = parts
    if (parts.everyMs > 0) this.#timer = setInterval(() => this.write(), parts.everyMs).unref()
  }

  /** Writes a snapshot, unless one is under way, or nothing was sealed since the last. */
  write(): Promise<void> {
    this.#writing ??= this.#attempt().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** Writes the last one. One that is under way is given up for it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping = true
    await this.#writing
    this.#stopping = false
    await this.write()
  }

  async #attempt(): Promise<void> {
    const { ledger, disk, note } = this.#parts
    const { file, height } = ledger.snapshot
    if (ledger.latest === undefined || ledger.latest.seal.height === height) return
    const draft = `${file}.new`
    try {
      const out = await disk.open(draft)
      const begun = await this.#fill(out).finally(() => out.close())
      if (begun === undefined) return
      await rename(draft, file)
      await syncFolder(dirname(file))
      ledger.snapshot.height = begun
    } catch (error) {
      note(`no snapshot of the history map could be written: ${String(error)}`)
      // A full disk needs its space for the ledger.
      await rm(draft, { force: true }).catch(() => undefined)
    }
  }

  /** Answers the height at which it was begun; undefined when it was given up. */
  async #fill(out: DiskFile): Promise<number | undefined> {
    const { ledger, partRecords = PART_RECORDS } = this.#parts
    await out.truncate(0)
    let offset = 0
    const put = async (piece: Parameters<typeof encodePiece>[0]): Promise<void> => {
      const bytes = encodePiece(piece)
      await out.write(bytes, offset)
      offset += bytes.length
    }
    const head = await ledger.readMap(async (sealed) => headOf(ledger, sealed))
    await put({ kind: 'head', ...head })
    let subjects = 0
    let last: Uint8Array | undefined
    for (let more = true; more; ) {
      if (this.#stopping) return undefined
      const after = last
      const part: SnapshotPart = await ledger.readMap(async ({ seal }) =>
        partAfter(ledger, after, seal.height, partRecords),
      )
      await put({ kind: 'part', ...part })
      subjects += part.records.length
      last = part.records.at(-1)?.key
      more = part.records.length === partRecords
    }
    await put({ kind: 'end', subjects })
    await out.sync()
    return head.height
  }
}

function headOf(
  ledger: Ledger,
  { seal, sealBytes, size }: Sealed,
): {
  height: number
  size: number
  seal: Uint8Array
  subjects: number
} {
  return { height: seal.height, size, seal: leafHash(sealBytes), subjects: ledger.historyMap.size }
}

/** The next records behind a key. */
function partAfter(ledger: Ledger, last: Uint8Array | undefined, height: number, limit: number): SnapshotPart {
  const records: SnapshotPart['records'] = []
  for (const found of ledger.historyMap.records(last)) {
    if (last !== undefined && records.length === 0 && Buffer.compare(found.key, last) === 0) continue
    records.push(found)
    if (records.length === limit) break
  }
  return { height, records }
}

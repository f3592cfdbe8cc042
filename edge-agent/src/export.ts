import { closeSync, cpSync, fsyncSync, linkSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeBatch, type EvidenceId, equal, evidenceNamedBy, parcelItem, statementLeaf } from '@tristamp/protocol'
import { AgentError, whyOf } from './error.ts'
import type { EvidenceFiles } from './evidence-files.ts'
import { decodeLink, numberKey, readHead } from './outbox-head.ts'
import { isDamage } from './repair.ts'
import type { Signer } from './signer.ts'
import { Store } from './store.ts'

/** Bytes of batches and evidence in one parcel: half of what one may have, so that a large piece more does no harm. */
const FULL_BYTES = 8_000_000
/** Batches and pieces of evidence in one parcel: what a ledger on a slow disk records while the courier waits, and far below what one may have. */
const FULL_PIECES = 1024
/** The gateway goes on writing while its outbox is looked at: then the copy may not fit together, and is made again. */
const TRIES = 5

/** The batches that the ledger has not acknowledged; an `Outbox` is one. */
export interface BatchSource {
  readonly acked: number
  readonly nextSeq: number
  batch(seq: number): Promise<Uint8Array>
}

/** The outbox as parcels to be carried (docs/spec/parcel.md), one at a time. Nothing is deleted: that is for the ledger's ack to do. */
export async function* parcelsOf(
  source: BatchSource,
  evidence: Pick<EvidenceFiles, 'read'>,
  signer: Signer,
  fullBytes: number = FULL_BYTES,
): AsyncGenerator<Uint8Array> {
  let from = source.acked
  const end = source.nextSeq
  let packed = new Packed()
  for (let seq = from; seq < end; seq++) {
    // What is acknowledged while it is packed need not travel.
    if (seq < source.acked) {
      if (packed.batches.length === 0) from = seq + 1
      continue
    }
    packed.add(await source.batch(seq), evidence)
    if (packed.bytes < fullBytes && packed.pieces < FULL_PIECES && seq < end - 1) continue
    yield await signer.sealParcel({ from, to: seq + 1, batches: packed.batches, evidence: packed.evidence })
    from = seq + 1
    packed = new Packed()
  }
}

class Packed {
  readonly batches: Uint8Array[] = []
  readonly evidence: Uint8Array[] = []
  readonly #named = new Set<EvidenceId>()
  bytes = 0

  get pieces(): number {
    return this.batches.length + this.evidence.length
  }

  add(batch: Uint8Array, files: Pick<EvidenceFiles, 'read'>): void {
    this.batches.push(batch)
    this.bytes += batch.length
    for (const { event } of decodeBatch(batch).events) {
      for (const id of evidenceNamedBy(event)) {
        const piece = this.#named.has(id) ? undefined : files.read(id)
        this.#named.add(id)
        if (piece === undefined) continue
        this.evidence.push(piece)
        this.bytes += piece.length
      }
    }
  }
}

/** What an export wrote. */
export interface Exported {
  batches: number
  from: number
  parcels: number
  bytes: number
}

/**
 * Writes the outbox of a gateway, running or not, into a file of parcels. The outbox is only read, in a copy.
 * @throws AgentError EXPORT_EMPTY, EXPORT_WRITE, OUTBOX_*
 */
export async function exportOutbox(
  outbox: string,
  evidence: Pick<EvidenceFiles, 'read'>,
  signer: Signer,
  out: string,
): Promise<Exported> {
  await using copy = await openCopy(outbox)
  const { acked, nextSeq } = copy
  if (acked === nextSeq) throw new AgentError('EXPORT_EMPTY', { path: outbox })
  const done: Exported = { batches: nextSeq - acked, from: acked, parcels: 0, bytes: 0 }
  try {
    const file = openSync(out, 'wx', 0o600)
    try {
      for await (const parcel of parcelsOf(copy, evidence, signer)) {
        done.bytes += writeSync(file, parcelItem(parcel))
        done.parcels++
      }
      // Whoever pulls the stick out now has all of it.
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    if (cause instanceof AgentError) throw cause
    throw new AgentError('EXPORT_WRITE', { path: out, why: whyOf(cause) }, { cause })
  }
  return done
}

/** The chain in a copy of an outbox. */
class OutboxCopy implements BatchSource, AsyncDisposable {
  readonly #store: Store
  readonly #folder: string
  readonly acked: number
  readonly nextSeq: number

  constructor(store: Store, folder: string, acked: number, nextSeq: number) {
    this.#store = store
    this.#folder = folder
    this.acked = acked
    this.nextSeq = nextSeq
  }

  async batch(seq: number): Promise<Uint8Array> {
    const [payload, link] = await Promise.all([
      this.#store.get('batch', numberKey(seq)),
      this.#store.get('link', numberKey(seq)),
    ])
    const leaf = link && decodeLink(link)?.leaf
    if (!payload || !leaf || !equal(statementLeaf(decodeBatch(payload).statement), leaf))
      throw new AgentError('OUTBOX_DAMAGED', { path: this.#folder, why: `batch ${seq} is not as it was signed` })
    return payload
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function openCopy(outbox: string): Promise<OutboxCopy> {
  for (let left = TRIES; ; left--) {
    const folder = mkdtempSync(join(outboxSibling(outbox), '.tristamp-export-'))
    try {
      copyLive(outbox, folder)
      const store = await Store.open(folder)
      const damaged = (why: string): AgentError => new AgentError('OUTBOX_DAMAGED', { path: outbox, why })
      const head = await readHead(store, damaged)
      if (!head) throw damaged('it has no head')
      return new OutboxCopy(store, folder, head.acked, head.seq)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      if (left <= 1 || !(isDamage(error) || (error as NodeJS.ErrnoException).code === 'ENOENT')) throw error
    }
  }
}

/** Tables never change: where links can be made, nothing of them is copied. */
function copyLive(outbox: string, folder: string): void {
  for (const name of readdirSync(outbox)) {
    if (name === 'LOCK') continue
    try {
      if (name.endsWith('.ldb')) {
        linkSync(join(outbox, name), join(folder, name))
        continue
      }
    } catch {
      // Another file system, or one without links.
    }
    cpSync(join(outbox, name), join(folder, name))
  }
}

/** Beside the outbox links can be made; where nothing may be written there, elsewhere. */
function outboxSibling(outbox: string): string {
  const parent = join(outbox, '..')
  try {
    rmSync(mkdtempSync(join(parent, '.tristamp-export-')), { recursive: true })
    return parent
  } catch {
    return tmpdir()
  }
}

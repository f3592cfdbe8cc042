import { existsSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EVIDENCE_BYTES, type EvidenceId, fromBase64Url, isEvidence, toHex } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { hasErrno } from '../error.ts'

/** What lies under the name of a piece of evidence. */
export type Found = { kind: 'held'; bytes: Uint8Array } | { kind: 'damaged'; detail: string } | { kind: 'missing' }

/** Ids remembered as present: so many need no look at the disk. */
const REMEMBERED = 65_536

/**
 * Evidence on disk, each piece under its own digest: `evidence/sha-256/<hex>` (docs/spec/evidence.md). What is there never changes and is
 * never removed.
 */
export class EvidenceFolder {
  readonly folder: string
  readonly #disk: Disk
  readonly #present = new Set<EvidenceId>()
  readonly #writing = new Map<EvidenceId, Promise<void>>()
  #made: Promise<void> | undefined

  constructor(disk: Disk, data: string) {
    this.#disk = disk
    this.folder = join(data, 'evidence', 'sha-256')
  }

  pathOf(id: EvidenceId): string {
    return join(this.folder, evidenceFile(id))
  }

  /** Whether it is durable here. Answers at once: what a batch names is looked up while it is admitted. */
  has(id: EvidenceId): boolean {
    if (this.#present.has(id)) return true
    if (this.#writing.has(id) || !existsSync(this.pathOf(id))) return false
    this.#remember(id)
    return true
  }

  /** Durable when it returns. The caller has checked that the bytes are the id's. */
  async put(id: EvidenceId, bytes: Uint8Array): Promise<void> {
    const writing = this.#writing.get(id) ?? this.#write(id, bytes).finally(() => this.#writing.delete(id))
    this.#writing.set(id, writing)
    await writing
  }

  /** Reads it, and checks it against its name. */
  async find(id: EvidenceId): Promise<Found> {
    try {
      const path = this.pathOf(id)
      const { size } = await stat(path)
      if (size > EVIDENCE_BYTES) return { kind: 'damaged', detail: `${size} bytes` }
      const bytes = await readFile(path)
      return isEvidence(id, bytes) ? { kind: 'held', bytes } : { kind: 'damaged', detail: 'its digest is another' }
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return { kind: 'missing' }
      // A sector that cannot be read is lost as other bytes are: else followers would ask for it for ever.
      for (const code of ['EIO', 'EISDIR']) if (hasErrno(error, code)) return { kind: 'damaged', detail: code }
      throw error
    }
  }

  async #write(id: EvidenceId, bytes: Uint8Array): Promise<void> {
    this.#made ??= this.#make()
    await this.#made.catch((error: unknown) => {
      this.#made = undefined
      throw error
    })
    await this.#disk.replace(this.pathOf(id), bytes)
    this.#remember(id)
  }

  /** A new folder is durable only when the one that it is in is flushed. */
  async #make(): Promise<void> {
    await this.#disk.list(this.folder)
    for (const parent of [join(this.folder, '..'), join(this.folder, '..', '..')]) {
      const handle = await open(parent, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
  }

  #remember(id: EvidenceId): void {
    if (this.#present.size >= REMEMBERED) this.#present.clear()
    this.#present.add(id)
  }
}

/** The file of a piece: hexadecimal, for not every file system tells upper from lower case. */
export function evidenceFile(id: EvidenceId): string {
  return toHex(fromBase64Url(id))
}

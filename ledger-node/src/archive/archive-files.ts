import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type EvidenceId,
  encodeEntryBundle,
  encodeEventSequence,
  entriesPath,
  HASH_BYTES,
  type SaltedEvent,
  TILE_WIDTH,
  tilePath,
  utf8,
} from '@tristamp/protocol'
import { archivedEventsPath, archivedEvidencePath } from '../audit/publications.ts'
import { UsageError } from '../command-line.ts'
import type { FeedItem } from '../feed.ts'
import { ifThere } from '../if-there.ts'

/** Bytes of events after which a file of them ends. */
const EVENTS_BYTES = 8 * 1024 * 1024
/** What lies beside every archive: how it is made, and a script that checks it. */
const ENCLOSED = fileURLToPath(new URL('../../archive/', import.meta.url))

/** The files of an archive (docs/spec/archive.md), written as the entries come. */
export class ArchiveFiles {
  readonly #folder: string
  #size = 0
  #bundle: Uint8Array[] = []
  #events: { first: number; batches: (readonly SaltedEvent[])[]; bytes: number } = { first: 0, batches: [], bytes: 0 }

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws UsageError when there is something in the folder */
  static async begin(folder: string): Promise<ArchiveFiles> {
    const there = (await ifThere(readdir(folder))) ?? []
    if (there.length > 0) throw new UsageError(`${folder} is not empty`)
    return new ArchiveFiles(folder)
  }

  async entry({ bytes, events }: FeedItem): Promise<void> {
    this.#bundle.push(bytes)
    this.#events.batches.push(events)
    this.#events.bytes += events.reduce((sum, { event }) => sum + event.length, 0)
    this.#size++
    if (this.#bundle.length === TILE_WIDTH) await this.#endBundle()
    if (this.#events.bytes >= EVENTS_BYTES) await this.#endEvents()
  }

  /** What an event names, and is checked. */
  evidence(id: EvidenceId, bytes: Uint8Array): Promise<void> {
    return this.#write(archivedEvidencePath(id), bytes)
  }

  /** A tile, or its latest hashes: a partial one is written at the end alone. */
  tile(level: number, index: number, hashes: Uint8Array): Promise<void> {
    return this.#write(tilePath(level, index, hashes.length / HASH_BYTES), hashes)
  }

  /** What was not full yet, and what makes an archive of it: the checkpoint comes last. */
  async end(policy: string, checkpoint: string): Promise<void> {
    if (this.#bundle.length > 0) await this.#endBundle()
    if (this.#events.batches.length > 0) await this.#endEvents()
    for (const name of ['README.md', 'audit.mjs']) await copyFile(join(ENCLOSED, name), join(this.#folder, name))
    await this.#write('policy', utf8(policy))
    await this.#write('checkpoint', utf8(checkpoint))
  }

  async #endBundle(): Promise<void> {
    const index = Math.ceil(this.#size / TILE_WIDTH) - 1
    await this.#write(entriesPath(index, this.#bundle.length), encodeEntryBundle(this.#bundle))
    this.#bundle = []
  }

  async #endEvents(): Promise<void> {
    const { first, batches } = this.#events
    await this.#write(archivedEventsPath(first), encodeEventSequence(batches))
    this.#events = { first: this.#size, batches: [], bytes: 0 }
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}

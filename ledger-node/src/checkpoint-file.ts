import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Checkpoint,
  formatVerifierKey,
  fromUtf8,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  utf8,
  type VerifySync,
  verifyNote,
} from '@tristamp/protocol'
import type { Disk } from './disk.ts'
import { LedgerError } from './error.ts'
import { ifThere } from './if-there.ts'
import type { LogKey } from './keys.ts'

/**
 * The last checkpoint that this ledger signed, in a small file beside the derived data: it outlives them, so that a ledger
 * whose files were put back to an older state notices that it has signed more than it holds.
 */
export class CheckpointFile {
  readonly path: string
  readonly #disk: Disk
  readonly #verify: VerifySync

  constructor(disk: Disk, folder: string, verify: VerifySync) {
    this.path = join(folder, 'checkpoint')
    this.#disk = disk
    this.#verify = verify
  }

  /**
   * @param keyOf the log's key as the genesis names it, for the origin that the file claims
   * @throws LedgerError LEDGER_ROOT when the file is not signed by that key
   */
  async read(keyOf: (origin: string) => string): Promise<Checkpoint | undefined> {
    const text = await this.text()
    if (text === undefined) return undefined
    try {
      const note = parseNote(text)
      const checkpoint = parseCheckpoint(note.text)
      const key = parseVerifierKey(keyOf(checkpoint.origin))
      await verifyNote(note, [key], async (...signed) => this.#verify(...signed))
      return checkpoint
    } catch (cause) {
      throw new LedgerError('LEDGER_ROOT', `${this.path} is not a checkpoint signed by this ledger`, { cause })
    }
  }

  /** What the file holds, unchecked; undefined when there is none. */
  async text(): Promise<string | undefined> {
    const bytes = await ifThere(readFile(this.path))
    return bytes && fromUtf8(bytes)
  }

  /** Puts another note in its place, durably. */
  replace(note: string): Promise<void> {
    return this.#disk.replace(this.path, utf8(note))
  }
}

/** @throws LedgerError KEY_FILE_OTHER when a key is not the one that the ledger was founded with */
export function checkLogKey(origin: string, key: LogKey, vkey: string): void {
  if (formatVerifierKey(origin, 1, key.publicKey) !== vkey) {
    throw new LedgerError('KEY_FILE_OTHER', `the log key is not ${vkey}`)
  }
}

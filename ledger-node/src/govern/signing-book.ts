import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '@tristamp/protocol'
import { hasErrno, LedgerError } from '../error.ts'

/**
 * What an administrator's key has signed and for which ledger, in a folder beside the key: `admin-ann.pem` has `admin-ann.ledger`. It holds
 * the log key of the one ledger that the key signs for, and every signed batch under its number, so that no number is ever signed twice:
 * not by two programs at once, not after a refusal, not for a node that says what it likes.
 */
export class SigningBook {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static beside(keyFile: string): SigningBook {
    return new SigningBook(`${keyFile.replace(/\.pem$/, '')}.ledger`)
  }

  /** Holds the key to one ledger: the first that it is used for. @throws LedgerError LEDGER_OTHER, SIGNING_BOOK */
  async pin(logKey: string): Promise<void> {
    const path = join(this.folder, 'log-key')
    const line = Buffer.from(`${logKey}\n`)
    if (await this.#write(path, line)) return
    const pinned = (await readFile(path, 'utf8')).trim()
    // A program that ended between the file and its content.
    if (pinned === '') await this.#write(path, line, 'r+')
    else if (pinned !== logKey)
      throw new LedgerError('LEDGER_OTHER', `this key signs for ${pinned}, and the node names ${logKey}`)
  }

  /** Signs under the first number from `next` on that was never used, and keeps what was signed. @throws LedgerError SIGNING_BOOK */
  async sign(next: number, make: (seq: number) => Uint8Array): Promise<Uint8Array> {
    for (let seq = next; seq <= next + LIMITS.seqGap; seq++) {
      // The name alone takes the number; a program that ends here leaves it out.
      if (!(await this.#write(this.#path(seq), new Uint8Array(0)))) continue
      const batch = make(seq)
      await this.#write(this.#path(seq), batch, 'r+')
      return batch
    }
    throw new LedgerError('SIGNING_BOOK', `${this.folder} has no number left from ${next} on`)
  }

  #path(seq: number): string {
    return join(this.folder, `${String(seq).padStart(8, '0')}.cbor`)
  }

  /** False when the file is there already. Durable when it returns. */
  async #write(path: string, bytes: Uint8Array, flags: 'wx' | 'r+' = 'wx'): Promise<boolean> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const file = await open(path, flags, 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      return true
    } catch (cause) {
      if (hasErrno(cause, 'EEXIST')) return false
      throw new LedgerError('SIGNING_BOOK', `${path}: ${(cause as Error).message}`, { cause })
    }
  }
}

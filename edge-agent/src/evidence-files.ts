import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type EvidenceId, evidenceId, fromBase64Url, fromHex, isEvidence, toBase64Url, toHex } from '@tristamp/protocol'
import { writeError } from './store-error.ts'

/** What is known of a piece since the start of the program. */
interface Piece {
  /** Events are being written that name it. */
  held: number
  /** Every batch that names it is below this number; undefined while that is not known. */
  below: number | undefined
}

/** Where the outbox stands, as far as evidence is concerned. */
export interface OutboxPlace {
  /** Number after the last batch that is signed, whether it may be sent or not yet. */
  endSeq: number
  /** First batch that the ledger has not acknowledged. */
  acked: number
  /** Accepted events that are in no batch yet. */
  unsigned: number
}

/**
 * Evidence that waits beside the outbox, each piece a file under its own digest. It is on the disk before the event that names it is accepted,
 * and removed when the ledger has acknowledged every batch that could name it.
 */
export class EvidenceFiles {
  readonly #folder: string
  readonly #pieces = new Map<EvidenceId, Piece>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Takes up what an earlier run has left. */
  load(): void {
    for (const name of this.#names()) this.#pieces.set(idOf(name), { held: 0, below: undefined })
  }

  /** How many pieces wait. */
  get size(): number {
    return this.#pieces.size
  }

  /**
   * Keeps a piece; it is on the disk when this returns. Whoever puts it says with the returned function when the event that names it has been
   * accepted, or will not be. @throws AgentError DISK_FULL, OUTBOX_WRITE
   */
  put(bytes: Uint8Array): { id: EvidenceId; release: () => void } {
    const id = evidenceId(bytes)
    if (this.read(id) === undefined) this.#write(id, bytes)
    const piece = this.#pieces.get(id) ?? { held: 0, below: undefined }
    piece.held++
    piece.below = undefined
    this.#pieces.set(id, piece)
    let released = false
    const release = (): void => {
      if (!released) piece.held--
      released = true
    }
    return { id, release }
  }

  /** Undefined when it is not here, or not what it was. */
  read(id: EvidenceId): Uint8Array | undefined {
    try {
      const bytes = new Uint8Array(readFileSync(this.#path(id)))
      return isEvidence(id, bytes) ? bytes : undefined
    } catch {
      return undefined
    }
  }

  /** Removes what no batch that is left can name. */
  tidy({ endSeq, acked, unsigned }: OutboxPlace): void {
    for (const [id, piece] of this.#pieces) {
      // What was accepted is signed: every batch that names it has a number.
      if (piece.below === undefined && piece.held === 0 && unsigned === 0) piece.below = endSeq
      if (piece.below === undefined || acked < piece.below) continue
      remove(this.#path(id))
      this.#pieces.delete(id)
    }
  }

  #write(id: EvidenceId, bytes: Uint8Array): void {
    const path = this.#path(id)
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      const file = openSync(`${path}.new`, 'w', 0o600)
      try {
        writeSync(file, bytes)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(`${path}.new`, path)
      const folder = openSync(this.#folder, 'r')
      try {
        fsyncSync(folder)
      } finally {
        closeSync(folder)
      }
    } catch (cause) {
      remove(`${path}.new`)
      throw writeError(cause, path)
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => /^[0-9a-f]{64}$/.test(name))
    } catch {
      return []
    }
  }

  #path(id: EvidenceId): string {
    return join(this.#folder, toHex(fromBase64Url(id)))
  }
}

function idOf(name: string): EvidenceId {
  return toBase64Url(fromHex(name))
}

/** As well as it goes: what stays is taken up at the next start. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A folder that cannot be written to.
  }
}

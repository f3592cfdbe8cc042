import { type Checkpoint, formatCheckpoint, type ReadNodes, type Seal, signNote } from '@tristamp/protocol'
import type { CheckpointFile } from './checkpoint-file.ts'
import type { LogKey } from './keys.ts'
import type { Offer } from './witness/witness-client.ts'

/** A state of the ledger that a checkpoint was signed over. */
export interface Sealed {
  /** Entries of the checkpoint's tree; the last is the seal. */
  size: number
  root: Uint8Array
  seal: Seal
  sealBytes: Uint8Array
  /** Signed note. */
  checkpoint: string
}

/** Whoever else signs checkpoints before readers are shown them. */
export interface Cosigners {
  /** The log's own note with the good cosignatures of one that was kept on disk, if that is of the same checkpoint. */
  kept(own: string, before: string): Promise<string>
  /** Answers with the note to publish; tells each better one that is had later. `note`: with the cosignatures that it has already. */
  gather(offer: Offer, note: string, improved: (note: string) => void): Promise<string>
  /** Ends the waiting of `gather`. */
  hurry(): void
  close(): void
}

export interface PublicationParts {
  file: CheckpointFile
  logKey: LogKey
  cosigners?: Cosigners | undefined
  note: (text: string) => void
}

/**
 * Which sealed state readers see. A new one is signed and on disk before anyone hears of it, and is shown when enough others have
 * cosigned it, or when waiting for them has lasted long enough.
 */
export class Publication {
  readonly #parts: PublicationParts
  #latest: Sealed | undefined
  #shown: Sealed | undefined
  #waiting: boolean = false
  #settled: Promise<void> = Promise.resolve()
  /** Writes of the file, one after the other: two at once would share its draft. */
  #files: Promise<void> = Promise.resolve()
  /** The note by which the file came to its latest state. */
  #kept: string | undefined

  constructor(parts: PublicationParts) {
    this.#parts = parts
  }

  /** What was signed last, shown or not. */
  get latest(): Sealed | undefined {
    return this.#latest
  }

  get shown(): Sealed | undefined {
    return this.#shown
  }

  /** Whether the latest state waits for cosignatures. */
  get waiting(): boolean {
    return this.#waiting
  }

  /** Until the latest state is shown. */
  get settled(): Promise<void> {
    return this.#settled
  }

  /**
   * Signs a state and keeps the checkpoint on disk; then shows it, at once or when it is cosigned.
   * @param note by the log that is followed, which signs for itself
   */
  async publish(origin: string, state: Omit<Sealed, 'checkpoint'>, nodes: ReadNodes, note?: string): Promise<void> {
    const { cosigners } = this.#parts
    const own = note ?? this.#sign({ origin, ...state })
    const checkpoint = await this.keep(own)
    this.#latest = { ...state, checkpoint }
    if (cosigners === undefined) {
      this.#shown = this.#latest
      return
    }
    // Nothing else can be shown after a start.
    this.#shown ??= this.#latest
    this.#waiting = true
    this.#settled = this.#show(this.#latest, { note: own, size: state.size, nodes }, cosigners)
  }

  /** Ends the waiting, so that the next state can be made. */
  async settle(): Promise<void> {
    this.#parts.cosigners?.hurry()
    await this.#settled
  }

  async close(): Promise<void> {
    this.#parts.cosigners?.close()
    await this.#settled
    await this.#files
  }

  /** The note goes to disk before anyone else has it. Ed25519 is deterministic: the same state gives the same note again. */
  keep(own: string): Promise<string> {
    const { file, cosigners } = this.#parts
    const kept = this.#files.then(async () => {
      const before = await file.text()
      const note = before === undefined || cosigners === undefined ? own : await cosigners.kept(own, before)
      if (note !== before) await file.replace(note)
      this.#kept = note
      return note
    })
    this.#files = kept.then(
      () => undefined,
      () => undefined,
    )
    return kept
  }

  #sign(checkpoint: Checkpoint): string {
    const { publicKey, sign } = this.#parts.logKey
    if (sign === undefined) throw new Error('the log is another’s')
    return signNote(formatCheckpoint(checkpoint), [{ name: checkpoint.origin, type: 1, publicKey, sign }])
  }

  async #show(state: Sealed, offer: Offer, cosigners: Cosigners): Promise<void> {
    try {
      this.#improve(state, await cosigners.gather(offer, state.checkpoint, (note) => this.#improve(state, note)))
    } catch (error) {
      this.#parts.note(`the checkpoint over ${state.size} entries is published without cosignatures: ${String(error)}`)
      this.#shown = state
    } finally {
      this.#waiting = false
    }
  }

  #improve(state: Sealed, checkpoint: string): void {
    if (this.#latest?.size !== state.size) return
    this.#latest = { ...state, checkpoint }
    this.#shown = this.#latest
    if (checkpoint === state.checkpoint) return
    // By then a newer state may be on the disk that is not yet the latest here.
    const isWanted = (): boolean => this.#latest?.checkpoint === checkpoint && this.#kept === state.checkpoint
    this.#files = this.#files
      .then(() => (isWanted() ? this.#parts.file.replace(checkpoint) : undefined))
      .catch((error: unknown) => this.#parts.note(`the cosignatures cannot be kept: ${String(error)}`))
  }
}

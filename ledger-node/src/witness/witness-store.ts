import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  cosign,
  equal,
  formatNote,
  fromUtf8,
  type Note,
  type NoteSigner,
  parseCheckpoint,
  parseNote,
  parseSignatures,
  sha256,
  toHex,
  utf8,
  type VerifierKey,
  type Verify,
  verifyNote,
  type WitnessState,
} from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { ifThere } from '../if-there.ts'

/** The key that a witness cosigns with, and nothing else. */
export type WitnessSigner = NoteSigner & { type: 4 }

/** What a witness holds of one log: the largest tree it cosigned, as the note that both of them signed. */
export interface Held extends WitnessState {
  note: string
}

/** Files of evidence kept: a log that signs without end must not fill its witness's disk. */
const MAX_EVIDENCE = 1000

/**
 * A witness's memory, a file for each log: `<hex SHA-256 of the origin>`, the last cosigned note. A witness that forgets, or believes a
 * changed file, would cosign a fork: what cannot be read stops it.
 */
export class WitnessStore {
  readonly #disk: Disk
  readonly #folder: string
  readonly #signer: WitnessSigner
  readonly #key: VerifierKey
  readonly #verify: Verify
  readonly #held = new Map<string, Held>()
  #evidence: Set<string> | undefined

  private constructor(disk: Disk, folder: string, signer: WitnessSigner, key: VerifierKey, verify: Verify) {
    this.#disk = disk
    this.#folder = folder
    this.#signer = signer
    this.#key = key
    this.#verify = verify
  }

  /** @throws LedgerError WITNESS_STATE */
  static async open(
    disk: Disk,
    folder: string,
    signer: WitnessSigner,
    key: VerifierKey,
    origins: readonly string[],
    verify: Verify,
  ): Promise<WitnessStore> {
    const store = new WitnessStore(disk, folder, signer, key, verify)
    await disk.list(folder)
    for (const origin of origins) {
      const held = await store.#read(origin)
      if (held !== undefined) store.#held.set(origin, held)
    }
    return store
  }

  of(origin: string): Held | undefined {
    return this.#held.get(origin)
  }

  /** Cosigns, and answers when the disk has it: the line that the log is sent. The caller sees to it that nothing comes between. */
  async cosign(note: Note, log: VerifierKey, timeS: number): Promise<string> {
    const { origin, size, root } = parseCheckpoint(note.text)
    const line = cosign(note, this.#signer, timeS)
    const before = this.#held.get(origin)
    // Anyone may bring the same checkpoint again, as often as he likes: there is nothing new to remember.
    if (before?.size === size && equal(before.root, root)) return line
    const signed = note.signatures.filter(({ name, keyId }) => name === log.name && keyId === log.keyId).slice(0, 1)
    const held = formatNote({ text: note.text, signatures: [...signed, ...parseSignatures(line)] })
    await this.#disk.replace(this.#path(origin), utf8(held))
    this.#held.set(origin, { size, root, note: held })
    return line
  }

  /** Keeps evidence against a log; each piece once. */
  async keepEvidence(origin: string, text: string): Promise<string | undefined> {
    const folder = join(this.#folder, 'evidence')
    this.#evidence ??= new Set(await this.#disk.list(folder))
    const name = `${nameOf(origin).slice(0, 16)}-${toHex(sha256(utf8(text))).slice(0, 16)}.tristamp-fork`
    if (this.#evidence.has(name) || this.#evidence.size >= MAX_EVIDENCE) return undefined
    await this.#disk.replace(join(folder, name), utf8(text))
    this.#evidence.add(name)
    return join(folder, name)
  }

  #path(origin: string): string {
    return join(this.#folder, nameOf(origin))
  }

  async #read(origin: string): Promise<Held | undefined> {
    const path = this.#path(origin)
    const bytes = await ifThere(readFile(path))
    if (bytes === undefined) return undefined
    try {
      const text = fromUtf8(bytes)
      const note = parseNote(text)
      await verifyNote(note, [this.#key], this.#verify)
      const { origin: found, size, root } = parseCheckpoint(note.text)
      if (found !== origin) throw new Error(`a checkpoint of ${found}`)
      return { size, root, note: text }
    } catch (cause) {
      throw new LedgerError('WITNESS_STATE', `${path}: ${(cause as Error).message}`, { cause })
    }
  }
}

/** What tlog-witness calls an origin in addresses. */
export function nameOf(origin: string): string {
  return toHex(sha256(utf8(origin)))
}

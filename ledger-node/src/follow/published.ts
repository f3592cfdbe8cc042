import { formatSignatures, type Policy, parseNote, type Verify, withCosignatures } from '@tristamp/protocol'
import type { Cosigners } from '../publication.ts'
import type { Offer } from '../witness/witness-client.ts'

/** The leader waits a second for its witnesses, of which this node may be one; then its note is there to be had. */
const WAIT_MS = 1_500

/**
 * Shows what the leader publishes: a state that is reproduced here is held back from readers until the leader's note over it is there,
 * with its cosignatures, or until waiting has lasted long enough. Cosignatures that are not good are left out: readers would refuse
 * the whole note for one of them.
 */
export class PublishedNotes implements Cosigners {
  readonly #policy: () => Policy
  readonly #verify: Verify
  #waiting: { text: string; note: string; publish: (note: string) => void } | undefined
  #improved: ((note: string) => void) | undefined
  #current: string | undefined
  /** What the leader published last, as far as we know. */
  #heard: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(policy: () => Policy, verify: Verify) {
    this.#policy = policy
    this.#verify = verify
  }

  kept(own: string, before: string): Promise<string> {
    return this.#merged(own, before)
  }

  async gather(offer: Offer, note: string, improved: (note: string) => void): Promise<string> {
    const { text } = parseNote(offer.note)
    this.#current = note
    this.#improved = improved
    if (this.#heard !== undefined && parseNote(this.#heard).text === text) return this.#better(this.#heard)
    return new Promise((publish) => {
      this.#waiting = { text, note, publish }
      clearTimeout(this.#timer)
      // It keeps the process: whoever stops may wait for this state, and nothing else may be left that does.
      this.#timer = setTimeout(() => this.hurry(), WAIT_MS)
    })
  }

  /** Takes a note that the leader publishes, whose own signature has been checked. */
  async heard(note: string): Promise<void> {
    this.#heard = note
    const waiting = this.#waiting
    if (waiting !== undefined && parseNote(note).text === waiting.text) {
      const better = await this.#better(note)
      if (this.#waiting === waiting) this.#publish(better)
      return
    }
    if (this.#current === undefined || parseNote(note).text !== parseNote(this.#current).text) return
    const before = this.#current
    const better = await this.#better(note)
    if (better !== before) this.#improved?.(better)
  }

  hurry(): void {
    if (this.#waiting !== undefined) this.#publish(this.#waiting.note)
  }

  close(): void {
    this.hurry()
  }

  #publish(note: string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    clearTimeout(this.#timer)
    waiting?.publish(note)
  }

  async #better(note: string): Promise<string> {
    this.#current = await this.#merged(this.#current!, note)
    return this.#current
  }

  /** The one note with the good cosignatures of the other, if that is over the same checkpoint. */
  async #merged(own: string, other: string): Promise<string> {
    const { text, signatures } = parseNote(own)
    const more = parseNote(other)
    const { logs, witnesses } = this.#policy()
    const log = logs.map(({ key }) => key.keyId)
    const keys = witnesses.map(({ key }) => key)
    // One's own lines too: those of unknown keys and bad ones are left out.
    const lines = [...signatures, ...(more.text === text ? more.signatures : [])]
    const bare = signatures.filter(({ keyId }) => log.includes(keyId)).slice(0, 1)
    let note = `${text}\n${formatSignatures(bare)}`
    for (const line of lines) {
      note = await withCosignatures(note, formatSignatures([line]), keys, this.#verify).catch(() => note)
    }
    return note
  }
}

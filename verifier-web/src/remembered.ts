// What this device keeps between visits: the policy that it saw first, the ledger's last checkpoint, and the last check of each subject.
import { equal, fromBase64, fromHex, parseCheckpoint, parseNote, toBase64, toHex } from '@tristamp/protocol'

/** The part of localStorage that is used. */
export interface Shelf {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface PinnedPolicy {
  text: string
  firstSeenMs: number
}

export interface SeenCheckpoint {
  size: number
  root: Uint8Array
  /** As the ledger signed it: without it, what this device saw would prove nothing to others. */
  note?: string
}

/** A subject's last complete check: when, in which state, and the proofs, so that it can be shown again without a connection. */
export interface KeptCheck {
  atMs: number
  bundle: Uint8Array
}

const PREFIX = 'tristamp/1/'
// localStorage holds about 5 MB of text; a bundle is some tens of kB.
const MAX_KEPT = 12
const MAX_KEPT_BYTES = 160_000

/**
 * Memory on a shelf that may be missing, full or filled by another version: reading what cannot be read gives undefined, and a
 * write that fails is forgotten, for the page checks just as well without.
 */
export class Memory {
  readonly #shelf: Shelf | undefined

  constructor(shelf: Shelf | undefined) {
    this.#shelf = shelf
  }

  policy(): PinnedPolicy | undefined {
    const value = this.#read('policy')
    const { text, firstSeenMs } = value ?? {}
    return typeof text === 'string' && typeof firstSeenMs === 'number' ? { text, firstSeenMs } : undefined
  }

  pinPolicy(policy: PinnedPolicy): void {
    this.#write('policy', policy)
  }

  checkpoint(origin: string): SeenCheckpoint | undefined {
    const { size, root: hex, note } = this.#read(`checkpoint/${origin}`) ?? {}
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1 || typeof hex !== 'string') return undefined
    return attempt(() => {
      const seen = { size, root: fromHex(hex) }
      return typeof note === 'string' && isOf(note, seen) ? { ...seen, note } : seen
    })
  }

  /** Only a later state replaces an earlier one: an old answer must not make this device forget. */
  rememberCheckpoint(origin: string, { size, root, note }: SeenCheckpoint): void {
    if (size < (this.checkpoint(origin)?.size ?? 0)) return
    this.#write(`checkpoint/${origin}`, { size, root: toHex(root), ...(note !== undefined && { note }) })
    this.#write('checkpoints', { origins: [...new Set([...this.#origins(), origin])] })
  }

  kept(subject: string): KeptCheck | undefined {
    const { atMs, bundle } = this.#read(`kept/${subject}`) ?? {}
    if (typeof atMs !== 'number' || typeof bundle !== 'string') return undefined
    return attempt(() => ({ atMs, bundle: fromBase64(bundle) }))
  }

  /** The check before is over also where this one finds no place: a recall may have come between. */
  keep(subject: string, { atMs, bundle }: KeptCheck): void {
    const before = this.#read('kept')?.['subjects']
    const kept = Array.isArray(before) ? before.filter((s): s is string => typeof s === 'string' && s !== subject) : []
    this.#remove(`kept/${subject}`)
    if (bundle.length <= MAX_KEPT_BYTES) {
      for (const old of kept.splice(MAX_KEPT - 1)) this.#remove(`kept/${old}`)
      const check = { atMs, bundle: toBase64(bundle) }
      while (!this.#write(`kept/${subject}`, check) && kept.length > 0) this.#remove(`kept/${kept.pop()}`)
      kept.unshift(subject)
    }
    this.#write('kept', { subjects: kept })
  }

  /** Forgets the pinned policy and every checkpoint: the next check trusts what it is given, as a first visit does. */
  forgetLedgers(): void {
    for (const origin of this.#origins()) this.#remove(`checkpoint/${origin}`)
    this.#remove('checkpoints')
    this.#remove('policy')
  }

  #origins(): string[] {
    const origins = this.#read('checkpoints')?.['origins']
    return Array.isArray(origins) ? origins.filter((origin) => typeof origin === 'string') : []
  }

  #read(key: string): Record<string, unknown> | undefined {
    return attempt(() => {
      const value: unknown = JSON.parse(this.#shelf?.getItem(PREFIX + key) ?? 'null')
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
    })
  }

  #write(key: string, value: unknown): boolean | undefined {
    return attempt(() => {
      this.#shelf?.setItem(PREFIX + key, JSON.stringify(value))
      return true
    })
  }

  #remove(key: string): void {
    attempt(() => this.#shelf?.removeItem(PREFIX + key))
  }
}

function isOf(note: string, { size, root }: SeenCheckpoint): boolean {
  const said = attempt(() => parseCheckpoint(parseNote(note).text))
  return said !== undefined && said.size === size && equal(said.root, root)
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step()
  } catch {
    return undefined
  }
}

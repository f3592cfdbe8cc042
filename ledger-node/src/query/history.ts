import { promisify } from 'node:util'
import { type BrotliOptions, brotliCompress, constants } from 'node:zlib'
import {
  buildBundle,
  isStep,
  MAX_BUNDLE_BYTES,
  ProtocolError,
  parseRecordedEvent,
  parseStatement,
} from '@tristamp/protocol'
import { Cache } from '../cache.ts'
import type { Ledger, Sealed } from '../ledger.ts'
import type { Entries } from './source.ts'

/** Everything that proves a subject's history, as of the last seal. `since`: the size that the reader remembers. */
export function history(ledger: Ledger, entries: Entries, subject: string, since: number): Promise<Uint8Array> {
  return ledger.readMap((sealed) => buildBundle(subject, entries.source(sealed), since))
}

/** A bundle, and when somebody wants it so, squeezed. */
export class Built {
  readonly bytes: Uint8Array
  #squeezed: Promise<Buffer> | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** By Brotli, at the best quality that costs no more than to build the bundle. */
  squeezed(): Promise<Buffer> {
    this.#squeezed ??= squeeze(this.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
    return this.#squeezed
  }
}

const squeeze = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress)

/** Bundles kept in memory, of the last seal or earlier ones: some hundreds of products that many ask for at once. */
const BUNDLE_BYTES = 32 * 1024 * 1024
/** In memory, about: squeezed it takes less than half as much again. */
const BYTES_TIMES = 1.5
const BYTES_AROUND = 2000

/** The histories of a ledger's subjects, each built once for a checkpoint, however many ask for it. */
export class Histories {
  readonly #ledger: Ledger
  readonly #entries: Entries
  readonly #built = new Cache<string, { checkpoint: string; bundle: Built }>(BUNDLE_BYTES)
  /** Being built, for the readers that ask meanwhile. */
  readonly #building = new Map<string, Promise<Built>>()

  constructor(ledger: Ledger, entries: Entries) {
    this.#ledger = ledger
    this.#entries = entries
  }

  /** Everything that proves a subject's history, as of the last seal. `since`: the size that the reader remembers. */
  bundle(subject: string, since: number): Promise<Built> {
    return this.#ledger.readMap(async (sealed) => {
      const key = `${since} ${subject}`
      const known = this.#built.get(key)
      // A checkpoint is another one with each seal, and with each cosignature.
      if (known?.checkpoint === sealed.checkpoint) return known.bundle
      const name = `${key} ${sealed.checkpoint}`
      const building = this.#building.get(name) ?? this.#build(key, name, sealed, subject, since)
      this.#building.set(name, building)
      return building
    })
  }

  async #build(key: string, name: string, sealed: Sealed, subject: string, since: number): Promise<Built> {
    try {
      const bundle = new Built(await buildBundle(subject, this.#entries.source(sealed), since))
      const { checkpoint } = sealed
      this.#built.set(key, { checkpoint, bundle }, BYTES_TIMES * bundle.bytes.length + BYTES_AROUND)
      return bundle
    } finally {
      this.#building.delete(name)
    }
  }
}

/**
 * A subject's own events as of the last seal, as JSON that was signed; without the ledger's governance and what gateways report of themselves.
 * @throws ProtocolError HISTORY_SIZE for more than a bundle of them would hold
 */
export function eventsOf(
  ledger: Ledger,
  entries: Entries,
  subject: string,
): Promise<{ sealed: Sealed; events: object[] }> {
  return ledger.read(async (sealed) => {
    const events: object[] = []
    let bytes = 0
    for (const { entry, position } of await entries.postings(subject, sealed.seal.height)) {
      const { header } = parseStatement(await entries.bytes(entry))
      if (header.kind !== 'batch') continue
      const { event: signed } = (await entries.events(entry))[position]!
      bytes += signed.length
      if (bytes > MAX_BUNDLE_BYTES) throw new ProtocolError('HISTORY_SIZE', `more than ${MAX_BUNDLE_BYTES} bytes`)
      const event = parseRecordedEvent(header.kind, signed)
      if (isStep(event)) events.push(event)
    }
    return { sealed, events }
  })
}

import { evidenceIdOf, fromUtf8, type Json, SALT_BYTES, type SensorElement, type Series } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import type { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { LocalFeed } from '../feed.ts'
import { frameSize } from '../frame.ts'
import type { SeriesPlace } from './readings.ts'

/** Readings behind a reading: told in the event itself, or as evidence that it names. */
export interface FoundSeries extends Series {
  told: 'event' | 'evidence'
}

/** Finds series in the segment files of a node, as they are when it is first asked, and beside them. What is erased, lost or of another form is not found. */
export class SeriesFinder {
  readonly #disk: Disk
  readonly #folder: string
  readonly #evidence: EvidenceFolder
  #feed: Promise<LocalFeed> | undefined

  constructor(disk: Disk, folder: string, evidence: EvidenceFolder) {
    this.#disk = disk
    this.#folder = folder
    this.#evidence = evidence
  }

  /** Rejects as the disk does. */
  async find({ body, element }: SeriesPlace): Promise<FoundSeries | undefined> {
    this.#feed ??= LocalFeed.open(this.#disk, this.#folder)
    const { bodies } = await this.#feed
    const told = elementIn(await recordAt(bodies, body), element)
    const id = evidenceIdOf(told?.sensorMetadata?.rawData ?? '')
    if (id !== undefined) {
      const held = await this.#evidence.find(id)
      const series = held.kind === 'held' ? seriesFrom(held.bytes) : undefined
      if (series !== undefined) return { told: 'evidence', ...series }
    }
    const own = told?.['tristamp:series']
    return own && { told: 'event', ...own }
  }

  async close(): Promise<void> {
    await (await this.#feed)?.close()
  }
}

async function recordAt(
  bodies: LocalFeed['bodies'],
  { file, offset, length }: SeriesPlace['body'],
): Promise<Uint8Array> {
  try {
    return (await bodies.read({ index: 0, file, offset }, frameSize(length), 1))[0]!
  } catch (error) {
    // An erased body, or a damaged one, which others tell of.
    if (error instanceof LedgerError && error.code === 'SEGMENT_CORRUPT') return new Uint8Array(0)
    throw error
  }
}

/** Of an event that the ledger has admitted; undefined when there is none. */
function elementIn(record: Uint8Array, number: number): SensorElement | undefined {
  if (record.length <= SALT_BYTES) return undefined
  try {
    const event = JSON.parse(fromUtf8(record.subarray(SALT_BYTES))) as { sensorElementList?: SensorElement[] }
    return event.sensorElementList?.[number]
  } catch {
    return undefined
  }
}

const MAX_EVERY_MS = 86_400_000

/** Evidence that is a series (docs/spec/event.md, Quality stamp); undefined for any other bytes. */
export function seriesFrom(bytes: Uint8Array): Series | undefined {
  let value: Json
  try {
    value = JSON.parse(fromUtf8(bytes)) as Json
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { everyMs, milli, ...others } = value
  if (Object.keys(others).length > 0 || !isWhole(everyMs) || everyMs < 1 || everyMs > MAX_EVERY_MS) return undefined
  if (!Array.isArray(milli) || milli.length === 0) return undefined
  const points = milli.filter((point) => point === null || isWhole(point))
  return points.length === milli.length ? { everyMs, milli: points } : undefined
}

function isWhole(value: Json | undefined): value is number {
  return Number.isSafeInteger(value)
}

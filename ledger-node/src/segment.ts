import { join } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { isDiskFull, LedgerError } from './error.ts'
import { frameSize, readFrame, writeFrame } from './frame.ts'

/** Where a record stands: its number in the series, the file (named by the number of its first record), and the offset there. */
export interface Place {
  index: number
  file: number
  offset: number
}

export const FIRST_PLACE: Place = { index: 0, file: 0, offset: 0 }

/** Why a series cannot be read on at a place. `missing`: another file says that more records should be here. */
export interface Fault {
  file: string
  offset: number
  field: 'length' | 'crc' | 'truncated' | 'missing' | 'statement'
  /** Whether nothing follows the fault but the end of the last file: an append that was cut short looks so. */
  atEnd: boolean
}

export type Scanned =
  | { kind: 'record'; place: Place; bytes: Uint8Array; next: Place }
  | { kind: 'end'; place: Place; fault?: Fault }

export interface SegmentOptions {
  /** Bytes after which a new file is begun: small enough to copy, large enough that a ledger has few. */
  fileBytes: number
  /** The longest record that may ever be read or written. */
  recordBytes: number
}

/** Bytes read at a time when a series is read through. */
const SCAN_BYTES = 1 << 20
/** What is kept of a tail that is cut off: more than one group of an append. */
const MAX_TAIL_BYTES = 64 * 1024 * 1024
/** Groups up to this size are laid out in the same memory again and again. */
const KEPT_ROOM_BYTES = 4 * 1024 * 1024
/** Files kept open for reading. */
const OPEN_FILES = 64

/**
 * Records in append-only files: the form in which the ledger's truth lies on disk. One writer. A group of records goes into
 * one file with one flush; it is either wholly there afterwards or cut off again.
 */
export class SegmentSeries {
  readonly #disk: Disk
  readonly #folder: string
  readonly #options: SegmentOptions
  readonly #open = new Map<number, Promise<DiskFile>>()
  #files: number[]
  #end: Place | undefined
  /** The last append failed: bytes may stand behind the end. */
  #dirty: boolean = false
  /** A group is laid out here: there is one append at a time. */
  #room = Buffer.alloc(0)

  private constructor(disk: Disk, folder: string, options: SegmentOptions, files: number[]) {
    this.#disk = disk
    this.#folder = folder
    this.#options = options
    this.#files = files
  }

  static async open(disk: Disk, folder: string, options: SegmentOptions): Promise<SegmentSeries> {
    const files = (await disk.list(folder))
      .filter((name) => /^\d{16}\.seg$/.test(name))
      .map((name) => Number.parseInt(name, 10))
    return new SegmentSeries(disk, folder, options, files)
  }

  /** Where the next record goes. Known after `resume`. */
  get end(): Place {
    if (this.#end === undefined) throw new Error('the series has not been resumed')
    return this.#end
  }

  path(file: number): string {
    return join(this.#folder, `${String(file).padStart(16, '0')}.seg`)
  }

  /** Bytes in a file; undefined when it is not there. */
  async size(file: number): Promise<number | undefined> {
    return this.#files.includes(file) ? (await this.#file(file)).size() : undefined
  }

  /**
   * Goes on writing at `place`, which a scan found to be the end; what stands behind it in the same file was never
   * acknowledged and is cut off. Whole files behind it are damage rather than a torn append, and are left alone.
   */
  async resume(place: Place): Promise<void> {
    if (this.#files.some((file) => file > place.file)) {
      throw new LedgerError(
        'SEGMENT_CORRUPT',
        `${this.path(place.file)} ends at ${place.offset}, but later files follow`,
      )
    }
    this.#end = place
    this.#dirty = true
    await this.#keepTail(place)
    await this.#cut()
  }

  /** Appends the records (each given in pieces) as one group and flushes once. After a failure the series is as before. */
  async append(records: readonly (readonly Uint8Array[])[]): Promise<Place[]> {
    await this.#cut()
    const { places, bytes, end } = this.#layOut(records)
    if (records.length === 0) return places
    this.#dirty = true
    const file = await this.#file(end.file)
    await file.write(bytes, places[0]!.offset)
    await file.sync()
    this.#end = end
    this.#dirty = false
    return places
  }

  /** Takes back everything from `place` on: part of a group of which another part failed. */
  async takeBack(place: Place): Promise<void> {
    this.#end = place
    this.#dirty = true
    await this.#cut()
  }

  /** Reads `count` records that stand one after another in `bytes` bytes from `place` on. */
  async read(place: Place, bytes: number, count: number): Promise<Uint8Array[]> {
    if (!this.#files.includes(place.file))
      throw new LedgerError('SEGMENT_CORRUPT', `${this.path(place.file)} is missing`)
    const file = await this.#file(place.file)
    const buffer = asBuffer(await file.read(place.offset, bytes))
    const records: Uint8Array[] = []
    let at = 0
    while (records.length < count) {
      const frame = readFrame(buffer, at, this.#options.recordBytes)
      if (frame.kind !== 'record') {
        const field = frame.kind === 'bad' ? frame.field : 'truncated'
        throw new LedgerError(
          'SEGMENT_CORRUPT',
          `${this.path(place.file)} offset ${place.offset + at} record ${place.index + records.length}: ${field}`,
        )
      }
      records.push(frame.bytes)
      at = frame.next
    }
    return records
  }

  /** Every record from `from` on; the last item is the end, with the fault that ended the reading if it was one. */
  async *scan(from: Place): AsyncGenerator<Scanned> {
    let place = from
    for (;;) {
      const fault = yield* this.#scanFile(place, (next) => {
        place = next
      })
      const following = this.#files.find((file) => file > place.file)
      if (fault !== undefined || following === undefined) {
        yield { kind: 'end', place, ...(fault && { fault: { ...fault, atEnd: following === undefined } }) }
        return
      }
      if (following !== place.index) {
        const gap: Fault = { file: this.path(place.file), offset: place.offset, field: 'missing', atEnd: false }
        yield { kind: 'end', place, fault: gap }
        return
      }
      place = { index: place.index, file: following, offset: 0 }
    }
  }

  async close(): Promise<void> {
    const files = await Promise.all(this.#open.values())
    this.#open.clear()
    await Promise.all(files.map((file) => file.close()))
  }

  async *#scanFile(
    from: Place,
    moved: (place: Place) => void,
  ): AsyncGenerator<Scanned, Omit<Fault, 'atEnd'> | undefined> {
    if (!this.#files.includes(from.file)) {
      return from.index === 0 ? undefined : { file: this.path(from.file), offset: from.offset, field: 'missing' }
    }
    const file = await this.#file(from.file)
    const size = await file.size()
    let place = from
    let wanted = SCAN_BYTES
    while (place.offset < size) {
      const buffer = asBuffer(await file.read(place.offset, Math.min(wanted, size - place.offset)))
      let at = 0
      for (;;) {
        const frame = readFrame(buffer, at, this.#options.recordBytes)
        if (frame.kind === 'bad') return { file: this.path(from.file), offset: place.offset, field: frame.field }
        if (frame.kind === 'partial') {
          if (place.offset + frame.needs > size && at < buffer.length) {
            return { file: this.path(from.file), offset: place.offset, field: 'truncated' }
          }
          wanted = Math.max(SCAN_BYTES, frame.needs)
          break
        }
        const next = { index: place.index + 1, file: place.file, offset: place.offset + frame.next - at }
        yield { kind: 'record', place, bytes: frame.bytes, next }
        place = next
        moved(place)
        at = frame.next
      }
    }
    return place.offset > size ? { file: this.path(from.file), offset: size, field: 'truncated' } : undefined
  }

  #layOut(records: readonly (readonly Uint8Array[])[]): { places: Place[]; bytes: Buffer; end: Place } {
    const { index, ...last } = this.end
    const { file, offset: begin } = last.offset >= this.#options.fileBytes ? { file: index, offset: 0 } : last
    const sizes = records.map((parts) => frameSize(parts.reduce((sum, part) => sum + part.length, 0)))
    const bytes = this.#roomFor(sizes.reduce((sum, size) => sum + size, 0))
    let at = 0
    const places = records.map((parts, i): Place => {
      const place = { index: index + i, file, offset: begin + at }
      if (sizes[i]! > frameSize(this.#options.recordBytes)) throw new Error('a record is larger than its series takes')
      at = writeFrame(bytes, at, parts)
      return place
    })
    return { places, bytes, end: { index: index + records.length, file, offset: begin + at } }
  }

  #roomFor(size: number): Buffer {
    if (size > KEPT_ROOM_BYTES) return Buffer.allocUnsafe(size)
    if (size > this.#room.length) this.#room = Buffer.allocUnsafeSlow(Math.min(KEPT_ROOM_BYTES, 2 * size))
    return this.#room.subarray(0, size)
  }

  /**
   * Copies what a start is about to cut off into a file beside: a torn append is nothing, but a flipped byte behind the last
   * seal looks the same, and then what follows it can still be read by hand.
   */
  async #keepTail({ file, offset }: Place): Promise<void> {
    if (!this.#files.includes(file)) return
    const handle = await this.#file(file)
    const tail = Math.min((await handle.size()) - offset, MAX_TAIL_BYTES)
    if (tail <= 0) return
    try {
      await this.#disk.replace(join(this.#folder, `torn-${file}-${offset}`), await handle.read(offset, tail))
    } catch (error) {
      // On a full disk the ledger matters more than a copy of what it never acknowledged.
      if (!isDiskFull(error)) throw error
    }
  }

  /** Removes what a failed append may have left behind the end. */
  async #cut(): Promise<void> {
    if (!this.#dirty) return
    for (const number of new Set([this.end.file, this.#files.at(-1) ?? this.end.file])) {
      const file = await this.#file(number)
      const size = number === this.end.file ? this.end.offset : 0
      if ((await file.size()) > size) {
        await file.truncate(size)
        await file.sync()
      }
    }
    this.#dirty = false
  }

  #file(number: number): Promise<DiskFile> {
    const known = this.#open.get(number)
    if (known !== undefined) {
      this.#open.delete(number)
      this.#open.set(number, known)
      return known
    }
    const opening = this.#disk.open(this.path(number))
    this.#open.set(number, opening)
    opening.then(
      () => {
        if (!this.#files.includes(number)) this.#files = [...this.#files, number].sort((a, b) => a - b)
        this.#closeOldest()
      },
      () => this.#open.delete(number),
    )
    return opening
  }

  #closeOldest(): void {
    if (this.#open.size <= OPEN_FILES) return
    const [number, file] = this.#open.entries().next().value!
    this.#open.delete(number)
    // Closing waits for reads under way; an error in it concerns nothing that was written.
    file.then((f) => f.close()).catch(() => undefined)
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

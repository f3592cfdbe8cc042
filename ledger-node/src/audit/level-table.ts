import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../if-there.ts'
import { crc32c } from './crc32c.ts'
import { Flawed } from './flaw.ts'
import { unsnap } from './snappy.ts'

// LevelDB's table files (doc/table_format.md of LevelDB). It writes a checksum behind each block, looks at none unless asked, its binding
// cannot ask, and a flipped bit then reads as other rows or ends the process. So an audit looks at all of them before LevelDB does.

const FOOTER = 48
const MAGIC = 0xdb4775248b80fb57n
/** Behind each block: how it is compressed, and a checksum over the block and that byte. */
const TRAILER = 5
const SNAPPY = 1
const MASK = 0xa282ead8
const DAMAGED = 'the table of derived rows is damaged'

interface Handle {
  offset: number
  size: number
}

/**
 * Checks every block of every finished table in a store's folder. A process that ended amid a compaction leaves a table without its
 * end, which LevelDB removes when it opens: what is returned is to be called after that. @throws Flawed with file and offset
 */
export async function checkTables(folder: string): Promise<() => Promise<void>> {
  const unfinished: { file: string; sign: string; size: number }[] = []
  for (const name of await tablesIn(folder)) {
    const file = join(folder, name)
    const bytes = await readFile(file)
    if (isFinished(bytes)) checkTable(file, bytes)
    else unfinished.push({ file, sign: (await signOf(file)) ?? '', size: bytes.length })
  }
  return async () => {
    for (const { file, sign, size } of unfinished)
      if ((await signOf(file)) === sign)
        throw new Flawed({ file, offset: Math.max(0, size - FOOTER), field: 'footer', detail: DAMAGED })
  }
}

function isFinished(bytes: Buffer): boolean {
  return bytes.length >= FOOTER && bytes.readBigUInt64LE(bytes.length - 8) === MAGIC
}

/** The same as long as nobody writes the file; undefined when it is gone. A new one may have the old one's number. */
async function signOf(file: string): Promise<string | undefined> {
  const stats = await ifThere(stat(file, { bigint: true }))
  return stats && `${stats.size} ${stats.mtimeNs} ${stats.ino}`
}

async function tablesIn(folder: string): Promise<string[]> {
  // Without the folder nothing has been derived yet.
  return ((await ifThere(readdir(folder))) ?? []).filter((name) => name.endsWith('.ldb')).sort()
}

function checkTable(file: string, bytes: Buffer): void {
  const fail = (offset: number, field: string): never => {
    throw new Flawed({ file, offset, field, detail: DAMAGED })
  }
  const footer = bytes.length - FOOTER
  const block = ({ offset, size }: Handle): Buffer => {
    const end = offset + size
    if (!(end + TRAILER <= footer)) fail(footer, 'footer')
    const crc = crc32c(bytes.subarray(offset, end + 1))
    const masked = (((crc >>> 15) | (crc << 17)) + MASK) >>> 0
    if (bytes.readUInt32LE(end + 1) !== masked) fail(offset, 'checksum')
    return bytes.subarray(offset, end)
  }
  try {
    const at = new Varints(bytes.subarray(footer, bytes.length - 8))
    for (const index of [at.handle(), at.handle()]) {
      const content = block(index)
      const plain = bytes[index.offset + index.size] === SNAPPY ? unsnap(content) : content
      for (const handle of handlesIn(plain)) block(handle)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    fail(footer, 'footer')
  }
}

/** The values of an index block: each names another block. Its keys are written without what they share with the one before. */
function* handlesIn(block: Buffer): Generator<Handle> {
  const restarts = block.readUInt32LE(block.length - 4)
  const entries = new Varints(block.subarray(0, block.length - 4 - 4 * restarts))
  while (!entries.ended) {
    entries.next()
    const [key, value] = [entries.next(), entries.next()]
    entries.skip(key)
    yield new Varints(entries.skip(value)).handle()
  }
}

class Varints {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  next(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 0x7f) * unit
      if (byte < 0x80) return value
    }
  }

  handle(): Handle {
    return { offset: this.next(), size: this.next() }
  }

  skip(length: number): Buffer {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

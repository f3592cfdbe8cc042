import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { admit, decodeBatch, encodeSeal, toHex } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FaultyDisk } from './_faulty-disk.ts'
import { itemUri, ORIGIN, TestGateway, temporaryFolder } from './_harness.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { found } from './found.ts'
import { governanceBatch } from './governance.ts'
import { keyPath, loadKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { encodePiece, readSnapshot, type SnapshotPiece } from './map-snapshot.ts'
import { verifySignature } from './node-crypto.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import { verifyLedger } from './verify.ts'

/** A founded ledger with a gateway, which tests open and close. */
class Place {
  readonly gateway = new TestGateway('org', 'one')
  readonly notes: string[] = []
  readonly folder: string
  readonly remove: () => Promise<void>
  #items = 0

  private constructor(folder: string, remove: () => Promise<void>) {
    this.folder = folder
    this.remove = remove
  }

  static async make(): Promise<Place> {
    const { path, remove } = await temporaryFolder()
    const place = new Place(path, remove)
    await found({ data: path, origin: ORIGIN, administrators: ['admin'], threshold: 1 })
    const admin = await loadKey(keyPath(path, 'admin-admin'))
    await place.opened(async (ledger) => {
      const head = [...ledger.state.keys.values()].find((key) => key.kind === 'administrator')!
      const party = 'https://id.gs1.org/417/9506000134307'
      const name = { zh: '组织', en: 'Org' }
      const operations = [{ op: 'enrol-organisation' as const, org: 'org', party, name }, place.gateway.operation]
      const chain = { seq: head.nextSeq, prev: head.prev }
      await write(ledger, governanceBatch(operations, admin, ORIGIN, chain, Date.now()))
      await ledger.seal()
    })
    return place
  }

  get file(): string {
    return join(this.folder, 'history-map')
  }

  async opened<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    const logKey = await loadKey(keyPath(this.folder, 'log'))
    const note = (text: string): unknown => this.notes.push(text)
    const now = (): number => 1_795_000_000_000
    const ledger = await Ledger.open({
      disk: nodeDisk,
      folder: this.folder,
      logKey,
      verify: verifySignature,
      now,
      note,
    })
    try {
      return await work(ledger)
    } finally {
      await ledger.close()
    }
  }

  /** Seals blocks of new items and of one that is in every block. */
  async fill(ledger: Ledger, blocks: number): Promise<void> {
    for (let b = 0; b < blocks; b++) {
      await write(
        ledger,
        this.gateway.batch(itemUri(`I${this.#items++}`), itemUri('SAME'), itemUri(`I${this.#items++}`)),
      )
      await ledger.seal()
    }
  }

  writer(ledger: Ledger, disk: Disk = nodeDisk): SnapshotWriter {
    return new SnapshotWriter({ ledger, disk, everyMs: 0, note: (text) => this.notes.push(text), partRecords: 3 })
  }

  /** Opens and closes; answers whether the snapshot was used. */
  async starts(): Promise<boolean> {
    return this.opened(async (ledger) => {
      expect(toHex(ledger.historyMap.root())).toBe(toHex(ledger.lastSeal!.seal.historyRoot))
      return ledger.snapshot.height !== undefined
    })
  }
}

async function write(ledger: Ledger, ...payloads: Uint8Array[]): Promise<void> {
  const staged = payloads.map((payload) => {
    const batch = decodeBatch(payload)
    const admitted = admit(ledger.state, batch.statement, batch.events, verifySignature)
    if (!admitted.ok) throw new Error(admitted.message)
    return ledger.stage({ bytes: batch.statement, events: batch.events }, admitted)
  })
  await ledger.commit(staged)
}

async function piecesOf(file: string): Promise<SnapshotPiece[]> {
  const pieces: SnapshotPiece[] = []
  for await (const piece of readSnapshot(file)) pieces.push(piece)
  return pieces
}

let place: Place

beforeEach(async () => {
  place = await Place.make()
})
afterEach(() => place.remove())

/** A ledger of some blocks with a snapshot. */
async function written(): Promise<void> {
  await place.opened(async (ledger) => {
    await place.fill(ledger, 4)
    await place.writer(ledger).stop()
    expect(ledger.snapshot.height).toBe(ledger.latest?.seal.height)
  })
}

const ASIDE = /^the snapshot of the history map is left aside, the map is read from the rows: /

async function leftAside(why: RegExp): Promise<void> {
  place.notes.length = 0
  expect(await place.starts()).toBe(false)
  expect(place.notes).toEqual([expect.stringMatching(ASIDE)])
  expect(place.notes[0]).toMatch(why)
}

describe('a snapshot of the history map', () => {
  test('holds every record in the order of the keys, and a start uses it without a word', async () => {
    await written()
    const keys = (await piecesOf(place.file)).flatMap((p) =>
      p.kind === 'part' ? p.records.map((r) => toHex(r.key)) : [],
    )
    expect(keys).toEqual([...keys].sort())
    await place.opened(async (ledger) => expect(keys.length).toBe(ledger.historyMap.size))
    expect(await place.starts()).toBe(true)
    expect(place.notes).toEqual([])
    expect((await verifyLedger(place.folder, verifySignature)).flaw).toBeUndefined()
  })

  test('older than the rows: what came after it is carried in', async () => {
    await written()
    await place.opened((ledger) => place.fill(ledger, 3))
    expect(await place.starts()).toBe(true)
    expect(place.notes).toEqual([])
  })

  test('with seals between its parts: each part is brought up from where it stands', async () => {
    await place.opened(async (ledger) => {
      await place.fill(ledger, 4)
      const disk = { ...nodeDisk, open: async (path: string) => between(path, () => place.fill(ledger, 1)) }
      await place.writer(ledger, disk).write()
      await place.fill(ledger, 1)
    })
    const heights = (await piecesOf(place.file)).flatMap((p) => (p.kind === 'part' ? [p.height] : []))
    expect(new Set(heights).size).toBeGreaterThan(3)
    expect(await place.starts()).toBe(true)
    expect(place.notes).toEqual([])
  })

  test('with any byte changed, or cut anywhere, or with more behind it: left aside, and an audit names the file', async () => {
    await written()
    const bytes = await readFile(place.file)
    const step = Math.ceil(bytes.length / 25)
    const changed = [
      Buffer.concat([bytes, bytes.subarray(0, 60)]),
      Buffer.concat([bytes, Buffer.of(0)]),
      Buffer.alloc(0),
    ]
    for (let at = 0; at < bytes.length; at += step) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      changed.push(flipped, bytes.subarray(0, at))
    }
    for (const content of changed) {
      await writeFile(place.file, content)
      await leftAside(/FLAW .*history-map offset \d+ field \w+: the snapshot of the history map is damaged/)
    }
    const { flaw } = await verifyLedger(place.folder, verifySignature)
    expect(flaw).toMatchObject({ file: place.file, detail: 'the snapshot of the history map is damaged' })
  }, 120_000)

  test('with another record under good checksums: left aside for its root', async () => {
    await written()
    const pieces = await piecesOf(place.file)
    const part = pieces.findLast((p) => p.kind === 'part' && p.records.length > 0)
    if (part?.kind === 'part') part.records[0]!.record.count++
    await writeFile(place.file, Buffer.concat(pieces.map(encodePiece)))
    await leftAside(/another root/)
    expect((await verifyLedger(place.folder, verifySignature)).flaw).toBeUndefined()
  })

  test('of another ledger, or of a state that the rows do not have: left aside', async () => {
    await written()
    const other = await Place.make()
    await other.opened(async (ledger) => {
      await other.fill(ledger, 2)
      await other.writer(ledger).stop()
    })
    await copyFile(other.file, place.file)
    await other.remove()
    await leftAside(/of another ledger/)

    await cp(join(place.folder, 'derived'), join(place.folder, 'earlier'), { recursive: true })
    await place.opened(async (ledger) => {
      await place.fill(ledger, 2)
      await place.writer(ledger).stop()
    })
    await rm(join(place.folder, 'derived'), { recursive: true })
    await cp(join(place.folder, 'earlier'), join(place.folder, 'derived'), { recursive: true })
    await leftAside(/begun at height \d+, the rows end at \d+/)
  })

  test('without rows there is nothing that it could be compared with: all is derived again', async () => {
    await written()
    await rm(join(place.folder, 'derived'), { recursive: true })
    expect(await place.starts()).toBe(false)
  })

  test('a writer that fails at any call leaves the one before, and no draft; one that was killed leaves a draft that nobody reads', async () => {
    await written()
    const before = await readFile(place.file)
    await place.opened(async (ledger) => {
      await place.fill(ledger, 1)
      for (let failing = 1; failing < 9; failing++) {
        const disk = new FaultyDisk()
        disk.fault = () => (disk.calls === failing ? 'ENOSPC' : undefined)
        await place.writer(ledger, disk).write()
        expect(place.notes.pop(), `call ${failing}`).toMatch(
          /^no snapshot of the history map could be written: .*ENOSPC/,
        )
        expect(await readFile(place.file)).toEqual(before)
        expect(await readdir(place.folder)).not.toContain('history-map.new')
      }
    })
    await writeFile(`${place.file}.new`, before.subarray(0, 100))
    expect(await place.starts()).toBe(true)
    await place.opened(async (ledger) => place.writer(ledger).stop())
    expect(await readdir(place.folder)).not.toContain('history-map.new')
    expect(await place.starts()).toBe(true)
    expect(place.notes).toEqual([])
  })

  test('is not written again when nothing was sealed; at a stop one that is under way is given up for the last', async () => {
    await written()
    await place.opened(async (ledger) => {
      const disk = new FaultyDisk()
      await place.writer(ledger, disk).stop()
      expect(disk.calls).toBe(0)
      await place.fill(ledger, 1)
      let writer: SnapshotWriter | undefined
      let stopped: Promise<void> | undefined
      const open = async (path: string) =>
        between(path, async () => {
          if (stopped === undefined) await place.fill(ledger, 1)
          stopped ??= writer?.stop()
        })
      writer = place.writer(ledger, { ...nodeDisk, open })
      await writer.write()
      await stopped
      expect(ledger.snapshot.height).toBe(ledger.latest?.seal.height)
      expect(encodeSeal(ledger.latest!.seal)).toEqual(ledger.latest!.sealBytes)
    })
    expect(await place.starts()).toBe(true)
  })
})

/** A file that lets something happen before each write. */
async function between(path: string, work: () => Promise<void>): ReturnType<Disk['open']> {
  const file = await nodeDisk.open(path)
  return {
    ...file,
    write: async (bytes, offset) => {
      await work()
      await file.write(bytes, offset)
    },
  }
}

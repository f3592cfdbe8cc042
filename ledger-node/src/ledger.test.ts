import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { admit, decodeBatch, emptyState, equal, leafHash, subjectHash, toHex } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FaultyDisk } from './_faulty-disk.ts'
import { itemUri, ORIGIN, TestGateway, temporaryFolder } from './_harness.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { found } from './found.ts'
import { governanceBatch } from './governance.ts'
import { keyPath, loadKey, makeKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { verifySignature } from './node-crypto.ts'
import { Store } from './store.ts'
import { verifyLedger } from './verify.ts'

let folder: string
let remove: () => Promise<void>
let gateway: TestGateway
const notes: string[] = []

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  await found({ data: folder, origin: ORIGIN, administrators: ['admin'], threshold: 1 })
  gateway = new TestGateway('org', 'one')
  notes.length = 0
  const admin = await loadKey(keyPath(folder, 'admin-admin'))
  await using_(await open(), async (ledger) => {
    const head = [...ledger.state.keys.values()].find((key) => key.kind === 'administrator')!
    const name = { zh: '组织', en: 'Org' }
    const operations = [
      { op: 'enrol-organisation' as const, org: 'org', party: 'https://id.gs1.org/417/9506000134307', name },
      gateway.operation,
    ]
    await write(ledger, governanceBatch(operations, admin, ORIGIN, { seq: head.nextSeq, prev: head.prev }, Date.now()))
    await ledger.seal()
  })
})
afterEach(() => remove())

async function open(disk: Disk = nodeDisk, fileBytes?: number): Promise<Ledger> {
  const logKey = await loadKey(keyPath(folder, 'log'))
  const parts = {
    disk,
    folder,
    logKey,
    verify: verifySignature,
    now: () => 1_795_000_000_000,
    note: (text: string) => notes.push(text),
  }
  return Ledger.open({ ...parts, ...(fileBytes !== undefined && { fileBytes }) })
}

async function using_<T>(ledger: Ledger, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}

/** Admits and commits batches as one group. */
async function write(ledger: Ledger, ...payloads: Uint8Array[]): Promise<number[]> {
  const staged = payloads.map((payload) => {
    const batch = decodeBatch(payload)
    const admitted = admit(ledger.state, batch.statement, batch.events, verifySignature)
    if (!admitted.ok) throw new Error(admitted.message)
    return ledger.stage({ bytes: batch.statement, events: batch.events }, admitted)
  })
  return ledger.commit(staged)
}

/** Some sealed blocks, and one that is not. */
async function fill(ledger: Ledger, blocks: number): Promise<void> {
  for (let b = 0; b < blocks; b++) {
    await write(ledger, gateway.batch(itemUri(`A${b}`), itemUri('SAME')), gateway.batch(itemUri(`B${b}`)))
    await ledger.seal()
  }
  await write(ledger, gateway.batch(itemUri('LAST')))
}

async function rowsOf(path: string): Promise<string[]> {
  const store = await Store.open(path)
  const rows: string[] = []
  for await (const [key, value] of store.rows({ gte: Buffer.alloc(0), lt: Buffer.alloc(100, 0xff) }))
    rows.push(`${toHex(key)} ${toHex(value)}`)
  await store.close()
  return rows
}

const segment = (series: 'entries' | 'bodies'): string => join(folder, series, '0000000000000000.seg')

describe('a ledger on disk', () => {
  test('reopened, it has the same state, root and checkpoint, and goes on', async () => {
    const before = await using_(await open(), async (ledger) => {
      await fill(ledger, 3)
      return { sealed: ledger.sealed, size: ledger.size, keys: [...ledger.state.keys] }
    })
    await using_(await open(), async (ledger) => {
      expect(ledger.sealed).toEqual(before.sealed)
      expect([ledger.size, [...ledger.state.keys]]).toEqual([before.size, before.keys])
      expect(ledger.unsealed).toBe(true)
      await ledger.seal()
      await write(ledger, gateway.batch(itemUri('MORE')))
      await ledger.seal()
      expect(ledger.sealed?.size).toBe(before.size + 3)
    })
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  })

  test('the derived data can be deleted: they come back byte for byte', async () => {
    await using_(await open(), (ledger) => fill(ledger, 5))
    const before = await rowsOf(join(folder, 'derived'))
    const checkpoint = await readFile(join(folder, 'checkpoint'), 'utf8')
    await rm(join(folder, 'derived'), { recursive: true })
    await using_(await open(), async (ledger) => expect(ledger.sealed?.checkpoint).toBe(checkpoint))
    expect(await rowsOf(join(folder, 'derived'))).toEqual(before)
  })

  test('a lost block, a foreign history and a foreign state in the derived data are noticed, and all is derived again', async () => {
    await using_(await open(), (ledger) => fill(ledger, 4))
    const good = await rowsOf(join(folder, 'derived'))
    for (const space of ['b', 'p', 'S', 't']) {
      const { Level } = await import('level')
      const db = new Level<Uint8Array, Uint8Array>(join(folder, 'derived'), {
        keyEncoding: 'view',
        valueEncoding: 'view',
      })
      const keys = await db.keys({ gte: Buffer.from(space), lt: Buffer.from([space.charCodeAt(0) + 1]) }).all()
      // Of the state, the key that the unsealed statement is signed by; of the rest, any row.
      const lost =
        keys.find((key) => Buffer.from(key).includes(toHex(gateway.kid))) ?? keys[Math.min(1, keys.length - 1)]!
      await db.del(lost)
      await db.close()
      await using_(await open(), async (ledger) => expect(ledger.sealed?.seal.height).toBe(5))
      expect(notes.at(-1), space).toMatch(/rebuilt/)
      expect(await rowsOf(join(folder, 'derived'))).toEqual(good)
    }
  })

  test('a row of the admission state that was written anew is noticed at a start, and by an audit', async () => {
    await using_(await open(), (ledger) => fill(ledger, 2))
    const good = await rowsOf(join(folder, 'derived'))
    const { Level } = await import('level')
    const db = new Level<Uint8Array, Uint8Array>(join(folder, 'derived'), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    })
    for await (const [key, value] of db.iterator({ gte: Buffer.from('S'), lt: Buffer.from('T') })) {
      const text = Buffer.from(value)
      const at = text.indexOf('commission')
      // Well-formed, and one letter makes another role of it.
      if (at >= 0) await db.put(key, Buffer.concat([text.subarray(0, at), Buffer.from('d'), text.subarray(at + 1)]))
    }
    await db.close()
    expect(await rowsOf(join(folder, 'derived'))).not.toEqual(good)
    expect((await verifyLedger(folder, verifySignature)).flaw?.file).toContain('derived')
    await using_(await open(), async (ledger) =>
      expect(ledger.state.keys.get(toHex(gateway.kid))!.roles).toContain('commission'),
    )
    expect(notes.join()).toMatch(/rebuilt.*admission state/)
    expect(await rowsOf(join(folder, 'derived'))).toEqual(good)
  })

  test('a tail that was cut anywhere behind the last seal is cut off, and what was before is there', async () => {
    const sealed = await using_(await open(), async (ledger) => {
      await fill(ledger, 1)
      return ledger.sealed!.size
    })
    const whole = { entries: await readFile(segment('entries')), bodies: await readFile(segment('bodies')) }
    for (const series of ['entries', 'bodies'] as const) {
      // The last record of each is that of the unsealed statement.
      for (let cut = 1; cut <= 300; cut += 23) {
        await rm(join(folder, 'derived'), { recursive: true })
        await writeFile(segment('entries'), whole.entries)
        await writeFile(segment('bodies'), whole.bodies)
        await truncate(segment(series), whole[series].length - cut)
        await using_(await open(), async (ledger) => expect(ledger.size).toBe(sealed))
        expect((await stat(segment(series))).size).toBeLessThan(whole[series].length)
      }
    }
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  })

  test('it refuses to run on less than it has signed', async () => {
    await using_(await open(), (ledger) => fill(ledger, 1))
    const backup = join(folder, '..', `${folder.split('/').at(-1)}-backup`)
    await cp(folder, backup, { recursive: true })
    await using_(await open(), async (ledger) => {
      await ledger.seal()
    })
    for (const part of ['entries', 'bodies', 'derived']) {
      await rm(join(folder, part), { recursive: true })
      await cp(join(backup, part), join(folder, part), { recursive: true })
    }
    await rm(backup, { recursive: true })
    await expect(open()).rejects.toMatchObject({
      code: 'SEGMENT_CORRUPT',
      message: expect.stringContaining('were signed') as string,
    })
  })

  test('a damaged genesis is never taken for an empty ledger', async () => {
    const whole = await readFile(segment('entries'))
    for (const damage of [Buffer.alloc(0), whole.subarray(0, 100), Buffer.concat([Buffer.of(7), whole.subarray(1)])]) {
      for (const derived of [true, false]) {
        // With the derived data a start reads what came after them; the rest is an audit's.
        if (derived && damage.length === whole.length) continue
        if (!derived) await rm(join(folder, 'derived'), { recursive: true })
        await writeFile(segment('entries'), damage)
        await expect(open()).rejects.toMatchObject({
          code: expect.stringMatching(/SEGMENT_CORRUPT|LEDGER_ROOT/) as string,
        })
        expect(await readFile(segment('entries'))).toEqual(Buffer.from(damage))
        await writeFile(segment('entries'), whole)
        await using_(await open(), async (ledger) => expect(ledger.sealed?.size).toBe(4))
      }
    }
  })

  test('it refuses to run under another log key, or beside a checkpoint that it did not sign', async () => {
    await rm(keyPath(folder, 'log'))
    await makeKey(keyPath(folder, 'log'))
    await expect(open()).rejects.toMatchObject({ code: 'KEY_FILE_OTHER' })
  })

  test('a checkpoint that was changed is refused', async () => {
    const path = join(folder, 'checkpoint')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/\n\d+\n/, '\n9\n'))
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_ROOT' })
  })

  test('readers see sealed entries only', async () => {
    await using_(await open(), async (ledger) => {
      await write(ledger, gateway.batch(itemUri('X1')))
      await ledger.seal()
      await write(ledger, gateway.batch(itemUri('X1'), itemUri('X2')))
      await ledger.read(async (sealed) => {
        expect(ledger.historyMap.get(subjectHash(itemUri('X1')))?.count).toBe(1)
        expect(ledger.historyMap.get(subjectHash(itemUri('X2')))).toBeUndefined()
        expect(equal(sealed.seal.historyRoot, ledger.historyMap.root())).toBe(true)
      })
    })
  })

  test('a seal waits for readers, and later readers for the seal', async () => {
    await using_(await open(), async (ledger) => {
      await write(ledger, gateway.batch(itemUri('Y1')))
      const order: string[] = []
      let release = (): void => undefined
      const first = ledger.read(async ({ size }) => {
        await new Promise<void>((resolve) => {
          release = resolve
        })
        order.push(`read ${size}`)
      })
      const sealing = ledger.seal().then(() => order.push('sealed'))
      const second = ledger.read(async ({ size }) => order.push(`read ${size}`))
      release()
      await Promise.all([first, sealing, second])
      expect(order[0]).toBe('read 4')
      expect(order.slice(1).sort()).toEqual(['read 6', 'sealed'])
    })
  })

  test('statements are found by key and seq, sealed or not', async () => {
    await using_(await open(), async (ledger) => {
      const batches = [gateway.batch(itemUri('S1')), gateway.batch(itemUri('S2'))]
      const [first] = await write(ledger, batches[0]!)
      await ledger.seal()
      const [second] = await write(ledger, batches[1]!)
      for (const [seq, entry] of [
        [0, first],
        [1, second],
      ] as const) {
        const leaf = leafHash(decodeBatch(batches[seq]!).statement)
        expect(await ledger.statementAt(gateway.kid, seq)).toMatchObject({ entry, leaf })
      }
      expect(await ledger.statementAt(gateway.kid, 2)).toBeUndefined()
      expect(await ledger.chainEnd(gateway.kid)).toMatchObject({ seq: 1, entry: second })
    })
    await using_(await open(), async (ledger) => expect(await ledger.chainEnd(gateway.kid)).toMatchObject({ seq: 1 }))
  })

  test('derived data that cannot even be opened, or have a flipped bit, are derived again, and an audit names them', async () => {
    await using_(await open(), (ledger) => fill(ledger, 4))
    // What is in LevelDB's log becomes a table when it is opened again.
    await using_(await open(), async () => undefined)
    const derived = join(folder, 'derived')
    const good = await rowsOf(derived)
    const first = async (name: RegExp): Promise<string> =>
      join(derived, (await readdir(derived)).filter((file) => name.test(file)).at(-1)!)
    for (const damage of [
      () => writeFile(join(derived, 'CURRENT'), 'garbage\n'),
      () => writeFile(join(derived, 'CURRENT'), 'garbage'),
      async () => writeFile(await first(/^MANIFEST/), 'garbage'),
      async () => rm(await first(/\.ldb$/)),
      async () => {
        const table = await first(/\.ldb$/)
        const bytes = await readFile(table)
        bytes[bytes.length >> 1]! ^= 0x10
        await writeFile(table, bytes)
      },
      async () => {
        const table = await first(/\.ldb$/)
        await truncate(table, (await stat(table)).size - 10)
      },
    ]) {
      await damage()
      const { flaw, entries } = await verifyLedger(folder, verifySignature)
      expect(flaw?.file, String(damage)).toContain(derived)
      expect(entries).toBeGreaterThan(10)
      const whole = await readFile(segment('entries'))
      await writeFile(segment('entries'), Buffer.from(whole).fill(0, 600, 610))
      expect((await verifyLedger(folder, verifySignature)).flaw).toMatchObject({ file: segment('entries') })
      await writeFile(segment('entries'), whole)
      notes.length = 0
      await using_(await open(), async (ledger) => expect(ledger.unsealed).toBe(true))
      expect(notes.join(), String(damage)).toMatch(/derived data are rebuilt/)
      expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
      await using_(await open(), async () => undefined)
      expect(await rowsOf(derived)).toEqual(good)
    }
  })

  test('a segment file that is missing or too short is refused by name, and nothing is written', async () => {
    await using_(await open(nodeDisk, 2000), async (ledger) => {
      await fill(ledger, 6)
      await ledger.seal()
    })
    for (const series of ['entries', 'bodies'] as const) {
      const files = await readdir(join(folder, series))
      expect(files.length).toBeGreaterThan(2)
      for (const file of files) {
        const path = join(folder, series, file)
        const whole = await readFile(path)
        for (const damage of [() => rm(path), () => truncate(path, whole.length - 1)]) {
          await damage()
          const before = await readdir(join(folder, series))
          await expect(open(nodeDisk, 2000), path).rejects.toMatchObject({
            code: 'SEGMENT_CORRUPT',
            message: expect.stringContaining(path) as string,
          })
          expect(await readdir(join(folder, series))).toEqual(before)
          await writeFile(path, whole)
        }
      }
    }
    await using_(await open(nodeDisk, 2000), async (ledger) => expect(ledger.unsealed).toBe(false))
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  })

  test('an audit without the first file of entries names that file', async () => {
    await rm(segment('entries'))
    expect((await verifyLedger(folder, verifySignature)).flaw).toMatchObject({ file: segment('entries'), offset: 0 })
  })

  test('an empty folder opens as an empty ledger', async () => {
    const other = await temporaryFolder()
    const logKey = await makeKey(keyPath(other.path, 'log'))
    const parts = {
      disk: nodeDisk,
      folder: other.path,
      logKey,
      verify: verifySignature,
      now: Date.now,
      note: () => undefined,
    }
    await using_(await Ledger.open(parts), async (ledger) => {
      expect(ledger.state).toEqual(emptyState())
      await expect(ledger.read(async () => 1)).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
    })
    await other.remove()
  })
})

describe('a ledger on a failing disk', () => {
  test('histories are served as of the last seal while the next cannot be written', async () => {
    const disk = new FaultyDisk()
    await using_(await open(disk), async (ledger) => {
      await fill(ledger, 2)
      const { seal } = ledger.sealed!
      disk.fault = () => 'ENOSPC'
      for (let i = 0; i < 2; i++) {
        await expect(ledger.seal()).rejects.toThrow('ENOSPC')
        expect(await ledger.readMap(async (sealed) => sealed.seal)).toEqual(seal)
        expect(toHex(ledger.historyMap.root())).toBe(toHex(seal.historyRoot))
      }
      disk.fault = () => undefined
      await ledger.seal()
      expect(ledger.sealed!.seal.height).toBe(seal.height + 1)
    })
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  })

  test('so they are while rows or checkpoint behind a durable seal cannot be written, and it goes on by itself', async () => {
    const { commit } = Store.prototype
    const disk = new FaultyDisk()
    const full = new LedgerError('DISK_FULL', 'no space left')
    await using_(await open(disk), async (ledger) => {
      await fill(ledger, 2)
      await ledger.seal()
      for (const step of ['rows', 'checkpoint']) {
        const { seal } = ledger.sealed!
        const state = [...ledger.state.keys]
        await write(ledger, gateway.batch(itemUri('SAME'), itemUri(step)))
        if (step === 'rows') Store.prototype.commit = () => Promise.reject(full)
        disk.fault = (call, path) => (/space$|checkpoint$/.test(path) && call !== 'open' ? 'ENOSPC' : undefined)
        try {
          // The first try writes the seal; the others find no space to go on.
          for (let i = 0; i < 3; i++) {
            await expect(ledger.seal()).rejects.toThrow(/no space left|ENOSPC/)
            expect(ledger.astray).toBe(true)
            expect(await ledger.readMap(async (sealed) => sealed.seal)).toEqual(seal)
            expect(toHex(ledger.historyMap.root())).toBe(toHex(seal.historyRoot))
            // Admission knows what is durable, and nothing is taken meanwhile.
            expect([...ledger.state.keys]).not.toEqual(state)
            await ledger.restore()
            await expect(ledger.commit([])).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
          }
        } finally {
          Store.prototype.commit = commit
        }
        disk.fault = () => undefined
        await ledger.seal()
        expect(ledger.sealed!.seal.height).toBe(seal.height + 1)
        expect(toHex(ledger.historyMap.root())).toBe(toHex(ledger.sealed!.seal.historyRoot))
      }
    })
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  })

  test.each(['ENOSPC', 'EIO'] as const)(
    '%s at any call: what was acknowledged stays, the rest can be tried again',
    async (errno) => {
      for (let at = 0; ; at++) {
        const disk = new FaultyDisk()
        const acknowledged: { entry: number; payload: Uint8Array }[] = []
        let failures = 0
        let callsBegin = 0
        await using_(await open(disk, 2000), async (ledger) => {
          callsBegin = disk.calls
          disk.fault = () => (disk.calls === callsBegin + at + 1 ? errno : undefined)
          for (let round = 0; round < 2; round++) {
            const payloads = [gateway.batch(itemUri(`F${at}-${round}`)), gateway.batch(itemUri('F'))]
            const entries = await attempt(
              () => write(ledger, ...payloads),
              async () => {
                failures++
                await ledger.restore()
              },
            )
            acknowledged.push(...entries.map((entry, i) => ({ entry, payload: payloads[i]! })))
            while (ledger.unsealed || ledger.astray) {
              await ledger.seal().catch(() => failures++)
            }
          }
        })
        const done = disk.calls - callsBegin < at + 1
        await using_(await open(), async (ledger) => {
          for (const { entry, payload } of acknowledged) {
            const { header } = parse(payload)
            expect((await ledger.statementAt(header.kid, header.seq))?.entry).toBe(entry)
          }
          expect(ledger.unsealed).toBe(false)
        })
        expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
        if (done) break
        expect(failures).toBeGreaterThan(0)
      }
    },
    120_000,
  )
})

function parse(payload: Uint8Array): { header: { kid: Uint8Array; seq: number } } {
  const { statement, events } = decodeBatch(payload)
  const { header } = (
    admit(emptyState(), statement, events, () => true) as { statement: { header: { kid: Uint8Array; seq: number } } }
  ).statement
  return { header }
}

async function attempt<T>(work: () => Promise<T>, otherwise: () => Promise<void>): Promise<T> {
  try {
    return await work()
  } catch {
    await otherwise()
    return work()
  }
}

describe('an audit', () => {
  test('names the file, the place and the entry of a flipped byte anywhere in the segment files', async () => {
    await using_(await open(), async (ledger) => {
      await fill(ledger, 2)
      await ledger.seal()
    })
    for (const series of ['entries', 'bodies'] as const) {
      const whole = await readFile(segment(series))
      for (let at = 0; at < whole.length; at += 37) {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 0x04
        await writeFile(segment(series), flipped)
        const { flaw } = await verifyLedger(folder, verifySignature)
        expect(flaw, `${series} ${at}`).toMatchObject({ file: segment(series), entry: expect.any(Number) as number })
        expect(flaw!.offset).toBeLessThanOrEqual(at)
        expect(flaw!.detail).not.toMatch(/^[A-Z]+_[A-Z_]+: /)
      }
      await writeFile(segment(series), whole)
    }
    expect((await verifyLedger(folder, verifySignature)).flaw).toBeUndefined()
  }, 120_000)

  test('names a row of the derived data that was changed, is missing, or does not belong there', async () => {
    await using_(await open(), (ledger) => fill(ledger, 2))
    const { Level } = await import('level')
    const edit = async (
      work: (db: InstanceType<typeof Level<Uint8Array, Uint8Array>>) => Promise<void>,
    ): Promise<void> => {
      const db = new Level<Uint8Array, Uint8Array>(join(folder, 'derived'), {
        keyEncoding: 'view',
        valueEncoding: 'view',
      })
      await work(db)
      await db.close()
    }
    let keys: Uint8Array[] = []
    await edit(async (db) => {
      keys = await db.keys().all()
    })
    for (const key of keys) {
      let value: Uint8Array | undefined
      await edit(async (db) => {
        value = await db.get(key)
        await db.put(key, Buffer.concat([value!, Buffer.of(1)]))
      })
      expect((await verifyLedger(folder, verifySignature)).flaw, toHex(key)).toBeDefined()
      await edit((db) => db.del(key))
      expect((await verifyLedger(folder, verifySignature)).flaw, toHex(key)).toBeDefined()
      await edit((db) => db.put(key, value!))
    }
    await edit((db) => db.put(Buffer.from('zzz'), Buffer.from('x')))
    expect((await verifyLedger(folder, verifySignature)).flaw).toMatchObject({ field: "rows 'z'" })
  }, 120_000)

  test('says that a checkpoint is not signed, or over another tree', async () => {
    const path = join(folder, 'checkpoint')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('— ', '— x'))
    expect((await verifyLedger(folder, verifySignature)).flaw).toMatchObject({ file: path, field: 'signature' })
  })

  test('finds nothing wrong with a torn tail, and changes nothing', async () => {
    await using_(await open(), (ledger) => fill(ledger, 1))
    await truncate(segment('entries'), (await stat(segment('entries'))).size - 5)
    const before = await readdir(folder)
    const audit = await verifyLedger(folder, verifySignature)
    expect(audit.flaw).toBeUndefined()
    expect(audit.notes.join()).toMatch(/cut short/)
    expect(await readdir(folder)).toEqual(before)
  })
})

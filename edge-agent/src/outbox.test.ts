import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeBatch, fromUtf8, parseStatement, statementLeaf, toHex, utf8, ZERO_HASH } from '@tristamp/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundled } from './_bundle.ts'
import { gatewayConfig } from './_gateway.ts'
import type { AgentConfig } from './config.ts'
import type { AgentError } from './error.ts'
import { initAgent } from './init.ts'
import { readKeyFile } from './key-file.ts'
import { Outbox } from './outbox.ts'
import { Signer } from './signer.ts'
import { SPACES, Store } from './store.ts'

interface Opened {
  store: Store
  outbox: Outbox
  signer: Signer
}

async function open(config: AgentConfig): Promise<Opened> {
  const signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
  const store = await Store.open(join(config.data, 'outbox'))
  try {
    return { store, signer, outbox: await Outbox.open(store, config.data, signer.kid) }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function fresh(): Promise<Opened & { config: AgentConfig }> {
  const config = gatewayConfig()
  await initAgent(config)
  return { config, ...(await open(config)) }
}

const signWith =
  (signer: Signer): Parameters<Outbox['sign']>[1] =>
  (events, at) =>
    signer.signBatch(events, at, Date.now())

/** The batches of an outbox as the ledger would read them: a chain without a gap from its first unacknowledged one. */
async function chain(outbox: Outbox): Promise<{ texts: string[]; leaves: Uint8Array[] }> {
  const texts: string[] = []
  const leaves: Uint8Array[] = []
  let prev = await outbox.prevOf(outbox.acked)
  for (let seq = outbox.acked; seq < outbox.nextSeq; seq++) {
    const { statement, events } = decodeBatch(await outbox.batch(seq))
    const { header } = parseStatement(statement)
    expect(header.seq).toBe(seq)
    expect(toHex(header.prev)).toBe(toHex(prev ?? new Uint8Array()))
    expect(header.count).toBe(events.length)
    prev = statementLeaf(statement)
    leaves.push(prev)
    texts.push(...events.map(({ event }) => fromUtf8(event)))
  }
  return { texts, leaves }
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: AgentError) => error.code,
  )
}

describe('Outbox', () => {
  it('never seems to have signed all with less in its batches: evidence would go that waits for one', async () => {
    const { store, outbox, signer } = await fresh()
    for (let n = 1; n <= 8; n++) {
      await outbox.accept([utf8(`{"n":${n}}`)], [])
      let done = false
      const signing = outbox.sign(10, signWith(signer)).finally(() => {
        done = true
      })
      while (!done) {
        if (outbox.unsigned === 0) expect(outbox.endSeq).toBe(n)
        // Whoever sends waits until the number of the batch is told, too.
        expect(outbox.nextSeq).toBeLessThanOrEqual(outbox.endSeq)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await signing
    }
    await store.close()
  })

  it('keeps events, signs them in order in bounded batches, and goes on after a restart', async () => {
    const { config, store, outbox, signer } = await fresh()
    await Promise.all(Array.from({ length: 10 }, (_, i) => outbox.accept([utf8(`event ${i}`)], [])))
    expect(outbox.unsigned).toBe(10)
    while (await outbox.sign(4, signWith(signer)));
    expect([outbox.unsigned, outbox.nextSeq, outbox.acked]).toEqual([0, 3, 0])
    expect((await chain(outbox)).texts).toEqual(Array.from({ length: 10 }, (_, i) => `event ${i}`))
    const before = await outbox.batch(1)
    await store.close()
    const again = await open(config)
    expect(again.outbox.nextSeq).toBe(3)
    expect(await again.outbox.batch(1)).toEqual(before)
    await again.outbox.accept([utf8('event 10')], [])
    await again.outbox.sign(4, signWith(again.signer))
    expect((await chain(again.outbox)).texts).toHaveLength(11)
    await again.store.close()
  })

  it('closes a batch before it is too big for a broker', async () => {
    const { store, outbox, signer } = await fresh()
    await outbox.accept(
      Array.from({ length: 100 }, () => new Uint8Array(30_000)),
      [],
    )
    while (await outbox.sign(1024, signWith(signer)));
    expect(outbox.nextSeq).toBe(4)
    for (let seq = 0; seq < 4; seq++) expect((await outbox.batch(seq)).length).toBeLessThan(1 << 20)
    await store.close()
  })

  it('deletes what the ledger has, and only that', async () => {
    const { config, store, outbox, signer } = await fresh()
    for (let i = 0; i < 5; i++) {
      await outbox.accept([utf8(`event ${i}`)], [])
      await outbox.sign(9, signWith(signer))
    }
    const { leaves } = await chain(outbox)
    expect(await outbox.acknowledge(3, leaves[2]!)).toBe('advanced')
    expect(await outbox.acknowledge(2, leaves[1]!)).toBe('known')
    expect(await refusal(outbox.batch(2))).toBe('OUTBOX_DAMAGED')
    expect(await refusal(outbox.acknowledge(4, ZERO_HASH))).toBe('OUTBOX_FORKED')
    expect((await chain(outbox)).texts).toEqual(['event 3', 'event 4'])
    await store.close()
    const again = await open(config)
    expect([again.outbox.acked, again.outbox.nextSeq]).toEqual([3, 5])
    expect(await again.outbox.acknowledge(5, leaves[4]!)).toBe('advanced')
    await again.store.close()
  })

  it('goes on after the ledger’s last batch when it is an old copy', async () => {
    const { store, outbox, signer } = await fresh()
    const prev = new Uint8Array(32).fill(5)
    expect(await outbox.acknowledge(7, prev)).toBe('behind')
    await outbox.accept([utf8('event')], [])
    await outbox.sign(9, signWith(signer))
    expect(parseStatement(decodeBatch(await outbox.batch(7)).statement).header).toMatchObject({ seq: 7, prev })
    await store.close()
  })

  it('keeps what an old copy signed anew: the ledger never had it', async () => {
    const { store, outbox, signer } = await fresh()
    await outbox.accept([utf8('event')], [])
    await outbox.sign(9, signWith(signer))
    expect(await refusal(outbox.acknowledge(7, new Uint8Array(32).fill(5)))).toBe('OUTBOX_FORKED')
    expect((await chain(outbox)).texts).toEqual(['event'])
    await store.close()
  })

  it('is not made anew when it is missing, and not opened by two', async () => {
    const { config, store } = await fresh()
    expect(await refusal(open(config))).toBe('OUTBOX_LOCKED')
    await store.close()
    rmSync(join(config.data, 'outbox'), { recursive: true })
    expect(await refusal(open(config))).toBe('OUTBOX_MISSING')
  })

  it('notices when the database came back without what was signed', async () => {
    const { config, store, outbox, signer } = await fresh()
    await store.close()
    const copy = `${config.data}/old`
    cpSync(join(config.data, 'outbox'), copy, { recursive: true })
    const again = await open(config)
    await again.outbox.accept([utf8('event')], [])
    await again.outbox.sign(9, signWith(signer))
    await again.store.close()
    rmSync(join(config.data, 'outbox'), { recursive: true })
    cpSync(copy, join(config.data, 'outbox'), { recursive: true })
    expect(await refusal(open(config))).toBe('OUTBOX_DAMAGED')
    expect(outbox.nextSeq).toBe(0)
  })

  it.each([
    ['an accepted event', 'event', '0000000000000001'],
    ['a signed batch', 'link', '0000000000000000'],
    ['the head', 'head', 'head'],
  ] as const)('notices a hole: %s is gone', async (_, space, key) => {
    const { config, store, outbox, signer } = await fresh()
    await outbox.accept([utf8('event 0')], [])
    await outbox.sign(9, signWith(signer))
    await outbox.accept([utf8('event 1'), utf8('event 2')], [])
    await store.commit([{ type: 'del', space, key }])
    await store.close()
    expect(await refusal(open(config))).toMatch(/^OUTBOX_(DAMAGED|MISSING)$/)
  })

  it.each([
    ['near its beginning', 10],
    ['at its end', -50],
  ])('says so when a table is damaged %s', async (_, offset) => {
    const { config, store, outbox, signer } = await fresh()
    for (let i = 0; i < 40; i++) await outbox.accept([utf8(`event ${i} ${randomBytes(200).toString('hex')}`)], [])
    await outbox.sign(9, signWith(signer))
    await store.close()
    // What was written is in the log until it is opened again: then it becomes a table.
    await (await open(config)).store.close()
    const folder = join(config.data, 'outbox')
    const tables = readdirSync(folder).filter((file) => file.endsWith('.ldb'))
    expect(tables.length).toBeGreaterThan(0)
    for (const table of tables) {
      const bytes = readFileSync(join(folder, table))
      randomBytes(50).copy(bytes, offset < 0 ? bytes.length + offset : offset)
      writeFileSync(join(folder, table), bytes)
    }
    const readEverything = async (): Promise<void> => {
      const again = await open(config)
      try {
        for (const space of SPACES)
          for await (const [key] of again.store.entries(space)) await again.store.get(space, key)
        await again.outbox.batch(0)
      } finally {
        await again.store.close()
      }
    }
    expect(await refusal(readEverything())).toBe('OUTBOX_DAMAGED')
  })

  it('belongs to one key', async () => {
    const { config, store } = await fresh()
    await store.close()
    rmSync(join(config.data, 'key.pem'))
    const other = await fresh()
    await other.store.close()
    cpSync(join(other.config.data, 'key.pem'), join(config.data, 'key.pem'))
    expect(await refusal(open(config))).toBe('OUTBOX_FOREIGN')
  })
})

describe('a gateway that is killed while it writes', () => {
  let child: string
  beforeAll(async () => {
    child = await bundled('./_outbox-writer.ts')
  }, 120_000)

  it('loses nothing that it had accepted, and never signs one place twice', { timeout: 120_000 }, async () => {
    const config = gatewayConfig()
    await initAgent(config)
    const accepted: number[] = []
    const signed = new Map<number, string>()
    let next = 0
    for (let round = 0; round < 12; round++) {
      const writer = spawn(process.execPath, [child, config.data, String(next)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const lines = await killedAfter(writer, { lines: 1 + 9 * round, ms: (round % 4) * 1.7 })
      for (const line of lines) {
        const [word, n = '', events = ''] = line.split(' ')
        if (word === 'accepted') accepted.push(Number(n))
        if (word === 'signing') signed.set(Number(n), events)
      }
      const { store, outbox } = await open(config)
      const { texts } = await chain(outbox)
      // What was signed keeps its place and its content for ever.
      for (let seq = 0; seq < outbox.nextSeq; seq++) {
        const { events } = decodeBatch(await outbox.batch(seq))
        const content = events.map(({ event }) => fromUtf8(event).slice(6)).join(',')
        expect(signed.get(seq)).toBe(content)
      }
      const unsigned: string[] = []
      for await (const [, value] of store.entries('event')) unsigned.push(fromUtf8(value.slice(24)))
      const kept = [...texts, ...unsigned].map((text) => Number(text.slice(6)))
      expect(new Set(kept).size).toBe(kept.length)
      expect(kept).toEqual(kept.toSorted((a, b) => a - b))
      for (const n of accepted) expect(kept).toContain(n)
      next = Math.max(-1, ...kept) + 1
      await store.close()
    }
    expect(accepted.length).toBeGreaterThan(20)
    expect(signed.size).toBeGreaterThan(3)
  })
})

describe('a gateway that is killed at a step of its second truth', () => {
  const steps = [
    ['write', 'kill'],
    ['write', 'kill after'],
    ['sync', 'kill'],
    ['rename', 'kill'],
    ['rename', 'kill after'],
  ] as const

  it.each(steps)(
    '%s, %s: opens whole, and knows every batch that anyone can have seen',
    async (call, fault) => {
      const child = await bundled('./_outbox-writer.ts')
      const preload = fileURLToPath(new URL('../../test/_harness/failpoint.mjs', import.meta.url))
      const config = gatewayConfig()
      await initAgent(config)
      const control = join(config.data, 'failpoint')
      let accepted = 0
      for (const nth of [1, 4, 9]) {
        writeFileSync(control, JSON.stringify({ path: 'head\\.json', holding: '', nth, call, fault, id: nth }))
        const writer = spawn(process.execPath, ['--import', preload, child, config.data, '0'], {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, FAILPOINT: control },
        })
        const lines = await killedAfter(writer, { lines: 1, ms: 90_000 })
        accepted += lines.filter((line) => line.startsWith('accepted ')).length
        rmSync(`${control}.fired`)
        const { store, outbox } = await open(config)
        const { texts } = await chain(outbox)
        expect(texts.length + outbox.unsigned).toBeGreaterThanOrEqual(accepted)
        await store.close()
      }
    },
    120_000,
  )
})

describe('a full disk', () => {
  it('refuses with a code, and keeps all that was accepted', { timeout: 120_000 }, async () => {
    const config = gatewayConfig()
    await initAgent(config)
    const child = await bundled('./_outbox-writer.ts')
    // A limit on the size of files does to the database what a full disk does.
    const limited = `trap '' XFSZ; ulimit -f 48; exec "${process.execPath}" "${child}" "${config.data}" 0 until-refused`
    const writer = spawn('bash', ['-c', limited], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = await killedAfter(writer, { lines: 1, ms: 90_000 })
    const accepted = lines.flatMap((line) => (line.startsWith('accepted ') ? [Number(line.slice(9))] : []))
    expect(lines.at(-1)).toBe('refused DISK_FULL DISK_FULL')
    expect(accepted.length).toBeGreaterThan(10)
    const { store, outbox } = await open(config)
    // One that was refused may be there after all; none that was accepted may be missing.
    expect([accepted.length, accepted.length + 1]).toContain(outbox.unsigned)
    await outbox.accept([utf8('goes on')], [])
    await store.close()
  })
})

/** Its lines until it was killed: so long after it had said so many, of which the first tells that the outbox is open. */
function killedAfter(writer: ChildProcess, { lines, ms }: { lines: number; ms: number }): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    let aimed = false
    writer.on('error', reject)
    writer.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (aimed || text.split('\n').length <= lines) return
      aimed = true
      setTimeout(() => writer.kill('SIGKILL'), ms)
    })
    // The last line may be cut: it was not said.
    writer.on('close', () => resolve(text.split('\n').slice(0, -1)))
  })
}

describe('the secrets', () => {
  it('are refused when others may read them, or when they are damaged', async () => {
    const { config, store } = await fresh()
    await store.close()
    const { chmodSync } = await import('node:fs')
    const key = join(config.data, 'key.pem')
    chmodSync(key, 0o640)
    expect(await refusal(open(config))).toBe('KEY_MODE')
    chmodSync(key, 0o600)
    writeFileSync(key, 'x')
    expect(await refusal(open(config))).toBe('KEY_MALFORMED')
    rmSync(key)
    expect(await refusal(open(config))).toBe('KEY_MISSING')
  })
})

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeBatch, openParcel, ParcelReader, parseStatement, verifyOnNode } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import { observation } from './_observation.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { exportOutbox, parcelsOf } from './export.ts'
import { importParcels } from './import.ts'
import { initAgent } from './init.ts'
import { nodeCrypto, readKeyFile } from './key-file.ts'
import { type OpenedOutbox, openOutbox } from './repair.ts'
import { Signer } from './signer.ts'

interface Kept extends OpenedOutbox {
  signer: Signer
  folder: string
  out: string
  evidence: EvidenceFiles
}

/** A gateway with so many batches of three events. */
async function kept(batches: number): Promise<Kept> {
  const config = gatewayConfig()
  await initAgent(config)
  const signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
  const folder = join(config.data, 'outbox')
  const opened = await openOutbox(folder, config.data, signer)
  await opened.outbox.accept(Array.from({ length: 3 * batches }, observation), [])
  while (await opened.outbox.sign(3, (events, at) => signer.signBatch(events, at, 0)));
  const out = join(mkdtempSync(join(tmpdir(), 'tristamp-stick-')), 'a.tristamp-parcel')
  return { ...opened, signer, folder, out, evidence: new EvidenceFiles(join(config.data, 'evidence')) }
}

function seqsIn(file: Uint8Array): number[] {
  const parcels = new ParcelReader().push(file).map(openParcel)
  return parcels.flatMap(({ batches }) => batches.map((b) => parseStatement(decodeBatch(b).statement).header.seq))
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

describe('an export', () => {
  it('holds what the ledger has not acknowledged, of a gateway that runs', async () => {
    const { store, outbox, signer, folder, out, evidence } = await kept(5)
    const third = await outbox.prevOf(2)
    await outbox.acknowledge(2, third!)
    expect(await exportOutbox(folder, evidence, signer, out)).toMatchObject({ batches: 3, from: 2, parcels: 1 })
    expect(seqsIn(readFileSync(out))).toEqual([2, 3, 4])
    // It took nothing away, and goes on.
    expect([outbox.acked, outbox.nextSeq]).toEqual([2, 5])
    await outbox.accept([observation()], [])
    expect(readdirSync(join(folder, '..')).filter((name) => name.startsWith('.tristamp'))).toEqual([])
    await store.close()
  })

  it('of days of single records is as many parcels as it takes: a parcel has at most 4,096 pieces', async () => {
    const { store, outbox, signer, evidence } = await kept(1)
    const small = await outbox.batch(0)
    const source = { acked: 0, nextSeq: 9_000, batch: () => Promise.resolve(small) }
    const ranges: [number, number][] = []
    for await (const parcel of parcelsOf(source, evidence, signer)) {
      const { from, to, batches } = openParcel(parcel)
      expect(batches).toHaveLength(to - from)
      ranges.push([from, to])
    }
    expect(ranges.map(([from]) => from)).toEqual([0, ...ranges.slice(0, -1).map(([, to]) => to)])
    expect(ranges.at(-1)![1]).toBe(9_000)
    await store.close()
  }, 120_000)

  it('is a copy that fits together, however the gateway writes meanwhile', { timeout: 120_000 }, async () => {
    const { store, outbox, signer, folder, out, evidence } = await kept(3)
    const stop = new AbortController()
    const writing = (async () => {
      while (!stop.signal.aborted) {
        await outbox.accept(Array.from({ length: 20 }, observation), [])
        await outbox.sign(20, (events, at) => signer.signBatch(events, at, 0))
      }
    })()
    for (let i = 0; i < 5; i++) {
      await exportOutbox(folder, evidence, signer, `${out}.${i}`)
      const seqs = seqsIn(readFileSync(`${out}.${i}`))
      expect(seqs).toEqual(seqs.map((_, n) => n))
    }
    stop.abort()
    await writing
    await store.close()
  })

  it('is cut into parcels that a small machine can hold', async () => {
    const { store, signer, evidence } = await kept(1)
    const large = { acked: 4, nextSeq: 30, batch: async () => largeBatch }
    const { payload: largeBatch } = await signer.signBatch(
      Array.from({ length: 30 }, () => ({ salt: new Uint8Array(16), event: new Uint8Array(32_000) })),
      { seq: 0, prev: new Uint8Array(32) },
      0,
    )
    const places: [number, number][] = []
    for await (const parcel of parcelsOf(large, evidence, signer)) {
      const { from, to, isSigned } = openParcel(parcel)
      expect(isSigned(signer.publicKey, verifyOnNode(nodeCrypto))).toBe(true)
      places.push([from, to])
    }
    expect(places).toEqual([
      [4, 13],
      [13, 22],
      [22, 30],
    ])
    await store.close()
  })

  it('says when there is nothing, and writes over nothing', async () => {
    const { store, outbox, signer, folder, out, evidence } = await kept(1)
    writeFileSync(out, 'something else')
    await expect(exportOutbox(folder, evidence, signer, out)).rejects.toMatchObject({ code: 'EXPORT_WRITE' })
    await outbox.acknowledge(1, (await outbox.prevOf(1))!)
    await expect(exportOutbox(folder, evidence, signer, `${out}.2`)).rejects.toMatchObject({ code: 'EXPORT_EMPTY' })
    await store.close()
  })
})

describe('an import', () => {
  async function node(answer: (parcel: Uint8Array) => [number, string]): Promise<string> {
    const server = createServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const [status, text] = answer(new Uint8Array(Buffer.concat(chunks)))
        res.writeHead(status).end(text)
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('brings every parcel, and tells what became of it', async () => {
    const { store, signer, folder, out, evidence } = await kept(2)
    await exportOutbox(folder, evidence, signer, out)
    const url = await node((parcel) => [
      200,
      JSON.stringify({ recorded: openParcel(parcel).batches.length, repeated: 1 }),
    ])
    expect(await importParcels(out, url)).toEqual({ parcels: 1, recorded: 2, repeated: 1 })
    await store.close()
  })

  it.each([
    ['a refusal', [200, '{"recorded":1,"repeated":0,"refused":{"seq":3,"code":"SEQ_EXPECTED"}}'], 'IMPORT_REFUSED'],
    [
      'a loss declared since',
      [200, '{"recorded":1,"repeated":0,"refused":{"seq":3,"code":"SEQ_REPEATED"}}'],
      'IMPORT_OVERTAKEN',
    ],
    ['a problem', [422, '{"code":"KEY_UNKNOWN"}'], 'IMPORT_REFUSED'],
    ['what is no answer of a ledger', [200, '<html>'], 'IMPORT_UNREACHABLE'],
    ['an answer without end', [200, ' '.repeat(100_000)], 'IMPORT_UNREACHABLE'],
  ] as const)('meets %s', async (_, answer, code) => {
    const { store, signer, folder, out, evidence } = await kept(1)
    await exportOutbox(folder, evidence, signer, out)
    const url = await node(() => [answer[0], answer[1]])
    await expect(importParcels(out, url)).rejects.toMatchObject({ code })
    await store.close()
  })

  it('meets nobody, and files that are none', async () => {
    const { store, signer, folder, out, evidence } = await kept(1)
    await exportOutbox(folder, evidence, signer, out)
    await expect(importParcels(out, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'IMPORT_UNREACHABLE' })
    await expect(importParcels(out, 'no address')).rejects.toMatchObject({ code: 'IMPORT_UNREACHABLE' })
    writeFileSync(out, readFileSync(out).subarray(0, -3))
    await expect(importParcels(out, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'IMPORT_FILE' })
    await expect(importParcels(`${out}.none`, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'IMPORT_FILE' })
    await store.close()
  })
})

import * as crypto from 'node:crypto'
import {
  type Hold,
  type Json,
  type Operation,
  openNotice,
  type Recall,
  type RecallNotice,
  verifyOnNode,
} from '@tristamp/protocol'
import { connect } from 'mqtt'
import { expect, test } from 'vitest'
import { commissioned, itemUri, TestGateway, TestLedger, until } from './_harness.ts'
import { nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { keyPath, loadKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { verifySignature } from './node-crypto.ts'
import { type Asked, Notices } from './notices.ts'

const words = { zh: '话', en: 'words' }
const recall: Recall = {
  op: 'recall',
  id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
  org: 'org',
  subjects: ['https://id.gs1.org/01/09506000134352/10/L7'],
  class: 1,
  reason: words,
  hazard: words,
  consumer: words,
  holder: words,
}

/** The first notice that a gateway which comes now is told, by topic. */
async function told(
  ledger: TestLedger,
  [gateway]: Awaited<ReturnType<TestLedger['enrolGateways']>>,
  name = `recall-${recall.id}`,
): Promise<RecallNotice> {
  const ackKey = await loadKey(keyPath(ledger.folder, 'ack'))
  const client = connect(ledger.node.mqttUrl, {
    protocolVersion: 4,
    clientId: `org.${gateway!.gateway}`,
    username: `org/${gateway!.gateway}`,
    password: gateway!.password,
    reconnectPeriod: 0,
  })
  try {
    const heard: [string, Buffer][] = []
    client.on('message', (topic, payload) => void heard.push([topic, payload]))
    await client.subscribeAsync('tristamp/v1/notices/+', { qos: 1 })
    await until(() => heard.length > 0)
    expect(heard[0]![0]).toBe(`tristamp/v1/notices/${name}`)
    return openNotice(new Uint8Array(heard[0]![1]), ackKey.publicKey, verifyOnNode(crypto))
  } finally {
    await client.endAsync(true)
  }
}

test('a recall is told under the ledger’s key, also after a restart, and so is its end', async () => {
  const ledger = await TestLedger.start()
  try {
    const gateways = await ledger.enrolGateways('gw1')
    const entry = await ledger.enrol(recall)
    expect(await told(ledger, gateways)).toMatchObject({ recall, entry })
    await ledger.stop()
    await ledger.run()
    expect(await told(ledger, gateways)).toMatchObject({ recall, entry })
    const end = await ledger.enrol({ op: 'lift', id: recall.id, reason: 'all is back' })
    await ledger.sealed(end)
    await until(async () => (await told(ledger, gateways)).lifted !== undefined)
    expect(await told(ledger, gateways)).toMatchObject({ entry: end, lifted: { reason: 'all is back' } })

    const list = (await (await ledger.get('/v1/recalls')).json()) as { recalls: object[] }
    expect(list.recalls).toMatchObject([{ id: recall.id, state: 'lifted', drill: false, entry: end, recall }])
    const one = (await (await ledger.get(`/v1/recalls/${recall.id}`)).json()) as { proofs: Record<string, string> }
    for (const path of Object.values(one.proofs)) expect((await ledger.get(path)).status).toBe(200)
    expect((await ledger.get('/v1/recalls/none')).status).toBe(404)

    const browser = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }
    const page = await ledger.get(`/v1/recalls/${recall.id}`, browser)
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const text = await page.text()
    for (const part of [
      'RECALL LIFTED',
      'all is back',
      '组织 Org',
      '话',
      'words',
      `${ledger.url}/01/09506000134352/10/L7`,
    ])
      expect(text).toContain(part)
  } finally {
    await ledger.remove()
  }
})

test('a hold is told in the same way, and that it was released', async () => {
  const ledger = await TestLedger.start()
  try {
    const gateways = await ledger.enrolGateways('gw1')
    const hold: Hold = { op: 'hold', id: recall.id, org: 'org', subjects: recall.subjects, reason: words }
    const entry = await ledger.enrol(hold)
    const name = `hold-${hold.id}`
    expect(await told(ledger, gateways, name)).toMatchObject({ recall: hold, entry })
    const end = await ledger.enrol({ op: 'release', id: hold.id, reason: 'tested and sound' })
    await ledger.sealed(end)
    await until(async () => (await told(ledger, gateways, name)).lifted !== undefined, 60_000)
    expect(await told(ledger, gateways, name)).toMatchObject({ entry: end, lifted: { reason: 'tested and sound' } })

    const one = await (await ledger.get(`/v1/holds/${hold.id}`)).json()
    expect(one).toMatchObject({ id: hold.id, state: 'released', entry, released: { entry: end }, hold: { org: 'org' } })
    expect((await ledger.get('/v1/holds/6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b99')).status).toBe(404)
  } finally {
    await ledger.remove()
  }
}, 120_000)

const CASE = 'https://id.gs1.org/00/095060001343520017'

test('goods that only the ledger knows are told when the traces know them, and again only when they are others', async () => {
  const running = await TestLedger.start()
  try {
    await running.enrolGateways()
    const entry = await running.enrol(recall)
    // So that the tree is larger than what the traces answer for, and every look asks.
    const last = await running.enrol({ ...recall, id: recall.id.replace('5f', '60'), drill: true })
    await running.sealed(last)
    await running.enrol({ op: 'lift', id: recall.id.replace('5f', '60'), reason: 'it went well' })
    await running.stop()
    const ackKey = await loadKey(keyPath(running.folder, 'ack'))
    const parts = { disk: nodeDisk, folder: running.folder, logKey: await loadKey(keyPath(running.folder, 'log')) }
    const ledger = await Ledger.open({ ...parts, verify: verifySignature, now: Date.now, note: () => undefined })
    const published: RecallNotice[] = []
    const failures: unknown[] = []
    const publish = (_: string, bytes: Uint8Array): void => {
      const notice = openNotice(bytes, ackKey.publicKey, verifyOnNode(crypto))
      if (notice.recall.id === recall.id) published.push(notice)
    }
    const notices = new Notices(ledger, ackKey, publish, (error) => void failures.push(error))
    try {
      let asked = 0
      let goods: string[] | undefined
      const looks = async (): Promise<void> => {
        const before = asked
        await until(() => asked >= before + 3, 60_000)
      }
      const traces: Asked = {
        async ask(query) {
          asked++
          expect(query).toMatchObject({ ask: 'affected', subjects: recall.subjects, since: entry })
          if (goods === undefined) throw new LedgerError('TRACE_NOT_READY', 'nothing is read yet')
          return new TextEncoder().encode(JSON.stringify({ treeSize: entry + 1, goods, cut: false }))
        },
      }
      const also = (): (readonly string[] | undefined)[] => published.map((notice) => notice.also)
      notices.again()
      notices.watch(traces, 1)
      await until(() => published.length > 0, 60_000)
      await looks()
      expect(also()).toEqual([undefined])
      goods = [CASE, recall.subjects[0]!]
      await looks()
      expect(also()).toEqual([undefined, [CASE]])
      goods = [itemUri('A1'), CASE]
      await looks()
      expect(also()).toEqual([undefined, [CASE], [CASE, itemUri('A1')]])
      // To a broker that has forgotten, with what is known.
      notices.again()
      await until(() => published.length > 3, 60_000)
      expect(published[3]).toEqual(published[2])
      expect(published[3]).toMatchObject({ entry, treeSize: entry + 1 })
      expect(failures).toEqual([])
    } finally {
      notices.close()
      await ledger.close()
    }
  } finally {
    await running.remove()
  }
}, 240_000)

test('a case that recalled goods are packed into after the recall is told, and no more when they are out of it', async () => {
  const ledger = await TestLedger.start()
  try {
    const gateway = new TestGateway('org', 'gw1')
    await ledger.enrol(
      { ...{ op: 'enrol-organisation', org: 'org' }, party: 'https://id.gs1.org/417/9506000134307', name: words },
      { ...gateway.operation, roles: ['commission', 'pack', 'receive'] } as Operation,
    )
    let minute = 0
    const record = async (...fields: object[]): Promise<void> => {
      const events = fields.map((one) => {
        const eventTime = new Date(Date.UTC(2026, 10, 22, 0, ++minute)).toISOString()
        return JSON.parse(JSON.stringify({ ...(commissioned(itemUri('A1')) as object), eventTime, ...one })) as Json
      })
      expect((await ledger.post(gateway.batchOf(events))).status).toBeLessThan(300)
      gateway.seq++
    }
    const move = (action: string, bizStep: string): object => {
      const no = { epcList: undefined, ilmd: undefined, disposition: undefined }
      return { ...no, type: 'AggregationEvent', action, bizStep, parentID: CASE, childEPCs: [itemUri('A1')] }
    }
    await record({ epcList: [itemUri('A1')] })
    await ledger.enrol(recall)
    const isTold = (...also: string[]): Promise<void> =>
      until(async () => {
        const notice = await told(ledger, [gateway])
        return JSON.stringify(notice.also) === JSON.stringify(also)
      }, 120_000)
    await isTold(itemUri('A1'))
    await record(move('ADD', 'packing'))
    await isTold(CASE, itemUri('A1'))
    await record(move('DELETE', 'unpacking'))
    await isTold(itemUri('A1'))
    await ledger.enrol({ op: 'lift', id: recall.id, reason: 'all is back' })
    await until(async () => (await told(ledger, [gateway])).lifted !== undefined, 60_000)
    expect((await told(ledger, [gateway])).also).toBeUndefined()
  } finally {
    await ledger.remove()
  }
}, 300_000)

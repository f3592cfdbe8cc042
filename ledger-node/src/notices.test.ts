import * as crypto from 'node:crypto'
import { type Hold, openNotice, type Recall, type RecallNotice, verifyOnNode } from '@tristamp/protocol'
import { connect } from 'mqtt'
import { expect, test } from 'vitest'
import { TestLedger, until } from './_harness.ts'
import { keyPath, loadKey } from './keys.ts'

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

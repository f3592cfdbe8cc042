import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64Url, keyThumbprint, type Operation, toHex, ZERO_HASH } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { installed, KINDS, TestBroker } from '../_harness/outside-broker.ts'
import { recordedBy } from '../_harness/recorded.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { pause, until } from '../_harness/until.ts'

const KILLS = 3
const LEDGER_PASSWORD = 'the ledger’s own, at this broker'

const WORDS = { zh: '话', en: 'words' }
/** Of goods that never come here. */
const RECALL: Operation = {
  ...{ op: 'recall', id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'test', class: 1 },
  subjects: ['https://id.gs1.org/01/09506000134352/10/L-OTHER'],
  ...{ reason: WORDS, hazard: WORDS, consumer: WORDS, holder: WORDS },
}

for (const kind of KINDS) {
  const title = `through ${kind}, killed mid-stream, the same agent and ledger lose nothing and double nothing`
  it.skipIf(!installed(kind))(title, { timeout: 240_000 }, async () => {
    using folder = temporaryFolder()
    const founded = await TestLedger.found(join(folder.path, 'ledger'))
    await using sim = await TestSimulator.start(join(folder.path, 'ports'), {
      count: '100000',
      every: '60ms',
      gap: '10ms',
    })
    const { ackKey } = founded
    const gateway = join(folder.path, 'gateway')
    // The agent's configuration names the broker's address, which is there before the broker: it needs the agent's password.
    const agentOf = (mqttUrl: string): Promise<TestAgent> =>
      TestAgent.init(gateway, { ports: sim.ports, mqttUrl, ackKey })
    await using agent = await agentOf('mqtt://127.0.0.1:1')
    const password = readFileSync(join(gateway, 'data', 'login'), 'utf8').trim()
    await using broker = await TestBroker.start(kind, join(folder.path, 'broker'), {
      'test/gw1': password,
      ledger: LEDGER_PASSWORD,
    })
    const settings = readFileSync(agent.config, 'utf8').replace('mqtt://127.0.0.1:1', broker.url)
    writeFileSync(agent.config, settings)
    const config = join(folder.path, 'ledger.yaml')
    writeFileSync(join(folder.path, 'password'), `${LEDGER_PASSWORD}\n`, { mode: 0o600 })
    const mqtt = { broker: { url: broker.url, username: 'ledger', passwordFile: './password' } }
    writeFileSync(config, JSON.stringify({ mqtt }))
    await using ledger = await founded.start('--config', config)
    expect(ledger.mqttUrl).toBe(broker.url)
    await ledger.enrol(ORGANISATION, agent.request)
    agent.start()
    await agent.ready()
    // Its enrolment comes through the same broker.
    await agent.process.says(/enrolled for https:/, 60_000)
    // And so does what concerns everyone.
    await ledger.enrol(RECALL)
    await agent.process.says(/RECALL, class 1 5f0c9d1e-\S+: https:\S+L-OTHER/, 30_000)
    sim.play()

    const acked = (): number => agent.status()?.outbox.acked ?? 0
    for (let round = 0; round < KILLS; round++) {
      const before = acked()
      await until(`batches come through (round ${round})`, () => acked() >= before + 5, 60_000)
      await broker.kill()
      await pause(700)
      await broker.run()
    }
    const before = acked()
    await until('batches come through again', () => acked() >= before + 5, 60_000)
    await sim.process.stop()
    await agent.drained(90_000)
    expect(await agent.stop()).toBe(0)
    const { outbox } = agent.status()!
    expect(await ledger.stop()).toBe(0)

    const kid = keyThumbprint(fromBase64Url((agent.request as { key: string }).key))
    const recorded = recordedBy(ledger.data, kid)
    let prev = toHex(ZERO_HASH)
    for (const [seq, { statement, leaf }] of recorded.entries()) {
      expect([statement.header.seq, toHex(statement.header.prev)]).toEqual([seq, prev])
      prev = leaf
    }
    expect(recorded).toHaveLength(outbox.next)
    const ids = recorded.flatMap(({ events }) => events.map(({ eventID }) => eventID))
    expect(new Set(ids).size).toBe(ids.length)
    const goods = new Set(recorded.flatMap(({ events }) => events.flatMap(({ epcList = [] }) => epcList)))
    const said = [...agent.log.matchAll(/✓ commission 1 item (\S+) at dock$/gm)].map(
      (m) => `https://id.gs1.org/${m[1]}`,
    )
    expect(said.length).toBeGreaterThan(20)
    expect(said.filter((one) => !goods.has(one))).toEqual([])
    console.log(`${kind}: ${KILLS} kills, ${recorded.length} statements, ${ids.length} events, none lost, none twice`)
    const { exit, out, err } = await ledger.verify()
    expect(out, err).toMatch(/^ok /m)
    expect(exit).toBe(0)
  })
}

import * as crypto from 'node:crypto'
import { join } from 'node:path'
import {
  type Ack,
  decodeBatch,
  fromBase64Url,
  keyThumbprint,
  openAck,
  parseStatement,
  statementLeaf,
  toHex,
  verifyOnNode,
  ZERO_HASH,
} from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { randomFrom, seedFrom } from '../_harness/random.ts'
import { type Recorded, recordedBy } from '../_harness/recorded.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { MqttTap } from '../_harness/tap.ts'
import { pause, until } from '../_harness/until.ts'

const ROUNDS = 20
/** From the one kill to the next, ms: from the middle of a start to well into ordinary work. */
const [SHORTEST, LONGEST] = [150, 3000]

it('loses nothing and doubles nothing over twenty kills of agent and ledger', { timeout: 600_000 }, async () => {
  const random = randomFrom(seedFrom('KILL_SEED'))
  using folder = temporaryFolder()
  await using tap = await MqttTap.open()
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  tap.leadsTo(ledger.mqttUrl)
  await using sim = await TestSimulator.start(join(folder.path, 'ports'), {
    count: '100000',
    every: '80ms',
    gap: '20ms',
  })
  const { ackKey } = ledger
  await using agent = await TestAgent.init(join(folder.path, 'gateway'), { ports: sim.ports, mqttUrl: tap.url, ackKey })
  await ledger.enrol(ORGANISATION, agent.request)
  agent.start()
  await agent.ready()
  sim.play()

  const kills = { agent: 0, ledger: 0 }
  const failures: string[] = []
  const killAgent = async (): Promise<void> => {
    kills.agent++
    const exit = await agent.process.kill('SIGKILL')
    if (exit !== 'SIGKILL') failures.push(`the agent had ended by itself: ${exit}\n${agent.process.err}`)
    agent.start()
  }
  let serving: Promise<void> = Promise.resolve()
  const killLedger = async (): Promise<void> => {
    kills.ledger++
    const exit = await ledger.process.kill('SIGKILL')
    if (exit !== 'SIGKILL') failures.push(`the ledger had ended by itself: ${exit}\n${ledger.process.err}`)
    // The next kill may come before it serves.
    serving = ledger.start().then(
      () => tap.leadsTo(ledger.mqttUrl),
      () => undefined,
    )
  }
  for (let round = 0; round < ROUNDS; round++) {
    await pause(SHORTEST + random() * (LONGEST - SHORTEST))
    const dice = random()
    await Promise.all([dice < 0.6 ? killAgent() : undefined, dice > 0.4 ? killLedger() : undefined])
  }
  await serving
  // On a slow machine most kills meet a start: then the work comes after them.
  await until('there is work enough', () => (agent.status()?.outbox.next ?? 0) > 25, 240_000)
  await sim.process.stop()
  await agent.drained()
  expect(failures).toEqual([])
  expect(await agent.stop()).toBe(0)
  const { outbox } = agent.status()!
  expect(await ledger.stop()).toBe(0)

  const kid = keyThumbprint(fromBase64Url((agent.request as { key: string }).key))
  const recorded = recordedBy(ledger.data, kid)
  console.log(
    `killed the agent ${kills.agent} and the ledger ${kills.ledger} times; ${recorded.length} statements, ` +
      `${recorded.flatMap((r) => r.events).length} events, ${tap.heard.length} messages heard`,
  )
  expect(recorded.length).toBeGreaterThan(20)
  expectOneChain(recorded)
  expect(recorded).toHaveLength(outbox.next)
  expectAcksHold(acksHeard(tap, fromBase64Url(ackKey)), recorded)
  expectSentIsRecorded(tap, recorded)
  expectSaidIsRecorded(agent.log, recorded)
  const { exit, out, err } = await ledger.verify()
  expect(out, err).toMatch(/^ok /m)
  expect(exit).toBe(0)
})

/** The key's chain is there from its beginning, without a gap, each statement naming the one before; no event stands there twice. */
function expectOneChain(recorded: readonly Recorded[]): void {
  let prev = toHex(ZERO_HASH)
  for (const [seq, { statement, leaf }] of recorded.entries()) {
    expect([statement.header.seq, toHex(statement.header.prev)]).toEqual([seq, prev])
    prev = leaf
  }
  const ids = recorded.flatMap(({ events }) => events.map(({ eventID }) => eventID))
  expect(new Set(ids).size).toBe(ids.length)
  const goods = recorded.flatMap(({ events }) => events.flatMap(({ epcList = [] }) => epcList))
  expect(new Set(goods).size).toBe(goods.length)
}

function acksHeard(tap: MqttTap, ackKey: Uint8Array): (Ack & { kind: 'ack' })[] {
  const payloads = tap.heard.filter(({ topic }) => topic.endsWith('/ack')).map(({ payload }) => payload)
  const acks = payloads.map((payload) => openAck(payload, ackKey, verifyOnNode(crypto)))
  return acks.filter((ack) => ack.kind === 'ack')
}

/** Whatever the ledger ever signed an acknowledgement for is where the acknowledgement said. */
function expectAcksHold(acks: readonly (Ack & { kind: 'ack' })[], recorded: readonly Recorded[]): void {
  expect(acks.length).toBeGreaterThan(5)
  for (const { seq, entry, prev } of acks) {
    expect({ seq, entry: recorded[seq]?.entry, leaf: recorded[seq]?.leaf }).toEqual({ seq, entry, leaf: toHex(prev) })
  }
}

/** Whatever left the gateway was in its outbox before: it is in the ledger, and no place of the chain was signed twice. */
function expectSentIsRecorded(tap: MqttTap, recorded: readonly Recorded[]): void {
  for (const { payload } of tap.heard.filter(({ topic }) => topic.endsWith('/batch'))) {
    const { statement } = decodeBatch(payload)
    const { seq } = parseStatement(statement).header
    expect([seq, toHex(statementLeaf(statement))]).toEqual([seq, recorded[seq]?.leaf])
  }
}

/** Whatever the gateway told its operator was recorded is in the ledger. */
function expectSaidIsRecorded(log: string, recorded: readonly Recorded[]): void {
  const goods = new Set(recorded.flatMap(({ events }) => events.flatMap(({ epcList = [] }) => epcList)))
  const said = [...log.matchAll(/✓ commission 1 item (\S+) at dock$/gm)].map(
    (match) => `https://id.gs1.org/${match[1]}`,
  )
  expect(said.length).toBeGreaterThan(20)
  expect(said.filter((uri) => !goods.has(uri))).toEqual([])
}

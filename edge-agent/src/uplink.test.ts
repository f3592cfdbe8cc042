import { join } from 'node:path'
import { signOnNoble } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayConfig, ledgerSign } from './_gateway.ts'
import { FakeLedger, until } from './_ledger.ts'
import { observation } from './_observation.ts'
import type { AgentError } from './error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { initAgent } from './init.ts'
import { readKeyFile } from './key-file.ts'
import { Outbox } from './outbox.ts'
import { Signer } from './signer.ts'
import { Store } from './store.ts'
import { Uplink } from './uplink.ts'

interface Sending {
  ledger: FakeLedger
  outbox: Outbox
  signer: Signer
  uplink: Uplink
  problems: AgentError[]
  add(count: number): Promise<void>
}

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of cleanup.splice(0).reverse()) await stop()
})

/** An outbox with an uplink to a ledger that knows the key. */
async function sending(options: { enrolled?: boolean; window?: number; patience?: string } = {}): Promise<Sending> {
  const ledger = await new FakeLedger().start()
  cleanup.push(() => ledger.stop())
  const config = gatewayConfig({
    mqttPort: ledger.port,
    uplink: `, ackTimeout: ${options.patience ?? '300ms'}, window: ${options.window ?? 100}`,
  })
  await initAgent(config)
  const signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
  if (options.enrolled !== false) ledger.enrol(config, signer)
  const store = await Store.open(join(config.data, 'outbox'))
  cleanup.push(() => store.close())
  const outbox = await Outbox.open(store, config.data, signer.kid)
  const problems: AgentError[] = []
  const evidence = new EvidenceFiles(join(config.data, 'evidence'))
  const events = {
    connected: () => undefined,
    acknowledged: () => undefined,
    enrolment: () => undefined,
    problem: (error: AgentError) => void problems.push(error),
    status: () => '{"state":"online"}',
  }
  const uplink = new Uplink({ config, password: 'secret', kid: signer.kid, outbox, evidence, events })
  const stop = new AbortController()
  const running = uplink.run(stop.signal)
  cleanup.push(async () => {
    stop.abort()
    await running
  })
  const add = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await outbox.accept([observation()], [])
      await outbox.sign(1, (batch, at) => signer.signBatch(batch, at, Date.now()))
    }
    uplink.wake()
  }
  return { ledger, outbox, signer, uplink, problems, add }
}

const codes = (problems: readonly AgentError[]): string[] => [...new Set(problems.map(({ code }) => code))]
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('Uplink', () => {
  it('sends every batch once and in order, and empties the outbox on the ledger’s word', async () => {
    // However slow the machine is: nothing is sent again for want of an answer.
    const { ledger, outbox, problems, add } = await sending({ patience: '60s' })
    await add(30)
    await until(() => outbox.acked === 30)
    expect(ledger.seqs).toEqual(numbers(30))
    expect(ledger.received).toBe(30)
    expect(problems).toEqual([])
  })

  it('keeps to its window', async () => {
    const { ledger, outbox, add } = await sending({ window: 3 })
    ledger.silent = true
    await add(10)
    // Longer than it waits for an answer: it has sent what is in its window again, and nothing else.
    await until(() => ledger.received >= 6)
    expect(ledger.seqs).toEqual(numbers(3))
    ledger.silent = false
    await until(() => outbox.acked === 10)
    expect(ledger.seqs).toEqual(numbers(10))
  })

  it('goes back when batches were lost on the way', async () => {
    const { ledger, outbox, add } = await sending()
    ledger.loseEvery = 7
    await add(40)
    await until(() => outbox.acked === 40, 60_000)
    expect(ledger.seqs).toEqual(numbers(40))
  })

  it('comes back after cuts and after a restart of the broker, without loss or repetition', async () => {
    const { ledger, outbox, add } = await sending()
    for (let round = 0; round < 4; round++) {
      await add(10)
      ledger.cut()
    }
    await ledger.stop()
    await add(10)
    await ledger.start(ledger.port)
    await until(() => outbox.acked === 50, 60_000)
    expect(ledger.seqs).toEqual(numbers(50))
    expect(ledger.events).toHaveLength(50)
  })

  it('keeps and retries what the ledger refuses, says so, and goes on once it is enrolled', async () => {
    const { ledger, outbox, signer, problems, add } = await sending({ enrolled: false })
    await add(3)
    await until(() => codes(problems).includes('UPLINK_REFUSED'))
    expect(problems[0]?.fields).toMatchObject({ seq: 0, reason: 'KEY_UNKNOWN' })
    expect(outbox.acked).toBe(0)
    ledger.enrol(gatewayConfig(), signer)
    await until(() => outbox.acked === 3, 60_000)
  })

  it('sends again when the ledger is silent', async () => {
    const { ledger, outbox, problems, add } = await sending()
    ledger.silent = true
    await add(2)
    await until(() => codes(problems).includes('UPLINK_SILENT'))
    ledger.silent = false
    await until(() => outbox.acked === 2)
    expect(ledger.seqs).toEqual([0, 1])
  })

  it('deletes nothing on an acknowledgement that the ledger did not sign', async () => {
    const { ledger, outbox, problems, add } = await sending()
    ledger.sign = signOnNoble(new Uint8Array(32).fill(8))
    await add(2)
    await until(() => codes(problems).includes('UPLINK_ACK'))
    expect(outbox.acked).toBe(0)
    ledger.sign = ledgerSign
    await until(() => outbox.acked === 2)
  })

  it('stops when someone else signs with its key', async () => {
    const { ledger, outbox, signer, problems, add } = await sending()
    await until(() => ledger.statuses.length > 0)
    const key = ledger.key(signer)
    ledger.enrol(gatewayConfig(), { ...signer, kid: signer.kid, publicKey: signer.publicKey } as Signer)
    Object.assign(ledger.key(signer), { ...key, nextSeq: 1, prev: new Uint8Array(32).fill(3) })
    await add(2)
    await until(() => codes(problems).includes('OUTBOX_FORKED'))
    // What was on its way may still arrive; then there is silence, for longer than an answer is waited for.
    let received = -1
    for (let n = 0; n < 50 && received !== ledger.received; n++) {
      received = ledger.received
      await new Promise((resolve) => setTimeout(resolve, 600))
    }
    expect(ledger.received).toBe(received)
    expect(outbox.acked).toBe(0)
  })

  it('publishes its status retained, and the broker its last will', async () => {
    const { ledger, uplink } = await sending()
    await until(() => ledger.statuses.length > 0)
    expect(ledger.statuses[0]).toEqual({ state: 'online' })
    uplink.statusChanged()
    await until(() => ledger.statuses.length > 1)
    ledger.cut()
    await until(() => ledger.statuses.some(({ state }) => state === 'offline'))
  })

  it('says who is not let in', async () => {
    const { ledger, problems } = await sending()
    await until(() => ledger.statuses.length > 0)
    ledger.locked = true
    ledger.cut()
    await until(() => codes(problems).includes('UPLINK_LOGIN'))
    ledger.locked = false
    await until(() => ledger.statuses.at(-1)?.['state'] === 'online')
  })
})

import { join } from 'node:path'
import { toHex, ZERO_HASH } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { loginOf, TestClient } from '../_harness/client.ts'
import { Cutter } from '../_harness/cutter.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { randomFrom, seedFrom } from '../_harness/random.ts'
import { recordedBy } from '../_harness/recorded.ts'
import { TestSigner } from '../_harness/signer.ts'
import { until } from '../_harness/until.ts'

const BATCHES = Number(process.env['CUT_ROUNDS'] ?? 40)

it('records each batch once, wherever in its message the line to the broker is cut', async () => {
  const random = randomFrom(seedFrom('CUT_SEED'))
  using folder = temporaryFolder()
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  const signer = new TestSigner('farm')
  await ledger.enrol(ORGANISATION, signer.enrolment())
  await using cutter = await Cutter.open(ledger.mqttUrl)
  let [cuts, whole] = [0, 0]
  for (let seq = 0; seq < BATCHES; seq++) {
    const items = Array.from({ length: 1 + Math.floor(random() * 20) }, (_, i) => item(`C${seq}-${i}`))
    const batch = signer.batch(...items.map((one) => commissioned(one)))
    const topic = `tristamp/v1/${signer.org}/${signer.gateway}/batch`
    // PUBLISH (MQTT 3.1.1 §3.3): one byte, a length of one to four, the topic with its length, the packet's number, the batch.
    const rest = 2 + topic.length + 2 + batch.length
    const packet = 1 + (rest < 128 ? 1 : rest < 16_384 ? 2 : 3) + rest
    const times = Math.floor(random() * 3)
    for (let i = 0; i < times; i++) {
      await using client = await TestClient.connect(ledger, loginOf(signer), cutter.url)
      // The last byte too: then the batch has arrived, and only the word of it is lost.
      const bytes = random() < 0.2 ? packet : 1 + Math.floor(random() * (packet - 1))
      const cut = cutter.after(bytes)
      client.send(batch).catch(() => undefined)
      await cut
      cuts++
      if (bytes === packet) whole++
    }
    await using client = await TestClient.connect(ledger, loginOf(signer), cutter.url)
    await client.deliver(batch, seq)
    // Once more, as a gateway does that missed the answer.
    if (random() < 0.3) await client.deliver(batch, seq)
  }
  console.log(`${BATCHES} batches, cut off ${cuts} times, ${whole} of them behind the last byte`)
  expect(cuts).toBeGreaterThan(BATCHES / 4)
  expect(await ledger.stop()).toBe(0)
  const recorded = recordedBy(ledger.data, signer.kid)
  expect(recorded).toHaveLength(BATCHES)
  let prev = toHex(ZERO_HASH)
  for (const [seq, { statement, leaf }] of recorded.entries()) {
    expect([statement.header.seq, toHex(statement.header.prev)]).toEqual([seq, prev])
    prev = leaf
  }
  const ids = recorded.flatMap(({ events }) => events.map(({ eventID }) => eventID))
  expect(new Set(ids).size).toBe(ids.length)
  expect((await ledger.verify()).exit).toBe(0)
})

it('is not there twice: neither a second ledger nor a follower runs on a folder that is in use, and a killed one frees it', async () => {
  using folder = temporaryFolder()
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  const second = ledger.at(ledger.data)
  await expect(second.start()).rejects.toThrow(/DATA_LOCKED/)
  expect(await second.process.exited).toBe(1)
  const flags = ['--data', ledger.data, '--port', '0']
  const follower = await Child.run('ledger', ['run', ...flags, '--follow', ledger.url])
  expect(follower).toMatchObject({ exit: 1, err: expect.stringContaining('DATA_LOCKED') as string })
  const witness = await Child.run('ledger', ['witness', ...flags, '--name', 'lab.example', '--log', ledger.vkey])
  expect(witness).toMatchObject({ exit: 1, err: expect.stringContaining('DATA_LOCKED') as string })
  const audit = await ledger.verify()
  expect(audit).toMatchObject({ exit: 1, err: expect.stringContaining('DATA_LOCKED') as string })
  // None of them has harmed it.
  expect((await ledger.get('/healthz')).status).toBe(200)
  expect(await ledger.process.kill('SIGKILL')).toBe('SIGKILL')
  await ledger.start()
  await until('it serves again', async () => (await ledger.get('/healthz')).status === 200)
  expect(await ledger.stop()).toBe(0)

  // A ledger's folder is no place to follow another from, although nobody uses it.
  await using other = await (await TestLedger.found(join(folder.path, 'other'))).start()
  const strange = await Child.run('ledger', ['run', ...flags, '--follow', other.url])
  expect(strange.exit).toBe(1)
  expect(await ledger.start()).toBe(ledger)
  expect(await ledger.stop()).toBe(0)
  expect((await ledger.verify()).exit).toBe(0)
})

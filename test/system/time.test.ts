import * as crypto from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type ProvenEvent, parsePolicy, type Verdict, verify, verifyOnNode } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'
import { haveChromium, launchChromium } from '../browser/_chromium.ts'

// A gateway that starts without any idea of the time, records, and only later hears a satellite. What a reader makes of it.

const LEDGER_CLOCK_MS = 10_001
const onNode = verifyOnNode(crypto)

/** A receiver on a socket: without a fix until a test gives it one, then with the time that this machine has. */
class Receiver implements AsyncDisposable {
  readonly #server = createServer((socket) => void this.#sockets.add(socket.on('error', () => undefined)))
  readonly #sockets = new Set<Socket>()
  readonly #timer: NodeJS.Timeout
  fixed: boolean = false

  private constructor() {
    this.#timer = setInterval(() => {
      for (const socket of this.#sockets) socket.write(this.#epoch())
    }, 250)
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get port(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  #epoch(): string {
    if (!this.fixed) return sentence('GNGGA,,,,,,0,00,99.99,,,,,,') + sentence('GNRMC,,V,,,,,,,,,,N')
    const text = new Date().toISOString()
    const time = `${text.slice(11, 19).replaceAll(':', '')}.${text.slice(20, 23)}`
    const date = `${text.slice(8, 10)}${text.slice(5, 7)}${text.slice(2, 4)}`
    return (
      sentence(`GNGGA,${time},3014.4000,N,10928.8000,E,1,09,1.1,480.0,M,,M,,`) +
      sentence(`GNRMC,${time},A,3014.4000,N,10928.8000,E,0.1,0.0,${date},,,A`)
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function sentence(body: string): string {
  const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

it('stamps in doubt, and is placed by the ledger at first and by an anchor later', { timeout: 400_000 }, async () => {
  using folder = temporaryFolder()
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  await using sim = await TestSimulator.start(join(folder.path, 'ports'))
  await using receiver = await Receiver.open()
  const { mqttUrl, ackKey } = ledger
  const ports = { ...sim.ports, 'site.gnss': receiver.port }
  await using agent = await TestAgent.init(join(folder.path, 'gateway'), { ports, mqttUrl, ackKey })
  await ledger.enrol(ORGANISATION, agent.request)
  const policy = Buffer.from(await ledger.bytes('/v1/policy')).toString()

  const bundle = (serial: string): Promise<Uint8Array> =>
    ledger.bytes(`/v1/history?subject=${encodeURIComponent(item(serial))}`)
  const read = async (serial: string): Promise<Verdict> => {
    const trust = { policy: parsePolicy(policy) }
    return verify(await bundle(serial), item(serial), trust, async (...signed) => onNode(...signed))
  }
  const recorded = async (serial: string): Promise<{ event: ProvenEvent; afterMs: number; beforeMs: number }> => {
    const afterMs = Date.now()
    await sim.commission(`(01)09506000134352(21)${serial}`)
    await agent.drained()
    const beforeMs = Date.now()
    await until(`${serial} is sealed`, async () => (await read(serial)).events.length === 1)
    const verdict = await read(serial)
    expect(verdict.state).toBe('consistent')
    return { event: verdict.events[0]!, afterMs, beforeMs }
  }

  agent.start()
  for (const device of ['thermo', 'scanner']) await agent.process.says(new RegExp(`device ${device} is up`))
  const first = await recorded('T1')
  expect(first.event.event['tristamp:clock'].source).toBe('none')
  expect(first.event.time).toMatchObject({ from: 'ledger', contradicted: false })
  expect(first.event.time.latestMs).toBeGreaterThanOrEqual(first.afterMs)
  expect(first.event.time.latestMs).toBeLessThan(first.beforeMs + 2 * LEDGER_CLOCK_MS)

  // Now it knows of an entry: the next stamp has a lower bound too.
  const second = await recorded('T2')
  const { after } = second.event.event['tristamp:clock']
  expect(after).toBe(first.event.entry)
  expect(second.event.time).toMatchObject({ from: 'ledger', contradicted: false })
  expect(second.event.time.earliestMs).toBeLessThanOrEqual(second.afterMs)
  expect(second.event.time.earliestMs).toBeGreaterThan(first.afterMs - 60_000)

  receiver.fixed = true
  await agent.process.says(/clock set by GNSS/)
  const placed = async (): Promise<boolean> => {
    const { earliestMs = 0, latestMs = Number.POSITIVE_INFINITY } = (await read('T1')).events[0]!.time
    return latestMs - earliestMs < 2000
  }
  await until('an anchor places the first stamp', placed, 60_000)
  for (const { event, afterMs, beforeMs } of [first, second]) {
    const serial = event === first.event ? 'T1' : 'T2'
    const verdict = await read(serial)
    const [{ time, event: shown } = first.event] = verdict.events
    expect(time).toMatchObject({ from: 'anchor', contradicted: false })
    expect(time.latestMs).toBeGreaterThanOrEqual(afterMs)
    expect(time.earliestMs).toBeLessThanOrEqual(beforeMs)
    // The stamp is what it was.
    expect(shown).toEqual(event.event)
    expect(verdict.reports.map(({ event: { report } }) => report.kind)).toContain('anchor')
  }

  // The program is started again, the machine is not: the clock goes on without a fix.
  receiver.fixed = false
  await agent.stop()
  agent.start()
  for (const device of ['thermo', 'scanner']) await agent.process.says(new RegExp(`device ${device} is up`))
  const third = await recorded('T3')
  expect(third.event.event['tristamp:clock'].source).toBe('gnss')
  expect(third.event.time).toMatchObject({ from: 'own clock', contradicted: false })
  expect(third.event.time.latestMs).toBeGreaterThanOrEqual(third.afterMs)
  expect(third.event.time.earliestMs).toBeLessThanOrEqual(third.beforeMs)

  if (haveChromium()) {
    const browser = await launchChromium()
    try {
      for (const [locale, words] of [
        ['en-GB', /Recorded before the clock was set; placed since, within \d+\ss/],
        ['zh-CN', /记录时时钟尚未校准，事后推定，误差不超过\s\d+\s秒/],
      ] as const) {
        const page = await (await browser.newContext({ locale })).newPage()
        await page.goto(ledger.url + new URL(item('T1')).pathname)
        await page.getByText(words).first().waitFor({ timeout: 60_000 })
      }
    } finally {
      await browser.close()
    }
  }

  // And in words, offline.
  writeFileSync(join(folder.path, 't1.tristamp'), await bundle('T1'))
  writeFileSync(join(folder.path, 'policy'), policy)
  const told = await Child.run('reader', [
    'verify',
    join(folder.path, 't1.tristamp'),
    '--policy',
    join(folder.path, 'policy'),
  ])
  expect(told.exit).toBe(0)
  expect(told.out).toMatch(new RegExp(`${first.event.entry}/0 \\S+Z – \\S+Z \\(anchor\\)`))
})

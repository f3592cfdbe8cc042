import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bestVerify, type Operation, openNotice, parsePolicy, type Verdict, verify } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { CASE, ORGANISATION, STATION } from '../_harness/goods.ts'
import { HandScanner } from '../_harness/hand-scanner.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { until } from '../_harness/until.ts'
import { ApiDocument } from '../_openapi.ts'

// A recall from two persons' signatures to a scanner that refuses, and back.

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/L7`
/** By the number on it alone. */
const CASE_LABEL = ']C100095060001343520017'
const ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
const DRILL = ID.replace('5f', '60')
/** A place without a gateway. */
const ELSEWHERE = 'https://id.gs1.org/414/9506000134352'
const WORDS = ['reason', 'hazard', 'consumer', 'holder'].flatMap((name) => [
  ...[`--${name}-zh`, `${name} 的话`],
  ...[`--${name}-en`, `words of ${name}`],
])

interface Progress {
  totals: Record<string, number>
  places: { signed: boolean }[]
  timeline: object[]
  unsigned: { answers: number }
}

it('is proposed and approved, turns the page, is refused at the scanner, told in the ledger, and lifted', {
  timeout: 240_000,
}, async () => {
  using folder = temporaryFolder()
  const founding = ['--admin', 'ann', '--admin', 'bob', '--threshold', '1']
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'), ...founding)).start()
  const by = async (name: string, ...args: string[]): Promise<string> => {
    const key = join(ledger.data, 'keys', `admin-${name}.pem`)
    const { exit, out, err } = await Child.run('ledger', [...args, '--node', ledger.url, '--admin-key', key])
    if (exit !== 0) throw new Error(err)
    return out
  }
  const enrol = async (...operations: Operation[]): Promise<void> => {
    const file = join(folder.path, 'operations.json')
    writeFileSync(file, JSON.stringify(operations))
    await by('ann', 'propose', '--file', file)
  }
  const both = async (...args: string[]): Promise<void> => {
    await by('ann', ...args)
    await by('bob', 'approve', '--all', '--yes')
  }
  const read = async (subject: string): Promise<Verdict> => {
    const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
    return verify(await ledger.bundle(subject), subject, { policy }, await bestVerify())
  }

  await using scanner = await HandScanner.open()
  const home = join(folder.path, 'gateway')
  mkdirSync(home)
  const file = join(home, 'gateway.yaml')
  const port = await freePort()
  const config = {
    gateway: {
      ...{ org: 'test', id: 'gw1', uri: 'https://id.gs1.org/8004/9506000134GW1', station: STATION },
      ...{ roles: ['commission', 'pack', 'ship', 'observe'], zone: 'Asia/Shanghai' },
    },
    data: join(home, 'data'),
    uplink: { url: ledger.mqttUrl, ledgerKey: ledger.ackKey, ackTimeout: '3s' },
    place: { source: 'site', latE7: 302_700_000, lonE7: 1_094_800_000, accuracyM: 5 },
    page: { port },
    batch: { flushMs: 100 },
    devices: [{ id: 'gun', driver: 'scanner', port: scanner.port }],
    stations: [{ id: 'dock', scanner: 'gun', start: 'commission', actions: { commission: {}, pack: {}, ship: {} } }],
  }
  writeFileSync(file, JSON.stringify(config))
  const init = await Child.run('agent', ['init', '--config', file])
  expect(init.exit, init.err).toBe(0)
  await enrol(ORGANISATION, JSON.parse(init.out) as Operation)
  const run = (): Child => Child.start('agent', ['run', '--config', file])
  const progress = async (id: string, ready: (answer: Progress) => boolean): Promise<Progress> => {
    let answer: Progress | undefined
    await until(
      `the progress of ${id}`,
      async () => {
        const response = await ledger.get(`/v1/recalls/${id}/progress`)
        // Traces are read a moment after the start.
        if (response.status !== 200) return false
        answer = (await response.json()) as Progress
        return ready(answer)
      },
      120_000,
    )
    return answer!
  }
  const locks = async (): Promise<{ id: string }[]> =>
    ((await (await fetch(`http://127.0.0.1:${port}/api/state`)).json()) as { locks: { id: string }[] }).locks

  const first = run()
  try {
    await first.says(/device gun is up/)
    await scanner.scan('A1', 'L7')
    await first.says(/✓ commission 1 item 01\/09506000134352\/21\/A1 /)
    await until('the item is in the ledger', async () => (await read(`${PRODUCT}/21/A1`)).state === 'consistent')

    // An exercise: told, and nothing stops.
    await both(
      'propose',
      'recall',
      '--org',
      'test',
      '--subject',
      LOT,
      '--class',
      '2',
      '--drill',
      '--id',
      DRILL,
      ...WORDS,
    )
    await first.says(/DRILL, not a recall/)
    await scanner.scan('A2', 'L7')
    await first.says(/✓ commission 1 item 01\/09506000134352\/21\/A2 /)
    expect((await read(`${PRODUCT}/21/A1`)).state).toBe('consistent')
    // It is answered like the real thing, and told as what it is.
    await scanner.send(']C0tristamp:recall/acknowledged')
    await first.says(/✓ recall 600c9d1e.*: acknowledged at dock/)
    expect(await progress(DRILL, ({ places }) => places[0]?.signed === true)).toMatchObject({
      drill: true,
      places: [{ place: STATION, shipped: 2000, unaccounted: 2000, state: 'acknowledged' }],
    })

    // In earnest: one person is not enough, two are.
    const recall = ['propose', 'recall', '--org', 'test', '--subject', LOT, '--class', '1', '--id', ID, ...WORDS]
    expect(await by('ann', ...recall)).toMatch(/^pending /m)
    await scanner.scan('A3', 'L7')
    await first.says(/✓ commission 1 item 01\/09506000134352\/21\/A3 /)
    await scanner.send(']C0tristamp:do/pack', CASE_LABEL)
    await scanner.scan('A3', 'L7')
    await first.says(/✓ pack /)
    await scanner.send(']C0tristamp:do/commission')
    await by('bob', 'approve', '--all', '--yes')
    await first.says(/RECALL, class 1 5f0c9d1e/)
    await until('the page turns', async () => (await read(`${PRODUCT}/21/A1`)).state === 'recalled')
    expect(await locks()).toMatchObject([{ id: LOT }])
    await scanner.scan('A4', 'L7')
    await first.says(/GOODS_RECALLED|RECALLED, not recorded/)
    await scanner.scan('B1', 'L8')
    await first.says(/✓ commission 1 item 01\/09506000134352\/21\/B1 /)
    await until('that someone tried is in the ledger', async () =>
      (await read(`${PRODUCT}/21/A4`)).reports.some(
        ({ event: { report } }) => report.kind === 'blocked' && report.recall === ID,
      ),
    )
    // A sealed case that holds some, by its own label, and one of them by its serial alone: the ledger knows them.
    const known = (): readonly string[] => {
      const bytes = readFileSync(join(home, 'data', 'recalls', `recall-${ID}.cose`))
      return openNotice(new Uint8Array(bytes), new Uint8Array(32), () => true).also ?? []
    }
    await until('the gateway is told of the case', () => known().includes(CASE), 60_000)
    for (const [label, subject] of [
      [CASE_LABEL, CASE],
      [']d2010950600013435221A3', `${PRODUCT}/21/A3`],
    ] as const) {
      await scanner.send(']C0tristamp:do/ship', label, ']C0tristamp:do/commission')
      await until('that someone tried to ship it is in the ledger', async () =>
        (await read(subject)).reports.some(
          ({ event: { report } }) => report.kind === 'blocked' && report.subject === subject && report.recall === ID,
        ),
      )
    }
    // Three were made here; one of them was refused and one that is not known, and two of them are found, one after the other.
    await scanner.send(
      ']C0tristamp:recall/quarantined',
      ']d2010950600013435210L7\x1d21A1',
      ']d2010950600013435210L7\x1d21A2',
      ']C0tristamp:end',
    )
    await first.says(/✓ recall 5f0c9d1e.*: quarantined 2 in all at dock/)
    const found = await progress(ID, ({ totals }) => totals['found'] === 2000)
    expect(found).toMatchObject({
      drill: false,
      totals: { shipped: 3000, found: 2000, quarantined: 2000, blocked: 2000, sold: 0, unaccounted: 1000, surplus: 0 },
      places: [{ place: STATION, state: 'acknowledged', signed: true }],
    })
    // The page says the rest in a number; a corrected one takes its place.
    const command = (text: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/api/command`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${port}` },
        body: JSON.stringify({ station: 'dock', text }),
      })
    expect((await command(`tristamp:recall/quarantined/30#${ID}`)).status).toBe(200)
    await progress(ID, ({ totals }) => totals['surplus'] === 27_000)
    expect((await command(`tristamp:recall/quarantined/3#${ID}`)).status).toBe(200)
    const done = await progress(ID, ({ totals }) => totals['found'] === 3000)
    expect(done).toMatchObject({ totals: { unaccounted: 0, surplus: 0 }, places: [{ state: 'done' }] })
    expect(done.timeline.at(-1)).toMatchObject({ answered: 1, found: 3000 })
    for (const { places } of [found, done])
      for (const one of places as unknown as Record<string, number>[])
        expect(Math.max(one['found']!, one['blocked']!) + one['sold']! + one['used']! + one['unaccounted']!).toBe(
          one['shipped']! + one['surplus']!,
        )

    // Whoever has no key is counted, and counts for nothing.
    const unsigned = await fetch(`${ledger.url}/v1/recalls/${ID}/responses`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ place: '9506000134352', state: 'quarantined', quantity: { milli: 9_000_000 } }),
    })
    expect(unsigned.status).toBe(201)
    expect(await progress(ID, (one) => one.unsigned.answers === 1)).toMatchObject({
      totals: done.totals,
      unsigned: { places: [{ place: ELSEWHERE, state: 'quarantined', milli: 9_000_000 }] },
    })

    // Nobody recorded it as made: all that is known of it is the try.
    expect(await read(`${PRODUCT}/21/A4`)).toMatchObject({ state: 'none', events: [] })
  } finally {
    await first.stop()
  }

  // It is kept: also without the ledger.
  expect(readdirSync(join(home, 'data', 'recalls'))).toContain(`recall-${ID}.cose`)
  await ledger.stop()
  await using second = run()
  await second.says(/device gun is up/)
  await scanner.scan('A5', 'L7')
  await second.says(/GOODS_RECALLED|RECALLED, not recorded/)

  // The ledger comes back elsewhere for readers, and at the same place for gateways.
  await ledger.start('--mqtt-port', new URL(ledger.mqttUrl).port)
  await both('lift', ID, '--reason', 'all is back')
  await second.says(/lifted: RECALL, class 1 5f0c9d1e/, 90_000)
  await scanner.scan('A6', 'L7')
  await second.says(/✓ commission 1 item 01\/09506000134352\/21\/A6 /)
  expect(await locks()).toEqual([])
  await scanner.send(']C0tristamp:do/ship', CASE_LABEL, ']C0tristamp:end')
  await second.says(/✓ ship /)
  await until('the page turns back', async () => (await read(`${PRODUCT}/21/A1`)).state === 'consistent')
  expect((await read(`${PRODUCT}/21/A1`)).recalls).toMatchObject([
    { recall: { id: DRILL } },
    { recall: { id: ID }, lifted: { reason: 'all is back' } },
  ])
  const { recalls } = await ledger.json<{ recalls: { id: string; state: string }[] }>('/v1/recalls')
  expect(recalls.map(({ id, state }) => [id, state])).toEqual([
    [ID, 'lifted'],
    [DRILL, 'standing'],
  ])

  // Of all this nothing is told in another shape than the node's own description has it.
  await progress(ID, ({ unsigned }) => unsigned.answers === 1)
  const document = new ApiDocument(await ledger.json('/v1/openapi.json'))
  const lot = `subject=${encodeURIComponent(LOT)}`
  const paths = [
    ...['gateways', 'governance', 'recalls', `recalls/${ID}`, `recalls/${ID}/progress`, `recalls/${DRILL}/progress`],
    ...[`exports/recall-cn.json?recall=${ID}&law=medicine`, `exports/epcis.jsonld?${lot}`, `trace?${lot}`],
    ...[`trace/where-now?${lot}`, `trace/exposure?unit=${encodeURIComponent(CASE)}`, `scans?${lot}`],
  ].map((path) => `/v1/${path}`)
  const links = [CASE, LOT, STATION].map((subject) => new URL(subject).pathname)
  for (const path of [...paths, ...links, '/healthz', '/checkpoint', '/v1/policy', '/metrics']) {
    const told = await document.told('GET', `${ledger.url}${path}`, await ledger.get(path, 'application/json'))
    expect([path, told.status, told.flaws]).toEqual([path, path.includes('/scans') ? 400 : 200, []])
  }
})

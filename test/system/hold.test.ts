import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bestVerify, type Operation, parsePolicy, type RegisterProduct, type Verdict, verify } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { ORGANISATION, STATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'

// From a warm reading to a lot that goes nowhere, by no one's hand; and on, by the word of two persons.

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/L7`
const WAIT_MS = 60_000

const name = { zh: '鲜肉', en: 'Meat' }
const product: RegisterProduct = {
  ...{ op: 'register-product', org: 'test', product: PRODUCT, name, spec: name },
  limits: { minMilliC: 0, maxMilliC: 8000 },
}

interface Shown {
  locks: { id: string; order: string }[]
  devices: { id: string; readings: { type: string; milli: number; flag?: string }[] }[]
}

it('a warm reading holds its lot, which is shipped again when two persons release it', {
  timeout: 300_000,
}, async () => {
  using folder = temporaryFolder()
  const founding = ['--admin', 'ann', '--admin', 'bob', '--threshold', '1']
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'), ...founding)).start()
  await using simulator = await TestSimulator.start(join(folder.path, 'ports'))
  const by = async (who: string, ...args: string[]): Promise<string> => {
    const key = join(ledger.data, 'keys', `admin-${who}.pem`)
    const { exit, out, err } = await Child.run('ledger', [...args, '--node', ledger.url, '--admin-key', key])
    if (exit !== 0) throw new Error(err)
    return out
  }
  const read = async (subject: string): Promise<Verdict> => {
    const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
    return verify(await ledger.bundle(subject), subject, { policy }, await bestVerify())
  }

  const home = join(folder.path, 'gateway')
  mkdirSync(home)
  const [file, port] = [join(home, 'gateway.yaml'), await freePort()]
  const serial = { baudRate: 38_400 }
  const config = {
    gateway: {
      ...{ org: 'test', id: 'gw1', uri: 'https://id.gs1.org/8004/9506000134GW1', station: STATION },
      ...{ roles: ['commission', 'ship', 'observe'], zone: 'Asia/Shanghai' },
    },
    data: join(home, 'data'),
    uplink: { url: ledger.mqttUrl, ledgerKey: ledger.ackKey, ackTimeout: '3s' },
    place: { source: 'site', latE7: 302_700_000, lonE7: 1_094_800_000, accuracyM: 5 },
    page: { port },
    batch: { flushMs: 100 },
    devices: [
      { id: 'gun', driver: 'scanner', port: simulator.ports['site.scanner'], ...serial },
      {
        ...{ id: 'cold', driver: 'modbus-th', port: simulator.ports['site.thermo'], profile: 'xy-md02', unit: 1 },
        // A room does not become warm in a second; this one does.
        ...{ every: '500ms', timeout: '400ms', checks: { rate: '100/s', spike: 100 } },
      },
    ],
    stations: [
      { id: 'dock', scanner: 'gun', thermometer: 'cold', start: 'commission', actions: { commission: {}, ship: {} } },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  const init = await Child.run('agent', ['init', '--config', file])
  expect(init.exit, init.err).toBe(0)
  const operations = join(folder.path, 'operations.json')
  writeFileSync(operations, JSON.stringify([ORGANISATION, JSON.parse(init.out) as Operation, product]))
  await by('ann', 'propose', '--file', operations)

  await using agent = Child.start('agent', ['run', '--config', file])
  const shown = async (): Promise<Shown> => (await fetch(`http://127.0.0.1:${port}/api/state`)).json() as Promise<Shown>
  const milli = async (): Promise<number | undefined> =>
    (await shown()).devices
      .flatMap(({ readings }) => readings)
      .find(({ type, flag }) => type === 'Temperature' && flag === undefined)?.milli
  const scan = async (action: string, item: string, lot: string): Promise<void> =>
    simulator.scan(`tristamp:do/${action}`, `(01)09506000134352(10)${lot}(21)${item}`, 'tristamp:end')

  await agent.says(/device gun is up/)
  await agent.says(/device cold is up/)
  await until('the thermometer is read', async () => (await milli()) !== undefined, WAIT_MS)
  await scan('commission', 'B1', 'L8')
  await agent.says(/✓ commission 1 item 01\/09506000134352\/21\/B1 /)
  await until('the cold item is in the ledger', async () => (await read(`${PRODUCT}/21/B1`)).state === 'consistent')

  simulator.process.write('temperature site.thermo 14')
  await until('the room is warm', async () => ((await milli()) ?? 0) > 12_000, WAIT_MS)
  await scan('commission', 'A1', 'L7')
  await agent.says(/✓ commission 1 item 01\/09506000134352\/21\/A1 /)
  await agent.says(/· HOLD [0-9a-f-]{36}: https:\/\/id\.gs1\.org\/01\/09506000134352\/10\/L7: Measured /, WAIT_MS)
  await until('the page of the item turns', async () => (await read(`${PRODUCT}/21/A1`)).state === 'held', WAIT_MS)
  const { holds } = await read(LOT)
  expect(holds).toMatchObject([{ about: LOT, byLedger: true, ground: 'shown', hold: { org: 'test', subjects: [LOT] } }])
  expect((await shown()).locks).toMatchObject([{ id: LOT, order: 'hold' }])

  await scan('ship', 'A1', 'L7')
  await agent.says(/GOODS_HELD|HELD, not recorded/)
  await until('that someone tried is in the ledger', async () =>
    (await read(`${PRODUCT}/21/A1`)).reports.some(
      ({ event: { report } }) => report.kind === 'blocked' && report.hold === holds[0]!.hold.id,
    ),
  )

  // One person is not enough to let it go, two are.
  const id = holds[0]!.hold.id
  expect(await by('ann', 'release', id, '--reason', 'tested and sound')).toMatch(/^pending /m)
  expect((await read(`${PRODUCT}/21/A1`)).state).toBe('held')
  await by('bob', 'approve', '--all', '--yes')
  await agent.says(/· released: HOLD /, WAIT_MS)
  await until('the page turns back', async () => (await read(`${PRODUCT}/21/A1`)).state === 'consistent', WAIT_MS)
  expect((await shown()).locks).toEqual([])
  await scan('ship', 'A1', 'L7')
  await agent.says(/✓ ship 1 item 01\/09506000134352\/21\/A1 /)
  const list = await ledger.json<{ holds: { id: string; state: string }[] }>('/v1/holds')
  // Shipped from a room that is still warm, it may be held again.
  expect(list.holds.find((one) => one.id === id)?.state).toBe('released')
})

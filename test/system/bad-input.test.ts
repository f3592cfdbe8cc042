import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { Child, root } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'

// A gateway among people: cables come loose, scanners are set up wrongly, configurations have typing errors, the enrolment comes
// late. Each has a stable code on the console, in the status, and at the ledger; what was accepted before stays.

const folder = temporaryFolder()
let ledger: TestLedger
let sim: TestSimulator
let agent: TestAgent

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  sim = await TestSimulator.start(join(folder.path, 'ports'))
  const ports = { ...sim.ports, 'site.thermo': '/dev/ttyNotHere' }
  const { mqttUrl, ackKey } = ledger
  agent = await TestAgent.init(join(folder.path, 'gateway'), { ports, mqttUrl, ackKey })
})

afterAll(async () => {
  for (const one of [agent, sim, ledger]) await one?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const GTIN = '(01)09506000134352'
const label = (serial: string): string => `${GTIN}(21)${serial}`

/** The code stands on the gateway's console and in its status.json, and the ledger shows it in /v1/gateways and /metrics. */
async function expectEverywhere(code: string): Promise<void> {
  await agent.process.says(new RegExp(`^\\S+ ✗ ${code} `, 'm'))
  await agent.counts(code)
  await until(`/v1/gateways counts ${code}`, async () => (await ledger.gateway('gw1'))?.health?.errors[code])
  const labels = `gateway="test/gw1",code="${code}"`
  expect(await ledger.metric('tristamp_gateway_errors', labels)).toBeGreaterThan(0)
}

async function expectRefused(code: string, error: string): Promise<void> {
  const before = agent.status()?.errors[error] ?? 0
  await sim.scan(code)
  await until(`${error} is counted`, () => (agent.status()?.errors[error] ?? 0) > before)
  await expectEverywhere(error)
}

/** How many events the ledger holds about an item. */
async function events(serial: string): Promise<number> {
  const path = new URL(item(serial)).pathname
  const answer = await ledger.get(path, 'application/json')
  if (answer.status === 404) return 0
  const document = (await answer.json()) as { epcisBody: { queryResults: { resultsBody: { eventList: object[] } } } }
  return document.epcisBody.queryResults.resultsBody.eventList.length
}

async function expectRecorded(serial: string): Promise<void> {
  await agent.process.says(new RegExp(`✓ commission .*21/${serial} at dock`))
  await until(`${serial} is in the ledger`, async () => (await events(serial)) === 1)
}

describe('a configuration with errors', () => {
  const invalid = `gateway: { org: "no spaces", id: gw1, uri: https://id.gs1.org/8004/9506000134GW1, station: https://id.gs1.org/414/1, roles: [fly] }
data: ./data
uplink: { url: http://127.0.0.1, ledgerKey: short }
place: { source: gnss, device: nothing }
devices:
  - { id: dock, driver: telepathy, port: /dev/ttyUSB0 }
  - { id: dock, driver: scanner, port: /dev/ttyUSB1, baudRate: 9601 }
`
  it.each([
    ['is not there', undefined, /^CONFIG_MISSING .*nowhere\.yaml/m],
    ['is not YAML', 'gateway: {', /^CONFIG_MALFORMED /m],
    ['is not a gateway’s', '- 1', /^CONFIG_INVALID /m],
    ['has many errors', invalid, /^CONFIG_INVALID /m],
  ])('stops the gateway with 3 when it %s', async (_what, text, code) => {
    const file = join(folder.path, 'nowhere.yaml')
    if (text !== undefined) writeFileSync(file, text)
    const { exit, err } = await Child.run('agent', ['run', '--config', file])
    expect(err).toMatch(code)
    expect(exit).toBe(3)
  })

  it('names all its errors at once', async () => {
    const file = join(folder.path, 'invalid.yaml')
    writeFileSync(file, invalid)
    const { err } = await Child.run('agent', ['init', '--config', file])
    for (const path of [
      'gateway.org',
      'gateway.station',
      'gateway.roles[0]',
      'uplink.url',
      'uplink.ledgerKey',
      'place.device',
      'devices[0].driver',
      'devices[1].baudRate',
      'devices[1].id',
    ]) {
      expect(err).toContain(`  ${path}: `)
    }
  })

  it('stops the ledger with 3, with all its errors', async () => {
    const file = join(folder.path, 'ledger.yaml')
    writeFileSync(file, 'http: { port: 99999, publicUrl: ftp://x }\nmqtt: { host: "" }\nsealEveryMs: 1\nfast: yes\n')
    const { exit, err } = await Child.run('ledger', ['run', '--config', file])
    expect(err).toMatch(/^CONFIG_INVALID: /m)
    for (const path of ['http.port', 'http.publicUrl', 'mqtt.host', 'sealEveryMs', 'fast']) {
      expect(err).toContain(`${path}: `)
    }
    expect(exit).toBe(3)
  })
})

describe('a reader of its lines that goes first', () => {
  it.each(['ledger-node/bin/tristamp-ledger.mjs', 'ledger-node/bin/tristamp.mjs', 'edge-agent/bin/tristamp-agent.mjs'])(
    'does not break %s',
    async (program) => {
      const child = spawn(process.execPath, [root(program), '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      let err = ''
      child.stderr.on('data', (bytes: Buffer) => {
        err += bytes.toString()
      })
      const [exit] = (await once(child, 'close')) as [number]
      expect([exit, err]).toEqual([0, ''])
    },
  )
})

describe('a program that was not made ready', () => {
  it('tells the gateway without a key to init', async () => {
    const file = join(folder.path, 'empty.yaml')
    writeFileSync(file, readFileSync(agent.config, 'utf8').replace(/"data": ".*"/, '"data": "./empty"'))
    const { exit, err } = await Child.run('agent', ['run', '--config', file])
    expect(err).toMatch(/^KEY_MISSING .*tristamp-agent init/m)
    expect(exit).toBe(1)
  })

  it('tells the ledger without a founding to init', async () => {
    const data = join(folder.path, 'unfounded')
    const { exit, err } = await Child.run('ledger', ['run', '--data', data, '--port', '0', '--mqtt-port', '0'])
    expect(err).toMatch(/^DATA_MISSING: /m)
    expect(exit).toBe(1)
  })

  it('does not run twice on one folder', async () => {
    const second = await Child.run('ledger', ['run', '--data', ledger.data, '--port', '0', '--mqtt-port', '0'])
    expect(second.err).toMatch(/^DATA_LOCKED: /m)
    expect(second.exit).toBe(1)
  })
})

describe('a gateway that was not enrolled', () => {
  it('goes on stamping, and says that it is not let in', async () => {
    agent.start()
    await agent.process.says(/device scanner is up/)
    await agent.process.says(/^\S+ ✗ UPLINK_LOGIN /m)
    await agent.counts('UPLINK_LOGIN')
    await sim.commission(label('EARLY'))
    await agent.process.says(/✓ commission 1 item .*21\/EARLY at dock/)
    expect(await ledger.metric('tristamp_mqtt_refusals_total', 'code="MQTT_LOGIN"')).toBeGreaterThan(0)
    expect(await ledger.gateway('gw1')).toBeUndefined()
  })

  it('sends what it kept as soon as it is enrolled', async () => {
    await ledger.enrol(ORGANISATION, agent.request)
    await agent.drained()
    await until('the early scan is in the ledger', async () => (await events('EARLY')) === 1)
  })
})

describe('a serial path', () => {
  it('that is wrong is named, and stops nothing else', async () => {
    await expectEverywhere('PORT_MISSING')
    expect(agent.status()!.devices).toMatchObject({
      thermo: { state: 'down', code: 'PORT_MISSING' },
      scanner: { state: 'up' },
    })
    expect((await ledger.gateway('gw1'))!.health!.devices['thermo']).toMatchObject({ state: 'down' })
  })

  it('works when it was corrected, with the records of before', async () => {
    expect(await agent.stop()).toBe(0)
    const corrected = readFileSync(agent.config, 'utf8').replace('/dev/ttyNotHere', sim.ports['site.thermo']!)
    writeFileSync(agent.config, corrected)
    agent.start()
    await agent.ready()
    await sim.commission(label('CORRECTED'))
    await expectRecorded('CORRECTED')
  })

  it('may be unplugged in the middle of an act', async () => {
    await sim.scan('tristamp:do/commission', label('UNPLUGGED'))
    await agent.process.says(/commission 1: .*21\/UNPLUGGED/)
    await sim.fault('site.scanner unplug')
    await expectEverywhere('PORT_LOST')
    await sim.fault('site.scanner replug')
    await until('the scanner is up again', () => agent.status()?.devices['scanner']?.state === 'up')
    await sim.scan('tristamp:end')
    await expectRecorded('UNPLUGGED')
  })
})

describe('an instrument', () => {
  it('with a bad checksum is not believed, and asked again', async () => {
    await sim.fault('site.thermo bad-crc 4')
    await expectEverywhere('DEVICE_FRAME')
    await until('the thermometer is up again', () => agent.status()?.devices['thermo']?.state === 'up')
  })

  it('that falls silent is told', async () => {
    await sim.fault('site.thermo silence')
    await expectEverywhere('DEVICE_SILENT')
    await sim.fault('site.thermo silence off')
    await until('the thermometer is up again', () => agent.status()?.devices['thermo']?.state === 'up')
  })

  it('that loses its view of the sky is told', async () => {
    await sim.fault('site.gnss no-fix')
    await until('the loss is known', () => agent.status()?.devices['gnss']?.code === 'GNSS_NO_FIX')
    await sim.fault('site.gnss no-fix off')
    await until('the receiver is up again', () => agent.status()?.devices['gnss']?.state === 'up')
  })
})

describe('a scan', () => {
  it.each([
    ['whose lost separator made a lot too long', 'lost-gs', `${GTIN}(10)B261120-07(21)7K3M92QD40XA`, 'SCAN_MALFORMED'],
    ['whose lost separator made another lot', 'lost-gs', `${GTIN}(10)L4(21)7K3M92QD40XB`, 'SCAN_MALFORMED'],
    ['without an AIM identifier', 'no-aim', `${GTIN}(21)7K3M92QD40XC`, 'SCAN_UNKNOWN'],
  ])('%s is not guessed at', async (_what, fault, code, error) => {
    await sim.scan('tristamp:do/commission')
    await sim.fault(`site.scanner ${fault} 1`)
    await expectRefused(code, error)
    await sim.scan(code, 'tristamp:end')
    await expectRecorded(code.slice(-12))
  })

  it.each([
    ['of an unknown command', 'tristamp:fly', 'SCAN_COMMAND'],
    ['of an action that is not set up here', 'tristamp:do/sell', 'SCAN_NOT_HERE'],
    ['that names no single thing', GTIN, 'SCAN_IDENTITY'],
    ['with a wrong check digit', '(01)09506000134353(21)X', 'SCAN_MALFORMED'],
  ])('%s is refused', (_what, code, error) => expectRefused(code, error))
})

it('has kept everything that was accepted, once', async () => {
  await agent.drained()
  expect(await agent.stop()).toBe(0)
  for (const serial of ['EARLY', 'CORRECTED', 'UNPLUGGED', '7K3M92QD40XA', '7K3M92QD40XB', '7K3M92QD40XC'])
    expect(await events(serial)).toBe(1)
  expect(await ledger.stop()).toBe(0)
  const { exit, out, err } = await ledger.verify()
  expect(out, err).toMatch(/^ok /m)
  expect(exit).toBe(0)
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64Url, keyThumbprint, type Operation } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION, STATION } from '../_harness/goods.ts'
import { HandScanner } from '../_harness/hand-scanner.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { works } from '../_harness/tools.ts'
import { until } from '../_harness/until.ts'

// An operator's first hour: a gateway that is told as little as possible, an administrator who approves it, and the first stamp.

const PRODUCT = 'https://id.gs1.org/01/09506000134352'

it('is made, approved and picked up, and stamps', {
  timeout: 180_000,
}, async () => {
  using folder = temporaryFolder()
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  await using scanner = await HandScanner.open()
  const home = join(folder.path, 'gateway')
  mkdirSync(home)
  const file = join(home, 'gateway.yaml')
  const config = {
    gateway: { org: 'test', id: 'gw9', uri: 'https://id.gs1.org/8004/9506000134GW9' },
    data: join(home, 'data'),
    uplink: { url: ledger.mqttUrl, ledgerKey: ledger.ackKey, ackTimeout: '3s' },
    place: { source: 'enrolment' },
    batch: { flushMs: 100 },
    devices: [{ id: 'gun', driver: 'scanner', port: scanner.port }],
    stations: [
      { id: 'dock', scanner: 'gun', limits: { product: PRODUCT }, start: 'receive', actions: { receive: {} } },
    ],
  }
  writeFileSync(file, JSON.stringify(config))

  const svg = join(home, 'request.svg')
  const init = await Child.run('agent', ['init', '--config', file, '--qr', svg])
  expect(init).toMatchObject({ exit: 0 })
  expect(JSON.parse(init.out)).not.toHaveProperty('station')
  // Half blocks: a code that a phone reads off the screen, and the same as a picture.
  expect(init.err).toMatch(/ █ ▄▄▄ █ .* █ ▄▄▄ █ /)
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg/)

  await using agent = Child.start('agent', ['run', '--config', file])
  await agent.says(/NOT_ENROLLED Not enrolled yet/)
  await agent.says(/UPLINK_LOGIN/)
  await scanner.scan('S0')
  await agent.says(/the scan was not recorded/)

  const limits = { minMilliC: 0, maxMilliC: 4000 }
  const name = { zh: '冷库', en: 'Cold store' }
  const place = { latE7: 302_721_000, lonE7: 1_094_883_000, zone: 'Asia/Shanghai', address: name, name }
  await ledger.enrol(
    ORGANISATION,
    { op: 'register-place', org: 'test', place: STATION, ...place },
    { op: 'register-product', org: 'test', product: PRODUCT, name, spec: name, limits },
  )
  const request = join(home, 'data', 'enrolment-request.json')
  const key = join(ledger.data, 'keys', 'admin-admin.pem')
  const enrol = ['enrol', 'gateway', '--node', ledger.url, '--admin-key', key, '--file', request]
  const approved = await Child.run('ledger', [...enrol, '--station', STATION, '--roles', 'receive,observe'])
  expect(approved).toMatchObject({ exit: 0 })

  await agent.says(new RegExp(`enrolled for ${STATION} \\(receive observe\\)`), 90_000)
  await until('it has begun anew', () => (agent.err.match(/device gun is up/g)?.length ?? 0) >= 2)
  await scanner.scan('S1')
  await agent.says(/✓ receive 1 item 01\/09506000134352\/21\/S1 /)
  const steps = async (serial: string): Promise<Record<string, unknown>[]> => {
    const bundle = await ledger.get(`/v1/history?subject=${encodeURIComponent(`${PRODUCT}/21/${serial}`)}`)
    const text = Buffer.from(await bundle.arrayBuffer()).toString('latin1')
    return [...text.matchAll(/\{"action":"OBSERVE".*?"type":"ObjectEvent"\}/g)].map(
      ([json]) => JSON.parse(json!) as Record<string, unknown>,
    )
  }
  await until('the first stamp is in the ledger', async () => (await steps('S1')).length === 1)
  expect((await steps('S1'))[0]).toMatchObject({
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: STATION },
    'tristamp:geo': { source: 'site', latE7: 302_721_000, lonE7: 1_094_883_000 },
  })

  // The doctor asks the running gateway instead of taking its ports and its name.
  const examine = (): Promise<Awaited<ReturnType<typeof Child.run>>> =>
    Child.run('agent', ['doctor', '--config', file, '--json'])
  // What it asks is the status file, which a gateway that has just begun anew writes a second later.
  await until('the status says that all is well', async () => (await examine()).exit === 0)
  const doctor = await examine()
  const { findings } = JSON.parse(doctor.out) as { findings: { level: string; check: string }[] }
  expect(findings.filter(({ level }) => level === 'fail')).toEqual([])
  expect(findings).toContainEqual(expect.objectContaining({ level: 'ok', check: 'login' }))
  expect(doctor.exit).toBe(0)

  // SIGHUP: a bad file is reported and changes nothing.
  writeFileSync(file, JSON.stringify({ ...config, devices: [{ ...config.devices[0], driver: 'telepathy' }] }))
  process.kill(agent.pid, 'SIGHUP')
  await agent.says(/CONFIG_INVALID/)
  writeFileSync(file, JSON.stringify({ ...config, stations: [{ ...config.stations[0], id: 'ramp' }] }))
  process.kill(agent.pid, 'SIGHUP')
  await agent.says(/the configuration was read again/)
  await scanner.scan('S2')
  await agent.says(/S2 .*ramp/)
  await until('it is in the ledger', async () => (await steps('S2')).length === 1)

  // The next key: made, signed for by the administrator, taken up by itself.
  const rotation = await Child.run('agent', ['rotate', '--config', file])
  expect(rotation).toMatchObject({ exit: 0 })
  await using other = await HandScanner.open()
  const both = { ...config, devices: [...config.devices, { id: 'second', driver: 'scanner', port: other.port }] }
  writeFileSync(file, JSON.stringify(both))
  const asked = join(home, 'data', 'rotation-request.json')
  const signed = await Child.run('ledger', ['propose', '--node', ledger.url, '--admin-key', key, '--file', asked])
  expect(signed).toMatchObject({ exit: 0 })
  await scanner.scan('S3')
  await agent.says(/goes on with its new key/, 90_000)
  await until('what was scanned meanwhile is in the ledger', async () => (await steps('S3')).length === 1, 60_000)
  const request9 = JSON.parse(rotation.out) as { newKey: string }
  const { keys } = await ledger.json<{ keys: { kid: string; status: string; nextSeq: number }[] }>('/v1/governance')
  const kid = Buffer.from(keyThumbprint(fromBase64Url(request9.newKey))).toString('base64url')
  expect(keys.find((one) => one.kid === kid)).toMatchObject({ status: 'active', nextSeq: 1 })
  expect(await agent.stop()).toBe(0)
})

const MODULE = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
].find((path) => existsSync(path))
const hasToken = MODULE !== undefined && works('which', 'pkcs11-tool') && works('which', 'softhsm2-util')
if (!hasToken) console.log('SoftHSM: not installed (apt-get install softhsm2 opensc); its test is left out')

it.skipIf(!hasToken)(
  'stamps with a key in a PKCS#11 token, and goes on after the token was away',
  { timeout: 120_000 },
  async () => {
    using folder = temporaryFolder()
    const tokens = join(folder.path, 'tokens')
    mkdirSync(tokens)
    const conf = join(folder.path, 'softhsm2.conf')
    writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\n`)
    const env = { SOFTHSM2_CONF: conf }
    const tool = (program: string, ...args: string[]): Buffer =>
      execFileSync(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' })
    tool('softhsm2-util', '--init-token', '--free', '--label', 'gw', '--pin', '1234', '--so-pin', '5678')
    const at = ['--module', MODULE!, '--token-label', 'gw', '--login', '--pin', '1234']
    tool('pkcs11-tool', ...at, '--keypairgen', '--key-type', 'EC:edwards25519', '--id', '01')
    const pinFile = join(folder.path, 'pin')
    writeFileSync(pinFile, '1234\n', { mode: 0o600 })

    await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
    await using scanner = await HandScanner.open()
    const home = join(folder.path, 'gateway')
    mkdirSync(home)
    const file = join(home, 'gateway.yaml')
    const config = {
      gateway: {
        org: 'test',
        id: 'gw8',
        uri: 'https://id.gs1.org/8004/9506000134GW8',
        station: STATION,
        roles: ['receive'],
      },
      key: { type: 'pkcs11', module: MODULE, token: 'gw', id: '01', pinFile },
      data: join(home, 'data'),
      uplink: { url: ledger.mqttUrl, ledgerKey: ledger.ackKey, ackTimeout: '3s' },
      place: { source: 'enrolment' },
      batch: { flushMs: 100 },
      devices: [{ id: 'gun', driver: 'scanner', port: scanner.port }],
      stations: [{ id: 'dock', scanner: 'gun', start: 'receive', actions: { receive: {} } }],
    }
    writeFileSync(file, JSON.stringify(config))
    const init = await Child.run('agent', ['init', '--config', file], { env })
    expect(init).toMatchObject({ exit: 0 })
    expect(existsSync(join(home, 'data', 'key.pem'))).toBe(false)
    await ledger.enrol(ORGANISATION, JSON.parse(init.out) as Operation)
    await using agent = Child.start('agent', ['run', '--config', file], { env })
    const recorded = async (count: number): Promise<boolean> =>
      ((await ledger.gateway('gw8'))?.lastSeq ?? -1) >= count - 1
    await scanner.scan('H1')
    await agent.says(/✓ receive 1 item .*H1 /)
    await until('it is recorded', () => recorded(1))
    // The token is pulled: stamps go on. It comes back: they are signed.
    renameSync(tokens, `${tokens}.away`)
    await scanner.scan('H2')
    await agent.says(/✓ receive 1 item .*H2 /)
    await agent.says(/KEY_STORE /)
    renameSync(`${tokens}.away`, tokens)
    await until('it is recorded too', () => recorded(2))
    expect(await agent.stop()).toBe(0)
    const { exit, out } = await ledger.stop().then(() => ledger.verify())
    expect([exit, out]).toEqual([0, expect.anything()])
  },
)

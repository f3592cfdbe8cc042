import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromPkcs8Pem } from '@tristamp/protocol'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../ledger-node/src/_certificate.ts'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { works } from '../_harness/tools.ts'
import { until } from '../_harness/until.ts'

// A gateway and a ledger over TLS, as an operator sets them up; and afterwards no secret is anywhere but in its own file.

const hasOpenssl = works('openssl', 'version')
if (!hasOpenssl) console.warn('TLS between real programs is skipped: no openssl')

describe.skipIf(!hasOpenssl)('a gateway and a ledger over TLS', () => {
  const folder = temporaryFolder()
  const gatewayData = join(folder.path, 'gateway', 'data')
  let ledger: TestLedger
  let sim: TestSimulator
  let agent: TestAgent
  let ca: string

  beforeAll(async () => {
    const { cert, key } = makeCertificate(folder.path, 'ledger')
    ca = cert
    const config = join(folder.path, 'ledger.yaml')
    writeFileSync(config, JSON.stringify({ mqtt: { tls: { cert, key } } }))
    ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start('--config', config)
    sim = await TestSimulator.start(join(folder.path, 'ports'))
    const { mqttUrl, ackKey } = ledger
    agent = await TestAgent.init(join(folder.path, 'gateway'), { ports: sim.ports, mqttUrl, ackKey, ca })
    await ledger.enrol(ORGANISATION, agent.request)
  })

  afterAll(async () => {
    for (const one of [agent, sim, ledger]) await one?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('understand each other, with the key that the request names', async () => {
    expect(agent.request).toHaveProperty('tls')
    expect(ledger.mqttUrl).toMatch(/^mqtts:/)
    agent.start()
    await agent.ready()
    await sim.commission('(01)09506000134352(21)SECRET')
    await until('the scan is in the ledger', async () => (await ledger.gateway('gw1'))?.lastSeq !== null)
    await agent.drained()
    expect(await ledger.metric('tristamp_mqtt_refusals_total', 'code="MQTT_CERTIFICATE"')).toBe(0)
  })

  it('whoever has the password alone is not let in, and stays outside', async () => {
    const password = readFileSync(join(gatewayData, 'login'), 'utf8').trim()
    const thief = { clientId: 'test.gw1', username: 'test/gw1', password, reconnectPeriod: 0, ca: readFileSync(ca) }
    await expect(mqtt.connectAsync(ledger.mqttUrl, thief, false)).rejects.toMatchObject({ code: 5 })
    expect(agent.status()?.state).toBe('online')
  })

  it('no secret is in data, logs, answers or messages', async () => {
    const tlsKey = createPrivateKey(readFileSync(join(gatewayData, 'tls-key.pem'))).export({ format: 'jwk' }).d!
    const keyFiles = filesIn(join(ledger.data, 'keys')).filter((path) => path.endsWith('.pem'))
    const seeds = [join(gatewayData, 'key.pem'), ...keyFiles].map(
      (path) => [path, Buffer.from(fromPkcs8Pem(readFileSync(path, 'utf8')))] as const,
    )
    const password = readFileSync(join(gatewayData, 'login'), 'utf8').trim()
    const secrets = [
      ...seeds,
      ['TLS key', Buffer.from(tlsKey, 'base64url')] as const,
      ['password', Buffer.from(password)] as const,
      ['password bytes', Buffer.from(password, 'base64url')] as const,
    ].map(([name, bytes]) => ({ name, needles: spellings(bytes) }))
    const found = (where: string, bytes: Buffer): string[] => {
      // A PEM file breaks its lines in the middle of a key.
      const inOneLine = Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, ''), 'latin1')
      return secrets
        .filter(({ needles }) => needles.some((needle) => bytes.includes(needle) || inOneLine.includes(needle)))
        .map(({ name }) => `${name} in ${where}`)
    }

    // The search finds what is there.
    for (const [path] of seeds) expect(found('', readFileSync(path)), path).toHaveLength(1)
    expect(found('', readFileSync(join(gatewayData, 'tls-key.pem')))).toHaveLength(1)

    const own = new Set([...seeds.map(([path]) => path), join(gatewayData, 'login'), join(gatewayData, 'tls-key.pem')])
    const places: [string, Buffer][] = filesIn(folder.path)
      .filter((path) => !own.has(path))
      .map((path) => [path, readFileSync(path)])
    expect(places.length).toBeGreaterThan(10)
    places.push(['gateway’s log', Buffer.from(agent.log)])
    places.push(['ledger’s log', Buffer.from(ledger.process.out + ledger.process.err)])
    for (const path of await apiPaths()) places.push([path, Buffer.from(await (await ledger.get(path)).arrayBuffer())])
    for (const [topic, payload] of await retained()) places.push([topic, payload])
    const status = await Child.run('agent', ['status', '--config', agent.config, '--json'])
    places.push(['status', Buffer.from(status.out + status.err)])
    expect(places.flatMap(([where, bytes]) => found(where, bytes))).toEqual([])
  })

  async function apiPaths(): Promise<string[]> {
    const subject = encodeURIComponent(item('SECRET'))
    const { gateways } = await ledger.json<{ gateways: { kid: string }[] }>('/v1/gateways')
    return [
      '/checkpoint',
      '/v1/policy',
      '/v1/gateways',
      '/v1/governance',
      '/healthz',
      '/metrics',
      `/v1/history?subject=${subject}`,
      `/v1/keys/${gateways[0]!.kid}`,
      `/tile/entries/000.p/${await ledger.size()}`,
      '/01/09506000134352/21/SECRET',
    ]
  }

  /** What the broker keeps for the gateway, as the gateway gets it when it comes. */
  async function retained(): Promise<[string, Buffer][]> {
    await agent.stop()
    const key = readFileSync(join(gatewayData, 'tls-key.pem'))
    const client = { clientId: 'test.gw1', username: 'test/gw1', reconnectPeriod: 0, ca: readFileSync(ca), key }
    const { selfSigned } = await import('../../edge-agent/src/certificate.ts')
    const password = readFileSync(join(gatewayData, 'login'), 'utf8').trim()
    const cert = selfSigned(key.toString(), 'gw1')
    const connection = await mqtt.connectAsync(ledger.mqttUrl, { ...client, password, cert }, false)
    const messages: [string, Buffer][] = []
    connection.on('message', (topic, payload) => void messages.push([topic, payload]))
    await connection.subscribeAsync(['tristamp/v1/test/gw1/ack', 'tristamp/v1/test/gw1/status'], { qos: 1 })
    await until('both are there', () => new Set(messages.map(([topic]) => topic)).size === 2)
    await connection.endAsync()
    return messages
  }
})

/** How a secret may stand in a file: as it is, in hex, and in base64 wherever in a longer text it begins. */
function spellings(secret: Buffer): Buffer[] {
  const hex = secret.toString('hex')
  const texts = [hex, hex.toUpperCase()]
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), secret]).toString('base64')
    // The first and the last characters depend on the neighbours.
    const inner = shifted.replace(/=+$/, '').slice(shift === 0 ? 0 : 4, -1)
    texts.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return [secret, ...texts.map((text) => Buffer.from(text))]
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import mqtt, { type IClientOptions } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasOpenssl, makeCertificate } from './_certificate.ts'
import { config, itemUri, type TestGateway, TestLedger, temporaryFolder } from './_harness.ts'
import { startLedger } from './index.ts'
import { isLoopback, publicKeyHash, refusePlain, type TlsFiles } from './tls.ts'

describe('without TLS', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('%s is this machine', (host) => {
    expect(isLoopback(host)).toBe(true)
    expect(() => refusePlain(false, { setting: 'http', host })).not.toThrow()
  })

  test.each(['0.0.0.0', '::', '192.168.1.2', 'fe80::1', '127.0.0.1.example', 'ledger.example', '::ffff:127.0.0.1'])(
    '%s is refused, unless told',
    (host) => {
      const [http, mqttListener] = [
        { setting: 'http', host: '127.0.0.1' },
        { setting: 'mqtt', host },
      ]
      expect(() => refusePlain(false, http, mqttListener)).toThrow(
        expect.objectContaining({ code: 'CONFIG_PLAIN', message: `mqtt on ${host}` }) as Error,
      )
      expect(() => refusePlain(true, http, mqttListener)).not.toThrow()
      expect(() => refusePlain(false, { ...mqttListener, tls: { cert: 'c', key: 'k' } })).not.toThrow()
    },
  )

  test('a node does not start off loopback, before it touches anything', async () => {
    const { path, remove } = await temporaryFolder()
    const open = config(path, { host: '0.0.0.0' })
    await expect(startLedger(open)).rejects.toMatchObject({ code: 'CONFIG_PLAIN' })
    // Told to, it comes as far as looking for the ledger.
    await expect(startLedger({ ...open, plain: true })).rejects.toMatchObject({ code: 'DATA_MISSING' })
    await remove()
  })
})

describe.skipIf(!hasOpenssl)('over TLS', () => {
  let ledger: TestLedger
  let server: TlsFiles
  let mine: TlsFiles
  let other: TlsFiles
  let pinned: TestGateway
  let unpinned: TestGateway

  beforeAll(async () => {
    ledger = await TestLedger.start()
    ;[unpinned, pinned] = (await ledger.enrolGateways('unpinned', 'pinned')) as [TestGateway, TestGateway]
    ;[server, mine, other] = ['server', 'mine', 'other'].map((name) => makeCertificate(ledger.folder, name)) as [
      TlsFiles,
      TlsFiles,
      TlsFiles,
    ]
    const tls = publicKeyHash(new X509Certificate(readFileSync(mine.cert)))
    await ledger.enrol({ ...pinned.operation, tls } as Parameters<TestLedger['enrol']>[0])
    await ledger.stop()
    const secured = { host: '127.0.0.1', port: 0, maxConnections: 64, eventsPerSecond: 100_000, tls: server }
    await ledger.run({}, { tls: server }, { mqtt: secured })
  }, 120_000)
  afterAll(() => ledger.remove())

  const login = ({ org, gateway, password }: TestGateway, client?: TlsFiles): IClientOptions => ({
    clientId: `${org}.${gateway}`,
    username: `${org}/${gateway}`,
    password,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ca: readFileSync(server.cert),
    ...(client && { cert: readFileSync(client.cert), key: readFileSync(client.key) }),
  })
  /** How a connection ends: 'in', or the return code of the refusal. */
  const outcome = async (options: IClientOptions): Promise<unknown> => {
    try {
      const client = await mqtt.connectAsync(ledger.node.mqttUrl, options, false)
      await client.endAsync(true)
      return 'in'
    } catch (error) {
      return (error as { code: unknown }).code
    }
  }

  const get = (path: string): Promise<{ status: number | undefined; hsts: string | undefined }> =>
    new Promise((resolve, reject) => {
      request(`${ledger.url}${path}`, { ca: readFileSync(server.cert) }, (response) => {
        response.resume()
        resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] })
      })
        .once('error', reject)
        .end()
    })

  test('pages and proofs are served, and browsers told to come back by TLS', async () => {
    expect(ledger.url).toMatch(/^https:/)
    expect(ledger.node.mqttUrl).toMatch(/^mqtts:/)
    expect(await get('/checkpoint')).toEqual({ status: 200, hsts: 'max-age=31536000' })
    await expect(fetch(`${ledger.url}/checkpoint`)).rejects.toThrow()
    await expect(fetch(`${ledger.url.replace('https', 'http')}/checkpoint`)).rejects.toThrow()
  })

  test('a gateway comes in with the key that its enrolment names, and with no other', async () => {
    expect(await outcome(login(pinned, mine))).toBe('in')
    expect(await outcome(login(pinned, other))).toBe(5)
    expect(await outcome(login(pinned))).toBe(5)
    expect(await (await metric()).match(/code="MQTT_CERTIFICATE"\} (\d+)/)?.[1]).toBe('2')
  })

  test('the key without the password is not enough either', async () => {
    expect(await outcome({ ...login(pinned, mine), password: unpinned.password })).toBe(4)
  })

  test('an enrolment that names no key logs in by password', async () => {
    expect(await outcome(login(unpinned))).toBe('in')
    expect(await outcome(login(unpinned, other))).toBe('in')
  })

  test('a gateway that does not know the certificate says nothing to it', async () => {
    const { ca: _, ...blind } = login(pinned, mine)
    expect(await outcome(blind)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await outcome({ ...blind, ca: readFileSync(other.cert) })).not.toBe('in')
  })

  test('batches pass', async () => {
    const client = await mqtt.connectAsync(ledger.node.mqttUrl, login(pinned, mine), false)
    await client.publishAsync('tristamp/v1/org/pinned/batch', Buffer.from(pinned.batch(itemUri('TLS1'))), { qos: 1 })
    await client.endAsync()
  })

  test('plain MQTT on the port comes to nothing', async () => {
    const client = mqtt.connect(ledger.node.mqttUrl.replace('mqtts', 'mqtt'), {
      ...login(pinned),
      connectTimeout: 2000,
    })
    client.on('error', () => undefined)
    const said = await new Promise((resolve) =>
      client.once('connect', () => resolve('in')).once('close', () => resolve('closed')),
    )
    await client.endAsync(true)
    expect(said).toBe('closed')
  })

  test.each([
    ['a certificate that is not there', (f: TlsFiles) => ({ ...f, cert: join(ledger.folder, 'nowhere.pem') })],
    ['a key that is another’s', (f: TlsFiles) => ({ ...f, key: other.key })],
    [
      'what is no certificate',
      (f: TlsFiles) => {
        const cert = join(ledger.folder, 'text.pem')
        writeFileSync(cert, 'hello')
        return { ...f, cert }
      },
    ],
  ])('%s is told by its setting', async (_, change) => {
    const wrong = config(ledger.folder, { tls: change(server) })
    await expect(startLedger(wrong)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^http\.tls: /) as string,
    })
  })

  async function metric(): Promise<string> {
    return new Promise((resolve, reject) => {
      request(`${ledger.url}/metrics`, { ca: readFileSync(server.cert) }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () => resolve(text))
      })
        .once('error', reject)
        .end()
    })
  }
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from './_harness.ts'
import { readConfig } from './config.ts'
import { readEnvironment } from './config-overrides.ts'
import { DEFAULTS } from './config-schema.ts'

let folder: string
let remove: () => Promise<void>
beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
})
afterEach(() => remove())

async function file(text: string): Promise<string> {
  const path = join(folder, 'ledger.yaml')
  await writeFile(path, text)
  return path
}

describe('the configuration', () => {
  test('needs nothing but the folder', async () => {
    expect(await readConfig(undefined, { data: '/var/lib/tristamp' })).toMatchObject({
      data: '/var/lib/tristamp',
      http: { host: '127.0.0.1', port: DEFAULTS.httpPort, postsPerSecond: DEFAULTS.postsPerSecond },
      mqtt: { host: '127.0.0.1', port: DEFAULTS.mqttPort, maxConnections: DEFAULTS.maxConnections },
      access: [],
      sealEveryMs: 1000,
    })
  })

  test('is the file, over it the environment, over that the flags; paths in the file are relative to it', async () => {
    const path = await file('data: ledger\nhttp: { port: 1, publicUrl: "https://a.example/" }\nmqtt: { port: 2 }\n')
    const environment = readEnvironment({ TRISTAMP_HTTP_PORT: '3', TRISTAMP_MQTT_PORT: '4', OTHER: 'x' })
    const config = await readConfig(path, environment, { 'mqtt.port': '5', 'mqtt.host': undefined })
    expect(config.data).toBe(join(folder, 'ledger'))
    expect([config.http.port, config.mqtt.port, config.http.publicUrl]).toEqual([3, 5, 'https://a.example'])
  })

  test('tells every fault at once', async () => {
    const path = await file(
      'http: { port: 70000, publicUrl: x, colour: red }\nmqtt: { maxConnections: 0, tls: { cert: a } }\nsealEveryMs: 10\n',
    )
    const error = (await readConfig(path, { 'mqtt.port': 'abc' }).catch((e: unknown) => e)) as Error
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    for (const place of [
      'http.port',
      'http.publicUrl',
      'http.colour',
      'mqtt.maxConnections',
      'mqtt.tls.key',
      'mqtt.port',
      'sealEveryMs',
    ]) {
      expect(error.message).toContain(place)
    }
  })

  test.each(['[1, 2]', 'text', 'a: [', 'a: &x [*x, *x]'])('refuses the file %s', async (text) => {
    await expect(readConfig(await file(text))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('refuses a file that is not there, and a missing folder', async () => {
    await expect(readConfig(join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(readConfig(undefined)).rejects.toThrow(/--data/)
  })
})

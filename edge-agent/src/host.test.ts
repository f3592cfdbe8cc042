import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyThumbprint } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayText } from './_gateway.ts'
import { Instrument } from './_instrument.ts'
import { FakeLedger, until } from './_ledger.ts'
import { loadConfig } from './config.ts'
import { Host } from './host.ts'
import { initAgent } from './init.ts'
import { readKeyFile } from './key-file.ts'
import { createLog } from './log.ts'
import { Signer } from './signer.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean()
})

async function running(change: (text: string) => string = (text) => text) {
  const ledger = await new FakeLedger().start()
  cleanup.push(() => ledger.stop())
  const [gun, other] = [await new Instrument().start(), await new Instrument().start()]
  cleanup.push(
    () => gun.stop(),
    () => other.stop(),
  )
  const { folder, text } = gatewayText({
    mqttPort: ledger.port,
    devices: `[{ id: gun, driver: scanner, port: "tcp://127.0.0.1:${gun.port}" }, { id: other, driver: scanner, port: "tcp://127.0.0.1:${other.port}" }]`,
    stations: '[{ id: dock, scanner: gun, start: receive, actions: { receive: } }]',
  })
  const file = join(folder, 'gateway.yaml')
  const write = (content: string): void => writeFileSync(file, content)
  write(change(text))
  const config = loadConfig(file)
  await initAgent(config)
  const signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
  const lines: string[] = []
  const log = createLog((line) => void lines.push(line), 'en')
  const host = await Host.start(config, { load: () => loadConfig(file), log })
  cleanup.push(() => host[Symbol.asyncDispose]())
  await until(() => gun.connected && other.connected, 60_000, 'the instruments')
  return { ledger, gun, other, text: change(text), write, config, signer, host, lines }
}

const scan = (gun: Instrument, serial: string): void =>
  gun.send(`]d20109501101530003`.concat(`21${serial}\r\n]C0tristamp:end\r\n`))

describe('a configuration that is read again', () => {
  it('begins only what changed anew, and goes on stamping', { timeout: 120_000 }, async () => {
    const { ledger, gun, other, text, write, config, signer, host, lines } = await running()
    ledger.enrol(config, signer)
    const third = await new Instrument().start()
    cleanup.push(() => third.stop())
    write(
      text.replace(
        `id: other, driver: scanner, port: "tcp://127.0.0.1:${other.port}"`,
        `id: third, driver: scanner, port: "tcp://127.0.0.1:${third.port}"`,
      ),
    )
    await host.reload()
    await until(() => third.connected && !other.connected, 60_000, 'the third')
    expect(gun.ended).toBe(0)
    scan(gun, 'A1')
    await until(() => ledger.events.length === 1)
    write(text.replace('start: receive, actions: { receive: }', 'start: ship, actions: { ship: }'))
    await host.reload()
    gun.send(']C0tristamp:do/ship\r\n')
    scan(gun, 'A2')
    await until(() => ledger.events.length === 2)
    expect(ledger.events[1]).toMatchObject({ bizStep: 'shipping' })
    expect(gun.ended).toBe(0)
    await host.reload()
    expect(lines.at(-1)).toContain('as before')
  })

  it('that is bad changes nothing, is told, and is reported to the ledger', { timeout: 120_000 }, async () => {
    const { ledger, gun, text, write, config, signer, host, lines } = await running()
    ledger.enrol(config, signer)
    write(text.replace('driver: scanner', 'driver: telepathy'))
    await host.reload()
    expect(lines.join('')).toMatch(/CONFIG_INVALID .*devices\[0\]\.driver/s)
    expect(lines.at(-1)).toContain('of before stays in force')
    scan(gun, 'B1')
    await until(() => ledger.events.length === 1 && ledger.reports.some(({ report }) => report.kind === 'config'))
    expect(ledger.reports.find(({ report }) => report.kind === 'config')).toMatchObject({
      report: { kind: 'config', code: 'CONFIG_INVALID' },
      bizLocation: { id: config.gateway.station },
    })
    await until(() => ledger.statuses.some(({ errors }) => (errors as Record<string, number>)['CONFIG_INVALID'] === 1))
  })

  it('that does not start leaves the gateway as it was', { timeout: 120_000 }, async () => {
    const { ledger, gun, text, write, config, signer, host, lines } = await running()
    ledger.enrol(config, signer)
    write(text.replace('data: ./data', 'data: ./nowhere'))
    await host.reload()
    expect(lines.join('')).toContain('KEY_MISSING')
    await until(() => gun.connected, 60_000)
    scan(gun, 'C1')
    await until(() => ledger.events.length === 1)
  })
})

describe('a gateway whose station comes from its enrolment', () => {
  it('reads and says so until the ledger has told it, then stamps', { timeout: 120_000 }, async () => {
    const strip = (text: string): string =>
      text.replace(/, station: "[^"]*",\s*roles: \[[^\]]*\], zone: Asia\/Shanghai/, '')
    const { ledger, gun, config, signer, lines } = await running(strip)
    expect(lines.join('')).toContain('NOT_ENROLLED Not enrolled yet')
    scan(gun, 'D1')
    await until(() => lines.join('').includes('the scan was not recorded'))
    const station = 'https://id.gs1.org/414/9506000134017'
    const gateway = { ...config.gateway, station, roles: ['receive' as const] }
    ledger.enrol({ ...config, gateway }, signer)
    const { org, id, uri } = config.gateway
    const kid = keyThumbprint(signer.publicKey)
    const place = { name: { zh: '库', en: 'Store' }, zone: 'Asia/Shanghai' }
    await until(() => lines.join('').includes('connected to'))
    ledger.tell({ kid, org, gateway: id, uri, station, roles: ['receive'], entry: 3, treeSize: 4, place })
    await until(() => lines.join('').includes(`enrolled for ${station}`))
    // It begins anew with its station; the scanner is opened again.
    const stamped = async (): Promise<void> => {
      for (let n = 0; ledger.events.length === 0 && n < 240; n++) {
        if (gun.connected) scan(gun, `E${n}`)
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    }
    await stamped()
    expect(ledger.events[0]).toMatchObject({
      bizStep: 'receiving',
      readPoint: { id: station },
      eventTimeZoneOffset: '+08:00',
    })
    await until(() =>
      ledger.statuses.some(({ enrolment }) => (enrolment as { entry?: number } | undefined)?.entry === 3),
    )
  })
})

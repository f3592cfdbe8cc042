import { chmodSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { signOnNoble } from '@tristamp/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayText } from '../_gateway.ts'
import { Instrument } from '../_instrument.ts'
import { FakeLedger } from '../_ledger.ts'
import { newTlsKey, selfSigned } from '../certificate.ts'
import { type AgentConfig, loadConfig } from '../config.ts'
import { initAgent } from '../init.ts'
import { openSigner } from '../open-signer.ts'
import { doctor } from './doctor.ts'
import type { Finding } from './finding.ts'
import { askScanners } from './scanners.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean()
})

interface Patient {
  file: string
  config: AgentConfig
  ledger: FakeLedger
  gun: Instrument
  examine(): Promise<{ well: boolean; findings: Finding[] }>
}

async function patient(change: (text: string) => string = (text) => text): Promise<Patient> {
  const ledger = await new FakeLedger().start()
  const gun = await new Instrument().start()
  cleanup.push(
    () => ledger.stop(),
    () => gun.stop(),
  )
  const { folder, text } = gatewayText({
    mqttPort: ledger.port,
    devices: `[{ id: gun, driver: scanner, port: "tcp://127.0.0.1:${gun.port}" }]`,
    stations: '[{ id: dock, scanner: gun, separators: proven, start: receive, actions: { receive: } }]',
  })
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, change(text))
  const config = loadConfig(file)
  await initAgent(config)
  return {
    ...{ file, config, ledger, gun },
    async examine() {
      let text = ''
      const write = (part: string): void => {
        text += part
      }
      const well = await doctor({ file, env: {}, json: true, scan: false, language: 'en', write, ask: write })
      return { well, findings: (JSON.parse(text) as { findings: Finding[] }).findings }
    },
  }
}

const tell = ({ ledger, config }: Patient): void => {
  const { org, id: gateway, uri, station } = config.gateway
  ledger.tell({ kid: openSigner(config).kid, org, gateway, uri, station, roles: ['receive'], entry: 1, treeSize: 2 })
}
const of = (findings: Finding[], check: string): Finding[] => findings.filter((finding) => finding.check === check)

describe('doctor', () => {
  it('finds nothing to mend where nothing is wrong', { timeout: 120_000 }, async () => {
    const one = await patient()
    tell(one)
    const { well, findings } = await one.examine()
    expect(findings.filter(({ level }) => level === 'fail')).toEqual([])
    expect(well).toBe(true)
    for (const check of ['config', 'data', 'disk', 'key', 'port', 'scanner', 'network', 'login', 'ledger-key'])
      expect(of(findings, check).map(({ level }) => level)).toContain('ok')
    for (const { what, mend } of findings)
      for (const words of [what, mend ?? what]) expect([words.en, words.zh]).not.toContain('')
  })

  it('says of each thing what is wrong and how to mend it', { timeout: 120_000 }, async () => {
    const one = await patient((text) =>
      text
        .replace('devices: [', 'devices: [{ id: cold, driver: modbus-th, port: /dev/serial/by-id/none }, ')
        .replace('separators: proven, ', '')
        .replace('id: gun, driver: scanner', 'id: gun, driver: scanner, aim: optional'),
    )
    chmodSync(one.config.data, 0o755)
    chmodSync(join(one.config.data, 'login'), 0o644)
    await one.ledger.stop()
    one.gun.stop()
    const { well, findings } = await one.examine()
    expect(well).toBe(false)
    const fails = findings
      .filter(({ level }) => level === 'fail')
      .map(({ check, of: which }) => `${check} ${which ?? ''}`.trim())
    expect(fails).toEqual([`key ${join(one.config.data, 'login')}`, 'port cold', 'port gun', 'network'])
    expect(of(findings, 'data')[0]).toMatchObject({ level: 'warn', mend: { en: `chmod 700 ${one.config.data}` } })
    expect(of(findings, 'scanner').map(({ level }) => level)).toEqual(['warn', 'warn'])
    expect(of(findings, 'enrolment')[0]).toMatchObject({ level: 'warn' })
  })

  it('sees that another ledger answers, and that nobody lets it in', { timeout: 120_000 }, async () => {
    const one = await patient()
    one.ledger.sign = signOnNoble(new Uint8Array(32).fill(1))
    tell(one)
    expect(of((await one.examine()).findings, 'ledger-key')[0]).toMatchObject({
      level: 'fail',
      what: { en: expect.stringContaining('SIGNATURE') as string },
    })
    one.ledger.locked = true
    expect(of((await one.examine()).findings, 'login')[0]).toMatchObject({
      level: 'fail',
      what: { en: expect.stringContaining('UPLINK_LOGIN') as string },
    })
  })

  it('sees a certificate that is not the ledger’s, before any login', { timeout: 120_000 }, async () => {
    const key = newTlsKey()
    const server = createServer({ key, cert: selfSigned(key, 'localhost') })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanup.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const one = await patient((text) => text.replace(/mqtt:\/\/127\.0\.0\.1:\d+/, `mqtts://localhost:${port}`))
    const { findings } = await one.examine()
    expect(of(findings, 'network')[0]).toMatchObject({
      level: 'fail',
      what: { en: expect.stringMatching(/certificate/) as string },
    })
    expect(of(findings, 'login')).toEqual([])
  })

  it('says what is wrong with the file, in Chinese too', async () => {
    const { file } = await patient()
    writeFileSync(file, 'gateway: 5\n')
    let text = ''
    const write = (part: string): void => {
      text += part
    }
    expect(await doctor({ file, env: {}, json: false, scan: false, language: 'zh', write, ask: write })).toBe(false)
    expect(text).toMatch(/^✗ config: CONFIG_INVALID 配置文件/)
    expect(text).toMatch(/1 个故障，0 个警告\n$/)
  })

  it.each([
    [']d2010950600013435210TRISTAMP-CHECK\u001d21GS', 'ok'],
    [']d2010950600013435210TRISTAMP-CHECK21GS', 'fail'],
  ])('asks for the check label and judges %j', { timeout: 60_000 }, async (label, level) => {
    const { config, gun } = await patient()
    const timer = setInterval(() => gun.send(`${label}\r\n`), 50)
    cleanup.push(() => clearInterval(timer))
    const asked: string[] = []
    expect(await askScanners(config, 5000, (id) => void asked.push(id))).toMatchObject([
      { level, check: 'scanner', of: 'gun' },
    ])
    expect(asked).toEqual(['gun'])
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StampedEvent } from '@tristamp/protocol'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundled } from './_bundle.ts'
import { gatewayText } from './_gateway.ts'
import { Instrument } from './_instrument.ts'
import { FakeLedger, until } from './_ledger.ts'
import { type AgentConfig, parseConfig } from './config.ts'
import { readKeyFile } from './key-file.ts'
import { Signer } from './signer.ts'

let program: string
beforeAll(async () => {
  program = await bundled('./_agent-main.ts')
}, 120_000)

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

interface Ended {
  code: number | null
  out: string
  err: string
}

function run(...args: string[]): Promise<Ended> {
  return runIn('en', ...args)
}

function runIn(language: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], TRISTAMP_LANG: language }
    const child = spawn(process.execPath, [program, ...args], { env })
    const ended = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      ended.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      ended.err += chunk.toString()
    })
    child.on('close', (code) => resolve({ code, ...ended }))
  })
}

/** Writes a configuration file and gives its path and its content. */
function configured(parts: Parameters<typeof gatewayText>[0] = {}): { file: string; config: AgentConfig } {
  const { folder, text } = gatewayText(parts)
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, text)
  return { file, config: parseConfig(text, file) }
}

describe('tristamp-agent', () => {
  it('tells its usage and its version', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('tristamp-agent run') as string })
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
    for (const args of [[], ['fly'], ['run'], ['run', '--config', 'x', 'y'], ['--wings']])
      expect((await run(...args)).code).toBe(2)
  })

  it.each([
    [['run', '--wings'], 'unknown option: --wings'],
    [['run', '-x'], 'unknown option: -x'],
    [['run', '--config'], 'the option --config needs a value'],
    [['run', '--config', '--json'], 'the option --config needs a value'],
    [['status', '--json=yes', '-c', 'x'], 'the option --json takes no value'],
  ])('says what is wrong with %j', async (args, why) => {
    const { code, err } = await run(...args)
    expect(code).toBe(2)
    expect(err.split('\n')[0]).toBe(why)
  })

  it('refuses a wrong configuration with every error, and a missing one', { timeout: 120_000 }, async () => {
    const { folder, text } = gatewayText({
      devices: '[{ id: a b, driver: none, port: x }]',
      stations: '[{ id: s, start: fly }]',
    })
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, text)
    const wrong = await run('run', '--config', file)
    expect(wrong).toMatchObject({ code: 3, out: '' })
    for (const part of ['CONFIG_INVALID', 'devices[0].driver', 'stations[0].start']) expect(wrong.err).toContain(part)
    expect((await run('run', '--config', '/nowhere.yaml')).err).toContain('CONFIG_MISSING')
  })

  it('makes its key once, and never shows it', { timeout: 120_000 }, async () => {
    const { file, config } = configured()
    expect((await run('run', '--config', file)).err).toContain('KEY_MISSING')
    const first = await run('init', '--config', file)
    const second = await run('init', '--config', file)
    expect(first).toMatchObject({ code: 0, out: second.out })
    expect(JSON.parse(first.out)).toMatchObject({
      op: 'enrol-gateway',
      gateway: 'farm-1',
      key: expect.stringMatching(/^[\w-]{43}$/) as string,
    })
    expect(readFileSync(join(config.data, 'enrolment-request.json'), 'utf8')).toBe(first.out)
    expect(first.out).not.toContain(readFileSync(join(config.data, 'login'), 'utf8').trim())
    chmodSync(join(config.data, 'key.pem'), 0o644)
    expect(await run('run', '--config', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('KEY_MODE') as string,
    })
  })

  it('says how it is, also when it does not run', { timeout: 120_000 }, async () => {
    const { file } = configured()
    expect(await run('status', '--config', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('STATUS_NONE') as string,
    })
  })

  it('says what is wrong in the language of who asks, whatever the gateway speaks', { timeout: 120_000 }, async () => {
    const { file, config } = configured()
    await run('init', '--config', file)
    const fields = { device: 'cold1', port: '/dev/cold1', hint: '' }
    const why = 'Device cold1: the path /dev/cold1 does not exist.'
    const status = {
      gateway: 'yunling/farm-1',
      pid: 2 ** 30,
      state: 'offline',
      outbox: { next: 0, acked: 0, unsigned: 0 },
      clock: { source: 'none', uncertaintyMs: 1 },
      devices: {
        cold1: { state: 'down', code: 'PORT_MISSING', why, fields },
        // Of an older program, and of one that is newer.
        cold2: { state: 'down', code: 'PORT_MISSING', why: 'in its own words' },
        cold3: { state: 'down', code: 'PORT_OF_TOMORROW', why: 'in its own words', fields },
      },
      errors: { PORT_MISSING: 2 },
      last: { PORT_MISSING: { at: '2026-11-22T08:00:00.000Z', text: why, fields } },
    }
    writeFileSync(join(config.data, 'status.json'), JSON.stringify(status))
    const { out } = await runIn('zh', 'status', '--config', file)
    expect(out).not.toContain('does not exist')
    expect(out.match(/路径 \/dev\/cold1 不存在/g)).toHaveLength(2)
    expect(out.match(/in its own words/g)).toHaveLength(2)
  })

  it('says that a clock which nothing has set is unknown', { timeout: 120_000 }, async () => {
    const { file, config } = configured()
    await run('init', '--config', file)
    const status = {
      gateway: 'yunling/farm-1',
      pid: 2 ** 30,
      state: 'offline',
      outbox: { next: 0, acked: 0, unsigned: 0 },
      devices: {},
      errors: {},
      last: {},
    }
    const write = (clock: object): void =>
      writeFileSync(join(config.data, 'status.json'), JSON.stringify({ ...status, clock }))
    write({ source: 'none', uncertaintyMs: 365 * 86_400_000 })
    expect((await run('status', '--config', file)).out).toMatch(/^clock: unknown/m)
    write({ source: 'gnss', uncertaintyMs: 200 })
    expect((await run('status', '--config', file)).out).toMatch(/^clock: gnss ±200 ms$/m)
  })
})

const item = (n: number): string => `]d20109501101530003`.concat(`21S${n}\r\n]C0tristamp:end\r\n`)

describe('a gateway that is killed while people scan', () => {
  it('has every scan that it confirmed in the ledger, once', { timeout: 400_000 }, async () => {
    const ledger = await new FakeLedger().start()
    cleanup.push(() => ledger.stop())
    const gun = await new Instrument().start()
    cleanup.push(() => gun.stop())
    const { file, config } = configured({
      mqttPort: ledger.port,
      devices: `[{ id: gun, driver: scanner, port: "tcp://127.0.0.1:${gun.port}" }]`,
      stations: '[{ id: dock, scanner: gun, start: receive, actions: { receive: } }]',
    })
    await run('init', '--config', file)
    ledger.enrol(config, new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway))

    let said = ''
    let child: ChildProcess | undefined
    const start = async (): Promise<void> => {
      child = spawn(process.execPath, [program, 'run', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr!.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      await until(() => gun.connected, 60_000, 'the scanner')
    }
    const kill = async (): Promise<void> => {
      const gone = new Promise((resolve) => child?.once('close', resolve))
      child?.kill('SIGKILL')
      await gone
      await until(() => !gun.connected)
    }
    cleanup.push(() => child?.kill('SIGKILL'))

    await start()
    for (let n = 0; n < 20; n++) {
      const confirmed = (): boolean => new RegExp(`✓ receive 1 item 01/09501101530003/21/S${n} `).test(said)
      gun.send(item(n))
      if (n % 2 === 1) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * (n % 4 === 1 ? 15 : 200)))
        await kill()
        await start()
      }
      // The operator who saw no confirmation scans again.
      while (!confirmed()) {
        await until(confirmed, 3000).catch(() => gun.send(item(n)))
      }
    }
    const recorded = (): string[] =>
      (ledger.events as (StampedEvent & { epcList: string[] })[]).map(({ epcList }) => epcList.join())
    await until(() => recorded().length === 20, 60_000)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(recorded()).toEqual(Array.from({ length: 20 }, (_, n) => `https://id.gs1.org/01/09501101530003/21/S${n}`))
    expect(ledger.seqs).toEqual(ledger.seqs.map((_, i) => i))

    // And a clean stop ends it with 0.
    const ended = new Promise((resolve) => child?.once('close', resolve))
    child?.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(existsSync(join(dirname(file), 'data', 'status.json'))).toBe(true)
  })
})

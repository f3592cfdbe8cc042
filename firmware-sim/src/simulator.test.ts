import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import type { SimEvent } from './event.ts'
import { parseScenario } from './scenario/load.ts'
import { type Simulator, startSimulator } from './simulator.ts'

const dir = mkdtempSync(join(tmpdir(), 'tristamp-sim-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const scenario = parseScenario(`
scenario: test
start: "2026-11-20T00:00:00Z"
places:
  here: { lat: 30, lon: 109, name: { zh: 此, en: Here } }
  there: { lat: 31, lon: 110, name: { zh: 彼, en: There } }
instruments:
  a.thermo: { kind: modbus-th, baudRate: 115200, air: { celsius: 2.5, noise: 0, humidity: 80 } }
  a.scanner: { kind: scanner, baudRate: 115200 }
  a.gnss: { kind: nmea, baudRate: 115200, rate: 10, place: here }
steps:
  - say: { zh: 一, en: one }
    at: 18h
    over: 200ms
    move: { gnss: a.gnss, to: there, over: 17h }
    temperature: { thermo: a.thermo, to: 4, within: 1h }
    fault: { instrument: a.thermo, kind: silence, for: 2h }
    scan: { scanner: a.scanner, codes: ["tristamp:do/ship", "(01)09506000134352(21)A{n}"], gap: 10ms, repeat: 2, every: 10ms }
    expect: { gateway: a, subject: x, events: 1 }
  - { fault: [{ instrument: a.thermo, kind: bad-crc }] }
`)

it('has several Modbus instruments on one line, which answer to their own numbers, and tells who cannot be on it', async () => {
  const of = (instruments: string): ReturnType<typeof parseScenario> =>
    parseScenario(`{ scenario: line, start: "2026-11-20T00:00:00Z", instruments: { ${instruments} } }`)
  const air = (celsius: number): string => `baudRate: 115200, air: { celsius: ${celsius}, noise: 0, humidity: 80 }`
  const both = of(`a: { kind: modbus-th, ${air(2)} }, b: { kind: modbus-th, unit: 2, line: a, ${air(7)} }`)
  await using simulator = await startSimulator({ scenario: both, dir: join(dir, 'line'), transport: 'tcp' })
  expect(simulator.ports['a']).toBe(simulator.ports['b'])
  const line = open(simulator, 'b')
  const ask = async (request: string, answer: string): Promise<void> => {
    line.socket.write(Buffer.from(request, 'hex'))
    await vi.waitFor(() => expect(line.bytes().toString('hex')).toMatch(new RegExp(`${answer}.{8}$`)), 60_000)
  }
  await ask('010400010002200b', '0104040014')
  await ask('0204000100022038', '0204040046')
  line.socket.destroy()
  const wrong =
    (setting: string): (() => unknown) =>
    () =>
      of(`a: { kind: modbus-th, ${air(2)} }, s: { kind: scanner }, b: { ${setting} }`)
  expect(wrong(`kind: modbus-th, line: a, ${air(2)}`)).toThrow('unit: a on the same line has it, too')
  expect(wrong('kind: modbus-th, line: a, unit: 2, air: { celsius: 2 }')).toThrow('baudRate: it differs')
  expect(wrong(`kind: modbus-th, line: s, unit: 2, ${air(2)}`)).toThrow('s has no line that others can join')
  expect(wrong(`kind: modbus-th, line: b, ${air(2)}`)).toThrow('there is no other instrument b')
  expect(wrong('kind: scanner, line: a')).toThrow('line')
})

async function start(onEvent: (event: SimEvent) => void = () => {}): Promise<Simulator> {
  return startSimulator({ scenario, dir, transport: 'tcp', onEvent })
}

function open(simulator: Simulator, id: string): { socket: Socket; text: () => string; bytes: () => Buffer } {
  const chunks: Buffer[] = []
  const socket = connect(Number(new URL(simulator.ports[id] ?? '').port), '127.0.0.1')
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {})
  const bytes = (): Buffer => Buffer.concat(chunks)
  return { socket, bytes, text: () => bytes().toString('latin1') }
}

it('plays a scenario on its lines: scans, movement, time and temperature', async () => {
  const events: SimEvent[] = []
  await using simulator = await start((event) => events.push(event))
  expect(JSON.parse(readFileSync(join(dir, 'ports.json'), 'utf8'))).toEqual(simulator.ports)
  const [thermo, scanner, gnss] = ['a.thermo', 'a.scanner', 'a.gnss'].map((id) => open(simulator, id))
  await vi.waitFor(() => expect(gnss?.text()).toContain('$GNRMC,000000'), 60_000)
  await simulator.play()
  await vi.waitFor(
    () =>
      expect(scanner?.text()).toBe([1, 2].map((n) => `]C0tristamp:do/ship\r\n]d2010950600013435221A${n}\r\n`).join('')),
    60_000,
  )
  await vi.waitFor(
    () =>
      expect(gnss?.text()).toMatch(/\$GNRMC,18000\d\.\d\d,A,3[01]\d{2}\.\d+,N,1(09|10)\d{2}\.\d+,E,0\.000,,201126,/),
    60_000,
  )
  thermo?.socket.write(Buffer.from('010400010002200B', 'hex'))
  await vi.waitFor(() => expect(thermo?.bytes().toString('hex')).toMatch(/^01040400280320/), 60_000)
  expect(events.map((event) => event.type)).toEqual([
    'ready',
    'step',
    'fault',
    'fault',
    'scan',
    'scan',
    'scan',
    'scan',
    'step',
    'fault',
    'done',
  ])
  expect(events[1]).toMatchObject({ state: 'begun', index: 0, say: { en: 'one' }, expect: { events: 1 } })
})

it('breaks and mends an instrument, and says what it cannot do', { timeout: 120_000 }, async () => {
  await using simulator = await start()
  const thermo = open(simulator, 'a.thermo')
  const WITHIN = { timeout: 60_000, interval: 20 }
  /** Long enough for a frame to end; the second wait lets what has come in meanwhile be read, also after a stall. */
  const pause = async (): Promise<void> => {
    for (const ms of [80, 40]) await new Promise((resolve) => setTimeout(resolve, ms))
  }
  let before = 0
  const write = (): boolean => thermo.socket.write(Buffer.from('010400010002200B', 'hex'))
  const heard = (): string => thermo.bytes().subarray(before).toString('hex')
  /** Waits for an answer that is as it should be, however slow the machine is. */
  const answers = async (expected: string | RegExp): Promise<string> => {
    const is = (): void =>
      typeof expected === 'string' ? expect(heard()).toBe(expected) : expect(heard()).toMatch(expected)
    await vi.waitFor(is, WITHIN)
    const answer = heard()
    before = thermo.bytes().length
    return answer
  }
  const ask = (expected: string | RegExp): Promise<string> => {
    write()
    return answers(expected)
  }
  /** Asks while a fault spoils the answer, and then until a good one comes: in how many askings, and what came in all. */
  const spoiled = async (kind: string): Promise<string> => {
    await simulator.fault('a.thermo', kind, 1)
    write()
    let asked = 1
    await vi.waitFor(async () => {
      await pause()
      if (heard().endsWith(good) && asked > 1) return
      write()
      asked++
      await pause()
      expect(heard().endsWith(good)).toBe(true)
    }, WITHIN)
    const all = heard()
    before = thermo.bytes().length
    return all === good.repeat(asked) ? 'all good' : all
  }
  const good = await ask(/^0104040019[0-9a-f]{8}$/)
  expect(await spoiled('silence')).not.toBe('all good')
  await simulator.fault('a.thermo', 'noise', 1)
  await ask(new RegExp(`^.+${good}$`))
  await simulator.fault('a.thermo', 'fragment', 1)
  await ask(good)
  await simulator.fault('a.thermo', 'echo', 1)
  await ask(`010400010002200b${good}`)
  await simulator.fault('a.thermo', 'late', 1)
  write()
  await answers(good)
  for (const kind of ['bit-flip', 'drop', 'truncate', 'wrong-baud'])
    expect(await spoiled(kind), kind).not.toBe('all good')
  await simulator.fault('a.thermo', 'duplicate', 1)
  await ask(good + good)
  await simulator.fault('a.thermo', 'merge', 1)
  write()
  await pause()
  expect(heard()).toBe('')
  await ask(good + good)
  await simulator.fault('a.thermo', 'unplug')
  await vi.waitFor(() => expect(thermo.socket.destroyed).toBe(true), WITHIN)
  await simulator.clearFault('a.thermo', 'unplug')
  const again = open(simulator, 'a.thermo')
  again.socket.write(Buffer.from('010400010002200B', 'hex'))
  await vi.waitFor(() => expect(again.bytes().toString('hex')).toBe(good), WITHIN)
  await expect(simulator.fault('a.thermo', 'glue')).rejects.toThrow('cannot have glue')
  await expect(simulator.fault('b', 'glue')).rejects.toThrow('there is no instrument b')
  expect(() => simulator.scan('a.thermo', 'x')).toThrow('there is no scanner a.thermo')
})

it('takes its ports file away when it stops, and a play ends with it', async () => {
  const simulator = await start()
  const playing = simulator.play()
  const advance = simulator.advance(3_600_000, 60_000)
  await simulator[Symbol.asyncDispose]()
  await expect(playing).rejects.toThrow('stops')
  await expect(advance).rejects.toThrow('stops')
  expect(existsSync(join(dir, 'ports.json'))).toBe(false)
})

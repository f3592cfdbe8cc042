import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AgentConfig, loadConfig, parseConfig } from './config.ts'
import { AgentError } from './error.ts'

const LEDGER_KEY = Buffer.alloc(32, 7).toString('base64url')

const good = `
gateway: { org: yunling, id: farm-1, uri: "https://id.gs1.org/8004/9506000134-FARM1", station: "https://id.gs1.org/414/9506000134017", roles: [commission, ship, observe], zone: Asia/Shanghai }
data: ./farm-1
uplink: { url: "mqtt://127.0.0.1:1883", ledgerKey: "${LEDGER_KEY}", window: 100 }
batch: { flushMs: 1000, maxEvents: 256 }
place: { source: gnss, device: gnss }
clock: { source: gnss, device: gnss }
devices:
  - { id: cold1, driver: modbus-th, port: /dev/ttyUSB0, baudRate: 9600, profile: xy-md02, unit: 1, every: 60s }
  - { id: dock, driver: scanner, port: "tcp://127.0.0.1:4001", aim: required }
  - { id: gnss, driver: nmea, port: ./ptys/gnss, hdopMax: 4 }
stations:
  - { id: dock, scanner: dock, thermometer: cold1, holds: "https://id.gs1.org/414/9506000134017", limits: { minMilliC: 0, maxMilliC: 4000 },
      start: commission, observe: 30m, actions: { commission: , ship: { to: "https://id.gs1.org/414/9506000134024" } } }
`

const parse = (text: string, env: Record<string, string> = {}): AgentConfig =>
  parseConfig(text, '/etc/tristamp/gateway.yaml', env)

function refusal(text: string): AgentError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof AgentError) return error
  }
  throw new Error('it was accepted')
}

describe('configuration', () => {
  it('reads a whole file, with paths beside it, durations in ms and defaults', () => {
    const config = parse(good)
    expect(config.data).toBe('/etc/tristamp/farm-1')
    expect(config.uplink).toMatchObject({ url: 'mqtt://127.0.0.1:1883', window: 100, ackTimeoutMs: 20_000 })
    expect(config.uplink.ledgerKey).toHaveLength(32)
    expect(config.devices.map((d) => d.address)).toEqual([
      { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', stopBits: 1 },
      { kind: 'tcp', host: '127.0.0.1', port: 4001 },
      { kind: 'serial', path: '/etc/tristamp/ptys/gnss', baudRate: 9600, parity: 'none', stopBits: 1 },
    ])
    expect(config.devices[0]?.options).toMatchObject({ profile: 'xy-md02', unit: 1, every: 60_000, timeout: 500 })
    expect(config.stations[0]).toMatchObject({ start: 'commission', observeMs: 1_800_000 })
    expect([...config.stations[0]!.actions.keys()]).toEqual(['commission', 'ship'])
  })

  it('lets the environment override address, key, data and ports', () => {
    const config = parse(good, {
      TRISTAMP_UPLINK_URL: 'mqtts://ledger:8883',
      TRISTAMP_DATA: '/data',
      TRISTAMP_PORT_COLD1: 'tcp://h:1',
    })
    expect(config.uplink.url).toBe('mqtts://ledger:8883')
    expect(config.data).toBe('/data')
    expect(config.devices[0]?.address).toEqual({ kind: 'tcp', host: 'h', port: 1 })
  })

  it('tells every error at once, each with its path and what it must be', () => {
    const error = refusal(`
gateway: { org: "yun ling", id: farm-1, uri: "https://id.gs1.org/8004/x y", station: "https://id.gs1.org/414/9506000134018", roles: [fly], zone: Mars/North }
uplink: { url: "http://x", ledgerKey: short, windows: 3 }
place: { source: gnss, device: nowhere }
devices:
  - { id: a, driver: telepathy, port: x }
  - { id: b, driver: scanner, port: "tcp://nohost", every: 3s }
  - { id: b, driver: modbus-th, port: /dev/x, unit: 0, every: soon }
stations:
  - { id: s, scanner: b2, start: sell, actions: { pack: {} } }
`)
    expect(error.code).toBe('CONFIG_INVALID')
    const list = String(error.fields['list'])
    for (const path of [
      'gateway.org',
      'gateway.uri',
      'gateway.station',
      'gateway.roles[0]',
      'gateway.zone',
      'data: is missing',
      'uplink.url',
      'uplink.ledgerKey',
      'uplink.windows: is not known here',
      'place.device',
      'devices[0].driver',
      'devices[1].every: is not known here',
      'devices[2].unit',
      'devices[2].every',
      'devices[2].id: is used twice',
      'stations[0].scanner',
      'stations[0].start',
      'stations[0].actions.pack: needs the role pack',
    ])
      expect(list).toContain(path)
  })

  it('takes three sources of the clock, each with what it may be off by', () => {
    const clock = (text: string): AgentConfig['clock'] =>
      parse(good.replace('{ source: gnss, device: gnss }\ndevices', `${text}\ndevices`)).clock
    const gnss = { source: 'gnss', device: 'gnss', maxErrorMs: 2000, almanacMs: 780_000 }
    expect(clock('{ source: gnss, device: gnss }')).toEqual(gnss)
    expect(clock('{ source: gnss, device: gnss, almanac: 1m }')).toEqual({ ...gnss, almanacMs: 60_000 })
    expect(clock('{ source: chrony, maxErrorMs: 100 }')).toEqual({ source: 'chrony', maxErrorMs: 100 })
    expect(clock('{ source: system }')).toEqual({ source: 'system', maxErrorMs: 2000 })
    for (const wrong of ['{ source: sundial }', '{ source: chrony, maxErrorMs: 0 }', '{ source: chrony, almanac: 1m }'])
      expect(() => clock(wrong)).toThrow(AgentError)
  })

  it('takes several Modbus instruments on one line, when they can be told apart', () => {
    const device = (line: string): string => `  - { port: /dev/ttyUSB0, ${line} }\n`
    const cold =
      '  - { id: cold1, driver: modbus-th, port: /dev/ttyUSB0, baudRate: 9600, profile: xy-md02, unit: 1, every: 60s }\n'
    const withMore = (...lines: string[]): string => good.replace(cold, cold + lines.map(device).join(''))
    expect(withMore('id: x')).not.toBe(good)
    const more = withMore('id: cold2, driver: modbus-th, unit: 2', 'id: cold3, driver: modbus-th, unit: 3, every: 5s')
    expect(
      parse(more)
        .devices.slice(0, 3)
        .map(({ address }) => address),
    ).toEqual(Array(3).fill({ kind: 'serial', path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', stopBits: 1 }))
    const told = (line: string): string => String(refusal(withMore(line)).fields['list'])
    expect(told('id: x, driver: modbus-th')).toContain('devices[1].unit: is used by another device')
    expect(told('id: x, driver: modbus-th, unit: 2, baudRate: 19200')).toContain('devices[1].baudRate: differs')
    expect(told('id: x, driver: modbus-th, unit: 2, parity: even')).toContain('devices[1].parity: differs')
    expect(told('id: x, driver: scanner')).toContain('devices[1].port: is the line of devices[0] already')
  })

  it('lists an impossible port beside everything else, also of an unknown driver', () => {
    const list = String(
      refusal(`
gateway: 7
devices:
  - { id: a, driver: scanner, port: "tcp://x:999999", aim: perhaps, baudRate: 1 }
  - { id: b, driver: telepathy, port: "tcp://x:0" }
  - 5
  - { id: d, driver: modbus-th, port: "" }
stations: 5
`).fields['list'],
    )
    for (const part of [
      'gateway: must be a map of names and values',
      'devices[0].port: must be a serial path or tcp://host:port',
      'devices[0].aim',
      'devices[0].baudRate',
      'devices[1].driver',
      'devices[1].port',
      'devices[2]: must be a map of names and values',
      'devices[3].port',
      'stations: must be a list of stations',
    ])
      expect(list).toContain(`  ${part}`)
    expect(list).not.toMatch(/Object|Array|, not /)
  })

  it('does not read more than a configuration has', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tristamp-config-')), 'gateway.yaml')
    const load = (bytes: number): string => {
      writeFileSync(file, '#'.repeat(bytes))
      try {
        loadConfig(file)
      } catch (error) {
        return (error as AgentError).code
      }
      return 'accepted'
    }
    expect(load(262_144)).toBe('CONFIG_INVALID')
    expect(load(262_145)).toBe('CONFIG_TOO_LARGE')
  })

  it.each([
    ['not YAML', 'a: [', 'CONFIG_MALFORMED'],
    ['a list', '- 1', 'CONFIG_INVALID'],
    ['empty', '', 'CONFIG_INVALID'],
    ['a key twice', `${good}\ndata: other\n`, 'CONFIG_MALFORMED'],
  ])('refuses %s', (_, text, code) => {
    expect(refusal(text).code).toBe(code)
  })

  it('refuses one scanner at two stations', () => {
    expect(
      String(refusal(`${good}  - { id: two, scanner: dock, start: ship, actions: { ship: } }\n`).fields['list']),
    ).toContain('stations[1].scanner')
  })
})

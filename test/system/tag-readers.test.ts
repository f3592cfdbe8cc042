import { join } from 'node:path'
import { parseScenario, type Simulator, startSimulator } from '@tristamp/firmware-sim'
import { afterEach, describe, expect, it } from 'vitest'
import { type DeviceSink, drivers, type Measurement, supervise } from '../../edge-agent/src/driver/index.ts'
import { type AgentCode, AgentError } from '../../edge-agent/src/error.ts'
import type { PortAddress } from '../../edge-agent/src/transport/index.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { TcpProxy } from '../_harness/tcp-proxy.ts'
import { pause, until } from '../_harness/until.ts'

// The gateway's tag readers against instruments that share no code with them: the M100 module on a real pseudo-terminal, the LLRP reader over TCP with
// bytes written by llrpjs. Every fault costs at most the reads that it hits.

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** SGTIN-96 of (01)09506000123455, serial number n. */
const epc = (n: number): string => `30764433400C0E40${n.toString(16).padStart(8, '0').toUpperCase()}`
const link = (n: number): string => `https://id.gs1.org/01/09506000123455/21/${n}`

interface Heard {
  scans: string[]
  states: string[]
  faults: AgentCode[]
}

/** A driver kept going as in the gateway. */
function attend(kind: string, address: PortAddress, options: object): Heard {
  const heard: Heard = { scans: [], states: [], faults: [] }
  const sink: DeviceSink = {
    now: () => Math.round(performance.now()),
    emit: (_, measurement: Measurement) => {
      if (measurement.kind === 'scan') heard.scans.push(measurement.text)
    },
    state: (_, state, error) => {
      const text = error === undefined ? state : `${state} ${error.code}`
      if (heard.states.at(-1) !== text) heard.states.push(text)
    },
    fault: (_, error) => heard.faults.push(error.code),
    problem: (code, fields) => new AgentError(code, fields),
  }
  const stop = new AbortController()
  const running = supervise(
    drivers.get(kind)!,
    { id: 'gate', driver: kind, address },
    options as never,
    sink,
    stop.signal,
  )
  undo.push(async () => {
    stop.abort()
    await running
  })
  return heard
}

async function simulate(instrument: string): Promise<Simulator> {
  const folder = temporaryFolder()
  const scenario = parseScenario(`
scenario: gate
start: -1h
places: {}
instruments: { gate: ${instrument} }
steps: []
`)
  const simulator = await startSimulator({ scenario, dir: join(folder.path, 'sim') })
  undo.push(async () => {
    await simulator[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })
  return simulator
}

const addressOf = (port: string, baudRate: number): PortAddress => {
  if (!port.startsWith('tcp:')) return { kind: 'serial', path: port, baudRate, parity: 'none', stopBits: 1 }
  const { hostname, port: number } = new URL(port)
  return { kind: 'tcp', host: hostname, port: Number(number) }
}

describe('an M100 module on a serial path', () => {
  const options = { region: 'cn900', power: 20, gone: 1000, minReads: 1 }
  const start = async (): Promise<{ simulator: Simulator; heard: Heard; pass: (n: number) => Promise<void> }> => {
    const simulator = await simulate('{ kind: m100, dwell: 800ms }')
    const heard = attend('m100', addressOf(simulator.ports['gate']!, 115_200), options)
    await until('the module is up', () => heard.states.includes('up'))
    const pass = async (n: number): Promise<void> => {
      simulator.scan('gate', epc(n))
      await until(`tag ${n} is read`, () => heard.scans.includes(link(n)))
    }
    return { simulator, heard, pass }
  }

  it('reads each tag once while it passes, also those that hold the frame’s own bytes', async () => {
    const { simulator, heard, pass } = await start()
    for (let n = 1; n <= 5; n++) await pass(n)
    simulator.scan('gate', `${epc(0x7ebb7ebb)}@-40`)
    await until('the nasty one', () => heard.scans.includes(link(0x7ebb7ebb)))
    await pause(1000)
    expect(heard.scans).toEqual([1, 2, 3, 4, 5, 0x7ebb7ebb].map(link))
    expect(heard.faults).toEqual([])
  })

  it.each([
    ['noise', 40],
    ['fragment', 20],
    ['bit-flip', 5],
    ['drop', 5],
    ['truncate', 3],
    ['duplicate', 10],
    ['merge', 3],
    ['tag-crc', 3],
    ['mute', 30],
    ['poll-ends', 1],
  ])('gets over %s', async (fault, times) => {
    const { simulator, heard, pass } = await start()
    await pass(1)
    await simulator.fault('gate', fault, times)
    simulator.scan('gate', `+${epc(2)}`)
    await until('the tag that stays is read', () => heard.scans.includes(link(2)), 60_000)
    simulator.scan('gate', `+${epc(3)}`)
    await until('and so is the next', () => heard.scans.includes(link(3)), 60_000)
    // Nothing was invented: no bit that was turned made another tag.
    expect(new Set(heard.scans)).toEqual(new Set([1, 2, 3].map(link)))
    expect(heard.states).toEqual(['up'])
  })

  it('is opened again when it was unplugged, and tells a module that fell silent', async () => {
    const { simulator, heard, pass } = await start()
    await pass(1)
    await simulator.fault('gate', 'unplug')
    await until('the loss is told', () => heard.states.some((state) => state.startsWith('down PORT_')))
    await simulator.clearFault('gate', 'unplug')
    await until('it is up again', () => heard.states.at(-1) === 'up', 60_000)
    await pass(2)
    await simulator.fault('gate', 'silence')
    await until('the silence is told', () => heard.states.at(-1) === 'down DEVICE_SILENT', 60_000)
    await simulator.clearFault('gate', 'silence')
    await until('it is up again', () => heard.states.at(-1) === 'up', 60_000)
    await pass(3)
  })

  it('does not send in a band that the module refuses', async () => {
    const simulator = await simulate('{ kind: m100 }')
    await simulator.fault('gate', 'refuse', 2)
    const heard = attend('m100', addressOf(simulator.ports['gate']!, 115_200), options)
    await until('it is told', () => heard.states.includes('down DEVICE_EXCEPTION'))
    await until('it is tried again', () => heard.states.at(-1) === 'up', 60_000)
  })
})

describe('an LLRP reader over TCP', () => {
  const options = { antennas: [1, 2], keepalive: 300, gone: 1000, minReads: 1 }
  const start = async (): Promise<{ simulator: Simulator; proxy: TcpProxy; heard: Heard }> => {
    const simulator = await simulate('{ kind: llrp }')
    const proxy = await TcpProxy.to(simulator.ports['gate']!)
    undo.push(() => proxy[Symbol.asyncDispose]())
    const heard = attend('llrp', addressOf(proxy.address, 115_200), options)
    await until('the reader is up', () => heard.states.at(-1) === 'up')
    return { simulator, proxy, heard }
  }

  it('reads tags of both lengths at each antenna, and stays for the keepalives it answers', async () => {
    const { simulator, heard } = await start()
    simulator.scan('gate', epc(1))
    simulator.scan('gate', `(00)095201234567891235#2`)
    await until('both are read', () => heard.scans.length === 2)
    expect(new Set(heard.scans)).toEqual(new Set([link(1), 'https://id.gs1.org/00/095201234567891235']))
    // A client that answered none of seven keepalives would have been dropped.
    await pause(2200)
    simulator.scan('gate', epc(2))
    await until('the third is read', () => heard.scans.includes(link(2)))
    expect(heard.states).toEqual(['up'])
    expect(heard.faults).toEqual([])
  })

  it('comes back after a cut, and takes over the operation that it finds there', async () => {
    const { simulator, proxy, heard } = await start()
    simulator.scan('gate', epc(1))
    await until('read', () => heard.scans.length === 1)
    proxy.cut()
    await until('the loss is told', () => heard.states.includes('down PORT_LOST'))
    await until('it is up again', () => heard.states.at(-1) === 'up', 60_000)
    simulator.scan('gate', epc(2))
    await until('read', () => heard.scans.includes(link(2)))
    expect(proxy.accepted).toBeGreaterThan(1)
  })

  it('reads from a line that is slow', async () => {
    const { simulator, proxy, heard } = await start()
    proxy.slowMs = 1
    simulator.scan('gate', `+${epc(3)}`)
    await until('read', () => heard.scans.includes(link(3)), 60_000)
    expect(heard.states).toEqual(['up'])
  })

  it('reads from a line that says everything twice', async () => {
    const { simulator, proxy, heard } = await start()
    proxy.duplicate = true
    simulator.scan('gate', `+${epc(5)}`)
    await until('read', () => heard.scans.includes(link(5)), 60_000)
    await until('said twice', () => proxy.duplicated > 10, 60_000)
    proxy.duplicate = false
    simulator.scan('gate', `+${epc(6)}`)
    await until('and so is the next', () => heard.scans.includes(link(6)), 60_000)
    // A tag that stays is read once, and none is made up.
    expect([...heard.scans].sort()).toEqual([link(5), link(6)].sort())
  })

  it('notices a connection with nobody at its other end', async () => {
    const { simulator, proxy, heard } = await start()
    proxy.halfOpen = true
    await until('the silence is told', () => heard.states.includes('down DEVICE_SILENT'))
    proxy.halfOpen = false
    proxy.cut()
    await until('it is up again', () => heard.states.at(-1) === 'up', 60_000)
    simulator.scan('gate', epc(4))
    await until('read', () => heard.scans.includes(link(4)))
  })

  it('tells a reader that another client holds, or that refuses the operation, and tries again', async () => {
    const simulator = await simulate('{ kind: llrp }')
    await simulator.fault('gate', 'busy', 1)
    await simulator.fault('gate', 'refuse', 1)
    const heard = attend('llrp', addressOf(simulator.ports['gate']!, 115_200), options)
    await until('it is up in the end', () => heard.states.at(-1) === 'up', 60_000)
    expect(heard.states).toContain('down DEVICE_EXCEPTION')
  })
})

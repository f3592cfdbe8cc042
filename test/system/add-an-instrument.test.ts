import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError, drivers, type Measurement, parseConfig, supervise } from '@tristamp/edge-agent'
import {
  type BaseSpec,
  type InstrumentKind,
  instrumentKinds,
  parseScenario,
  startSimulator,
} from '@tristamp/firmware-sim'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../_harness/child.ts'
import { until } from '../_harness/until.ts'

/**
 * What docs/gateway/add-an-instrument.md promises: a driver is a value in one table, its twin in the simulator a value in another, and nothing else of either
 * program knows of them. The two below exist only here; the values that a stranger would put in two files.
 */

type AnyDriver = typeof drivers extends ReadonlyMap<string, infer D> ? D : never

/** A scale that says its weight in grams twice a second: `W 1250 g`. */
const scale = {
  kind: 'test-scale',
  gives: 'reading',
  needs: 'line',
  baudRate: 9600,
  options: {},
  session(
    _options: unknown,
    context: {
      signal: AbortSignal
      now(): number
      emit(measurement: Measurement): void
      state(state: 'up'): void
      link: { onData(listener: (chunk: Uint8Array) => void): void }
    },
  ): Promise<void> {
    let text = ''
    context.link.onData((chunk) => {
      text += new TextDecoder().decode(chunk)
      const match = /W (\d{1,6}) g\n/.exec(text)
      if (!match) return
      text = ''
      context.state('up')
      const quantities = [{ type: 'Mass', milli: Number(match[1]), uom: 'KGM' }]
      context.emit({ kind: 'reading', atMs: context.now(), quantities })
    })
    return new Promise((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }))
  },
}

const twin: InstrumentKind<BaseSpec & { grams: number }> = {
  kind: 'test-scale',
  what: 'a scale',
  carrier: 'serial',
  baudRate: 9600,
  settings: {},
  faults: ['overload'],
  senses: 'nothing',
  make(_spec, { faults }) {
    let nextAt = 0
    return {
      receive: () => undefined,
      due: () => nextAt,
      transmit(nowMs) {
        if (nowMs < nextAt) return []
        nextAt = nowMs + 50
        return [Buffer.from(faults.strike('overload') ? 'W ---- g\n' : 'W 1250 g\n')]
      },
    }
  },
}

const driverTable = drivers as Map<string, AnyDriver>
const kindTable = instrumentKinds as Map<string, InstrumentKind<BaseSpec>>
const folder = mkdtempSync(join(tmpdir(), 'tristamp-add-'))
beforeAll(() => {
  driverTable.set(scale.kind, scale as unknown as AnyDriver)
  kindTable.set(twin.kind, twin as unknown as InstrumentKind<BaseSpec>)
})
afterAll(() => {
  driverTable.delete(scale.kind)
  kindTable.delete(twin.kind)
  rmSync(folder, { recursive: true, force: true })
})

it('a new instrument is configured, simulated, broken and heard by its two values alone', async () => {
  const key = 'A'.repeat(43)
  const text = `
gateway: { org: o, id: g, uri: "https://id.gs1.org/8004/9506000134-FARM1", station: "https://id.gs1.org/414/9506000134017", roles: [observe] }
data: ./data
uplink: { url: "mqtt://127.0.0.1:1", ledgerKey: "${key}" }
place: { source: site, latE7: 0, lonE7: 0 }
devices: [{ id: w1, driver: test-scale, port: /dev/ttyUSB0, checks: { gap: 10s } }]
stations: [{ id: s, thermometer: w1 }]
`
  expect(parseConfig(text, '/x/gateway.yaml').devices[0]).toMatchObject({ id: 'w1', driver: 'test-scale' })
  const scenario = parseScenario('{ scenario: add, start: "-0s", instruments: { w1: { kind: test-scale } } }')
  await using simulator = await startSimulator({ scenario, dir: folder, transport: 'tcp' })
  expect(simulator.state()['w1']).toMatchObject({
    kind: 'test-scale',
    faults: expect.arrayContaining(['bit-flip', 'overload']),
  })
  const { hostname, port } = new URL(simulator.ports['w1'] ?? '')
  const heard: Measurement[] = []
  const stop = new AbortController()
  const running = supervise(
    driverTable.get('test-scale')!,
    { id: 'w1', driver: 'test-scale', address: { kind: 'tcp', host: hostname, port: Number(port) } },
    {} as never,
    {
      now: () => Math.round(performance.now()),
      emit: (_, measurement) => void heard.push(measurement),
      state: () => undefined,
      fault: () => undefined,
      problem: (code, fields) => new AgentError(code, fields),
    },
    stop.signal,
  )
  await until('the scale is heard', () => heard.length > 0)
  expect(heard[0]).toMatchObject({ quantities: [{ type: 'Mass', milli: 1250, uom: 'KGM' }] })
  stop.abort()
  await running
})

it('no other file of either program names a kind of instrument', () => {
  const named = (folderPath: string, kinds: Iterable<string>, own: RegExp): string[] =>
    sources(root(folderPath)).flatMap((file) => {
      if (own.test(file) || /\.test\.ts$|\/_/.test(file)) return []
      const text = readFileSync(file, 'utf8')
      return [...kinds].filter((kind) => text.includes(`'${kind}'`)).map((kind) => `${file.split('/src/')[1]} ${kind}`)
    })
  // A station has a scanner whatever its kind, and the receiver's rate says how long a play waits for the clocks.
  const allowed =
    /(station|config|agent|init|cards?|page|doctor)[^ ]* scanner$|^config[^ ]* |^(play|options|main)\.ts (nmea|modbus-th|scanner)$/
  const agent = named('edge-agent/src', drivers.keys(), /\/src\/(driver|codec)\//)
  const simulator = named('firmware-sim/src', instrumentKinds.keys(), /\/src\/device\//)
  expect([...agent, ...simulator].filter((line) => !allowed.test(line))).toEqual([])
})

function sources(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name)
    if (statSync(file).isDirectory()) return sources(file)
    return /\.tsx?$/.test(name) ? [file] : []
  })
}

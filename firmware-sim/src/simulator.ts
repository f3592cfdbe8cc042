import { mkdirSync } from 'node:fs'
import { instrumentKind } from './device/index.ts'
import type { SimEvent } from './event.ts'
import { type FaultKind, Faults, faultsOf } from './fault.ts'
import { Instrument } from './instrument.ts'
import { play } from './play.ts'
import { removePorts, writePorts } from './ports-file.ts'
import { streamSeed } from './random.ts'
import { loadScenario } from './scenario/load.ts'
import type { Scenario } from './scenario/scenario.ts'
import { openTransport } from './transport/open.ts'
import { SharedWire } from './transport/shared-wire.ts'
import type { OnBytes, Transport, TransportKind } from './transport/transport.ts'
import type { Point } from './world/route.ts'
import { World } from './world/world.ts'

export interface SimulatorOptions {
  /** A scenario, or the path of its file. */
  scenario: Scenario | string
  /** Folder of the serial paths and of `ports.json`; made if it is missing. */
  dir: string
  /** `auto`, the default: pseudo-terminals and, where none can be had, TCP. */
  transport?: TransportKind | 'auto'
  /** Stands in for the scenario's seed. */
  seed?: number
  /** How many times faster than the scenario says its pauses and fast-forwards pass; the wires keep their pace. */
  pace?: number
  /** With a scenario's path: values of its variables. */
  vars?: Record<string, string>
  /** With a scenario's path: stands in for its start. */
  start?: string
  onEvent?: (event: SimEvent) => void
}

export interface InstrumentState {
  kind: string
  address: string
  faults: string[]
  active: string[]
}

/** Running instruments. They speak and answer from the start; `play` makes the scenario's steps happen. */
export interface Simulator extends AsyncDisposable {
  /** Instrument id → serial path, `tcp://` address or file. */
  readonly ports: Readonly<Record<string, string>>
  readonly scenario: Scenario
  /** Scenario time, Unix milliseconds. */
  now(): number
  /** Plays the steps from the first; resolves after the last, rejects when the simulator stops. */
  play(): Promise<void>
  /** Lets so much scenario time pass within so much real time. */
  advance(byMs: number, overMs: number): Promise<void>
  /** Shows an instrument a code, written as in a scenario. Throws a RangeError for what reads no codes, or not this one. */
  scan(scanner: string, code: string): void
  /** Puts a fault in effect, for so many frames or until it is cleared. Rejects with a RangeError for what the instrument cannot have. */
  fault(instrument: string, kind: FaultKind, times?: number): Promise<void>
  clearFault(instrument: string, kind: FaultKind): Promise<void>
  /** What there is: kinds, addresses, the faults that each can have and those in effect. */
  state(): Record<string, InstrumentState>
  /** The air at a thermometer goes to so many degrees Celsius within so much scenario time. */
  setTemperature(thermo: string, celsius: number, withinMs?: number): void
  /** Sends a receiver along the points, to arrive at the last after so much scenario time. */
  move(gnss: string, points: readonly Point[], durationMs: number): void
}

/** Opens a line for each instrument of the scenario and writes `ports.json` once all answer. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { dir, pace = 1, onEvent = () => undefined } = options
  const scenario = typeof options.scenario === 'string' ? loadScenario(options.scenario, options) : options.scenario
  mkdirSync(dir, { recursive: true })
  removePorts(dir)
  const world = new World(scenario, options.seed ?? scenario.seed)
  const instruments = await openAll(scenario, world, options)
  const ports = Object.fromEntries([...instruments].map(([id, instrument]) => [id, instrument.address]))
  writePorts(dir, ports)

  const stopping = new AbortController()
  const able = (id: string, kind: FaultKind): Instrument => {
    const instrument = need(instruments, id, 'instrument')
    if (faultsOf(instrument.kind).includes(kind)) return instrument
    throw new RangeError(`${id} cannot have ${kind}; it can have ${faultsOf(instrument.kind).join(', ')}`)
  }
  const simulator: Simulator = {
    ports,
    scenario,
    now: () => world.clock.now(),
    play: () => play({ scenario, simulator, clock: world.clock, pace, emit: onEvent, signal: stopping.signal }),
    advance: (byMs, overMs) => world.clock.advance(byMs, overMs, stopping.signal),
    scan(id, code) {
      const show = need(world.shown, id, 'scanner')
      if (instrumentKind(scenario.instruments[id]?.kind ?? '')?.shows?.(code) === false)
        throw new RangeError(`not a code: ${code}`)
      show(code)
      instruments.get(id)?.wake()
      onEvent({ type: 'scan', time: world.time(), instrument: id, code })
    },
    async fault(id, kind, times) {
      await able(id, kind).raise(kind, times)
      onEvent({ type: 'fault', time: world.time(), instrument: id, kind, on: true })
    },
    async clearFault(id, kind) {
      await able(id, kind).clear(kind)
      onEvent({ type: 'fault', time: world.time(), instrument: id, kind, on: false })
    },
    setTemperature: (id, celsius, withinMs = 0) =>
      need(world.climates, id, 'thermometer').setTarget(celsius, world.clock.now(), withinMs),
    move: (id, points, durationMs) => need(world.routes, id, 'receiver').travel(points, world.clock.now(), durationMs),
    state: () =>
      Object.fromEntries(
        [...instruments].map(([id, { kind, address, faults }]) => [
          id,
          { kind, address, faults: [...faultsOf(kind)], active: faults.active },
        ]),
      ),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the simulator stops'))
      world.clock.stop()
      removePorts(dir)
      await closeAll(instruments.values())
    },
  }
  onEvent({ type: 'ready', time: world.time(), scenario: scenario.name, ports, vars: scenario.vars })
  return simulator
}

/** Opens every line, or none. */
async function openAll(scenario: Scenario, world: World, options: SimulatorOptions): Promise<Map<string, Instrument>> {
  const seed = options.seed ?? scenario.seed
  const shared = Object.values(scenario.instruments).flatMap(({ line }) => line ?? [])
  const wires = new Map(shared.map((id) => [id, new SharedWire()]))
  const results = await Promise.allSettled(
    Object.entries(scenario.instruments).map(async ([id, spec]) => {
      const faults = new Faults()
      const kind = instrumentKind(spec.kind)
      if (!kind) throw new RangeError(`there is no kind of instrument ${spec.kind}`)
      return Instrument.open({
        id,
        kind: spec.kind,
        baudRate: spec.baudRate,
        seed: streamSeed(seed, id),
        device: world.device(id, spec, faults),
        faults,
        echo: spec['echo'] === true,
        open: (onBytes, onOpen) => {
          const place = { kind: options.transport ?? 'auto', dir: options.dir, id }
          const open = (hear: OnBytes): Promise<Transport> => openTransport(place, kind, hear, onOpen)
          if (spec.line !== undefined) return wires.get(spec.line)!.join(onBytes)
          return wires.get(id)?.own(open, onBytes) ?? open(onBytes)
        },
      })
    }),
  )
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) {
    await closeAll(opened)
    throw failed.reason
  }
  return new Map(opened.map((instrument) => [instrument.id, instrument]))
}

async function closeAll(instruments: Iterable<Instrument>): Promise<void> {
  await Promise.all([...instruments].map((instrument) => instrument[Symbol.asyncDispose]()))
}

function need<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id)
  if (!found) throw new RangeError(`there is no ${what} ${id}`)
  return found
}

import { EPOCH_BITS } from './device/gnss.ts'
import type { SimEvent } from './event.ts'
import type { FaultSpec, ScanSpec, Scenario, Step } from './scenario/scenario.ts'
import type { Simulator } from './simulator.ts'
import { pause, type ScenarioClock } from './world/scenario-clock.ts'

export interface Play {
  scenario: Scenario
  simulator: Simulator
  clock: ScenarioClock
  pace: number
  emit: (event: SimEvent) => void
  signal: AbortSignal
}

/** Makes the steps of the scenario happen, one after the other. Rejects when the simulator stops. */
export async function play(run: Play): Promise<void> {
  const { scenario, clock, emit } = run
  const heard = hearingMs(scenario)
  let reached = 0
  for (const [index, step] of scenario.steps.entries()) {
    const tell = (state: 'begun' | 'played'): void => {
      if (!step.say && !step.expect) return
      const { say, expect } = step
      emit({ type: 'step', time: time(clock), index, state, ...(say && { say }), ...(expect && { expect }) })
    }
    tell('begun')
    await change(run, step)
    const target = step.at ?? reached + (step.advance ?? 0)
    // Scans and pauses take scenario time too: what a step is behind the plan by is left out of its fast-forward.
    const ahead = Math.max(0, scenario.startMs + target - clock.now())
    reached = target
    if (ahead > 0) {
      await clock.advance(ahead, step.over / run.pace, run.signal)
      if (step.scan.length > 0) await pause(heard, run.signal)
    }
    for (const scan of step.scan) await showCodes(run, scan)
    await pause(step.settle / run.pace, run.signal)
    tell('played')
  }
  emit({ type: 'done', time: time(clock) })
}

/** What moves, warms or breaks at the start of a step. */
async function change({ scenario, simulator, clock, emit }: Play, step: Step): Promise<void> {
  for (const { gnss, to, via, over } of step.move) {
    const place = scenario.places[to]
    if (place) simulator.move(gnss, [...via, place], over)
  }
  for (const { thermo, to, within } of step.temperature) simulator.setTemperature(thermo, to, within)
  for (const fault of step.fault) await breakOrMend(fault, simulator, clock, emit)
}

async function breakOrMend(
  spec: FaultSpec,
  simulator: Simulator,
  clock: ScenarioClock,
  emit: Play['emit'],
): Promise<void> {
  const { instrument, kind, times, off } = spec
  if (off) return simulator.clearFault(instrument, kind)
  await simulator.fault(instrument, kind, times)
  if (spec.for === undefined) return
  clock.alarm(clock.now() + spec.for, () => {
    simulator.clearFault(instrument, kind).catch((error: Error) => emit({ type: 'error', message: error.message }))
  })
}

async function showCodes({ simulator, pace, signal }: Play, scan: ScanSpec): Promise<void> {
  for (let round = 1; round <= scan.repeat; round++) {
    if (round > 1) await pause(scan.every / pace, signal)
    for (const code of scan.codes) {
      simulator.scan(scan.scanner, code.replaceAll('{n}', String(round)))
      await pause(scan.gap / pace, signal)
    }
  }
}

/**
 * Real time until every gateway knows a changed scenario time and how sure it is: two fixes (the first shows a leap, the second that
 * its clock agrees again), their transmission, and some slowness to read them.
 */
function hearingMs({ instruments }: Scenario): number {
  const times = Object.values(instruments).map(({ kind, baudRate, rate }) =>
    kind === 'nmea' && typeof rate === 'number' ? (2 * 1000) / rate + (EPOCH_BITS * 1000) / baudRate + 100 : 0,
  )
  return Math.max(0, ...times)
}

function time(clock: ScenarioClock): string {
  return new Date(clock.now()).toISOString()
}

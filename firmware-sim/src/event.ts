import type { FaultKind } from './fault.ts'
import type { Expectation, Words } from './scenario/scenario.ts'

/** What the simulator tells while it runs; the command line prints each as one line of JSON. `time` is scenario time, RFC 3339. */
export type SimEvent =
  | { type: 'ready'; time: string; scenario: string; ports: Record<string, string>; vars: Record<string, string> }
  | StepEvent
  | { type: 'scan'; time: string; instrument: string; code: string }
  | { type: 'fault'; time: string; instrument: string; kind: FaultKind; on: boolean }
  | { type: 'done'; time: string }
  | { type: 'error'; message: string }

/** A step that has something to say: when it begins, and again when its scans are out. */
export interface StepEvent {
  type: 'step'
  time: string
  /** From 0, of all steps of the scenario. */
  index: number
  state: 'begun' | 'played'
  say?: Words
  expect?: Expectation
}

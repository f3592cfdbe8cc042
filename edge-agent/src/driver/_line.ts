import { EventEmitter } from 'node:events'
import type { AgentCode, Fields } from '../error.ts'
import type { Spectrometer } from '../spectroscopy/spectrometer.ts'
import type { DeviceState, LineContext, LineDriver, Measurement } from './driver.ts'

/** A line and a gateway for one driver session, in memory: the far end is played by the test. */
export class Line {
  readonly measurements: Measurement[] = []
  readonly faults: AgentCode[] = []
  readonly states: [DeviceState, AgentCode | undefined][] = []
  /** What the driver offers to measure with. */
  spectrometer: Spectrometer | undefined
  /** What the driver wrote. */
  readonly written: Uint8Array[] = []
  /** Plays the instrument: called for every write. */
  onWrite: (bytes: Uint8Array) => void = () => undefined
  /** The gateway's clock, in milliseconds. */
  clock: () => number = () => performance.now()
  readonly #data = new EventEmitter()
  readonly #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()

  start<O>(driver: LineDriver<O>, options: O): this {
    const context: LineContext = {
      device: 'one',
      signal: this.#stop.signal,
      now: () => Math.round(this.clock()),
      emit: (measurement) => void this.measurements.push(measurement),
      state: (state, code) => void this.states.push([state, code]),
      fault: (code: AgentCode, _fields?: Fields) => void this.faults.push(code),
      offer: (spectrometer) => {
        this.spectrometer = spectrometer
      },
      link: {
        closed: new Promise(() => undefined),
        close: () => Promise.resolve(),
        onData: (listener) => void this.#data.on('data', listener),
        write: (bytes) => {
          this.written.push(bytes)
          this.onWrite(bytes)
          return Promise.resolve()
        },
      },
    }
    this.#ended = driver.session(options, context)
    return this
  }

  /** The instrument speaks. */
  send(bytes: Uint8Array | string): void {
    this.#data.emit('data', typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  }

  /** Resolves when the driver gave the line up by itself. */
  get ended(): Promise<void> {
    return this.#ended
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }
}

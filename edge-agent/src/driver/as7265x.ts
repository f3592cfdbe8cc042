import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import {
  AS7265X_FULL,
  AS7265X_NM,
  As7265xLines,
  type As7265xMessage,
  dieTemperatures,
  rawValues,
} from '../codec/as7265x.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { Identity, Scan } from '../spectroscopy/spectrometer.ts'
import { AskLine } from './ask-line.ts'
import type { LineContext, LineDriver } from './driver.ts'

export interface As7265xOptions {
  gain: number
  integration: number
  lamps: ('white' | 'ir' | 'uv')[]
  current: number
}

const whole = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(`must be a whole number from ${min} to ${max}`),
    v.integer(`must be a whole number from ${min} to ${max}`),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )

const options = {
  /** 0: 1×, 1: 3.7×, 2: 16×, 3: 64×. A model is for one gain and one integration time. */
  gain: v.optional(whole(0, 3), 2),
  /** In steps of 2.8 ms; a lit scan takes two of it. */
  integration: v.optional(whole(1, 255), 60),
  lamps: v.optional(
    v.pipe(
      v.array(v.picklist(['white', 'ir', 'uv'], 'must be of white, ir, uv'), 'must be a list of lamps'),
      v.minLength(1, 'must name at least one lamp'),
    ),
    ['white', 'ir', 'uv'],
  ),
  /** The code of the lamps' current, as `ATLEDC` takes it. */
  current: v.optional(whole(0, 255), 0x22),
}

const LAMPS = { white: 1, ir: 2, uv: 3 } as const
const STEP_MS = 2.8
const ANSWER_MS = 1500
/** A lamp is steady after this. */
const WARM_MS = 50
/** An idle instrument is asked for its temperature this often, so that one that is gone is known to be. */
const LOOK_MS = 30_000
const TRIES = 3

/** ams AS7265x (SparkFun Triad) over its AT interface: 18 channels, 410 to 940 nm; UART jumper closed, 115200 baud 8N1. */
export const as7265x: LineDriver<As7265xOptions> = {
  kind: 'as7265x',
  gives: 'spectrum',
  needs: 'line',
  baudRate: 115_200,
  options,
  async session(config, context) {
    const session = new Session(config, context)
    try {
      const identity = await session.prepare()
      context.offer({ identity, scan: (lit) => session.scan(lit) })
      context.state('up')
      await Promise.race([session.watch(), session.lost])
    } catch (thrown) {
      if (context.signal.aborted) return
      const error = asAgentError(thrown)
      context.state('down', error.code, error.fields)
    }
  },
}

class Session {
  readonly #config: As7265xOptions
  readonly #context: LineContext
  readonly #codec = new As7265xLines()
  readonly #line: AskLine<As7265xMessage>

  constructor(config: As7265xOptions, context: LineContext) {
    this.#config = config
    this.#context = context
    this.#line = new AskLine(context, ({ kind }) => kind === 'reply')
    context.link.onData((chunk) => this.#line.heard(this.#codec.push(chunk)))
  }

  /** Ends what an earlier session has left running, asks who it is, and sets it. @throws AgentError DEVICE_* */
  async prepare(): Promise<Identity> {
    const { gain, integration, lamps, current } = this.#config
    await this.#wake()
    const firmware = await this.#ask('ATVERSW')
    const hardware = await this.#ask('ATVERHW')
    await this.#ask(`ATGAIN=${gain}`)
    await this.#ask(`ATINTTIME=${integration}`)
    for (const die of ['C', 'D', 'E']) await this.#ask(`ATLED${die}=0x${current.toString(16).padStart(2, '0')}`)
    await this.#lamps(false)
    const lit = Object.fromEntries(
      Object.keys(LAMPS).map((lamp) => [`${lamp}Lamp`, lamps.includes(lamp as 'white') ? 1 : 0]),
    )
    return {
      instrument: { kind: 'as7265x', firmware: firmware.slice(0, 64) || '?', hardware: hardware.slice(0, 64) || '?' },
      settings: {
        gain: await this.#readBack('ATGAIN', gain),
        integration: await this.#readBack('ATINTTIME', integration),
        current,
        ...lit,
      },
      axis: { unit: 'nm', milli: AS7265X_NM.map((nm) => nm * 1000) },
      full: AS7265X_FULL,
    }
  }

  get lost(): Promise<never> {
    return this.#line.lost
  }

  scan(lit: boolean): Promise<Scan> {
    return this.#line.inTurn(() => this.#scan(lit))
  }

  /** Until the session ends: an instrument that no longer answers ends it. @throws AgentError DEVICE_SILENT */
  async watch(): Promise<void> {
    const { signal } = this.#context
    while (!signal.aborted) {
      await sleep(LOOK_MS, signal)
      if (!signal.aborted) await this.#line.inTurn(() => this.#ask('ATTEMP'))
    }
  }

  async #scan(lit: boolean): Promise<Scan> {
    const { signal, device } = this.#context
    const exposureMs = 2 * this.#config.integration * STEP_MS
    try {
      if (lit) {
        await this.#lamps(true)
        await sleep(WARM_MS, signal)
      }
      await this.#ask('ATTCSMD=3')
      await sleep(exposureMs, signal)
      const text = await this.#ask('ATDATA', ANSWER_MS + exposureMs)
      const counts = rawValues(text)
      if (!counts) throw new AgentError('DEVICE_FRAME', { device, why: text.slice(0, 80) })
      const temperaturesMilliC = dieTemperatures(await this.#ask('ATTEMP'))
      return { counts, ...(temperaturesMilliC && { temperaturesMilliC }) }
    } finally {
      if (lit && !signal.aborted) await this.#lamps(false)
    }
  }

  async #lamps(on: boolean): Promise<void> {
    for (const lamp of this.#config.lamps) await this.#ask(`ATLED${LAMPS[lamp]}=${on ? 100 : 0}`)
  }

  /** What the instrument says it is set to: that is recorded, and no model fits another setting. Firmware that does not tell is believed. */
  async #readBack(command: string, set: number): Promise<number> {
    const answer = await this.#line.ask(`${command}\n`, ANSWER_MS)
    return answer.kind === 'reply' && answer.ok && /^\d{1,3}$/.test(answer.text) ? Number(answer.text) : set
  }

  /** A burst may be running, or half a command be in the instrument's buffer: an empty line, the end of bursts, and then it must answer. */
  async #wake(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#context.link.write(new TextEncoder().encode('\nATBURST=0\n'))
      await sleep(100, this.#context.signal)
      try {
        await this.#line.ask('AT\n', ANSWER_MS, true)
        return
      } catch (error) {
        if (attempt === TRIES || this.#context.signal.aborted) throw error
      }
    }
  }

  /** @throws AgentError DEVICE_SILENT, DEVICE_EXCEPTION */
  async #ask(command: string, withinMs: number = ANSWER_MS): Promise<string> {
    const answer = await this.#line.ask(`${command}\n`, withinMs)
    const { device } = this.#context
    if (answer.kind !== 'reply' || !answer.ok)
      throw new AgentError('DEVICE_EXCEPTION', { device, why: `${command}: ERROR` })
    return answer.text
  }
}

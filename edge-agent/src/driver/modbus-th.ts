import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { encodeRequest, type ModbusReply, type ModbusRequest, ModbusRtu, signed16 } from '../codec/modbus-rtu.ts'
import { durationMs } from '../duration.ts'
import type { AgentCode, Fields } from '../error.ts'
import type { LineContext, LineDriver, Quantity } from './driver.ts'

/** Where a model keeps its values, and how it writes them. */
interface Profile {
  fn: 3 | 4
  address: number
  /** Place of each value among the registers that are read, from 0. */
  temperature: number
  humidity: number
  /** Thousandths of a degree or percent in one unit of the register. */
  milliPerUnit: number
  /** Below zero: two's complement, or value − 10000 on some clones. */
  negative: 'twos-complement' | 'minus-10000'
}

/** Models that were seen; others are described in the configuration by an object of the same shape. */
const profiles: Record<'xy-md02', Profile> = {
  'xy-md02': { fn: 4, address: 1, temperature: 0, humidity: 1, milliPerUnit: 100, negative: 'twos-complement' },
}

const register = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))

const profileSchema = v.union(
  [
    v.picklist(['xy-md02']),
    v.strictObject({
      fn: v.picklist([3, 4]),
      address: register,
      temperature: v.pipe(register, v.maxValue(9)),
      humidity: v.pipe(register, v.maxValue(9)),
      milliPerUnit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
      negative: v.optional(v.picklist(['twos-complement', 'minus-10000']), 'twos-complement'),
    }),
  ],
  'must be xy-md02, or {fn, address, temperature, humidity, milliPerUnit, negative}',
)

const options = {
  profile: v.optional(profileSchema, 'xy-md02'),
  unit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(247, 'must be 1 to 247')), 1),
  every: v.optional(durationMs, '60s'),
  timeout: v.optional(durationMs, '500ms'),
}

export interface ModbusThOptions {
  profile: 'xy-md02' | Profile
  unit: number
  every: number
  timeout: number
}

/** The first failure may be noise: asked again before the reading counts as missing. */
const TRIES = 3
/** So many polls in a row without a reading: the line is closed and opened again, an adapter may hang. */
const REOPEN_AFTER = 5
/** What these probes can measure at all (SHT20: −40…+125 °C; a food chain ends well below). */
const TEMPERATURE = { min: -60_000, max: 125_000 }
const HUMIDITY = { min: 0, max: 100_000 }

/** Temperature and humidity transmitters on Modbus RTU (RS-485), the XY-MD02 and its relatives. */
export const modbusTh: LineDriver<ModbusThOptions> = {
  kind: 'modbus-th',
  gives: 'reading',
  needs: 'line',
  baudRate: 9600,
  options,
  async session(config, context) {
    const profile = typeof config.profile === 'string' ? profiles[config.profile] : config.profile
    const request: ModbusRequest = {
      unit: config.unit,
      fn: profile.fn,
      address: profile.address,
      count: Math.max(profile.temperature, profile.humidity) + 1,
    }
    const master = new Master(context, config.timeout)
    let failed = 0
    while (!context.signal.aborted) {
      const startMs = context.now()
      const outcome = await poll(master, request, profile, context)
      if (context.signal.aborted) return
      const atMs = context.now()
      if (outcome.ok) {
        failed = 0
        context.state('up')
        context.emit({ kind: 'reading', atMs, quantities: outcome.quantities })
      } else {
        failed++
        context.state(failed < REOPEN_AFTER ? 'degraded' : 'down', outcome.code, outcome.fields)
        context.emit({ kind: 'missing', atMs, code: outcome.code })
        if (failed % REOPEN_AFTER === 0) return
      }
      await sleep(Math.max(0, startMs + config.every - context.now()), context.signal)
    }
  },
}

type Outcome = { ok: true; quantities: Quantity[] } | { ok: false; code: AgentCode; fields: Fields }

async function poll(master: Master, request: ModbusRequest, profile: Profile, context: LineContext): Promise<Outcome> {
  let outcome: Outcome = { ok: false, code: 'DEVICE_SILENT', fields: {} }
  for (let i = 0; i < TRIES && !context.signal.aborted; i++) {
    const answer = await master.ask(request)
    outcome = 'code' in answer ? { ok: false, code: answer.code, fields: answer.fields } : judge(answer.reply, profile)
    if (outcome.ok) return outcome
    context.fault(outcome.code, outcome.fields)
  }
  return outcome
}

function judge(reply: ModbusReply, profile: Profile): Outcome {
  if (reply.kind === 'exception') {
    return { ok: false, code: 'DEVICE_EXCEPTION', fields: { why: `Modbus exception ${reply.code}` } }
  }
  const rawTemperature = reply.registers[profile.temperature]!
  const rawHumidity = reply.registers[profile.humidity]!
  const temperature = degrees(rawTemperature, profile)
  const humidity = rawHumidity * profile.milliPerUnit
  // A dead element answers zeros; 0.0 °C at exactly 0.0 % humidity does not occur in air.
  const zero = rawTemperature === 0 && rawHumidity === 0
  const inside =
    temperature >= TEMPERATURE.min &&
    temperature <= TEMPERATURE.max &&
    humidity >= HUMIDITY.min &&
    humidity <= HUMIDITY.max
  if (zero || !inside) {
    return { ok: false, code: 'DEVICE_VALUE', fields: { why: `${temperature / 1000} °C, ${humidity / 1000} %` } }
  }
  return {
    ok: true,
    quantities: [
      { type: 'Temperature', milli: temperature, uom: 'CEL' },
      { type: 'RelativeHumidity', milli: humidity, uom: 'P1' },
    ],
  }
}

function degrees(raw: number, { negative, milliPerUnit }: Profile): number {
  const units = negative === 'twos-complement' ? signed16(raw) : raw >= 10_000 ? -(raw - 10_000) : raw
  return units * milliPerUnit
}

/** One request at a time on the line, with its waiting. */
class Master {
  readonly #codec = new ModbusRtu()
  readonly #context: LineContext
  readonly #timeoutMs: number
  #answered: ((reply: ModbusReply) => void) | undefined

  constructor(context: LineContext, timeoutMs: number) {
    this.#context = context
    this.#timeoutMs = timeoutMs
    context.link.onData((chunk) => {
      for (const reply of this.#codec.push(chunk, context.now())) this.#answered?.(reply)
    })
  }

  async ask(request: ModbusRequest): Promise<{ reply: ModbusReply } | { code: AgentCode; fields: Fields }> {
    const badBefore = this.#codec.stats.bad
    this.#codec.expect(request)
    try {
      const first = this.#reply()
      await this.#context.link.write(encodeRequest(request))
      const reply = await first
      if (reply) return { reply }
    } finally {
      this.#answered = undefined
      this.#codec.reset()
    }
    // RTU has no numbers on its messages: a late reply would answer the next request. So its time is let pass, unheard.
    await sleep(this.#timeoutMs, this.#context.signal)
    if (this.#codec.stats.bad > badBefore) return { code: 'DEVICE_FRAME', fields: { why: 'the check sum is wrong' } }
    return { code: 'DEVICE_SILENT', fields: {} }
  }

  /** The next reply, or undefined when its time is over. */
  #reply(): Promise<ModbusReply | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), this.#timeoutMs)
      this.#answered = (reply) => {
        clearTimeout(timer)
        resolve(reply)
      }
    })
  }
}

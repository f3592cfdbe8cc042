import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { type ModbusRequest, signed16 } from '../codec/modbus-rtu.ts'
import { durationMs } from '../duration.ts'
import type { LineContext, LineDriver, Quantity } from './driver.ts'
import { ModbusMaster } from './modbus-master.ts'
import { judge, type Outcome } from './modbus-th-judge.ts'
import { type Profile, type ProfileName, profileOf, profileSchema } from './modbus-th-profiles.ts'

const options = {
  profile: v.optional(profileSchema, 'xy-md02'),
  unit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(247, 'must be 1 to 247')), 1),
  every: v.optional(durationMs, '60s'),
  timeout: v.optional(durationMs, '500ms'),
}

export interface ModbusThOptions {
  profile: ProfileName | Profile
  unit: number
  every: number
  timeout: number
}

/** The first failure may be noise: asked again before the reading counts as missing. */
const TRIES = 3
/** Who is silent twice is silent: each try costs the time in which a late reply would come. */
const SILENT_TRIES = 2
/** Noise may hit the one question about the corrections; an instrument without such registers is not asked for ever. */
const CORRECTION_TRIES = 3
/** So many polls in a row without a reading: the line is closed and opened again, an adapter may hang. */
const REOPEN_AFTER = 5

/** Temperature and humidity transmitters on Modbus RTU (RS-485): the XY-MD02, its relatives and clones. */
export const modbusTh: LineDriver<ModbusThOptions> = {
  kind: 'modbus-th',
  gives: 'reading',
  needs: 'line',
  baudRate: 9600,
  shares: 'unit',
  options,
  async session(config, context) {
    const profile = profileOf(config.profile)
    const master = new ModbusMaster(context, config.timeout)
    let corrections: Corrections = new Map()
    let triesLeft = profile.corrections ? CORRECTION_TRIES : 0
    let failed = 0
    while (!context.signal.aborted) {
      const startMs = context.now()
      const outcome = await poll(master, config.unit, profile, context)
      if (context.signal.aborted) return
      const atMs = context.now()
      if (outcome.ok) {
        failed = 0
        // Once for each opening of the line: a correction alters every reading silently, so each is recorded with it.
        if (triesLeft > 0) {
          corrections = await readCorrections(master, config.unit, profile)
          const known = [...corrections.values()].every((milli) => milli !== 'unknown')
          triesLeft = known ? 0 : triesLeft - 1
        }
        context.emit({ kind: 'reading', atMs, quantities: corrected(outcome.quantities, corrections) })
        // Not before: who sees that it is up may act at once, and this reading belongs to the act.
        context.state('up')
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

async function poll(master: ModbusMaster, unit: number, profile: Profile, context: LineContext): Promise<Outcome> {
  const request: ModbusRequest = {
    unit,
    fn: profile.fn,
    address: profile.address,
    count: Math.max(profile.temperature, profile.humidity ?? 0) + 1,
  }
  let outcome: Outcome = { ok: false, code: 'DEVICE_SILENT', fields: {} }
  let silent = 0
  for (let i = 1; i <= TRIES && !context.signal.aborted; i++) {
    const answer = await master.ask(request)
    if ('code' in answer) outcome = { ok: false, ...answer }
    else if (answer.reply.kind === 'registers') outcome = judge(answer.reply.registers, profile)
    else {
      const why = `Modbus exception ${answer.reply.code}`
      outcome = { ok: false, code: 'DEVICE_EXCEPTION', fields: { why } }
    }
    if (outcome.ok) return outcome
    context.fault(outcome.code, outcome.fields)
    if (outcome.code === 'DEVICE_SILENT' && ++silent >= SILENT_TRIES) break
  }
  return outcome
}

/** What the instrument adds to each quantity, in thousandths; empty where the model has no such registers. */
type Corrections = ReadonlyMap<string, number | 'unknown'>

async function readCorrections(master: ModbusMaster, unit: number, profile: Profile): Promise<Corrections> {
  if (!profile.corrections) return new Map()
  const answer = await master.ask({ unit, fn: 3, address: profile.corrections.address, count: 2 })
  const words = 'reply' in answer && answer.reply.kind === 'registers' ? answer.reply.registers : []
  const milli = (word: number | undefined): number | 'unknown' =>
    word === undefined ? 'unknown' : signed16(word) * profile.milliPerUnit
  return new Map([
    ['Temperature', milli(words[0])],
    ['RelativeHumidity', milli(words[1])],
  ])
}

function corrected(quantities: readonly Quantity[], corrections: Corrections): Quantity[] {
  return quantities.map((quantity) => {
    const correctionMilli = corrections.get(quantity.type)
    return correctionMilli === undefined ? quantity : { ...quantity, correctionMilli }
  })
}

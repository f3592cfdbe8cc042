import * as v from 'valibot'
import type { Faults } from '../fault.ts'
import { air, whole } from '../scenario/values.ts'
import type { Air } from './device.ts'
import type { AirSpec, BaseSpec, InstrumentKind } from './kind.ts'
import { MODBUS_FAULTS, ModbusServer, type Registers, signed } from './modbus-server.ts'
import { ELEMENT_FAULTS, element } from './sense.ts'

const TEMPERATURE = 0x0001
const HUMIDITY = 0x0002
const UNIT = 0x0101
const BAUD = 0x0102
const TEMPERATURE_CORRECTION = 0x0103
const HUMIDITY_CORRECTION = 0x0104

interface Spec extends BaseSpec {
  unit: number
  echo: boolean
  air: AirSpec
  correction: { celsius: number; humidity: number }
}

export interface XyMd02Options {
  unit: number
  baudRate: number
  air: () => Air
  faults: Faults
  /** What the correction registers hold at power-on, in tenths. */
  corrections?: { temperature: number; humidity: number }
}

/**
 * The XY-MD02 temperature and humidity transmitter: Modbus RTU server, input registers 1 (signed, 0.1 °C) and 2 (0.1 %RH), holding registers
 * 0x101 unit address, 0x102 baud rate, 0x103 and 0x104 corrections (signed, 0.1).
 */
export class XyMd02 extends ModbusServer {
  constructor({ unit, baudRate, air: feel, faults, corrections }: XyMd02Options) {
    super({
      unit,
      baudRate,
      faults,
      registers: registersOf(unit, baudRate, element(feel, faults), faults, corrections),
    })
  }
}

function registersOf(
  unit: number,
  baudRate: number,
  read: () => Air,
  faults: Faults,
  corrections = { temperature: 0, humidity: 0 },
): Registers {
  const holding = new Map([
    [UNIT, unit],
    [BAUD, baudRate & 0xffff],
    [TEMPERATURE_CORRECTION, corrections.temperature & 0xffff],
    [HUMIDITY_CORRECTION, corrections.humidity & 0xffff],
  ])
  const tenths = (milli: number, correction: number): number =>
    (Math.round(milli / 100) + signed(holding.get(correction) ?? 0)) & 0xffff
  return {
    holding,
    unitAt: UNIT,
    writable,
    inputs() {
      // A dead element gives zeros, whatever the corrections say.
      const dead = faults.has('dead')
      const { milliC, milliRh } = read()
      return new Map([
        [TEMPERATURE, dead ? 0 : tenths(milliC, TEMPERATURE_CORRECTION)],
        [HUMIDITY, dead ? 0 : tenths(milliRh, HUMIDITY_CORRECTION)],
      ])
    },
  }
}

function writable(address: number, word: number): boolean {
  if (address === UNIT) return word >= 1 && word <= 247
  if (address === BAUD) return word === 9600 || word === 14_400 || word === 19_200
  return Math.abs(signed(word)) <= 100
}

const tenth = v.pipe(
  v.number(),
  v.minValue(-10),
  v.maxValue(10),
  v.transform((value) => Math.round(value * 10)),
)

export const xyMd02: InstrumentKind<Spec> = {
  kind: 'modbus-th',
  what: 'XY-MD02 temperature and humidity, Modbus RTU function 04',
  carrier: 'serial',
  baudRate: 9600,
  settings: {
    unit: v.optional(whole(1, 247), 1),
    echo: v.optional(v.boolean(), false),
    air,
    correction: v.optional(v.strictObject({ celsius: v.optional(tenth, 0), humidity: v.optional(tenth, 0) }), {}),
  },
  shares: 'unit',
  faults: [...MODBUS_FAULTS, ...ELEMENT_FAULTS],
  senses: 'air',
  make({ unit, baudRate, air: spec, correction }, around) {
    const corrections = { temperature: correction.celsius, humidity: correction.humidity }
    return new XyMd02({ unit, baudRate, air: around.air(spec), faults: around.faults, corrections })
  },
}

import * as v from 'valibot'
import { air, whole } from '../scenario/values.ts'
import type { Device } from './device.ts'
import type { AirSpec, BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { MODBUS_FAULTS, ModbusServer } from './modbus-server.ts'
import { ELEMENT_FAULTS, element } from './sense.ts'

/** Where a transmitter keeps its two values and how it writes them. */
export interface Layout {
  fn: 3 | 4
  /** Registers of the two values. */
  temperature: number
  humidity: number
  /** Thousandths in one unit of a register. */
  milliPerUnit: number
  /** Below zero: two's complement, or 10000 − value on some clones. */
  negative: 'twos-complement' | 'minus-10000'
}

interface Spec extends BaseSpec, Layout {
  unit: number
  echo: boolean
  air: AirSpec
}

/** The settings of every Modbus thermometer. */
export const modbusSettings: v.ObjectEntries = {
  unit: v.optional(whole(1, 247), 1),
  echo: v.optional(v.boolean(), false),
  air,
}

/** A transmitter that shows two values and lets nothing be written. */
export function thermometer(
  layout: Layout,
  { unit, baudRate, air: spec }: Pick<Spec, 'unit' | 'baudRate' | 'air'>,
  around: Surroundings,
): Device {
  const read = element(around.air(spec), around.faults)
  const values = (): Map<number, number> => {
    const { milliC, milliRh } = read()
    return new Map([
      [layout.temperature, word(milliC, layout)],
      [layout.humidity, word(milliRh, layout)],
    ])
  }
  const none = new Map<number, number>()
  const holding = new Map<number, number>()
  const registers =
    layout.fn === 4
      ? { inputs: values, holding }
      : {
          inputs: () => none,
          holding,
          refresh: () => {
            for (const [address, value] of values()) holding.set(address, value)
          },
        }
  return new ModbusServer({ unit, baudRate, faults: around.faults, registers })
}

function word(milli: number, { milliPerUnit, negative }: Layout): number {
  const units = Math.round(milli / milliPerUnit)
  if (units >= 0) return units & 0xffff
  return negative === 'minus-10000' ? 10_000 - units : units & 0xffff
}

/** The faults of every Modbus thermometer. */
export const modbusFaults: readonly string[] = [...MODBUS_FAULTS, ...ELEMENT_FAULTS]

export const modbusGeneric: InstrumentKind<Spec> = {
  kind: 'modbus-generic',
  what: 'a Modbus RTU thermometer with registers of your choice',
  carrier: 'serial',
  baudRate: 9600,
  settings: {
    ...modbusSettings,
    fn: v.optional(v.picklist([3, 4]), 4),
    temperature: v.optional(whole(0, 65_535), 0),
    humidity: v.optional(whole(0, 65_535), 1),
    milliPerUnit: v.optional(whole(1, 1000), 100),
    negative: v.optional(v.picklist(['twos-complement', 'minus-10000']), 'twos-complement'),
  },
  shares: 'unit',
  faults: modbusFaults,
  senses: 'air',
  make: (spec, around) => thermometer(spec, spec, around),
}

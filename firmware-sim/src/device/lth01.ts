import type { AirSpec, BaseSpec, InstrumentKind } from './kind.ts'
import { modbusFaults, modbusSettings, thermometer } from './modbus-generic.ts'

interface Spec extends BaseSpec {
  unit: number
  air: AirSpec
}

/** LTH01 and its clones: the values are holding registers 0 and 1, read by function 03; tenths, two's complement. */
export const lth01: InstrumentKind<Spec> = {
  kind: 'lth01',
  what: 'LTH01 temperature and humidity, Modbus RTU function 03',
  carrier: 'serial',
  baudRate: 9600,
  settings: modbusSettings,
  shares: 'unit',
  faults: modbusFaults,
  senses: 'air',
  make: (spec, around) =>
    thermometer({ fn: 3, temperature: 0, humidity: 1, milliPerUnit: 100, negative: 'twos-complement' }, spec, around),
}

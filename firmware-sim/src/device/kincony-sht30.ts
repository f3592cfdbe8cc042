import type { AirSpec, BaseSpec, InstrumentKind } from './kind.ts'
import { modbusFaults, modbusSettings, thermometer } from './modbus-generic.ts'

interface Spec extends BaseSpec {
  unit: number
  air: AirSpec
}

/** KinCony's SHT30 transmitter: input registers 0 and 1, tenths; 10250 means −25.0 °C. */
export const kinconySht30: InstrumentKind<Spec> = {
  kind: 'kincony-sht30',
  what: 'KinCony SHT30 temperature and humidity, Modbus RTU function 04, below zero as value − 10000',
  carrier: 'serial',
  baudRate: 9600,
  settings: modbusSettings,
  shares: 'unit',
  faults: modbusFaults,
  senses: 'air',
  make: (spec, around) =>
    thermometer({ fn: 4, temperature: 0, humidity: 1, milliPerUnit: 100, negative: 'minus-10000' }, spec, around),
}

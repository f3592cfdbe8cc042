import { as7265x } from './as7265x.ts'
import { asciiLine } from './ascii-line.ts'
import type { Driver } from './driver.ts'
import { ds18b20 } from './ds18b20.ts'
import { llrp } from './llrp.ts'
import { m100 } from './m100.ts'
import { modbusTh } from './modbus-th.ts'
import { nmea } from './nmea.ts'
import { scanner } from './scanner.ts'
import { spectrumJson } from './spectrum-json.ts'

/** The table of instrument families. A new one is its own file and one line here. */
const list: readonly Driver<never>[] = [modbusTh, asciiLine, ds18b20, scanner, nmea, m100, llrp, as7265x, spectrumJson]

export const drivers: ReadonlyMap<string, Driver<never>> = new Map(list.map((driver) => [driver.kind, driver]))

export type {
  Address,
  DeviceConfig,
  DeviceState,
  Driver,
  FileDriver,
  LineDriver,
  Measurement,
  Quantity,
  TagSighting,
} from './driver.ts'
export { type DeviceSink, supervise } from './supervise.ts'

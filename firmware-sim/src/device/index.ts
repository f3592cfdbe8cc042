import { as7265x } from './as7265x.ts'
import { asciiThermometer } from './ascii-thermometer.ts'
import { ds18b20 } from './ds18b20.ts'
import { gm65 } from './gm65.ts'
import { gnss } from './gnss.ts'
import { kinconySht30 } from './kincony-sht30.ts'
import type { BaseSpec, InstrumentKind } from './kind.ts'
import { llrp } from './llrp.ts'
import { lth01 } from './lth01.ts'
import { m100 } from './m100.ts'
import { modbusGeneric } from './modbus-generic.ts'
import { scanner } from './scanner.ts'
import { spectrumJson } from './spectrum-json.ts'
import { xyMd02 } from './xy-md02.ts'

/** The table of instruments. A new one is its own file and one line here. */
const list: readonly InstrumentKind<never>[] = [
  xyMd02,
  lth01,
  kinconySht30,
  modbusGeneric,
  asciiThermometer,
  ds18b20,
  scanner,
  gm65,
  gnss,
  m100,
  llrp,
  as7265x,
  spectrumJson,
]

/** Every kind of instrument, by name. What it is given has passed its own settings. */
export const instrumentKinds: ReadonlyMap<string, InstrumentKind<BaseSpec>> = new Map(
  list.map((kind) => [kind.kind, kind as unknown as InstrumentKind<BaseSpec>]),
)

export function instrumentKind(kind: string): InstrumentKind<BaseSpec> | undefined {
  return instrumentKinds.get(kind)
}

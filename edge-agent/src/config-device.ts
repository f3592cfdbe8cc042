import * as v from 'valibot'
import { checksSchema } from './checks-config.ts'
import type { RawDevice } from './config-types.ts'
import { name, uri } from './config-values.ts'
import type { Driver } from './driver/index.ts'

const BAUD_RATES = [1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600]

const PORT = 'must be a serial path or tcp://host:port, with a port from 1 to 65535'
const port = v.pipe(
  v.string(PORT),
  v.check((text) => parseAddress(text) !== undefined, PORT),
)

const deviceEntries = {
  id: name,
  driver: v.string('must be the kind of instrument'),
  uri: v.optional(uri),
}

const lineEntries = {
  port,
  baudRate: v.optional(v.picklist(BAUD_RATES, `must be one of ${BAUD_RATES.join(', ')}`)),
  parity: v.optional(v.picklist(['none', 'even', 'odd'], 'must be none, even or odd'), 'none'),
  stopBits: v.optional(v.picklist([1, 2], 'must be 1 or 2'), 1),
}

const fileEntries = { file: v.pipe(v.string('must be a path'), v.minLength(1, 'must be a path')) }

/** What every device has, with its driver's options beside. */
export function deviceSchema({ options, needs, gives }: Driver<never>): v.GenericSchema<unknown, RawDevice> {
  const address = needs === 'file' ? fileEntries : lineEntries
  const checks = gives === 'reading' ? { checks: v.optional(checksSchema) } : {}
  return v.strictObject({ ...options, ...deviceEntries, ...address, ...checks }) as unknown as v.GenericSchema<
    unknown,
    RawDevice
  >
}

/** What can be said of a device whose driver is not known. */
export const unknownDeviceSchema: v.GenericSchema<unknown, unknown> = v.looseObject({
  id: deviceEntries.id,
  port: v.optional(port),
  uri: deviceEntries.uri,
})

/** A serial path or `tcp://host:port`. */
export function parseAddress(
  text: string,
): { kind: 'serial'; path: string } | { kind: 'tcp'; host: string; port: number } | undefined {
  if (text === '') return undefined
  if (!text.includes('://')) return { kind: 'serial', path: text }
  const match = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)
  if (!match || Number(match[2]) < 1 || Number(match[2]) > 65_535) return undefined
  return { kind: 'tcp', host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) }
}

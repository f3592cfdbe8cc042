import { isRecord } from './is-record.ts'

/**
 * Environment variables that override the file, for deployments that may not edit it. `TRISTAMP_PORT_<DEVICE>` (id in upper case,
 * `-` as `_`) sets a device's port (or file).
 */
const OVERRIDES: Readonly<Record<string, readonly string[]>> = {
  TRISTAMP_DATA: ['data'],
  TRISTAMP_UPLINK_URL: ['uplink', 'url'],
  TRISTAMP_UPLINK_LEDGER_KEY: ['uplink', 'ledgerKey'],
  TRISTAMP_UPLINK_CA: ['uplink', 'ca'],
  TRISTAMP_LOG: ['log'],
  TRISTAMP_PAGES: ['page', 'files'],
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The file's content with what the environment overrides. */
export function override(raw: unknown, env: Environment): unknown {
  if (!isRecord(raw)) return raw
  for (const [variable, path] of Object.entries(OVERRIDES)) {
    const value = env[variable]
    if (value !== undefined) setPath(raw, path, value)
  }
  for (const device of Array.isArray(raw['devices']) ? (raw['devices'] as unknown[]) : []) {
    if (!isRecord(device) || typeof device['id'] !== 'string') continue
    const port = env[`TRISTAMP_PORT_${device['id'].toUpperCase().replaceAll('-', '_')}`]
    if (port !== undefined) device[device['file'] === undefined ? 'port' : 'file'] = port
  }
  return raw
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: string): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (rest.length === 0) {
    target[head] = value
    return
  }
  const inner = target[head]
  if (isRecord(inner)) setPath(inner, rest, value)
}

import type { ConfigIssue } from './config.ts'
import { ACTIONS, type Action, ROLE_OF } from './config-types.ts'
import { drivers } from './driver/index.ts'

/**
 * What only shows when the parts are held against each other: names that point nowhere, roles that are missing. It reads the
 * raw file, so that these errors are listed beside those of shape; what has the wrong shape is passed over here.
 */
export function crossIssues(raw: Record<string, unknown>): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const devices = records(raw['devices'])
  const stations = records(raw['stations'])
  repeated(devices, 'devices', issues)
  repeated(stations, 'stations', issues)
  const gives = new Map(devices.map((d) => [d['id'], drivers.get(String(d['driver']))?.gives]))
  const refer = (path: string, id: unknown, wanted: string, noun: string): void => {
    if (typeof id !== 'string') return
    if (!gives.has(id))
      issues.push({ path, what: `no device has the id ${id}; add it under devices or correct the name` })
    else if (gives.get(id) !== undefined && gives.get(id) !== wanted)
      issues.push({ path, what: `the device ${id} is not a ${noun}` })
  }
  for (const part of ['place', 'clock']) {
    const value = raw[part]
    if (isRecord(value) && value['source'] === 'gnss') refer(`${part}.device`, value['device'], 'fix', 'GNSS receiver')
  }
  const roles =
    isRecord(raw['gateway']) && Array.isArray(raw['gateway']['roles']) ? (raw['gateway']['roles'] as unknown[]) : []
  const scanners = new Map<unknown, number>()
  for (const [i, station] of stations.entries()) {
    const path = `stations[${i}]`
    refer(`${path}.scanner`, station['scanner'], 'scan', 'scanner')
    refer(`${path}.thermometer`, station['thermometer'], 'reading', 'thermometer')
    issues.push(...stationIssues(station, path, roles))
    const other = station['scanner'] === undefined ? undefined : scanners.get(station['scanner'])
    if (other !== undefined)
      issues.push({
        path: `${path}.scanner`,
        what: `is used by stations[${other}] already; a scan can belong to one station only`,
      })
    scanners.set(station['scanner'], i)
  }
  return issues
}

function stationIssues(station: Record<string, unknown>, path: string, roles: readonly unknown[]): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const actions = isRecord(station['actions']) ? Object.keys(station['actions']) : []
  const needed: [string, Action | 'observe'][] = actions
    .filter(isAction)
    .map((action) => [`${path}.actions.${action}`, action])
  if (station['observe'] !== undefined) needed.push([`${path}.observe`, 'observe'])
  for (const [at, action] of needed) {
    if (!roles.includes(ROLE_OF[action]))
      issues.push({ path: at, what: `needs the role ${ROLE_OF[action]} in gateway.roles` })
  }
  if (station['start'] !== undefined && !actions.includes(String(station['start']))) {
    issues.push({ path: `${path}.start`, what: 'must be one of the actions of this station' })
  }
  if (actions.length > 0 && station['scanner'] === undefined)
    issues.push({ path: `${path}.scanner`, what: 'is missing: actions are chosen and filled by scans' })
  if (station['observe'] !== undefined && station['thermometer'] === undefined)
    issues.push({ path: `${path}.thermometer`, what: 'is missing: observe has nothing to record' })
  return issues
}

function repeated(list: readonly Record<string, unknown>[], path: string, issues: ConfigIssue[]): void {
  const seen = new Set<unknown>()
  for (const [i, item] of list.entries()) {
    if (item['id'] !== undefined && seen.has(item['id']))
      issues.push({ path: `${path}[${i}].id`, what: `is used twice; ids must differ` })
    seen.add(item['id'])
  }
}

function isAction(text: string): text is Action {
  return (ACTIONS as readonly string[]).includes(text)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isRecord) : []
}

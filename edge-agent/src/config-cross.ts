import { roleOfStep } from './config-roles.ts'
import { type ConfigIssue, ROLES, type Role } from './config-types.ts'
import { drivers } from './driver/index.ts'
import { isRecord } from './is-record.ts'
import { type StepChoice, stepsOf, type Workflow, workflows } from './station/workflow.ts'

/**
 * What only shows when the parts are held against each other: names that point nowhere, roles that are missing. It reads the
 * raw file, so that these errors are listed beside those of shape; what has the wrong shape is passed over here.
 */
export function crossIssues(raw: Record<string, unknown>): ConfigIssue[] {
  // Without roles in the file the enrolment's count, which an act is held against when it is done.
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
  const given = isRecord(raw['gateway']) ? raw['gateway']['roles'] : undefined
  const roles: readonly unknown[] = given === undefined ? ROLES : Array.isArray(given) ? (given as unknown[]) : []
  const kept = (part: unknown): boolean => isRecord(part) && part['type'] !== 'file'
  if (raw['nextKey'] !== undefined && kept(raw['key']) !== kept(raw['nextKey']))
    issues.push({ path: 'nextKey', what: 'must be kept in a file if `key` is, and else elsewhere' })
  const tests = records(raw['tests'])
  for (const [i, test] of tests.entries()) {
    refer(`tests[${i}].spectrometer`, test['spectrometer'], 'spectrum', 'spectrometer')
    const station = stations.find(({ id }) => id === test['station'])
    if (typeof test['station'] === 'string' && station === undefined)
      issues.push({ path: `tests[${i}].station`, what: `no station has the id ${test['station']}` })
    if (station !== undefined && station['scanner'] === undefined)
      issues.push({ path: `tests[${i}].station`, what: 'has no scanner, which tells what is tested' })
    if (!roles.includes('observe'))
      issues.push({ path: `tests[${i}]`, what: 'needs the role observe in gateway.roles' })
  }
  issues.push(...lineIssues(devices))
  const scanners = new Map<unknown, number>()
  for (const [i, station] of stations.entries()) {
    const path = `stations[${i}]`
    refer(`${path}.scanner`, station['scanner'], 'scan', 'scanner')
    const readers = Array.isArray(station['readers']) ? (station['readers'] as unknown[]) : []
    for (const [n, reader] of readers.entries()) refer(`${path}.readers[${n}]`, reader, 'scan', 'tag reader')
    refer(`${path}.thermometer`, station['thermometer'], 'reading', 'thermometer')
    issues.push(...stationIssues(station, path, roles, raw['page'] !== undefined))
    const sources: [string, unknown][] = [
      [`${path}.scanner`, station['scanner']],
      ...readers.map((reader, n): [string, unknown] => [`${path}.readers[${n}]`, reader]),
    ]
    for (const [at, source] of sources) {
      const other = source === undefined ? undefined : scanners.get(source)
      if (other !== undefined)
        issues.push({ path: at, what: `is used by stations[${other}] already; a scan can belong to one station only` })
      scanners.set(source, i)
    }
  }
  return issues
}

/** Instruments on one line: of a kind that takes turns, at the same speed, and each with its own number. */
function lineIssues(devices: readonly Record<string, unknown>[]): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const first = new Map<string, { device: Record<string, unknown>; at: number; numbers: Set<unknown> }>()
  for (const [i, device] of devices.entries()) {
    const { port } = device
    const driver = drivers.get(String(device['driver']))
    if (typeof port !== 'string' || driver?.needs !== 'line') continue
    const shares = driver.shares as string | undefined
    const number = shares === undefined ? undefined : (device[shares] ?? 1)
    const line = first.get(port)
    if (line === undefined) {
      first.set(port, { device, at: i, numbers: new Set([number]) })
      continue
    }
    const path = `devices[${i}]`
    if (shares === undefined || drivers.get(String(line.device['driver'])) !== driver) {
      issues.push({
        path: `${path}.port`,
        what: `is the line of devices[${line.at}] already; only Modbus instruments share one`,
      })
      continue
    }
    for (const name of ['baudRate', 'parity', 'stopBits']) {
      if ((device[name] ?? lineDefault(name, driver)) !== (line.device[name] ?? lineDefault(name, driver)))
        issues.push({
          path: `${path}.${name}`,
          what: `differs from that of devices[${line.at}], which is on the same line`,
        })
    }
    if (line.numbers.has(number))
      issues.push({ path: `${path}.${shares}`, what: `is used by another device on the same line; each needs its own` })
    line.numbers.add(number)
  }
  return issues
}

function lineDefault(name: string, { baudRate }: { baudRate: number }): unknown {
  return { baudRate, parity: 'none', stopBits: 1 }[name]
}

function stationIssues(
  station: Record<string, unknown>,
  path: string,
  roles: readonly unknown[],
  hasPage: boolean,
): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const { choice, strange } = choiceOf(station)
  for (const [at, what] of strange) issues.push({ path: `${path}.${at}`, what })
  const steps = stepsOf(choice)
  for (const name of Object.keys(choice.actions)) {
    if (!steps.has(name))
      issues.push({
        path: `${path}.actions.${name}`,
        what: 'is no action and no step of the workflow; give it an `action`',
      })
  }
  const needed: [string, Role][] = [...steps].map(([name, step]) => [`${path}.actions.${name}`, roleOfStep(step)])
  if (station['observe'] !== undefined) needed.push([`${path}.observe`, 'observe'])
  for (const [at, role] of needed) {
    if (!roles.includes(role)) issues.push({ path: at, what: `needs the role ${role} in gateway.roles` })
  }
  if (station['start'] !== undefined && !steps.has(String(station['start']))) {
    issues.push({ path: `${path}.start`, what: 'must be one of the actions of this station' })
  }
  if (steps.size > 0 && station['scanner'] === undefined && !hasPage)
    issues.push({
      path: `${path}.scanner`,
      what: 'is missing: actions are chosen and filled by scans, or at the `page`',
    })
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

/** What a station's entries say of its steps, as far as they have the right shape. */
function choiceOf(station: Record<string, unknown>): { choice: StepChoice; strange: [string, string][] } {
  const strange: [string, string][] = []
  const { workflow, steps, actions } = station
  const known = typeof workflow === 'string' && Object.hasOwn(workflows, workflow) ? (workflow as Workflow) : undefined
  const names = Array.isArray(steps) ? (steps as unknown[]).filter((name) => typeof name === 'string') : undefined
  if (names && workflow === undefined) strange.push(['steps', 'choose from a workflow; there is none'])
  for (const [i, name] of (known === undefined ? [] : (names ?? [])).entries()) {
    if (!Object.hasOwn(workflows[known!], name))
      strange.push([`steps[${i}]`, `must be one of ${Object.keys(workflows[known!]).join(', ')}`])
  }
  const own = isRecord(actions) ? Object.entries(actions).filter(([, value]) => value === null || isRecord(value)) : []
  return {
    choice: { workflow: known, steps: names, actions: Object.fromEntries(own) as StepChoice['actions'] },
    strange,
  }
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isRecord) : []
}

import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Enrolment, fromBase64Url } from '@tristamp/protocol'
import * as v from 'valibot'
import { LineCounter, parseDocument } from 'yaml'
import { crossIssues } from './config-cross.ts'
import { deviceSchema, fileSchema, parseAddress, unknownDeviceSchema } from './config-schema.ts'
import type {
  AgentConfig,
  ClockConfig,
  ConfiguredDevice,
  FileShape,
  KeyConfig,
  Limits,
  PlaceConfig,
  RawDevice,
  RawStation,
  StationConfig,
} from './config-types.ts'
import { type Address, drivers, type LineDriver } from './driver/index.ts'
import { readEnrolment, withEnrolment } from './enrolment.ts'
import { AgentError, whyOf } from './error.ts'
import { FILES, refuseOpenPage } from './page/config.ts'
import { stepsOf } from './station/workflow.ts'

export type * from './config-types.ts'

/** A path in the file and what is wrong there. */
export interface ConfigIssue {
  path: string
  what: string
}

/** A gateway's file is a screenful; this bounds what a wrong path (a disk image) can cost. */
const MAX_BYTES = 262_144

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

type Environment = Readonly<Record<string, string | undefined>>

/** Reads and checks the file, and holds it against the enrolment that was picked up. @throws AgentError CONFIG_*; CONFIG_INVALID lists every error of the file at once. */
export function loadConfig(file: string, env: Environment = {}): AgentConfig {
  let bytes: Uint8Array
  try {
    bytes = readStart(file, MAX_BYTES + 1)
  } catch (cause) {
    throw new AgentError('CONFIG_MISSING', { file, why: whyOf(cause) }, { cause })
  }
  if (bytes.length > MAX_BYTES) throw new AgentError('CONFIG_TOO_LARGE', { file, kib: MAX_BYTES / 1024 })
  const text = new TextDecoder().decode(bytes)
  const config = parseConfig(text, resolve(file), env)
  const enrolment = readEnrolment(config)
  return enrolment === undefined ? config : parseConfig(text, resolve(file), env, enrolment)
}

/** The first so many bytes of a file: of a disk image or a device no more is read. */
function readStart(file: string, most: number): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = new Uint8Array(most)
    let length = 0
    for (let read = -1; read !== 0 && length < most; length += read)
      read = readSync(descriptor, bytes, length, most - length, null)
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

export function parseConfig(text: string, file: string, env: Environment = {}, enrolment?: Enrolment): AgentConfig {
  const raw = override(parseYaml(text, file), env)
  const { issues, shape, devices } = check(raw)
  if (issues.length > 0 || !shape) {
    const list = issues.map(({ path, what }) => `  ${path}: ${what}`).join('\n')
    throw new AgentError('CONFIG_INVALID', { file, count: issues.length, list: list.slice(0, 8000) })
  }
  const config = toConfig(shape, devices, file, enrolment)
  refuseOpenPage(config.page)
  return config
}

function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: true })
  const [error] = document.errors
  if (error) throw new AgentError('CONFIG_MALFORMED', { file, why: error.message.split('\n')[0] ?? '' })
  try {
    // A file of aliases that multiply is refused by this bound.
    return document.toJS({ maxAliasCount: 50 })
  } catch (cause) {
    throw new AgentError('CONFIG_MALFORMED', { file, why: whyOf(cause) }, { cause })
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function override(raw: unknown, env: Environment): unknown {
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

interface Checked {
  issues: ConfigIssue[]
  shape: FileShape | undefined
  devices: RawDevice[]
}

function check(raw: unknown): Checked {
  if (!isRecord(raw))
    return {
      issues: [{ path: '(file)', what: 'must be a map with gateway, data, uplink, …' }],
      shape: undefined,
      devices: [],
    }
  const result = v.safeParse(fileSchema, raw)
  const issues = result.success ? [] : result.issues.map((issue) => issueOf(issue))
  const devices: RawDevice[] = []
  for (const [i, device] of (Array.isArray(raw['devices']) ? (raw['devices'] as unknown[]) : []).entries()) {
    if (isRecord(device)) checkDevice(device, `devices[${i}]`, issues, devices)
  }
  issues.push(...crossIssues(raw))
  return { issues, shape: result.success ? result.output : undefined, devices }
}

function checkDevice(device: Record<string, unknown>, path: string, issues: ConfigIssue[], devices: RawDevice[]): void {
  const driver = typeof device['driver'] === 'string' ? drivers.get(device['driver']) : undefined
  if (!driver) {
    issues.push({ path: `${path}.driver`, what: `must be one of ${[...drivers.keys()].join(', ')}` })
    issues.push(...(v.safeParse(unknownDeviceSchema, device).issues ?? []).map((issue) => issueOf(issue, path)))
    return
  }
  const result = v.safeParse(deviceSchema(driver), device)
  if (!result.success) issues.push(...result.issues.map((issue) => issueOf(issue, path)))
  else devices.push(result.output)
}

function issueOf(issue: v.BaseIssue<unknown>, base = ''): ConfigIssue {
  const path = (issue.path ?? []).reduce((text, item) => text + step(item.key), base).replace(/^\./, '')
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return { path, what: 'is not known here; remove it or correct its name' }
  if (issue.received === 'undefined')
    return { path, what: `is missing${issue.message.startsWith('must') ? ` (it ${issue.message})` : ''}` }
  // The library's own messages begin so; ours say what it must be.
  const what = issue.message.startsWith('Invalid') ? (KINDS[issue.type] ?? `must be ${issue.expected}`) : issue.message
  return { path: path || '(file)', what }
}

/** What a value must be, where the schema does not say it better. */
const KINDS: Readonly<Record<string, string>> = {
  strict_object: 'must be a map of names and values',
  loose_object: 'must be a map of names and values',
  record: 'must be a map of names and values',
  array: 'must be a list',
  string: 'must be text',
  number: 'must be a number',
  boolean: 'must be true or false',
  min_length: 'must not be empty',
}

function step(key: unknown): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
}

function toConfig(shape: FileShape, devices: readonly RawDevice[], file: string, enrolment?: Enrolment): AgentConfig {
  const folder = dirname(file)
  const { uplink, log, metrics, page } = shape
  const { gateway, enrolled, limitsOf } = withEnrolment(shape, enrolment)
  return {
    file,
    gateway,
    enrolled,
    key: keyOf(shape.key, folder),
    nextKey: keyOf(shape.nextKey ?? shape.key, folder),
    log,
    metrics,
    page: page && { ...page, files: page.files === undefined ? FILES : resolve(folder, page.files) },
    data: resolve(folder, shape.data),
    uplink: {
      url: uplink.url,
      ledgerKey: fromBase64Url(uplink.ledgerKey),
      ca: uplink.ca === undefined ? undefined : resolve(folder, uplink.ca),
      plain: uplink.plain,
      window: uplink.window,
      ackTimeoutMs: uplink.ackTimeout,
    },
    batch: shape.batch,
    outbox: shape.outbox,
    place: placeOf(shape.place, enrolment),
    clock: clockOf(shape.clock),
    devices: devices.map((device) => toDevice(device, folder)),
    stations: shape.stations.map((station) => toStation(station, gateway.station, limitsOf(station.limits))),
    tests: shape.tests.map(({ station, spectrometer, model, calibration, scans, reference }) => ({
      station,
      spectrometer,
      model: resolve(folder, model),
      calibration,
      scans,
      referenceMs: reference,
    })),
  }
}

/** A position that nobody has registered is none. */
function placeOf(place: FileShape['place'], enrolment: Enrolment | undefined): PlaceConfig {
  if (place.source === 'gnss') return place
  const { accuracyM } = place
  const { latE7, lonE7 } = place.source === 'site' ? place : (enrolment?.place ?? {})
  return { source: 'site', ...(latE7 !== undefined && lonE7 !== undefined && { site: { latE7, lonE7, accuracyM } }) }
}

function keyOf(key: FileShape['key'], folder: string): KeyConfig {
  if (key.type === 'file') return key
  const { timeout: timeoutMs, ...rest } = key
  if (rest.type === 'command') return { ...rest, publicKey: fromBase64Url(rest.publicKey), timeoutMs }
  return { ...rest, module: resolve(folder, rest.module), pinFile: resolve(folder, rest.pinFile), timeoutMs }
}

function clockOf(clock: FileShape['clock']): ClockConfig {
  if (clock.source !== 'gnss') return clock
  const { almanac, ...others } = clock
  return { ...others, almanacMs: almanac }
}

function toDevice(device: RawDevice, folder: string): ConfiguredDevice {
  const {
    id,
    driver,
    port: _port,
    file: _file,
    baudRate: _baudRate,
    parity: _parity,
    stopBits: _stopBits,
    uri,
    ...options
  } = device
  return { id, driver, address: toAddress(device, folder), options, ...(uri === undefined ? {} : { uri }) }
}

function toAddress(device: RawDevice, folder: string): Address {
  if (device.file !== undefined) return { kind: 'file', path: resolve(folder, device.file) }
  const { port, baudRate, parity, stopBits } = device
  const parsed = parseAddress(port)!
  if (parsed.kind === 'tcp') return parsed
  const driver = drivers.get(device.driver) as LineDriver<never>
  return { kind: 'serial', path: resolve(folder, parsed.path), baudRate: baudRate ?? driver.baudRate, parity, stopBits }
}

function toStation(station: RawStation, fallback: string, limits: Limits | undefined): StationConfig {
  const { id, scanner, thermometer, holds, separators, readers, start, undo, observe } = station
  return {
    id,
    scanner,
    thermometer,
    holds: holds ?? fallback,
    limits,
    separators,
    readers,
    start,
    undoMs: undo,
    observeMs: observe,
    actions: stepsOf(station),
  }
}

import { dirname, resolve } from 'node:path'
import { type Enrolment, fromBase64Url } from '@tristamp/protocol'
import { parseAddress } from './config-device.ts'
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
import { withEnrolment } from './enrolment.ts'
import { FILES } from './page/config.ts'
import { stepsOf } from './station/workflow.ts'

/** The configuration of a file that is as it must be; paths in it are relative to the file's folder. */
export function toConfig(
  shape: FileShape,
  devices: readonly RawDevice[],
  file: string,
  enrolment?: Enrolment,
): AgentConfig {
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
    sealedCodes: shape.sealedCodes === undefined ? undefined : resolve(folder, shape.sealedCodes),
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
  const { id, scanner, thermometer, calibration, holds, separators, readers, start, undo, observe } = station
  return {
    id,
    scanner,
    thermometer,
    calibration,
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

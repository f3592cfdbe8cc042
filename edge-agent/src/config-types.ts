import type { Enrolment } from '@tristamp/protocol'
import type { DeviceConfig } from './driver/index.ts'
import type { PageConfig, RawPage } from './page/config.ts'
import type { RawTest, TestConfig } from './spectroscopy/config.ts'
import type { StepChoice, Workflow } from './station/workflow.ts'
import type { Parity } from './transport/index.ts'

/** A path in the file and what is wrong there. */
export interface ConfigIssue {
  path: string
  what: string
}

/** The kinds of acts at a station. What one means there, and what it is called, is a step: {@link StationStep}. */
export const ACTIONS = [
  'commission',
  'transform',
  'pack',
  'unpack',
  'load',
  'unload',
  'ship',
  'receive',
  'sell',
  'handle',
] as const
export type Action = (typeof ACTIONS)[number]

/** What the enrolment allows a gateway to sign. */
export const ROLES = ['commission', 'transform', 'pack', 'ship', 'receive', 'observe', 'sell'] as const
export type Role = (typeof ROLES)[number]

export interface GatewayConfig {
  org: string
  id: string
  /** The gateway's own identifier (GIAI): `iss` of its statements. */
  uri: string
  /** The place (414) or asset (8003, 8004) that it speaks for: `sub` of its statements. What the ledger has enrolled, once that is known. */
  station: string
  roles: Role[]
  /** IANA zone for `eventTimeZoneOffset`. */
  zone: string
}

export interface UplinkConfig {
  url: string
  /** 32 bytes: the key that the ledger signs its acknowledgements with. */
  ledgerKey: Uint8Array
  ca?: string | undefined
  /** Whether mqtt:// to another machine is accepted. */
  plain: boolean
  /** Most batches in flight. */
  window: number
  ackTimeoutMs: number
}

/** A surveyed place, in 1e-7 degrees. */
export interface Site {
  latE7: number
  lonE7: number
  accuracyM: number
}

/** A `site` without coordinates: it is to come from the enrolment, and has not. */
export type PlaceConfig =
  | { source: 'site'; site?: Site | undefined }
  | { source: 'gnss'; device: string; site?: Site | undefined }

/** What sets the clock. `maxErrorMs`: above it the clock counts as lost, and is reported. */
export type ClockConfig =
  /** `almanacMs`: so long a receiver without power before may not know the leap seconds. */
  | { source: 'gnss'; device: string; maxErrorMs: number; almanacMs: number }
  | { source: 'chrony' | 'system'; maxErrorMs: number }

/** What one step does differently from the usual of its action. */
export interface ActionOptions {
  bizStep?: string | undefined
  disposition?: string | undefined
  /** Where from and where to: places (414) or parties (417). */
  from?: string | undefined
  to?: string | undefined
}

export interface Words {
  zh: string
  en: string
}

/** One thing that can be done at a station: a kind of act, what it means in EPCIS, and what people call it. */
export interface StationStep extends ActionOptions {
  action: Action
  label: Words
}

export interface Limits {
  minMilliC: number
  maxMilliC: number
}

export interface StationConfig {
  id: string
  scanner?: string | undefined
  thermometer?: string | undefined
  /** Of the thermometer, and until when it holds (UTC). */
  calibration?: { id: string; until: string } | undefined
  /** The asset or place that holds the goods here: a cold room, a truck. */
  holds: string
  limits?: Limits | undefined
  /** Whether it was checked that the scanner sends FNC1 as GS; until then a lot that may have swallowed another element is refused. */
  separators: 'unproven' | 'proven'
  /** Readers of tags, whose reads count as scans. */
  readers: readonly string[]
  /** The step that a scan means before any command. */
  start?: string | undefined
  /** For how long the last act can be undone, ms. */
  undoMs: number
  /** How often the asset's readings are signed without any goods, ms. */
  observeMs?: number | undefined
  /** Steps by name, as command barcodes say them. */
  actions: ReadonlyMap<string, StationStep>
}

/** A device with its driver's own, checked options. */
export interface ConfiguredDevice extends DeviceConfig {
  options: Readonly<Record<string, unknown>>
}

interface Pkcs11Key {
  type: 'pkcs11'
  module: string
  token?: string | undefined
  slot?: number | undefined
  id: string
  pinFile: string
  tool: string
}

/** Where the key is that signs (docs/gateway/install.md). Paths are absolute. */
export type KeyConfig =
  | { type: 'file' }
  | (Pkcs11Key & { timeoutMs: number })
  | { type: 'command'; sign: readonly string[]; publicKey: Uint8Array; timeoutMs: number }

/** A value in which the file and the enrolment at the ledger are not of one mind. */
export interface Difference {
  /** Path in the file. */
  path: string
  given: string
  enrolled: string
}

/** What the ledger says of the gateway, and how the file fits to it. */
export interface Enrolled {
  /** The last that the ledger told; undefined while there is none. */
  enrolment: Enrolment | undefined
  /** Values that must come from the enrolment, and have not: without them nothing is stamped. */
  missing: readonly string[]
  differences: readonly Difference[]
}

/** The gateway's configuration, parsed: nothing in it needs checking again. */
export interface AgentConfig {
  /** Where it was read from. */
  file: string
  gateway: GatewayConfig
  enrolled: Enrolled
  key: KeyConfig
  /** Where the key is that takes its place at the next rotation. */
  nextKey: KeyConfig
  /** How the log is written; `auto`: for people on a terminal, else one JSON object a line. */
  log: 'auto' | 'json' | 'text'
  /** Where metrics are served, if they are. */
  metrics: { host: string; port: number } | undefined
  /** The gateway's own page, if there is to be one. */
  page: PageConfig | undefined
  /** Absolute path of the data folder. */
  data: string
  uplink: UplinkConfig
  batch: { flushMs: number; maxEvents: number }
  outbox: { maxMiB?: number | undefined }
  place: PlaceConfig
  clock: ClockConfig
  devices: ConfiguredDevice[]
  stations: StationConfig[]
  tests: TestConfig[]
  /** Absolute path of the manifest of sealed codes, if goods here have some. */
  sealedCodes: string | undefined
}

/** The file's own shape after the structural check, before references are resolved. */
export interface FileShape {
  gateway: {
    org: string
    id: string
    uri: string
    station?: string | undefined
    roles?: Role[] | undefined
    zone?: string | undefined
  }
  key:
    | { type: 'file' }
    | (Pkcs11Key & { timeout: number })
    | { type: 'command'; sign: string[]; publicKey: string; timeout: number }
  nextKey?: FileShape['key'] | undefined
  log: 'auto' | 'json' | 'text'
  metrics?: { host: string; port: number } | undefined
  page?: RawPage | undefined
  data: string
  uplink: {
    url: string
    ledgerKey: string
    ca?: string | undefined
    plain: boolean
    window: number
    ackTimeout: number
  }
  batch: { flushMs: number; maxEvents: number }
  outbox: { maxMiB?: number | undefined }
  place:
    | ({ source: 'site' } & Site)
    | { source: 'enrolment'; accuracyM: number }
    | { source: 'gnss'; device: string; site?: Site | undefined }
  clock:
    | { source: 'gnss'; device: string; maxErrorMs: number; almanac: number }
    | { source: 'chrony' | 'system'; maxErrorMs: number }
  devices: Record<string, unknown>[]
  stations: RawStation[]
  tests: RawTest[]
  sealedCodes?: string | undefined
}

export interface RawStation {
  id: string
  scanner?: string | undefined
  thermometer?: string | undefined
  calibration?: { id: string; until: string } | undefined
  holds?: string | undefined
  limits?: Limits | { product: string } | undefined
  separators: 'unproven' | 'proven'
  readers: string[]
  workflow?: Workflow | undefined
  steps?: string[] | undefined
  undo: number
  start?: string | undefined
  observe?: number | undefined
  actions: StepChoice['actions']
}

/** With `port` and its settings or with `file`, as its driver needs. */
export type RawDevice = { id: string; driver: string; uri?: string | undefined; [option: string]: unknown } & (
  | { port: string; baudRate?: number | undefined; parity: Parity; stopBits: 1 | 2; file?: undefined }
  | { file: string; port?: undefined }
)

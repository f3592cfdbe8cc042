import * as v from 'valibot'
import { ACTIONS, type FileShape, ROLES } from './config-types.ts'
import { integer, keyBytes, name, text, uri } from './config-values.ts'
import { durationMs } from './duration.ts'
import { pageSchema } from './page/config.ts'
import { calibrationSchema, testsSchema } from './spectroscopy/config.ts'
import { WORKFLOWS } from './station/workflow.ts'

const site = v.strictObject({
  latE7: integer(-900_000_000, 900_000_000),
  lonE7: integer(-1_800_000_000, 1_800_000_000),
  accuracyM: v.optional(integer(1, 100_000), 20),
})

const gateway = v.strictObject({
  org: name,
  id: name,
  uri,
  station: v.optional(uri),
  roles: v.optional(
    v.pipe(
      v.array(v.picklist(ROLES, `must be one of ${ROLES.join(', ')}`), 'must be a list of roles'),
      v.minLength(1, 'must name at least one role'),
    ),
  ),
  zone: v.optional(v.pipe(v.string(), v.check(isZone, 'must be an IANA time zone such as Asia/Shanghai'))),
})

const uplink = v.strictObject({
  url: v.pipe(
    v.string('must be an address such as mqtts://ledger.example:8883'),
    v.check(isMqttUrl, 'must begin with mqtt:// or mqtts:// and name a host, without user or password'),
  ),
  ledgerKey: v.pipe(
    v.string('must be the acknowledgement key that the ledger printed at its init'),
    v.check(
      (text) => keyBytes(text)?.length === 32,
      'must be 32 bytes in base64url: the acknowledgement key of the ledger',
    ),
  ),
  /** Certificate authority file for mqtts, when the ledger's certificate is not from a public one; or that certificate itself. */
  ca: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Whether mqtt:// to another machine is accepted. */
  plain: v.optional(v.boolean('must be true or false'), false),
  window: v.optional(integer(1, 1000), 100),
  ackTimeout: v.optional(durationMs, '20s'),
})

const batch = v.strictObject({
  flushMs: v.optional(integer(0, 60_000), 1000),
  maxEvents: v.optional(integer(1, 1024), 256),
})

/** Room for what waits for the ledger; without a number the disk alone sets the limit. */
const outbox = v.strictObject({ maxMiB: v.optional(integer(16, 1_048_576)) })

const place = v.variant(
  'source',
  [
    v.strictObject({ source: v.literal('site'), ...site.entries }),
    v.strictObject({ source: v.literal('enrolment'), accuracyM: site.entries.accuracyM }),
    v.strictObject({ source: v.literal('gnss'), device: name, site: v.optional(site) }),
  ],
  'must have `source: site`, `source: gnss` or `source: enrolment`',
)

const maxErrorMs = v.optional(integer(1, 3_600_000), 2000)

const clock = v.variant(
  'source',
  [
    v.strictObject({ source: v.literal('gnss'), device: name, maxErrorMs, almanac: v.optional(durationMs, '13m') }),
    v.strictObject({ source: v.literal('chrony'), maxErrorMs }),
    v.strictObject({ source: v.literal('system'), maxErrorMs }),
  ],
  'must have `source: gnss`, `source: chrony` or `source: system`',
)

const stepName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a–z 0–9 -, beginning with a letter'),
)
const word = v.pipe(
  v.string('must be text'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(40, 'must be at most 40 characters'),
)

/** A step of the station's own, or what a step of its workflow does differently here (docs/gateway/stations.md). */
const actionOptions = v.strictObject({
  action: v.optional(v.picklist(ACTIONS, `must be one of ${ACTIONS.join(', ')}`)),
  label: v.optional(v.strictObject({ zh: word, en: word })),
  bizStep: v.optional(v.pipe(v.string(), v.minLength(1))),
  disposition: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Where from and where to, for ship and receive: places (414) or parties (417). */
  from: v.optional(uri),
  to: v.optional(uri),
})

const limits = v.pipe(
  v.strictObject({ minMilliC: integer(-100_000, 200_000), maxMilliC: integer(-100_000, 200_000) }),
  v.check((l) => l.minMilliC < l.maxMilliC, 'minMilliC must be below maxMilliC'),
)

const station = v.strictObject({
  id: name,
  scanner: v.optional(name),
  thermometer: v.optional(name),
  calibration: v.optional(calibrationSchema),
  holds: v.optional(uri),
  limits: v.optional(
    v.union(
      [limits, v.strictObject({ product: uri })],
      'must be { minMilliC, maxMilliC }, the lower first, or { product }',
    ),
  ),
  separators: v.optional(v.picklist(['unproven', 'proven'], 'must be unproven or proven'), 'unproven'),
  readers: v.optional(
    v.pipe(v.array(name, 'must be a list of devices'), v.maxLength(16, 'must name at most 16 devices')),
    [],
  ),
  workflow: v.optional(v.picklist(WORKFLOWS, `must be one of ${WORKFLOWS.join(', ')}`)),
  steps: v.optional(v.array(stepName, 'must be a list of steps')),
  undo: v.optional(durationMs, '15m'),
  start: v.optional(stepName),
  observe: v.optional(durationMs),
  actions: v.optional(
    v.record(
      stepName,
      // `receive:` with nothing after it is null in YAML.
      v.nullish(actionOptions, {}),
    ),
    {},
  ),
})

const keyTimeout = v.optional(durationMs, '5s')

const key = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('file') }),
    v.pipe(
      v.strictObject({
        type: v.literal('pkcs11'),
        module: text,
        token: v.optional(text),
        slot: v.optional(integer(0, 0xffff_ffff)),
        id: v.pipe(
          v.string('must be the key id in hex'),
          v.regex(/^([0-9a-fA-F]{2}){1,32}$/, 'must be the key id in hex'),
        ),
        pinFile: text,
        tool: v.optional(text, 'pkcs11-tool'),
        timeout: keyTimeout,
      }),
      v.check((k) => (k.token === undefined) !== (k.slot === undefined), 'must have either `token` or `slot`'),
    ),
    v.strictObject({
      type: v.literal('command'),
      sign: v.pipe(
        v.array(text, 'must be a list: the program and its arguments'),
        v.minLength(1, 'must name a program'),
      ),
      publicKey: v.pipe(
        v.string('must be the public key'),
        v.check((given) => keyBytes(given)?.length === 32, 'must be 32 bytes in base64url: the public key'),
      ),
      timeout: keyTimeout,
    }),
  ],
  'must have `type: file`, `type: pkcs11` or `type: command`',
)

const metrics = v.strictObject({
  host: v.optional(v.picklist(['127.0.0.1', '::1', 'localhost'], 'must be 127.0.0.1, ::1 or localhost'), '127.0.0.1'),
  port: integer(1, 65_535),
})

/** The whole file but for the devices' own options, which their drivers check. */
export const fileSchema: v.GenericSchema<unknown, FileShape> = v.strictObject({
  gateway,
  key: v.optional(key, { type: 'file' }),
  nextKey: v.optional(key),
  log: v.optional(v.picklist(['auto', 'json', 'text'], 'must be auto, json or text'), 'auto'),
  metrics: v.optional(metrics),
  // `page:` with nothing after it is null in YAML: the page with its usual settings.
  page: v.optional(v.nullable(pageSchema, {})),
  data: v.pipe(v.string('must be a folder'), v.minLength(1, 'must be a folder')),
  uplink,
  batch: v.optional(batch, {}),
  outbox: v.optional(outbox, {}),
  place,
  clock: v.optional(clock, { source: 'system' }),
  devices: v.optional(v.array(v.looseObject({}), 'must be a list of devices'), []),
  stations: v.optional(v.array(station, 'must be a list of stations'), []),
  tests: v.optional(testsSchema, []),
  /** Manifest of sealed codes (docs/spec/sealed-code.md). */
  sealedCodes: v.optional(v.pipe(v.string('must be a file'), v.minLength(1, 'must be a file'))),
})

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

function isMqttUrl(text: string): boolean {
  try {
    const url = new URL(text)
    return (
      (url.protocol === 'mqtt:' || url.protocol === 'mqtts:') &&
      url.hostname !== '' &&
      url.username === '' &&
      url.password === ''
    )
  } catch {
    return false
  }
}

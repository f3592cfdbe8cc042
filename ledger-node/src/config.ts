import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isKeyName, type Policy } from '@tristamp/protocol'
import * as v from 'valibot'
import { parse } from 'yaml'
import { LedgerError } from './error.ts'
import { ACCESS_ROLES, type Access } from './http/bearer.ts'
import type { TlsFiles } from './tls.ts'
import {
  policyOfWitnesses,
  QUORUM_SCHEMA,
  readPolicyFile,
  WITNESS_SCHEMA,
  WITNESSES_SCHEMA,
  type WitnessSettings,
} from './witness/witness-config.ts'

/** Everything that an operator decides. Read once, by `readConfig`, and passed on as this type. */
export interface Config {
  /** The ledger's folder. */
  data: string
  http: {
    host: string
    /** 0: any free port. */
    port: number
    /** What readers see in front of this node: in QR codes and in the policy. Without it, the address that it listens on. */
    publicUrl?: string
    /** The built pages of verifier-web. */
    pages?: string
    /** Batches a client address may POST a second, over a burst of as many again. */
    postsPerSecond: number
    /** Histories, events and codes a client address may ask for a second, likewise. */
    readsPerSecond: number
    /** The header in which a trusted proxy tells the client's address, as `X-Forwarded-For`. */
    addressHeader?: string
    /** The header in which a trusted proxy tells the client's region or time zone, for scan counts. */
    regionHeader?: string
    tls?: TlsFiles
  }
  mqtt: {
    host: string
    port: number
    maxConnections: number
    /** Events a gateway may send a second; more is taken later. */
    eventsPerSecond: number
    tls?: TlsFiles
    /** A broker of others to meet the gateways at, instead of listening for them. */
    broker?: { url: string; username?: string; passwordFile?: string; ca?: string }
  }
  /** Who may see the regulator's desk and the operator's board, by tokens. */
  access: Access[]
  /** Whether others than this machine may be served without TLS. */
  plain: boolean
  /** The shortest time between two seals, ms. */
  sealEveryMs: number
  /** The shortest time between two snapshots of the history map, ms; 0: only when the node stops. */
  snapshotEveryMs: number
  /** This node as a witness for other logs. */
  witness?: WitnessSettings
  /** The node that this one follows, instead of keeping a ledger of its own. */
  follow?: {
    url: string
    /** Of the key that it cosigns by, in policies. */
    name?: string
  }
  /** Who signs this ledger's checkpoints beside it, and how many of them must. */
  policy?: Policy
}

export const DEFAULTS = {
  host: '127.0.0.1',
  httpPort: 8080,
  mqttPort: 1883,
  postsPerSecond: 50,
  readsPerSecond: 200,
  eventsPerSecond: 2000,
  maxConnections: 1024,
  sealEveryMs: 1000,
  snapshotEveryMs: 600_000,
} as const

const port = v.pipe(v.number('expected a port number'), v.integer(), v.minValue(0), v.maxValue(65_535))
const text = v.pipe(v.string('expected text'), v.nonEmpty('must not be empty'))
const url = v.pipe(
  text,
  v.url('expected a URL'),
  v.startsWith('http', 'expected an http or https URL'),
  v.transform((u) => u.replace(/\/+$/, '')),
)
const keyName = v.pipe(text, v.check(isKeyName, 'expected a name without spaces and plus signs'))
const count = (max: number) => v.pipe(v.number('expected a number'), v.integer(), v.minValue(1), v.maxValue(max))

const tls = v.strictObject({ cert: text, key: text })
const outsideBroker = v.strictObject({
  url: v.pipe(text, v.regex(/^mqtts?:\/\/[^/\s]+$/, 'expected mqtt://host:port or mqtts://host:port')),
  username: v.optional(text),
  passwordFile: v.optional(text),
  ca: v.optional(text),
})

const access = v.array(
  v.strictObject({
    name: text,
    role: v.picklist(ACCESS_ROLES, `expected ${ACCESS_ROLES.join(' or ')}`),
    sha256: v.pipe(
      text,
      v.regex(/^[A-Za-z0-9_-]{43}$/, 'expected a SHA-256 in base64url, as `tristamp-ledger token` prints it'),
    ),
  }),
)

const SCHEMA = v.strictObject({
  data: v.optional(text),
  http: v.optional(
    v.strictObject({
      host: v.optional(text, DEFAULTS.host),
      port: v.optional(port, DEFAULTS.httpPort),
      publicUrl: v.optional(url),
      pages: v.optional(text),
      postsPerSecond: v.optional(count(1_000_000), DEFAULTS.postsPerSecond),
      readsPerSecond: v.optional(count(1_000_000), DEFAULTS.readsPerSecond),
      addressHeader: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of a header'))),
      regionHeader: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of a header'))),
      tls: v.optional(tls),
    }),
    {},
  ),
  mqtt: v.optional(
    v.strictObject({
      host: v.optional(text, DEFAULTS.host),
      port: v.optional(port, DEFAULTS.mqttPort),
      maxConnections: v.optional(count(100_000), DEFAULTS.maxConnections),
      eventsPerSecond: v.optional(count(1_000_000), DEFAULTS.eventsPerSecond),
      tls: v.optional(tls),
      broker: v.optional(outsideBroker),
    }),
    {},
  ),
  access: v.optional(access, []),
  plain: v.optional(v.boolean('expected true or false'), false),
  sealEveryMs: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1000, 'one seal a second at most'), v.maxValue(3_600_000)),
    DEFAULTS.sealEveryMs,
  ),
  snapshotEveryMs: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400_000)),
    DEFAULTS.snapshotEveryMs,
  ),
  follow: v.optional(v.strictObject({ url, name: v.optional(keyName) })),
  witness: v.optional(WITNESS_SCHEMA),
  witnesses: v.optional(WITNESSES_SCHEMA),
  quorum: v.optional(QUORUM_SCHEMA),
  policy: v.optional(text),
})

/** Values by their place in the file, as environment variables and flags give them: text, not yet checked. */
export type Overrides = { [path: string]: string | readonly string[] | undefined }

/** Environment variable → place in the file. The table that --help and the operator's guide show. */
export const VARIABLES = {
  TRISTAMP_DATA: 'data',
  TRISTAMP_HTTP_HOST: 'http.host',
  TRISTAMP_HTTP_PORT: 'http.port',
  TRISTAMP_PUBLIC_URL: 'http.publicUrl',
  TRISTAMP_PAGES: 'http.pages',
  TRISTAMP_MQTT_HOST: 'mqtt.host',
  TRISTAMP_MQTT_PORT: 'mqtt.port',
  TRISTAMP_MQTT_BROKER: 'mqtt.broker.url',
  TRISTAMP_MQTT_USERNAME: 'mqtt.broker.username',
  TRISTAMP_MQTT_PASSWORD_FILE: 'mqtt.broker.passwordFile',
  TRISTAMP_HTTP_TLS_CERT: 'http.tls.cert',
  TRISTAMP_HTTP_TLS_KEY: 'http.tls.key',
  TRISTAMP_MQTT_TLS_CERT: 'mqtt.tls.cert',
  TRISTAMP_MQTT_TLS_KEY: 'mqtt.tls.key',
  TRISTAMP_PLAIN: 'plain',
} as const

/** The one reader of the environment. */
export function readEnvironment(env: { [name: string]: string | undefined }): Overrides {
  return Object.fromEntries(Object.entries(VARIABLES).map(([name, path]) => [path, env[name]]))
}

/**
 * The configuration: defaults, then the file, then the overrides, later ones first. Paths in the file are relative to it.
 * @throws LedgerError CONFIG_INVALID, with every fault in one message
 */
export async function readConfig(file: string | undefined, ...overrides: Overrides[]): Promise<Config> {
  const values = file === undefined ? {} : await readYaml(file)
  const base = file === undefined ? '.' : dirname(file)
  for (const key of [
    'data',
    'http.pages',
    'http.tls.cert',
    'http.tls.key',
    'mqtt.tls.cert',
    'mqtt.tls.key',
    'mqtt.broker.passwordFile',
    'mqtt.broker.ca',
    'policy',
  ]) {
    const found = lookUp(values, key)
    if (typeof found === 'string') put(values, key, resolve(base, found))
  }
  for (const layer of overrides) {
    for (const [path, value] of Object.entries(layer)) if (value !== undefined) put(values, path, typed(path, value))
  }
  const result = v.safeParse(SCHEMA, values)
  const faults = (result.issues ?? []).map((issue) => `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
  if (result.success && result.output.data === undefined)
    faults.push('data: the ledger’s folder is missing (--data DIR)')
  const policy = result.success ? await policyFrom(result.output, faults) : undefined
  if (faults.length > 0) throw new LedgerError('CONFIG_INVALID', faults.join('\n  '))
  const { witnesses: _, quorum: __, policy: ___, ...config } = result.output as v.InferOutput<typeof SCHEMA>
  return { ...(config as Config), data: resolve(config.data!), ...(policy && { policy }) }
}

/** From a file, or from the witnesses listed. */
async function policyFrom(
  { witnesses, quorum, policy }: v.InferOutput<typeof SCHEMA>,
  faults: string[],
): Promise<Policy | undefined> {
  if (policy !== undefined && (witnesses !== undefined || quorum !== undefined))
    faults.push('policy: a policy file says itself who the witnesses are; leave out witnesses and quorum')
  try {
    if (policy !== undefined) return await readPolicyFile(policy)
    if (witnesses !== undefined) return policyOfWitnesses(witnesses, quorum)
    if (quorum !== undefined) faults.push('quorum: of which witnesses? List them under witnesses')
  } catch (error) {
    faults.push(`${policy === undefined ? 'witnesses' : `policy: ${policy}`}: ${(error as Error).message}`)
  }
  return undefined
}

async function readYaml(file: string): Promise<{ [key: string]: unknown }> {
  let value: unknown
  try {
    value = parse(await readFile(file, 'utf8'), { maxAliasCount: 0 }) ?? {}
  } catch (cause) {
    throw new LedgerError('CONFIG_INVALID', `${file}: ${(cause as Error).message}`, { cause })
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new LedgerError('CONFIG_INVALID', `${file}: expected keys and values`)
  return value as { [key: string]: unknown }
}

function lookUp(values: { [key: string]: unknown }, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as { [k: string]: unknown })[key] : undefined),
      values,
    )
}

function put(values: { [key: string]: unknown }, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()!
  let at = values
  for (const key of keys) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {}
    at = at[key] as { [key: string]: unknown }
  }
  at[last] = value
}

/** What the file would hold there: a number, a truth, or the text as it is, for the check to name. */
function typed(path: string, value: string | readonly string[]): unknown {
  if (typeof value !== 'string') return value
  if (path === 'plain' && /^(?:true|false)$/.test(value)) return value === 'true'
  return /port$/i.test(path) && /^\d{1,9}$/.test(value) ? Number(value) : value
}

import { isKeyName, type Policy } from '@tristamp/protocol'
import * as v from 'valibot'
import { ACCESS_ROLES, type Access } from './http/bearer.ts'
import type { TlsFiles } from './tls.ts'
import {
  QUORUM_SCHEMA,
  WITNESS_SCHEMA,
  WITNESSES_SCHEMA,
  type WitnessAddress,
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

/** What counts where nothing is said. */
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
    until: v.optional(v.pipe(text, v.isoDate('expected a day, YYYY-MM-DD'))),
  }),
)

/** The file, with what the environment and flags put into it. */
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

/** What it comes to: each value checked, with the defaults. Who must cosign is not a policy yet. */
export type Checked = Omit<Config, 'data' | 'policy'> & {
  data?: string | undefined
  witnesses?: WitnessAddress[] | undefined
  quorum?: number | undefined
  policy?: string | undefined
}

/** @returns the values, or every fault in them, each with its place */
export function checkValues(values: unknown): { checked?: Checked; faults: string[] } {
  const { success, output, issues = [] } = v.safeParse(SCHEMA, values)
  const faults = issues.map((issue) => `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
  return success ? { checked: output as Checked, faults } : { faults }
}

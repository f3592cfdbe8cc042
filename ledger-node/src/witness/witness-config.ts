import { readFile } from 'node:fs/promises'
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  equal,
  formatPolicy,
  NO_QUORUM,
  type Policy,
  parsePolicy,
  parseVerifierKey,
  type VerifierKey,
} from '@tristamp/protocol'
import * as v from 'valibot'
import { LedgerError } from '../error.ts'

const text = v.pipe(v.string('expected text'), v.nonEmpty('must not be empty'))

/** This node as a witness for other logs. */
export interface WitnessSettings {
  /** Of its key; `<origin>/witness` unless told. */
  name?: string | undefined
  logs: VerifierKey[]
}

/** A witness of this ledger. */
export interface WitnessAddress {
  /** In the policy; its key's own name unless told. */
  name?: string | undefined
  url: string
  vkey: VerifierKey
}

/** A key as notes name it, of the given type. */
function vkey(type: number, what: string): v.GenericSchema<unknown, VerifierKey> {
  return v.pipe(
    text,
    v.rawTransform(({ dataset, addIssue, NEVER }): VerifierKey => {
      try {
        const key = parseVerifierKey(dataset.value)
        if (key.type === type) return key
      } catch {
        // Told below, in the words of the configuration.
      }
      addIssue({ message: `expected the key of ${what}: name+hex+base64` })
      return NEVER
    }),
  )
}

/** `witness:`, this node as a witness for other logs. */
export const WITNESS_SCHEMA: v.GenericSchema<unknown, WitnessSettings> = v.strictObject({
  name: v.optional(text),
  logs: v.pipe(v.array(vkey(ED25519_NOTE, 'a log')), v.maxLength(256)),
})

const address = v.pipe(
  text,
  v.url('expected a URL'),
  v.startsWith('http', 'expected an http or https URL'),
  v.transform((u) => u.replace(/\/+$/, '')),
)

/** `witnesses:`, who signs this ledger's checkpoints beside it. */
export const WITNESSES_SCHEMA: v.GenericSchema<unknown, WitnessAddress[]> = v.array(
  v.strictObject({ name: v.optional(text), url: address, vkey: vkey(ED25519_COSIGNATURE, 'a witness') }),
)

export const QUORUM_SCHEMA: v.GenericSchema<unknown, number> = v.pipe(
  v.number('expected a number of witnesses'),
  v.integer(),
  v.minValue(0),
)

const GROUP = 'witnesses'

/** A policy in which any `quorum` of these witnesses are enough; more than half of them unless told. @throws ProtocolError POLICY_MALFORMED */
export function policyOfWitnesses(witnesses: readonly WitnessAddress[], quorum?: number): Policy {
  const named = witnesses.map(({ name, vkey: key, url }) => ({ name: name ?? key.name, key, url }))
  const threshold = quorum ?? Math.floor(named.length / 2) + 1
  const groups = threshold === 0 ? [] : [{ name: GROUP, threshold, members: named.map(({ name }) => name) }]
  const policy = { logs: [], witnesses: named, groups, quorum: threshold === 0 ? NO_QUORUM : GROUP }
  formatPolicy(policy)
  return policy
}

/** @throws ProtocolError POLICY_MALFORMED, or what reading a file throws */
export async function readPolicyFile(path: string): Promise<Policy> {
  return parsePolicy(await readFile(path, 'utf8'))
}

/** The policy as readers are told it: this log first, with its address. @throws LedgerError CONFIG_INVALID when the policy is another log's */
export function policyOfLedger(policy: Policy | undefined, key: VerifierKey, url: string): Policy {
  const { logs, ...rest } = policy ?? { logs: [], witnesses: [], groups: [], quorum: NO_QUORUM }
  const others = logs.filter((log) => !equal(log.key.publicKey, key.publicKey))
  if (logs.length > 0 && others.length === logs.length)
    throw new LedgerError('CONFIG_INVALID', `policy: names logs, but not this one, ${key.name}`)
  return { logs: [{ key, url }, ...others], ...rest }
}

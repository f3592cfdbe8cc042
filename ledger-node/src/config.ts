import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Policy } from '@tristamp/protocol'
import { parse } from 'yaml'
import { lookUp, type Overrides, put, typed } from './config-overrides.ts'
import { type Checked, type Config, checkValues } from './config-schema.ts'
import { LedgerError } from './error.ts'
import { policyOfWitnesses, readPolicyFile } from './witness/witness-config.ts'

export type { Config } from './config-schema.ts'

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
  const { checked, faults } = checkValues(values)
  if (checked !== undefined && checked.data === undefined)
    faults.push('data: the ledger’s folder is missing (--data DIR)')
  const policy = checked && (await policyFrom(checked, faults))
  if (checked === undefined || faults.length > 0) throw new LedgerError('CONFIG_INVALID', faults.join('\n  '))
  const { witnesses: _, quorum: __, policy: ___, ...config } = checked
  return { ...(config as Config), data: resolve(config.data!), ...(policy && { policy }) }
}

/** From a file, or from the witnesses listed. */
async function policyFrom({ witnesses, quorum, policy }: Checked, faults: string[]): Promise<Policy | undefined> {
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

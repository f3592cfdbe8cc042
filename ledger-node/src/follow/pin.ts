import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ED25519_NOTE,
  equal,
  formatPolicy,
  type Policy,
  ProtocolError,
  parsePolicy,
  utf8,
  type VerifierKey,
} from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { hasErrno, LedgerError } from '../error.ts'
import type { Leader } from './leader.ts'

/** Whom a follower trusts: the log that it follows, and the witnesses that its readers are told of. */
export interface Pinned {
  key: VerifierKey
  policy: Policy
}

/** The file in which it stands. */
export const PIN_FILE = 'leader-policy'

/**
 * The policy that was given, or the one of the first contact: it is kept in the data folder and believed from then on, whatever
 * the leader says later. @throws LedgerError CONFIG_INVALID, PEER_UNREACHABLE, PEER_REFUSED
 */
export async function pinned(disk: Disk, folder: string, leader: Leader, given: Policy | undefined): Promise<Pinned> {
  const path = join(folder, PIN_FILE)
  const text = await textOf(path)
  const kept = text === undefined ? undefined : read(text, path)
  const policy = given ?? kept ?? read(await leader.policy(), leader.url)
  const key = keyOf(policy, given === undefined ? path : 'policy')
  if (kept !== undefined && !equal(keyOf(kept, path).publicKey, key.publicKey))
    throw new LedgerError('CONFIG_INVALID', `policy: names another log than ${path}, which this folder follows`)
  const chosen = formatPolicy(policy)
  if (text !== chosen) await disk.replace(path, utf8(chosen))
  return { key, policy }
}

function keyOf({ logs }: Policy, where: string): VerifierKey {
  const [log, ...others] = logs
  if (log === undefined || others.length > 0 || log.key.type !== ED25519_NOTE)
    throw new LedgerError('CONFIG_INVALID', `${where}: expected a policy with one log, the one to follow`)
  return log.key
}

function read(text: string, where: string): Policy {
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof ProtocolError) throw new LedgerError('CONFIG_INVALID', `${where}: ${error.message}`)
    throw error
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

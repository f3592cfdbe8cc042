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
import { LedgerError } from '../error.ts'
import { ifThere } from '../if-there.ts'
import type { Leader } from './leader.ts'

/** The policy of the log that is followed, in the follower's folder. */
const POLICY_FILE = 'leader-policy'

/**
 * Whom a follower trusts. The log's key is that of the policy which was given, or else of the first contact, and never another
 * in this folder. Its witnesses are those of the given policy, or else those that the leader names now: who they are is then the
 * leader's word, and every change of it is told.
 */
export class Trust {
  readonly key: VerifierKey
  readonly #disk: Disk
  readonly #path: string
  readonly #fixed: boolean
  #policy: Policy

  private constructor(disk: Disk, path: string, policy: Policy, fixed: boolean) {
    this.#disk = disk
    this.#path = path
    this.#policy = policy
    this.#fixed = fixed
    this.key = keyOf(policy, fixed ? 'policy' : path)
  }

  /** @throws LedgerError CONFIG_INVALID; PEER_UNREACHABLE, PEER_REFUSED at a first contact */
  static async open(disk: Disk, folder: string, leader: Leader, given: Policy | undefined): Promise<Trust> {
    const path = join(folder, POLICY_FILE)
    const text = await ifThere(readFile(path, 'utf8'))
    const kept = text === undefined ? undefined : read(text, path)
    const policy = given ?? kept ?? read(await leader.policy(), leader.url)
    const trust = new Trust(disk, path, policy, given !== undefined)
    if (kept !== undefined && !equal(keyOf(kept, path).publicKey, trust.key.publicKey))
      throw new LedgerError('CONFIG_INVALID', `policy: names another log than ${path}, which this folder follows`)
    if (text !== formatPolicy(policy)) await trust.#keep(policy)
    return trust
  }

  get policy(): Policy {
    return this.#policy
  }

  /** Asks the leader who its witnesses are; answers whether they have changed. A policy of another log is none. */
  async refresh(leader: Leader): Promise<boolean> {
    if (this.#fixed) return false
    const policy = read(await leader.policy(), leader.url)
    if (!equal(keyOf(policy, leader.url).publicKey, this.key.publicKey) || sameWitnesses(policy, this.#policy))
      return false
    await this.#keep(policy)
    return true
  }

  async #keep(policy: Policy): Promise<void> {
    await this.#disk.replace(this.#path, utf8(formatPolicy(policy)))
    this.#policy = policy
  }
}

/** The address of the log may be another one every time. */
function sameWitnesses(a: Policy, b: Policy): boolean {
  return formatPolicy({ ...a, logs: [] }) === formatPolicy({ ...b, logs: [] })
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

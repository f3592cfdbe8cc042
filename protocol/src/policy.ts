import { isWellFormed, toHex } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { Verify } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { LIMITS } from './limits.ts'
import { type Note, verifyNote } from './note.ts'
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from './verifier-key.ts'

/** C2SP tlog-policy: whose signatures make a checkpoint worth believing. Any one of the logs, and enough witnesses. */
export interface Policy {
  logs: PolicyLog[]
  witnesses: PolicyWitness[]
  /** In the order of their lines: a group names only what stands before it. */
  groups: PolicyGroup[]
  /** A witness, a group, or `none`. */
  quorum: string
}

export interface PolicyLog {
  /** Its name is the log's origin. */
  key: VerifierKey
  url?: string
}

export interface PolicyWitness {
  /** Its name in this policy; the key's own name may differ. */
  name: string
  key: VerifierKey
  url?: string
}

/** Witnesses when at least `threshold` of its members, witnesses or groups, do. */
export interface PolicyGroup {
  name: string
  threshold: number
  members: string[]
}

export const NO_QUORUM = 'none'

/** What a policy makes of a checkpoint; without `quorum` it is only the log's own word. */
export interface PolicyVerdict {
  checkpoint: Checkpoint
  log: VerifierKey
  /** Witnesses by their names in the policy, with the time of their cosignature. */
  cosigned: { name: string; timeS: number }[]
  quorum: boolean
}

/** Reads a policy file. Throws POLICY_MALFORMED. */
export function parsePolicy(text: string): Policy {
  if (text.length > LIMITS.policyBytes) throw malformed('too long')
  // Octets 09, 0A, 20–7E, 80–FF (tlog-policy, "Character set").
  if (!isWellFormed(text) || /[^\t\n -~\u0080-\u{10ffff}]/u.test(text)) throw malformed('a character that may not be')
  const lines = text.split('\n')
  if (lines.pop() !== '') throw malformed('the last line does not end')
  const reader = new PolicyReader()
  for (const [i, line] of lines.entries()) {
    const items = line.split(/[ \t]+/).filter((item) => item !== '')
    if (items[0] === undefined || items[0].startsWith('#')) continue
    try {
      reader.line(items)
    } catch (cause) {
      throw malformed(`line ${i + 1}`, cause)
    }
  }
  return reader.policy()
}

class PolicyReader {
  readonly #logs: PolicyLog[] = []
  readonly #witnesses: PolicyWitness[] = []
  readonly #groups: PolicyGroup[] = []
  #quorum: string | undefined
  /** Defined names, and whether a group already counts them: a witness must not count twice. */
  readonly #names = new Map<string, { member: boolean }>()
  readonly #keys = new Set<string>()

  line([keyword, ...items]: string[]): void {
    if (keyword === 'log') this.#log(items)
    else if (keyword === 'witness') this.#witness(items)
    else if (keyword === 'group') this.#group(items)
    else if (keyword === 'quorum') this.#setQuorum(items)
    else throw malformed('unknown keyword')
  }

  policy(): Policy {
    if (this.#quorum === undefined) throw malformed('no quorum')
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum }
  }

  #log([vkey, url, ...more]: string[]): void {
    if (more.length > 0) throw malformed('too many items')
    this.#logs.push({ key: this.#key(vkey, ED25519_NOTE), ...(url !== undefined && { url }) })
  }

  #witness([name, vkey, url, ...more]: string[]): void {
    if (more.length > 0) throw malformed('too many items')
    const key = this.#key(vkey, ED25519_COSIGNATURE)
    this.#witnesses.push({ name: this.#define(name), key, ...(url !== undefined && { url }) })
  }

  #group([name, k, ...members]: string[]): void {
    for (const member of members) {
      const entry = this.#names.get(member)
      if (entry === undefined || entry.member) throw malformed('a member undefined or used before')
      entry.member = true
    }
    const threshold = k === 'any' ? 1 : k === 'all' ? members.length : /^[1-9]\d{0,3}$/.test(k ?? '') ? Number(k) : 0
    if (threshold < 1 || threshold > members.length) throw malformed('threshold')
    this.#groups.push({ name: this.#define(name), threshold, members })
  }

  #setQuorum([name, ...more]: string[]): void {
    if (this.#quorum !== undefined) throw malformed('a second quorum')
    if (name === undefined || more.length > 0 || (name !== NO_QUORUM && !this.#names.has(name)))
      throw malformed('the quorum is not a defined name')
    this.#quorum = name
  }

  #define(name: string | undefined): string {
    if (name === undefined || name === NO_QUORUM || this.#names.has(name)) throw malformed('a name missing or taken')
    if (this.#names.size >= LIMITS.policyNames) throw malformed('too many names')
    this.#names.set(name, { member: false })
    return name
  }

  /** The specification refuses a key twice among the logs or the witnesses; one that is both would let a log witness itself. */
  #key(vkey: string | undefined, type: number): VerifierKey {
    const key = parseVerifierKey(vkey ?? '')
    if (key.type !== type) throw malformed(`key type ${key.type}`)
    const id = toHex(key.publicKey)
    if (this.#keys.has(id)) throw malformed('the same key twice')
    if (this.#keys.size >= LIMITS.policyNames) throw malformed('too many keys')
    this.#keys.add(id)
    return key
  }
}

/** A policy file that reads back as the same policy. Throws POLICY_MALFORMED. */
export function formatPolicy(policy: Policy): string {
  const line = (...items: (string | undefined)[]) => `${items.filter((item) => item !== undefined).join(' ')}\n`
  const vkey = (key: VerifierKey) => formatVerifierKey(key.name, key.type, key.publicKey)
  const text = [
    ...policy.logs.map(({ key, url }) => line('log', vkey(key), url)),
    ...policy.witnesses.map(({ name, key, url }) => line('witness', name, vkey(key), url)),
    ...policy.groups.map(({ name, threshold, members }) => line('group', name, String(threshold), ...members)),
    line('quorum', policy.quorum),
  ].join('')
  parsePolicy(text)
  return text
}

/**
 * Checks a note as a checkpoint under a policy. A missing quorum is told in the verdict, not thrown, so that a reader can be shown who did sign.
 * Throws CHECKPOINT_MALFORMED; CHECKPOINT_ORIGIN when no log of the policy has that name; NOTE_UNSIGNED when that log did not sign;
 * NOTE_SIGNATURE when the log's or any named witness's signature is bad.
 */
export async function checkPolicy(note: Note, policy: Policy, verify: Verify): Promise<PolicyVerdict> {
  const checkpoint = parseCheckpoint(note.text)
  const logs = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin)
  if (logs.length === 0) throw new ProtocolError('CHECKPOINT_ORIGIN', `no log ${checkpoint.origin} in the policy`)
  const verified = await verifyNote(note, [...logs, ...policy.witnesses.map(({ key }) => key)], verify)
  const log = verified.find(({ key }) => logs.includes(key))?.key
  if (log === undefined) throw new ProtocolError('NOTE_UNSIGNED', 'not signed by the log')
  const cosigned = verified.flatMap(({ key, timeS }) => {
    const witness = policy.witnesses.find((candidate) => candidate.key === key)
    return witness === undefined || timeS === undefined ? [] : [{ name: witness.name, timeS }]
  })
  return {
    checkpoint,
    log,
    cosigned,
    quorum: hasQuorum(
      policy,
      cosigned.map(({ name }) => name),
    ),
  }
}

/** Whether these witnesses, by their names in the policy, are enough. Groups name only what stands before them, so one pass decides all of them. */
export function hasQuorum({ groups, quorum }: Policy, witnesses: readonly string[]): boolean {
  const witnessing = new Set(witnesses)
  for (const { name, threshold, members } of groups)
    if (members.filter((member) => witnessing.has(member)).length >= threshold) witnessing.add(name)
  return quorum === NO_QUORUM || witnessing.has(quorum)
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('POLICY_MALFORMED', why, { cause })
}

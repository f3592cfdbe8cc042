import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatPolicy, type Policy, utf8, type VerifierKey } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'

/** Under which policy the checkpoint beside it was published: without it an audit of the folder could not check the cosignatures. */
export function keptPolicyPath(folder: string): string {
  return join(folder, 'checkpoint.policy')
}

/** Writes down keys and quorum, without addresses; removes what is there when there are no witnesses. */
export async function keepPolicy(
  disk: Disk,
  folder: string,
  key: VerifierKey,
  policy: Policy | undefined,
): Promise<void> {
  const path = keptPolicyPath(folder)
  if (policy === undefined) return rm(path, { force: true })
  const witnesses = policy.witnesses.map(({ name, key: witness }) => ({ name, key: witness }))
  await disk.replace(path, utf8(formatPolicy({ ...policy, logs: [{ key }], witnesses })))
}

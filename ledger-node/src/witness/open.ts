import { join } from 'node:path'
import { formatVerifierKey, type VerifySync } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { keyPath, loadOrMakeKey } from '../keys.ts'
import { Witness } from './witness.ts'
import type { WitnessSettings } from './witness-config.ts'

/** A witness's name where nobody gave it another. */
function nameFor(owner: string): string {
  return `${owner}/witness`
}

/** Makes the key, if it is not there yet; answers it as a policy names it. @throws LedgerError KEY_FILE_* */
export async function makeWitnessKey(data: string, owner: string): Promise<string> {
  const { publicKey } = await loadOrMakeKey(keyPath(data, 'witness'))
  return formatVerifierKey(nameFor(owner), 4, publicKey)
}

/**
 * The witness that lives in a data folder: `keys/witness.pem`, made at first use, and its memory in `witness/`.
 * @param owner origin of the ledger in that folder, or the name of a witness that stands alone
 * @throws LedgerError KEY_FILE_*, WITNESS_STATE
 */
export async function openWitness(
  data: string,
  { name, logs }: WitnessSettings,
  owner: string,
  machine: { disk: Disk; verify: VerifySync; now: () => number; log: (text: string) => void },
): Promise<Witness> {
  const key = await loadOrMakeKey(keyPath(data, 'witness'))
  const { disk, verify, now, log } = machine
  const folder = join(data, 'witness')
  return Witness.open({ disk, folder, name: name ?? nameFor(owner), key, logs, verify, now, alert: log })
}

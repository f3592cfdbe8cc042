import { join } from 'node:path'
import type { VerifySync } from '@tristamp/protocol'
import type { Disk } from '../disk.ts'
import { keyPath, loadOrMakeKey } from '../keys.ts'
import { Witness } from './witness.ts'
import type { WitnessSettings } from './witness-config.ts'

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
  return Witness.open({ disk, folder, name: name ?? `${owner}/witness`, key, logs, verify, now, alert: log })
}

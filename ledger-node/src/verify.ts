import type { VerifySync } from '@tristamp/protocol'
import { type Audit, auditLedger } from './audit/audit.ts'
import { FolderSource } from './audit/folder-source.ts'

export type { Audit } from './audit/audit.ts'
export type { Flaw } from './audit/flaw.ts'

/**
 * Audits a data folder that no node runs on: entries, events, signed checkpoint, tiles and every index row.
 * @throws LedgerError DATA_LOCKED, DATA_MISSING
 */
export async function verifyLedger(folder: string, verify: VerifySync): Promise<Audit> {
  await using source = await FolderSource.open(folder)
  return await auditLedger(source, { verify })
}

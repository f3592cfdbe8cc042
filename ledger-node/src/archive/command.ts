import { readFile } from 'node:fs/promises'
import { formatPolicy, NO_QUORUM, parseVerifierKey } from '@tristamp/protocol'
import type { Audit } from '../audit/audit.ts'
import { auditWithProgress, readTrust, summary, threadsFrom, withSource } from '../audit/command.ts'
import { describeFlaw } from '../audit/flaw.ts'
import type { AuditSource } from '../audit/source.ts'
import { DONE, FAILED, parse, print, required, say, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { ArchiveFiles } from './archive-files.ts'
import { ArchivingSource } from './archiving-source.ts'

const FLAGS = { data: text, node: text, out: { type: 'string', short: 'o' }, policy: text, threads: text } as const

/** `tristamp-ledger archive --data DIR|--node URL -o DIR2`. Answers the exit code. */
export async function archiveCommand(args: string[]): Promise<number> {
  const { values } = parse(args, FLAGS)
  const { data, node, policy } = values
  if ((data === undefined) === (node === undefined)) throw new UsageError('archive: give --data or --node')
  const files = await ArchiveFiles.begin(required(values.out, 'out'))
  const trust = await readTrust(values)
  const audit = await withSource(required(data ?? node, 'data'), async (source) => {
    if (source.expected === undefined) throw new LedgerError('DATA_MISSING', `${source.name} has no signed checkpoint`)
    const archiving = new ArchivingSource(source, source.expected, files)
    const found = await auditWithProgress(archiving, trust, threadsFrom(values.threads))
    const own = policy === undefined ? await policyOf(source, found) : await readFile(policy, 'utf8')
    if (found.flaw === undefined && found.checkpoint !== undefined) await files.end(own, found.checkpoint.note)
    return found
  })
  for (const note of audit.notes) say(`note: ${note}`)
  print(audit.flaw === undefined ? summary(audit) : describeFlaw(audit.flaw))
  if (audit.flaw === undefined) return DONE
  say(`${values.out} is no archive: it has no checkpoint`)
  return FAILED
}

/** The policy that comes with the ledger, or one that names its key and no witness. */
async function policyOf(source: AuditSource, { checkpoint }: Audit): Promise<string> {
  const own = await source.policy()
  if (own !== undefined || checkpoint === undefined) return own?.text ?? ''
  const logs = [{ key: parseVerifierKey(checkpoint.logKey) }]
  return formatPolicy({ logs, witnesses: [], groups: [], quorum: NO_QUORUM })
}

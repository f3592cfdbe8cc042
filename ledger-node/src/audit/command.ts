import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseCheckpoint, parseNote, parsePolicy, toBase64, utf8 } from '@tristamp/protocol'
import { DONE, FAILED, flag, parse, print, readGiven, say, text, UsageError } from '../command-line.ts'
import { nodeDisk } from '../disk.ts'
import { ifThere } from '../if-there.ts'
import { verifySignature } from '../node-crypto.ts'
import { type Audit, type AuditOptions, auditLedger } from './audit.ts'
import { describeFlaw, Flawed } from './flaw.ts'
import { FolderSource } from './folder-source.ts'
import { Progress } from './progress.ts'
import { archiveIn, publicationAt } from './publications.ts'
import { PublishedSource } from './published-source.ts'
import type { Trust } from './signed-state.ts'
import type { AuditSource } from './source.ts'

/** One thread keeps the order, and more than this it cannot keep busy. */
const MAX_THREADS = 8
const FLAGS = { data: text, policy: text, remember: text, threads: text, json: flag } as const

/** `tristamp-ledger audit [URL|DIR]`, and `verify --data DIR`, which is the same. Answers the exit code. */
export async function auditCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS, true)
  const [where = values.data, ...more] = positionals
  if (where === undefined || more.length > 0) throw new UsageError('audit: name one address, archive or data folder')
  const trust = await readTrust(values)
  const audit = await withSource(where, (source) => auditWithProgress(source, trust, threadsFrom(values.threads)))
  for (const note of audit.notes) say(`note: ${note}`)
  if (values.json === true) print(JSON.stringify(asJson(audit)))
  else print(audit.flaw === undefined ? summary(audit) : describeFlaw(audit.flaw))
  if (audit.flaw !== undefined) return FAILED
  if (values.remember !== undefined && audit.checkpoint !== undefined)
    await nodeDisk.replace(values.remember, utf8(audit.checkpoint.note))
  return DONE
}

/** @throws UsageError, ProtocolError POLICY_MALFORMED, NOTE_MALFORMED, CHECKPOINT_MALFORMED */
export async function readTrust(values: {
  policy?: string | undefined
  remember?: string | undefined
}): Promise<Trust> {
  const policy =
    values.policy === undefined ? undefined : parsePolicy((await readGiven(values.policy)).toString('utf8'))
  return { policy, remembered: values.remember === undefined ? undefined : await remembered(values.remember) }
}

/** Audits, and shows how far it is. */
export async function auditWithProgress(source: AuditSource, trust: Trust, threads: number): Promise<Audit> {
  const progress = new Progress(source.expected)
  const options: AuditOptions = {
    ...trust,
    threads,
    verify: verifySignature,
    progress: (soFar) => progress.show(soFar),
  }
  try {
    return await auditLedger(source, options)
  } finally {
    progress.end()
  }
}

/** Opens what an address or a path names: a node, an archive, a data folder. */
export async function withSource(where: string, work: (source: AuditSource) => Promise<Audit>): Promise<Audit> {
  try {
    if (/^https?:\/\//.test(where)) return await work(await PublishedSource.open(await publicationAt(where)))
    if (await isFolder(join(where, 'tile'))) return await work(await PublishedSource.open(archiveIn(where)))
    await using source = await FolderSource.open(where)
    return await work(source)
  } catch (error) {
    // Where not even the checkpoint can be read, nothing was audited.
    if (error instanceof Flawed) return { flaw: error.flaw, entries: 0, events: 0, seals: 0, cosigned: [], notes: [] }
    throw error
  }
}

/** As many as there are cores: the ordering thread waits for them often enough. */
export function threadsFrom(value: string | undefined): number {
  if (value === undefined) return availableParallelism() > 1 ? Math.min(MAX_THREADS, availableParallelism()) : 0
  if (!/^\d{1,2}$/.test(value)) throw new UsageError(`--threads ${value}: expected a number`)
  return Number(value)
}

export function summary({ entries, seals, events, checkpoint, cosigned }: Audit): string {
  const by = cosigned.length === 0 ? '' : `, cosigned by ${cosigned.join(', ')}`
  return `ok ${entries} entries (${seals} seals), ${events} events; checkpoint over ${checkpoint?.size ?? 0} entries verified${by}`
}

function asJson({ flaw, entries, seals, events, checkpoint, cosigned, notes }: Audit): object {
  const { origin, size, root } = checkpoint ?? {}
  const signed = root === undefined ? null : { origin, size, root: toBase64(root), cosigned }
  return { ok: flaw === undefined, entries, seals, events, checkpoint: signed, notes, ...(flaw && { flaw }) }
}

async function remembered(file: string): Promise<Trust['remembered']> {
  const note = await ifThere(readFile(file, 'utf8'))
  if (note === undefined) return undefined
  const { size, root } = parseCheckpoint(parseNote(note).text)
  return { size, root, file }
}

async function isFolder(path: string): Promise<boolean> {
  return (await ifThere(stat(path)))?.isDirectory() ?? false
}

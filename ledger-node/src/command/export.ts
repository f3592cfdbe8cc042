import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DONE, parse, print, required, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { EXPORT_FORMS } from '../exports/forms.ts'
import { RECALL_FORMS } from '../exports/recall-export.ts'
import { problemIn } from '../peer.ts'

/** More than any export holds. */
const MAX_BYTES = 4 * 1024 * 1024 * 1024
const LONGEST_MS = 15 * 60_000

const FLAGS = { node: text, form: text, subject: text, place: text, from: text, to: text } as const

/** `tristamp-ledger export`: a node's records as a file for others' programs. */
export async function exportCommand(args: string[]): Promise<number> {
  const { values } = parse(
    args.map((arg) => (arg === '-o' ? '--out' : arg)),
    { ...FLAGS, recall: text, law: text, begin: text, out: text },
  )
  const form = required(values.form, 'form')
  const forms = [...EXPORT_FORMS, ...RECALL_FORMS]
  if (!forms.includes(form)) throw new UsageError(`--form ${form}: one of ${forms.join(', ')}`)
  const names = RECALL_FORMS.includes(form) ? ['recall', 'law', 'begin'] : ['subject', 'place', 'from', 'to']
  const query = new URLSearchParams()
  for (const name of ['subject', 'place', 'from', 'to', 'recall', 'law', 'begin'] as const) {
    const value = values[name]
    if (value === undefined) continue
    if (!names.includes(name)) throw new UsageError(`--${name} does not go with --form ${form}`)
    query.set(name, value)
  }
  if (query.size === 0) throw new UsageError(`--${names[0]} is missing`)
  const node = required(values.node, 'node').replace(/\/+$/, '')
  const out = resolve(required(values.out, 'out'))
  const { bytes, sha256 } = await download(`${node}/v1/exports/${form}?${query}`, out)
  print(`${form}: ${bytes} bytes in ${out}, SHA-256 ${sha256}`)
  return DONE
}

/** Writes an answer to a file, whole or not at all. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED */
async function download(url: string, out: string): Promise<{ bytes: number; sha256: string }> {
  const part = `${out}.part`
  const hash = createHash('sha256')
  let bytes = 0
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(LONGEST_MS) }).catch(
    (cause: unknown) => {
      throw new LedgerError('PEER_UNREACHABLE', `${url}: ${String(cause)}`, { cause })
    },
  )
  if (response.status !== 200) {
    const problem = new Uint8Array(await response.arrayBuffer())
    throw new LedgerError('PEER_REFUSED', `${url}: ${response.status} ${problemIn(problem)}`.trim())
  }
  const file = await open(part, 'w')
  try {
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length
      if (bytes > MAX_BYTES) throw new LedgerError('PEER_REFUSED', `${url}: more than ${MAX_BYTES} bytes`)
      hash.update(chunk as Uint8Array)
      await file.write(chunk as Uint8Array)
    }
    await file.sync()
    await file.close()
    await rename(part, out)
  } catch (cause) {
    await file.close().catch(() => undefined)
    await rm(part, { force: true })
    if (cause instanceof LedgerError) throw cause
    throw new LedgerError('PEER_UNREACHABLE', `${url}: ${String(cause)}`, { cause })
  }
  return { bytes, sha256: hash.digest('hex') }
}

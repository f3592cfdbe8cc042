import { resolve } from 'node:path'
import { DONE, parse, print, required, text, UsageError } from '../command-line.ts'
import { nodeDisk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { type Prover, proverOfFolder, proverOfNode } from '../prove.ts'

const UUID = /^(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What is asked for: a statement, by its entry or by an event in it, or a subject's whole history. */
interface Wanted {
  entry: string | undefined
  event: string | undefined
  subject: string | undefined
}

/** Formats by name, each with what it needs. */
const FORMATS: { [format: string]: (prover: Prover, wanted: Wanted) => Promise<Uint8Array> } = {
  'tlog-proof': async (prover, wanted) => prover.tlogProof(await entryOf(prover, wanted)),
  receipt: async (prover, wanted) => prover.receipt(await entryOf(prover, wanted)),
  statement: async (prover, wanted) => prover.transparent(await entryOf(prover, wanted)),
  bundle: async (prover, { subject }) => prover.bundle(required(subject, 'subject')),
}

/** `tristamp-ledger prove`: writes a proof file that can be checked without the ledger (`tristamp verify`). */
export async function prove(args: string[]): Promise<number> {
  const flags = { node: text, data: text, entry: text, event: text, subject: text, format: text } as const
  const { values } = parse(
    args.map((arg) => (arg === '-o' ? '--out' : arg)),
    { ...flags, out: text },
  )
  const { node, data, entry, event, subject } = values
  const format = values.format ?? (subject === undefined ? 'tlog-proof' : 'bundle')
  const make = FORMATS[format]
  if (make === undefined) throw new UsageError(`--format ${format}: one of ${Object.keys(FORMATS).join(', ')}`)
  if ((node === undefined) === (data === undefined)) throw new UsageError('either --node URL or --data DIR')
  const out = required(values.out, 'out')
  await using prover = node === undefined ? await proverOfFolder(data!) : proverOfNode(node.replace(/\/+$/, ''))
  const bytes = await make(prover, { entry, event, subject })
  await nodeDisk.replace(resolve(out), bytes)
  print(`${format} of ${bytes.length} bytes in ${out}`)
  return DONE
}

async function entryOf(prover: Prover, { entry, event }: Wanted): Promise<number> {
  if ((entry === undefined) === (event === undefined)) throw new UsageError('either --entry N or --event ID')
  if (entry !== undefined) {
    if (/^(?:0|[1-9]\d{0,14})$/.test(entry)) return Number(entry)
    throw new UsageError(`--entry ${entry}: expected a number`)
  }
  if (!UUID.test(event!)) throw new UsageError(`--event ${event}: expected urn:uuid:…`)
  const [first] = await prover.entriesOf(event!.startsWith('urn:') ? event! : `urn:uuid:${event}`)
  if (first === undefined) throw new LedgerError('NOT_FOUND', `no sealed event has the id ${event}`)
  return first
}

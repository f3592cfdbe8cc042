import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { formatPolicy, fromUtf8, type Policy, subjectFrom } from '@tristamp/protocol'
import type { Directory } from '../directory.ts'
import type { Ledger } from '../ledger.ts'
import { history } from '../query/history.ts'
import { tlogProof } from '../query/proof.ts'
import type { Entries } from '../query/source.ts'
import type { Traces } from '../trace/traces.ts'
import { csvLines } from './csv.ts'
import { epcisLines } from './epcis-document.ts'
import type { StoredEvent } from './exported-event.ts'
import { type ExportBounds, type ExportQuestion, type Selection, select } from './gather.ts'
import { type NameBook, type NameTables, nameBook, nameTables } from './names.ts'
import { archiveFiles, type ProofSource } from './proof-archive.ts'
import { tarBytes } from './tar.ts'
import { workbookBytes } from './workbook.ts'

/** What exports are made from. */
export interface ExportParts {
  ledger: Ledger
  entries: Entries
  traces: Traces
  directory: Directory
  /** What readers are told to trust. */
  policy: () => Policy
}

/** A file on its way: nothing of it is kept. */
export interface ExportFile {
  name: string
  type: string
  body: Readable
}

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const MB = 1024 * 1024
/** Texts are handed on in pieces of about this many characters. */
const PIECE = 64 * 1024
const ARCHIVE = { bundles: 256, bundleBytes: 128 * MB }

interface Form {
  type: string
  bounds: ExportBounds
  write: (selection: Selection, parts: ExportParts) => Promise<Readable>
}

const FORMS: Readonly<Record<string, Form>> = {
  'fsma204.xlsx': {
    type: XLSX,
    bounds: { events: 20_000, bytes: 64 * MB },
    write: async (selection, parts) => {
      const names = await tablesOf(parts)
      const events = []
      for await (const { bytes, ...stored } of selection.events()) events.push({ ...stored, text: fromUtf8(bytes) })
      const { scope, goods } = selection
      return Readable.from([await workbookBytes({ fsma: { events, scope, goods, names } })])
    },
  },
  'events.csv': {
    type: 'text/csv; charset=utf-8',
    bounds: { events: 200_000, bytes: 512 * MB },
    write: async ({ scope, events }, parts) => pieces(csvLines(scope, events(), await namesOf(parts))),
  },
  'epcis.jsonld': {
    type: 'application/ld+json; charset=utf-8',
    bounds: { events: 200_000, bytes: 512 * MB },
    write: async ({ scope, events }) => pieces(epcisLines(scope, events())),
  },
  'proofs.tar.gz': {
    type: 'application/gzip',
    bounds: { events: 5000, bytes: 64 * MB },
    write: async ({ scope, events }, { ledger, entries, policy }) => {
      const proofs: ProofSource = {
        bundle: (subject) => history(ledger, entries, subject, 0),
        tlogProof: async (entry) => Buffer.from(await tlogProof(ledger, entries, entry)),
        policy: formatPolicy(policy()),
      }
      const files = archiveFiles(scope, await all(events()), proofs, ARCHIVE)
      const tar = Readable.from(tarBytes(files, Date.parse(scope.checkpoint.sealedAt)))
      const squeezed = createGzip()
      tar.once('error', (error) => squeezed.destroy(error))
      squeezed.once('close', () => tar.destroy())
      return tar.pipe(squeezed)
    },
  },
}

/** Names of forms, as they stand in addresses. */
export const EXPORT_FORMS: readonly string[] = Object.keys(FORMS)

/** Begins an export. Rejects as `select` does; what fails later destroys the body. */
export async function exportFile(form: string, question: ExportQuestion, parts: ExportParts): Promise<ExportFile> {
  const { type, bounds, write } = FORMS[form]!
  const selection = await select(parts, question, bounds)
  const body = await write(selection, parts)
  return { name: fileName(form, selection.scope), type, body }
}

export async function namesOf(parts: ExportParts): Promise<NameBook> {
  return nameBook(await tablesOf(parts))
}

async function tablesOf({ directory, ledger }: ExportParts): Promise<NameTables> {
  await directory.refresh()
  return nameTables(directory, ledger)
}

/** What it is of, in letters that every system takes for a file's name. */
function fileName(form: string, { subject, place, treeSize }: Selection['scope']): string {
  const [, base = form, end = ''] = /^([^.]+)(.*)$/.exec(form) ?? []
  const of = safeName(subject ?? place ?? '')
  return `tristamp-${base}-${of}-${treeSize}${end}`
}

/** The last parts of an identifier, without anything that a shell, a browser or a header obeys. */
export function safeName(subject: string): string {
  const values = [...(subjectFrom(subject).elements?.values() ?? [subject])].join('-')
  return (
    values
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(-60) || 'all'
  )
}

async function all(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const found: StoredEvent[] = []
  for await (const one of events) found.push(one)
  return found
}

function pieces(lines: AsyncIterable<string>): Readable {
  return Readable.from(joined(lines), { objectMode: false })
}

async function* joined(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let piece = ''
  for await (const line of lines) {
    piece += line
    if (piece.length < PIECE) continue
    yield Buffer.from(piece)
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece)
}

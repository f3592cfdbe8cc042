import { Readable } from 'node:stream'
import type { RecallKind } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import type { Traces } from '../trace/traces.ts'
import type { Standing } from '../trace/where-now.ts'
import { type ExportFile, type ExportParts, namesOf, XLSX } from './forms.ts'
import { recallForm, recallSheets } from './recall-form.ts'
import { workbookBytes } from './workbook.ts'

/** What a form of a recall is asked with. `begin`: ms since 1970, where whoever asks knows when the time began. */
export interface RecallQuestion {
  recall: string
  kind: RecallKind
  begin: number | undefined
  now: number
}

export const RECALL_FORMS: readonly string[] = ['recall-cn.xlsx', 'recall-cn.json']

/** Subjects whose whereabouts are looked for, and rows of each: a form is for people. */
const MAX_SUBJECTS = 64
const MAX_STANDINGS = 1000

interface Answer {
  treeSize: number
  standings: Standing[]
  incomplete?: string[]
  cursor?: string
}

/** Rejects with LedgerError NOT_FOUND (no such recall), TRACE_NOT_READY, NODE_BUSY. */
export async function recallExport(name: string, question: RecallQuestion, parts: ExportParts): Promise<ExportFile> {
  const { ledger, traces, directory } = parts
  const names = await namesOf(parts)
  const recorded = directory.recalls().find(({ recall }) => recall.id === question.recall)
  if (recorded === undefined) throw new LedgerError('NOT_FOUND', 'no such recall')
  const sealed = await ledger.read(async (now) => now)
  const standings = new Map<string, Standing[] | undefined>()
  const incomplete = new Set<string>()
  for (const subject of recorded.recall.subjects.slice(0, MAX_SUBJECTS)) {
    const answer = await whereNow(traces, subject)
    standings.set(subject, answer?.standings)
    for (const code of answer?.incomplete ?? []) incomplete.add(code)
    if (answer?.cursor !== undefined) incomplete.add('EXPORT_STANDINGS')
  }
  if (recorded.recall.subjects.length > MAX_SUBJECTS) incomplete.add('EXPORT_SUBJECTS')
  const { kind, begin, now } = question
  const [origin, treeSize] = [sealed.checkpoint.split('\n')[0]!, sealed.size]
  const form = recallForm({
    recorded,
    kind,
    begin,
    now,
    names,
    origin,
    treeSize,
    standings,
    incomplete: [...incomplete],
  })
  const end = name.slice(name.indexOf('.'))
  const isBook = end === '.xlsx'
  const bytes = isBook
    ? await workbookBytes(recallSheets(form))
    : Buffer.from(`${JSON.stringify(form, undefined, 1)}\n`)
  const type = isBook ? XLSX : 'application/json; charset=utf-8'
  return { name: `tristamp-recall-cn-${form.id}${end}`, type, body: Readable.from([bytes]) }
}

/** Undefined where no event names the subject. */
async function whereNow(traces: Traces, subject: string): Promise<Answer | undefined> {
  try {
    const bytes = await traces.ask({ ask: 'where-now', subject, limit: MAX_STANDINGS })
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as Answer
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

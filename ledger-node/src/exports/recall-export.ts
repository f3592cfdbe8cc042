import { Readable } from 'node:stream'
import type { RecallKind } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { RecallAnswers } from '../recall/answers.ts'
import { progressOf } from '../recall/progress.ts'
import { frozenAt, stockFacts } from '../recall/stock.ts'
import type { Standing } from '../trace/piles.ts'
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

interface Answer {
  treeSize: number
  standings: Standing[]
  unknown: string[]
  incomplete?: string[]
}

/** Rejects with LedgerError NOT_FOUND (no such recall), TRACE_NOT_READY, NODE_BUSY. */
export async function recallExport(name: string, question: RecallQuestion, parts: ExportParts): Promise<ExportFile> {
  const { ledger, entries, traces, directory } = parts
  const names = await namesOf(parts)
  const recorded = directory.recalls().find(({ recall }) => recall.id === question.recall)
  if (recorded === undefined) throw new LedgerError('NOT_FOUND', 'no such recall')
  const { recall, sinceEntry: since } = recorded
  const scope = { subjects: recall.subjects, since, frozen: frozenAt(recall) }
  const answer = await traces.ask({ ask: 'recalled', ...scope, limit: 1 })
  const {
    treeSize,
    standings,
    unknown,
    incomplete = [],
  } = JSON.parse(Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString('utf8')) as Answer
  const { origin, told } = await ledger.read(async (sealed) => ({
    origin: sealed.checkpoint.split('\n')[0]!,
    told: await new RecallAnswers(ledger, entries).of(recorded.recall.id, sealed),
  }))
  const { stock, unrecorded } = stockFacts(standings)
  const { kind, begin, now } = question
  const form = recallForm({
    recorded,
    kind,
    begin,
    now,
    names,
    origin,
    treeSize,
    progress: progressOf({ stock, answers: told.answers, blocked: told.blocked }),
    unrecorded,
    unknown,
    incomplete: [...incomplete, ...(told.cut ? ['RECALL_ANSWERS'] : [])],
  })
  const end = name.slice(name.indexOf('.'))
  const isBook = end === '.xlsx'
  const bytes = isBook
    ? await workbookBytes({ sheets: recallSheets(form) })
    : Buffer.from(`${JSON.stringify(form, undefined, 1)}\n`)
  const type = isBook ? XLSX : 'application/json; charset=utf-8'
  return { name: `tristamp-recall-cn-${form.id}${end}`, type, body: Readable.from([bytes]) }
}

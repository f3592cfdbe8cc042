import { Worker } from 'node:worker_threads'
import { utf8 } from '@tristamp/protocol'
import writeXlsxFile, { type Cell, type Row, type Sheet as XlsxSheet } from 'write-excel-file/node'
import { getCellAddress } from 'write-excel-file/utility'
import { type ExportScope, readEvent, type StoredEvent } from './exported-event.ts'
import { fsmaSheets } from './fsma.ts'
import { type NameTables, nameBook } from './names.ts'
import type { CellValue, Sheet } from './sheet.ts'

/** What a cell of a spreadsheet holds (ECMA-376 part 1, 18.3.1). */
const MAX_TEXT = 32_767
/** Space that a workbook's thread may take: 25,000 rows of 40 cells are some 200 MB while they are written. */
const THREAD_MB = 1024

const HEAD = { fontWeight: 'bold', backgroundColor: '#E8ECEA', wrap: true, alignVertical: 'top' } as const
const ABSENT = { value: '(not recorded)', type: String, textColor: '#808080', fontStyle: 'italic' } as const
/** Cells of these texts would come out as something else: the writer looks texts up in a plain object. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** What the FSMA 204 workbook is made of: events as text, so that they go from thread to thread without what they lay in. */
export interface FsmaTask {
  events: readonly (Omit<StoredEvent, 'bytes'> & { text: string })[]
  scope: ExportScope
  goods: readonly string[]
  names: NameTables
}

export type WorkbookTask = { sheets: readonly Sheet[] } | { fsma: FsmaTask }

/** The bytes of an XLSX file. All texts are text cells, whatever they begin with: none is ever a formula. */
export async function writeWorkbook(task: WorkbookTask): Promise<Uint8Array> {
  const sheets = 'sheets' in task ? task.sheets : fsmaOf(task.fsma)
  const transform = (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }): string =>
    filtered(xml, sheets[sheetIndex]!)
  const features = [{ files: { transform: { 'xl/worksheets/sheet{id}.xml': { transform } } } }]
  return writeXlsxFile(sheets.map(xlsxSheet), { features }).toBuffer()
}

function fsmaOf({ events, scope, goods, names }: FsmaTask): Sheet[] {
  const read = events.map(({ text, ...stored }) => readEvent({ ...stored, bytes: utf8(text) }))
  return fsmaSheets(read, { scope, goods }, nameBook(names))
}

let last: Promise<unknown> = Promise.resolve()

/** The same in a thread of its own, so that nothing waits for it but the next workbook: each takes some hundred megabytes. */
export function workbookBytes(task: WorkbookTask): Promise<Uint8Array> {
  const made = last.then(() => inThread(task))
  last = made.catch(() => undefined)
  return made
}

function inThread(task: WorkbookTask): Promise<Uint8Array> {
  // Tests run the sources, of which a thread could not be started.
  if (!import.meta.url.endsWith('.js')) return writeWorkbook(task)
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./workbook-worker.js', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MB },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of a workbook ended without one')))
  })
}

/** A sheet's XML with a filter over its table (ECMA-376 part 1, 18.3.1.2): readers sort and choose by the head. */
function filtered(xml: string, { columns, rows, plain }: Sheet): string {
  if (plain === true || rows.length === 0) return xml
  const end = getCellAddress(rows.length, columns.length - 1)
  return xml.replace('</sheetData>', `</sheetData><autoFilter ref="A1:${end}"/>`)
}

function xlsxSheet({ name, columns, rows, plain }: Sheet): XlsxSheet<Buffer> {
  const head: Row[] = plain === true ? [] : [columns.map(({ title }) => ({ value: title, type: String, ...HEAD }))]
  return {
    sheet: name,
    data: [...head, ...rows.map((row) => (plain === true ? plainRow(row) : row.map(cellOf)))] as Row[],
    columns: columns.map(({ width }) => ({ width })),
    ...(plain !== true && { stickyRowsCount: 1 }),
  } as XlsxSheet<Buffer>
}

function plainRow(row: readonly CellValue[]): Row {
  return row.map((value, i) => {
    const cell = cellOf(value)
    return i === 0 || typeof cell !== 'object'
      ? { ...(cell as object), ...(row[1] === '' && { fontWeight: 'bold' }) }
      : { ...cell, wrap: true }
  }) as Row
}

function cellOf(value: CellValue): Cell {
  if (value === null) return ABSENT
  if (typeof value === 'number') return { value, type: Number }
  if (typeof value === 'string') return { value: textOf(value), type: String }
  // A spreadsheet has no time zones: what it shows is the clock on the wall.
  return { value: new Date(value.ms + value.offsetMs), type: Date, format: 'yyyy-mm-dd hh:mm:ss' }
}

function textOf(text: string): string {
  if (INHERITED.has(text)) return `${text} `
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`
}

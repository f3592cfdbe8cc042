import { parentPort, workerData } from 'node:worker_threads'
import { type WorkbookTask, writeWorkbook } from './workbook.ts'

parentPort?.postMessage(await writeWorkbook(workerData as WorkbookTask))

import { parentPort, workerData } from 'node:worker_threads'
import type { Sheet } from './sheet.ts'
import { writeWorkbook } from './workbook.ts'

parentPort?.postMessage(await writeWorkbook(workerData as Sheet[]))

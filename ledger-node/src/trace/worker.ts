import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type LedgerCode, LedgerError } from '../error.ts'
import { hashOnNode } from '../node-crypto.ts'
import { TraceHost, type TraceNews } from './host.ts'
import type { TraceQuery } from './query.ts'

/** What the thread of the node sends to that of the traces, and back. Answers are JSON text as bytes. */
export type TraceTask =
  | { do: 'advance'; news: TraceNews }
  | { do: 'ask'; id: number; query: TraceQuery; size: number }
  | { do: 'save' }
  | { do: 'close' }

export type TraceReply =
  | { size: number }
  | { fault: string }
  | { note: string }
  | { closed: true }
  | { id: number; answer: Uint8Array }
  | { id: number; code: LedgerCode; message: string }

function reply(message: TraceReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function answer(id: number, value: object): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  reply({ id, answer: bytes }, [bytes.buffer as ArrayBuffer])
}

function refused(id: number, error: unknown): void {
  if (error instanceof LedgerError) reply({ id, code: error.code, message: error.message })
  else reply({ id, code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

/** Taking batches in comes first: traces may be some seconds behind while a backlog arrives. On Linux this is the thread's own priority. */
function standBack(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that does not let a thread stand back lets it run as before.
  }
}

standBack()
hashOnNode()
const host = new TraceHost({
  folder: workerData as string,
  reached: (size) => reply({ size }),
  note: (note) => reply({ note }),
})
parentPort?.on('message', (task: TraceTask) => {
  if (task.do === 'advance') host.advance(task.news).catch((error: unknown) => reply({ fault: String(error) }))
  else if (task.do === 'save') void host.save()
  else if (task.do === 'close') void host.close().then(() => reply({ closed: true }))
  else
    host.ask(task.query, task.size).then(
      (value) => answer(task.id, value),
      (error: unknown) => refused(task.id, error),
    )
})

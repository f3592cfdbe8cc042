import { sendReport } from './ask.ts'
import { keepReports, keptReports } from './shelf.ts'

let sending: Promise<void> | undefined

/** Sends the reports that wait here, each once, whoever asks for it meanwhile. What the server will never take is forgotten; what it cannot take now waits on. */
export function sendKept(): Promise<void> {
  sending ??= alone(sendAll).finally(() => {
    sending = undefined
  })
  return sending
}

/** Not while another tab does the same, where a browser can tell. */
async function alone(work: () => Promise<void>): Promise<void> {
  const { locks } = globalThis.navigator as { locks?: LockManager }
  await (locks === undefined ? work() : locks.request('tristamp/reports', work))
}

async function sendAll(): Promise<void> {
  for (const report of keptReports()) {
    const answer = await sendReport(report)
    if (!answer.ok && (answer.why === 'offline' || answer.why === 'often')) return
    // Another page may have sent or kept some meanwhile.
    const text = JSON.stringify(report)
    keepReports(keptReports().filter((one) => JSON.stringify(one) !== text))
  }
}

import { sendReport } from './ask.ts'
import { keepReports, keptReports } from './shelf.ts'

/** Sends the reports that wait here. What the server will never take is forgotten; what it cannot take now waits on. */
export async function sendKept(): Promise<void> {
  for (const report of keptReports()) {
    const answer = await sendReport(report)
    if (!answer.ok && (answer.why === 'offline' || answer.why === 'often')) return
    // Another page may have sent or kept some meanwhile.
    const text = JSON.stringify(report)
    keepReports(keptReports().filter((one) => JSON.stringify(one) !== text))
  }
}

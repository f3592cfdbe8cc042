import { writeFileSync } from 'node:fs'
import { toString as draw } from 'qrcode'
import { AgentError, whyOf } from './error.ts'
import type { EnrolmentRequest } from './init.ts'

/**
 * The enrolment request as a QR code that an administrator's phone reads off the screen, and where a file is named, as a picture (SVG).
 * There is nothing secret in it. @throws AgentError EXPORT_WRITE
 */
export async function showRequest(
  request: EnrolmentRequest,
  file: string | undefined,
  write: (text: string) => void,
): Promise<void> {
  const text = JSON.stringify(request)
  const level = { errorCorrectionLevel: 'L' } as const
  write(`${await draw(text, { ...level, type: 'terminal', small: true })}\n`)
  if (file === undefined) return
  try {
    writeFileSync(file, await draw(text, { ...level, type: 'svg' }))
  } catch (cause) {
    throw new AgentError('EXPORT_WRITE', { path: file, why: whyOf(cause) }, { cause })
  }
}

import { pino } from 'pino'
import type { LogOutput } from './log.ts'

/** One JSON object a line, for whatever gathers logs. Only what is named here gets in: no key, no login, nothing of a person. */
export function jsonOutput(write: (line: string) => void): LogOutput {
  const logger = pino(
    {
      base: { program: 'tristamp-agent', pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  )
  return {
    info: (text) => logger.info(text),
    problem: (code, text, { device, station }) =>
      logger.warn({ code, ...(device !== undefined && { device }), ...(station !== undefined && { station }) }, text),
  }
}

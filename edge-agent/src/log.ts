import { type AgentCode, type AgentError, type Fields, type Language, sentence } from './error.ts'
import { lineInChinese } from './line-text.ts'

/** Where the gateway speaks to people. One line each, on stderr: stdout belongs to what a caller asked for. */
export interface Log {
  readonly language: Language
  info(line: string): void
  /** Tells an error once per `key` and minute; the counters in the status have every one. */
  problem(error: AgentError, key?: string): void
}

/** How what is said is written. */
export interface LogOutput {
  info(text: string): void
  problem(code: AgentCode, text: string, fields: Fields): void
}

/** A device that fails ten times a second must not fill the disk with its own complaints. */
const REPEAT_MS = 60_000
const MAX_KEYS = 1000

/** @param output where lines for people go, or how else it is written */
export function createLog(
  output: LogOutput | ((line: string) => void),
  language: Language,
  now: () => number = Date.now,
): Log {
  const { info, problem } = typeof output === 'function' ? linesFor(output, now) : output
  const told = new Map<string, number>()
  return {
    language,
    info: language === 'zh' ? (line) => info(lineInChinese(line)) : info,
    problem(error, key) {
      if (key !== undefined) {
        const name = `${error.code} ${key}`
        const last = told.get(name)
        if (last !== undefined && now() - last < REPEAT_MS) return
        if (told.size >= MAX_KEYS) told.clear()
        told.set(name, now())
      }
      problem(error.code, sentence(error.code, error.fields, language), error.fields)
    },
  }
}

function linesFor(write: (line: string) => void, now: () => number): LogOutput {
  const line = (text: string): void => write(`${new Date(now()).toISOString().slice(11, 23)} ${text}\n`)
  return { info: line, problem: (code, text) => line(`✗ ${code} ${text}`) }
}

export function problemText(code: AgentCode, fields: Fields, language: Language): string {
  return `${code} ${sentence(code, fields, language)}`
}

/** The operator's language: TRISTAMP_LANG, else what the system says, else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const tag = env['TRISTAMP_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

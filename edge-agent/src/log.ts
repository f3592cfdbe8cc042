import { type AgentCode, type AgentError, type Fields, type Language, sentence } from './error.ts'

/** Where the gateway speaks to people. One line each, on stderr: stdout belongs to what a caller asked for. */
export interface Log {
  readonly language: Language
  info(line: string): void
  /** Tells an error once per `key` and minute; the counters in the status have every one. */
  problem(error: AgentError, key?: string): void
}

/** A device that fails ten times a second must not fill the disk with its own complaints. */
const REPEAT_MS = 60_000
const MAX_KEYS = 1000

export function createLog(write: (line: string) => void, language: Language, now: () => number = Date.now): Log {
  const told = new Map<string, number>()
  const line = (text: string): void => write(`${new Date(now()).toISOString().slice(11, 23)} ${text}\n`)
  return {
    language,
    info: line,
    problem(error, key) {
      if (key !== undefined) {
        const name = `${error.code} ${key}`
        const last = told.get(name)
        if (last !== undefined && now() - last < REPEAT_MS) return
        if (told.size >= MAX_KEYS) told.clear()
        told.set(name, now())
      }
      line(`✗ ${problemText(error.code, error.fields, language)}`)
    },
  }
}

export function problemText(code: AgentCode, fields: Fields, language: Language): string {
  return `${code} ${sentence(code, fields, language)}`
}

/** The operator's language: TRISTAMP_LANG, else what the system says, else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const tag = env['TRISTAMP_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

import { readFileSync } from 'node:fs'
import { type AgentConfig, loadConfig } from '../config.ts'
import { asAgentError, type Language } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { paths } from '../paths.ts'
import { isRunning } from '../show-status.ts'
import { type Finding, failure, ok, words } from './finding.ts'
import { examineLedger } from './ledger.ts'
import { examineClock, examineFolder, examineKeyStore, examineKeys } from './machine.ts'
import { examinePage } from './page.ts'
import { examineDevices } from './ports.ts'
import { askScanners, examineScanners } from './scanners.ts'

/** So long someone has to fetch the label. */
const SCAN_MS = 60_000
const FRESH_MS = 120_000

export interface DoctorOptions {
  file: string
  env: Readonly<Record<string, string | undefined>>
  json: boolean
  /** Whether to open the scanners and wait for the check label. */
  scan: boolean
  language: Language
  write(text: string): void
  /** Beside the findings: what the person is asked to do. */
  ask(text: string): void
}

/** Looks at everything that keeps gateways from working, changes nothing, and says how to mend what is found. @returns whether nothing fails */
export async function doctor(options: DoctorOptions): Promise<boolean> {
  const { json, language, write } = options
  const findings: Finding[] = []
  const add = (...more: Finding[]): void => {
    findings.push(...more)
    if (!json) for (const finding of more) write(lineOf(finding, language))
  }
  let config: AgentConfig
  try {
    config = loadConfig(options.file, options.env)
    add(ok('config', words(`${config.file} is valid`, `${config.file} 有效`)))
    await examine(config, options, add)
  } catch (thrown) {
    add(failure('config', asAgentError(thrown)))
  }
  const fails = findings.filter(({ level }) => level === 'fail').length
  const warnings = findings.filter(({ level }) => level === 'warn').length
  if (json) write(`${JSON.stringify({ ok: fails === 0, findings }, null, 2)}\n`)
  else write(language === 'zh' ? `${fails} 个故障，${warnings} 个警告\n` : `${fails} to mend, ${warnings} to look at\n`)
  return fails === 0
}

async function examine(config: AgentConfig, options: DoctorOptions, add: (...more: Finding[]) => void): Promise<void> {
  const status = runningStatus(config)
  add(...examineFolder(config), ...examineKeys(config), ...(await examineKeyStore(config)))
  add(await examineClock(config, status))
  add(...(await examineDevices(config, status)))
  add(...examineScanners(config, status))
  if (options.scan && status === undefined) {
    const ask = (id: string): void =>
      options.ask(options.language === 'zh' ? `请用扫描枪 ${id} 扫描检查标签\n` : `scan the check label with ${id}\n`)
    add(...(await askScanners(config, SCAN_MS, ask)))
  }
  add(...(await examinePage(config, status)))
  add(...(await examineLedger(config, status)))
}

/** The status of the gateway, if it runs. */
function runningStatus(config: AgentConfig): StatusFile | undefined {
  try {
    const status = JSON.parse(readFileSync(paths(config.data).status, 'utf8')) as StatusFile
    // A number of a process may belong to another since the last boot; a gateway that lives writes twice a minute.
    const isFresh = Math.abs(Date.now() - Date.parse(status.at)) < FRESH_MS
    return isFresh && isRunning(status.pid) ? status : undefined
  } catch {
    return undefined
  }
}

const MARK = { ok: '✓', warn: '!', fail: '✗' } as const

function lineOf({ level, check, of, what, mend }: Finding, language: Language): string {
  const name = of === undefined ? check : `${check} ${of}`
  const arrow = mend === undefined ? '' : `\n    → ${mend[language]}`
  return `${MARK[level]} ${name}: ${what[language]}${arrow}\n`
}

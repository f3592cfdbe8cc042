import { readFileSync } from 'node:fs'
import type { AgentConfig } from './config-types.ts'
import { AgentError, type Fields, isAgentCode, type Language, sentence, whyOf } from './error.ts'
import type { StatusFile } from './health.ts'
import { paths } from './paths.ts'

/** Prints how the gateway is. @returns whether it runs, is connected, and all its devices are well */
export function showStatus(config: AgentConfig, json: boolean, language: Language): boolean {
  const path = paths(config.data).status
  let file: StatusFile
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as StatusFile
  } catch (cause) {
    throw new AgentError('STATUS_NONE', { path, why: whyOf(cause) }, { cause })
  }
  const running = isRunning(file.pid)
  const state = running ? file.state : 'offline'
  process.stdout.write(
    json ? `${JSON.stringify({ ...file, state, running }, null, 2)}\n` : text(file, running, language),
  )
  return running && state === 'online' && Object.values(file.devices).every((device) => device.state === 'up')
}

function text(file: StatusFile, running: boolean, language: Language): string {
  const zh = language === 'zh'
  const { outbox, clock } = file
  const lines = [
    `${file.gateway}  ${running ? (zh ? '运行中' : 'running') : zh ? '未运行' : 'not running'}, ${file.state}, ${file.at}`,
    zh
      ? `发件箱: 已签 ${outbox.next} 批, 已确认 ${outbox.acked} 批, 待签 ${outbox.unsigned} 条`
      : `outbox: ${outbox.next} batches signed, ${outbox.acked} acknowledged, ${outbox.unsigned} events to sign`,
    `${zh ? '时钟' : 'clock'}: ${clockText(clock, zh)}`,
    enrolmentText(file.enrolment, zh),
    ...Object.entries(file.devices).map(
      ([id, { state, code, why, fields }]) =>
        `  ${id}: ${state}${code ? ` ${code} ${said(code, fields, language) ?? why ?? ''}` : ''}`,
    ),
    ...Object.entries(file.last).map(
      ([code, { at, text: what, fields }]) =>
        `  ${file.errors[code as keyof typeof file.errors] ?? 0} × ${code} (${at}): ${said(code, fields, language) ?? what}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** In the reader's language; a file of another version of the program keeps the words that it has. */
export function said(code: string, fields: Fields | undefined, language: Language): string | undefined {
  return fields !== undefined && isAgentCode(code) ? sentence(code, fields, language) : undefined
}

function enrolmentText(enrolment: StatusFile['enrolment'] | undefined, zh: boolean): string {
  const { entry, differs = [] } = enrolment ?? {}
  if (entry === undefined) return zh ? '登记: 尚未登记' : 'enrolment: not enrolled yet'
  const differing =
    differs.length === 0
      ? ''
      : zh
        ? `；与配置不同: ${differs.join(', ')}`
        : `; differs from the configuration in ${differs.join(', ')}`
  return (zh ? `登记: 第 ${entry} 条` : `enrolment: entry ${entry}`) + differing
}

/** A clock that nothing has set is not one that is a year wrong. */
function clockText({ source, uncertaintyMs }: StatusFile['clock'], zh: boolean): string {
  if (source === 'none') return zh ? '未知（尚未校时）' : 'unknown (nothing has set it yet)'
  return `${source} ±${uncertaintyMs} ms`
}

/** Whether there is such a process. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

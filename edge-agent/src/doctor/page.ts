import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { AgentConfig } from '../config-types.ts'
import { whyOf } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { isLoopback, type PageConfig } from '../page/config.ts'
import { bad, type Finding, ok, words } from './finding.ts'

/** A page on the same machine, or its network. */
const ANSWER_MS = 5000
const MAX_ANSWER = 4_000_000

/** The gateway's own page, where it is configured: whether it is built, what opens it, and whether its port is its own. */
export async function examinePage({ page }: AgentConfig, status: StatusFile | undefined): Promise<Finding[]> {
  if (page === undefined) return []
  return [
    examineFiles(page),
    examinePin(page),
    status === undefined ? await examinePort(page) : await examineAnswer(page),
  ]
}

function examineFiles({ files }: PageConfig): Finding {
  if (existsSync(join(files, 'operator.html')))
    return ok('page', words(`the page is built in ${files}`, `页面文件位于 ${files}`), 'files')
  const mend = words('run `npm run setup`, or correct `page.files`', '请运行 `npm run setup`，或更正 `page.files`')
  return bad('fail', 'page', words(`${files} holds no page`, `${files} 中没有页面文件`), mend, 'files')
}

function examinePin({ pin, host }: PageConfig): Finding {
  if (pin !== undefined) return ok('page', words('a PIN opens it', '页面由 PIN 保护'), 'PIN')
  const what = words('without a PIN: whoever sits at this machine may use it', '未设 PIN：能使用本机的人都可操作页面')
  if (isLoopback(host)) return ok('page', what, 'PIN')
  // The configuration refuses it as well.
  const mend = words('make one with `tristamp-agent pin`', '请用 `tristamp-agent pin` 设置')
  return bad('fail', 'page', words('open to everyone on the network', '对网络中的所有人开放'), mend, 'PIN')
}

/** The gateway does not run: whether it could listen there. */
async function examinePort({ host, port }: PageConfig): Promise<Finding> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok('page', words(`${host}:${port} is free`, `${host}:${port} 可用`), 'port')
  } catch (cause) {
    const elsewhere = (cause as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL'
    const mend = elsewhere
      ? words('`page.host` must be an address of this machine', '`page.host` 须为本机地址')
      : words(
          'end the program that has it (`ss -ltnp`), or change `page.port`',
          '请结束占用它的程序（`ss -ltnp`），或更改 `page.port`',
        )
    const why = whyOf(cause)
    return bad(
      'fail',
      'page',
      words(`${host}:${port} cannot be had: ${why}`, `${host}:${port} 无法监听：${why}`),
      mend,
      'port',
    )
  } finally {
    server.close()
  }
}

/** The gateway runs: whether it is the one who answers there. */
async function examineAnswer(page: PageConfig): Promise<Finding> {
  const url = `${addressOf(page)}/`
  try {
    if (await isOwn(url)) return ok('page', words(`${url} answers`, `${url} 可访问`), 'port')
    const what = words(`another program answers at ${url}`, `${url} 由其他程序应答`)
    const mend = words(
      'end that program, or change `page.port`; the gateway takes the port as soon as it is free',
      '请结束该程序，或更改 `page.port`；端口空出后网关会自动使用',
    )
    return bad('fail', 'page', what, mend, 'port')
  } catch (cause) {
    const { cause: inner } = cause as { cause?: unknown }
    const why = whyOf(inner ?? cause)
    const mend = words(
      'see PAGE_PORT in the gateway’s log; after a change of `page` it has to be told (SIGHUP)',
      '请在网关日志中查看 PAGE_PORT；更改 `page` 后需通知网关（SIGHUP）',
    )
    return bad('fail', 'page', words(`${url} does not answer: ${why}`, `${url} 无应答：${why}`), mend, 'port')
  }
}

/** Only a gateway tells its state in this form, also to someone who has not entered the PIN. */
async function isOwn(url: string): Promise<boolean> {
  const response = await fetch(`${url}api/state`, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' })
  const text = await response.text()
  if (text.length > MAX_ANSWER) return false
  try {
    const state = JSON.parse(text) as { v?: unknown; access?: unknown } | null
    return state?.v === 1 && state.access !== undefined
  } catch {
    return false
  }
}

/** Where a page on all addresses is reached from here. */
function addressOf({ host, port }: PageConfig): string {
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`
}

import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { openAck, openEnrolment, ProtocolError, verifyOnNode } from '@tristamp/protocol'
import type { AgentConfig } from '../config-types.ts'
import { Connection } from '../connection.ts'
import { type AgentError, type Language, whyOf } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { nodeCrypto } from '../key-file.ts'
import { isTls } from '../plain.ts'
import { loginsOf } from '../rotation.ts'
import { said } from '../show-status.ts'
import { bad, type Finding, failure, ok, words } from './finding.ts'

const CONNECT_MS = 5000
/** So long the ledger has to tell its last acknowledgement or the enrolment. */
const HEAR_MS = 3000
const DAY_MS = 86_400_000

/** The way to the ledger, the login, and whether it is the ledger that is configured. */
export async function examineLedger(config: AgentConfig, status: StatusFile | undefined): Promise<Finding[]> {
  const network = await examineNetwork(config)
  // A second connection under its name would end the gateway's own.
  const login = status !== undefined ? fromStatus(status) : network.level === 'fail' ? [] : await examineLogin(config)
  return [network, ...login, ...examineEnrolment(config)]
}

function examineNetwork({ uplink }: AgentConfig): Promise<Finding> {
  const { hostname, port, protocol } = new URL(uplink.url)
  const tls = protocol === 'mqtts:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const at = { host, port: Number(port || (tls ? 8883 : 1883)) }
  return new Promise((resolve) => {
    let socket: Socket
    const end = (finding: Finding): void => {
      socket?.destroy()
      resolve(finding)
    }
    const fail = (why: string): void =>
      end(
        bad(
          'fail',
          'network',
          words(`${uplink.url}: ${why}`, `${uplink.url}：${why}`),
          words(
            'check cable, DNS and firewall; for a certificate: `uplink.ca` names the ledger’s own one or its authority, and the clock must be about right',
            '请检查网线、DNS 和防火墙；证书问题：`uplink.ca` 应为账本证书或其签发机构，且时钟需大致正确',
          ),
        ),
      )
    const opened = (): void => {
      const days = tls ? daysLeft(socket as TLSSocket) : undefined
      const what = words(
        `${uplink.url} answers${tls ? `, its certificate is good for ${days} days` : ''}`,
        `${uplink.url} 可连接${tls ? `，证书剩余 ${days} 天` : ''}`,
      )
      if (days !== undefined && days < 14)
        end(
          bad(
            'warn',
            'network',
            what,
            words('have the ledger’s operator renew its certificate', '请账本运营方更新证书'),
          ),
        )
      else end(ok('network', what))
    }
    try {
      const ca = uplink.ca === undefined ? {} : { ca: readFileSync(uplink.ca) }
      socket = tls ? connectTls({ ...at, ...ca, servername: host }, opened) : connectTcp(at, opened)
      socket.setTimeout(CONNECT_MS, () => fail(`no answer in ${CONNECT_MS} ms`))
      socket.once('error', (error) => fail(whyOf(error) || String((error as NodeJS.ErrnoException).code)))
    } catch (thrown) {
      fail(whyOf(thrown))
    }
  })
}

function daysLeft(socket: TLSSocket): number {
  return Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS)
}

/** The gateway runs, and knows better. */
function fromStatus({ state, last, outbox }: StatusFile): Finding[] {
  if (state === 'online')
    return [
      ok(
        'login',
        words(
          `the gateway is connected; ${outbox.next - outbox.acked} batches wait`,
          `网关已连接；${outbox.next - outbox.acked} 个批次等待确认`,
        ),
      ),
    ]
  // The newer of the two: a login that was refused once may have been mended since.
  const code =
    (last.UPLINK_LOGIN?.at ?? '') > (last.UPLINK_UNREACHABLE?.at ?? '') ? 'UPLINK_LOGIN' : 'UPLINK_UNREACHABLE'
  const { fields, text = '' } = last[code] ?? {}
  const why = (language: Language): string => said(code, fields, language) ?? text
  return [bad('fail', 'login', words(`the gateway is not connected: ${why('en')}`, `网关未连接：${why('zh')}`))]
}

async function examineLogin(config: AgentConfig): Promise<Finding[]> {
  let failed: AgentError | undefined
  let heard: Finding | undefined
  let login: string
  try {
    login = loginsOf(config.data)[0]!
  } catch {
    // What is wrong with the file is told elsewhere.
    return []
  }
  const judge = (open: () => unknown): void => {
    try {
      open()
      heard = ok(
        'ledger-key',
        words('the ledger signs with the key that is configured', '账本使用的签名密钥与配置一致'),
      )
    } catch (thrown) {
      const why = thrown instanceof ProtocolError ? thrown.code : whyOf(thrown)
      heard = bad(
        'fail',
        'ledger-key',
        words(
          `what the ledger signs does not fit to \`uplink.ledgerKey\` (${why})`,
          `账本签名与 \`uplink.ledgerKey\` 不符（${why}）`,
        ),
        words(
          'take the acknowledgement key from the ledger’s operator anew; if it is the same, this is not that ledger',
          '请向账本运营方重新索取确认密钥；若相同，则这不是该账本',
        ),
      )
    }
  }
  const verify = verifyOnNode(nodeCrypto)
  const { ledgerKey } = config.uplink
  let up = false
  const connection = new Connection(config, login, {
    ready: () => {
      up = true
    },
    ack: (payload) => judge(() => openAck(payload, ledgerKey, verify)),
    enrolment: (payload) => judge(() => openEnrolment(payload, ledgerKey, verify)),
    failed: (error) => {
      failed = error
    },
  })
  const begin = performance.now()
  while (failed === undefined && heard === undefined && performance.now() - begin < CONNECT_MS + HEAR_MS)
    await new Promise((resolve) => setTimeout(resolve, 20))
  connection.drop()
  await connection.closed
  if (failed) return [failure('login', failed)]
  if (!up) return [bad('fail', 'login', words('the broker does not finish the login', '登录未能完成'))]
  const silent = bad(
    'warn',
    'ledger-key',
    words('the ledger has told nothing that could be checked', '账本尚未发来可核对的内容'),
  )
  const way = isTls(config.uplink.url) ? 'TLS' : 'plain MQTT'
  return [
    ok('login', words(`the ledger lets this gateway in (${way})`, `账本允许本网关登录（${way}）`)),
    heard ?? silent,
  ]
}

/** What is enrolled, and where the file is of another mind. */
function examineEnrolment({ enrolled }: AgentConfig): Finding[] {
  const { enrolment, missing, differences } = enrolled
  if (enrolment === undefined) {
    const what = words('no enrolment was picked up yet', '尚未取得登记信息')
    const mend = words(
      'have enrolment-request.json approved by an administrator of the ledger; it is picked up when the gateway runs',
      '请账本管理员批准 enrolment-request.json；网关运行时会自动取得',
    )
    return [bad(missing.length > 0 ? 'fail' : 'warn', 'enrolment', what, mend)]
  }
  const { station, roles, entry } = enrolment
  const mend = words(
    'correct the file, or have the gateway enrolled anew; the ledger’s counts',
    '请更正配置或重新登记；以账本为准',
  )
  const register = words(
    'have the administrator register the position of the station (`tristamp-ledger enrol place … --lat --lon`) or the limits of the product (`enrol product … --min --max`), or write them into the file',
    '请管理员登记站点坐标（`tristamp-ledger enrol place … --lat --lon`）或产品温限（`enrol product … --min --max`），或写入配置',
  )
  return [
    ok(
      'enrolment',
      words(`entry ${entry}: ${station}, ${roles.join(' ')}`, `第 ${entry} 条：${station}，${roles.join(' ')}`),
    ),
    ...differences.map(({ path, given, enrolled: theirs }) =>
      bad(
        'warn',
        'enrolment',
        words(
          `${path} is ${given} in the file, ${theirs} at the ledger`,
          `${path} 在配置中为 ${given}，账本中为 ${theirs}`,
        ),
        theirs === '–' ? register : mend,
        path,
      ),
    ),
  ]
}

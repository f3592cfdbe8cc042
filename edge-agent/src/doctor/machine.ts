import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { systemSources } from '../clock-source.ts'
import { askSystem } from '../clock-system.ts'
import type { AgentConfig } from '../config-types.ts'
import { Disk } from '../disk.ts'
import { asAgentError, whyOf } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { readLoginFile, readTlsKeyFile } from '../key-file.ts'
import { openSigner } from '../open-signer.ts'
import { paths } from '../paths.ts'
import { bad, type Check, type Finding, failure, ok, words } from './finding.ts'

/** Magic numbers of statfs(2): what is written there is gone after the next boot. */
const VANISHING: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2035054128: 'overlayfs', 2240043254: 'ramfs' }
const FSYNC_TRIES = 5
const SLOW_FSYNC_MS = 200
const BAD_FSYNC_MS = 2000
const MIB = 2 ** 20

/** The data folder and what is in it: whose it is, whether it stays, and whether it is quick enough. */
export function examineFolder(config: AgentConfig, euid: number = process.geteuid?.() ?? -1): Finding[] {
  const { data } = config
  const findings: Finding[] = []
  try {
    const { uid, mode } = statSync(data)
    const own = `chmod 700 ${data}`
    if ((mode & 0o077) !== 0)
      findings.push(
        bad(
          'warn',
          'data',
          words(
            `others may look into ${data} (mode ${(mode & 0o777).toString(8)})`,
            `他人可访问 ${data}（权限 ${(mode & 0o777).toString(8)}）`,
          ),
          words(own, own),
        ),
      )
    else findings.push(ok('data', words(`${data} is for its owner alone`, `${data} 仅所有者可访问`)))
    if (uid !== euid)
      findings.push(
        bad(
          'warn',
          'user',
          words(
            `${data} belongs to user ${uid}, and this is user ${euid} (${userInfo().username})`,
            `${data} 属于用户 ${uid}，当前用户为 ${euid}（${userInfo().username}）`,
          ),
          words(
            'ask as the user that runs the gateway: sudo -u tristamp-agent tristamp-agent doctor …',
            '请以运行网关的用户执行：sudo -u tristamp-agent tristamp-agent doctor …',
          ),
        ),
      )
    findings.push(...examineDisk(config))
  } catch (cause) {
    const mend = words('run `tristamp-agent init`, or mount the disk', '请运行 `tristamp-agent init`，或挂载磁盘')
    findings.push(
      bad('fail', 'data', words(`${data} cannot be used: ${whyOf(cause)}`, `${data} 不可用：${whyOf(cause)}`), mend),
    )
  }
  return findings
}

function examineDisk({ data }: AgentConfig): Finding[] {
  const findings: Finding[] = []
  const vanishing = VANISHING[statfsSync(data).type]
  if (vanishing !== undefined)
    findings.push(
      bad(
        'fail',
        'disk',
        words(
          `${data} is on ${vanishing}: what was stamped is gone after the next start`,
          `${data} 位于 ${vanishing}：重启后记录会丢失`,
        ),
        words(
          'mount a partition of its own for it (docs/gateway/install.md)',
          '请为其挂载独立分区（docs/gateway/install.md）',
        ),
      ),
    )
  const disk = new Disk(data)
  const [free, fill] = [Math.floor(disk.free(0) / MIB), Math.floor(disk.fill(0) * 100)]
  const room = words(`${free} MiB free, the outbox takes ${fill} %`, `剩余 ${free} MiB，发件箱占 ${fill}%`)
  const mend = words(
    'make room, or bring the outbox to the ledger (tristamp-agent export)',
    '请腾出空间，或将发件箱送达账本（tristamp-agent export）',
  )
  if (disk.refusal(0)) findings.push(bad('fail', 'disk', room, mend))
  else if (disk.thinning(0) > 1) findings.push(bad('warn', 'disk', room, mend))
  else findings.push(ok('disk', room))
  findings.push(examineFsync(data))
  return findings
}

/** A stamp is taken when it is on the disk, so a slow disk makes people wait. */
function examineFsync(data: string): Finding {
  const path = join(data, `.doctor-${process.pid}`)
  const times: number[] = []
  const file = openSync(path, 'w', 0o600)
  try {
    for (let n = 0; n < FSYNC_TRIES; n++) {
      const begin = performance.now()
      writeSync(file, new Uint8Array(4096), 0, 4096, n * 4096)
      fsyncSync(file)
      times.push(performance.now() - begin)
    }
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
  const ms = Math.round(times.sort((a, b) => a - b)[FSYNC_TRIES >> 1]!)
  const what = words(`a write is on the disk after ${ms} ms`, `写入落盘需 ${ms} 毫秒`)
  const mend = words(
    'use an industrial SD card, eMMC or an SSD; look into dmesg for errors of the card',
    '请使用工业级 SD 卡、eMMC 或 SSD；并用 dmesg 检查存储错误',
  )
  if (ms >= BAD_FSYNC_MS) return bad('fail', 'disk', what, mend)
  return ms >= SLOW_FSYNC_MS ? bad('warn', 'disk', what, mend) : ok('disk', what)
}

/** The secrets, each read as the gateway reads it. */
export function examineKeys(config: AgentConfig): Finding[] {
  const files = paths(config.data)
  const attempt = (check: Check, of: string, read: () => unknown): Finding => {
    try {
      read()
      return ok(check, words(`${of} can be read, by its owner alone`, `${of} 可读取，且仅所有者可读`), of)
    } catch (thrown) {
      return failure(check, asAgentError(thrown), of)
    }
  }
  return [
    attempt('key', config.key.type === 'file' ? files.key : files.publicKey, () => openSigner(config)),
    attempt('key', files.login, () => readLoginFile(files.login)),
    attempt('key', files.tlsKey, () => readTlsKeyFile(files.tlsKey)),
  ]
}

/** A key that is elsewhere is asked for a signature. */
export async function examineKeyStore(config: AgentConfig): Promise<Finding[]> {
  if (config.key.type === 'file') return []
  try {
    const begin = performance.now()
    await openSigner(config).signBatch(
      [{ salt: new Uint8Array(16), event: new Uint8Array(1) }],
      { seq: 0, prev: new Uint8Array(32) },
      0,
    )
    const ms = Math.round(performance.now() - begin)
    return [ok('key', words(`the key store signs in ${ms} ms`, `密钥存储签名用时 ${ms} 毫秒`))]
  } catch (thrown) {
    return [failure('key', asAgentError(thrown))]
  }
}

/** What sets the clock. Of a receiver only the running gateway knows. */
export async function examineClock({ clock }: AgentConfig, status: StatusFile | undefined): Promise<Finding> {
  if (clock.source === 'gnss') {
    if (status === undefined)
      return bad(
        'warn',
        'clock',
        words(
          'the GNSS receiver sets the clock; whether it has a fix is known when the gateway runs',
          '时钟由 GNSS 接收机校准；网关运行后才知道是否定位',
        ),
      )
    const { source, uncertaintyMs } = status.clock
    if (source === 'gnss' && uncertaintyMs <= clock.maxErrorMs)
      return ok('clock', words(`set by GNSS, ±${uncertaintyMs} ms`, `由 GNSS 校准，±${uncertaintyMs} 毫秒`))
    return bad(
      'fail',
      'clock',
      words(`GNSS has not set the clock (${source})`, `GNSS 尚未校准时钟（${source}）`),
      words(
        'give the antenna a view of the sky, and look at the receiver above',
        '请让天线看到天空，并检查上面的接收机',
      ),
    )
  }
  const time = await askSystem(clock.source, systemSources())
  if (time?.source === 'ntp' && time.errorMs <= clock.maxErrorMs)
    return ok(
      'clock',
      words(`set by ${clock.source}, ±${time.errorMs} ms`, `由 ${clock.source} 校准，±${time.errorMs} 毫秒`),
    )
  const what = words(
    `${clock.source} does not vouch for the clock${time ? ` (${time.source}, ±${time.errorMs} ms)` : ''}: stamps say so, and are placed later`,
    `${clock.source} 未能确认时钟${time ? `（${time.source}，±${time.errorMs} 毫秒）` : ''}：记录会如实标注，之后再定位`,
  )
  const how = clock.source === 'chrony' ? 'chronyc sources -v' : 'timedatectl timesync-status'
  return bad(
    'warn',
    'clock',
    what,
    words(
      `let a time server be reached (${how}), or use a GNSS receiver`,
      `请让时间服务器可达（${how}），或使用 GNSS 接收机`,
    ),
  )
}

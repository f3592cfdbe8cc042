import { accessSync, constants, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import type { AgentConfig, ConfiguredDevice } from '../config-types.ts'
import { whyOf } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { said } from '../show-status.ts'
import { bad, type Finding, ok, words } from './finding.ts'

const CONNECT_MS = 3000

/** Every device: its port first, then how the running gateway finds it. */
export async function examineDevices({ devices }: AgentConfig, status: StatusFile | undefined): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const device of devices) {
    const { address, id } = device
    if (address.kind === 'tcp') {
      // An adapter for one line takes one connection: it is the gateway's, when that runs.
      if (status === undefined) findings.push(await examineSocket(id, address))
    } else findings.push(...examinePath(device, address.path, status?.pid))
    const state = status?.devices[id]
    if (state !== undefined) findings.push(stateOf(id, state))
  }
  return findings
}

function stateOf(id: string, { state, code = '', why = '', fields }: StatusFile['devices'][string]): Finding {
  if (state === 'up') return ok('device', words('it answers', '应答正常'), id)
  // Without a code it has not said anything yet: the gateway has just begun.
  const what =
    code === ''
      ? words(`it is ${state}: the gateway is still opening it`, `状态 ${state}：网关正在打开`)
      : words(
          `it is ${state}: ${code} ${said(code, fields, 'en') ?? why}`,
          `状态 ${state}：${code} ${said(code, fields, 'zh') ?? why}`,
        )
  return bad(state === 'down' ? 'fail' : 'warn', 'device', what, undefined, id)
}

function examineSocket(id: string, { host, port }: { host: string; port: number }): Promise<Finding> {
  const name = `tcp://${host}:${port}`
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS })
    const end = (why: string | undefined): void => {
      socket.destroy()
      const mend = words('check its power, its network cable and its address', '请检查电源、网线和地址')
      if (why === undefined) resolve(ok('port', words(`${name} answers`, `${name} 可连接`), id))
      else resolve(bad('fail', 'port', words(`${name}: ${why}`, `${name}：${why}`), mend, id))
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end(`no answer in ${CONNECT_MS} ms`))
    socket.once('error', (error) => end(whyOf(error)))
  })
}

function examinePath({ id, driver }: ConfiguredDevice, path: string, gateway: number | undefined): Finding[] {
  let target: string
  try {
    target = realpathSync(path)
  } catch {
    const seen = serialPorts()
    const mend = words(
      `check the cable, then correct \`port\`; seen now: ${seen || 'none'}`,
      `请检查连接线，再更正 port；当前可见：${seen || '无'}`,
    )
    return [bad('fail', 'port', words(`${path} is not there`, `${path} 不存在`), mend, id)]
  }
  const findings: Finding[] = []
  const isFile = driver === 'ds18b20'
  try {
    accessSync(target, isFile ? constants.R_OK : constants.R_OK | constants.W_OK)
    // Whoever made a pseudo-terminal has it open: that is a simulator, not a rival.
    const holder = isFile || target.startsWith('/dev/pts/') ? undefined : holderOf(target, gateway)
    if (holder !== undefined) {
      const mend = words(
        'stop that program; for ModemManager: systemctl disable --now ModemManager',
        '请停止该程序；若为 ModemManager：systemctl disable --now ModemManager',
      )
      findings.push(bad('fail', 'port', words(`${path} is held by ${holder}`, `${path} 被 ${holder} 占用`), mend, id))
    } else findings.push(ok('port', words(`${path} is there and may be used`, `${path} 存在且可使用`), id))
  } catch {
    const group = groupOf(statSync(target).gid)
    const mend = words(
      `usermod -aG ${group} tristamp-agent, then start the gateway again; systemd units need SupplementaryGroups=${group} and DeviceAllow=`,
      `usermod -aG ${group} tristamp-agent，然后重启网关；systemd 单元需 SupplementaryGroups=${group} 和 DeviceAllow=`,
    )
    findings.push(
      bad(
        'fail',
        'port',
        words(`${path} may not be used by this user (group ${group})`, `当前用户无权使用 ${path}（用户组 ${group}）`),
        mend,
        id,
      ),
    )
  }
  if (/^\/dev\/tty(USB|ACM)\d+$/.test(path))
    findings.push(
      bad(
        'warn',
        'port',
        words(`${path} may be another instrument after the next start`, `重启后 ${path} 可能对应其他仪器`),
        words(
          `use its name under /dev/serial/by-id, or by-path where two are alike: ${namesOf(target) || 'ls -l /dev/serial/by-*'}`,
          `请使用 /dev/serial/by-id 中的名称，同型号则用 by-path：${namesOf(target) || 'ls -l /dev/serial/by-*'}`,
        ),
        id,
      ),
    )
  return findings
}

/** Which other program has it open, as far as this user may see. */
function holderOf(target: string, gateway: number | undefined): string | undefined {
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === gateway || Number(pid) === process.pid) continue
    for (const fd of list(`/proc/${pid}/fd`)) {
      try {
        if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== target) continue
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (${pid})`
      } catch {
        // Processes come and go, and others' are not shown.
      }
    }
  }
  return undefined
}

function groupOf(gid: number): string {
  try {
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((text) => text.split(':')[2] === String(gid))
    return line?.split(':')[0] ?? String(gid)
  } catch {
    return String(gid)
  }
}

/** The lasting names of a device. */
function namesOf(target: string): string {
  return ['/dev/serial/by-id', '/dev/serial/by-path']
    .flatMap((folder) => list(folder).map((name) => `${folder}/${name}`))
    .filter((path) => {
      try {
        return realpathSync(path) === target
      } catch {
        return false
      }
    })
    .join(', ')
}

function serialPorts(): string {
  const lasting = list('/dev/serial/by-id').map((name) => `/dev/serial/by-id/${name}`)
  const plain = list('/dev').filter((name) => /^tty(USB|ACM|AMA)\d+$/.test(name))
  return [...lasting, ...plain.map((name) => `/dev/${name}`)].slice(0, 12).join(', ')
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

import { TRIGGER } from '../codec/gm65.ts'
import { readCheckLabel, type ScannerCheck, scannerFaults } from '../codec/scan-check.ts'
import { ScannerLine, type ScannerMessage, SILENCE_MS } from '../codec/scanner-line.ts'
import type { AgentConfig, ConfiguredDevice } from '../config-types.ts'
import { asAgentError, type Language } from '../error.ts'
import type { StatusFile } from '../health.ts'
import { said } from '../show-status.ts'
import { type Link, openLink } from '../transport/index.ts'
import { bad, type Finding, failure, ok, words } from './finding.ts'

/** A module's own time for one trigger. */
const TRIGGER_MS = 4000

const HOW = words(
  'scan the check label of docs/gateway/instruments.md: while the gateway runs it tells what is wrong; `doctor --scan` asks for it while it does not',
  '请扫描 docs/gateway/instruments.md 的检查标签：网关运行时会指出问题；网关停止时可用 `doctor --scan`',
)

/** Whether scanners send the AIM identifier and FNC1 as GS, as far as the configuration and the running gateway know. */
export function examineScanners({ devices, stations }: AgentConfig, status: StatusFile | undefined): Finding[] {
  const findings: Finding[] = []
  for (const { id, driver, options } of devices) {
    if (driver !== 'scanner') continue
    if (options['aim'] === 'optional')
      findings.push(
        bad(
          'warn',
          'scanner',
          words('`aim: optional`: nothing tells a GS1 code from another', '`aim: optional`：无法区分 GS1 码与其他码'),
          words(
            'switch on "AIM code ID" by the set-up barcode of its manual, and set `aim: required`',
            '请用说明书的设置码打开“AIM code ID”，并设置 `aim: required`',
          ),
          id,
        ),
      )
    const unproven = stations.filter(({ scanner, separators }) => scanner === id && separators === 'unproven')
    if (unproven.length > 0)
      findings.push(
        bad(
          'warn',
          'scanner',
          words('nobody has shown yet that it sends FNC1 as GS', '尚未确认其将 FNC1 发送为 GS'),
          words(
            `${HOW.en}; then set \`separators: proven\` at station ${unproven.map((s) => s.id).join(', ')}`,
            `${HOW.zh}；然后在站点 ${unproven.map((s) => s.id).join(', ')} 设置 \`separators: proven\``,
          ),
          id,
        ),
      )
    else findings.push(ok('scanner', words('its separators are proven', '分隔符已确认'), id))
  }
  for (const code of ['SCAN_SETUP', 'SCAN_SEPARATOR', 'SCAN_UNKNOWN'] as const) {
    const count = status?.errors[code] ?? 0
    const { fields, text = '' } = status?.last[code] ?? {}
    const last = (language: Language): string => said(code, fields, language) ?? text
    if (count > 0)
      findings.push(
        bad('warn', 'scanner', words(`${count} × ${code}: ${last('en')}`, `${count} × ${code}：${last('zh')}`), HOW),
      )
  }
  return findings
}

/** Opens each scanner and waits for the check label. Only while the gateway does not run. */
export async function askScanners(
  { devices }: AgentConfig,
  waitMs: number,
  say: (id: string) => void,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { id, driver, address, options } of devices) {
    if (driver !== 'scanner' || address.kind === 'file') continue
    say(id)
    try {
      const link = await openLink(id, address)
      try {
        findings.push(judge(id, await checkLabel(link, options, waitMs), waitMs))
      } finally {
        await link.close()
      }
    } catch (thrown) {
      findings.push(failure('scanner', asAgentError(thrown), id))
    }
  }
  return findings
}

/** What came of the check label; undefined when nobody scanned it. */
function checkLabel(
  link: Link,
  options: ConfiguredDevice['options'],
  waitMs: number,
): Promise<ScannerCheck | undefined> {
  const endsBySilence = options['suffix'] === 'silence'
  const codec = new ScannerLine({ endsBySilence })
  return new Promise((resolve) => {
    const take = (messages: readonly ScannerMessage[]): void => {
      for (const message of messages) {
        const check = message.kind === 'ack' ? undefined : readCheckLabel(message.text)
        if (check) end(check)
      }
    }
    const end = (check: ScannerCheck | undefined): void => {
      clearTimeout(patience)
      clearInterval(looking)
      resolve(check)
    }
    const patience = setTimeout(() => end(undefined), waitMs)
    let lastMs = performance.now()
    let triggeredMs = Number.NEGATIVE_INFINITY
    const looking = setInterval(() => {
      const now = performance.now()
      if (endsBySilence && now - lastMs > SILENCE_MS) take(codec.idle(now))
      if (options['trigger'] !== 'gm65' || now - triggeredMs < TRIGGER_MS) return
      triggeredMs = now
      void link.write(TRIGGER).catch(() => undefined)
    }, SILENCE_MS)
    link.onData((chunk) => {
      lastMs = performance.now()
      take(codec.push(chunk, lastMs))
    })
    void link.closed.then(() => end(undefined))
  })
}

function judge(id: string, check: ScannerCheck | undefined, waitMs: number): Finding {
  const seconds = Math.round(waitMs / 1000)
  if (check === undefined)
    return bad(
      'fail',
      'scanner',
      words(`the check label was not scanned in ${seconds} s`, `${seconds} 秒内未扫描检查标签`),
      HOW,
      id,
    )
  const faults = scannerFaults(check).join('; ')
  if (faults !== '') return bad('fail', 'scanner', words(faults, `设置不正确：${faults}`), HOW, id)
  return ok('scanner', words('it sends AIM identifiers, and FNC1 as GS', '会发送 AIM 标识，并将 FNC1 发送为 GS'), id)
}

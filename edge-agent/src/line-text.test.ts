import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { issueInChinese, issuesInChinese } from './issue-text.ts'
import { lineInChinese } from './line-text.ts'

const source = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const files = readdirSync(new URL('.', import.meta.url), { recursive: true })
  .map((name) => String(name).replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !/(^|\/)_|\.test\.ts$/.test(name))

/** What stands in quotes behind a pattern, each value in it replaced by something that it may be. */
function texts(pattern: RegExp, names: readonly string[]): string[] {
  const filled = (text: string): string =>
    text
      .replace(/\$\{Object\.\w+\((?:[^{}]|\{[^}]*\})*?\)[^}]*\}/g, 'a, b')
      .replace(/\$\{(?:least|most|min|max)\}/g, '5')
      .replace(/\$\{noun\}/g, 'scanner')
      .replace(/must be \$\{what\}/g, 'must be degrees')
      .replace(/\$\{[^}]*\.join\([^)]*\)\}/g, 'a, b')
      .replace(/\$\{[^}]*\}/g, 'x1')
  return names.flatMap((name) => [...source(name).matchAll(pattern)].map(([, text = '']) => filled(text)))
}

describe('what is wrong in a configuration', () => {
  const found = files.filter((name) =>
    /^(config|checks-config|duration)|^driver\/|^page\/config|^spectroscopy\/config/.test(name),
  )
  const issues = [
    ...texts(/'(must (?:be|have|name|not|begin) [^'\n]*)'/g, found),
    ...texts(/(?<!\w)`(must (?:be|have|name|not|begin) [^`\n]*)`/g, found),
    ...texts(/what: ['`]((?:[^'`]|`(?:action|page|key)`)+)['`]/g, found),
  ].filter((text) => !text.startsWith('is missing$'))

  it('is Chinese, every sentence of ours', () => {
    expect(issues.length).toBeGreaterThan(80)
    const left = issues.filter((text) => {
      const words = issueInChinese(text)
      return !/\p{Script=Han}/u.test(words) || / (?:or|must|is|the) /.test(words)
    })
    expect(left).toEqual([])
  })

  it('keeps path and values', () => {
    const list = '  devices[2].unit: must be a whole number from 1 to 247\n  data: is missing (it must be a folder)'
    expect(issuesInChinese(list)).toBe('  devices[2].unit：须为 1 至 247 的整数\n  data：缺少（须为目录）')
    expect(issueInChinese('must be none, even or odd')).toBe('须为 none, even 或 odd')
    expect(issueInChinese('must be 1 to 64 of A–Z a–z 0–9 _ -')).toBe('须为 1 至 64 个字符（A–Z a–z 0–9 _ -）')
    expect(issueInChinese('must be something new')).toBe('须为 something new')
  })
})

describe('the lines of a gateway', () => {
  it('are Chinese, every one that stands in the code', () => {
    const lines = texts(/(?:info|said|told|line\w*)\(?[\s\S]{0,12}?`([·✓!] [^`]+)`/g, files)
    const plain = texts(/info\('([^']+)'\)/g, files)
    expect(lines.length + plain.length).toBeGreaterThan(15)
    for (const line of [...plain, ...lines]) {
      // How an order is named stands elsewhere; below it is tried with each of its heads.
      if (/^· (?:(?:x1: )+x1(?: x1)?|x1 at x1)$/.test(line)) continue
      expect(lineInChinese(fit(line)), line).toMatch(/\p{Script=Han}/u)
    }
  })

  it.each([
    [
      '✓ receive 2 items 01/09501101530003/21/A, 01/09501101530003/21/B at dock',
      '✓ dock：收货 2 件 01/09501101530003/21/A, 01/09501101530003/21/B',
    ],
    ['✓ pack 1 item 01/1/21/A into 00/1 at dock', '✓ dock：装箱 1 件 01/1/21/A → 00/1'],
    ['✓ sell 1 item 01/1/10/L at till (recorded already)', '✓ till：售出 1 件 01/1/10/L（此前已记录）'],
    ['✓ undone: ship 5 items a, b, c and 2 more at dock', '✓ dock：已撤销 发货 5 件 a, b, c 等，另有 2 件'],
    ['· receive 3: 01/1/21/A at dock', '· dock：收货 第 3 件 01/1/21/A'],
    ['· now: vaccinate at farm', '· farm：当前步骤 vaccinate'],
    ['· cancelled: pack at dock', '· dock：已取消 装箱'],
    ['· nothing to cancel at dock', '· dock：没有可取消的操作'],
    ['· transform: now the outputs at dock', '· dock：加工，现在扫产出'],
    ['· device cold1 is up', '· 设备 cold1 正常'],
    [
      '✓ test 01/1/10/L: suspicious (distance 9.1, limit 3, class 0.2) at lab',
      '✓ lab：检测 01/1/10/L：可疑（距离 9.1，限值 3，类别 0.2）',
    ],
    ['✓ test 01/1/10/L: inconclusive (TEST_CALIBRATION) at lab', '✓ lab：检测 01/1/10/L：无法判定（TEST_CALIBRATION）'],
    ['✓ recall R-1: sold 2.5 KGM in all at till', '✓ till：召回 R-1：已售出，共 2.5 KGM'],
    [
      '· gate: 01/1/21/A was at antenna 1 for 3 s: 61 answers, strongest -51 dBm',
      '· gate：01/1/21/A 在天线 1 处停留 3 秒，应答 61 次，最强 -51 dBm',
    ],
    ['· lifted: RECALL, class 2 R-1: sold out', '· 召回已解除：2 级 R-1：sold out'],
    ['· released: HOLD H-1: looked at', '· 扣留已解除：H-1：looked at'],
    ['· RECALL, class 1 R-1: https://x/1: Glass. 玻璃。', '· 1 级召回 R-1：https://x/1: Glass. 玻璃。'],
    ['· DRILL, not a recall R-1: https://x/1: Try. 演练。', '· 演练，并非召回 R-1：https://x/1: Try. 演练。'],
    ['· HOLD H-1: https://x/1: Warm. 温度过高。', '· 扣留 H-1：https://x/1: Warm. 温度过高。'],
    ['something of another kind', 'something of another kind'],
  ])('%s', (line, words) => {
    expect(lineInChinese(line)).toBe(words)
  })
})

/** A value that fits where the forms ask for numbers. */
function fit(line: string): string {
  return line
    .replace(/^(✓ (?:undone: )?x1) x1 x1/, '$1 2 items x1')
    .replace(/^· x1 x1: /, '· x1 2: ')
    .replace(/ x1: x1 at x1$/, ' x1: consistent at x1')
    .replace(/entry x1$/, 'entry 1')
    .replace(/antenna x1 for x1 s: x1x1$/, 'antenna 1 for 1 s: 1 answer')
    .replace(/^· (recall\/x1|x1) x1 at /, '· recall/sold 1 at ')
    .replace(/^· (?:x1): x1: x1$/, '· lifted: HOLD h: x1')
    .replace(/^✓ recall x1: x1x1 at x1$/, '✓ recall x1: sold at x1')
}

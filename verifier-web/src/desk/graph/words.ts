import type { Lang } from '../../format.ts'
import type { Message } from '../../i18n/zh.ts'
import type { Both, Quantity } from '../../own/answer.ts'
import { type Key as DeskKey, isKey, useWords } from '../words/index.ts'

/** What the trace graph says. `{x}` is filled in. */
const zh = {
  depths: '向后 {back} 层，向前 {forward} 层',
  back: '向后（来龙）',
  forward: '向前（去脉）',
  less: '少一层',
  more: '多一层',
  steps: '{n} 层',
  loading: '正在读取来龙去脉…',
  failed: '来龙去脉未能读取：{why}',
  again: '再试一次',
  picture:
    '货物走向图，{n} 个节点。上下方向键沿连线走，左右方向键到同层的下一个，Home 回到所查对象，回车打开。同样的内容在下面的表里。',
  node: '{kind} {name}',
  'node.subject': '所查对象',
  'node.from': '来自 {names}',
  'node.to': '去往 {names}',
  'node.open': '回车打开',
  'node.expand': '回车展开',
  'node.missing': '数量对不上，差 {amount}',
  'node.finding': '有发现：{what}',
  another: '另 {n} 个',
  'another.place': '另 {n} 处',
  'another.item': '另 {n} 件',
  'another.lot': '另 {n} 批',
  'another.unit': '另 {n} 箱',
  'another.transformation': '另 {n} 次加工',
  fold: '全部收起',
  legend: '粗线是经过所查对象的主线（数量最大的一支）；菱形表示有发现或数量对不上；虚线表示退回。',
  'table.title': '同样的内容，列成表',
  'table.caption': '{name} 的来龙去脉，{n} 行，顺序与图相同',
  'table.what': '对象',
  'table.depth': '层',
  'table.place': '地点',
  'table.quantity': '数量',
  'table.from': '来自',
  'table.proof': '条目',
  'depth.back': '后 {n}',
  'depth.forward': '前 {n}',
  'depth.here': '所查',
  'table.more': '再显示 {n} 行',
  'table.rows': '第 1–{n} 行，共 {of} 行',
  unread: '只读了前 {n} 条，还有 {more} 条没有读，图和表里都没有；完整的请用导出。',
  'ended.TRACE_DEPTH': '到了所选的层数：还有更远的，请加层。',
  'ended.TRACE_NODES': '节点太多，账本的回答在 250,000 个节点处结束。',
  'ended.other': '回答不完整（{code}）。',
  unfound: '账本里没有事件提到它，所以没有来龙去脉。',
  alone: '在所选的层数内，没有与它相连的记录。',
  'as.of': '截至第 {n} 条',
  'answer.wrong': '账本的回答不合规范，未显示',
  'kind.item': '单件',
  'kind.lot': '批次',
  'kind.product': '商品',
  'kind.unit': '物流箱',
  'kind.asset': '设备或车辆',
  'kind.place': '地点',
  'kind.party': '企业',
  'kind.transformation': '加工',
  'kind.other': '其他',
}

const en: Record<keyof typeof zh, Message> = {
  depths: '{back} back, {forward} forward',
  back: 'Back (where from)',
  forward: 'Forward (where to)',
  less: 'One step less',
  more: 'One step more',
  steps: { one: '1 step', other: '{n} steps' },
  loading: 'Reading the trace…',
  failed: 'The trace could not be read: {why}',
  again: 'Try again',
  picture:
    'Where the goods went, {n} nodes. Up and down follow the lines, left and right go to the next in the row, Home to the subject, Enter opens. The table below says the same.',
  node: '{kind} {name}',
  'node.subject': 'what was asked for',
  'node.from': 'from {names}',
  'node.to': 'to {names}',
  'node.open': 'Enter opens it',
  'node.expand': 'Enter shows them',
  'node.missing': 'quantities do not add up, {amount} too much out',
  'node.finding': 'finding: {what}',
  another: 'another {n}',
  'another.place': 'another {n} places',
  'another.item': 'another {n} items',
  'another.lot': 'another {n} lots',
  'another.unit': 'another {n} units',
  'another.transformation': 'another {n} steps',
  fold: 'Fold all',
  legend:
    'The thick line is the main one through what was asked for (the largest amounts). A diamond has a finding or quantities that do not add up; a dashed line leads back.',
  'table.title': 'The same as a table',
  'table.caption': { one: 'Trace of {name}, 1 row', other: 'Trace of {name}, {n} rows in the order of the picture' },
  'table.what': 'What',
  'table.depth': 'Step',
  'table.place': 'Site',
  'table.quantity': 'Quantity',
  'table.from': 'From',
  'table.proof': 'Entry',
  'depth.back': '{n} back',
  'depth.forward': '{n} on',
  'depth.here': 'asked',
  'table.more': { one: 'Show 1 more row', other: 'Show {n} more rows' },
  'table.rows': 'Rows 1–{n} of {of}',
  unread: 'Only the first {n} were read; {more} more are in neither picture nor table. The exports have all.',
  'ended.TRACE_DEPTH': 'The steps chosen end here: there is more further on. Add a step.',
  'ended.TRACE_NODES': 'There are too many nodes: the ledger’s answer ends at 250,000.',
  'ended.other': 'The answer is incomplete ({code}).',
  unfound: 'No event of the ledger names it, so there is no trace.',
  alone: 'Within these steps no record leads to it or from it.',
  'as.of': 'as of entry {n}',
  'answer.wrong': 'the answer of the ledger is not as specified and is not shown',
  'kind.item': 'Item',
  'kind.lot': 'Lot',
  'kind.product': 'Product',
  'kind.unit': 'Unit',
  'kind.asset': 'Equipment',
  'kind.place': 'Site',
  'kind.party': 'Firm',
  'kind.transformation': 'Transformation',
  'kind.other': 'Other',
}

export type GraphKey = keyof typeof zh

/** A part's words at work, in the language of the desk. */
export interface PartWords<Key extends string> {
  lang: Lang
  t(key: Key, values?: Record<string, string | number>): string
  has(key: string): key is Key
  pick(text: Both): string
  number(n: number): string
  /** 1,284, 513.6 kg */
  amount(quantity: Quantity): string
  /** A local moment: 22 Nov 2026, 16:30. */
  moment(ms: number): string
  /** Why an asking came to nothing, as the desk says it. */
  reason(code: string): string
}

/** UN/ECE Rec 20 codes that people have their own signs for. */
const UNITS: Readonly<Record<string, string>> = { KGM: 'kg', GRM: 'g', TNE: 't', LTR: 'L', MLT: 'mL' }
const NBSP = '\u00a0'

/** A part's own messages, in the language that the desk speaks. */
export function usePartWords<Key extends string>(both: Record<Lang, Record<Key, Message>>): PartWords<Key> {
  const { lang, format, t: deskT } = useWords()
  const messages: Record<string, Message> = both[lang]
  const t = (key: Key, values: Record<string, string | number> = {}): string => {
    const message = messages[key] ?? key
    const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
    return form.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? format.number(value) : value
    })
  }
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'
  const moment = new Intl.DateTimeFormat(locale, {
    ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  })
  return {
    lang,
    t,
    has: (key): key is Key => Object.hasOwn(messages, key),
    pick: (text) => text[lang],
    number: (n) => format.number(n),
    amount: ({ milli, uom }) => {
      const n = format.number(milli / 1000)
      return uom === undefined ? n : `${n}${NBSP}${Object.hasOwn(UNITS, uom) ? UNITS[uom] : uom}`
    },
    moment: (ms) => moment.format(ms),
    reason: (code) => {
      const key = `problem.${code}`
      return isKey(key) ? deskT(key as DeskKey) : deskT('problem.other', { code })
    },
  }
}

const BOTH: Record<Lang, Record<GraphKey, Message>> = { zh, en }

export function useGraphWords(): PartWords<GraphKey> {
  return usePartWords(BOTH)
}

import {
  isOverdue,
  type Localized,
  type Recall,
  type RecallDeadline,
  type RecallKind,
  type RecallRule,
  recallDeadline,
  recallRule,
} from '@tristamp/protocol'
import type { RecordedRecall } from '../directory.ts'
import type { Unrecorded } from '../recall/facts.ts'
import type { PlaceProgress, Progress, Table } from '../recall/progress.ts'
import { elementOf, type NameBook } from './names.ts'
import type { CellValue, Sheet } from './sheet.ts'

/** What a recall reports to a regulator in China: the law's deadline, what is recalled, and where the ledger says that it is. */
export interface RecallForm {
  form: 'tristamp-recall-cn/1'
  id: string
  state: 'standing' | 'lifted'
  drill: boolean
  kind: RecallKind
  class: Recall['class']
  organisation: { short: string; name?: Localized }
  /** `recorded`: when the recall was first recorded; `told`: when whoever asks says that the time began, which no record proves. */
  begin: { at: string; basis: 'recorded' | 'told' }
  deadline: RecallDeadline & RecallRule & { overdue: boolean }
  /** When the recall was first recorded: by the clock of whoever signed it. */
  recordedAt: string
  lifted?: { at: string; reason: string }
  words: Pick<Recall, 'reason' | 'hazard' | 'consumer' | 'holder'> & { contact?: string }
  subjects: { subject: string; gtin?: string; lot?: string; name?: Localized; spec?: Localized }[]
  /** As on the recall's own page, with the names of places and holders; the units of measure one behind the other. */
  progress: FormTable[]
  /** Where more went out than ever came in. */
  unrecorded: readonly Unrecorded[]
  /** Subjects that no event names. */
  unknown: readonly string[]
  ledger: { origin: string; treeSize: number; entry: number }
  incomplete: string[]
}

export interface FormTable {
  uom?: string
  totals: Table['totals']
  places: FormPlace[]
}

export type FormPlace = Omit<PlaceProgress, 'proofs'> & {
  placeName?: Localized
  address?: Localized
  holderName?: Localized
}

export interface FormParts {
  recorded: RecordedRecall
  kind: RecallKind
  /** ms since 1970; undefined where nobody says more than the ledger. */
  begin: number | undefined
  now: number
  names: NameBook
  origin: string
  treeSize: number
  progress: Progress
  unrecorded: readonly Unrecorded[]
  unknown: readonly string[]
  incomplete: string[]
}

/** A pure function of what is recorded, what was told and the time. */
export function recallForm(parts: FormParts): RecallForm {
  const { recorded, kind, begin, now, names, origin, treeSize, progress, unrecorded, unknown, incomplete } = parts
  const { recall, since, at, lifted, entry } = recorded
  const { reason, hazard, consumer, holder, contact } = recall
  const beginMs = begin ?? Date.parse(since)
  const deadline = recallDeadline(kind, recall.class, beginMs, now)
  const organisation = names.organisation(recall.org)
  return {
    form: 'tristamp-recall-cn/1',
    id: recall.id,
    state: lifted === undefined ? 'standing' : 'lifted',
    drill: recall.drill === true,
    kind,
    class: recall.class,
    organisation: { short: recall.org, ...(organisation !== undefined && { name: organisation }) },
    begin: { at: new Date(beginMs).toISOString(), basis: begin === undefined ? 'recorded' : 'told' },
    deadline: { ...recallRule(kind, recall.class), ...deadline, overdue: isOverdue(deadline) },
    recordedAt: since,
    ...(lifted !== undefined && { lifted: { at, reason: lifted.reason } }),
    words: { reason, hazard, consumer, holder, ...(contact !== undefined && { contact }) },
    subjects: recall.subjects.map((subject) => {
      const [gtin, lot, product] = [elementOf(subject, '01'), elementOf(subject, '10'), names.product(subject)]
      return {
        subject,
        ...(gtin !== undefined && { gtin }),
        ...(lot !== undefined && { lot }),
        ...(product !== undefined && { name: product.name, spec: product.spec }),
      }
    }),
    progress: [progress, ...progress.others].map((table) => tableOf(table, names)),
    unrecorded,
    unknown,
    ledger: { origin, treeSize, entry },
    incomplete,
  }
}

function tableOf({ uom, totals, places }: Table, names: NameBook): FormTable {
  return { ...(uom !== undefined && { uom }), totals, places: places.map((one) => placeOf(one, names)) }
}

function placeOf({ proofs: _, ...one }: PlaceProgress, names: NameBook): FormPlace {
  const place = one.place === undefined ? undefined : names.place(one.place)
  const holder = one.holder === undefined ? undefined : names.party(one.holder)
  return {
    ...one,
    ...(place !== undefined && { placeName: place.name, address: place.address }),
    ...(holder !== undefined && { holderName: holder }),
  }
}

const CLASSES = { 1: '一级 class 1', 2: '二级 class 2', 3: '三级 class 3' } as const
const STATES: Record<PlaceProgress['state'], string> = {
  unanswered: '未答复 no answer',
  acknowledged: '已知悉 acknowledged',
  done: '已完成 done',
}
const AMOUNTS: readonly [keyof Table['totals'], string][] = [
  ['shipped', '发出 Was there'],
  ['found', '找到 Found'],
  ['quarantined', '封存 Set aside'],
  ['returned', '退回 Returned'],
  ['destroyed', '销毁 Destroyed'],
  ['blocked', '扫码被拒 Refused at scanners'],
  ['sold', '已售 Sold'],
  ['used', '已用于加工 Used'],
  ['unaccounted', '去向不明 Unaccounted for'],
  ['surplus', '多出 Surplus'],
]

/** The form as a workbook to print: what is reported, and where the goods are. */
export function recallSheets(form: RecallForm): Sheet[] {
  return [reportSheet(form), subjectSheet(form), progressSheet(form)]
}

const zhEn = (text: Localized | undefined): string | null => (text === undefined ? null : `${text.zh}\n${text.en}`)

function reportSheet(form: RecallForm): Sheet {
  const { deadline, words, begin, ledger } = form
  const medicine = form.kind === 'medicine'
  const title = medicine ? '药品召回报告 Drug recall report' : '食品召回报告 Food recall report'
  const basis =
    begin.basis === 'recorded'
      ? '召回首次记入账本的时间；法定起点可能更早。 When the recall was first recorded; what the law counts from may be earlier.'
      : '由填表人提供，账本没有证明。 Told by whoever made this form; no record proves it.'
  const rows: [string, CellValue][] = [
    ...(form.drill
      ? ([['*** 演练 DRILL ***', '这不是真的召回。 This is not a recall.']] as [string, CellValue][])
      : []),
    [title, ''],
    ['召回编号 Recall', form.id],
    ['召回单位 Recalled by', zhEn(form.organisation.name) ?? form.organisation.short],
    ['许可证编号 Licence number', null],
    ['联系人及电话 Contact', words.contact ?? null],
    [
      '状态 State',
      form.lifted === undefined ? '召回中 standing' : `已解除 lifted ${form.lifted.at}: ${form.lifted.reason}`,
    ],
    ['召回级别 Class', CLASSES[form.class]],
    ['时限 Deadline', ''],
    ['依据 Law', zhEn(deadline.law)],
    ['时限 Hours', deadline.hours],
    ['法定起点 Counted from', zhEn(deadline.from)],
    ['起点 Began (UTC)', begin.at],
    ['起点依据 Basis', basis],
    ['截止 Deadline (UTC)', deadline.at],
    ['截止前应完成 To be done by then', zhEn(deadline.must)],
    [
      '制表时 When this was made',
      deadline.overdue ? '已过截止时间 past the deadline' : '未过截止时间 before the deadline',
    ],
    ['召回首次记录 First recorded (UTC)', form.recordedAt],
    ['内容 What is reported', ''],
    ['召回原因 Reason', zhEn(words.reason)],
    ['危害 Hazard', zhEn(words.hazard)],
    ['消费者措施 Consumers', zhEn(words.consumer)],
    ['经营者措施 Holders', zhEn(words.holder)],
    ['生产数量 Quantity made', null],
    ['召回计划和结果评估 Plan and evaluation', null],
    ['账本 Ledger', ''],
    ['账本 Ledger', ledger.origin],
    ['召回条目 Entry of the recall', ledger.entry],
    ['截至条目数 As of entries', ledger.treeSize],
    ...form.incomplete.map((one): [string, CellValue] => ['可能缺少 May be missing', one]),
  ]
  return {
    name: '报告 Report',
    columns: [
      { title: '', width: 34 },
      { title: '', width: 80 },
    ],
    plain: true,
    rows,
  }
}

function subjectSheet({ subjects }: RecallForm): Sheet {
  const titles = ['产品名称 Product', '规格 Specification', 'GTIN', '批号 Lot', '标识 Identifier']
  return {
    name: '产品 Products',
    columns: titles.map((title, i) => ({ title, width: i === 4 ? 56 : 28 })),
    rows: subjects.map(({ name, spec, gtin, lot, subject }) => [
      zhEn(name),
      zhEn(spec),
      gtin ?? null,
      lot ?? null,
      subject,
    ]),
  }
}

/** Quantities in units; a row for all places of each unit of measure, and then one for each place. */
function progressSheet({ progress, unknown }: RecallForm): Sheet {
  const titles = ['地点 Place', '地址 Address', '地点标识 Place identifier', '持有人 Holder', '状态 State', '单位 Unit']
  const rest = ['未知数量的件数 Things of unknown amount', '最近答复 Last answer (UTC)']
  const columns = [...titles, ...AMOUNTS.map(([, title]) => title), ...rest]
  const amounts = (of: Table['totals']): CellValue[] => AMOUNTS.map(([name]) => of[name] / 1000)
  const unit = ({ uom }: FormTable): string => uom ?? '件 pieces'
  const empty = columns.length - 1
  return {
    name: '进展 Progress',
    columns: columns.map((title, i) => ({ title, width: i < titles.length ? 28 : 14 })),
    rows: [
      ...progress.flatMap((table): CellValue[][] => [
        ['合计 All', '', '', '', '', unit(table), ...amounts(table.totals), '', ''],
        ...table.places.map((one): CellValue[] => [
          zhEn(one.placeName),
          zhEn(one.address),
          one.place ?? null,
          zhEn(one.holderName) ?? one.holder ?? null,
          STATES[one.state],
          unit(table),
          ...amounts(one),
          one.things,
          one.lastAt ?? null,
        ]),
      ]),
      ...unknown.map((subject): CellValue[] => [
        `无记录 Not recorded: ${subject}`,
        ...Array<CellValue>(empty).fill(null),
      ]),
    ],
  }
}

import { subjectKind } from '@tristamp/protocol'
import { CUT_SENTENCES, type ExportCut, type ExportedEvent, type ExportScope } from './exported-event.ts'
import {
  DATE,
  type DataElement,
  FARM,
  FIELD,
  type FsmaContext,
  HARVEST_DATE,
  HARVESTER,
  HERE,
  ilmd,
  LOT_CODE,
  LOT_SOURCE,
  PREVIOUS,
  PRODUCT,
  quantity,
  RECEIVED_AT,
  RECIPIENT,
  RECORD,
  REFERENCE,
  SHIPPED_FROM,
  SIDE,
  STEP,
  unknown,
} from './fsma-columns.ts'
import { type EventLines, type GoodsLine, GoodsLines } from './goods-lines.ts'
import type { NameBook } from './names.ts'
import type { CellValue, Sheet } from './sheet.ts'

/** The critical tracking events of 21 CFR 1.1325 to 1.1350, and what is none of them. */
export type TrackingEvent =
  | 'harvesting'
  | 'cooling'
  | 'packing'
  | 'landing'
  | 'shipping'
  | 'receiving'
  | 'transformation'
  | 'other'

interface Form {
  name: string
  section: string
  elements: DataElement[]
}

const FORMS: Record<TrackingEvent, Form> = {
  harvesting: {
    name: 'Growing & harvesting',
    section: '1.1325(a)',
    elements: [
      LOT_CODE,
      PRODUCT,
      quantity('Quantity'),
      HERE('Farm where harvested'),
      FIELD,
      DATE('Date of harvesting'),
      RECIPIENT,
    ],
  },
  cooling: {
    name: 'Cooling',
    section: '1.1325(b)',
    elements: [
      LOT_CODE,
      PRODUCT,
      quantity('Quantity'),
      HERE('Location where cooled'),
      DATE('Date of cooling'),
      FARM,
      RECIPIENT,
    ],
  },
  packing: {
    name: 'Initial packing',
    section: '1.1330',
    elements: [
      LOT_CODE,
      PRODUCT,
      quantity('Quantity packed'),
      HERE('Location where packed'),
      DATE('Date of initial packing'),
      LOT_SOURCE,
      FARM,
      FIELD,
      HARVESTER,
      HARVEST_DATE,
      unknown('Date received', 'Quantity received', 'Location where cooled', 'Date of cooling'),
    ],
  },
  landing: {
    name: 'First land-based receiving',
    section: '1.1335',
    elements: [
      LOT_CODE,
      PRODUCT,
      ilmd('Species', 'speciesForFisheryStatisticsPurposesName', 'speciesForFisheryStatisticsPurposesCode'),
      quantity('Quantity'),
      ilmd('Harvest dates', 'harvestStartDate', 'harvestEndDate'),
      ilmd('Harvest area', 'catchArea'),
      HERE('First land-based receiver'),
      DATE('Date landed'),
    ],
  },
  shipping: {
    name: 'Shipping',
    section: '1.1340',
    elements: [LOT_CODE, PRODUCT, quantity('Quantity'), RECIPIENT, SHIPPED_FROM, DATE('Date shipped'), LOT_SOURCE],
  },
  receiving: {
    name: 'Receiving',
    section: '1.1345',
    elements: [LOT_CODE, PRODUCT, quantity('Quantity'), PREVIOUS, RECEIVED_AT, DATE('Date received'), LOT_SOURCE],
  },
  transformation: {
    name: 'Transformation',
    section: '1.1350',
    elements: [
      SIDE,
      LOT_CODE,
      PRODUCT,
      quantity('Quantity'),
      HERE('Location transformed'),
      DATE('Date completed'),
      LOT_SOURCE,
    ],
  },
  other: {
    name: 'Other events',
    section: '',
    elements: [STEP, LOT_CODE, PRODUCT, quantity('Quantity'), HERE('Location'), DATE('Date')],
  },
}

const ORDER = Object.keys(FORMS) as TrackingEvent[]
/** Rows of a whole workbook: it is made in memory, at some hundred thousand cells a second. */
const MAX_ROWS = 25_000
const FISH = [
  'catchArea',
  'vesselName',
  'vesselID',
  'speciesForFisheryStatisticsPurposesName',
  'speciesForFisheryStatisticsPurposesCode',
]

/**
 * The electronic sortable spreadsheet of 21 CFR 1.1455(c)(3): one sheet for each critical tracking event, one row for each lot in each event,
 * every key data element a column. What no event tells is null.
 */
export function fsmaSheets(
  events: readonly ExportedEvent[],
  { scope, goods: asked }: { scope: ExportScope; goods: readonly string[] },
  names: NameBook,
  maxRows: number = MAX_ROWS,
): Sheet[] {
  const goods = new GoodsLines(events, asked)
  const context: FsmaContext = { goods, names, known: new Map() }
  const rows = new Map<TrackingEvent, CellValue[][]>(ORDER.map((one) => [one, []]))
  const cuts = new Set(scope.incomplete)
  if (goods.cut) cuts.add('EXPORT_BYTES')
  const stages = new Stages(goods)
  let count = 0
  for (const one of goods.events) {
    const kind = stages.of(one)
    const elements = elementsOf(kind)
    for (const line of one.lines) {
      if (++count > maxRows) cuts.add('EXPORT_BYTES')
      else rows.get(kind)!.push(elements.flatMap((element) => element.cells(line, context)))
    }
  }
  const sheets = ORDER.map((one) => ({
    name: FORMS[one].name,
    columns: elementsOf(one).flatMap((element) => element.columns),
    rows: rows.get(one)!,
  }))
  const takenBack = events.filter(({ state }) => state === 'taken back').length
  return [front(scope, cuts, sheets, { events: events.length, takenBack }), ...sheets]
}

function elementsOf(kind: TrackingEvent): DataElement[] {
  return [...FORMS[kind].elements, REFERENCE, RECORD]
}

/** Which critical tracking event a step is: by what EPCIS says of it, and for packing by what became of the lot before. */
class Stages {
  readonly #goods: GoodsLines
  readonly #packed = new Set<string>()

  constructor(goods: GoodsLines) {
    this.#goods = goods
  }

  of({ at, lines }: EventLines): TrackingEvent {
    const { event } = at
    if (event.type === 'TransformationEvent') return 'transformation'
    const step = event.bizStep ?? ''
    if (step === 'shipping') return 'shipping'
    if (event.type === 'ObjectEvent' && event.action === 'ADD') {
      if (FISH.some((name) => event.ilmd?.[`cbvmda:${name}`] !== undefined)) return 'landing'
      return step === 'packing' ? 'packing' : 'harvesting'
    }
    if (step === 'receiving' || step === 'accepting') return 'receiving'
    if (/[/:-](?:pre)?cooling$/i.test(step)) return 'cooling'
    if (event.type === 'AggregationEvent' && event.action === 'ADD' && step === 'packing' && this.#first(lines))
      return 'packing'
    return 'other'
  }

  /** Whether something in it is packed for the first time, as it was harvested: not into its second box, and not what a factory made. */
  #first(lines: readonly GoodsLine[]): boolean {
    const raw = lines.filter(({ subject }) => {
      if (this.#packed.has(subject) || subjectKind(subject) === 'unit') return false
      const made = this.#goods.madeBy(subject)
      return made !== undefined && made.event.type !== 'TransformationEvent'
    })
    for (const { subject } of lines) this.#packed.add(subject)
    return raw.length > 0
  }
}

/** What was asked, as of when, and what may be missing. */
function front(
  scope: ExportScope,
  cuts: ReadonlySet<ExportCut>,
  sheets: readonly Sheet[],
  { events, takenBack }: { events: number; takenBack: number },
): Sheet {
  const asked: [string, CellValue][] = [
    ['Subject', scope.subject ?? '(any)'],
    ['Place', scope.place ?? '(any)'],
    ['From', scope.from ?? '(no bound)'],
    ['To', scope.to ?? '(no bound)'],
  ]
  const state: [string, CellValue][] = [
    ['Ledger', scope.origin],
    ['Tree size', scope.treeSize],
    ['Last checkpoint: tree size', scope.checkpoint.size],
    ['Last checkpoint: root', scope.checkpoint.root],
    ['Last checkpoint: sealed at, UTC', scope.checkpoint.sealedAt],
  ]
  const incomplete: [string, CellValue][] =
    cuts.size === 0
      ? [['Nothing was left out by a bound', '没有因上限而省略']]
      : [...cuts].map((code) => [code, `${CUT_SENTENCES[code].en} ${CUT_SENTENCES[code].zh}`])
  return {
    name: 'About this file',
    columns: [
      { title: '', width: 34 },
      { title: '', width: 90 },
    ],
    plain: true,
    rows: [
      ['FSMA 204 electronic sortable spreadsheet', '21 CFR 1.1455(c)(3); FSMA 204 电子可排序表格'],
      [],
      ['What was asked for 查询', ''],
      ...asked,
      [],
      ['As of 截至', ''],
      ...state,
      ['Events', events],
      ['Of these taken back by their own gateway', takenBack],
      [],
      ['What may be missing 可能缺少', ''],
      ...incomplete,
      [],
      ['Sheets 工作表', ''],
      ...sheets.map(({ name, rows }, i): [string, CellValue] => {
        const { section } = FORMS[ORDER[i]!]
        return [name, `${rows.length} rows${section === '' ? '' : `, 21 CFR ${section}`}`]
      }),
      [],
      ['How to read it 说明', ''],
      ['(not recorded)', 'No event in the ledger tells this. Nothing was filled in. 账本中没有记录，未作任何补充。'],
      ['Dates', 'By the clock where it was recorded; the time zone stands beside. 当地时间，旁列为时区。'],
      ['Traceability lot code', 'The lot as a GS1 Digital Link. 批次的 GS1 Digital Link。'],
      [
        'TLC source',
        'Where the event that made the lot was recorded, if it is among these events. 批次生成事件的地点。',
      ],
      [
        'Rows of units',
        'A pallet or box is shown by the lots that were packed into it before. 物流单元按此前装入的批次列出。',
      ],
      ['Initial packing', 'The first packing of a lot that no transformation made. 非加工所得批次的第一次包装。'],
      ['Telephones', 'The ledger registers none. 账本不登记电话。'],
      ['What was taken back', 'Is in no sheet; events.csv and epcis.jsonld have it. 已撤回的事件不在表中。'],
      [
        'Proof',
        'Each row names its ledger entry; proofs.tar.gz holds what proves it. 每行注明账本条目，可用证明包核对。',
      ],
    ],
  }
}

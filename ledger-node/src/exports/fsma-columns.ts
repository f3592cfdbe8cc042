import type { StampedEvent } from '@tristamp/protocol'
import type { ExportedEvent } from './exported-event.ts'
import type { GoodsLine, GoodsLines } from './goods-lines.ts'
import { elementOf, type NameBook } from './names.ts'
import { type CellValue, type Column, localTime } from './sheet.ts'

/** A key data element: its columns, and what stands in them for one line. */
export interface DataElement {
  columns: Column[]
  cells: (line: GoodsLine, context: FsmaContext) => CellValue[]
}

export interface FsmaContext {
  goods: GoodsLines
  names: NameBook
  /** Cells that follow from a lot alone: a lot stands in many rows, and its name is slow to read. */
  known: Map<string, CellValue[]>
}

const column = (title: string, width: number): Column => ({ title, width })

/** A place by name, address, telephone and identifier (21 CFR 1.1310, location description). The ledger registers no telephones. */
function location(title: string, of: (line: GoodsLine, context: FsmaContext) => string | undefined): DataElement {
  return {
    columns: [
      column(`${title}: name`, 28),
      column(`${title}: address`, 34),
      column(`${title}: telephone`, 14),
      column(`${title}: identifier`, 40),
    ],
    cells: (line, context) => {
      const uri = of(line, context)
      if (uri === undefined) return [null, null, null, null]
      const place = context.names.place(uri)
      const name = place?.name ?? context.names.party(uri)
      return [both(name), both(place?.address), null, uri]
    },
  }
}

function both(text: { zh: string; en: string } | undefined): string | null {
  if (text === undefined) return null
  return text.en === text.zh ? text.en : `${text.en} / ${text.zh}`
}

/** When, by the clock on the wall there, with its time zone. */
function date(title: string, of: (line: GoodsLine, context: FsmaContext) => ExportedEvent | undefined): DataElement {
  return {
    columns: [column(title, 19), column(`${title}: time zone`, 10)],
    cells: (line, context) => {
      const at = of(line, context)
      return at === undefined ? [null, null] : [localTime(at.event), at.event.eventTimeZoneOffset]
    },
  }
}

const itself = ({ at }: GoodsLine): ExportedEvent => at
const makerOf = ({ subject }: GoodsLine, { goods }: FsmaContext): ExportedEvent | undefined => goods.madeBy(subject)

/** Where a step was done. */
export function placeOf({ event }: ExportedEvent): string | undefined {
  return event.bizLocation?.id ?? event.readPoint?.id
}

const PLACE_TYPES = ['location', 'possessing_party', 'owning_party']

function endOf(list: readonly (readonly [string, string])[]): string | undefined {
  for (const type of PLACE_TYPES) {
    const found = list.find(([one]) => one === type)
    if (found !== undefined) return found[1]
  }
  return undefined
}

export function sourceOf({ sourceList = [] }: StampedEvent): string | undefined {
  return endOf(sourceList.map(({ type, source }) => [type, source] as const))
}

export function destinationOf({ destinationList = [] }: StampedEvent): string | undefined {
  return endOf(destinationList.map(({ type, destination }) => [type, destination] as const))
}

/** The traceability lot code: the lot's identifier, and what a label shows of it. */
export const LOT_CODE: DataElement = {
  columns: [column('Traceability lot code', 52), column('TLC: GTIN', 16), column('TLC: lot number', 18)],
  cells: ({ subject }, { known }) =>
    once(known, `code ${subject}`, () => [subject, elementOf(subject, '01') ?? null, elementOf(subject, '10') ?? null]),
}

export const PRODUCT: DataElement = {
  columns: [column('Product description', 34), column('Commodity, variety, packaging', 34)],
  cells: ({ subject }, { names, known }) =>
    once(known, `product ${subject}`, () => {
      const product = names.product(subject)
      return [both(product?.name), both(product?.spec)]
    }),
}

function once(known: Map<string, CellValue[]>, key: string, make: () => CellValue[]): CellValue[] {
  const before = known.get(key)
  if (before !== undefined) return before
  const cells = make()
  known.set(key, cells)
  return cells
}

export const quantity = (title: string): DataElement => ({
  columns: [column(title, 12), column(`${title}: unit of measure`, 10)],
  cells: ({ milli, uom }) => [
    milli === undefined ? null : milli / 1000,
    milli === undefined ? null : (uom ?? 'pieces'),
  ],
})

export const HERE = (title: string): DataElement => location(title, ({ at }) => placeOf(at))
export const DATE = (title: string): DataElement => date(title, itself)
export const RECIPIENT: DataElement = location('Immediate subsequent recipient', ({ at }) => destinationOf(at.event))
export const PREVIOUS: DataElement = location('Immediate previous source', ({ at }) => sourceOf(at.event))
/** Of a transport the places are those that it names; where it names none, where it was signed. */
export const SHIPPED_FROM: DataElement = location(
  'Location shipped from',
  ({ at }) => placeOf(at) ?? sourceOf(at.event),
)
export const RECEIVED_AT: DataElement = location(
  'Location received',
  ({ at }) => placeOf(at) ?? destinationOf(at.event),
)

/** Where the lot code was assigned: the place of the event that made the lot, as far as this export reaches it. */
export const LOT_SOURCE: DataElement = location('TLC source', (line, context) => {
  const made = makerOf(line, context)
  return made === undefined ? undefined : placeOf(made)
})

export const FARM: DataElement = location('Farm where harvested', (line, context) => {
  const made = makerOf(line, context)
  return made === undefined || made.event.type === 'TransformationEvent' ? undefined : placeOf(made)
})

/** A growing area is a part (AI 254) of a site. */
export const FIELD: DataElement = {
  columns: [column('Field or growing area', 24)],
  cells: (line, context) => {
    const { event } = makerOf(line, context) ?? line.at
    const uri = [event.readPoint?.id, event.bizLocation?.id].find((id) => id?.includes('/254/'))
    if (uri === undefined) return [null]
    return [both(context.names.place(uri)?.name) ?? elementOf(uri, '254') ?? null]
  },
}

export const HARVEST_DATE: DataElement = date('Date of harvesting', makerOf)

/** The organisation that signed the harvest; the ledger registers no telephones. */
export const HARVESTER: DataElement = {
  columns: [column('Harvester: business name', 26), column('Harvester: telephone', 14)],
  cells: (line, context) => {
    const made = makerOf(line, context)
    return [made === undefined ? null : (both(context.names.organisation(made.org)) ?? made.org), null]
  },
}

/** Elements that no event of this ledger can tell. */
export const unknown = (...titles: string[]): DataElement => ({
  columns: titles.map((title) => column(title, 20)),
  cells: () => titles.map(() => null),
})

export const ilmd = (title: string, ...names: string[]): DataElement => ({
  columns: [column(title, 18)],
  cells: ({ at: { event } }) => {
    const found = event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : undefined
    const values = names.flatMap((name) => found?.[`cbvmda:${name}`] ?? [])
    return [values.length === 0 ? null : values.map(String).join(' – ')]
  },
})

export const REFERENCE: DataElement = {
  columns: [column('Reference document: type', 16), column('Reference document: number', 30)],
  cells: ({ at: { event } }) => {
    const list = event.bizTransactionList ?? []
    if (list.length === 0) return [null, null]
    const types = list.map(({ type }) => type ?? '')
    return [
      types.some((type) => type !== '') ? types.join('; ') : null,
      list.map((one) => one.bizTransaction).join('; '),
    ]
  },
}

export const SIDE: DataElement = {
  columns: [column('Used or made', 10), column('Transformation', 46)],
  cells: ({ role, at: { event } }) => [
    role === 'output' ? 'made' : 'used',
    (event.type === 'TransformationEvent' ? event.transformationID : undefined) ?? event.eventID,
  ],
}

export const STEP: DataElement = {
  columns: [column('Event type', 20), column('Business step', 18), column('Action', 10)],
  cells: ({ at: { event } }) => [
    event.type,
    event.bizStep ?? null,
    event.type === 'TransformationEvent' ? null : event.action,
  ],
}

/** Where the record is, who signed it, and how good its clock was: with these anyone finds the proof. */
export const RECORD: DataElement = {
  columns: [
    column('Logistic unit', 44),
    column('Time in UTC', 25),
    column('Clock', 8),
    column('Clock uncertain by, seconds', 12),
    column('Recorded by: organisation', 22),
    column('Recorded by: gateway', 18),
    column('Ledger entry', 12),
    column('Position', 8),
    column('Event ID', 46),
  ],
  cells: ({ unit, at: { event, org, gateway, entry, position } }, { names }) => [
    unit ?? null,
    event.eventTime,
    event['tristamp:clock'].source,
    event['tristamp:clock'].uncertaintyMs / 1000,
    both(names.organisation(org)) ?? org,
    gateway,
    entry,
    position,
    event.eventID,
  ],
}

// The pack: what to compare with the one in the reader's hand, from proven records where there are any, else from the code itself.
import {
  type Elements,
  type Localized,
  lotOf,
  type ProvenEvent,
  parseDigitalLink,
  productOf,
  type Verdict,
} from '@tristamp/protocol'

export interface Pack {
  /** Registered name and specification; undefined when no proven record has any. */
  name?: Localized
  spec?: Localized
  /** Who made it: the station that its first record comes from. */
  maker?: { name: Localized; address: Localized }
  lot?: string
  /** YYYY-MM-DD. */
  useBy?: string
  serial?: string
  sscc?: string
  gtin?: string
  limits?: { minMilliC: number; maxMilliC: number }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

function ilmdOf({ event }: ProvenEvent): Record<string, unknown> {
  return (event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : undefined) ?? {}
}

/** The event that brought the subject into being: it names it and says what it is. */
function birthOf(verdict: Verdict): ProvenEvent | undefined {
  const about = verdict.events.filter((event) => event.subjects.includes(verdict.subject))
  return (
    about.find(
      (proven) => lotOf(proven.event, verdict.subject) !== undefined || Object.keys(ilmdOf(proven)).length > 0,
    ) ?? about[0]
  )
}

/** YYMMDD of AI 17 as YYYY-MM-DD; a day 00 means the month's last (GS1 General Specifications §3.4.7). Years 2000 to 2099. */
export function dateOfAi(value: string | undefined): string | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(value ?? '')
  if (match === null) return undefined
  const [year, month] = [2000 + Number(match[1]), Number(match[2])]
  const day = match[3] === '00' ? new Date(Date.UTC(year, month, 0)).getUTCDate() : Number(match[3])
  return `${year}-${match[2]}-${String(day).padStart(2, '0')}`
}

const put = <K extends keyof Pack>(pack: Pack, key: K, value: Pack[K] | undefined): void => {
  if (value !== undefined) pack[key] = value
}

/** What the code itself says: numbers, and nothing that anyone has signed. */
export function packOfCode(elements: Elements): Pack {
  const pack: Pack = {}
  put(pack, 'gtin', elements.get('01'))
  put(pack, 'lot', elements.get('10'))
  put(pack, 'serial', elements.get('21'))
  put(pack, 'sscc', elements.get('00'))
  put(pack, 'useBy', dateOfAi(elements.get('17')))
  return pack
}

/** What the proven records say about the subject, over what its code says. */
export function packOf(verdict: Verdict, elements: Elements): Pack {
  const pack = packOfCode(elements)
  const birth = birthOf(verdict)
  if (birth === undefined) return pack
  // Beside what is signed, what only the address says would be taken for it: of the lot a lot's own name alone.
  delete pack.useBy
  if (!verdict.subject.includes('/10/')) delete pack.lot
  const product = verdict.names.products.get(productOf(verdict.subject) ?? productIn(birth) ?? '')
  put(pack, 'name', product?.name)
  put(pack, 'spec', product?.spec)
  put(pack, 'limits', product?.limits)
  put(pack, 'maker', verdict.names.places.get(birth.signer.station))
  const lot = lotOf(birth.event, verdict.subject)
  put(pack, 'lot', lot === undefined ? pack.lot : (parseDigitalLink(lot).elements.get('10') ?? pack.lot))
  const useBy = ilmdOf(birth)['cbvmda:itemExpirationDate']
  if (typeof useBy === 'string' && DATE.test(useBy)) pack.useBy = useBy
  return pack
}

/** The product of what a unit was packed with, for a subject that has no product number of its own. */
function productIn({ event }: ProvenEvent): string | undefined {
  const children =
    event.type === 'AggregationEvent'
      ? [...(event.childEPCs ?? []), ...(event.childQuantityList ?? []).map((q) => q.epcClass)]
      : []
  const products = new Set(children.map(productOf))
  return products.size === 1 ? [...products][0] : undefined
}

import type { VNode } from 'preact'
import { type Claim, spelled } from '../claims.ts'
import { By, useLanguage } from './parts.tsx'

/** Attributes (CBV), measurements and units that have words of their own; of others the records' names are shown. */
const ATTRIBUTES = [
  ...(['breed', 'ageMonths', 'countryOfOrigin', 'farm', 'catchArea', 'netWeight', 'productionDate'] as const),
  ...(['bestBeforeDate', 'harvestStartDate', 'harvestEndDate'] as const),
] as const
const MEASURED = ['Mass', 'Pressure', 'Illuminance', 'MassConcentration', 'Voltage'] as const
const UNITS = ['KGM', 'GRM', 'LUX', 'A97', 'GP', 'VLT'] as const
const DATE = /^\d{4}-\d{2}-\d{2}$/

/** The member of `known` that `name` is, if it is one. */
function named<Name extends string>(known: readonly Name[], name: string): Name | undefined {
  return known.find((one) => one === name)
}

function ClaimText({ claim }: { claim: Claim }): VNode {
  const { t, format } = useLanguage()
  if (claim.kind === 'certificates') return <span>{t('claim.certificates', { n: claim.n })}</span>
  if (claim.kind === 'measured') {
    const { type, low, high, uom } = claim
    const [what, unit] = [named(MEASURED, type), named(UNITS, uom)]
    const n = low === high ? format.number(low) : `${format.number(low)}–${format.number(high)}`
    const value = unit === undefined ? `${n}\u00a0${uom}` : t(`unit.${unit}`, { n })
    return <span>{t('claim.other', { name: what === undefined ? spelled(type) : t(`claim.${what}`), value })}</span>
  }
  const known = named(ATTRIBUTES, claim.name)
  const { value } = claim
  const said = typeof value === 'number' ? format.number(value) : DATE.test(value) ? format.date(value) : value
  return (
    <span>
      {known === undefined
        ? t('claim.other', { name: spelled(claim.name), value: said })
        : t(`claim.${known}`, { value: said })}
    </span>
  )
}

/** What the records of a stop say beside the stamps, each with who says so. */
export function Claims({ claims }: { claims: readonly Claim[] }): VNode {
  return (
    <>
      {claims.map((claim, i) => (
        <li key={i}>
          <ClaimText claim={claim} />
          <By device={claim.device} />
        </li>
      ))}
    </>
  )
}

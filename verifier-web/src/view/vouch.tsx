import { coverageOf, productOf, type Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Language, MessageKey } from '../i18n/index.ts'
import type { Journey } from '../journey.ts'
import { deviceOffset } from '../local-time.ts'
import type { Pack } from '../product.ts'
import { type Vouch, vouchesOf } from '../vouch.ts'
import { type Naming, organisationName } from './naming.ts'
import { By, Head, useLanguage } from './parts.tsx'

function Claim({ title, device, by }: { title: MessageKey; device: boolean; by: string }): VNode {
  const { t } = useLanguage()
  return (
    <li class="claim">
      <span>{t(title)}</span>
      <By device={device} />
      <small>{by}</small>
    </li>
  )
}

function explain({ t, format }: Language, vouch: Vouch, naming: Naming): string {
  if (vouch.kind === 'time') {
    const within = t('vouch.time.by', { doubt: format.doubt(vouch.doubtMs) })
    return vouch.without === 0 ? within : `${within}${t('leg.join')}${t('vouch.time.none', { n: vouch.without })}`
  }
  if (vouch.kind === 'typed' || vouch.kind === 'attributes' || vouch.kind === 'tests')
    return t(`vouch.${vouch.kind}.by`, {
      n: vouch.n,
      orgs: vouch.orgs.map((org) => organisationName(org, naming)).join(t('journey.list')),
    })
  return t(`vouch.${vouch.kind}.by`, { n: vouch.n })
}

/** How much of the life instruments have seen, and where knowledge begins. */
function coverageLine({ t, format }: Language, verdict: Verdict, { records }: Journey): string {
  const { measured, partly, stated, firstMs = 0, fromBirth } = coverageOf(verdict)
  const counts = { measured: measured.length, partly: partly.length, stated: stated.length }
  // By the clock of the place, as the journey has it.
  const at = format.moment({ ms: firstMs, offset: records[0]?.at.offset ?? deviceOffset(firstMs) })
  return t(fromBirth ? 'vouch.coverage.birth' : 'vouch.coverage.before', {
    n: counts.measured + counts.partly + counts.stated,
    ...counts,
    at,
  })
}

/** 6: measured or stated, and who answers for it. */
export function VouchPart({
  verdict,
  journey,
  pack,
  naming,
}: {
  verdict: Verdict
  journey: Journey
  pack: Pack
  naming: Naming
}): VNode {
  const language = useLanguage()
  const { t } = language
  const product = verdict.names.products.get(productOf(verdict.subject) ?? '')
  const maker = journey.records.find((record) => record.proven.subjects.includes(verdict.subject))?.proven.signer.org
  return (
    <section class="s" id="vouch">
      <Head title="vouch" />
      <p class="note before">{t('vouch.note')}</p>
      <p class="note before">{coverageLine(language, verdict, journey)}</p>
      <ul>
        {vouchesOf(journey).map((vouch) => (
          <Claim
            key={vouch.kind}
            title={`vouch.${vouch.kind}`}
            device={vouch.device}
            by={explain(language, vouch, naming)}
          />
        ))}
        {product !== undefined && (
          <Claim
            title="vouch.product"
            device={false}
            by={t('vouch.product.by', { org: organisationName(product.org, naming) })}
          />
        )}
        {maker !== undefined && (pack.lot !== undefined || pack.useBy !== undefined) && (
          <Claim title="vouch.lot" device={false} by={t('vouch.lot.by', { org: organisationName(maker, naming) })} />
        )}
      </ul>
    </section>
  )
}

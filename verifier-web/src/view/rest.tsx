import '../style/rest.css'
import type { Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import type { Journey } from '../journey.ts'
import type { Pack } from '../product.ts'
import type { Safety } from '../safety.ts'
import { ChecksPart } from './checks.tsx'
import { FindingsPart } from './findings.tsx'
import { JourneyPart } from './journey.tsx'
import { PackPart } from './pack.tsx'
import { useLanguage } from './parts.tsx'
import { ReportPart } from './report.tsx'
import { SafetyPart } from './safety.tsx'
import { TemperaturePart } from './temperature.tsx'
import { TestsPart } from './tests.tsx'
import { VouchPart } from './vouch.tsx'

export interface RestProps {
  finding: Finding
  journey: Journey | undefined
  pack: Pack
  safety: Safety
  onForget: () => void
}

/** 2 to 8: everything below the verdict. Loaded on its own, with its styles, so that the verdict does not wait for it. */
export interface Rest {
  /** 2 and 3 stand with the verdict. */
  Lead(props: RestProps): VNode
  Rest(props: RestProps): VNode
  Foot(props: RestProps): VNode
}

function Lead({ finding, journey, pack, safety }: RestProps): VNode {
  return (
    <>
      <PackPart pack={pack} proven={journey !== undefined} />
      <SafetyPart finding={finding} safety={safety} />
    </>
  )
}

function Rest({ finding, journey, pack, onForget }: RestProps): VNode {
  const { verdict } = finding
  return (
    <div class="rest">
      {verdict !== undefined && journey !== undefined && <Told verdict={verdict} journey={journey} pack={pack} />}
      <ChecksPart finding={finding} onForget={onForget} />
      <ReportPart finding={finding} pack={pack} />
    </div>
  )
}

function Foot({ finding }: RestProps): VNode {
  const { t } = useLanguage()
  const first = finding.policySinceMs === undefined && finding.failure === undefined
  return (
    <footer class="end">
      <p>
        {t('foot', { host: location.host })} {first && t('foot.first')}
      </p>
    </footer>
  )
}

export const rest: Rest = { Lead, Rest, Foot }

function Told({ verdict, journey, pack }: { verdict: Verdict; journey: Journey; pack: Pack }): VNode {
  const naming = { names: verdict.names, language: useLanguage() }
  return (
    <>
      <TemperaturePart journey={journey} limits={pack.limits} naming={naming} />
      <TestsPart journey={journey} />
      <JourneyPart journey={journey} naming={naming} />
      <VouchPart verdict={verdict} journey={journey} pack={pack} naming={naming} />
      <FindingsPart findings={verdict.findings} journey={journey} />
    </>
  )
}

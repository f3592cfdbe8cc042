import type { Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import type { Journey } from '../journey.ts'
import type { Pack } from '../product.ts'
import { ChecksPart } from './checks.tsx'
import { JourneyPart } from './journey.tsx'
import { useLanguage } from './parts.tsx'
import { ReportPart } from './report.tsx'
import { TemperaturePart } from './temperature.tsx'
import { VouchPart } from './vouch.tsx'

export interface RestProps {
  finding: Finding
  journey: Journey | undefined
  pack: Pack
  onForget: () => void
}

/** 4 to 8: everything after the first screen. Loaded on its own, so that the verdict does not wait for it. */
export function Rest({ finding, journey, pack, onForget }: RestProps): VNode {
  const { verdict } = finding
  return (
    <div class="rest">
      {verdict !== undefined && journey !== undefined && <Told verdict={verdict} journey={journey} pack={pack} />}
      <ChecksPart finding={finding} onForget={onForget} />
      <ReportPart finding={finding} pack={pack} />
    </div>
  )
}

function Told({ verdict, journey, pack }: { verdict: Verdict; journey: Journey; pack: Pack }): VNode {
  const naming = { names: verdict.names, language: useLanguage() }
  return (
    <>
      <TemperaturePart journey={journey} limits={pack.limits} naming={naming} />
      <JourneyPart journey={journey} naming={naming} />
      <VouchPart verdict={verdict} journey={journey} pack={pack} naming={naming} />
    </>
  )
}

import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Finding } from '../check.ts'
import { journeyOf } from '../journey.ts'
import { packOf, packOfCode } from '../product.ts'
import { ChecksPart } from './checks.tsx'
import { JourneyPart } from './journey.tsx'
import { PackPart } from './pack.tsx'
import { useLanguage } from './parts.tsx'
import { ReportPart } from './report.tsx'
import { SafetyPart } from './safety.tsx'
import { TemperaturePart } from './temperature.tsx'
import { VerdictPart } from './verdict.tsx'
import { VouchPart } from './vouch.tsx'

export interface PageProps {
  finding: Finding
  now: Date
  onAgain: () => void
  onForget: () => void
}

/** The whole page for one finding: 1 to 3 lead, the rest follows. Nothing stands below the verdict while it is being made. */
export function Page({ finding, now, onAgain, onForget }: PageProps): VNode {
  const language = useLanguage()
  const { verdict, elements } = finding
  const journey = useMemo(
    () => (verdict !== undefined && verdict.events.length > 0 ? journeyOf(verdict) : undefined),
    [verdict],
  )
  const pack = useMemo(
    () => (verdict === undefined ? packOfCode(elements) : packOf(verdict, elements)),
    [verdict, elements],
  )
  if (finding.state === 'checking') {
    return (
      <main>
        <div class="lead">
          <VerdictPart finding={finding} onAgain={onAgain} />
        </div>
      </main>
    )
  }
  return (
    <>
      <main>
        <div class="lead">
          <VerdictPart finding={finding} journey={journey} onAgain={onAgain} />
          <PackPart pack={pack} proven={journey !== undefined} />
          <SafetyPart finding={finding} journey={journey} pack={pack} now={now} />
        </div>
        <div class="rest">
          {verdict !== undefined && journey !== undefined && (
            <>
              <TemperaturePart journey={journey} limits={pack.limits} naming={{ names: verdict.names, language }} />
              <JourneyPart journey={journey} naming={{ names: verdict.names, language }} />
              <VouchPart verdict={verdict} journey={journey} pack={pack} naming={{ names: verdict.names, language }} />
            </>
          )}
          <ChecksPart finding={finding} onForget={onForget} />
          <ReportPart finding={finding} pack={pack} />
        </div>
      </main>
      <Foot first={finding.policySinceMs === undefined && finding.failure === undefined} />
    </>
  )
}

function Foot({ first }: { first: boolean }): VNode {
  const { t } = useLanguage()
  return (
    <footer class="end">
      <p>
        {t('foot', { host: location.host })} {first && t('foot.first')}
      </p>
    </footer>
  )
}

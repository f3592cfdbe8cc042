import type { FunctionComponent, VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import { journeyOf } from '../journey.ts'
import { packOf, packOfCode } from '../product.ts'
import { safetyOf } from '../safety.ts'
import { PackPart } from './pack.tsx'
import { useLanguage } from './parts.tsx'
import type { RestProps } from './rest.tsx'
import { SafetyPart } from './safety.tsx'
import { VerdictPart } from './verdict.tsx'

export interface PageProps {
  finding: Finding
  now: Date
  onAgain: () => void
  onForget: () => void
}

/** The whole page for one finding: 1 to 3 lead, the rest follows. Nothing stands below the verdict while it is being made. */
export function Page({ finding, now, onAgain, onForget }: PageProps): VNode {
  const { verdict, elements } = finding
  const journey = useMemo(
    () => (verdict !== undefined && verdict.events.length > 0 ? journeyOf(verdict) : undefined),
    [verdict],
  )
  const pack = useMemo(
    () => (verdict === undefined ? packOfCode(elements) : packOf(verdict, elements)),
    [verdict, elements],
  )
  const safety = useMemo(() => safetyOf(finding.state, journey, pack, now), [finding.state, journey, pack, now])
  const Rest = useRest(finding.state !== 'checking')
  if (finding.state === 'checking') {
    return (
      <main>
        <div class="lead">
          <VerdictPart finding={finding} safety={safety} onAgain={onAgain} />
        </div>
      </main>
    )
  }
  return (
    <>
      <main>
        <div class="lead">
          <VerdictPart finding={finding} journey={journey} safety={safety} onAgain={onAgain} />
          <PackPart pack={pack} proven={journey !== undefined} />
          <SafetyPart finding={finding} safety={safety} />
        </div>
        {Rest !== undefined && <Rest finding={finding} journey={journey} pack={pack} onForget={onForget} />}
      </main>
      {Rest !== undefined && <Foot first={finding.policySinceMs === undefined && finding.failure === undefined} />}
    </>
  )
}

/** What follows the first screen, once it has arrived. Asked for only when the verdict stands: until then the line is the proofs'. */
function useRest(wanted: boolean): FunctionComponent<RestProps> | undefined {
  const [rest, setRest] = useState<{ part: FunctionComponent<RestProps> } | undefined>()
  useEffect(() => {
    if (wanted) void import('./rest.tsx').then(({ Rest }) => setRest({ part: Rest }))
  }, [wanted])
  return rest?.part
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

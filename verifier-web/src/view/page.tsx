import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import { journeyOf } from '../journey.ts'
import { packOf, packOfCode } from '../product.ts'
import { safetyOf } from '../safety.ts'
import type { Rest } from './rest.tsx'
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
  const checking = finding.state === 'checking'
  const rest = useRest(!checking)
  const below = checking ? undefined : rest
  const props = { finding, journey, pack, safety, onForget }
  return (
    <>
      <main>
        <div class="lead">
          <VerdictPart finding={finding} journey={checking ? undefined : journey} safety={safety} onAgain={onAgain} />
          {below !== undefined && <below.Lead {...props} />}
        </div>
        {below !== undefined && <below.Rest {...props} />}
      </main>
      {below !== undefined && <below.Foot {...props} />}
    </>
  )
}

/** What stands below the verdict, once it has arrived. Asked for only when the verdict stands: until then the line is the proofs'. */
function useRest(wanted: boolean): Rest | undefined {
  const [loaded, setLoaded] = useState<Rest | undefined>()
  useEffect(() => {
    if (wanted) void import('./rest.tsx').then(({ rest }) => setLoaded(rest))
  }, [wanted])
  return loaded
}

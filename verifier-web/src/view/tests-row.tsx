import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { bounded } from '../claims.ts'
import { certifiedBy, type FoodTest, foodTestsOf } from '../food-tests.ts'
import type { Journey } from '../journey.ts'
import type { RunAgain } from '../rerun.ts'
import type { Tone } from '../tone.ts'
import { type Naming, organisationName } from './naming.ts'
import { useLanguage } from './parts.tsx'
import { useRunsAgain } from './run-again.ts'
import { Row } from './safety.tsx'

type Said = 'consistent' | 'suspicious' | 'inconclusive' | 'differs'

const TONES: Record<Said, Tone> = { consistent: 'ok', suspicious: 'stop', inconclusive: 'idle', differs: 'stop' }

/** All tests in one word, the worst of them first. */
function together(tests: readonly FoodTest[], again: readonly (RunAgain | undefined)[]): Said {
  const verdicts = new Set(tests.map(({ test }) => test.verdict))
  if (again.some((run) => run?.state === 'differs')) return 'differs'
  if (verdicts.has('suspicious')) return 'suspicious'
  return verdicts.has('consistent') ? 'consistent' : 'inconclusive'
}

/** What was tested, and who says so: measured by an instrument, else certificates that people name. Nothing where there is neither. */
export function TestsRow({ journey, naming }: { journey: Journey; naming: Naming }): VNode | null {
  const { t, format } = useLanguage()
  const tests = useMemo(() => foodTestsOf(journey), [journey])
  const certified = useMemo(() => certifiedBy(journey), [journey])
  const again = useRunsAgain(tests)
  const named = (orgs: Iterable<string>): string =>
    bounded([...new Set(orgs)].map((org) => organisationName(org, naming)).join(t('journey.list')), 40)
  const [latest] = tests
  if (latest !== undefined) {
    const said = together(tests, again)
    const small = t('tests.row.by', { orgs: named(tests.map(({ org }) => org)), day: format.day(latest.at) })
    return <Row label="tests.row" tone={TONES[said]} text={{ strong: t(`tests.row.${said}`), small }} />
  }
  if (certified.n === 0) return null
  const small = t('tests.row.stated', { orgs: named(certified.orgs) })
  return <Row label="tests.row" tone="idle" text={{ strong: t('claim.certificates', { n: certified.n }), small }} />
}

import type { TestVerdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { type FoodTest, foodTestsOf } from '../food-tests.ts'
import type { Journey } from '../journey.ts'
import type { Tone } from '../tone.ts'
import { Head, ToneMark, useLanguage } from './parts.tsx'
import { useRunsAgain } from './run-again.ts'

const TONES: Record<TestVerdict, Tone> = { consistent: 'ok', suspicious: 'stop', inconclusive: 'idle' }

function Row({ found }: { found: FoodTest }): VNode {
  const { t, format } = useLanguage()
  const { number, test } = found
  const [again] = useRunsAgain(useMemo(() => [found], [found]))
  const differs = again?.state === 'differs'
  const model = again !== undefined && 'model' in again ? again.model : undefined
  const tenths = (milli: number): string => format.number(Math.round(milli / 100) / 10)
  const said =
    test.verdict === 'inconclusive'
      ? t('tests.inconclusive', { code: test.code })
      : t(`tests.${test.verdict}`, { score: tenths(test.scoreMilli), limit: tenths(test.limitMilli) })
  return (
    <li>
      <ToneMark tone={differs ? 'stop' : TONES[test.verdict]} />
      <span>
        {said}
        <small>{t(`tests.again.${again?.state ?? 'running'}`)}</small>
        {model !== undefined && <small>{t('tests.model', model)}</small>}
        <small class="code">{t('findings.records', { n: 1, list: format.number(number) })}</small>
      </span>
    </li>
  )
}

/** Food tests, each run again on the reader's own device from what was measured. Nothing where there are none. */
export function TestsPart({ journey }: { journey: Journey }): VNode | null {
  const { t } = useLanguage()
  const found = useMemo(() => foodTestsOf(journey), [journey])
  if (found.length === 0) return null
  return (
    <section class="s" id="tests">
      <Head title="tests" />
      <ul class="checks" aria-live="polite">
        {found.map((one, i) => (
          <Row key={i} found={one} />
        ))}
      </ul>
      <p class="note">{t('tests.note')}</p>
    </section>
  )
}

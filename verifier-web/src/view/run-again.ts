import type { SensorElement } from '@tristamp/protocol'
import { useEffect, useState } from 'preact/hooks'
import type { FoodTest } from '../food-tests.ts'
import { arriving } from '../incomplete.ts'
import type { RunAgain } from '../rerun.ts'

/** Each test is run once, wherever the page speaks of it. */
const RUNS = new WeakMap<SensorElement, Promise<RunAgain>>()

function runOnce(element: SensorElement): Promise<RunAgain> {
  const run = RUNS.get(element) ?? import('../rerun.ts').then(({ runAgain }) => runAgain(element))
  RUNS.set(element, run)
  return run
}

/** What came of running each test again on this device; undefined while it runs. */
export function useRunsAgain(tests: readonly FoodTest[]): readonly (RunAgain | undefined)[] {
  const [results, setResults] = useState<readonly (RunAgain | undefined)[]>([])
  useEffect(() => {
    let shown = true
    for (const [i, { element }] of tests.entries()) {
      void arriving(element, runOnce(element)).then((result) => {
        if (shown && result !== undefined)
          setResults((before) => tests.map((_, at) => (at === i ? result : before[at])))
      })
    }
    return () => {
      shown = false
    }
  }, [tests])
  return results
}

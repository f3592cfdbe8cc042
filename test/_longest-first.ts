import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take longest beside others on two cores, longest first. What is missing here, or has moved, only ends a run a little later.
 */
const LONG: readonly string[] = [
  'test/system/crash-matrix.test.ts',
  'test/system/scenarios.test.ts',
  'test/system/journey.test.ts',
  'test/browser/desk-recall.test.ts',
  'test/system/outside-broker.test.ts',
  'edge-agent/src/repair.test.ts',
  'test/browser/verdicts.test.ts',
  'ledger-node/src/follow/follow.test.ts',
  'ledger-node/src/follow/malice.test.ts',
  'test/system/instrument-faults.test.ts',
  'test/system/store-and-forward.test.ts',
  'test/system/follower-kill.test.ts',
  'test/system/kill.test.ts',
  'test/browser/desk-graph.test.ts',
  'test/system/audit.test.ts',
  'test/browser/operator-page.test.ts',
  'test/browser/consumer-page.test.ts',
  'ledger-node/src/ledger.test.ts',
  'test/system/trace.test.ts',
]

/**
 * Long files first, so that a run does not end with one of them alone on one core; then what waits for programs and browsers, largest first; then
 * the many short files, which fill every gap.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const largest = await super.sort(files)
    const place = (file: TestSpecification): number => {
      const at = LONG.indexOf(relative(this.ctx.config.root, file.moduleId))
      return at >= 0 ? at : file.project.name === 'unit' ? LONG.length + 1 : LONG.length
    }
    return largest.sort((a, b) => place(a) - place(b))
  }
}

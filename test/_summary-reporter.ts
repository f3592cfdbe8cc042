import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Prints what failed and what needed another attempt by name, and `N passed, N failed[, N skipped]` as the last line of a run: for people, and for
 * machines that keep only the end.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    const lines = errors.map((error) => `failed: outside of any test: ${firstLine(error)}`)
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state]++
        const line = told(test)
        if (line !== undefined) lines.push(line)
      }
      // A file that does not even load holds no tests, and what a group needs before them fails none of them: both would fail in silence.
      for (const group of [module, ...module.children.allSuites()]) {
        const name = group.type === 'module' ? group.relativeModuleId : `${module.relativeModuleId} > ${group.fullName}`
        for (const error of group.errors()) {
          lines.push(`failed: ${name}: ${firstLine(error)}`)
          count.failed++
        }
      }
    }
    const skipped = count.skipped + count.pending
    process.on('exit', () => {
      const last = `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
      process.stdout.write(`\n${[...lines, last].join('\n')}\n`)
    })
  }
}

function told(test: TestCase): string | undefined {
  const { state, errors } = test.result()
  const name = `${test.module.relativeModuleId} > ${test.fullName}: ${firstLine(errors?.[0])}`
  if (state === 'failed') return `failed: ${name}`
  if (state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0) return `passed at another attempt: ${name}`
  return undefined
}

function firstLine(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return stripVTControlCharacters(String(message ?? ''))
    .split('\n', 1)[0]!
    .slice(0, 300)
}

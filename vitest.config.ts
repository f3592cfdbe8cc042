import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/_longest-first.ts'
import { SummaryReporter } from './test/_summary-reporter.ts'
import { words } from './verifier-web/vite/words.ts'

const source = { resolve: { conditions: ['@tristamp/source'] }, ssr: { resolve: { conditions: ['@tristamp/source'] } } }

// Real clocks, ports and disks on a shared machine: a stall of a second is not a fault. What needed it is marked in the report.
const retry = process.env['CI'] ? 2 : 0

/** Waits for a state take as long as a busy machine may need; only a test that fails waits so long. */
const patient = { retry, expect: { poll: { timeout: 60_000 } }, hookTimeout: 240_000 }

export default defineConfig({
  ...source,
  test: {
    // Whole programs and browsers mostly wait: two files to a core keep it at work.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        ...source,
        // A language arrives in parts, in tests as in the build.
        plugins: [words],
        test: {
          ...patient,
          name: 'unit',
          include: ['*/src/**/*.test.{ts,tsx}'],
          setupFiles: ['test/_property-seed.ts'],
          testTimeout: 90_000,
        },
      },
      {
        ...source,
        test: { ...patient, name: 'system', include: ['test/system/**/*.test.ts'], testTimeout: 240_000 },
      },
      {
        ...source,
        test: {
          ...patient,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/_build-once.ts'],
          testTimeout: 180_000,
        },
      },
    ],
  },
})

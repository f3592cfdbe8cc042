import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/_summary-reporter.ts'

const source = { resolve: { conditions: ['@tristamp/source'] }, ssr: { resolve: { conditions: ['@tristamp/source'] } } }

// Real clocks, ports and disks on a shared machine: a stall of a second is not a fault. What needed it is marked in the report.
const retry = process.env['CI'] ? 2 : 0

export default defineConfig({
  ...source,
  test: {
    maxWorkers: 2,
    reporters: ['default', new SummaryReporter()],
    projects: [
      { ...source, test: { retry, name: 'unit', include: ['*/src/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      {
        ...source,
        test: {
          retry,
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        ...source,
        test: {
          retry,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/_build-once.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})

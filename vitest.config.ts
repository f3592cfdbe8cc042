import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/_summary-reporter.ts'

const source = { resolve: { conditions: ['@tristamp/source'] }, ssr: { resolve: { conditions: ['@tristamp/source'] } } }

export default defineConfig({
  ...source,
  test: {
    maxWorkers: 2,
    reporters: ['default', new SummaryReporter()],
    projects: [
      { ...source, test: { name: 'unit', include: ['*/src/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      {
        ...source,
        test: { name: 'system', include: ['test/system/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 },
      },
      {
        ...source,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
})

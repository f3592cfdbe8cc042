export * from './regions.ts'
export * from './scan-counts.ts'
export * from './scan-rules.ts'

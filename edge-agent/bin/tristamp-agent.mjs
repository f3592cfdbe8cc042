#!/usr/bin/env -S MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536 node
import { setFlagsFromString } from 'node:v8'

// A gateway runs for years on a machine with little memory, and works little. So V8 need not let its space for young objects grow to 16 MB, nor
// wait for a collection until the heap has doubled (10 MB), nor keep a second, optimising compiler and what that makes of our functions (8 MB).
// Set before anything is loaded. Who trains a model reckons.
const SMALL = ['--semi-space-growth-factor=1', '--heap-growing-percent=20', '--no-opt']
if (process.argv.includes('run')) for (const flag of SMALL) setFlagsFromString(flag)
const { main } = await import('../dist/main.js')
// Whoever reads our lines may go first, as with `… | head`: that ends nothing. Nor does a log that cannot be written.
process.stderr.on('error', () => undefined)
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv.slice(2))

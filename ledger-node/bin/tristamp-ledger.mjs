#!/usr/bin/env node
import { main } from '../dist/main.js'

// Whoever reads our lines may go first, as with `… | head`: that ends nothing. Nor does a log that cannot be written.
process.stderr.on('error', () => undefined)
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv.slice(2))

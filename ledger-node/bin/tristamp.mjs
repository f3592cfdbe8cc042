#!/usr/bin/env node
import { main } from '../dist/tristamp.js'

process.exitCode = await main(process.argv.slice(2))

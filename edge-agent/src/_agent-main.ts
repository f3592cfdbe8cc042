// The program as it is started, for the tests to kill.
import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2))

// One product's life on this machine: a ledger node, five gateways with simulated instruments, and the page that a phone opens.
import { Children, endLeftovers, isOurs } from './demo/children.mjs'
import { Demo } from './demo/demo.mjs'
import { DemoError, HELP, readOptions } from './demo/options.mjs'
import { State } from './demo/state.mjs'

const PARENT_MS = 500

/** Resolves when the person or the machine asks us to stop. */
const stopAsked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve)
  // npm that is told to stop ends its shell, which does not tell us: we notice that we have another parent.
  const parent = process.ppid
  const look = () => process.ppid !== parent && resolve()
  if (process.env.npm_lifecycle_event) setInterval(look, PARENT_MS).unref()
})
// The reader of our lines may go first, as with `npm start | head`; that is no failure of ours.
process.stdout.on('error', () => undefined)

process.exitCode = await main(process.argv.slice(2))

async function main(argv) {
  let children
  try {
    const options = readOptions(argv)
    if (!options) {
      console.log(HELP)
      return 0
    }
    const state = await takeFolder(options)
    children = new Children(state.path('logs'))
    const running = new Demo(options, state, children).run()
    // What is under way when we are asked to stop fails because its programs end: nobody is interested.
    running.catch(() => undefined)
    await Promise.race([running, children.died, stopAsked])
    await Promise.race([children.died, stopAsked])
    console.log('\nStopping …')
    return 0
  } catch (error) {
    console.error(error instanceof DemoError ? `\n✗ ${error.message}` : error)
    return 1
  } finally {
    await children?.stop()
  }
}

/** Makes sure that nothing of an earlier start still runs on the folder, and empties it when asked to. */
async function takeFolder({ data, fresh }) {
  const before = new State(data)
  const { start, ...others } = before.pids
  if (
    start &&
    start !== process.pid &&
    isOurs(start, 'start.mjs') &&
    Object.values(others).some((pid) => isOurs(pid, data))
  ) {
    throw new DemoError(
      `Another start (process ${start}) is running on ${data}. Stop it, or choose another folder with --data.`,
    )
  }
  const left = await endLeftovers(others, data)
  if (left > 0) console.log(`Ended ${left} programs that an earlier start had left running.`)
  if (fresh) State.forget(data)
  const state = fresh ? new State(data) : before
  state.save({ pids: { start: process.pid } })
  return state
}

import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const HELP = `npm start -- [options]

Starts a ledger node, three others that watch it, and five gateways with simulated instruments, plays one product's life (chilled
pork, from a farm to a restaurant's table) and serves its page until Ctrl-C. What was recorded is kept: the next start serves it again.

  --data DIR    where everything is kept (default ./data)
  --port N      port of the pages (default 8080)
  --host ADDR   address to listen on (default 127.0.0.1; 0.0.0.0 lets a phone on the same network open the page)
  --fresh       begin anew: what an earlier start kept in DIR is deleted
  --pace X      play X times as fast (default 1)
  --help
`

/** Something that the person at the keyboard can put right; the message says how. */
export class DemoError extends Error {
  name = 'DemoError'
}

/** Reads the command line; undefined when help was asked for. Throws a DemoError. */
export function readOptions(argv) {
  const text = (value) => ({ type: 'string', default: value })
  let values
  try {
    const flag = { type: 'boolean', default: false }
    const options = {
      data: text('data'),
      port: text('8080'),
      host: text('127.0.0.1'),
      pace: text('1'),
      fresh: flag,
      help: flag,
    }
    values = parseArgs({ args: argv, options }).values
  } catch (error) {
    throw new DemoError(`${error.message}\nSee npm start -- --help`)
  }
  if (values.help) return undefined
  const port = Number(values.port)
  const pace = Number(values.pace)
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65_535)
    throw new DemoError('--port is a number from 1 to 65535.')
  if (!(pace > 0 && pace <= 20)) throw new DemoError('--pace is a number above 0, at most 20.')
  if (values.host !== 'localhost' && isIP(values.host) === 0)
    throw new DemoError('--host is an IP address or localhost.')
  return { data: resolve(values.data), port, pace, host: values.host, fresh: values.fresh }
}

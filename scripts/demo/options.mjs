import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ATTACKS } from './attacks.mjs'
import { STORIES } from './stories/index.mjs'

const names = (of, about) =>
  Object.entries(of)
    .map(([name, one]) => `    ${name.padEnd(16)}${about(one)}`)
    .join('\n')

export const HELP = `npm start -- [options]

Starts a ledger node, three others that watch it, and gateways with simulated instruments, plays one product's life (chilled
pork, from a farm to a restaurant's table) and serves its page until Ctrl-C. What was recorded is kept: the next start serves it again.

  --scenario NAME  another product's life:
${names(STORIES, ({ about }) => about)}
  --attack NAME    a dishonest one, on whose page stands what was found:
${names(ATTACKS, ({ story, about }) => `${story}: ${about}`)}
  --data DIR    where everything is kept (default ./data; ./data/NAME for another scenario or an attack)
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
      data: { type: 'string' },
      scenario: { type: 'string' },
      attack: { type: 'string' },
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
  const story = storyOf(values)
  const folder = values.attack ?? (story === 'pork' ? undefined : story)
  const data = resolve(values.data ?? (folder === undefined ? 'data' : `data/${folder}`))
  return { data, story, attack: values.attack, port, pace, host: values.host, fresh: values.fresh }
}

/** What is played: as asked for, or what the attack is about. */
function storyOf({ scenario, attack }) {
  if (attack !== undefined && !Object.hasOwn(ATTACKS, attack))
    throw new DemoError(`There is no attack ${attack}; there are ${Object.keys(ATTACKS).join(', ')}.`)
  const story = scenario ?? (attack === undefined ? 'pork' : ATTACKS[attack].story)
  if (!Object.hasOwn(STORIES, story))
    throw new DemoError(`There is no scenario ${story}; there are ${Object.keys(STORIES).join(', ')}.`)
  if (attack !== undefined && ATTACKS[attack].story !== story)
    throw new DemoError(`The attack ${attack} is one on the scenario ${ATTACKS[attack].story}.`)
  return story
}

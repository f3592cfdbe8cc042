import { DONE, print, say } from '../command-line.ts'
import type { Config } from '../config.ts'
import { startFollower } from './start.ts'

/** `tristamp-ledger run --follow`: follows until it is stopped. */
export async function runFollower(
  config: Config & { follow: NonNullable<Config['follow']> },
  stopped: Promise<NodeJS.Signals>,
): Promise<number> {
  const node = await startFollower(config, undefined, { log: say })
  say(`follows ${node.origin} at ${config.follow.url} in ${config.data}; pages at ${node.publicUrl}`)
  print(`ready ${node.url} ${node.vkey}`)
  say(`${await stopped}: stopping`)
  await node[Symbol.asyncDispose]()
  return DONE
}

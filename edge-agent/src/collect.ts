import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options?: { type: 'minor' }) => void

/** After so many minor collections what survived them is looked at, too. */
const MINOR_PER_MAJOR = 8

let collect: Collect | undefined
let minor = 0

/**
 * Frees what was just used. V8 counts the bytes of buffers only roughly: while a long queue is sent, tens of megabytes of batches that are long
 * gone would wait for the next collection, on a machine that has little. A minor one takes a millisecond, a major one some thirty.
 */
export function collectUsed(): void {
  collect ??= expose()
  minor = (minor + 1) % MINOR_PER_MAJOR
  if (minor === 0) collect()
  else collect({ type: 'minor' })
}

function expose(): Collect {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as Collect | undefined
  setFlagsFromString('--no-expose-gc')
  return gc ?? (() => undefined)
}

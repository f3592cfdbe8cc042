import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'minor' }) => void

let collect: Collect | undefined

/**
 * Frees what was just used. V8 counts the bytes of buffers only roughly: while a long queue is sent, tens of megabytes of batches that are long
 * gone would wait for the next collection, on a machine that has little. A minor one takes a millisecond.
 */
export function collectYoung(): void {
  collect ??= expose()
  collect({ type: 'minor' })
}

function expose(): Collect {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as Collect | undefined
  setFlagsFromString('--no-expose-gc')
  return gc ?? (() => undefined)
}

import { equal, type HistoryMap, type Seal, sealHash, toHex, ZERO_HASH } from '@tristamp/protocol'
import type { Block } from '../apply.ts'

/** The first field of a seal that is not what the entries before it give; `map` with the block carried in. */
export function sealFlaw(
  seal: Seal,
  block: Block,
  map: HistoryMap,
  last: { seal: Seal; bytes: Uint8Array } | undefined,
): { field: string; detail: string } | undefined {
  const expected: [keyof Seal, number | Uint8Array][] = [
    ['height', block.height],
    ['previous', last === undefined ? ZERO_HASH : sealHash(last.bytes)],
    ['firstEntry', block.firstEntry],
    ['entryCount', block.entries],
    ['eventCount', block.events],
    ['historyRoot', map.root()],
  ]
  for (const [field, value] of expected) {
    const found = seal[field]
    const same = typeof value === 'number' ? found === value : equal(found as Uint8Array, value)
    if (!same) return { field, detail: `the seal says ${show(found)}, the entries give ${show(value)}` }
  }
  if (block.entries === 0) return { field: 'entryCount', detail: 'a seal without statements' }
  const before = last?.seal.timeMs ?? 0
  if (seal.timeMs < before) return { field: 'timeMs', detail: `${seal.timeMs}, and ${before} in the seal before` }
  return undefined
}

export function show(value: number | Uint8Array): string {
  return typeof value === 'number' ? String(value) : toHex(value)
}

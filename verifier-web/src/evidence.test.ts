import { formatCheckpoint, leafHash, parseTilePath, signNote, treeRoot, u32be } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { evidenceOf } from './evidence.ts'

const leaves = Array.from({ length: 20 }, (_, i) => leafHash(u32be(i)))
const signer = { name: 'a.example', type: 1, publicKey: new Uint8Array(32), sign: () => new Uint8Array(64) } as const
const noteOf = (size: number, root = treeRoot(leaves.slice(0, size))): string =>
  signNote(formatCheckpoint({ origin: 'a.example', size, root }), [signer])
const tile = async (path: string): Promise<Uint8Array> => {
  const { width } = parseTilePath(path)
  return Uint8Array.from(leaves.slice(0, width).flatMap((leaf) => [...leaf]))
}
const other = new Uint8Array(32).fill(9)

describe('evidenceOf', () => {
  it('proves a fork from the tiles of the larger tree', async () => {
    const text = await evidenceOf({ before: noteOf(7, other), now: noteOf(20) }, tile)
    expect(text).toContain('Next: the root that the second tree has at the size of the first')
  })

  it('keeps both notes when the tiles cannot be had', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('404'))
    const text = await evidenceOf({ before: noteOf(20), now: noteOf(7) }, refuse)
    expect(text).toContain('gave no proof')
    expect(text).toContain(noteOf(20))
  })

  it('is nothing when the one continues the other after all', async () => {
    expect(await evidenceOf({ before: noteOf(7), now: noteOf(20) }, tile)).toBeUndefined()
  })
})

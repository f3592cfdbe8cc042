import type { Seal } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import type { CheckpointFile } from './checkpoint-file.ts'
import { type Cosigners, Publication } from './publication.ts'

/** A file that is written by steps, as a disk does it, and tells when two write at once. */
class SlowFile {
  written: string[] = []
  together: boolean = false
  #writing: boolean = false

  async text(): Promise<string | undefined> {
    await Promise.resolve()
    return this.written.at(-1)
  }

  async replace(note: string): Promise<void> {
    this.together ||= this.#writing
    this.#writing = true
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.written.push(note)
    this.#writing = false
  }
}

const state = (size: number) => ({
  size,
  root: new Uint8Array(32),
  seal: {} as Seal,
  sealBytes: new Uint8Array(),
})
const nodes = () => Promise.resolve([])

it('writes one note at a time, and a late cosignature of the state before never over the newer one', async () => {
  const file = new SlowFile()
  const late: ((note: string) => void)[] = []
  const cosigners: Cosigners = {
    kept: async (own) => own,
    gather: async (_, note, improved) => {
      late.push(improved)
      return note
    },
    hurry: () => undefined,
    close: () => undefined,
  }
  const logKey = { publicKey: new Uint8Array(32) } as never
  const failed: string[] = []
  const publication = new Publication({
    file: file as unknown as CheckpointFile,
    logKey,
    cosigners,
    note: (text) => failed.push(text),
  })
  await publication.publish('log', state(1), nodes, 'first')
  await publication.settled
  // While the second is on its way to the disk, a witness answers about the first: at each moment that there is.
  const second = publication.publish('log', state(2), nodes, 'second')
  for (let i = 0; i < 20; i++) {
    late[0]!(`first, cosigned ${i}`)
    await Promise.resolve()
  }
  await second
  await publication.close()
  expect({ together: file.together, last: file.written.at(-1), failed }).toEqual({
    together: false,
    last: 'second',
    failed: [],
  })
  late[1]!('second, cosigned')
  await publication.close()
  expect(file.written.at(-1)).toBe('second, cosigned')
  expect(publication.shown?.checkpoint).toBe('second, cosigned')
})

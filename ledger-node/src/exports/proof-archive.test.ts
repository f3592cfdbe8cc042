import { ProtocolError } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import { lettuceChain, SCOPE, step } from './_chain.ts'
import type { StoredEvent } from './exported-event.ts'
import { archiveFiles } from './proof-archive.ts'
import type { TarFile } from './tar.ts'

const BOUNDS = { bundles: 256, bundleBytes: 1_000_000 }

const ITEMS = Array.from({ length: 20 }, (_, i) => `https://id.gs1.org/01/09506000134352/21/A${i}`)
const events = (): StoredEvent[] => [
  ...lettuceChain(),
  step({ type: 'ObjectEvent', action: 'OBSERVE', epcList: ITEMS }),
]

async function filesOf(bundle: (subject: string) => Promise<Uint8Array>): Promise<Map<string, string>> {
  const tlogProof = async (entry: number): Promise<Uint8Array> => Buffer.from(`proof of ${entry}`)
  const files: TarFile[] = []
  const source = { bundle, tlogProof, policy: 'policy text\n' }
  for await (const one of archiveFiles(SCOPE, events(), source, BOUNDS)) files.push(one)
  return new Map(files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('utf8')]))
}

test('histories that no reader takes are given up after some, and the archive says which events it does not prove whole', async () => {
  let asked = 0
  const files = await filesOf(async () => {
    asked++
    throw new ProtocolError('HISTORY_SIZE', 'too large')
  })
  expect(asked).toBe(4)
  const { scope, bundles, unbundled } = JSON.parse(files.get('index.json')!) as {
    scope: { incomplete: string[] }
    bundles: unknown[]
    unbundled: [number, number][]
  }
  expect([scope.incomplete, bundles, unbundled.length]).toEqual([['EXPORT_BUNDLES'], [], 8])
  expect([...files.keys()].filter((name) => name.startsWith('statements/'))).toHaveLength(8)
  for (const lang of ['en', 'zh']) expect(files.get(`README.${lang}.txt`)).toContain('EXPORT_BUNDLES')
})

test('what else goes wrong ends the archive', async () => {
  const broken = new ProtocolError('TILE_SIZE', 'a tile is not there')
  await expect(filesOf(() => Promise.reject(broken))).rejects.toBe(broken)
})
